"""The stance of quotes: `StanceClassifier`, the small model, a linear one over words."""

import io
import pickle
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from stance.counting import PIECE
from stance.features import Features, Passage, features_of, passages_in
from stance.linear import COUNTED, LinearModel, Probabilities, Tables
from stance.vectors import Matrix, WordVectors

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

# With fewer passages than this, words that occur once are kept: there is little else.
_ENOUGH = 1000
# Soft labels below this probability are passed over.
_UNLIKELY = 0.02
# What judges is in the tables. These are for whoever asks: they need a third of a second of imports.
_LEARNED = ("union_", "model_")


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
        state: dict[str, Any] = {name: value for name, value in super().__getstate__().items() if name != "_linear"}
        learned = {name: state.pop(name) for name in _LEARNED if name in state}
        if learned and "_packed" not in state:
            state["_packed"] = _packed(learned, self.tables_)
        # As one piece of bytes: joblib unpickles in Python, five times slower than pickle does in C.
        return {"packed": pickle.dumps(state, protocol=5)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(pickle.loads(state["packed"]))

    def __getattr__(self, name: str) -> Any:
        packed = self.__dict__.get("_packed") if name in _LEARNED else None
        if packed is None:
            if name == "linear":  # what that property raised was taken for a missing attribute
                check_is_fitted(self)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self.__dict__.update(_unpacked(packed, self.tables_))
        return self.__dict__[name]

    def __sklearn_is_fitted__(self) -> bool:
        return "tables_" in self.__dict__

    def fit(
        self,
        passages: Iterable[Passage | str],
        labels: Iterable[str],
        soft: "tuple[Sequence[Passage], Probabilities, Sequence[float]] | None" = None,
        calibration: "tuple[Sequence[Passage], Sequence[str]] | None" = None,
    ) -> Self:
        """Learns from passages and their labels; raises ValueError where their numbers differ or one label is all.

        soft         more passages, with a row of probabilities each, of the labels in alphabetical order: what a better
                     model thinks of them (Hinton, Vinyals and Dean 2015); and for how many labelled ones each counts
        calibration  passages and labels kept out of the learning, to calibrate the probabilities on; None: parts of
                     the training data, each in its turn
        """
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.feature_extraction import DictVectorizer
        from sklearn.frozen import FrozenEstimator
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import FeatureUnion, make_pipeline
        from sklearn.preprocessing import FunctionTransformer

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
                    _weighted(least, analyzer="char_wb", preprocessor=attrgetter("text"), ngram_range=(PIECE, PIECE)),
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
                weights = np.append(weights, np.asarray(soft[2])[rows] * soft[1][rows, columns])
                y = np.append(y, classes[columns])
            ready = FrozenEstimator(regression.fit(learned, y, sample_weight=weights))
            self.model_ = CalibratedClassifierCV(ready, method="temperature", cv=2)
            self.model_.fit(self.union_.transform(_analysed(calibration[0])), list(calibration[1]))
        self.classes_ = self.model_.classes_
        self.__dict__.pop("_packed", None)
        self.__dict__.pop("_linear", None)
        self.tables_ = self._tables()
        return self

    def predict_proba(self, passages: Iterable[Passage | str]) -> Probabilities:
        """A row per passage with the probability of each of `classes_`; rows sum to 1."""
        return self.linear.predict_proba(passages)

    @property
    def linear(self) -> LinearModel:
        """The same in the form that judges many passages fast. Raises NotFittedError before `fit`."""
        check_is_fitted(self)
        if "_linear" not in self.__dict__:
            self._linear = LinearModel(self.tables_)
        return self._linear

    def _tables(self) -> Tables:
        parts: dict[str, Any] = dict(self.union_.transformer_list)
        counted = [parts[name] for name in COUNTED]
        (calibrated,) = self.model_.calibrated_classifiers_
        (calibrator,) = calibrated.calibrators
        regression = _regression(self.model_)
        coefficients, intercepts = regression.coef_, regression.intercept_
        if len(coefficients) == 1:  # two classes: the scores of one are those of the other, negative
            coefficients, intercepts = np.vstack([-coefficients, coefficients]), np.append(-intercepts, intercepts)
        return Tables(
            classes=tuple(str(label) for label in self.classes_),
            columns={
                **{name: part.get_feature_names_out().tolist() for name, part in zip(COUNTED, counted, strict=True)},
                "acts": list(parts["acts"][-1].feature_names_),
            },
            factors=dict(self.union_.transformer_weights),
            idf=np.concatenate([part.idf_ for part in counted]).astype(np.float32),
            coefficients=np.ascontiguousarray(coefficients.T, dtype=np.float32),
            intercepts=np.asarray(intercepts, dtype=np.float32),
            inverse_temperature=np.asarray(calibrator.beta_, dtype=np.float32),
            flattening=self.flattening,
            vectors=self.vectors,
        )

    def predict(self, passages: Iterable[Passage | str]) -> np.ndarray[Any, np.dtype[np.str_]]:
        """The most probable label of each passage."""
        probabilities = self.predict_proba(passages)
        labels: np.ndarray[Any, np.dtype[np.str_]] = self.classes_[probabilities.argmax(axis=1)]
        return labels


def _analysed(items: Iterable[Passage | str]) -> list[Features]:
    return [features_of(passage) for passage in passages_in(items)]


def _act_dicts(features: Sequence[Features]) -> list[dict[str, float]]:
    return [item.acts for item in features]


def _meanings(vectors: WordVectors, features: Sequence[Features]) -> Matrix:
    quotes, around = [item.text for item in features], [item.around for item in features]
    return np.hstack([vectors.means(quotes), vectors.means(around)])


def _weighted(least: int, **settings: Any) -> "TfidfVectorizer":
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(sublinear_tf=True, dtype=np.float32, min_df=least, **settings)


def _regression(model: Any) -> Any:
    (calibrated,) = model.calibrated_classifiers_
    return getattr(calibrated.estimator, "estimator", calibrated.estimator)


def _packed(learned: Mapping[str, Any], tables: Tables) -> bytes:
    """The transformers and the regression, pickled without what is in the tables too: word vectors, coefficients."""
    coefficients = _regression(learned["model_"]).coef_

    class Pickler(pickle.Pickler):
        def persistent_id(self, item: Any) -> str | None:
            if item is tables.vectors and item is not None:
                return "vectors"
            return "coefficients" if item is coefficients and len(coefficients) > 1 else None

    buffer = io.BytesIO()
    Pickler(buffer, protocol=5).dump(dict(learned))
    return buffer.getvalue()


def _unpacked(packed: bytes, tables: Tables) -> dict[str, Any]:
    class Unpickler(pickle.Unpickler):
        def persistent_load(self, name: str) -> Any:
            return tables.vectors if name == "vectors" else tables.coefficients.T

    learned: dict[str, Any] = Unpickler(io.BytesIO(packed)).load()
    return learned
