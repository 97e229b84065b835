"""The large model: a sentence encoder that reads the quote in the sentence that carries it.

The lowest six layers of all-mpnet-base-v2 (Song et al. 2020; Reimers and Gurevych 2019) fine-tuned by
training/large.py, in 8 bits, run by onnxruntime. Where the small model is sure, that decides alone: a cascade.
"""

import gzip
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

NETWORK = "encoder.onnx.gz"
TOKENIZER = "tokenizer.json"
# What is longer is cut: of the quote its end, of its sentence what is far from the quote.
MAX_TOKENS = 112
_LEAST_AROUND = 10
_PACKAGES = "onnxruntime and tokenizers; install them with: pip install 'stance[large]'"


class Reader:
    """Passages → what the network reads: one text, in which the quote is marked by quotation marks and by type.

    `tokenizer` is the `tokenizers.Tokenizer` of the network.
    """

    def __init__(self, tokenizer: Any) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._start, self._end, self._mark = (tokenizer.token_to_id(token) for token in ("<s>", "</s>", '"'))

    def __call__(self, passages: Sequence[Passage]) -> list[tuple[list[int], list[int]]]:
        """For each passage the numbers of its tokens, and the type of each token: 0 in the quote, 1 around it."""
        texts = [text for passage in passages for text in (passage.before, passage.text, passage.after)]
        encoded = self._tokenizer.encode_batch(list(map(_without_surrogates, texts)), add_special_tokens=False)
        numbers = [encoding.ids for encoding in encoded]
        return [self._marked(*numbers[i : i + 3]) for i in range(0, len(numbers), 3)]

    def _marked(self, before: list[int], quote: list[int], after: list[int]) -> tuple[list[int], list[int]]:
        quote = quote[: MAX_TOKENS - _LEAST_AROUND]
        room = MAX_TOKENS - 4 - len(quote)
        after = after[: max(room // 2, room - len(before))]
        before = before[max(0, len(before) - (room - len(after))) :]
        tokens = [self._start, *before, self._mark, *quote, self._mark, *after, self._end]
        return tokens, [1] * (len(before) + 2) + [0] * len(quote) + [1] * (len(after) + 2)


class Encoder:
    """The fine-tuned network in a folder with encoder.onnx.gz and tokenizer.json, opened on first use.

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
            reader = Reader(Tokenizer.from_buffer(self._content(TOKENIZER)))
            network = gzip.decompress(self._content(NETWORK))
            session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        except ModelError:
            raise
        except Exception as error:  # both raise whatever their native parts do
            raise ModelError(
                f"{self.folder}: the large model can't be opened ({error}); get its files again"
            ) from error
        return reader, session

    def _content(self, name: str) -> bytes:
        # Opened from the bytes that were checked, so that nothing can change in between.
        content = (self.folder / name).read_bytes()
        if self.digests and hashlib.sha256(content).hexdigest() != self.digests[name]:
            raise ModelError(f"{self.folder / name}: changed since the model was loaded; get its files again")
        return content

    def log_probabilities(self, passages: Sequence[Passage]) -> Probabilities:
        """A row per passage: the logarithm of its probability of each stance, in alphabetical order."""
        reader, session = self._opened
        rows: Probabilities = np.zeros((len(passages), 3))
        for row, (tokens, types) in zip(rows, reader(passages), strict=True):
            feed = {"input_ids": tokens, "attention_mask": [1] * len(tokens), "token_type_ids": types}
            tensors = {name: np.array([numbers], dtype=np.int64) for name, numbers in feed.items()}
            scores = session.run(["scores"], tensors)[0][0].astype(np.float64)
            row[:] = scores - np.logaddexp.reduce(scores)
        return rows


def _without_surrogates(text: str) -> str:
    # A lone surrogate may stand in a Python string, but not in the UTF-8 that the tokenizer takes.
    return text.encode("utf-8", "replace").decode("utf-8")


class LogProbabilities(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Log-probabilities, a row per passage, as they are: a classifier with nothing to learn, to be calibrated."""

    def fit(self, rows: Probabilities, labels: Iterable[str]) -> Self:
        """Takes the names of the classes, in alphabetical order, from the labels."""
        self.classes_ = np.unique(list(labels))
        return self

    def decision_function(self, rows: Probabilities) -> Probabilities:
        """The rows."""
        return rows

    def predict(self, rows: Probabilities) -> np.ndarray[Any, np.dtype[np.str_]]:
        """The most probable class of each row."""
        labels: np.ndarray[Any, np.dtype[np.str_]] = self.classes_[rows.argmax(axis=1)]
        return labels


class EncoderClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Conciliatory, assertive or neutral, by an encoder, and by a small model where that is sure.

    encoder      an Encoder, fine-tuned on the stances in alphabetical order
    small        a fitted StanceClassifier
    flattening   as in StanceClassifier
    sure         where the small model gives a stance this probability, the encoder is not asked: it would hardly
                 differ, and takes thirty times as long

    `fit` calibrates the probabilities (temperature scaling, Guo et al. 2017) on passages that the encoder has
    not learned from, and that the small model was calibrated on at most.
    """

    def __init__(self, encoder: Encoder, small: StanceClassifier, flattening: float = 1.2, sure: float = 0.8) -> None:
        self.encoder = encoder
        self.small = small
        self.flattening = flattening
        self.sure = sure

    def fit(self, passages: Iterable[Passage | str], labels: Iterable[str]) -> Self:
        """Calibrates on passages and their labels; raises ValueError where their numbers differ."""
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.frozen import FrozenEstimator

        wanted, evidence = list(labels), self._evidence(passages_in(passages))
        ready = FrozenEstimator(LogProbabilities().fit(evidence, wanted))
        self.head_ = CalibratedClassifierCV(ready, method="temperature", cv=2).fit(evidence, wanted)
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
        rows: Probabilities = np.log(self.small.predict_proba(passages) + 1e-9)
        unsure = np.flatnonzero(rows.max(axis=1) < np.log(self.sure)).tolist()
        rows[unsure] = self.encoder.log_probabilities([passages[i] for i in unsure])
        return rows
