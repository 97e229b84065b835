"""Terms, titles, names and scare quotes: quoted stretches that are nobody's words (guidelines, section 1)."""

import re
from collections.abc import Sequence
from functools import cache

from stance.lexicons import table, word_list
from stance.mentions import headline
from stance.tokens import Token

_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_NUMERIC = re.compile(r"[\W\d_]+")


def is_term(tokens: Sequence[Token], at: int, left: int, right: int) -> bool:
    """Whether the quoted stretch `tokens[at]` of the sentence `tokens[left:right]` is a term of the writer's own."""
    text = tokens[at].text
    words = _WORD.findall(text)
    if not words or _NUMERIC.fullmatch(text):
        return True
    if text.endswith(("?", "!")) or len(words) > 8:
        return False
    before = " ".join(t.lower for t in tokens[max(left, at - 3) : at])
    if f" {before}".endswith(_cues()):
        return True
    previous = tokens[at - 1] if at > left else None
    following = tokens[at + 1] if at + 1 < right else None
    if previous is not None and previous.text == "=":
        return True  # the value of an attribute in left-over mark-up
    named = all(w[:1].isupper() or len(w) <= 3 for w in words) and text[:1].isupper()
    head = following is not None and following.lower in word_list("term_heads.txt") and not text.endswith((",", "."))
    owned = previous is not None and (previous.kind == "possessive" or previous.possessive)
    article = previous is not None and (owned or previous.kind == "determiner")
    definite = previous is not None and (owned or previous.lower == "the")
    if named and definite and words[-1].lower() in word_list("term_heads.txt"):
        return True
    if head and (named or (article and definite)) and not _cue_close(tokens, at, left):
        return True
    if not named or previous is None or headline(tokens[left:right]):
        return False
    if len(words) > 1 and (previous.lower == "on" or previous.text[:3].isupper()) and not text.endswith("."):
        return True  # on “Meet the Nation”, ABC's “This Day”: a programme
    return (article or previous.kind in ("capital", "linker", "preposition")) and not _cue_close(tokens, at, left)


@cache
def _cues() -> tuple[str, ...]:
    return tuple(f" {cue}" for cue in table("term_cues.tsv"))


def _cue_close(tokens: Sequence[Token], at: int, left: int) -> bool:
    """Whether a verb of speech stands within three words before the stretch."""
    return any(t.kind == "verb" and t.verb_class in ("say", "frame") for t in tokens[max(left, at - 4) : at])
