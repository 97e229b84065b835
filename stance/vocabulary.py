"""Words by number, with what is known of each as arrays, so that numpy can look it up for many words at once."""

from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np

from stance.arrays import Integers

# What is known of a word: its facts, and some lists of whole numbers.
Description = tuple[Sequence[int], Sequence[Sequence[int]]]

_MOST_WORDS = 100_000  # words that are remembered


class Vocabulary(dict[str, int]):
    """Word → number. A word is described, and taken in, when it is first asked for.

    describe   a word → its description, with as many facts and lists for every word

    >>> words = Vocabulary(lambda word: ([len(word)], [[ord(letter) for letter in word]]))
    >>> numbers = words.numbers(["no", "b", "no"])
    >>> words.facts(numbers).tolist()
    [[2, 1, 2]]
    >>> [part.tolist() for part in words.listed(0, numbers)]
    [[110, 111, 98, 110, 111], [2, 1, 2]]
    """

    def __init__(self, describe: Callable[[str], Description]) -> None:
        super().__init__()
        self._describe = describe
        facts, lists = describe("")
        self._facts: Integers = np.zeros((len(facts), 0), dtype=np.int64)
        self._lists = [_Lists() for _ in lists]
        # Words in the arrays, and descriptions of those that will follow. Whoever interrupts leaves the next call to
        # write them, to the same places.
        self._count = 0
        self._new: list[Description] = []

    def __missing__(self, word: str) -> int:
        self._new.append(self._describe(word))
        number: int = self._count + len(self._new) - 1
        self[word] = number
        return number

    def numbers(self, words: Sequence[str]) -> Integers:
        """The numbers of words, good until the next call: after some 100,000 words it begins anew."""
        if len(self) > _MOST_WORDS:
            self.clear()
            self._new = []
            self._count = 0
        found = np.fromiter(map(self.__getitem__, words), dtype=np.int64, count=len(words))
        if self._new:
            self._take_in()
        return found

    def _take_in(self) -> None:
        first, last = self._count, self._count + len(self._new)
        self._facts = _with_room(self._facts, last)
        self._facts[:, first:last] = np.array([facts for facts, _ in self._new], dtype=np.int64).T
        for which, known in enumerate(self._lists):
            known.put(first, [lists[which] for _, lists in self._new])
        self._count, self._new = last, []

    def facts(self, numbers: Integers) -> Integers:
        """A row for each fact, a column for each word."""
        found: Integers = self._facts[:, numbers]
        return found

    def listed(self, which: int, numbers: Integers) -> tuple[Integers, Integers]:
        """The lists of the words, one behind the other, and the length of each."""
        return self._lists[which].of(numbers)


class _Lists:
    """A list of whole numbers for each word, one behind the other."""

    def __init__(self) -> None:
        self._flat, self._starts, self._sizes = (np.zeros(0, dtype=np.int64) for _ in range(3))

    def put(self, first: int, lists: Sequence[Sequence[int]]) -> None:
        """Takes in the lists of the words from number `first` on; what stood there goes."""
        sizes = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
        begin = int(self._starts[first - 1] + self._sizes[first - 1]) if first else 0
        end = begin + int(sizes.sum())
        last = first + len(lists)
        self._flat = _with_room(self._flat, end)
        self._starts, self._sizes = _with_room(self._starts, last), _with_room(self._sizes, last)
        self._flat[begin:end] = np.fromiter(chain.from_iterable(lists), dtype=np.int64, count=end - begin)
        self._starts[first:last] = begin + np.cumsum(sizes) - sizes
        self._sizes[first:last] = sizes

    def of(self, numbers: Integers) -> tuple[Integers, Integers]:
        sizes = self._sizes[numbers]
        # Where each list begins in the flat array, less where it begins in the result.
        shifts = self._starts[numbers] - (np.cumsum(sizes) - sizes)
        return self._flat[np.repeat(shifts, sizes) + np.arange(sizes.sum())], sizes


def _with_room(array: Integers, size: int) -> Integers:
    """The array, or a longer copy where it is too short: twice as long, so that few copies are made."""
    if array.shape[-1] >= size:
        return array
    longer = np.zeros((*array.shape[:-1], max(size, 2 * array.shape[-1])), dtype=np.int64)
    longer[..., : array.shape[-1]] = array
    return longer
