"""The arguments of the command `stance`: what can be given, and what goes together."""

import argparse
import os
from importlib.metadata import PackageNotFoundError, version

from stance.roster import shipped_rosters
from stance.sources import KINDS

_EXAMPLES = """\
examples:
  stance article.txt                        a table of the quotes, their speakers and stances
  stance article.txt --wrap                 … with every word of the quotes
  stance article.txt --explain              … and the cue, the mention and the rule behind each speaker
  stance news/*.txt --format csv > all.csv  many articles, a row per quote
  cat article.txt | stance --format json    from standard input
  stance article.txt --format html > a.html the article with its quotes marked, in one page
  stance report news/ -o report.html        one page about many articles, or about files of quotes
  stance article.txt --model large          the slower, more accurate model (extra: large)
  stance article.txt --threshold 0.6        a stance less sure than that is called uncertain
  stance article.txt --roster my.toml       other speakers than Austin, Wei and the Pentagon
  stance serve                              a page in the browser, and a JSON API (extra: web)

a corpus (docs/corpora.md):
  stance corpus.jsonl --output quotes.parquet --jobs 2     a file of quotes, with a summary at the end
  stance corpus.jsonl --output quotes.parquet --resume     goes on where a stopped run was
  stance dump.csv.gz --text-column body --id-column url --date-column day --output quotes.csv
  stance pages/ --output quotes.jsonl --errors errors.jsonl     all articles of a folder, and what went wrong

shell completion:
  eval "$(stance --completion bash)"        also: zsh, fish and others (extra: completion)

exit codes: 0 all articles read, 1 some could not be read (the rest is printed), 2 wrong usage, roster or model, or
an output that can't be written
"""


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line, sub-commands aside."""
    parser = argparse.ArgumentParser(
        prog="stance",
        description="Finds the direct quotes of news articles, who said each, and its stance: "
        "conciliatory, assertive or neutral.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "articles",
        nargs="*",
        metavar="FILE",
        help="articles (.txt, .html), corpora (.jsonl, .csv, .parquet), all but Parquet also with .gz; folders of "
        "them, patterns, - for standard input",
    )
    parser.add_argument("--format", choices=("table", "json", "jsonl", "csv", "html"), help="default: table")
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
        type=probability_of,
        default=0.0,
        metavar="P",
        help="call a stance uncertain where its probability is below P (0 to 1; default: 0)",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="show cue, mention and rule of every quote, and the words that weighed for and against its stance",
    )
    parser.add_argument("--wrap", action="store_true", help="a table with whole quotes, on as many lines as they need")
    parser.add_argument("--jobs", type=jobs_of, default=1, metavar="N", help="processes (default: 1; -1: one a core)")
    parser.add_argument("--errors", metavar="FILE", help="write what could not be read there, a JSON object a line")
    parser.add_argument("--strict", action="store_true", help="stop at the first article that can't be read")
    parser.add_argument("--completion", metavar="SHELL", help="print the completion script for a shell, such as bash")
    parser.add_argument("--version", action="version", version=f"stance {installed_version()}")
    corpus = parser.add_argument_group("corpora")
    corpus.add_argument("--text-column", metavar="NAME", help="where records have the text (default: text)")
    corpus.add_argument("--id-column", metavar="NAME", help="… the id (default: id if there, else FILE:LINE)")
    corpus.add_argument("--date-column", metavar="NAME", help="… the date (default: date if there)")
    kinds = tuple(dict.fromkeys(KINDS.values()))
    corpus.add_argument("--input-format", choices=kinds, help="what the files are (default: by their names)")
    corpus.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="write the quotes into a file: .jsonl, .jsonl.gz, .csv, .csv.gz or .parquet",
    )
    corpus.add_argument("--resume", action="store_true", help="go on with a stopped run for --output")
    return parser


def check_options(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Ends the program with a message on usage where options don't go together."""
    if options.output is None:
        if options.resume:
            parser.error("--resume goes with --output FILE: only such a run can be taken up again")
    else:
        for name in ("format", "explain", "wrap"):
            if getattr(options, name):
                parser.error(f"--{name} is for what goes to the terminal; leave it out with --output")
        if options.errors and _same(options.output, options.errors):
            parser.error("--output and --errors name the same file; give two")
        if any(_same(options.output, given) for given in options.articles):
            parser.error(f"{options.output} is both an input and --output; give the output another name")
    if options.errors and any(_same(options.errors, given) for given in options.articles):
        parser.error(f"{options.errors} is both an input and --errors; give the errors another name")
    if options.explain and options.jobs != 1:
        parser.error("--explain works with one process; leave out --jobs")


def installed_version() -> str:
    """The version of the installed package."""
    try:
        return version("stance")
    except PackageNotFoundError:
        return "(not installed)"


def _same(one: str, other: str) -> bool:
    return other != "-" and os.path.realpath(one) == os.path.realpath(other)


def probability_of(text: str) -> float:
    """The number from 0 to 1 that an argument gives; argparse's own error where it is none."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 1")
    return value


def jobs_of(text: str) -> int:
    """The number of processes that an argument gives: 1 or more, or -1; argparse's own error where it is none."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1 and value != -1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes; give 1 or more, or -1 for one a core")
    return value
