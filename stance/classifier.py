"""The stance of quotes: `StanceClassifier`, and how a trained one is saved and loaded.

A model is two files: stance.joblib, and its manifest stance.json with the digest of the first. Unpickling a file
runs what is in it, so not a byte is unpickled before the digest fits.
"""

import hashlib
import io
import json
import platform
from collections.abc import Iterable, Sequence
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any, Self

import joblib
import numpy as np
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.validation import check_is_fitted

from stance.errors import ModelError
from stance.features import Features, Passage, as_passage, features_of
from stance.vectors import Matrix, WordVectors

MODEL_FILE = "stance.joblib"
_HERE = Path(__file__).resolve().parent
# In an installed package the model lies inside it, in a checkout beside it.
_SHIPPED = (_HERE / "models" / MODEL_FILE, _HERE.parent / "models" / MODEL_FILE)


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
    folds              parts into which the training data is split for the calibration

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
        folds: int = 5,
    ) -> None:
        self.C = C
        self.character_weight = character_weight
        self.act_weight = act_weight
        self.vectors = vectors
        self.vector_weight = vector_weight
        self.folds = folds

    def fit(self, passages: Iterable[Passage | str], labels: Iterable[str]) -> Self:
        """Learns from passages and their labels; raises ValueError where their numbers differ or one label is all."""
        features = _analysed(passages)
        y = np.asarray(list(labels))
        if len(features) != len(y):
            raise ValueError(f"{len(features)} passages, but {len(y)} labels")
        if len(np.unique(y)) < 2:
            raise ValueError("The labels need at least two classes")
        meanings = [] if self.vectors is None else [("meanings", FunctionTransformer(self._meanings))]
        self.union_ = FeatureUnion(
            [
                ("words", _weighted(analyzer=attrgetter("words"))),
                ("context", _weighted(analyzer=attrgetter("context"))),
                ("pattern", _weighted(analyzer=attrgetter("pattern"))),
                (
                    "characters",
                    _weighted(analyzer="char_wb", preprocessor=attrgetter("text"), ngram_range=(4, 4)),
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
        self.model_ = CalibratedClassifierCV(regression, method="temperature", cv=self.folds, ensemble=False)
        self.model_.fit(self.union_.fit_transform(features), y)
        self.classes_ = self.model_.classes_
        return self

    def _meanings(self, features: Sequence[Features]) -> Matrix:
        assert self.vectors is not None
        quotes, around = [item.text for item in features], [item.around for item in features]
        return np.hstack([self.vectors.means(quotes), self.vectors.means(around)])

    def predict_proba(self, passages: Iterable[Passage | str]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """A row per passage with the probability of each of `classes_`; rows sum to 1."""
        check_is_fitted(self, "model_")
        features = _analysed(passages)
        if not features:
            return np.zeros((0, len(self.classes_)))
        probabilities = np.asarray(self.model_.predict_proba(self.union_.transform(features)), dtype=np.float64)
        summed: np.ndarray[Any, np.dtype[np.float64]] = probabilities / probabilities.sum(axis=1, keepdims=True)
        return summed

    def predict(self, passages: Iterable[Passage | str]) -> np.ndarray[Any, np.dtype[np.str_]]:
        """The most probable label of each passage."""
        probabilities = self.predict_proba(passages)
        labels: np.ndarray[Any, np.dtype[np.str_]] = self.classes_[probabilities.argmax(axis=1)]
        return labels


def _analysed(passages: Iterable[Passage | str]) -> list[Features]:
    if isinstance(passages, str | Passage):
        raise TypeError("A list of passages is wanted, not a single one: write [passage]")
    return [features_of(as_passage(item)) for item in passages]


def _act_dicts(features: Sequence[Features]) -> list[dict[str, float]]:
    return [item.acts for item in features]


def _weighted(**settings: Any) -> TfidfVectorizer:
    return TfidfVectorizer(sublinear_tf=True, dtype=np.float32, **settings)


def save_model(model: StanceClassifier, path: str | Path, details: dict[str, Any] | None = None) -> Path:
    """Writes the model into the folder (or .joblib file) `path`, its manifest beside it; returns the model's path.

    `details` go into the manifest, beside the digest and the versions.
    """
    target = _model_path(Path(path), writing=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    joblib.dump(model, buffer, compress=3)
    content = buffer.getvalue()
    manifest = {
        "model": target.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "scikit_learn": sklearn.__version__,
        "python": platform.python_version(),
        **(details or {}),
    }
    target.write_bytes(content)
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    target.with_suffix(".json").write_text(text, encoding="utf-8")
    return target


def load_model(path: str | Path | None = None) -> StanceClassifier:
    """The model of a .joblib file or of the folder that holds it; without a path the shipped one, loaded once.

    Raises ModelError where the file or its manifest is missing or broken, its bytes are not those of the manifest,
    or it was made by another scikit-learn.
    """
    return _shipped() if path is None else _load(_model_path(Path(path)))


@cache
def _shipped() -> StanceClassifier:
    return _load(next((path for path in _SHIPPED if path.is_file()), _SHIPPED[-1]))


def _model_path(path: Path, writing: bool = False) -> Path:
    folder = path.is_dir() or (writing and path.suffix != ".joblib")
    return path / MODEL_FILE if folder else path


def _load(path: Path) -> StanceClassifier:
    manifest = _manifest(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: no model can be read there ({error.strerror}). {_MAKE}") from error
    # The bytes that are checked are the bytes that are unpickled; the file is not opened again.
    if hashlib.sha256(content).hexdigest() != manifest["sha256"]:
        raise ModelError(
            f"{path}: its bytes are not those that {path.with_suffix('.json').name} names; it was damaged or changed. "
            f"Get both files again from one source. {_MAKE}"
        )
    made_with = _major_minor(manifest["scikit_learn"])
    if made_with != _major_minor(sklearn.__version__):
        raise ModelError(
            f"{path}: made with scikit-learn {manifest['scikit_learn']}, but {sklearn.__version__} is installed. "
            f"Install scikit-learn {made_with}.*, or train it anew. {_MAKE}"
        )
    try:
        model = joblib.load(io.BytesIO(content))
    except Exception as error:  # unpickling may raise anything
        raise ModelError(f"{path}: can't be loaded ({type(error).__name__}: {error}). {_MAKE}") from error
    if not isinstance(model, StanceClassifier):
        raise ModelError(f"{path}: holds a {type(model).__name__}, not a StanceClassifier. {_MAKE}")
    return model


_MAKE = "The checkout's `make train` makes the shipped model, `python -m training.train --output FOLDER` your own."


def _manifest(path: Path) -> dict[str, str]:
    place = path.with_suffix(".json")
    if not path.is_file():
        raise ModelError(f"{path}: no such model file. {_MAKE}")
    try:
        manifest = json.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{place}: the manifest of {path.name} can't be read ({error.strerror}). {_MAKE}") from error
    except ValueError as error:
        raise ModelError(f"{place}: the manifest is no JSON ({error}). {_MAKE}") from error
    if not isinstance(manifest, dict) or not all(isinstance(manifest.get(k), str) for k in ("sha256", "scikit_learn")):
        raise ModelError(f"{place}: the manifest needs 'sha256' and 'scikit_learn', both strings. {_MAKE}")
    return manifest


def _major_minor(version: str) -> str:
    return ".".join(version.split(".")[:2])
