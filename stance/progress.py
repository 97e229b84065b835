"""What people see of a run while it goes on, on standard error: a bar on a terminal, and what could not be read."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from stance.article import Fault
from stance.corpus_run import Outcome
from stance.reading import Corpus

if TYPE_CHECKING:
    from rich.progress import Progress

_FAULTS = 20  # so many are printed one by one


class FaultPrinter:
    """Prints faults on standard error, the first of them; `errors` says whether a file has them all."""

    def __init__(self, errors: bool = False) -> None:
        self._errors = errors
        self.number = 0

    def print(self, fault: Fault) -> None:
        self.number += 1
        if self.number <= _FAULTS:
            # Names of files and columns may hold what a terminal would obey.
            says = "".join(c if c.isprintable() else " " for c in fault.message)
            print(f"stance: {says}", file=sys.stderr)
        elif self.number == _FAULTS + 1:
            more = "the file of --errors has all of them" if self._errors else "--errors FILE keeps all of them"
            print(f"stance: further failures are counted only; {more}", file=sys.stderr)


class Watch:
    """Follows a run over a corpus: a bar where standard error is a terminal, the faults everywhere.

    total   bytes of the corpus, None if unknown
    """

    def __init__(self, corpus: Corpus, total: int | None, faults: FaultPrinter) -> None:
        self._corpus = corpus
        self._total = total
        self._faults = faults
        self._before = self._articles = self._quotes = 0
        self._begun = time.monotonic()
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task("reading …", total=self._total)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def begin(self, items: int) -> None:
        self._before = items
        if items:
            print(f"stance: {items:,} articles were done before; going on after them", file=sys.stderr)

    def done(self, outcome: Outcome) -> None:
        if outcome.fault:
            self._faults.print(outcome.fault)
        self._articles += 1
        self._quotes += len(outcome.quotes)
        if self._bar:
            rate = self._articles / max(time.monotonic() - self._begun, 0.001)
            says = f"{self._before + self._articles:,} articles, {self._quotes:,} quotes, {rate:,.0f}/s"
            self._bar.update(self._task, completed=self._corpus.read, description=says)
