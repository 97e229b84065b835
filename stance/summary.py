"""What a run over a corpus found, in numbers, and the table of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO

from stance.quote import UNCERTAIN, Stance

_LABELS = (*(str(label) for label in Stance), UNCERTAIN)
_OTHERS = "others"


@dataclass(slots=True)
class Summary:
    """Counts of a run: articles read, quotes by (speaker, stance), faults by reason, articles with a taken id.

    >>> summary = Summary()
    >>> summary.add(2, [{"speaker": "Wei", "stance": "neutral"}], [])
    >>> summary.articles, dict(summary.quotes)
    (2, {('Wei', 'neutral'): 1})
    """

    articles: int = 0
    quotes: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    shared_ids: int = 0

    def add(self, articles: int, rows: Iterable[Mapping[str, Any]], faults: Iterable[Mapping[str, Any]]) -> None:
        self.articles += articles
        self.quotes.update((row["speaker"], row["stance"]) for row in rows)
        self.faults.update(fault["reason"] for fault in faults)


def print_summary(summary: Summary, output: str, out: TextIO) -> None:
    """The summary for people, with colours on a terminal only."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=out, highlight=False, soft_wrap=not out.isatty())
    quotes = summary.quotes.total()
    console.print(Text(f"{output}: {_count(quotes, 'quote')} in {_count(summary.articles, 'article')}"))
    if quotes:
        labels = [label for label in _LABELS if label != UNCERTAIN or any(s == UNCERTAIN for _, s in summary.quotes)]
        table = Table("Speaker", box=None, pad_edge=False)
        for label in (*labels, "all"):
            table.add_column(label, justify="right")
        speakers = {speaker for speaker, _ in summary.quotes}
        for speaker in (*sorted(s for s in speakers if s is not None), *([None] if None in speakers else [])):
            counts = [summary.quotes[speaker, label] for label in labels]
            table.add_row(Text(speaker or _OTHERS), *(f"{n:,}" for n in (*counts, sum(counts))))
        console.print(table)
    if summary.faults:
        console.print(Text(f"{_count(summary.faults.total(), 'failure')}:"))
        for reason, number in summary.faults.most_common():
            console.print(Text(f"  {number:,} × {reason}"))
    if summary.shared_ids:
        console.print(
            Text(
                f"{_count(summary.shared_ids, 'article')} with an id that another one has too: their rows can't be "
                "told apart by it; --id-column names another column"
            )
        )


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
