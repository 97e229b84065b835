"""The command `stance`: arguments → Analyzer → output. No logic of its own."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version

from stance.analyzer import Analyzer
from stance.errors import StanceError
from stance.formats import read_article, write_csv, write_json, write_jsonl
from stance.quote import Quote
from stance.roster import load_roster, shipped_rosters

_EXAMPLES = """\
examples:
  stance article.txt                        a table of the quotes, their speakers and stances
  stance article.txt --explain              … and the cue, the mention and the rule behind each speaker
  stance news/*.txt --format csv > all.csv  many articles, a row per quote
  cat article.txt | stance --format json    from standard input
  stance article.txt --roster my.toml       other speakers than Austin, Wei and the Pentagon

exit codes: 0 all articles read, 1 some could not be read (the rest is printed), 2 wrong usage, roster or model
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    names = options.articles or ["-"]
    if not options.articles and sys.stdin.isatty():
        print("stance: reading an article from the keyboard; end it with Ctrl-D", file=sys.stderr)
    try:
        analyzer = Analyzer(roster=load_roster(options.roster), model=_model(options.model))
        failures: list[str] = []
        _write(_results(names, analyzer, failures), options.format, options.explain)
    except StanceError as error:
        print(f"stance: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return 1 if failures else 0


def _results(names: Sequence[str], analyzer: Analyzer, failures: list[str]) -> Iterator[tuple[str, list[Quote]]]:
    """Each article with its quotes; one that can't be read is reported and the rest goes on."""
    from stance.errors import InputError

    for name in names:
        try:
            quotes = analyzer.analyze(read_article(name))
        except InputError as error:
            failures.append(name)
            print(f"stance: {error}", file=sys.stderr)
            continue
        if not quotes:
            print(f"stance: {_title(name)}: no quotes found", file=sys.stderr)
        yield _title(name), quotes


def _write(results: Iterator[tuple[str, list[Quote]]], form: str, explain: bool) -> None:
    if form == "table":
        from stance.table import print_tables

        print_tables(((name, quotes) for name, quotes in results if quotes), sys.stdout, explain=explain)
    else:
        {"json": write_json, "jsonl": write_jsonl, "csv": write_csv}[form](results, sys.stdout)
    sys.stdout.flush()


def _title(name: str) -> str:
    return "standard input" if name == "-" else name


def _model(path: str | None):  # type: ignore[no-untyped-def]
    if path is None:
        return None
    from stance.classifier import load_model

    return load_model(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="stance",
        description="Finds the direct quotes of news articles, who said each, and its stance: "
        "conciliatory, assertive or neutral.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("articles", nargs="*", metavar="FILE", help="text files (UTF-8), - for standard input")
    parser.add_argument("--format", choices=("table", "json", "jsonl", "csv"), default="table", help="default: table")
    rosters = ", ".join(shipped_rosters())
    parser.add_argument("--roster", metavar="TOML", help=f"speakers to look for: a TOML file, or one of: {rosters}")
    parser.add_argument("--model", metavar="FILE", help="a model made by training.train (default: the shipped one)")
    parser.add_argument("--explain", action="store_true", help="show cue, mention and rule of every quote")
    parser.add_argument("--version", action="version", version=f"stance {_version()}")
    return parser


def _version() -> str:
    try:
        return version("stance")
    except PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    sys.exit(main())
