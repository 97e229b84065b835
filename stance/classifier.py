"""The stance of quotes: `StanceClassifier`, the small model, a linear one over words."""

import pickle
from collections.abc import Iterable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.validation import check_is_fitted

from stance.features import Features, Passage, as_passage, features_of
from stance.vectors import Matrix, WordVectors

Probabilities = np.ndarray[Any, np.dtype[np.float64]]

# With fewer passages than this, words that occur once are kept: there is little else.
_ENOUGH = 1000
# A softly labelled passage counts for so much, and labels below this probability are passed over.
_SOFT_WEIGHT = 0.5
_UNLIKELY = 0.02


class StanceClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Conciliatory, assertive or neutral, for quotes with the sentences that carry them.

    Passages come in as a list of `Passage` or of plain strings (quotes without context). Logistic regression over
    weighted words and characters of the quote, words of its context, and classes of speech acts; its probabilities
    are calibrated on held-out parts of the training data.

    C                  inverse strength of the regularisation
    character_weight   weight of the quote's characters beside its words
    act_weight         weight of the speech-act features beside its words
    vectors            word vectors for the meaning of the quote and of a fragment's sentence; None: without
    vector_weight      weight of these meanings beside its words
    min_count          words and word pairs seen in fewer passages are left out (below 1,000 passages none is)
    folds              parts into which the training data is split for the calibration
    flattening         what the log-probabilities are divided by on top of the calibration: text of other hands is
                       harder than the training data (chosen on development data, docs/experiments.md)

    >>> model = StanceClassifier(folds=2).fit(["We thank you.", "We hope.", "Stop it!", "Never!"], list("ccaa"))
    >>> model.predict([Passage("We thank them.")]).tolist()
    ['c']
    """

    def __init__(
        self,
        C: float = 3.0,
        character_weight: float = 0.5,
        act_weight: float = 0.25,
        vectors: WordVectors | None = None,
        vector_weight: float = 0.5,
        min_count: int = 2,
        folds: int = 5,
        flattening: float = 1.2,
    ) -> None:
        self.C = C
        self.character_weight = character_weight
        self.act_weight = act_weight
        self.vectors = vectors
        self.vector_weight = vector_weight
        self.min_count = min_count
        self.folds = folds
        self.flattening = flattening

    def __getstate__(self) -> dict[str, Any]:
        # As one piece of bytes: joblib unpickles in Python, five times slower than pickle does in C.
        return {"packed": pickle.dumps(super().__getstate__(), protocol=5)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(pickle.loads(state["packed"]))

    def fit(
        self,
        passages: Iterable[Passage | str],
        labels: Iterable[str],
        soft: "tuple[Sequence[Passage], Probabilities] | None" = None,
        calibration: "tuple[Sequence[Passage], Sequence[str]] | None" = None,
    ) -> Self:
        """Learns from passages and their labels; raises ValueError where their numbers differ or one label is all.

        soft         more passages, with a row of probabilities each, of the labels in alphabetical order: what a better
                     model thinks of them (Hinton, Vinyals and Dean 2015); each counts for half a labelled one
        calibration  passages and labels kept out of the learning, to calibrate the probabilities on; None: parts of
                     the training data, each in its turn
        """
        features = _analysed(passages)
        y = np.asarray(list(labels))
        if len(features) != len(y):
            raise ValueError(f"{len(features)} passages, but {len(y)} labels")
        classes = np.unique(y)
        if len(classes) < 2:
            raise ValueError("The labels need at least two classes")
        if soft is not None:
            if calibration is None:
                raise ValueError("soft labels need passages to calibrate on")
            features += _analysed(soft[0])
        least = self.min_count if len(features) >= _ENOUGH else 1
        meanings = [] if self.vectors is None else [("meanings", FunctionTransformer(partial(_meanings, self.vectors)))]
        self.union_ = FeatureUnion(
            [
                ("words", _weighted(least, analyzer=attrgetter("words"))),
                ("context", _weighted(least, analyzer=attrgetter("context"))),
                ("pattern", _weighted(least, analyzer=attrgetter("pattern"))),
                (
                    "characters",
                    _weighted(least, analyzer="char_wb", preprocessor=attrgetter("text"), ngram_range=(4, 4)),
                ),
                ("acts", make_pipeline(FunctionTransformer(_act_dicts), DictVectorizer(dtype=np.float32))),
                *meanings,
            ],
            transformer_weights={
                "characters": self.character_weight,
                "acts": self.act_weight,
                **({"meanings": self.vector_weight} if meanings else {}),
            },
        )
        # Classes are not balanced: their shares in the corpus are those of real coverage, half of it assertive.
        regression = LogisticRegression(C=self.C, max_iter=2000)
        learned = self.union_.fit_transform(features)
        if calibration is None:
            self.model_ = CalibratedClassifierCV(regression, method="temperature", cv=self.folds, ensemble=False)
            self.model_.fit(learned, y)
        else:
            weights = np.ones(len(y))
            if soft is not None:
                # A softly labelled passage is an example of every likely label, weighted by its probability.
                rows, columns = np.nonzero(soft[1] > _UNLIKELY)
                learned = learned[np.append(np.arange(len(y)), len(y) + rows)]
                weights = np.append(weights, _SOFT_WEIGHT * soft[1][rows, columns])
                y = np.append(y, classes[columns])
            ready = FrozenEstimator(regression.fit(learned, y, sample_weight=weights))
            self.model_ = CalibratedClassifierCV(ready, method="temperature", cv=2)
            self.model_.fit(self.union_.transform(_analysed(calibration[0])), list(calibration[1]))
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, passages: Iterable[Passage | str]) -> Probabilities:
        """A row per passage with the probability of each of `classes_`; rows sum to 1."""
        check_is_fitted(self, "model_")
        features = _analysed(passages)
        if not features:
            return np.zeros((0, len(self.classes_)))
        return flattened(self.model_.predict_proba(self.union_.transform(features)), self.flattening)

    def predict(self, passages: Iterable[Passage | str]) -> np.ndarray[Any, np.dtype[np.str_]]:
        """The most probable label of each passage."""
        probabilities = self.predict_proba(passages)
        labels: np.ndarray[Any, np.dtype[np.str_]] = self.classes_[probabilities.argmax(axis=1)]
        return labels


def flattened(probabilities: np.ndarray[Any, Any], factor: float) -> Probabilities:
    """Rows of probabilities, their logarithms divided by `factor`, so that each row still sums to 1.

    >>> flattened(np.array([[0.8, 0.2]]), 2.0).round(3).tolist()
    [[0.667, 0.333]]
    """
    powers: Probabilities = np.asarray(probabilities, dtype=np.float64) ** (1 / factor)
    rows: Probabilities = powers / powers.sum(axis=1, keepdims=True)
    return rows


def passages_in(items: Iterable[Passage | str]) -> list[Passage]:
    """The items as passages; raises TypeError where a single one comes instead of a list."""
    if isinstance(items, str | Passage):
        raise TypeError("A list of passages is wanted, not a single one: write [passage]")
    return [as_passage(item) for item in items]


def _analysed(items: Iterable[Passage | str]) -> list[Features]:
    return [features_of(passage) for passage in passages_in(items)]


def _act_dicts(features: Sequence[Features]) -> list[dict[str, float]]:
    return [item.acts for item in features]


def _meanings(vectors: WordVectors, features: Sequence[Features]) -> Matrix:
    quotes, around = [item.text for item in features], [item.around for item in features]
    return np.hstack([vectors.means(quotes), vectors.means(around)])


def _weighted(least: int, **settings: Any) -> TfidfVectorizer:
    return TfidfVectorizer(sublinear_tf=True, dtype=np.float32, min_df=least, **settings)
