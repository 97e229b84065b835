"""Paragraphs and sentences of an article, as offsets: `[start, end)` in code points, sorted and disjoint."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from stance.lexicons import word_list

_BLANK_LINES = re.compile(r"\r?\n[^\S\n]*(?:\r?\n[^\S\n]*)+")
_LINE = re.compile(r"[^\r\n]+")
# Lines of hard-wrapped text (old wire copy, e-mail) lie in this range, but for the last of a block.
_WRAPPED = range(45, 101)
_TERMINAL = ".!?:…”\"’'»)"
_NOT_BLANK = re.compile(r"\S")


def paragraph_spans(article: str) -> list[tuple[int, int]]:
    """Spans of the paragraphs, without the white space around them.

    A line is a paragraph, unless its block is hard-wrapped text: then the block is one.

    >>> paragraph_spans("One.\\n\\nTwo.\\nThree.")
    [(0, 4), (6, 10), (11, 17)]
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for gap in _BLANK_LINES.finditer(article):
        spans.extend(_paragraphs_of_block(article, start, gap.start()))
        start = gap.end()
    spans.extend(_paragraphs_of_block(article, start, len(article)))
    return spans


def _paragraphs_of_block(article: str, start: int, end: int) -> list[tuple[int, int]]:
    lines = [line.span() for line in _LINE.finditer(article, start, end)]
    *body, _ = lines or [(0, 0)]
    wrapped = body and all(b - a in _WRAPPED for a, b in body) and any(article[b - 1] not in _TERMINAL for _, b in body)
    if wrapped:
        lines = [(lines[0][0], lines[-1][1])]
    return [span for a, b in lines if (span := _trimmed(article, a, b))]


def _trimmed(article: str, start: int, end: int) -> tuple[int, int] | None:
    text = article[start:end]
    inner = text.strip()
    if not inner:
        return None
    start += len(text) - len(text.lstrip())
    return start, start + len(inner)


@cache
def _punkt() -> Any:
    # Imported on first use: nltk takes longer to import than all the rest of the package.
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    parameters = PunktParameters()
    parameters.abbrev_types = set(word_list("abbreviations.txt"))
    return PunktSentenceTokenizer(parameters)


def sentence_spans(article: str, quoted: Sequence[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """Spans of the sentences, found by Punkt (Kiss and Strunk 2006, as in nltk) with our own abbreviations.

    `quoted` holds the sorted, disjoint spans between quotation marks. Each counts as one unbroken word,
    so that the sentence that carries a quote holds the whole quote and its tag.

    >>> text = "“No. Never,” Gen. Wei said. He left."
    >>> [text[a:b] for a, b in sentence_spans(text, [(1, 11)])]
    ['“No. Never,” Gen. Wei said.', 'He left.']
    """
    masked = _masked(article, quoted)
    spans: list[tuple[int, int]] = []
    for start, end in paragraph_spans(masked):
        for a, b in _punkt().span_tokenize(masked[start:end]):
            a, b = start + a, start + b
            if spans and spans[-1][0] >= start and _goes_on(article, spans[-1][1], a):
                spans[-1] = (spans[-1][0], b)
            else:
                spans.append((a, b))
    return spans


_CLOSING_MARKS = "”\"’'»“›」』`"


def _goes_on(article: str, end: int, start: int) -> bool:
    """Whether a break between two sentences is none: the second goes on in lower case after a closing mark."""
    return article[end - 1] in _CLOSING_MARKS and article[start].islower()


def _masked(article: str, quoted: Sequence[tuple[int, int]]) -> str:
    """The article with each quoted stretch as a run of x, its last full stop kept; as long as before."""
    pieces, done = [], 0
    for start, end in quoted:
        if end <= start:
            continue
        last = article[end - 1]
        keep = last if last in ".!?" else "x"
        pieces += [article[done:start], "x" * (end - start - 1), keep]
        done = end
    return "".join([*pieces, article[done:]])
