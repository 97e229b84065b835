"""The small model in the form that judges: tables of weights, numpy and a sparse product, no scikit-learn.

A fitted StanceClassifier gives the same numbers, but for rounding, through scikit-learn's transformers; these hold the
same weights for training, ask for a second of imports, and count each part of a passage into a matrix of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from stance.arrays import Floats, Integers
from stance.counting import Counter, Counts
from stance.features import Passage, passages_in
from stance.vectors import WordVectors

Probabilities = np.ndarray[Any, np.dtype[np.float64]]

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

    def __getstate__(self) -> dict[str, Any]:
        return {"tables": self.tables, "classes_": self.classes_}  # what is counted with is made anew

    def predict_proba(self, passages: Iterable[Passage | str]) -> Probabilities:
        """A row per passage with the probability of each of `classes_`; rows sum to 1."""
        wanted = passages_in(passages)
        if not wanted:
            return np.zeros((0, len(self.classes_)))
        scores = self._scores(self._counter.count(wanted), len(wanted)) * self.tables.inverse_temperature
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
        return Counter({part: self.tables.columns[part] for part in PARTS}, self.tables.vectors)

    @cached_property
    def _part_of(self) -> Integers:
        """For each column the number of its part."""
        return np.repeat(np.arange(len(PARTS)), [len(self.tables.columns[part]) for part in PARTS])

    @cached_property
    def _bits(self) -> int:
        """How many a column takes."""
        return len(self.tables.coefficients).bit_length()

    def _scores(self, counts: Counts, count: int) -> Floats:
        from scipy.sparse import csr_array

        rows, columns, numbers = _tallied(counts.rows, counts.columns, self._bits)
        parts = self._part_of[columns]
        values = self._weighted(numbers.astype(np.float32), columns, rows * len(PARTS) + parts, parts)
        ends = np.searchsorted(rows, np.arange(count + 1))
        width = len(self.tables.coefficients)
        scores: Floats = csr_array((values, columns, ends), shape=(count, width)) @ self.tables.coefficients
        scores += self.tables.intercepts
        vectors = self.tables.vectors
        if vectors is not None:
            means = np.hstack([vectors.means_at(*words, count) for words in (counts.quotes, counts.near)])
            factor = np.float32(self.tables.factors.get("meanings", 1.0))
            weights = self.tables.coefficients[-means.shape[1] :] * factor
            # No matrix product: of that the last bits depend on the number of rows.
            scores += np.stack([(means * column).sum(axis=1) for column in weights.T], axis=1)
        return scores

    def _weighted(self, values: Floats, column: Any, group: Any, part: Any) -> Floats:
        """Counts as weights: their logarithm times the inverse document frequency, each part scaled to length 1."""
        is_counted = part < len(COUNTED)
        weights = np.log(values) + np.float32(1)
        weights *= self.tables.idf[np.where(is_counted, column, 0)]
        weights[~is_counted] = 1  # an act is there or is not
        lengths = np.sqrt(np.bincount(group, weights=weights * weights))
        lengths[lengths == 0] = 1
        weights = np.where(is_counted, (weights / lengths[group]).astype(np.float32), weights)
        factors = np.array([self.tables.factors.get(name, 1.0) for name in PARTS], dtype=np.float32)
        scaled: Floats = weights * factors[part]
        return scaled


def _tallied(rows: Integers, columns: Integers, bits: int) -> tuple[Integers, Integers, Integers]:
    """Each pair of a row and a column once, in order, and how often it stands there."""
    # Both as one number: sorted, equal ones stand together.
    keys = rows << bits | columns
    if len(keys) and int(rows.max()) >> (31 - bits) == 0:
        keys = keys.astype(np.int32)  # sorted in half the time
    keys.sort()
    is_first = np.ones(len(keys), dtype=np.bool_)
    is_first[1:] = keys[1:] != keys[:-1]
    firsts = np.flatnonzero(is_first)
    unique = keys[firsts].astype(np.int64)
    return unique >> bits, unique & (1 << bits) - 1, np.diff(firsts, append=len(keys))


def flattened(probabilities: np.ndarray[Any, Any], factor: float) -> Probabilities:
    """Rows of probabilities, their logarithms divided by `factor`, so that each row still sums to 1.

    >>> flattened(np.array([[0.8, 0.2]]), 2.0).round(3).tolist()
    [[0.667, 0.333]]
    """
    powers: Probabilities = np.asarray(probabilities, dtype=np.float64) ** (1 / factor)
    rows: Probabilities = powers / powers.sum(axis=1, keepdims=True)
    return rows
