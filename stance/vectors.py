"""Words as vectors: what a word means, for words that the training data never showed.

The vectors are distilled from a sentence encoder by training/vectors.py, as in Model2Vec (Tulkens and van Dongen 2024):
each word of its vocabulary is encoded alone, reduced by principal components, and weighted by its rank, so that
frequent words count for less (cf. Arora, Liang and Ma 2017). A text is the mean of its words.
"""

import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from stance.errors import ModelError

Matrix = np.ndarray[Any, np.dtype[np.float32]]

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

    @property
    def size(self) -> int:
        """Numbers in a vector."""
        return int(self.matrix.shape[1])

    def means(self, texts: Sequence[str]) -> Matrix:
        """A row per text: the mean of its words' vectors, scaled to unit length; zeros where no word is known."""
        rows = np.zeros((len(texts), self.size), dtype=np.float32)
        index = self._index
        for row, text in zip(rows, texts, strict=True):
            known = [index[word] for word in _WORD.findall(text.lower()) if word in index]
            if known:
                total = self.matrix.take(known, axis=0).sum(axis=0, dtype=np.float32)
                row[:] = total / (np.sqrt(total.dot(total)) or 1.0)
        return rows

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
