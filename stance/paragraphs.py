"""An article as paragraphs of tokens, with their sentences and their quotes: what attribution and coreference read."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from stance.marks import Stretch
from stance.sentences import paragraph_spans, sentence_spans
from stance.tokens import Token, tokens_of

_REACH = 120  # tokens of a sentence that are read on either side of a quote


@dataclass(frozen=True, slots=True)
class Place:
    """A quote in its paragraph: `tokens[at]` is the quote, `tokens[left:right]` the sentence that carries it."""

    tokens: Sequence[Token]
    at: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; one that a quote goes on over counts as part of the one where the quote begins."""

    tokens: list[Token]
    starts: list[int]  # index of the first token of each sentence
    quotes: list[int]  # indices of the quote tokens
    start: int
    end: int

    def place(self, at: int) -> Place:
        left, right = self.sentence(self.sentence_of(at))
        return Place(self.tokens, at, max(left, at - _REACH), min(right, at + _REACH))

    def sentence(self, number: int) -> tuple[int, int]:
        """The first and last + 1 index of the tokens of a sentence."""
        return self.starts[number], self.starts[number + 1] if number + 1 < len(self.starts) else len(self.tokens)

    def sentence_of(self, at: int) -> int:
        """The number of the sentence that holds the token."""
        return bisect_right(self.starts, at) - 1


def paragraphs_of(article: str, stretches: Sequence[Stretch]) -> list[Paragraph]:
    """The paragraphs of the article in tokens; one that a quote goes on over counts as part of the first."""
    quoted = [(s.start, s.end) for s in stretches]
    sentences = sentence_spans(article, quoted)
    spans = _merged(paragraph_spans(article), stretches)
    starts = [s.outer_start for s in stretches]
    result, first_sentence = [], 0
    for start, end in spans:
        tokens = tokens_of(article, start, end, stretches, _first_at(starts, start))
        boundaries, number = [], first_sentence
        while number < len(sentences) and sentences[number][0] < end:
            boundaries.append(sentences[number][0])
            number += 1
        first_sentence = number
        token_starts = [t.start for t in tokens]
        indices = sorted({_first_at(token_starts, b) for b in boundaries} | {0})
        quotes = [i for i, t in enumerate(tokens) if t.kind == "quote"]
        result.append(Paragraph(tokens, [i for i in indices if i < len(tokens)] or [0], quotes, start, end))
    return result


def _first_at(starts: Sequence[int], position: int) -> int:
    return bisect_right(starts, position - 1)


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
