"""Columns of runs of items (a word, a pair of words, three classes in a row), looked up for many runs at once."""

from collections.abc import Iterator, Sequence
from itertools import compress, repeat

import numpy as np

from stance.arrays import Integers

NO_COLUMN = -1
_LONGEST = 3
_BITS = 63 // _LONGEST  # of the number of an item: a run of three is one whole number


class Items(dict[str, int]):
    """Item → number, from 1 on, given when it is first asked for. 0 stands for whatever is in no run.

    >>> items = Items()
    >>> items["we"], items["will"], items["we"]
    (1, 2, 1)
    """

    def __missing__(self, item: str) -> int:
        number = self[item] = len(self) + 1
        return number


class Runs:
    """The columns of runs of up to three items, at each of some places: in the quote, on a side of its sentence.

    places   for each place its runs, the items joined by blanks, and their columns
    items    the numbers of the items; those that are new are added

    >>> items = Items()
    >>> runs = Runs([(["we", "we will"], [0, 1]), (["we"], [2])], items)
    >>> text = np.array([items["we"], items["will"], 0, items["we"]])
    >>> [(starts.tolist(), columns.tolist()) for starts, columns in runs.found(text)]
    [([0, 3], [[0, 0], [2, 2]]), ([0], [[1], [-1]])]
    """

    def __init__(self, places: Sequence[tuple[Sequence[str], Sequence[int]]], items: Items) -> None:
        own = [_Place(runs, columns) for runs, columns in places]
        self._tables = [_table(own, items, size) for size in range(1, _LONGEST + 1)]

    def found(self, numbers: Integers, longest: int = _LONGEST) -> Iterator[tuple[Integers, Integers]]:
        """For runs of one item, of two, of three: where they begin in a text, and a row of their columns per place."""
        starts = np.flatnonzero(numbers)
        keys = numbers[starts]
        for size, (known, columns) in enumerate(self._tables[:longest], 1):
            if size > 1:
                inside = starts + size <= len(numbers)
                starts, keys = starts[inside], keys[inside]
                last = numbers[starts + size - 1]
                starts, keys = starts[last > 0], keys[last > 0] << _BITS | last[last > 0]
            if len(known):
                index = np.searchsorted(known, keys)
                index[index == len(known)] = 0
                hit = known[index] == keys
                yield starts[hit], columns[:, index[hit]]


class _Place:
    """Runs and their columns, and how long each is."""

    def __init__(self, runs: Sequence[str], columns: Sequence[int]) -> None:
        self.runs, self.columns = runs, np.asarray(columns, dtype=np.int64)
        self.sizes = np.fromiter(map(str.count, runs, repeat(" ")), dtype=np.int64, count=len(runs)) + 1


def _table(places: Sequence[_Place], items: Items, size: int) -> tuple[Integers, Integers]:
    """The keys of the runs of `size` items in order, and a row of their columns per place."""
    keys, columns = [], []
    for place in places:
        own = place.sizes == size
        flat = " ".join(compress(place.runs, own)).split(" ") if own.any() else []
        numbers = np.fromiter(map(items.__getitem__, flat), dtype=np.int64, count=len(flat)).reshape(-1, size)
        key = numbers[:, 0]
        for at in range(1, size):
            key = key << _BITS | numbers[:, at]
        keys.append(key)
        columns.append(place.columns[own])
    known, where = np.unique(np.concatenate(keys), return_inverse=True)
    table = np.full((len(places), len(known)), NO_COLUMN, dtype=np.int64)
    table[np.repeat(np.arange(len(places)), list(map(len, keys))), where] = np.concatenate(columns)
    return known, table
