"""Small and large model side by side: `python benchmarks/models.py [--data NAME=FILE …] [--bare NAME=FILE …]`.

On the held-out articles of training/corpus and on labelled files of your own: macro-F1 with its interval, F1 per class,
calibration error, macro-F1 by length; then speed on one core and memory. A file holds articles in gold format
or isolated quotes (--bare: judged without their context); one whose lines have "stances" alone (PolNeAR's
stance-dev.jsonl) takes its texts from the dev.jsonl beside it.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rich.console import Console
from rich.table import Table

from stance.features import Passage, passage_of
from stance.loading import load_model
from stance.sentences import sentence_spans
from training.corpus import HELDOUT, STANCES, LabelledQuote, labelled_quotes, load_articles, load_jsonl
from training.scores import breakdown, calibration_error, label_scores

MODELS = ("small", "large")
BATCH = 64
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def quotes_of(path: Path) -> list[LabelledQuote]:
    """The labelled quotes of a file, whichever of the three forms it has."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    if "stances" not in rows[0]:
        articles, isolated = load_jsonl(path)
        return [*isolated, *labelled_quotes(articles)]
    lines = (path.parent / "dev.jsonl").read_text(encoding="utf-8").split("\n")
    texts = {row["id"]: row["text"] for row in map(json.loads, filter(str.strip, lines))}
    found = []
    for row in rows:
        text = texts[row["id"]]
        sentences = sentence_spans(text, sorted((s["start"], s["end"]) for s in row["stances"]))
        for label in row["stances"]:
            passage = passage_of(text, label["start"], label["end"], sentences)
            name = f"{row['id']}#{label['start']}"
            found.append(LabelledQuote(name, passage, label["stance"], "Unknown", row["id"]))
    return found


def scores(name: str, quotes: list[LabelledQuote]) -> dict[str, Any]:
    """What `training.scores` says of a model on the quotes."""
    model = load_model(name)
    rows = model.predict_proba([quote.passage for quote in quotes])
    labels, gold = [str(label) for label in model.classes_], [quote.stance for quote in quotes]
    predicted = [labels[i] for i in rows.argmax(axis=1)]
    return {
        **label_scores(gold, predicted),
        "calibration_error": calibration_error(gold, labels, rows),
        "lengths": breakdown(quotes, predicted)["length"],
    }


def cost(name: str) -> dict[str, float]:
    """Seconds to load, quotes a second in batches of 64, and peak memory in MB, in a process of its own on one core."""
    command = [sys.executable, __file__, "--cost", name]
    out = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **ONE_THREAD})
    result: dict[str, float] = json.loads(out.stdout)
    return result


def _measure(name: str) -> dict[str, float]:
    passages = [quote.passage for quote in labelled_quotes(load_articles(HELDOUT))]
    start = time.perf_counter()
    model = load_model(name)
    model.predict_proba(passages[:1])
    loaded = time.perf_counter()
    for i in range(0, len(passages), BATCH):
        model.predict_proba(passages[i : i + BATCH])
    seconds = time.perf_counter() - loaded
    memory = _peak_memory()
    return {"load_seconds": loaded - start, "quotes_per_second": len(passages) / seconds, "memory_mb": memory}


def _peak_memory() -> float:
    """In MB. Linux's ru_maxrss is at least what the parent had when it started this process: its own table is not."""
    status = Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="*", default=[], metavar="NAME=FILE")
    parser.add_argument("--bare", nargs="*", default=[], metavar="NAME=FILE")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--cost", choices=MODELS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.cost:
        print(json.dumps(_measure(options.cost)))
        return 0
    sets = {"held-out articles": list(labelled_quotes(load_articles(HELDOUT)))}
    for bare, items in ((False, options.data), (True, options.bare)):
        for item in items:
            name, _, path = item.partition("=")
            quotes = quotes_of(Path(path))
            sets[name] = [replace(q, passage=Passage(q.passage.text)) for q in quotes] if bare else quotes
    figures: dict[str, Any] = {"sets": {n: {m: scores(m, q) for m in MODELS} for n, q in sets.items()}}
    figures["cost"] = {model: cost(model) for model in MODELS}
    console = Console(width=None if sys.stdout.isatty() else 140)
    table = Table(title="stance at the gold spans", title_justify="left")
    for heading in ("on", "quotes", "model", "macro-F1", "95 %", "accuracy", *STANCES, "calibration error"):
        table.add_column(heading)
    by_length = Table(title="macro-F1 by length", title_justify="left")
    everything = [s for models in figures["sets"].values() for s in models.values()]
    lengths = sorted({length for s in everything for length in s["lengths"]})
    for heading in ("on", "model", *lengths):
        by_length.add_column(heading)
    for name, models in figures["sets"].items():
        for model, s in models.items():
            interval = f"{s['macro_f1_low']:.3f}–{s['macro_f1_high']:.3f}"
            classes = [f"{s['per_class'][label]['f1']:.3f}" for label in STANCES]
            table.add_row(
                name, str(s["quotes"]), model, f"{s['macro_f1']:.3f}", interval, f"{s['accuracy']:.3f}", *classes,
                f"{s['calibration_error']:.3f}",
            )  # fmt: skip
            cells = [s["lengths"].get(length) for length in lengths]
            by_length.add_row(name, model, *(f"{c['macro_f1']:.3f} ({c['quotes']})" if c else "–" for c in cells))
    console.print(table)
    console.print(by_length)
    for model, row in figures["cost"].items():
        console.print(
            f"{model}: {row['quotes_per_second']:.0f} quotes/s on one core in batches of {BATCH}, "
            f"loads in {row['load_seconds']:.2f} s, {row['memory_mb']:.0f} MB at most"
        )
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
