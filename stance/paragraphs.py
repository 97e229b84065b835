"""An article as paragraphs of tokens, with their sentences and their quotes: what attribution and coreference read."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from stance.marks import Stretch
from stance.sentences import Sentences, paragraph_spans
from stance.tokens import Tokens, tokens_of

_REACH = 120  # tokens of a sentence that are read on either side of a quote


class Place(NamedTuple):
    """A quote in its paragraph: `tokens[at]` is the quote, `tokens[left:right]` the sentence that carries it."""

    tokens: Tokens
    at: int
    left: int
    right: int


class Paragraph:
    """A paragraph; one that a quote goes on over counts as part of the one where the quote begins.

    Its tokens and sentences are found when they are first asked for: most paragraphs hold no quote, and many of those
    are never looked at.
    """

    __slots__ = ("_places", "_source", "_starts", "_tokens", "end", "has_quotes", "start")

    def __init__(self, source: "_Source", start: int, end: int, after: int) -> None:
        self.start, self.end = start, end
        self._source = (source, after)
        first = bisect_left(source.outer_starts, start)
        self.has_quotes = first < len(source.outer_starts) and source.outer_starts[first] < end
        self._tokens: Tokens | None = None
        self._places: dict[int, Place] = {}
        self._starts: list[int] | None = None

    @property
    def tokens(self) -> Tokens:
        if self._tokens is None:
            source = self._source[0]
            first = bisect_left(source.outer_starts, self.start)
            self._tokens = tokens_of(source.article, self.start, self.end, source.stretches, first)
        return self._tokens

    @property
    def starts(self) -> list[int]:
        """Index of the first token of each sentence."""
        if self._starts is None:
            source, after = self._source
            token_starts = self.tokens.begins
            begins = [span[0] for span in source.sentences.starting_in(after, self.end)]
            indices = sorted({bisect_left(token_starts, begin) for begin in begins} | {0})
            self._starts = [index for index in indices if index < len(token_starts)] or [0]
        return self._starts

    @property
    def quotes(self) -> list[int]:
        """Indices of the quote tokens."""
        return self.tokens.quotes if self.has_quotes else []

    def place(self, at: int) -> Place:
        """Where the quote `tokens[at]` stands."""
        found = self._places.get(at)
        if found is None:
            left, right = self.sentence(bisect_right(self.starts, at) - 1)
            found = self._places[at] = Place(self.tokens, at, max(left, at - _REACH), min(right, at + _REACH))
        return found

    def sentence(self, number: int) -> tuple[int, int]:
        """The first and last + 1 index of the tokens of a sentence."""
        starts = self.starts
        return starts[number], starts[number + 1] if number + 1 < len(starts) else len(self.tokens)

    def sentence_of(self, at: int) -> int:
        """The number of the sentence that holds the token."""
        return bisect_right(self.starts, at) - 1


class _Source:
    """What the paragraphs of an article are cut from."""

    __slots__ = ("article", "outer_starts", "sentences", "stretches")

    def __init__(self, article: str, stretches: Sequence[Stretch], sentences: Sentences) -> None:
        self.article = article
        self.stretches = stretches
        self.outer_starts = [s.outer_start for s in stretches]
        self.sentences = sentences


def paragraphs_of(
    article: str,
    stretches: Sequence[Stretch],
    sentences: Sentences | None = None,
    spans: Sequence[tuple[int, int]] | None = None,
) -> list[Paragraph]:
    """The paragraphs of the article in tokens; one that a quote goes on over counts as part of the first.

    `sentences` are those of the article with the stretches as its quoted spans, `spans` those of `paragraph_spans`,
    where they are there already.
    """
    if sentences is None:
        sentences = Sentences(article, [(s.start, s.end) for s in stretches])
    source = _Source(article, stretches, sentences)
    result, before = [], 0
    for start, end in _merged(paragraph_spans(article) if spans is None else spans, stretches):
        result.append(Paragraph(source, start, end, before))
        before = end
    return result


def _merged(paragraphs: Sequence[tuple[int, int]], stretches: Sequence[Stretch]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    number = 0
    for start, end in paragraphs:
        while number < len(stretches) and stretches[number].outer_end <= start:
            number += 1
        if spans and number < len(stretches) and stretches[number].outer_start < start:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans
