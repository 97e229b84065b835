"""Scores of stance labels and their probabilities: what `training.evaluate` prints, writes and draws."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.corpus import STANCES, LabelledQuote

RESAMPLES = 500
BINS = 10
THRESHOLDS = (0.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
# Words in a quote, from and to.
LENGTHS = ((1, 6), (7, 15), (16, 30), (31, 10_000))


def label_scores(gold: Sequence[str], predicted: Sequence[str]) -> dict[str, Any]:
    """Accuracy, macro-F1 with its 95 % bootstrap interval, scores per class, and the confusion matrix.

    Macro-F1 is over the three stances, whichever of them occur.

    >>> scores = label_scores(["neutral", "assertive"], ["neutral", "neutral"])
    >>> round(scores["macro_f1"], 3), scores["confusion"]["assertive"]
    (0.222, {'conciliatory': 0, 'assertive': 0, 'neutral': 1})
    """
    rows, columns = _numbered(gold), _numbered(predicted)
    matrix = _confusion(rows, columns)
    right, given, wanted = np.diag(matrix), matrix.sum(axis=0), matrix.sum(axis=1)
    low, high = _bootstrap(rows, columns)
    return {
        "quotes": len(gold),
        "accuracy": float((rows == columns).mean()) if len(gold) else 0.0,
        "macro_f1": _macro_f1(matrix),
        "macro_f1_low": low,
        "macro_f1_high": high,
        "per_class": {
            label: {**retrieval_scores(int(right[i]), int(given[i]), int(wanted[i])), "quotes": int(wanted[i])}
            for i, label in enumerate(STANCES)
        },
        "confusion": {
            label: {other: int(matrix[i, j]) for j, other in enumerate(STANCES)} for i, label in enumerate(STANCES)
        },
    }


def retrieval_scores(right: int, predicted: int, gold: int) -> dict[str, float]:
    """Precision, recall and F1 from the numbers of right, predicted and wanted ones.

    >>> retrieval_scores(1, 2, 2)["f1"]
    0.5
    """
    precision, recall = right / max(predicted, 1), right / max(gold, 1)
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(precision + recall, 1e-9),
    }


def _numbered(labels: Sequence[str]) -> np.ndarray[Any, Any]:
    return np.array([STANCES.index(label) for label in labels], dtype=int)


def _confusion(rows: np.ndarray[Any, Any], columns: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    size = len(STANCES)
    return np.bincount(rows * size + columns, minlength=size * size).reshape(size, size)


def _macro_f1(matrix: np.ndarray[Any, Any]) -> float:
    both = matrix.sum(axis=0) + matrix.sum(axis=1)
    return float(np.mean(2 * np.diag(matrix) / np.maximum(both, 1)))


def _bootstrap(rows: np.ndarray[Any, Any], columns: np.ndarray[Any, Any]) -> tuple[float, float]:
    if not len(rows):
        return 0.0, 0.0
    # A fixed seed: the same predictions always get the same interval.
    random = np.random.default_rng(0)
    scores = []
    for _ in range(RESAMPLES):
        drawn = random.integers(0, len(rows), len(rows))
        scores.append(_macro_f1(_confusion(rows[drawn], columns[drawn])))
    low, high = np.percentile(scores, [2.5, 97.5])
    return float(low), float(high)


def calibration_error(gold: Sequence[str], labels: Sequence[str], probabilities: np.ndarray[Any, Any]) -> float:
    """Expected calibration error over ten equal bins of the top probability (Naeini et al. 2015; Guo et al. 2017).

    `probabilities` has a row per quote and a column per label of `labels`.

    >>> calibration_error(["a", "b"], ["a", "b"], np.array([[1.0, 0.0], [0.0, 1.0]]))
    0.0
    """
    return float(sum(share * abs(sure - right) for share, sure, right in reliability(gold, labels, probabilities)))


def reliability(
    gold: Sequence[str], labels: Sequence[str], probabilities: np.ndarray[Any, Any]
) -> list[tuple[float, float, float]]:
    """For each bin that is not empty: its share of the quotes, their mean top probability, the share labelled right."""
    sure, right = _top(gold, labels, probabilities)
    bins = np.clip(np.ceil(sure * BINS).astype(int) - 1, 0, BINS - 1)
    filled = [bins == number for number in np.unique(bins)]
    return [(float(b.mean()), float(sure[b].mean()), float(right[b].mean())) for b in filled]


def coverage(gold: Sequence[str], labels: Sequence[str], probabilities: np.ndarray[Any, Any]) -> list[dict[str, float]]:
    """For each of THRESHOLDS: the share of quotes whose top probability reaches it, and of these the share right."""
    sure, right = _top(gold, labels, probabilities)
    rows = []
    for threshold in THRESHOLDS:
        kept = sure >= threshold
        accuracy = float(right[kept].mean()) if kept.any() else 0.0
        rows.append(
            {"threshold": threshold, "coverage": float(kept.mean()) if len(kept) else 0.0, "accuracy": accuracy}
        )
    return rows


def _top(
    gold: Sequence[str], labels: Sequence[str], probabilities: np.ndarray[Any, Any]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    rows = np.asarray(probabilities, dtype=float).reshape(len(gold), len(labels))
    right = np.asarray(labels)[rows.argmax(axis=1)] == np.asarray(gold, dtype=str)
    return rows.max(axis=1), right


def breakdown(quotes: Sequence[LabelledQuote], predicted: Sequence[str]) -> dict[str, dict[str, dict[str, float]]]:
    """Quotes, accuracy and macro-F1 by style, by length in words, and by kind of speaker."""
    groups: dict[str, dict[str, list[int]]] = {"style": {}, "length": {}, "speaker": {}}
    for number, quote in enumerate(quotes):
        for kind, name in (
            ("style", quote.style or "none given"),
            ("length", _length(quote)),
            ("speaker", quote.speaker if quote.speaker in ("Other", "Unknown") else "on the roster"),
        ):
            groups[kind].setdefault(name, []).append(number)
    return {
        kind: {name: _short_scores(quotes, predicted, numbers) for name, numbers in sorted(members.items())}
        for kind, members in groups.items()
    }


def _length(quote: LabelledQuote) -> str:
    words = max(len(quote.passage.text.split()), 1)
    low, high = next((low, high) for low, high in LENGTHS if words <= high or high == LENGTHS[-1][1])
    return f"{low:02}–{high:02} words" if high < LENGTHS[-1][1] else f"{low:02} words or more"


def _short_scores(quotes: Sequence[LabelledQuote], predicted: Sequence[str], chosen: Sequence[int]) -> dict[str, float]:
    rows = _numbered([quotes[i].stance for i in chosen])
    columns = _numbered([predicted[i] for i in chosen])
    accuracy = float((rows == columns).mean())
    return {"quotes": len(chosen), "accuracy": accuracy, "macro_f1": _macro_f1(_confusion(rows, columns))}


def confident_errors(
    quotes: Sequence[LabelledQuote], labels: Sequence[str], probabilities: np.ndarray[Any, Any], most: int = 10
) -> list[dict[str, Any]]:
    """The wrong labels of which the model was surest, the surest first."""
    sure, right = _top([quote.stance for quote in quotes], labels, probabilities)
    order = [int(i) for i in np.argsort(-sure, kind="stable") if not right[i]][:most]
    return [
        {
            "id": quotes[i].id,
            "text": quotes[i].passage.text,
            "wanted": quotes[i].stance,
            "predicted": str(labels[int(np.argmax(probabilities[i]))]),
            "probability": float(sure[i]),
        }
        for i in order
    ]
