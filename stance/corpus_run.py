"""The run over a corpus: articles through the analyzer into a journal, and from there into the output."""

import hashlib
import re
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from stance.analyzer import Analyzer
from stance.article import Article, Fault, where
from stance.durable import whole_file
from stance.errors import OutputError, StanceError
from stance.failure import Failure
from stance.formats import rows_of
from stance.journal import PART_ITEMS, Journal, Part
from stance.quote import Quote
from stance.reading import Corpus
from stance.summary import Summary
from stance.writing import write_rows

_IDS = 250_000  # so many ids are remembered, to say that one stands twice


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an item of a corpus: the quotes of the article, or the fault for which there are none."""

    item: Article | Fault
    quotes: list[Quote]
    fault: Fault | None = None


class FirstFaultError(StanceError):
    """The fault at which a strict run stops."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class Watcher(Protocol):
    """Who is told how a run goes on."""

    def begin(self, items: int) -> None:
        """So many were done before."""

    def done(self, outcome: Outcome) -> None:
        """One more is done."""


def analyzed(
    analyzer: Analyzer, items: Iterable[Article | Fault], jobs: int = 1, explain: bool = False
) -> Generator[Outcome, None, None]:
    """What comes of each item, in order. An article on which the analyzer fails becomes a fault.

    >>> rain = Article("a", "“It rains,” Austin said.", "a.txt")
    >>> [len(outcome.quotes) for outcome in analyzed(Analyzer(), [rain])]
    [1]
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
        if isinstance(item, Fault):
            yield Outcome(item, [], item)
        elif isinstance(quotes, Failure):
            # Its number counts from where this run began; the place in the corpus says it better.
            error = re.sub(r"^article \d+: ", "", str(quotes.error))
            says = f"{where(item.source, item.line)}: the analysis failed ({error}); please report it with the text"
            yield Outcome(item, [], Fault(item.source, item.line, item.id, "analysis failed", says))
        else:
            yield Outcome(item, quotes)


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
    errors: Path | None = None,
    watcher: Watcher | None = None,
) -> Summary:
    """Analyses what the journal lacks, writes output (of the format `suffix`) and errors, and deletes the journal.

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
    if errors:
        write_errors((Fault(**fault) for part in journal.parts() for fault in part.faults), errors)
    journal.remove()
    return summary


def write_errors(faults: Iterable[Fault], path: Path) -> None:
    """Writes faults into a file, a JSON object a line. Raises OutputError."""
    with whole_file(path) as place, place.open("w", encoding="utf-8", newline="") as file:
        file.writelines(fault.to_line() for fault in faults)


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
    with closing(analyzed(analyzer, items, jobs)) as outcomes:
        for outcome in outcomes:
            if watcher:
                watcher.done(outcome)
            digest.add(outcome.item)
            part.items += 1
            if outcome.fault:
                if strict:
                    raise FirstFaultError(outcome.fault)
                part.faults.append(outcome.fault.to_dict())
            elif isinstance(outcome.item, Article):
                article = outcome.item
                part.articles += 1
                part.rows.extend(rows_of(article.id, outcome.quotes, threshold, article.date))
            if part.items == PART_ITEMS:
                part.digest = digest.value()
                journal.add(part)
                part, digest = Part(), _Digest()
    part.digest, part.last = digest.value(), True
    journal.add(part)


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
