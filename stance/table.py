"""Quotes as a table for people, as wide as the terminal."""

from collections.abc import Iterable
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from stance.quote import UNCERTAIN, Quote, Stance

_STYLES = {Stance.CONCILIATORY: "green", Stance.ASSERTIVE: "red", Stance.NEUTRAL: "yellow", UNCERTAIN: "dim"}
_NARROW = 50  # columns; below that a quote on one line is no use
_FRAME = 10
_PIPE_WIDTH = 120  # columns where the output is no terminal


def print_tables(
    results: Iterable[tuple[str, list[Quote]]],
    out: TextIO,
    *,
    explain: bool = False,
    threshold: float = 0.0,
    wrap: bool = False,
) -> None:
    """A table per article: speaker, stance with its probability, quote.

    With `explain` also what decided the speaker, and the words that weighed for the stance and against it (in brackets
    those around the quote).

    The table fits the terminal: a quote is cut to one line, unless `wrap` or `explain` is asked for or the terminal is
    very narrow. Colours on a terminal only, and none where NO_COLOR is set; everywhere where FORCE_COLOR is set.
    """
    console = Console(file=out, highlight=False, width=None if out.isatty() else _PIPE_WIDTH)
    whole = wrap or explain or console.width < _NARROW
    for name, quotes in results:
        if not quotes:
            console.print(Text(f"{name}: no quotes found"))
            continue
        table = Table(title=Text(f"{name}: {len(quotes)} quote{'s' * (len(quotes) > 1)}"), title_justify="left")
        rows = [_cells(quote, explain, threshold) for quote in quotes]
        if whole:
            for heading in ("Speaker", "Stance", "Quote"):
                table.add_column(heading, overflow="fold", ratio={"Quote": 1}.get(heading))
        else:
            for heading, width in zip(("Speaker", "Stance", "Quote"), _widths(rows, console.width), strict=True):
                table.add_column(heading, overflow="ellipsis", no_wrap=True, width=width)
        for heading in ("Mention", "Cue", "Rule", "Weighed") if explain else ():
            table.add_column(heading, overflow="fold")
        for cells in rows:
            table.add_row(*cells)
        console.print(table)


def _widths(rows: list[list[Text]], width: int) -> tuple[int, int, int]:
    """Columns for speaker, stance and quote, frame aside: the quote has what the others leave."""
    speaker, stance, quote = (max(cells[column].cell_len for cells in rows) for column in range(3))
    speaker = min(max(speaker, len("Speaker")), width // 4)
    return speaker, stance, max(len("Quote"), min(quote, width - speaker - stance - _FRAME))


def _cells(quote: Quote, explain: bool, threshold: float) -> list[Text]:
    mention = quote.mention.text if quote.mention else "–"
    speaker = quote.speaker or (f"({mention})" if quote.mention else "(unknown)")
    label = quote.stance_at(threshold)
    stance = f"{label} {quote.probabilities[quote.stance]:.2f}"
    cells = [Text(_line(speaker)), Text(stance, style=_STYLES[label]), Text(_line(quote.text))]
    if explain:
        cue = f"{quote.cue.text}" if quote.cue else "–"
        cells += [
            Text(_line(mention)),
            Text(_line(cue)),
            Text(quote.rule or "–"),
            Text("\n".join(map(str, quote.evidence)) or "–"),
        ]
    return cells


def _line(text: str) -> str:
    """The text on one line, without control characters (a terminal would obey them)."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
