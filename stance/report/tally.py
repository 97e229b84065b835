"""Counts of quotes by speaker and stance, and the bars that show them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NOT_ON_ROSTER = "(not on the roster)"


@dataclass(frozen=True, slots=True)
class Count:
    """How many quotes of each stance are from a speaker, or fall in a time."""

    name: str
    stances: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.stances.values())


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: `start` and `width` in percent of the longest bar."""

    stance: str
    number: int
    start: float
    width: float


def by_speaker(found: Mapping[tuple[str | None, str], int], most: int = 20) -> list[Count]:
    """(speaker, stance) → number, as a count per speaker: the most quoted first, those off the roster last.

    Of more than `most` speakers the least quoted are one count.

    >>> [(c.name, c.total) for c in by_speaker({("Wei", "neutral"): 2, (None, "neutral"): 9, ("Ada", "assertive"): 3})]
    [('Ada', 3), ('Wei', 2), ('(not on the roster)', 9)]
    """
    speakers: dict[str | None, Counter[str]] = {}
    for (speaker, stance), number in found.items():
        speakers.setdefault(speaker, Counter())[stance] += number
    unknown = speakers.pop(None, None)
    ranked = sorted(speakers.items(), key=lambda item: (-item[1].total(), str(item[0])))
    counts = [Count(str(name), stances) for name, stances in ranked[:most]]
    if rest := ranked[most:]:
        counts.append(Count(f"({len(rest):,} others)", sum((stances for _, stances in rest), Counter())))
    if unknown:
        counts.append(Count(NOT_ON_ROSTER, unknown))
    return counts


def segments(count: Count, labels: Iterable[str], longest: int) -> list[Segment]:
    """The parts of the bar of a count, in the order of the labels; none for a stance without quotes.

    >>> [(s.stance, s.start, s.width) for s in segments(Count("", {"b": 1, "a": 3}), ("a", "b"), 8)]
    [('a', 0.0, 37.5), ('b', 37.5, 12.5)]
    """
    parts, before = [], 0
    for label in labels:
        if number := count.stances.get(label, 0):
            parts.append(Segment(label, number, 100 * before / longest, 100 * number / longest))
            before += number
    return parts
