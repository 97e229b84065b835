"""Who does what a verb says: the subject of a verb, found leftwards, and that of a whole clause."""

from stance.mentions import Phrase, phrase_left, phrase_right
from stance.tokens import Tokens

DASHES = frozenset("—–-―")
_ADVERBIAL = frozenset(("preposition", "conjunction", "adverb", "calendar", "linker"))
# Words that can stand between a subject and the verb that it shares: he *went on to* say.
SHARED = frozenset(
    "and but went goes going gone continued began begun quoted used tried wanted proceeded took turned prompted forced "
    "compelled moved keen quick eager careful able started starts chose chosen decided sought rushed hastened managed "
    "happened led urged invited".split()
)
_ADVERBIAL_REACH = 8  # words of a short adverbial between a subject and its verb
_WHEN_AND_WHERE = frozenset("at in on during after before since".split())
_TRAILING = frozenset("himself herself themselves itself".split())


def subject_left(tokens: Tokens, verb: int, first: int = 0) -> Phrase | None:
    """The subject of `tokens[verb]`: the phrase to its left, over adverbs, auxiliaries, appositions and clauses."""
    at = verb - 1
    while at >= first and (
        tokens[at].kind in ("auxiliary", "calendar")
        or tokens[at].lower in ("to", "on")
        or (tokens[at].lower in ("a", "last", "this", "next") and tokens[at + 1].kind == "calendar")
        or tokens[at].lower in _TRAILING
        or tokens[at].adverbial
        or (tokens[at].lower in SHARED and at + 1 < verb and _only_aux(tokens, at + 1, verb))
    ):
        at -= 1
    at = _over_adverbial(tokens, at, first)
    if at < first:
        return None
    at = _over_brackets(tokens, at, first)
    if at < first:
        return None
    token = tokens[at]
    if token.kind == "relative":
        return _antecedent(tokens, at, first)
    if token.text == "," or token.text in DASHES:
        opening = _parenthesis_start(tokens, at, first)
        if opening is None:
            return None
        at = _over_brackets(tokens, opening - 1, first)
        if at >= first and tokens[at].kind == "relative":
            return _antecedent(tokens, at, first)  # it was X who, in May, said
    return phrase_left(tokens, at, first)


def _over_adverbial(tokens: Tokens, at: int, first: int) -> int:
    """The index left of a short adverbial that ends at `at`: X *at the time* said, who has *in the past* called.

    Behind a name only one that an article or a possessive opens: Ruiz *in his speech* said, but Ruiz in Lima.
    """
    for start in range(at, max(first, at - _ADVERBIAL_REACH), -1):
        token, before = tokens[start], tokens[start - 1]
        if token.lower in _WHEN_AND_WHERE:
            closes = before.kind in ("relative", "pronoun", "auxiliary") or before.adverbial
            named = before.kind == "capital" and start < at and tokens[start + 1].kind in ("determiner", "possessive")
            said = " ".join(t.lower for t in tokens[start : at + 1])
            dated = said in ("at the time", "at one point") or (at == start + 1 and tokens[at].kind == "number")
            if start < at and (closes or named or dated):
                start -= 1
                while start > first and (tokens[start].kind == "auxiliary" or tokens[start].adverbial):
                    start -= 1
                return start
            return at
        if token.kind not in ("word", "number", "calendar", "determiner", "possessive", "capital", "linker"):
            return at
    return at


def _only_aux(tokens: Tokens, start: int, stop: int) -> bool:
    return all(t.kind in ("auxiliary", "adverb") or t.lower in ("to", "on", "as", "by") for t in tokens[start:stop])


def _over_brackets(tokens: Tokens, at: int, first: int) -> int:
    """The index left of a bracketed insertion (R-Wis.) that ends at `at`, or `at` itself."""
    if at >= first and tokens[at].text in ")]":
        opening = at
        while opening > first and at - opening < 20 and tokens[opening].text not in "([":
            opening -= 1
        if tokens[opening].text in "([":
            return opening - 1
    return at


def _parenthesis_start(tokens: Tokens, closing: int, first: int) -> int | None:
    """The comma or dash that opens the insertion which `tokens[closing]` closes; the outermost of a chain."""
    mark = "," if tokens[closing].text == "," else "dash"
    found = None
    at = closing - 1
    while at > first and closing - at < 45:
        token = tokens[at]
        if token.kind == "quote" or token.text in ";:":
            break
        if (token.text == ",") if mark == "," else (token.text in DASHES):
            found = at
            continued = tokens[at + 1].kind == "auxiliary"  # X, whose town, Lima, is flooded, said
            # X, the editor of a paper, Y, said · X, who is a pastor in Lima, Peru, said
            nested = tokens[at + 1].kind == "capital" and tokens[at - 1].kind in ("word", "capital")
            nested = nested and tokens[first].kind != "preposition"
            if not (_appositive(tokens, at + 1) or continued or nested) or not tokens[at - 1].is_word:
                break
            commas = (k for k in range(at - 1, max(first, at - 25), -1) if tokens[k].text == ",")
            if not any(_appositive(tokens, k + 1) for k in commas):
                break
        at -= 1
    return found


def _appositive(tokens: Tokens, at: int) -> bool:
    """Whether what begins here can stand in apposition: an article, who, an age, a role, a participle."""
    token = tokens[at]
    opens = token.kind in ("determiner", "relative", "number", "possessive")
    return opens or token.is_role or token.lower.endswith(("ing", "ed"))


def _antecedent(tokens: Tokens, relative: int, first: int) -> Phrase | None:
    at = relative - 1
    if at >= first and tokens[at].text == ",":
        at -= 1
    at = _over_brackets(tokens, at, first)
    if at >= first and tokens[at].text == ",":  # X, the minister, who …
        opening = _parenthesis_start(tokens, at, first)
        at = opening - 1 if opening is not None else at
    phrase = phrase_left(tokens, at, first)
    if phrase is None or tokens[phrase[0]].kind not in ("determiner", "possessive") or phrase[0] - 1 <= first:
        return phrase
    if tokens[phrase[0] - 1].text == "," and tokens[phrase[0] - 2].kind == "capital":
        return phrase_left(tokens, phrase[0] - 2, first) or phrase  # X, the minister who …: the name says more
    return phrase


def clause_subject(tokens: Tokens, first: int, last: int) -> Phrase | None:
    """The first noun phrase of a clause, behind an opening adverbial: In Tokyo on Friday, *the minister* …"""
    at, adverbial = first, False
    if at + 2 < last and tokens[at].kind == "number" and tokens[at + 1].text == ".":
        at += 2  # 5. LIMA —
    if at < last and tokens[at].is_upper:
        at = _behind_dateline(tokens, at, last)
    while at < last:
        token = tokens[at]
        if token.kind == "quote":
            return None
        opens = token.lower.endswith("ly") and at + 1 < last and tokens[at + 1].text == ","  # Specifically, …
        if (token.kind == "adverb" or token.adverbial) and not (at + 1 < last and tokens[at + 1].text == ","):
            at += 1  # Meanwhile the minister …
            continue
        if token.kind in _ADVERBIAL or token.adverbial or token.lower.endswith("ing") or opens:
            comma = next((k for k in range(at, min(last, at + 25)) if tokens[k].text == ","), None)
            if comma is None:  # Before boarding he was asked: skip the adverbial
                inner = phrase_right(tokens, at + 1, last) if token.kind in ("preposition", "linker") else None
                at = inner[1] if inner and tokens[inner[0]].kind != "pronoun" else at + 1
                continue
            at, adverbial = comma + 1, True
            continue
        if token.kind == "relative":
            comma = next((k for k in range(at, min(last, at + 25)) if tokens[k].text == ","), None)
            if comma is None:
                return None
            at = comma + 1
            continue
        if token.is_word:
            phrase = phrase_right(tokens, at, last)
            following = tokens[phrase[1]] if phrase and phrase[1] < last else None
            if phrase and following and following.lower in ("later", "earlier", "ago"):
                at = phrase[1] + 1  # Hours later, X …
                continue
            place = adverbial and following is not None and following.text == "," and phrase is not None
            if phrase and place and _new_subject(tokens, phrase[1] + 1, last):
                at, adverbial = phrase[1] + 1, False  # In Salem, New Hampshire, X …
                continue
            if phrase:
                return phrase
        at += 1
    return None


def _behind_dateline(tokens: Tokens, first: int, last: int) -> int:
    """The index behind a dateline: LIMA, May 2 — · Lima (Agency) –."""
    dash = next((k for k in range(first, min(last, first + 14)) if tokens[k].text in DASHES), None)
    if dash is None:
        return first
    capitals = tokens[first].text.isupper() and len(tokens[first].text) > 2
    agency = tokens[dash - 1].text == ")" and tokens[dash - 2].kind == "capital" and tokens[dash - 2].text.isupper()
    return dash + 1 if capitals or agency else first


def _new_subject(tokens: Tokens, at: int, last: int) -> bool:
    """Whether a name stands here that a verb follows, not another comma."""
    if at >= last or tokens[at].kind != "capital":
        return False
    phrase = phrase_right(tokens, at, last)
    return phrase is not None and phrase[1] < last and tokens[phrase[1]].kind in ("verb", "auxiliary", "word", "adverb")
