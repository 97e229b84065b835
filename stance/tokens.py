"""Words and punctuation of a sentence, with each quoted stretch as one token; and what kind of word each is."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from stance.lexicons import table, word_list
from stance.marks import Stretch
from stance.quote import Span

_TOKENS = re.compile(r"((?:[A-Z]\.){2,}|[^\W_][\w&]*+(?:[.'’/-](?=\w)[\w&]*+)*+|[^\w\s]|_)")
# he’s, they've: a pronoun with its auxiliary
_CONTRACTION = re.compile(r"(?:i|he|she|it|we|you|they)['’](?:s|re|ve|d|ll|m)$")
_AUXILIARY = re.compile("['’]")
_OWNER = re.compile(r"['’]s?$")
_OWNER_OR_CAPITAL = re.compile(r"['’](?:s|S)?$")
_KNOWN = 1 << 16  # words remembered with all that is known of them


class Token(NamedTuple):
    """A word, a punctuation mark, or a quoted stretch (`quote` is its number in the article, else -1).

    kind               word class of data/word_classes.tsv, or: verb, capital, number, word, punctuation, quote
    lower              the text in lower case; empty for a quote
    bare               the same without stops and possessive ending, in American spelling
    without_auxiliary  the word in lower case, a pronoun without its auxiliary (he’d → he)
    is_upper           whether it begins with a capital
    adverbial          whether it is an adverb, listed or by its ending (Kelly is none)
    possessive         whether it is a noun that owns what follows (China’s, officials’)
    is_role            whether it is a noun for somebody or something that can speak (minister, statement, campaign)
    verb_class         `say`, `frame` or `weak` for a verb of data/speech_verbs.tsv, else None
    """

    text: str
    kind: str
    lower: str
    bare: str
    without_auxiliary: str
    is_word: bool
    is_upper: bool
    adverbial: bool
    possessive: bool
    is_role: bool
    verb_class: str | None
    quote: int = -1


class Tokens(list[Token]):
    """The tokens of a part of an article, where each begins and ends there, and the indices of the quotes among them.

    A slice is a plain list.
    """

    def __init__(self) -> None:
        super().__init__()
        self.begins: list[int] = []
        self.ends: list[int] = []
        self.quotes: list[int] = []


def tokens_of(article: str, start: int, end: int, stretches: Sequence[Stretch], first: int) -> Tokens:
    """The tokens of `article[start:end]`; `stretches[first:]` are the quoted stretches from there on.

    >>> tokens = tokens_of("“No,” Wei said.", 0, 15, [Stretch(1, 4, 0, 5)], 0)
    >>> [t.kind for t in tokens], tokens.begins
    (['quote', 'capital', 'verb', 'punctuation'], [0, 6, 10, 14])
    """
    tokens = Tokens()
    at, number = start, first
    while at < end:
        stretch = stretches[number] if number < len(stretches) else None
        stop = min(stretch.outer_start, end) if stretch else end
        if at < stop:
            parts = _TOKENS.split(article[at:stop])  # gap, word, gap, word, … gap
            tokens += map(_word, parts[1::2])
            places = list(accumulate(map(len, parts), initial=at))
            tokens.begins += places[1:-1:2]
            tokens.ends += places[2::2]
        if stretch is None or stretch.outer_start >= end:
            break
        tokens.quotes.append(len(tokens))
        tokens.append(_quote(article[stretch.start : stretch.end], number))
        tokens.begins.append(stretch.outer_start)
        tokens.ends.append(stretch.outer_end)
        at, number = stretch.outer_end, number + 1
    return tokens


@lru_cache(maxsize=_KNOWN)
def _word(text: str) -> Token:
    kind, lower = _kind(text), text.lower()
    return Token(
        text,
        kind,
        lower,
        _OWNER_OR_CAPITAL.sub("", lower.replace(".", "")).replace("defence", "defense"),
        _AUXILIARY.split(lower)[0] if kind == "pronoun" else lower,
        kind != "punctuation",
        text[0].isupper(),
        kind == "adverb" or (text.endswith("ly") and text.islower()),
        text.endswith(("'s", "’s", "'S", "’S", "s'", "s’")) and kind in ("capital", "word"),
        _is_role(lower),
        table("speech_verbs.tsv").get(lower),
    )


def _quote(text: str, number: int) -> Token:
    adverbial = text.endswith("ly") and text.islower()
    return Token(text, "quote", "", "", "", False, text[0].isupper(), adverbial, False, False, None, number)


def _kind(text: str) -> str:
    if not text[0].isalnum():
        return "punctuation"
    lower = text.lower()
    contracted = _CONTRACTION.match(lower)
    if contracted:
        return "pronoun"
    kind = table("word_classes.tsv").get(lower)
    if text in ("US", "IT", "UN", "U.S.", "U.N."):
        return "capital"
    if kind and (kind != "calendar" or text not in ("May", "March", "Mar")):
        return kind
    if text[0].isdigit():
        return "number"
    if lower in table("speech_verbs.tsv"):
        return "verb"
    return "capital" if text[0].isupper() else "word"


def _is_role(lower: str) -> bool:
    word, roles = _OWNER.sub("", lower), word_list("roles.txt")
    return word in roles or word.rpartition("-")[2] in roles


def span_of(article: str, tokens: Tokens, phrase: tuple[int, int]) -> Span:
    """The span of the tokens from `phrase[0]` to `phrase[1]`, half-open."""
    start, end = tokens.begins[phrase[0]], tokens.ends[phrase[1] - 1]
    return Span(start, end, article[start:end])
