"""Words as vectors: what a word means, for words that the training data never showed.

The vectors are distilled from a sentence encoder by training/vectors.py, as in Model2Vec (Tulkens and van Dongen 2024):
each word of its vocabulary is encoded alone, reduced by principal components, and weighted by its rank, so that
frequent words count for less (cf. Arora, Liang and Ma 2017). A text is the mean of its words.
"""

import re
import zlib
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from stance.errors import ModelError

Matrix = np.ndarray[Any, np.dtype[np.float32]]

_WORD = re.compile(r"[a-z]+")
_MOST_WORDS = 100_000  # words whose places are remembered


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
        self._places: dict[str, tuple[int, ...]] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {"words": self.words, "matrix": self.matrix, "_index": self._index}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _places={})

    @property
    def size(self) -> int:
        """Numbers in a vector."""
        return int(self.matrix.shape[1])

    def means(self, texts: Sequence[str]) -> Matrix:
        """A row per text: the mean of its words' vectors, scaled to unit length; zeros where no word is known."""
        return self.means_of_words([_WORD.findall(text.lower()) for text in texts])

    def means_of_words(self, texts: Sequence[Sequence[str]]) -> Matrix:
        """The same for texts in words, all in lower case; of a word such as won't each run of letters counts."""
        rows: Matrix = np.zeros((len(texts), self.size), dtype=np.float32)
        places = self._places
        known = [[place for word in text for place in places.get(word) or self._places_of(word)] for text in texts]
        numbers = [number for number, found in enumerate(known) if found]
        if not numbers:
            return rows
        sizes = [len(known[number]) for number in numbers]
        vectors = self.matrix.take(list(chain.from_iterable(known)), axis=0)
        totals = np.add.reduceat(vectors, np.cumsum([0, *sizes[:-1]]), axis=0, dtype=np.float32)
        lengths = np.array([np.sqrt(total.dot(total)) or 1.0 for total in totals], dtype=np.float32)
        rows[numbers] = totals / lengths[:, None]
        return rows

    def _places_of(self, word: str) -> tuple[int, ...]:
        """The rows of the matrix for the runs of letters in a word."""
        if len(self._places) > _MOST_WORDS:
            self._places.clear()
        found = tuple(self._index[run] for run in _WORD.findall(word) if run in self._index)
        self._places[word] = found
        return found

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
