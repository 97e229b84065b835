"""The command `stance`: arguments → Analyzer → output. No logic of its own."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
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
  stance article.txt --model large          the slower, more accurate model (extra: large)
  stance article.txt --threshold 0.6        a stance less sure than that is called uncertain
  stance article.txt --roster my.toml       other speakers than Austin, Wei and the Pentagon

exit codes: 0 all articles read, 1 some could not be read (the rest is printed), 2 wrong usage, roster or model
"""


# First word → the module whose `main(arguments) -> exit code` runs it, imported only then.
# A file of such a name is analysed as ./NAME.
COMMANDS: dict[str, str] = {}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] in COMMANDS:
        return int(import_module(COMMANDS[arguments[0]]).main(arguments[1:]))
    options = _parser().parse_args(arguments)
    names = options.articles or ["-"]
    if not options.articles and sys.stdin.isatty():
        print("stance: reading an article from the keyboard; end it with Ctrl-D", file=sys.stderr)
    try:
        analyzer = Analyzer(roster=load_roster(options.roster), model=_model(options.model, options.trust_model))
        failures: list[str] = []
        _write(_results(names, analyzer, failures, options.explain), options)
    except StanceError as error:
        print(f"stance: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return 1 if failures else 0


def _results(
    names: Sequence[str], analyzer: Analyzer, failures: list[str], explain: bool
) -> Iterator[tuple[str, list[Quote]]]:
    """Each article with its quotes; one that can't be read is reported and the rest goes on."""
    from stance.errors import InputError

    for name in names:
        try:
            quotes = analyzer.analyze(read_article(name), explain=explain)
        except InputError as error:
            failures.append(name)
            print(f"stance: {error}", file=sys.stderr)
            continue
        if not quotes:
            print(f"stance: {_title(name)}: no quotes found", file=sys.stderr)
        yield _title(name), quotes


def _write(results: Iterator[tuple[str, list[Quote]]], options: argparse.Namespace) -> None:
    if options.format == "table":
        from stance.table import print_tables

        found = ((name, quotes) for name, quotes in results if quotes)
        print_tables(found, sys.stdout, explain=options.explain, threshold=options.threshold)
    else:
        write = {"json": write_json, "jsonl": write_jsonl, "csv": write_csv}[options.format]
        write(results, sys.stdout, options.threshold)
    sys.stdout.flush()


def _title(name: str) -> str:
    return "standard input" if name == "-" else name


def _model(path: str | None, trust: bool):  # type: ignore[no-untyped-def]
    if path is None:
        return None
    from stance.loading import load_model

    return load_model(path, trust=trust)


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
    parser.add_argument(
        "--model", metavar="MODEL", help="small (default), large, or the folder of a model made by training.train"
    )
    parser.add_argument(
        "--trust-model",
        action="store_true",
        help="load --model FOLDER although it did not ship with stance: this runs code in it, so only for one that you "
        "made or whose maker you trust",
    )
    parser.add_argument(
        "--threshold",
        type=_probability,
        default=0.0,
        metavar="P",
        help="call a stance uncertain where its probability is below P (0 to 1; default: 0)",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="show cue, mention and rule of every quote, and the words that weighed for and against its stance",
    )
    parser.add_argument("--version", action="version", version=f"stance {_version()}")
    return parser


def _probability(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 1")
    return value


def _version() -> str:
    try:
        return version("stance")
    except PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    sys.exit(main())
