"""Every score of `make evaluate`: `python -m training.evaluate [--data FILE.jsonl] [--roster TOML] [--json FILE] …`.

Without --data: the classifier, cross-validated on the corpus with whole sources held out; then the whole way on the
held-out articles and on the challenge set. With --data: the shipped model on a user's own labelled file.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from stance.errors import ModelError, StanceError
from stance.loading import Model, load_model
from stance.roster import load_roster
from training.corpus import (
    CHALLENGE,
    CHALLENGE_QUOTES,
    HELDOUT,
    STANCES,
    Article,
    LabelledQuote,
    labelled_quotes,
    load_articles,
    load_jsonl,
    load_training_quotes,
    speakers_on,
)
from training.end_to_end import end_to_end
from training.plots import draw, need_plots
from training.scores import breakdown, calibration_error, confident_errors, coverage, label_scores, reliability
from training.validation import SYSTEMS, learning_curve, out_of_fold


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


def _coverage_table(rows: Sequence[dict[str, float]]) -> Table:
    table = Table(
        title="with a threshold: quotes that keep a stance, and of these the share right", title_justify="left"
    )
    for name in ("threshold", "coverage", "accuracy"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(f"{row['threshold']:.1f}", f"{row['coverage']:.3f}", f"{row['accuracy']:.3f}")
    return table


def _breakdown_table(groups: dict[str, dict[str, dict[str, float]]]) -> Table:
    table = Table(title="by style, length and speaker", title_justify="left")
    for name in ("", "quotes", "accuracy", "macro-F1"):
        table.add_column(name, justify="left" if not name else "right")
    for kind, members in groups.items():
        for name, row in members.items():
            table.add_row(f"{kind}: {name}", str(row["quotes"]), f"{row['accuracy']:.3f}", f"{row['macro_f1']:.3f}")
        table.add_section()
    return table


def _models() -> dict[str, Model]:
    """The shipped models that can be used here, by name."""
    models: dict[str, Model] = {"small": load_model("small")}
    if all(find_spec(name) for name in ("onnxruntime", "tokenizers")):
        try:
            models["large"] = load_model("large")
        except ModelError as error:
            print(f"evaluate: without the large model: {error}", file=sys.stderr)
    return models


def _chosen(options: argparse.Namespace) -> dict[str, Model]:
    return {options.model: load_model(options.model, trust=options.trust_model)} if options.model else _models()


def _evaluate_corpus(console: Console, options: argparse.Namespace) -> dict[str, Any]:
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
    if options.errors:
        _print_errors(
            console,
            (
                f"{quote.id} {quote.passage.text[:90]!r}: {label}, want {quote.stance}"
                for quote, label in zip(quotes, predictions["stance"], strict=True)
                if label != quote.stance
            ),
        )
    articles = load_articles(HELDOUT)
    figures = {"cross_validation": systems, **_evaluate_articles(console, articles, "(b) held-out", options)}
    figures["challenge"] = _evaluate_challenge(console, options)
    if options.plots:
        figures["learning_curve"] = learning_curve(quotes, list(labelled_quotes(articles)))
    return figures


def _evaluate_challenge(console: Console, options: argparse.Namespace) -> dict[str, Any]:
    """What is as hard as news by others: articles the whole way, and stance by kind of text."""
    from stance import Analyzer

    articles, isolated = load_articles(CHALLENGE), load_jsonl(CHALLENGE_QUOTES)[1]
    models = _chosen(options)
    analyzer = Analyzer(load_roster(options.roster), next(iter(models.values())))
    way, _ = end_to_end(articles, analyzer.analyze, [speaker.name for speaker in analyzer.roster.speakers])
    console.print(_way_table(way, f"(c) challenge: {len(articles)} articles written without a label in mind"))
    kinds = {
        "articles": list(labelled_quotes(articles)),
        "speeches": [quote for quote in isolated if quote.group.startswith("u")],
        "debates": [quote for quote in isolated if quote.group.startswith("m")],
        "contrast": [quote for quote in isolated if quote.group.startswith("x")],
    }
    figures: dict[str, Any] = {"end_to_end": way}
    for kind, quotes in kinds.items():
        gold, passages = [quote.stance for quote in quotes], [quote.passage for quote in quotes]
        systems = {name: label_scores(gold, list(map(str, model.predict(passages)))) for name, model in models.items()}
        console.print(_systems_table(systems, f"challenge, stance: {kind}, {len(quotes)} quotes"))
        figures[kind] = systems
    return figures


def _evaluate_articles(
    console: Console, articles: Sequence[Article], name: str, options: argparse.Namespace
) -> dict[str, Any]:
    # Imported here alone: the scores of labels shall not need the rest of the library.
    from stance import Analyzer

    analyzer = Analyzer(load_roster(options.roster), load_model(options.model, trust=options.trust_model))
    way, errors = end_to_end(articles, analyzer.analyze, [speaker.name for speaker in analyzer.roster.speakers])
    console.print(_way_table(way, f"{name} articles, the whole way: {len(articles)} articles"))
    given = list(labelled_quotes(articles))
    scores = _evaluate_quotes(console, given, f"the same, stance at the gold spans: {len(given)} quotes", options)
    if options.errors:
        _print_errors(console, errors)
    return {"end_to_end": way, "gold_spans": scores}


def _evaluate_quotes(
    console: Console, quotes: Sequence[LabelledQuote], title: str, options: argparse.Namespace
) -> dict[str, Any]:
    """The chosen model in full; where none is chosen the small one, and the large one's scores beside it."""
    models = _chosen(options)
    gold = [quote.stance for quote in quotes]
    systems: dict[str, dict[str, Any]] = {}
    details: dict[str, Any] = {}
    for name, model in models.items():
        rows = model.predict_proba([quote.passage for quote in quotes])
        labels = [str(label) for label in model.classes_]
        predicted = [labels[i] for i in rows.argmax(axis=1)]
        systems[name] = {
            **label_scores(gold, predicted),
            "calibration_error": calibration_error(gold, labels, rows),
            "coverage": coverage(gold, labels, rows),
        }
        if not details:
            details = {
                "reliability": reliability(gold, labels, rows),
                "breakdown": breakdown(quotes, predicted),
                "confident_errors": confident_errors(quotes, labels, rows),
            }
    first = next(iter(systems.values()))
    console.print(_systems_table(systems, title))
    errors = [f"{name} {scores['calibration_error']:.3f}" for name, scores in systems.items()]
    console.print(f"calibration error: {', '.join(errors)}")
    console.print(_classes_table(first))
    console.print(_coverage_table(first["coverage"]))
    console.print(_breakdown_table(details["breakdown"]))
    console.print("the surest errors:")
    _print_errors(
        console,
        (
            f"  {e['id']} {e['text'][:70]!r}: {e['predicted']} {e['probability']:.2f}, want {e['wanted']}"
            for e in details["confident_errors"]
        ),
    )
    return {**first, **details, "models": systems}


def _evaluate_file(console: Console, path: Path, options: argparse.Namespace) -> dict[str, Any]:
    names = [speaker.name for speaker in load_roster(options.roster).speakers]
    articles, quotes = load_jsonl(path, speakers_on(names))
    figures: dict[str, Any] = {}
    if quotes:
        title = f"stance of {len(quotes)} isolated quotes"
        figures["isolated_quotes"] = _evaluate_quotes(console, quotes, title, options)
    if articles:
        figures |= _evaluate_articles(console, articles, path.name, options)
    return figures


def _print_errors(console: Console, errors: Iterable[str]) -> None:
    for line in errors:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code: 0, or 2 where a file can't be used."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, help="your own labelled file: articles in gold format, or quotes")
    parser.add_argument("--json", type=Path, help="write all figures to this file too")
    parser.add_argument("--plots", type=Path, help="draw confusion, calibration and learning curve into this folder")
    parser.add_argument("--model", help="small, large or a folder (default: small in full, large beside it)")
    parser.add_argument("--trust-model", action="store_true", help="load a model that did not ship with stance")
    parser.add_argument("--roster", help="the roster that --data was labelled with: a TOML file or a name")
    parser.add_argument("--errors", action="store_true", help="list every quote that is not entirely right")
    options = parser.parse_args(arguments)
    # A file or a pipe has no width: what rich takes instead is too narrow for the tables.
    console = Console(width=None if sys.stdout.isatty() else 110)
    try:
        if options.plots:
            need_plots()  # before the work, not after it
        figures = _evaluate_file(console, options.data, options) if options.data else _evaluate_corpus(console, options)
        if options.json:
            options.json.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        if options.plots:
            names = draw(figures, options.plots)
            console.print(f"plots: {', '.join(str(options.plots / name) for name in names)}")
    except (StanceError, OSError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 2
    if options.json:
        console.print(f"figures: {options.json}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
