"""Who is named where: noun phrases that can be the source of words.

No parser: a noun phrase is a run of words bounded by function words, verbs and punctuation. What bounds it is in
data/word_classes.tsv, so that the grammar stays readable and quick.
"""

from stance.tokens import Token, Tokens

_REACH = 14  # words of the longest noun phrase looked for
_SUBJECTS = frozenset("he she they it i we you who one others many some both".split())
_DANGLING = frozenset(("linker", "preposition", "determiner", "possessive", "punctuation"))
# Roles that go on with to: an aide to President Ruiz.
_TO_SOMEBODY = frozenset("aide aides adviser advisers advisor advisors assistant ambassador envoy counsel".split())
_PAPERS = frozenset("letter memo email e-mail message note appeal tweet".split())

Phrase = tuple[int, int]  # first and last + 1 index of its tokens


def phrase_left(tokens: Tokens, last: int, first: int = 0) -> Phrase | None:
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


def phrase_right(tokens: Tokens, first: int, last: int | None = None) -> Phrase | None:
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
        elif token.text in ".&" and at > first and tokens.begins[at] == tokens.ends[at - 1] and at + 1 < stop:
            if tokens[at + 1].kind != "capital":
                break
        elif token.text in "'’" and at > first and tokens.begins[at] == tokens.ends[at - 1]:
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


def _dates(tokens: Tokens, at: int) -> bool:
    """Whether a date stands inside a noun phrase: a *Wednesday* editorial, the *Nov.* 8 election."""
    before = tokens[at - 1] if at else None
    return before is not None and before.kind == "determiner" and before.lower in ("a", "an", "the")


def _role_follows(tokens: Tokens, at: int, stop: int) -> bool:
    """Whether the words from here lead to a noun for somebody (the US defence chief)."""
    for token in tokens[at : min(stop, at + 4)]:
        if token.is_role:
            return True
        if token.kind not in ("word", "capital", "number"):
            return False
    return False


def able_to_speak(tokens: Tokens, phrase: Phrase) -> bool:
    """Whether the phrase names somebody: a pronoun, a name, a role."""
    words = tokens[phrase[0] : phrase[1]]
    if len(words) == 1 and words[0].without_auxiliary in ("he", "she", "they", "who", "we", "i"):
        return True
    return any(w.kind == "capital" or w.is_role for w in words)


def _noun(token: Token) -> bool:
    return token.kind in ("capital", "word", "number") or (token.kind == "verb" and token.is_role)


def _opens_noun(token: Token) -> bool:
    return token.kind in ("capital", "word", "determiner", "possessive", "number")


def _nominal(tokens: Tokens, at: int) -> bool:
    """Whether a word that can be a verb of speech stands as a noun here: a role word, after an article or adjective."""
    token = tokens[at]
    if token.is_upper and at != 0:
        return True
    if token.is_role:
        return True
    before = tokens[at - 1] if at else None
    return before is not None and (before.kind in ("determiner", "possessive") or before.possessive)


def _finite(tokens: Tokens, at: int) -> bool:
    token = tokens[at]
    return token.lower.endswith(("ed", "said")) and not token.is_upper


def _can_name(tokens: Tokens, start: int, end: int) -> bool:
    words = [t for t in tokens[start:end] if t.is_word]
    return any(_noun(t) or t.kind == "verb" or t.lower in _SUBJECTS | {"him", "her", "them"} for t in words)
