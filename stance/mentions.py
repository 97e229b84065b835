"""Who is named where: noun phrases that can be the source of words, found from a verb or a preposition outwards.

No parser: a noun phrase is a run of words bounded by function words, verbs and punctuation. What bounds it is in
data/word_classes.tsv, so that the grammar stays readable and quick.
"""

import re
from collections.abc import Sequence

from stance.lexicons import table, verb_lemmas, word_list
from stance.tokens import Token

_REACH = 14  # words of the longest noun phrase looked for
_SUBJECTS = frozenset("he she they it i we you who one others many some both".split())
_DASHES = frozenset("—–-―")
_ADVERBIAL = frozenset(("preposition", "conjunction", "adverb", "calendar", "linker"))
_DANGLING = frozenset(("linker", "preposition", "determiner", "possessive", "punctuation"))
SHARED = frozenset(
    "and but went goes going gone continued began begun quoted used tried wanted proceeded took turned prompted forced "
    "compelled moved keen quick eager careful able started starts chose chosen decided sought rushed hastened managed "
    "happened led urged invited".split()
)
# Words that can stand between a subject and the verb that it shares: he *went on to* say.
_ADVERBIAL_REACH = 8  # words of a short adverbial between a subject and its verb
_WHEN_AND_WHERE = frozenset("at in on during after before since".split())
_TRAILING = frozenset("himself herself themselves itself".split())

_BEFORE_PARTICIPLES = frozenset("as by in after before while despite without upon when since".split())
# Roles that go on with to: an aide to President Ruiz.
_TO_SOMEBODY = frozenset("aide aides adviser advisers advisor advisors assistant ambassador envoy counsel".split())
_PAPERS = frozenset("letter memo email e-mail message note appeal tweet".split())
_BEHIND_NOUNS = frozenset("as of by from are were was be been have had".split())

Phrase = tuple[int, int]  # first and last + 1 index of its tokens


def phrase_left(tokens: Sequence[Token], last: int, first: int = 0) -> Phrase | None:
    """The noun phrase that ends with `tokens[last]`, not further left than `first`; None where there is none."""
    if last < first or not tokens[last].is_word:
        return None
    end = last + 1
    token = tokens[last]
    if token.kind == "pronoun" or (token.lower in _SUBJECTS and (token.kind == "relative" or not _noun(token))):
        return last, end
    at, links = last, 0
    start = end
    while at >= first and end - at <= _REACH:
        token = tokens[at]
        if token.lower in ("that", "such") or (token.kind == "pronoun" and at < last):
            break  # a conjunction here: said that Trump …
        follows = tokens[at + 1] if at + 1 < end else None
        if token.kind in ("determiner", "possessive"):
            start = at
            if at > first and tokens[at - 1].lower == "of":
                at -= 1
                continue
            source = tokens[at - 2] if at - 1 > first else None
            if source is not None and links < 2 and _hangs_on(tokens[at - 1], source):
                links += 1
                at -= 2
                continue
            break
        if token.kind in ("capital", "number", "word") or (token.kind == "verb" and _nominal(tokens, at)):
            start = at
        elif token.kind == "calendar" and _dates(tokens, at) and at > first and at < last:
            start = at if tokens[at - 1].kind != "determiner" else at - 1
        elif token.kind == "calendar" and token.is_upper and follows and follows.kind == "capital":
            break
        elif token.kind in ("linker", "preposition") and follows is not None and links < 3 and at > first:
            before = tokens[at - 1]
            linkable = token.kind == "linker" or token.lower in ("at", "in", "from", "with", "on", "to")
            if not (linkable and before.is_word and _noun(before)):
                break
            links += 1
        elif token.lower == "and" and follows is not None and at > first and tokens[at - 1].kind == "capital":
            if follows.kind not in ("capital", "determiner", "possessive"):
                break
        elif token.text in "'’.&" and follows is not None:
            pass
        elif token.kind == "adverb" and at > first and follows is not None and tokens[at - 1].possessive:
            pass  # Peru's then minister
        else:
            break
        at -= 1
    while start < end and tokens[start].kind in ("adverb", "calendar"):
        start += 1
    return (start, end) if start < end and _can_name(tokens, start, end) else None


def phrase_right(tokens: Sequence[Token], first: int, last: int | None = None) -> Phrase | None:
    """The noun phrase that begins with `tokens[first]` and ends before `last`."""
    stop = min(len(tokens) if last is None else last, first + _REACH)
    if first >= stop or not tokens[first].is_word:
        return None
    token = tokens[first]
    if token.lower == "that" or (token.adverbial and first + 1 < stop and tokens[first + 1].kind == "verb"):
        return None
    if (
        token.kind != "capital"
        and token.without_auxiliary in _SUBJECTS | {"him", "her", "them", "us", "me"}
        and not (
            token.lower in ("her", "one", "many", "some", "both")
            and first + 1 < stop
            and tokens[first + 1].kind in ("word", "capital", "linker", "number")
        )
    ):
        return first, first + 1
    at = first
    while at < stop:
        token = tokens[at]
        if token.kind in ("determiner", "possessive"):
            before = tokens[at - 1]
            if at > first and before.kind not in ("linker", "preposition", "determiner") and before.lower != "and":
                break
        elif token.kind in ("capital", "number", "word"):
            named = at > first and (tokens[at - 1].kind == "capital" or tokens[at - 1].is_role)
            verb = at + 1 < stop and tokens[at + 1].kind in ("verb", "auxiliary")  # its official account posted
            if named and token.text.islower() and not verb and not _role_follows(tokens, at, stop):
                break  # a verb on no list: Colonel Zhao burst out, the press secretary took care
        elif (token.kind == "verb" and at > first and _nominal(tokens, at) and not _finite(tokens, at)) or (
            token.kind == "calendar" and at > first and _dates(tokens, at)
        ):
            pass
        elif token.kind == "linker" or (token.kind == "preposition" and token.lower in ("at", "in", "from")):
            if token.kind == "preposition" and at > first and tokens[at - 1].kind == "capital":
                break
            if at == first or at + 1 >= stop or not _opens_noun(tokens[at + 1]):
                break
        elif token.lower == "and" and at > first and at + 1 < stop and tokens[at + 1].kind == "capital":
            pass
        elif token.lower == "to" and at > first and tokens[at - 1].lower in _TO_SOMEBODY:
            if at + 1 >= stop or tokens[at + 1].kind not in ("capital", "determiner"):
                break
        elif token.text in ".&" and at > first and token.start == tokens[at - 1].end and at + 1 < stop:
            if tokens[at + 1].kind != "capital":
                break
        elif token.text in "'’" and at > first and token.start == tokens[at - 1].end:
            pass
        else:
            break
        at += 1
    while at > first and (tokens[at - 1].kind in _DANGLING or tokens[at - 1].lower == "and"):
        at -= 1
    return (first, at) if at > first and _can_name(tokens, first, at) else None


def _hangs_on(link: Token, source: Token) -> bool:
    """Whether an article behind the link belongs to the noun before it: a spokesman *for the* ministry."""
    if link.lower == "to":
        return source.lower in _TO_SOMEBODY | _PAPERS
    return source.is_role and source.kind == "word" and link.lower in ("for", "from", "with", "at")


def _dates(tokens: Sequence[Token], at: int) -> bool:
    """Whether a date stands inside a noun phrase: a *Wednesday* editorial, the *Nov.* 8 election."""
    before = tokens[at - 1] if at else None
    return before is not None and before.kind == "determiner" and before.lower in ("a", "an", "the")


def _role_follows(tokens: Sequence[Token], at: int, stop: int) -> bool:
    """Whether the words from here lead to a noun for somebody (the US defence chief)."""
    for token in tokens[at : min(stop, at + 4)]:
        if token.is_role:
            return True
        if token.kind not in ("word", "capital", "number"):
            return False
    return False


def subject_left(tokens: Sequence[Token], verb: int, first: int = 0) -> Phrase | None:
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
    if token.text == "," or token.text in _DASHES:
        opening = _parenthesis_start(tokens, at, first)
        if opening is None:
            return None
        at = _over_brackets(tokens, opening - 1, first)
        if at >= first and tokens[at].kind == "relative":
            return _antecedent(tokens, at, first)  # it was X who, in May, said
    return phrase_left(tokens, at, first)


def _over_adverbial(tokens: Sequence[Token], at: int, first: int) -> int:
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


def _only_aux(tokens: Sequence[Token], start: int, stop: int) -> bool:
    return all(t.kind in ("auxiliary", "adverb") or t.lower in ("to", "on", "as", "by") for t in tokens[start:stop])


def _over_brackets(tokens: Sequence[Token], at: int, first: int) -> int:
    """The index left of a bracketed insertion (R-Wis.) that ends at `at`, or `at` itself."""
    if at >= first and tokens[at].text in ")]":
        opening = at
        while opening > first and at - opening < 20 and tokens[opening].text not in "([":
            opening -= 1
        if tokens[opening].text in "([":
            return opening - 1
    return at


def _parenthesis_start(tokens: Sequence[Token], closing: int, first: int) -> int | None:
    """The comma or dash that opens the insertion which `tokens[closing]` closes; the outermost of a chain."""
    mark = "," if tokens[closing].text == "," else "dash"
    found = None
    at = closing - 1
    while at > first and closing - at < 45:
        token = tokens[at]
        if token.kind == "quote" or token.text in ";:":
            break
        if (token.text == ",") if mark == "," else (token.text in _DASHES):
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


def _appositive(tokens: Sequence[Token], at: int) -> bool:
    """Whether what begins here can stand in apposition: an article, who, an age, a role, a participle."""
    token = tokens[at]
    opens = token.kind in ("determiner", "relative", "number", "possessive")
    return opens or token.is_role or token.lower.endswith(("ing", "ed"))


def _antecedent(tokens: Sequence[Token], relative: int, first: int) -> Phrase | None:
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


def clause_subject(tokens: Sequence[Token], first: int, last: int) -> Phrase | None:
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


def _behind_dateline(tokens: Sequence[Token], first: int, last: int) -> int:
    """The index behind a dateline: LIMA, May 2 — · Lima (Agency) –."""
    dash = next((k for k in range(first, min(last, first + 14)) if tokens[k].text in _DASHES), None)
    if dash is None:
        return first
    capitals = tokens[first].text.isupper() and len(tokens[first].text) > 2
    agency = tokens[dash - 1].text == ")" and tokens[dash - 2].kind == "capital" and tokens[dash - 2].text.isupper()
    return dash + 1 if capitals or agency else first


def _new_subject(tokens: Sequence[Token], at: int, last: int) -> bool:
    """Whether a name stands here that a verb follows, not another comma."""
    if at >= last or tokens[at].kind != "capital":
        return False
    phrase = phrase_right(tokens, at, last)
    return phrase is not None and phrase[1] < last and tokens[phrase[1]].kind in ("verb", "auxiliary", "word", "adverb")


def able_to_speak(tokens: Sequence[Token], phrase: Phrase) -> bool:
    """Whether the phrase names somebody: a pronoun, a name, a role."""
    words = tokens[phrase[0] : phrase[1]]
    if len(words) == 1 and words[0].without_auxiliary in ("he", "she", "they", "who", "we", "i"):
        return True
    return any(w.kind == "capital" or w.is_role for w in words)


def _noun(token: Token) -> bool:
    return token.kind in ("capital", "word", "number") or (token.kind == "verb" and token.is_role)


def _opens_noun(token: Token) -> bool:
    return token.kind in ("capital", "word", "determiner", "possessive", "number")


def _nominal(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word that can be a verb of speech stands as a noun here: a role word, after an article or adjective."""
    token = tokens[at]
    if token.is_upper and at != 0:
        return True
    if token.is_role:
        return True
    before = tokens[at - 1] if at else None
    return before is not None and (before.kind in ("determiner", "possessive") or before.possessive)


def _finite(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    return token.lower.endswith(("ed", "said")) and not token.is_upper


def _can_name(tokens: Sequence[Token], start: int, end: int) -> bool:
    words = [t for t in tokens[start:end] if t.is_word]
    return any(_noun(t) or t.kind == "verb" or t.lower in _SUBJECTS | {"him", "her", "them"} for t in words)


def cue_verbs(tokens: Sequence[Token], start: int, stop: int) -> list[int]:
    """The indices in [start, stop) of words that stand as verbs of speech, nouns of the same form left out."""
    return [at for at in range(start, stop) if _is_cue(tokens, at)]


def _is_cue(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    if token.verb_class is None or token.possessive:
        return False
    if token.is_upper and at and not headline(tokens) and token.text != "Tweeted":
        return False
    following = tokens[at + 1].lower if at + 1 < len(tokens) else ""
    if following == "to" and token.lower.startswith(("continu", "begin", "began", "start", "mean")):
        return False
    if table("particle_verbs.tsv").get(token.lower, following) != following:
        return False
    before = tokens[at - 1] if at else None
    if before is not None and (before.kind in ("determiner", "possessive", "linker") or before.possessive):
        return False
    lower = token.lower
    if lower.endswith("ing"):
        leads = before is None or before.lower in _BEFORE_PARTICIPLES
        return leads or (before is not None and before.kind != "preposition")
    if lower.endswith(("ed", "d", "t", "ote", "ke", "ng", "n")) and not _base_form(lower):
        return True
    if before is None:
        return False
    if _base_form(lower):
        many = before.kind in ("word", "capital") and before.lower.endswith(("s", "people", "men", "women"))
        leads = before.lower in ("they", "we", "i", "you", "who", "to", "and")
        return many or leads or before.kind in ("auxiliary", "adverb")
    # third person (says, calls), or a noun in the plural (late-night tweets, Republican claims as “false”)
    if before.kind == "verb" and at > 1 and (tokens[at - 2].possessive or tokens[at - 2].kind == "possessive"):
        return False  # his repeated calls
    if lower.removesuffix("s") in word_list("speech_nouns.txt") and _owned(tokens, at):
        return False  # the envoy's Lima remarks
    if following in _BEHIND_NOUNS and lower not in ("says", "tells", "writes", "describes", "casts", "portrays"):
        return False
    if before.kind == "word" and not before.is_role:
        return lower in ("says", "tells", "writes", "adds", "asks") and not _adjective(before)
    return before.kind not in ("preposition", "linker", "number")


def _owned(tokens: Sequence[Token], at: int) -> bool:
    """Whether a possessive stands before the name or adjective to the left."""
    return at > 1 and tokens[at - 1].kind in ("capital", "word") and tokens[at - 2].possessive


def headline(tokens: Sequence[Token]) -> bool:
    """Whether the line has title case, where verbs have capitals too."""
    words = [t for t in tokens[:16] if t.kind in ("word", "verb", "capital")]
    return len(words) > 2 and sum(t.is_upper for t in words) >= 0.85 * len(words)


def _base_form(lower: str) -> bool:
    # put, hit, set, cast … are past tense as well: taken as finite verbs
    return lower in verb_lemmas() and lower not in ("put", "hit", "cast", "set", "read")


def _adjective(token: Token) -> bool:
    return bool(re.search(r"(?:ive|al|ous|ful|ic|ary|able|ible|less)$", token.lower))
