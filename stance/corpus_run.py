"""The run over a corpus: articles through the analyzer into a journal, and from there into the output."""

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from stance.analyzer import Analyzer
from stance.article import Article, Fault, where
from stance.durable import whole_file
from stance.errors import OutputError, StanceError
from stance.formats import rows_of
from stance.journal import PART_ITEMS, Journal, Part
from stance.quote import Quote
from stance.reading import Corpus
from stance.summary import Summary
from stance.writing import write_rows

_IDS = 250_000  # so many ids are remembered, to say that one stands twice

Analyzed = tuple[Article, list[Quote]]


class FirstFaultError(StanceError):
    """The fault at which a strict run stops."""


class Watcher(Protocol):
    """Who is told how a run goes on."""

    def begin(self, items: int) -> None:
        """So many were done before."""

    def done(self, result: Analyzed | Fault) -> None:
        """One more is done."""


def analyzed(
    analyzer: Analyzer, items: Iterable[Article | Fault], jobs: int = 1, explain: bool = False
) -> Iterator[Analyzed | Fault]:
    """Each article with its quotes, in order; faults, and articles on which the analyzer fails, as faults.

    >>> rain = Article("a", "“It rains,” Austin said.", "a.txt")
    >>> [(article.id, len(quotes)) for article, quotes in analyzed(Analyzer(), [rain])]
    [('a', 1)]
    """
    waiting: deque[Article | Fault] = deque()

    def texts() -> Iterator[str]:
        for item in items:
            waiting.append(item)
            # A fault goes along as an empty text: so nothing but what is in work ever waits.
            yield item.text if isinstance(item, Article) else ""

    if explain:
        results: Iterator[list[Quote]] = (analyzer.analyze(text, explain=True) for text in texts())
    else:
        results = analyzer.analyze_many(texts(), jobs=jobs)
    for quotes in results:
        item = waiting.popleft()
        error = getattr(quotes, "error", None)
        if isinstance(item, Fault):
            yield item
        elif error is not None:
            says = f"{where(item.source, item.line)}: the analysis failed ({error}); please report it with the text"
            yield Fault(item.source, item.line, item.id, "analysis failed", says)
        else:
            yield item, quotes


def run_corpus(
    corpus: Corpus,
    analyzer: Analyzer,
    output: Path,
    suffix: str,
    journal: Journal,
    *,
    jobs: int = 1,
    threshold: float = 0.0,
    strict: bool = False,
    watcher: Watcher | None = None,
) -> Summary:
    """Analyses what the journal lacks, writes the output (of the format `suffix`), and deletes the journal.

    Where no article can be read, no output is written. Raises OutputError where something can't be written or the
    corpus is not the journal's; FirstFaultError at the first fault of a strict run.
    """
    shared = _SharedIds()
    if not journal.ended:
        if watcher:
            watcher.begin(journal.items)
        items = corpus.items(skip=journal.items)
        _pass_over(items, journal, shared)
        _analyze_into(journal, analyzer, shared.watch(items), jobs, threshold, strict, watcher)
    summary = Summary(shared_ids=shared.number)
    for part in journal.parts():
        summary.add(part.articles, part.rows, part.faults)
    if summary.articles or not summary.faults:
        with whole_file(output, journal.folder / f"joined{suffix}") as place:
            write_rows((row for part in journal.parts() for row in part.rows), place, suffix)
    return summary


def _analyze_into(
    journal: Journal,
    analyzer: Analyzer,
    items: Iterable[Article | Fault],
    jobs: int,
    threshold: float,
    strict: bool,
    watcher: Watcher | None,
) -> None:
    part, digest = Part(), _Digest()

    def close_part(last: bool) -> None:
        part.digest, part.last = digest.value(), last
        journal.add(part)

    def digested() -> Iterator[Article | Fault]:
        yield from items

    for result in analyzed(analyzer, digested(), jobs):
        if watcher:
            watcher.done(result)
        if isinstance(result, Fault):
            if strict:
                raise FirstFaultError(result.message)
            digest.add(result)
            part.faults.append(result.to_dict())
        else:
            article, quotes = result
            digest.add(article)
            part.articles += 1
            part.rows.extend(rows_of(article.id, quotes, threshold, article.date))
        part.items += 1
        if part.items == PART_ITEMS:
            close_part(last=False)
            part, digest = Part(), _Digest()
    close_part(last=True)


def _pass_over(items: Iterator[Article | Fault], journal: Journal, shared: "_SharedIds") -> None:
    """Takes from the items those that are done, and checks that they are the same as then."""
    for number, head in enumerate(journal.heads):
        digest = _Digest()
        for _ in range(head.items):
            item = next(items, None)
            if item is None:
                break
            shared.see(item)
            digest.add(item)
        if digest.value() != head.digest:
            raise OutputError(
                f"{journal.folder}: the articles {number * PART_ITEMS + 1:,} to {number * PART_ITEMS + head.items:,} "
                "are not those of the stopped run; give the same input, or delete that folder to start anew"
            )


class _Digest:
    """Tells the records of a part from others. Whole files are not in it: the survey of the corpus has them."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, item: Article | Fault) -> None:
        if item.line is not None:
            if isinstance(item, Article):
                self._hash.update(f"{item.id}\0{item.date}\0{item.text}\0".encode())
            else:
                self._hash.update(f"{item.source}\0{item.line}\0".encode())

    def value(self) -> str:
        return self._hash.hexdigest()


class _SharedIds:
    """Counts the articles whose id an earlier one has, among the first _IDS."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self.number = 0

    def see(self, item: Article | Fault) -> None:
        if isinstance(item, Article) and len(self._seen) < _IDS:
            key = hash(item.id)
            if key in self._seen:
                self.number += 1
            self._seen.add(key)

    def watch(self, items: Iterable[Article | Fault]) -> Iterator[Article | Fault]:
        for item in items:
            self.see(item)
            yield item
