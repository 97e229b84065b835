"""Every score of `make evaluate`: `python -m training.evaluate [--data FILE.jsonl] [--json FILE] [--errors]`.

Without --data: the classifier, cross-validated on the corpus with whole sources held out; then the whole way on the
held-out articles. With --data: the shipped model on a user's own labelled file.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline

from stance.classifier import StanceClassifier, load_model
from stance.errors import StanceError
from stance.features import Passage
from training.corpus import (
    HELDOUT,
    ROSTER,
    STANCES,
    Article,
    GoldQuote,
    LabelledQuote,
    labelled_quotes,
    load_articles,
    load_jsonl,
    load_training_quotes,
)
from training.vectors import word_vectors

FOLDS = 5
RESAMPLES = 500
# A predicted quote is the gold one if they share this much of the characters that either covers.
OVERLAP = 0.8


# ---- scores of labels


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
            label: {**_f1(int(right[i]), int(given[i]), int(wanted[i])), "quotes": int(wanted[i])}
            for i, label in enumerate(STANCES)
        },
        "confusion": {
            label: {other: int(matrix[i, j]) for j, other in enumerate(STANCES)} for i, label in enumerate(STANCES)
        },
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


# ---- (a) the classifier, cross-validated


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


# ---- (b) the whole way


def overlap(a: tuple[int, int], b: tuple[int, int]) -> float:
    """The share that two spans have in common of all that either covers.

    >>> overlap((0, 10), (0, 8)), overlap((0, 4), (6, 9))
    (0.8, 0.0)
    """
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return max(shared, 0) / max(max(a[1], b[1]) - min(a[0], b[0]), 1)


def matched(gold: Sequence[GoldQuote], predicted: Sequence[Any]) -> list[tuple[GoldQuote, Any]]:
    """Pairs of gold and predicted quotes that are the same stretch, the best overlap first, each used once."""
    candidates = sorted(
        (-overlap((g.start, g.end), (p.start, p.end)), i, j)
        for i, g in enumerate(gold)
        for j, p in enumerate(predicted)
    )
    pairs: list[tuple[int, int]] = []
    taken_gold: set[int] = set()
    taken: set[int] = set()
    for share, i, j in candidates:
        if -share >= OVERLAP and i not in taken_gold and j not in taken:
            taken_gold.add(i)
            taken.add(j)
            pairs.append((i, j))
    return [(gold[i], predicted[j]) for i, j in sorted(pairs)]


def wanted_speaker(quote: GoldQuote) -> str | None:
    """The speaker as the library names it: None for Other and Unknown."""
    return quote.speaker if quote.speaker in ROSTER else None


def _f1(right: int, predicted: int, gold: int) -> dict[str, float]:
    precision, recall = right / max(predicted, 1), right / max(gold, 1)
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(precision + recall, 1e-9),
    }


def end_to_end(
    articles: Iterable[Article], analyze: Callable[[str], Sequence[Any]]
) -> tuple[dict[str, Any], list[str]]:
    """The scores of `analyze` on whole articles, and a line for each quote that is not entirely right."""
    gold_total = predicted_total = all_right = articles_total = 0
    speakers: list[bool] = []
    named: list[bool] = []
    gold_stances: list[str] = []
    predicted_stances: list[str] = []
    errors: list[str] = []
    for article in articles:
        predicted = list(analyze(article.text))
        pairs = matched(article.quotes, predicted)
        articles_total += 1
        gold_total += len(article.quotes)
        predicted_total += len(predicted)
        for gold, quote in pairs:
            speaker, stance = wanted_speaker(gold), str(quote.stance)
            speakers.append(quote.speaker == speaker)
            if speaker:
                named.append(quote.speaker == speaker)
            gold_stances.append(gold.stance)
            predicted_stances.append(stance)
            if speakers[-1] and stance == gold.stance:
                all_right += 1
            else:
                errors.append(
                    f"{article.id} {gold.text[:70]!r}: speaker {quote.speaker}, want {speaker}; "
                    f"stance {stance}, want {gold.stance}"
                )
        found, used = {id(gold) for gold, _ in pairs}, {id(quote) for _, quote in pairs}
        errors += [f"{article.id} missed {g.text[:90]!r} ({g.speaker})" for g in article.quotes if id(g) not in found]
        errors += [f"{article.id} no quote: {q.text[:90]!r} (got {q.speaker})" for q in predicted if id(q) not in used]
    scores = {
        "articles": articles_total,
        "quotes": _f1(len(speakers), predicted_total, gold_total),
        "speaker_accuracy": sum(speakers) / max(len(speakers), 1),
        "roster_speaker_recall": sum(named) / max(len(named), 1),
        "stances": label_scores(gold_stances, predicted_stances),
        "all_right": _f1(all_right, predicted_total, gold_total),
    }
    return scores, errors


# ---- what is printed


def _systems_table(systems: dict[str, dict[str, Any]], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for name in ("", "macro-F1", "95 %", "accuracy", *STANCES):
        table.add_column(name, justify="left" if not name else "right")
    for name, scores in systems.items():
        table.add_row(
            name,
            f"{scores['macro_f1']:.3f}",
            f"{scores['macro_f1_low']:.3f}–{scores['macro_f1_high']:.3f}",
            f"{scores['accuracy']:.3f}",
            *(f"{scores['per_class'][label]['f1']:.3f}" for label in STANCES),
        )
    return table


def _classes_table(scores: dict[str, Any]) -> Table:
    table = Table(title="per class, and what each was taken for", title_justify="left")
    for name in ("", "quotes", "precision", "recall", "F1", *(f"→ {label}" for label in STANCES)):
        table.add_column(name, justify="left" if not name else "right")
    for label, row in scores["per_class"].items():
        table.add_row(
            label,
            str(row["quotes"]),
            *(f"{row[name]:.3f}" for name in ("precision", "recall", "f1")),
            *(str(scores["confusion"][label][other]) for other in STANCES),
        )
    return table


def _way_table(scores: dict[str, Any], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for name in ("", "score", "precision", "recall"):
        table.add_column(name, justify="left" if not name else "right")
    for label, name in (("quotes found, F1", "quotes"), ("quote, speaker and stance right, F1", "all_right")):
        row = scores[name]
        table.add_row(label, *(f"{row[part]:.3f}" for part in ("f1", "precision", "recall")))
    table.add_row("speaker right, of the quotes found", f"{scores['speaker_accuracy']:.3f}", "", "")
    table.add_row("  of those by a speaker on the roster", f"{scores['roster_speaker_recall']:.3f}", "", "")
    table.add_row("stance macro-F1, of the quotes found", f"{scores['stances']['macro_f1']:.3f}", "", "")
    return table


# ---- the command


def _evaluate_corpus(console: Console, show_errors: bool) -> dict[str, Any]:
    quotes = sorted(load_training_quotes(), key=lambda quote: quote.id)
    gold = [quote.stance for quote in quotes]
    predictions = {name: out_of_fold(make, quotes) for name, make in SYSTEMS.items()}
    systems = {name: label_scores(gold, predicted) for name, predicted in predictions.items()}
    sources = len({quote.group for quote in quotes})
    console.print(
        _systems_table(
            systems, f"(a) stance, cross-validated: {len(quotes)} quotes of {sources} sources, held out whole"
        )
    )
    console.print(_classes_table(systems["stance"]))
    if show_errors:
        _print_errors(
            console,
            (
                f"{quote.id} {quote.passage.text[:90]!r}: {label}, want {quote.stance}"
                for quote, label in zip(quotes, predictions["stance"], strict=True)
                if label != quote.stance
            ),
        )
    articles = load_articles(HELDOUT)
    return {"cross_validation": systems, **_evaluate_articles(console, articles, "(b) held-out", show_errors)}


def _evaluate_articles(console: Console, articles: Sequence[Article], name: str, show_errors: bool) -> dict[str, Any]:
    # Imported here alone: the scores of labels shall not need the rest of the library.
    from stance import analyze

    way, errors = end_to_end(articles, analyze)
    console.print(_way_table(way, f"{name} articles, the whole way: {len(articles)} articles"))
    given = list(labelled_quotes(articles))
    scores = _scored(given)
    console.print(_systems_table({"stance": scores}, f"the same, stance at the gold spans: {len(given)} quotes"))
    if show_errors:
        _print_errors(console, errors)
    return {"end_to_end": way, "gold_spans": scores}


def _scored(quotes: Sequence[LabelledQuote]) -> dict[str, Any]:
    predicted = load_model().predict([quote.passage for quote in quotes])
    return label_scores([quote.stance for quote in quotes], [str(label) for label in predicted])


def _evaluate_file(console: Console, path: Path, show_errors: bool) -> dict[str, Any]:
    articles, quotes = load_jsonl(path)
    figures: dict[str, Any] = {}
    if quotes:
        scores = _scored(quotes)
        console.print(_systems_table({"stance": scores}, f"stance of {len(quotes)} isolated quotes"))
        console.print(_classes_table(scores))
        figures["isolated_quotes"] = scores
    if articles:
        figures |= _evaluate_articles(console, articles, path.name, show_errors)
    return figures


def _print_errors(console: Console, errors: Iterable[str]) -> None:
    for line in errors:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code: 0, or 2 where a file can't be used."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, help="your own labelled file: articles in gold format, or quotes")
    parser.add_argument("--json", type=Path, help="write all figures to this file too")
    parser.add_argument("--errors", action="store_true", help="list every quote that is not entirely right")
    options = parser.parse_args(arguments)
    # A file or a pipe has no width: what rich takes instead is too narrow for the tables.
    console = Console(width=None if sys.stdout.isatty() else 110)
    try:
        figures = (
            _evaluate_file(console, options.data, options.errors)
            if options.data
            else _evaluate_corpus(console, options.errors)
        )
        if options.json:
            options.json.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except (StanceError, OSError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 2
    if options.json:
        console.print(f"figures: {options.json}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
