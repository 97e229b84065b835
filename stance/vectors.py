"""Words as vectors: what a word means, for words that the training data never showed.

The vectors are distilled from a sentence encoder by training/vectors.py, as in Model2Vec (Tulkens and van Dongen 2024):
each word of its vocabulary is encoded alone, reduced by principal components, and weighted by its rank, so that
frequent words count for less (cf. Arora, Liang and Ma 2017). A text is the mean of its words.
"""

import re
import zlib
from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from stance.arrays import Floats, Integers
from stance.errors import ModelError

Matrix = Floats

_WORD = re.compile(r"[a-z]+")


class WordVectors:
    """A table of words and their vectors, in 8 bits a number.

    >>> vectors = WordVectors(["peace", "war"], np.array([[100, 0], [0, 50]], dtype=np.int8))
    >>> vectors.means(["War!", "", "peace"]).tolist()
    [[0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]
    """

    def __init__(self, words: Sequence[str], matrix: "np.ndarray[Any, np.dtype[np.int8]]") -> None:
        self.words = list(words)
        self.matrix = matrix
        self._index = {word: number for number, word in enumerate(self.words)}

    def __getstate__(self) -> dict[str, Any]:
        return {"words": self.words, "matrix": self.matrix, "_index": self._index}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    @property
    def size(self) -> int:
        """Numbers in a vector."""
        return int(self.matrix.shape[1])

    def means(self, texts: Sequence[str]) -> Matrix:
        """A row per text: the mean of its words' vectors, scaled to unit length; zeros where no word is known."""
        places = [self.places_of(text.lower()) for text in texts]
        sizes = list(map(len, places))
        rows = np.repeat(np.arange(len(texts)), sizes)
        return self.means_at(
            rows, np.fromiter(chain.from_iterable(places), dtype=np.int64, count=sum(sizes)), len(texts)
        )

    def places_of(self, text: str) -> tuple[int, ...]:
        """The rows of the matrix for the words of a text in lower case; of won't each run of letters counts."""
        return tuple(self._index[run] for run in _WORD.findall(text) if run in self._index)

    def means_at(self, texts: Integers, places: Integers, count: int) -> Matrix:
        """The same for `count` texts given as rows of the matrix, and for each the number of its text, in order."""
        from scipy.sparse import csr_array

        ends = np.searchsorted(texts, np.arange(count + 1))
        ones = np.ones(len(places), dtype=np.float32)
        totals = csr_array((ones, places, ends), shape=(count, len(self.matrix))) @ self._floats
        lengths = np.sqrt((totals * totals).sum(axis=1))
        lengths[lengths == 0] = 1
        means: Matrix = totals / lengths[:, None]
        return means

    @cached_property
    def _floats(self) -> Matrix:
        return self.matrix.astype(np.float32)

    def save(self, path: Path) -> None:
        """Writes the table as a compressed .npz file."""
        np.savez_compressed(path, words=np.array(" ".join(self.words)), matrix=self.matrix)

    @classmethod
    def load(cls, path: Path) -> "WordVectors":
        """Reads what `save` wrote; raises ModelError where the file is missing or broken."""
        try:
            with np.load(path, allow_pickle=False) as file:
                return cls(str(file["words"]).split(), file["matrix"])
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
            raise ModelError(
                f"{path}: no word vectors can be read there ({error}); get the file from the checkout"
            ) from error
