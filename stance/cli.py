"""The command `stance`: arguments → corpus → analyzer → output. No logic of its own."""

import argparse
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import TextIO

from stance.analyzer import Analyzer
from stance.arguments import build_parser, check_options, installed_version
from stance.article import Article
from stance.corpus_run import FirstFaultError, analyzed, run_corpus, write_errors
from stance.durable import whole_file
from stance.errors import OutputError, StanceError
from stance.formats import write_csv, write_json, write_jsonl
from stance.journal import Journal
from stance.progress import FaultPrinter, Watch
from stance.quote import Quote
from stance.reading import Corpus
from stance.records import Columns
from stance.roster import load_roster
from stance.summary import print_summary
from stance.writing import format_of

# First word → the module whose `main(arguments) -> exit code` runs it, imported only then.
# A file of such a name is analysed as ./NAME.
COMMANDS: dict[str, str] = {"report": "stance.report.command", "serve": "stance.web.command"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] in COMMANDS:
        return int(import_module(COMMANDS[arguments[0]]).main(arguments[1:]))
    parser = build_parser()
    options = parser.parse_args(arguments)
    check_options(parser, options)
    try:
        if options.completion:
            from stance.completion import completion_script

            print(completion_script(parser, options.completion))
            return 0
        if not options.articles and sys.stdin.isatty():
            print("stance: reading an article from the keyboard; end it with Ctrl-D", file=sys.stderr)
        return _to_file(options) if options.output else _to_terminal(options)
    except StanceError as error:
        print(f"stance: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output has seen enough
        _drop_output()
        return 0
    except KeyboardInterrupt:
        if options.output:
            print("stance: stopped; go on with the same command and --resume", file=sys.stderr)
        return 130


def _to_terminal(options: argparse.Namespace) -> int:
    """Everything on standard output, as it comes."""
    corpus = _corpus(options)
    corpus.survey()
    analyzer = Analyzer(roster=load_roster(options.roster), model=_model(options.model, options.trust_model))
    faults = FaultPrinter(bool(options.errors))
    with ExitStack() as stack:
        errors = None
        if options.errors:
            place = stack.enter_context(whole_file(Path(options.errors)))
            errors = stack.enter_context(place.open("w", encoding="utf-8", newline=""))
        try:
            _write(_results(corpus, analyzer, options, faults, errors), options)
        except BrokenPipeError:
            raise
        except OSError as error:
            _drop_output()
            raise OutputError(f"standard output: can't be written ({error.strerror}); free some space") from error
    return 1 if faults.number else 0


def _results(
    corpus: Corpus, analyzer: Analyzer, options: argparse.Namespace, faults: FaultPrinter, errors: TextIO | None
) -> Iterator[tuple[Article, list[Quote]]]:
    """Each article with its quotes; one that can't be read is reported and the rest goes on, if it is to."""
    for outcome in analyzed(analyzer, corpus.items(), options.jobs, _explained(options)):
        if outcome.fault:
            faults.print(outcome.fault)
            if errors:
                errors.write(outcome.fault.to_line())
            if options.strict:
                return
        elif isinstance(outcome.item, Article):
            if not outcome.quotes and outcome.item.line is None:
                print(f"stance: {outcome.item.id}: no quotes found", file=sys.stderr)
            yield outcome.item, outcome.quotes


def _explained(options: argparse.Namespace) -> bool:
    """Whether the words that weighed are wanted: a page shows them too, unless several processes are at work."""
    return bool(options.explain) or (options.format == "html" and options.jobs == 1)


def _write(results: Iterator[tuple[Article, list[Quote]]], options: argparse.Namespace) -> None:
    if options.format in (None, "table"):
        from stance.table import print_tables

        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # what a terminal can't show must not end the program
        found = ((article.id, quotes) for article, quotes in results if quotes)
        print_tables(found, sys.stdout, explain=options.explain, threshold=options.threshold, wrap=options.wrap)
    elif options.format == "html":
        from stance.report.article import Marked, article_page

        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")
        articles = [Marked(article.id, article.text, quotes) for article, quotes in results]
        sys.stdout.write(article_page(articles, threshold=options.threshold))
    else:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # the same bytes on every system
        write = {"json": write_json, "jsonl": write_jsonl, "csv": write_csv}[options.format]
        write(results, sys.stdout, options.threshold)
    sys.stdout.flush()


def _to_file(options: argparse.Namespace) -> int:
    """A run over a corpus into a file, with a journal and a summary."""
    output = Path(options.output)
    errors = Path(options.errors) if options.errors else None
    suffix = format_of(output)
    if output.is_dir():
        raise OutputError(f"{output}: is a folder; give the name of a file in it")
    corpus = _corpus(options, *([output] if errors is None else [output, errors]))
    files, total = corpus.survey()
    roster = load_roster(options.roster)
    analyzer = Analyzer(roster=roster, model=_model(options.model, options.trust_model))
    run = {
        "input": files,
        "input format or column": f"{corpus.kind} {corpus.columns}",
        "roster": str(roster),
        "model": _model_digest(options.model),
        "threshold": str(options.threshold),
        "version of stance": installed_version(),
    }
    if options.resume and output.exists() and not Journal.holds_work(output):
        print(f"stance: {output} is there and no stopped run beside it: nothing to do", file=sys.stderr)
        return 0
    journal = Journal(output, run, options.resume)
    faults = FaultPrinter(errors is not None)
    try:
        with Watch(corpus, total, faults) as watch:
            summary = run_corpus(
                corpus,
                analyzer,
                output,
                suffix,
                journal,
                jobs=options.jobs,
                threshold=options.threshold,
                strict=options.strict,
                errors=errors,
                watcher=watch,
            )
    except FirstFaultError as error:
        if errors:
            write_errors([error.fault], errors)
        print("stance: stopped at the first failure (--strict)", file=sys.stderr)
        return 1
    finally:
        journal.close()
    print_summary(summary, str(output), sys.stderr)
    if summary.faults and not summary.articles:
        print(f"stance: no article could be read: {output} is not written", file=sys.stderr)
    return 1 if summary.faults else 0


def _corpus(options: argparse.Namespace, *leave: Path) -> Corpus:
    columns = Columns(options.text_column or "text", options.id_column, options.date_column)
    return Corpus(options.articles or ["-"], columns, options.input_format, [os.path.abspath(path) for path in leave])


def _model(path: str | None, trust: bool):  # type: ignore[no-untyped-def]
    if path is None:
        return None
    from stance.loading import load_model

    return load_model(path, trust=trust)


def _model_digest(path: str | None) -> str:
    from stance.loading import model_digest

    return model_digest(path)


def _drop_output() -> None:
    """Nothing more goes to standard output: neither now nor when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
