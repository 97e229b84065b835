"""The large model: a sentence encoder that reads the quote together with the sentence that carries it.

all-MiniLM-L6-v2 (Wang et al. 2020; Reimers and Gurevych 2019) fine-tuned by training/large.py, in 8 bits, run by
onnxruntime. What it says is pooled with what the small model says.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from stance.classifier import StanceClassifier
from stance.errors import ModelError
from stance.features import Passage, passages_in
from stance.linear import Probabilities, flattened

NETWORK = "encoder.onnx"
TOKENIZER = "tokenizer.json"
# What is longer is cut, the longer part first. In tokens, both parts together.
MAX_TOKENS = 128
_PACKAGES = "onnxruntime and tokenizers; install them with: pip install 'stance[large]'"


def as_pair(passage: Passage) -> tuple[str, str]:
    """The two texts that the encoder reads: the quote, and its sentence with a gap where the quote stands.

    >>> as_pair(Passage("strategic trust", "Wei called for", "again."))
    ('strategic trust', 'Wei called for [MASK] again.')
    >>> as_pair(Passage("Stop."))
    ('Stop.', '')
    """
    around = passage.before or passage.after
    return passage.text, f"{passage.before} [MASK] {passage.after}" if around else ""


class Encoder:
    """The fine-tuned network in a folder with encoder.onnx and tokenizer.json, opened on first use.

    `digests` are the SHA-256 of the files by name: a file that has changed by the time it is opened is refused.

    Passages are run one by one: 8-bit arithmetic scales numbers by all that is run together, so that in a batch the
    score of a quote would depend on its neighbours.
    """

    def __init__(self, folder: Path, digests: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.digests = digests

    def __getstate__(self) -> dict[str, Any]:
        # A worker process opens the files anew.
        return {"folder": self.folder, "digests": self.digests}

    @cached_property
    def _opened(self) -> tuple[Any, Any]:
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise ModelError(f"The large model needs {_PACKAGES}") from error
        options = onnxruntime.SessionOptions()
        # One thread a process: passages are short, and several processes share the cores.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            tokenizer = Tokenizer.from_buffer(self._content(TOKENIZER))
            session = onnxruntime.InferenceSession(self._content(NETWORK), options, providers=["CPUExecutionProvider"])
        except ModelError:
            raise
        except Exception as error:  # both raise whatever their native parts do
            raise ModelError(
                f"{self.folder}: the large model can't be opened ({error}); get its files again"
            ) from error
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.no_padding()
        return tokenizer, session

    def _content(self, name: str) -> bytes:
        # Opened from the bytes that were checked, so that nothing can change in between.
        content = (self.folder / name).read_bytes()
        if self.digests and hashlib.sha256(content).hexdigest() != self.digests[name]:
            raise ModelError(f"{self.folder / name}: changed since the model was loaded; get its files again")
        return content

    def log_probabilities(self, passages: Sequence[Passage]) -> Probabilities:
        """A row per passage: the logarithm of its probability of each stance, in alphabetical order."""
        tokenizer, session = self._opened
        rows: Probabilities = np.zeros((len(passages), 3))
        pairs = [tuple(map(_without_surrogates, as_pair(passage))) for passage in passages]
        for row, encoding in zip(rows, tokenizer.encode_batch(pairs), strict=True):
            feed = {
                "input_ids": encoding.ids,
                "attention_mask": encoding.attention_mask,
                "token_type_ids": encoding.type_ids,
            }
            tensors = {name: np.array([numbers], dtype=np.int64) for name, numbers in feed.items()}
            scores = session.run(["scores"], tensors)[0][0].astype(np.float64)
            row[:] = scores - np.logaddexp.reduce(scores)
        return rows


def _without_surrogates(text: str) -> str:
    # A lone surrogate may stand in a Python string, but not in the UTF-8 that the tokenizer takes.
    return text.encode("utf-8", "replace").decode("utf-8")


class LogPool(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Two opinions as one: a weighted sum of their log-probabilities (a logarithmic opinion pool, Heskes 1998).

    Its input has a row per passage: the log-probabilities of the first opinion, then those of the second, which counts
    `weight` times as much. There is nothing to learn: weights that fit our own corpus, on which both are sure, fit
    text by others less well (docs/experiments.md).
    """

    def __init__(self, weight: float = 0.4) -> None:
        self.weight = weight

    def fit(self, evidence: Probabilities, labels: Iterable[str]) -> Self:
        """Takes the names of the classes, in alphabetical order, from the labels."""
        self.classes_ = np.unique(list(labels))
        return self

    def decision_function(self, evidence: Probabilities) -> Probabilities:
        """A row per passage: the pooled score of each class."""
        half = evidence.shape[1] // 2
        scores: Probabilities = evidence[:, :half] + self.weight * evidence[:, half:]
        return scores

    def predict(self, evidence: Probabilities) -> np.ndarray[Any, np.dtype[np.str_]]:
        """The class with the highest score."""
        labels: np.ndarray[Any, np.dtype[np.str_]] = self.classes_[self.decision_function(evidence).argmax(axis=1)]
        return labels


class EncoderClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Conciliatory, assertive or neutral, by an encoder and a small model, pooled.

    encoder      an Encoder, fine-tuned on the stances in alphabetical order
    small        a fitted StanceClassifier
    flattening   as in StanceClassifier

    `fit` calibrates the pooled scores (temperature scaling, Guo et al. 2017) on passages that neither of the two has
    learned from.
    """

    def __init__(self, encoder: Encoder, small: StanceClassifier, flattening: float = 1.2) -> None:
        self.encoder = encoder
        self.small = small
        self.flattening = flattening

    def fit(self, passages: Iterable[Passage | str], labels: Iterable[str]) -> Self:
        """Calibrates on passages and their labels; raises ValueError where their numbers differ."""
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.frozen import FrozenEstimator

        wanted, evidence = list(labels), self._evidence(passages_in(passages))
        pool = FrozenEstimator(LogPool().fit(evidence, wanted))
        self.head_ = CalibratedClassifierCV(pool, method="temperature", cv=2).fit(evidence, wanted)
        self.classes_ = self.head_.classes_
        return self

    def predict_proba(self, passages: Iterable[Passage | str]) -> Probabilities:
        """A row per passage with the probability of each of `classes_`; rows sum to 1."""
        check_is_fitted(self, "head_")
        given = passages_in(passages)
        if not given:
            return np.zeros((0, len(self.classes_)))
        return flattened(self.head_.predict_proba(self._evidence(given)), self.flattening)

    def predict(self, passages: Iterable[Passage | str]) -> np.ndarray[Any, np.dtype[np.str_]]:
        """The most probable label of each passage."""
        labels: np.ndarray[Any, np.dtype[np.str_]] = self.classes_[self.predict_proba(passages).argmax(axis=1)]
        return labels

    def _evidence(self, passages: Sequence[Passage]) -> Probabilities:
        by_small = np.log(self.small.predict_proba(passages) + 1e-9)
        return np.hstack([self.encoder.log_probabilities(passages), by_small])
