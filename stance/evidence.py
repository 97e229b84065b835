"""Which words weighed for and against a label: what `stance --explain` shows.

By leaving out one word at a time and looking at how the log-odds of the label change (Li, Monroe and Jurafsky 2016,
"Understanding neural networks through representation erasure"), so it holds for any model.
"""

import re
from collections.abc import Sequence
from math import log
from typing import Any, Protocol

from stance.features import Passage
from stance.quote import Evidence

_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
_LEAST = 1e-6


class _Judge(Protocol):
    classes_: Any

    def predict_proba(self, passages: list[Passage], /) -> Any: ...


def evidence(model: _Judge, passage: Passage, label: str, most: int = 200) -> list[Evidence]:
    """What each word of a passage did for `label`, the weightiest first.

    `most` bounds the work: the first so many words of the quote are tried, and as many of each side of its context,
    the nearest. Each of a word's occurrences counts by itself. Raises ValueError where the model has no such label.
    """
    column = [str(name) for name in model.classes_].index(label)
    places = _occurrences(passage, most)
    variants = [_without(passage, *place) for place in places]
    odds = [log(max(row[column], _LEAST) / max(1 - row[column], _LEAST)) for row in _rows(model, [passage, *variants])]
    found = [
        Evidence(getattr(passage, part)[start:end], part == "text", odds[0] - odd)
        for (part, start, end), odd in zip(places, odds[1:], strict=True)
    ]
    return sorted(found, key=lambda item: -abs(item.weight))


def strongest(found: Sequence[Evidence], most: int = 3, least: float = 0.1) -> list[Evidence]:
    """The `most` weightiest words for the label, then the `most` against it, none below `least`, each word once."""
    chosen: list[Evidence] = []
    for sign in (1, -1):
        side = [item for item in found if item.weight * sign >= least]
        unique = {(item.word.casefold(), item.in_quote): item for item in reversed(side)}
        chosen += sorted(unique.values(), key=lambda item: -abs(item.weight))[:most]
    return chosen


def _rows(model: _Judge, passages: list[Passage]) -> list[list[float]]:
    rows: list[list[float]] = model.predict_proba(passages).tolist()
    return rows


def _occurrences(passage: Passage, most: int) -> list[tuple[str, int, int]]:
    words = {name: [m.span() for m in _WORD.finditer(getattr(passage, name))] for name in ("text", "before", "after")}
    kept = {"text": words["text"][:most], "before": words["before"][-most:], "after": words["after"][:most]}
    return [(name, start, end) for name, spans in kept.items() for start, end in spans]


def _without(passage: Passage, part: str, start: int, end: int) -> Passage:
    parts = {name: getattr(passage, name) for name in ("text", "before", "after")}
    parts[part] = parts[part][:start] + parts[part][end:]
    return Passage(**parts)
