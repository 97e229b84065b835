"""Cross-validation of the classifier with whole sources held out, beside two baselines, and its learning curve."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline

from stance.classifier import StanceClassifier
from stance.features import Passage
from training.corpus import LabelledQuote
from training.scores import label_scores
from training.vectors import word_vectors

FOLDS = 5
SHARES = (0.125, 0.25, 0.5, 1.0)


def _text(item: Passage) -> str:
    return item.text


def _plain() -> Any:
    """What anyone would try first: TF-IDF of the quote's words and a logistic regression."""
    return make_pipeline(TfidfVectorizer(preprocessor=_text), LogisticRegression(max_iter=1000))


class _Majority:
    """The label that is most frequent in training, whatever the quote."""

    def fit(self, passages: Sequence[Passage], labels: Any) -> "_Majority":
        self.model_ = DummyClassifier(strategy="most_frequent").fit(np.zeros((len(passages), 1)), labels)
        return self

    def predict(self, passages: Sequence[Passage]) -> Any:
        return self.model_.predict(np.zeros((len(passages), 1)))


def _ours() -> StanceClassifier:
    """The classifier as shipped but for a coarser calibration, which changes no label: half the time."""
    return StanceClassifier(vectors=word_vectors(), folds=2)


SYSTEMS: dict[str, Callable[[], Any]] = {
    "majority": _Majority,
    "TF-IDF + LR": _plain,
    "stance": _ours,
}


def out_of_fold(make: Callable[[], Any], quotes: Sequence[LabelledQuote]) -> list[str]:
    """A label for each quote, by a model that has seen no quote of its group; raises ValueError with one group."""
    groups = [quote.group for quote in quotes]
    passages = [quote.passage for quote in quotes]
    labels = np.array([quote.stance for quote in quotes])
    predicted = labels.copy()
    for train, test in GroupKFold(min(FOLDS, len(set(groups)))).split(passages, labels, groups):
        model = make().fit([passages[i] for i in train], labels[train])
        predicted[test] = model.predict([passages[i] for i in test])
    return [str(label) for label in predicted]


def cross_validated(quotes: Sequence[LabelledQuote]) -> dict[str, Any]:
    """The scores of the classifier with whole sources held out; {} where there are too few sources or stances."""
    ordered = sorted(quotes, key=lambda quote: quote.id)
    if len({quote.group for quote in ordered}) < 2:
        return {}
    try:
        predicted = out_of_fold(_ours, ordered)
    except ValueError:  # a handful of quotes: a fold may lack a stance
        return {}
    return label_scores([quote.stance for quote in ordered], predicted)


def learning_curve(quotes: Sequence[LabelledQuote], held: Sequence[LabelledQuote]) -> list[dict[str, float]]:
    """Macro-F1 on the held-out quotes after learning from a growing share of the sources, drawn with a fixed seed."""
    sources = np.random.default_rng(0).permutation(sorted({quote.group for quote in quotes}))
    gold = [quote.stance for quote in held]
    points = []
    for share in SHARES:
        chosen = set(sources[: max(round(share * len(sources)), 1)])
        part = sorted((quote for quote in quotes if quote.group in chosen), key=lambda quote: quote.id)
        model = _ours().fit([quote.passage for quote in part], [quote.stance for quote in part])
        scores = label_scores(gold, [str(label) for label in model.predict([quote.passage for quote in held])])
        points.append({"quotes": len(part), **{k: scores[k] for k in ("macro_f1", "macro_f1_low", "macro_f1_high")}})
    return points
