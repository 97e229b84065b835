"""Which words are verbs of speech where they stand, and lines in which every word has a capital."""

import re
from collections.abc import Sequence

from stance.lexicons import table, verb_lemmas, word_list
from stance.tokens import Token

_BEFORE_PARTICIPLES = frozenset("as by in after before while despite without upon when since".split())
_BEHIND_NOUNS = frozenset("as of by from are were was be been have had".split())


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
