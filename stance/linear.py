"""The small model in the form that judges: tables of weights, numpy and a sparse product, no scikit-learn.

A fitted StanceClassifier gives the same numbers, to the last bit, through scikit-learn's transformers; these hold the
same weights for training, ask for a second of imports, and count each part of a passage into a matrix of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np

from stance.counting import Counted, Counter
from stance.features import Passage, passages_in
from stance.vectors import WordVectors

Probabilities = np.ndarray[Any, np.dtype[np.float64]]
Floats = np.ndarray[Any, np.dtype[np.float32]]

# The parts of a passage in the order of their columns; those of COUNTED are weighted by frequency, each to length 1.
COUNTED = ("words", "context", "pattern", "characters")
PARTS = (*COUNTED, "acts")


@dataclass(frozen=True, slots=True)
class Tables:
    """What was learned.

    columns        for each of PARTS its features, in the order of their columns
    factors        the weight of each of PARTS, and of the meanings, which stand behind them
    idf            for each column of COUNTED its inverse document frequency
    coefficients   a row per column, a number per class
    """

    classes: tuple[str, ...]
    columns: Mapping[str, Sequence[str]]
    factors: Mapping[str, float]
    idf: Floats
    coefficients: Floats
    intercepts: Floats
    inverse_temperature: Floats
    flattening: float
    vectors: WordVectors | None


class LinearModel:
    """Conciliatory, assertive or neutral, by the tables of a fitted StanceClassifier; its methods are the same."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.classes_ = np.array(tables.classes)

    def predict_proba(self, passages: Iterable[Passage | str]) -> Probabilities:
        """A row per passage with the probability of each of `classes_`; rows sum to 1."""
        counted = list(map(self._counter.count, passages_in(passages)))
        if not counted:
            return np.zeros((0, len(self.classes_)))
        scores = self._scores(counted) * self.tables.inverse_temperature
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return flattened(scores, self.tables.flattening)

    def predict(self, passages: Iterable[Passage | str]) -> np.ndarray[Any, np.dtype[np.str_]]:
        """The most probable label of each passage."""
        labels: np.ndarray[Any, np.dtype[np.str_]] = self.classes_[self.predict_proba(passages).argmax(axis=1)]
        return labels

    @cached_property
    def _counter(self) -> Counter:
        names = [self.tables.columns[part] for part in PARTS]
        starts = self._starts.tolist()
        return Counter(
            {
                part: dict(zip(own, range(first, first + len(own)), strict=True))
                for part, own, first in zip(PARTS, names, starts, strict=False)
            }
        )

    @cached_property
    def _starts(self) -> "np.ndarray[Any, np.dtype[np.int64]]":
        """The first column of each part, of the meanings, and the one behind them."""
        sizes = [len(self.tables.columns[part]) for part in PARTS]
        return np.cumsum([0, *sizes, len(self.tables.coefficients) - sum(sizes)])

    def _scores(self, passages: Sequence[Counted]) -> Floats:
        from scipy.sparse import csr_array

        sizes = [len(item.columns) for item in passages]
        columns = np.fromiter(chain.from_iterable(item.columns for item in passages), dtype=np.int64, count=sum(sizes))
        # Row and column as one number: sorted, what is counted together stands together.
        width = int(self._starts[-1])
        keys = np.repeat(np.arange(len(passages)) * width, sizes) + columns
        keys, counts = np.unique(keys, return_counts=True)
        row, column = np.divmod(keys, width)
        part = np.searchsorted(self._starts, column, side="right") - 1
        values = self._weighted(counts.astype(np.float32), column, row * len(PARTS) + part, part)
        ends = np.searchsorted(row, np.arange(len(passages) + 1))
        if self.tables.vectors is not None:
            values, column, ends = self._with_meanings(passages, values, column, ends)
        matrix = csr_array((values, column, ends), shape=(len(passages), width))
        scores: Floats = matrix @ self.tables.coefficients + self.tables.intercepts
        return scores

    def _weighted(self, values: Floats, column: Any, group: Any, part: Any) -> Floats:
        """Counts as weights: their logarithm times the inverse document frequency, each part scaled to length 1."""
        counted = int(np.searchsorted(self._starts, len(self.tables.idf)))
        is_counted = part < counted
        weights = np.log(values) + np.float32(1)
        weights *= self.tables.idf[np.where(is_counted, column, 0)]
        weights = np.where(is_counted, weights, values)
        lengths = np.sqrt(np.bincount(group, weights=weights * weights))
        lengths[lengths == 0] = 1
        weights = np.where(is_counted, (weights / lengths[group]).astype(np.float32), weights)
        factors = np.array([self.tables.factors.get(name, 1.0) for name in PARTS], dtype=np.float32)
        scaled: Floats = weights * factors[part]
        return scaled

    def _with_meanings(self, passages: Sequence[Counted], values: Floats, column: Any, ends: Any) -> tuple[Any, ...]:
        """The rows of a sparse matrix with the meanings of quote and context behind them."""
        assert self.tables.vectors is not None
        means = self.tables.vectors.means_of_words
        meanings = np.hstack([means([item.text for item in passages]), means([item.around for item in passages])])
        meanings *= np.float32(self.tables.factors.get("meanings", 1.0))
        size = meanings.shape[1]
        longer = ends + np.arange(len(ends)) * size
        sparse = np.arange(len(values)) + np.repeat(np.arange(len(passages)), np.diff(ends)) * size
        dense = (longer[1:, None] - size + np.arange(size)).ravel()
        all_values = np.empty(longer[-1], dtype=np.float32)
        all_columns = np.empty(longer[-1], dtype=column.dtype)
        all_values[sparse], all_columns[sparse] = values, column
        all_values[dense] = meanings.ravel()
        all_columns[dense] = np.tile(np.arange(self._starts[-1] - size, self._starts[-1]), len(passages))
        return all_values, all_columns, longer


def flattened(probabilities: np.ndarray[Any, Any], factor: float) -> Probabilities:
    """Rows of probabilities, their logarithms divided by `factor`, so that each row still sums to 1.

    >>> flattened(np.array([[0.8, 0.2]]), 2.0).round(3).tolist()
    [[0.667, 0.333]]
    """
    powers: Probabilities = np.asarray(probabilities, dtype=np.float64) ** (1 / factor)
    rows: Probabilities = powers / powers.sum(axis=1, keepdims=True)
    return rows
