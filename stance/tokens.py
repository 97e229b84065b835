"""Words and punctuation of a sentence, with each quoted stretch as one token; and what kind of word each is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from stance.lexicons import table, word_list
from stance.marks import Stretch

_TOKEN = re.compile(r"(?:[A-Z]\.){2,}|[^\W_](?:[\w&]|[.'’/-](?=\w))*|[^\w\s]|_")
# he’s, they've: a pronoun with its auxiliary
_CONTRACTION = re.compile(r"(?:i|he|she|it|we|you|they)['’](?:s|re|ve|d|ll|m)$")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a punctuation mark, or a quoted stretch (`quote` is its number in the article, else -1)."""

    text: str
    start: int
    end: int
    kind: str  # word class of data/word_classes.tsv, or: verb, capital, number, word, punctuation, quote
    lower: str
    quote: int = -1

    @property
    def is_word(self) -> bool:
        return self.kind not in ("punctuation", "quote")

    @property
    def adverbial(self) -> bool:
        """Whether it is an adverb, listed or by its ending (Kelly is none)."""
        return self.kind == "adverb" or (self.text.endswith("ly") and self.text.islower())

    @property
    def without_auxiliary(self) -> str:
        """The word in lower case, a pronoun without its auxiliary (he’d → he)."""
        return re.split("['’]", self.lower)[0] if self.kind == "pronoun" else self.lower

    @property
    def possessive(self) -> bool:
        """Whether it is a noun that owns what follows (China’s, officials’)."""
        return self.text.endswith(("'s", "’s", "'S", "’S", "s'", "s’")) and self.kind in ("capital", "word")


def tokens_of(article: str, start: int, end: int, stretches: Sequence[Stretch], first: int) -> list[Token]:
    """The tokens of `article[start:end]`; `stretches[first:]` are the quoted stretches from there on.

    >>> [t.kind for t in tokens_of("“No,” Wei said.", 0, 15, [Stretch(1, 4, 0, 5)], 0)]
    ['quote', 'capital', 'verb', 'punctuation']
    """
    tokens: list[Token] = []
    at, number = start, first
    while at < end:
        stretch = stretches[number] if number < len(stretches) else None
        stop = min(stretch.outer_start, end) if stretch else end
        for match in _TOKEN.finditer(article, at, stop):
            tokens.append(_word(article, match, tokens))
        if stretch is None or stretch.outer_start >= end:
            break
        tokens.append(
            Token(article[stretch.start : stretch.end], stretch.outer_start, stretch.outer_end, "quote", "", number)
        )
        at, number = stretch.outer_end, number + 1
    return tokens


def _word(article: str, match: re.Match[str], before: Sequence[Token]) -> Token:
    text, (a, b) = match.group(), match.span()
    # A possessive apostrophe after s stands alone in the text: officials’ → one token.
    if text in "'’" and before and before[-1].end == a and before[-1].lower.endswith("s"):
        return Token(text, a, b, "punctuation", text)
    return Token(text, a, b, _kind(text), text.lower())


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


def verb_class(token: Token) -> str | None:
    """`say`, `frame` or `weak` for a verb of data/speech_verbs.tsv, else None."""
    return table("speech_verbs.tsv").get(token.lower)


def is_role(token: Token) -> bool:
    """Whether it is a noun for somebody or something that can speak (minister, statement, campaign)."""
    word = re.sub(r"['’]s?$", "", token.lower)
    return word in word_list("roles.txt") or word.rpartition("-")[2] in word_list("roles.txt")
