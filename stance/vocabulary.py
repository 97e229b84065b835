"""Words by number, with what is known of each as arrays, so that numpy can look it up for many words at once."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np

Integers = np.ndarray[Any, np.dtype[np.int64]]
# What is known of a word: its facts, and some lists of whole numbers.
Description = tuple[Sequence[int], Sequence[Sequence[int]]]

_MOST_WORDS = 100_000  # words that are remembered


class Vocabulary(dict[str, int]):
    """Word → number. A word is described, and taken in, when it is first asked for.

    describe   a word → its description, with as many facts and lists for every word

    >>> words = Vocabulary(lambda word: ([len(word)], [[ord(letter) for letter in word]]))
    >>> numbers = words.numbers(["no", "b", "no"])
    >>> words.facts[:, numbers].tolist()
    [[2, 1, 2]]
    >>> [part.tolist() for part in words.listed(0, numbers)]
    [[110, 111, 98, 110, 111], [2, 1, 2]]
    """

    def __init__(self, describe: Callable[[str], Description]) -> None:
        super().__init__()
        self._describe = describe
        self._new: list[Description] = []
        self._begin()

    def _begin(self) -> None:
        self.clear()
        facts, lists = self._describe("")
        self.facts: Integers = np.zeros((len(facts), 0), dtype=np.int64)
        self._flat = [np.zeros(0, dtype=np.int64) for _ in lists]
        self._sizes = [np.zeros(0, dtype=np.int64) for _ in lists]
        self._starts = self._sizes

    def __missing__(self, word: str) -> int:
        self._new.append(self._describe(word))
        number: int = self.facts.shape[1] + len(self._new) - 1
        self[word] = number
        return number

    def numbers(self, words: Sequence[str]) -> Integers:
        """The numbers of words, good until the next call: after some 100,000 words it begins anew."""
        if len(self) > _MOST_WORDS:
            self._begin()
        found = np.fromiter(map(self.__getitem__, words), dtype=np.int64, count=len(words))
        if self._new:
            self._take_in()
        return found

    def _take_in(self) -> None:
        facts = np.hstack([self.facts, np.array([facts for facts, _ in self._new], dtype=np.int64).T])
        flat, sizes = [], []
        for which in range(len(self._flat)):
            lists = [lists[which] for _, lists in self._new]
            flat.append(np.append(self._flat[which], np.fromiter(chain.from_iterable(lists), dtype=np.int64)))
            sizes.append(np.append(self._sizes[which], np.fromiter(map(len, lists), dtype=np.int64)))
        starts = [np.cumsum(own) - own for own in sizes]
        # All at once: Ctrl-C finds the words as they were or as they are.
        self.facts, self._flat, self._sizes, self._starts, self._new = facts, flat, sizes, starts, []

    def listed(self, which: int, numbers: Integers) -> tuple[Integers, Integers]:
        """The lists of the words, one behind the other, and the length of each."""
        sizes = self._sizes[which][numbers]
        # Where each list begins in the flat array, less where it begins in the result.
        shifts = self._starts[which][numbers] - (np.cumsum(sizes) - sizes)
        return self._flat[which][np.repeat(shifts, sizes) + np.arange(sizes.sum())], sizes
