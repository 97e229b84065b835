"""Paragraphs and sentences of an article, as offsets: `[start, end)` in code points, sorted and disjoint."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from stance.punkt import sentences_in

_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
_LINE = re.compile(r"[^\r\n]+")
# Lines of hard-wrapped text (old wire copy, e-mail) lie in this range, but for the last of a block.
_WRAPPED = range(45, 101)
_TERMINAL = ".!?:…”\"’'»)"

Range = tuple[int, int]


def paragraph_spans(article: str) -> list[Range]:
    """Spans of the paragraphs, without the white space around them.

    A line is a paragraph, unless its block is hard-wrapped text: then the block is one.

    >>> paragraph_spans("One.\\n\\nTwo.\\nThree.")
    [(0, 4), (6, 10), (11, 17)]
    """
    spans: list[Range] = []
    returns = "\r" in article
    start = 0
    for gap in chain(_BLANK_LINES.finditer(article), (None,)):
        end = gap.start() if gap else len(article)
        if returns or article.find("\n", start, end) >= 0:
            _add_lines(spans, article, start, end)
        else:
            _add_trimmed(spans, article, start, end)
        start = gap.end() if gap else end
    return spans


def _add_lines(spans: list[Range], article: str, start: int, end: int) -> None:
    lines = [line.span() for line in _LINE.finditer(article, start, end)]
    *body, _ = lines or [(0, 0)]
    wrapped = body and all(b - a in _WRAPPED for a, b in body) and any(article[b - 1] not in _TERMINAL for _, b in body)
    if wrapped:
        lines = [(lines[0][0], lines[-1][1])]
    for a, b in lines:
        _add_trimmed(spans, article, a, b)


def _add_trimmed(spans: list[Range], article: str, start: int, end: int) -> None:
    if start < end and not (article[start].isspace() or article[end - 1].isspace()):
        spans.append((start, end))
        return
    text = article[start:end]
    inner = text.strip()
    if inner:
        start += len(text) - len(text.lstrip())
        spans.append((start, start + len(inner)))


class Sentences:
    """The sentences of an article, a paragraph at a time: only those asked for are looked for.

    `quoted` holds the sorted, disjoint spans between quotation marks. Each counts as one unbroken word, so that the
    sentence that carries a quote holds the whole quote and its tag. `like` are the same article's sentences with other
    quoted spans: paragraphs that both read alike are taken from there.
    """

    def __init__(self, article: str, quoted: Sequence[Range] = (), like: "Sentences | None" = None) -> None:
        self.article = article
        self.quoted = quoted
        self._masked = _masked(article, quoted)
        self._like = like
        self._paragraphs = paragraph_spans(self._masked)
        self._starts = [start for start, _ in self._paragraphs]
        self._found: dict[Range, list[Range]] = {}

    def all(self) -> Iterator[Range]:
        """The spans of all sentences."""
        for paragraph in self._paragraphs:
            yield from self._of(paragraph)

    def starting_in(self, start: int, end: int) -> list[Range]:
        """The sentences that begin in [start, end)."""
        first = max(0, bisect_right(self._starts, start) - 1)
        last = bisect_left(self._starts, end)
        found = [span for paragraph in self._paragraphs[first:last] for span in self._of(paragraph)]
        return [span for span in found if start <= span[0] < end]

    def around(self, spans: Iterable[Range]) -> list[Range]:
        """The sentences of the paragraphs where the spans begin and end."""
        numbers = {bisect_right(self._starts, at) - 1 for start, end in spans for at in (start, max(end - 1, start))}
        return [span for number in sorted(numbers) if number >= 0 for span in self._of(self._paragraphs[number])]

    def _of(self, paragraph: Range) -> list[Range]:
        found = self._found.get(paragraph)
        if found is None:
            found = self._found[paragraph] = self._split(paragraph)
        return found

    def _split(self, paragraph: Range) -> list[Range]:
        start, end = paragraph
        text = self._masked[start:end]
        if self._like is not None:
            same = self._like._found.get(paragraph)
            if same is not None and self._like._masked[start:end] == text:
                return same
        spans: list[Range] = []
        for a, b in sentences_in(text):
            a, b = start + a, start + b
            if spans and _goes_on(self.article, spans[-1][1], a):
                spans[-1] = (spans[-1][0], b)
            else:
                spans.append((a, b))
        return spans


def sentence_spans(article: str, quoted: Sequence[Range] = ()) -> list[Range]:
    """Spans of the sentences of an article (punkt.py decides where they end).

    `quoted` holds the sorted, disjoint spans between quotation marks. Each counts as one unbroken word,
    so that the sentence that carries a quote holds the whole quote and its tag.

    >>> text = "“No. Never,” Gen. Wei said. He left."
    >>> [text[a:b] for a, b in sentence_spans(text, [(1, 11)])]
    ['“No. Never,” Gen. Wei said.', 'He left.']
    """
    return list(Sentences(article, quoted).all())


_CLOSING_MARKS = "”\"’'»“›」』`"


def _goes_on(article: str, end: int, start: int) -> bool:
    """Whether a break between two sentences is none: the second goes on in lower case after a closing mark."""
    return article[end - 1] in _CLOSING_MARKS and article[start].islower()


def _masked(article: str, quoted: Sequence[Range]) -> str:
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
