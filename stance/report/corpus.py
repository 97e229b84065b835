"""The quotes of a corpus → a page: stance by speaker and over time, the surest quotes of each stance, a table."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappushpop

from stance.report.page import LABELS, render
from stance.report.rows import QuoteRow
from stance.report.tally import Count, by_speaker, segments

MOST_ROWS = 2_000  # of the table: a browser sorts so many at once
_SUREST = 5
_FEWEST_WORDS = 4  # a fragment of fewer shows little
_DATE = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?")
_MOST_TIMES = 62  # bars: two months of days, five years of months


@dataclass(slots=True)
class _Digest:
    """What is kept of the rows while they pass by: its size does not grow with their number."""

    number: int = 0
    articles: set[str] = field(default_factory=set)
    counts: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    days: Counter[tuple[str, str]] = field(default_factory=Counter)
    undated: int = 0
    surest: dict[str, list[tuple[float, int, QuoteRow]]] = field(default_factory=dict)
    table: list[QuoteRow] = field(default_factory=list)

    def add(self, row: QuoteRow, most: int) -> None:
        self.number += 1
        self.articles.add(row.article)
        self.counts[row.speaker, row.stance] += 1
        if row.date and (match := _DATE.match(row.date)):
            self.days["-".join(part for part in match.groups() if part), row.stance] += 1
        else:
            self.undated += 1
        if len(self.table) < most:
            self.table.append(row)
        if row.sure is not None and len(row.text.split()) >= _FEWEST_WORDS:
            kept = self.surest.setdefault(row.stance, [])
            if all(row.text != other.text for *_, other in kept):
                entry = (row.sure, -self.number, row)
                if len(kept) < _SUREST:
                    kept.append(entry)
                    kept.sort()
                else:
                    heappushpop(kept, entry)


def corpus_page(rows: Iterable[QuoteRow], *, title: str = "Quotes", most: int = MOST_ROWS) -> str:
    """One self-contained page on the quotes; its table has the first `most` of them.

    >>> page = corpus_page([QuoteRow("a.txt", "2022-06-10", "Wei", "Wei", "We will fight.", "assertive", 0.9)])
    >>> "1 quote" in page, "2022-06-10" in page
    (True, True)
    """
    digest = _Digest()
    for row in rows:
        digest.add(row, most)
    speakers = by_speaker(digest.counts)
    times = over_time(digest.days)
    used = [label for label in LABELS if any(label == stance for _, stance in digest.counts)]
    return render(
        "corpus.html",
        ("marked.css", "report.css"),
        ("table.js",),
        title=title,
        number=digest.number,
        articles=len(digest.articles),
        undated=digest.undated,
        used=used,
        speakers=[(count, segments(count, LABELS, _longest(speakers))) for count in speakers],
        times=[(count, segments(count, LABELS, _longest(times))) for count in times],
        surest=[(label, [row for *_, row in sorted(digest.surest.get(label, []), reverse=True)]) for label in used],
        rows=digest.table,
    )


def over_time(days: Counter[tuple[str, str]]) -> list[Count]:
    """(date, stance) → number, as a count per day, month or year: as fine as leaves no more than some sixty.

    >>> found = Counter({("2022-06-10", "neutral"): 2, ("2022-06-11", "assertive"): 1})
    >>> [(count.name, count.total) for count in over_time(found)]
    [('2022-06-10', 2), ('2022-06-11', 1)]
    """
    for length in (10, 7, 4):
        periods: dict[str, Counter[str]] = {}
        for (day, stance), number in days.items():
            periods.setdefault(day[:length], Counter())[stance] += number
        if len(periods) <= _MOST_TIMES:
            break
    return [Count(name, periods[name]) for name in sorted(periods)]


def _longest(counts: Iterable[Count]) -> int:
    return max((count.total for count in counts), default=1)
