"""Terms, titles, names and scare quotes: quoted stretches that are nobody's words (guidelines, section 1)."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import islice

from stance.lexicons import table, word_list
from stance.tokens import Token
from stance.verbs import headline

_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_LONGEST = 8  # words of a term
_NUMERIC = re.compile(r"[\W\d_]+")


def is_term(tokens: Sequence[Token], at: int, left: int, right: int) -> bool:
    """Whether the quoted stretch `tokens[at]` of the sentence `tokens[left:right]` is a term of the writer's own."""
    text = tokens[at].text
    words = [match[0] for match in islice(_WORD.finditer(text), _LONGEST + 1)]
    if not words or _NUMERIC.fullmatch(text):
        return True
    if len(words) > _LONGEST:
        return False
    before = " ".join(t.lower for t in tokens[max(left, at - 3) : at])
    if f" {before}".endswith(_cues("before")):
        return True
    named = text.removeprefix("the ")[:1].isupper() and all(w[:1].isupper() or _is_small(w) for w in words)
    if named and (_is_title(tokens, at, left, right, len(words)) or _is_called(tokens, at, left)):
        return True
    if text.endswith(("?", "!")):
        return False
    previous = tokens[at - 1] if at > left else None
    following = tokens[at + 1] if at + 1 < right else None
    if previous is not None and previous.text == "=":
        return True  # the value of an attribute in left-over mark-up
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
    return (article or previous.kind in ("capital", "linker", "preposition")) and not _cue_close(tokens, at, left)


def _is_title(tokens: Sequence[Token], at: int, left: int, right: int, length: int) -> bool:
    """Whether capitalised words are the title of a work or a programme, by what stands beside them.

    In her memoir, “The Long Way Home”, · on “Meet the Nation” · ABC's “This Day” · “Harbour Lights” star Ann Bo.
    """
    text = tokens[at].text
    previous = tokens[at - 1] if at > left else None
    following = tokens[at + 1] if at + 1 < right else None
    if following is not None and text[-1:].isalnum() and following.lower in word_list("title_heads.txt"):
        return True
    before = " ".join(t.lower for t in tokens[max(left, at - 4) : at]).removesuffix(" ,")
    if f" {before}".endswith((*_cues("title"), *_cues("before"))):
        return True
    channel = previous is not None and previous.possessive and previous.text[:2].isupper()
    if channel or length < 2:
        return channel
    if previous is None:  # “Harbour Lights,” which …, was filmed in Lima
        first, second = (tokens[k] if k < right else None for k in (at + 1, at + 2))
        relative = text.endswith(",") and first is not None and first.lower == "which"
        passive = first is not None and first.lower in ("is", "was") and second is not None
        return relative or (passive and second is not None and second.lower.endswith(("ed", "written", "made")))
    if headline(tokens[left:right]):
        return False
    day = previous.kind == "calendar" and previous.text[-2:] in ("'s", "’s")  # on Friday's “Harbour Lights”
    return day or previous.lower == "on"


def _is_called(tokens: Sequence[Token], at: int, left: int) -> bool:
    """Whether capitalised words are a name that nobody gives: a lake called “the Sister”, a group calls itself “X”."""
    back = at - 1 - (at - 1 > left and tokens[at - 1].kind == "determiner")
    verb, before = tokens[max(back, left)], tokens[max(back - 1, left)]
    if back - 1 < left:
        return False
    if verb.lower in ("itself", "himself", "herself", "themselves"):
        return before.verb_class == "frame"
    if verb.lower not in ("called", "dubbed", "styled", "termed", "christened"):
        return False
    return before.text == "," or before.kind == "word" or before.lower in ("is", "was", "are", "were", "been", "be")


def _is_small(word: str) -> bool:
    """Whether the word has no capital in a title: *of*, *with*."""
    return len(word) <= 3 or table("word_classes.tsv").get(word) in ("preposition", "linker", "conjunction")


@cache
def _cues(kind: str) -> tuple[str, ...]:
    return tuple(f" {cue}" for cue, place in table("term_cues.tsv").items() if place == kind)


def _cue_close(tokens: Sequence[Token], at: int, left: int) -> bool:
    """Whether a verb of speech stands within three words before the stretch."""
    return any(t.kind == "verb" and t.verb_class in ("say", "frame") for t in tokens[max(left, at - 4) : at])
