"""Quotes as a table for people, as wide as the terminal."""

from collections.abc import Iterable
from typing import TextIO

from rich.console import Console, OverflowMethod
from rich.table import Table
from rich.text import Text

from stance.quote import UNCERTAIN, Quote, Stance

_STYLES = {Stance.CONCILIATORY: "green", Stance.ASSERTIVE: "red", Stance.NEUTRAL: "yellow", UNCERTAIN: "dim"}
_NARROW = 8  # columns for the speaker on any terminal
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

    The table fits the terminal: a quote is cut to one line, unless `wrap` or `explain` is asked for. Colours on a
    terminal only, and none where NO_COLOR is set; everywhere where FORCE_COLOR is set.
    """
    console = Console(file=out, highlight=False, width=None if out.isatty() else _PIPE_WIDTH)
    whole = wrap or explain
    for name, quotes in results:
        if not quotes:
            console.print(Text(f"{name}: no quotes found"))
            continue
        table = Table(title=Text(f"{name}: {len(quotes)} quote{'s' * (len(quotes) > 1)}"), title_justify="left")
        rows = [_cells(quote, explain, threshold) for quote in quotes]
        overflow: OverflowMethod = "fold" if whole else "ellipsis"
        # A column that may not wrap is cut to nothing where it is narrow, unless it has a least width.
        widest = max(len("Speaker"), *(cells[0].cell_len for cells in rows))
        speaker = min(widest, max(_NARROW, console.width // 4))
        stance = 0 if whole else max(cells[1].cell_len for cells in rows)
        table.add_column("Speaker", min_width=speaker, max_width=speaker, overflow=overflow, no_wrap=not whole)
        table.add_column("Stance", min_width=stance)
        table.add_column("Quote", overflow=overflow, no_wrap=not whole, ratio=1)
        for heading in ("Mention", "Cue", "Rule", "Weighed") if explain else ():
            table.add_column(heading, overflow="fold")
        for cells in rows:
            table.add_row(*cells)
        console.print(table)


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
