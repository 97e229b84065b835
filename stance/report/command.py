"""`stance report`: files of quotes, or articles, → one page of HTML about all of them."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from stance.analyzer import Analyzer
from stance.arguments import jobs_of, probability_of
from stance.article import Article
from stance.corpus_run import analyzed
from stance.durable import whole_file
from stance.errors import OutputError, StanceError
from stance.progress import FaultPrinter
from stance.reading import Corpus
from stance.report.corpus import MOST_ROWS, corpus_page
from stance.report.rows import QuoteRow, holds_quotes, read_rows, row_of
from stance.roster import load_roster

_EXAMPLES = """\
examples:
  stance report quotes.parquet -o report.html         of quotes found before (stance … --output quotes.parquet)
  stance report news/ -o report.html                  of all articles in a folder, which are analysed first
  stance report news/ --roster my.toml --jobs -1 -o report.html
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the page; returns the exit code: 0, 1 where an article could not be read, 2 where there is no page."""
    options = _parser().parse_args(arguments)
    faults = FaultPrinter()
    output = Path(options.output)
    try:
        if output.is_dir():
            raise OutputError(f"{output}: is a folder; give the name of a file in it")
        rows = (row for name in options.inputs for row in _rows(name, options, faults))
        page = corpus_page(rows, title=options.title or _title(options.inputs), most=options.rows)
        with whole_file(output) as place:
            place.write_text(page, encoding="utf-8", newline="\n")
    except StanceError as error:
        print(f"stance report: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    print(f"stance report: {output} ({len(page.encode()) / 1e6:.1f} MB); open it in a browser", file=sys.stderr)
    return 1 if faults.number else 0


def _rows(name: str, options: argparse.Namespace, faults: FaultPrinter) -> Iterator[QuoteRow]:
    path = Path(name)
    if holds_quotes(path) and not path.is_dir():
        yield from read_rows(path)
        return
    analyzer = Analyzer(roster=load_roster(options.roster), model=_model(options))
    for outcome in analyzed(analyzer, Corpus([name]).items(), options.jobs):
        if outcome.fault:
            faults.print(outcome.fault)
        elif isinstance(outcome.item, Article):
            article = outcome.item
            yield from (row_of(quote, article.id, article.date, options.threshold) for quote in outcome.quotes)


def _model(options: argparse.Namespace):  # type: ignore[no-untyped-def]
    from stance.loading import load_model

    return load_model(options.model, trust=options.trust_model) if options.model else None


def _rows_of(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of rows; give 0 or more")
    return int(text)


def _title(inputs: Sequence[str]) -> str:
    names = [Path(name).name or name for name in inputs]
    return f"Quotes in {', '.join(names[:3])}{' …' if len(names) > 3 else ''}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="stance report",
        description="One page about many quotes: stance by speaker and over time, the surest quotes, a table.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "inputs", nargs="+", metavar="FILE", help="files of quotes (.jsonl, .csv, .parquet), or articles and folders"
    )
    parser.add_argument("-o", "--output", required=True, metavar="HTML", help="the page")
    parser.add_argument("--title", help="its heading")
    parser.add_argument(
        "--rows", type=_rows_of, default=MOST_ROWS, metavar="N", help="quotes in the table (default: 2000)"
    )
    parser.add_argument("--roster", metavar="TOML", help="speakers to look for in articles")
    parser.add_argument("--model", metavar="MODEL", help="small (default), large, or the folder of a model")
    parser.add_argument("--trust-model", action="store_true", help="load a --model FOLDER that you trust: it runs code")
    parser.add_argument(
        "--threshold", type=probability_of, default=0.0, metavar="P", help="below it a stance is uncertain"
    )
    parser.add_argument("--jobs", type=jobs_of, default=1, metavar="N", help="processes (default: 1; -1: one a core)")
    return parser
