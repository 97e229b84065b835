"""A stopped run is taken up again: nothing lost, nothing doubled, the same bytes."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

import pytest

import stance
from stance.analyzer import Analyzer
from stance.article import Article, Fault
from stance.cli import main
from stance.corpus_run import run_corpus
from stance.errors import OutputError, StanceError
from stance.failure import Failure
from stance.journal import Journal, Part
from stance.quote import Quote, Stance
from stance.reading import Corpus

Output = pytest.CaptureFixture[str]

RUN = {"input": "x", "model": "y"}


def record(number: int) -> str:
    quote = f"“We agree on {number},” Austin said. " if number % 5 == 0 else ""  # the analysis of the others is quick
    return json.dumps({"id": f"a{number}", "text": quote + "Rain fell. " * 40}) + "\n"


def corpus_file(folder: Path, number: int, broken: Iterable[int] = ()) -> Path:
    path = folder / "corpus.jsonl"
    path.write_text("".join("{broken\n" if n in broken else record(n) for n in range(number)), encoding="utf-8")
    return path


class Fake:
    """An analyzer that finds one quote in every article."""

    def analyze_many(self, articles: Iterable[str], jobs: int = 1) -> Iterator[list[Quote]]:
        for text in articles:
            half = {"neutral": 0.5, "assertive": 0.5, "conciliatory": 0.0}
            yield [Quote(text[:9], 0, 9, None, None, None, None, Stance.NEUTRAL, half)] if text else []


class Stopping(Corpus):
    """A corpus whose reading is stopped from outside after some items; 0: never."""

    stop_after = 0

    def items(self, skip: int = 0) -> Iterator[Article | Fault]:
        for number, item in enumerate(super().items(skip)):
            if self.stop_after and number == skip + self.stop_after:
                raise KeyboardInterrupt
            yield item


def do(corpus: Corpus, output: Path, resume: bool, errors: Path) -> None:
    journal = Journal(output, RUN, resume)
    try:
        run_corpus(corpus, cast(Analyzer, Fake()), output, ".jsonl", journal, errors=errors)
    finally:
        journal.close()


@pytest.mark.parametrize("number", [0, 1, 3, 4, 5, 8, 11])
@pytest.mark.parametrize("step", [5, 6, 9])
def test_stops_anywhere(number: int, step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stance.corpus_run.PART_ITEMS", 4)
    path = corpus_file(tmp_path, number, broken=[2, 7])
    (tmp_path / "b.txt").write_text("One more article.")
    whole, stopped = tmp_path / "whole.jsonl", tmp_path / "stopped.jsonl"
    inputs = [str(path), str(tmp_path / "b.txt"), str(tmp_path / "no.txt")]
    do(Corpus(inputs), whole, False, tmp_path / "whole.errors")
    corpus = Stopping(inputs)
    corpus.stop_after = step
    for _ in range(20):
        try:
            do(corpus, stopped, True, tmp_path / "stopped.errors")
            break
        except KeyboardInterrupt:
            assert not stopped.exists()
    assert stopped.read_bytes() == whole.read_bytes()
    assert (tmp_path / "stopped.errors").read_bytes() == (tmp_path / "whole.errors").read_bytes()
    assert len(whole.read_text().splitlines()) == number - sum(n < number for n in (2, 7)) + 1
    assert sorted(p.name for p in tmp_path.iterdir() if "partial" in p.name) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_kill_9(tmp_path: Path, capsys: Output) -> None:
    pytest.importorskip("pyarrow", reason="needs the extra parquet")
    pipe = tmp_path / "corpus.jsonl"
    os.mkfifo(pipe)
    stopped, whole = tmp_path / "stopped.parquet", tmp_path / "whole.parquet"
    lines = [record(n).encode() for n in range(1200)]
    lines[1101] = b"{broken\n"
    content = b"".join(lines)
    errors = ["--errors", str(tmp_path / "errors.jsonl")]

    def feed() -> threading.Thread:
        thread = threading.Thread(target=lambda: pipe.write_bytes(content), daemon=True)
        thread.start()
        return thread

    arguments = [str(pipe), "--output", str(stopped), *errors]
    child = subprocess.Popen([sys.executable, "-m", "stance", *arguments], stderr=subprocess.PIPE)
    with pipe.open("wb", buffering=0) as end:
        # The pipe and the reader's buffer hold some 300 of these records: once 1,000 are in, hundreds are analysed.
        for line in lines[:1000]:
            end.write(line)
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
    assert child.stderr is not None
    child.stderr.close()
    assert not stopped.exists()
    assert Journal.holds_work(stopped)

    thread = feed()
    assert main([*arguments, "--resume"]) == 1
    thread.join()
    err = capsys.readouterr().err
    assert "articles were done before" in err
    assert f"{stopped}: 240 quotes in 1,199 articles" in err
    resumed_errors = (tmp_path / "errors.jsonl").read_bytes()
    thread = feed()
    assert main([str(pipe), "--output", str(whole), *errors]) == 1
    thread.join()
    assert stopped.read_bytes() == whole.read_bytes()
    assert resumed_errors == (tmp_path / "errors.jsonl").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        ["corpus.jsonl", "errors.jsonl", stopped.name, whole.name]
    )


# ---- what is refused ------------------------------------------------------------------------------------------------


@pytest.fixture
def stopped(tmp_path: Path, capsys: Output) -> tuple[Path, Path]:
    """A corpus and the output of a run over it that stopped (at a broken line) after a first part."""
    path = corpus_file(tmp_path, 300, broken=[280])
    output = tmp_path / "quotes.csv"
    assert main([str(path), "--output", str(output), "--strict"]) == 1
    assert "line 281: no JSON" in capsys.readouterr().err
    assert Journal.holds_work(output)
    assert not output.exists()
    return path, output


def test_strict_stops_and_can_be_taken_up_without(stopped: tuple[Path, Path], capsys: Output) -> None:
    path, output = stopped
    assert main([str(path), "--output", str(output), "--resume"]) == 1
    assert "256 articles were done before" in capsys.readouterr().err
    assert len(output.read_text().splitlines()) == 1 + 59  # that of article 280 is lost
    assert not output.with_name("quotes.csv.partial").exists()


def test_a_stopped_run_is_not_overwritten(stopped: tuple[Path, Path], capsys: Output) -> None:
    path, output = stopped
    assert main([str(path), "--output", str(output)]) == 2
    assert "holds a stopped run (256 articles done): take it up with --resume" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "changed"),
    [
        (["--threshold", "0.5"], "threshold"),
        (["--text-column", "id"], "input format or column"),
        (["--roster", "ROSTER"], "roster"),
        (["b.txt"], "input"),
    ],
)
def test_another_run_is_refused(more: list[str], changed: str, stopped: tuple[Path, Path], capsys: Output) -> None:
    path, output = stopped
    roster = path.with_name("mine.toml")
    roster.write_text('[[speaker]]\nname = "Ana Lima"\n')
    more = [str(roster) if word == "ROSTER" else word for word in more]
    assert main([str(path), *more, "--output", str(output), "--resume"]) == 2
    err = capsys.readouterr().err
    assert f"begun with another {changed}; run it with the same as before, or delete that folder" in err


def test_another_model_is_refused(stopped: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    path, output = stopped
    monkeypatch.setattr("stance.loading.model_digest", lambda path: "other")
    assert main([str(path), "--output", str(output), "--resume"]) == 2
    assert "another model" in capsys.readouterr().err


def test_a_changed_file_is_refused(stopped: tuple[Path, Path], capsys: Output) -> None:
    path, output = stopped
    path.write_text(path.read_text() + record(300))
    assert main([str(path), "--output", str(output), "--resume"]) == 2
    assert "another input" in capsys.readouterr().err


def test_other_records_from_a_pipe_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stance.corpus_run.PART_ITEMS", 4)
    corpus = Stopping([str(corpus_file(tmp_path, 12))])
    corpus.stop_after = 10
    output = tmp_path / "quotes.jsonl"
    with pytest.raises(KeyboardInterrupt):
        do(corpus, output, False, tmp_path / "errors")
    corpus_file(tmp_path, 12, broken=[5])  # the survey is not asked here, as for a pipe
    with pytest.raises(OutputError, match="articles 5 to 8 are not those of the stopped run"):
        do(corpus, output, True, tmp_path / "errors")
    corpus_file(tmp_path, 6)
    with pytest.raises(OutputError, match="articles 5 to 8 are not"):
        do(corpus, output, True, tmp_path / "errors")


def test_nothing_to_take_up(tmp_path: Path, capsys: Output) -> None:
    path, output = corpus_file(tmp_path, 3), tmp_path / "quotes.csv"
    assert main([str(path), "--output", str(output), "--resume"]) == 0  # nothing there yet: it begins
    before = output.stat()
    capsys.readouterr()
    assert main([str(path), "--output", str(output), "--resume"]) == 0
    assert "no stopped run beside it: nothing to do" in capsys.readouterr().err
    assert output.stat() == before


# ---- the journal ----------------------------------------------------------------------------------------------------


def part(number: int, last: bool = False) -> Part:
    return Part(2, 1, "digest", last, [{"text": f"Rain {number}\u2028"}], [{"reason": "wet"}])


def test_journal(tmp_path: Path) -> None:
    output = tmp_path / "q.csv"
    journal = Journal(output, RUN, False)
    journal.add(part(0))
    journal.close()
    (journal.folder / ".part-00001.jsonl.7.tmp").write_text("half")
    (journal.folder / "joined.csv").write_text("half")
    journal = Journal(output, RUN, True)
    assert sorted(p.name for p in journal.folder.iterdir()) == ["lock", "part-00000.jsonl", "run.json"]
    journal.add(part(1, last=True))
    assert journal.ended
    assert list(journal.parts()) == [part(0), part(1, last=True)]
    journal.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_somebody_else_keeps_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "q.csv.partial"
    folder.mkdir()
    (folder / "diary.txt").write_text("mine")
    journal = Journal(tmp_path / "q.csv", RUN, False)
    journal.add(part(0, last=True))
    journal.remove()
    assert [p.name for p in folder.iterdir()] == ["diary.txt"]


@pytest.mark.skipif(os.name != "posix", reason="the lock is one of POSIX")
def test_two_runs_at_once(tmp_path: Path) -> None:
    first = Journal(tmp_path / "q.csv", RUN, False)
    with pytest.raises(OutputError, match="another run is at it"):
        Journal(tmp_path / "q.csv", RUN, True)
    first.close()
    Journal(tmp_path / "q.csv", RUN, True).close()


@pytest.mark.parametrize(("name", "content"), [("part-00000.jsonl", "{}\n"), ("run.json", "{"), ("run.json", "[]")])
def test_a_damaged_journal(name: str, content: str, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "q.csv", RUN, False)
    journal.add(part(0))
    journal.close()
    (journal.folder / name).write_text(content)
    with pytest.raises(OutputError, match="damaged; delete the folder"):
        Journal(tmp_path / "q.csv", RUN, True)


def test_an_article_on_which_the_analysis_fails(tmp_path: Path) -> None:
    class Sometimes(Fake):
        def analyze_many(self, articles: Iterable[str], jobs: int = 1) -> Iterator[list[Quote]]:
            for number, quotes in enumerate(super().analyze_many(articles)):
                yield Failure(StanceError("article 1: too wet")) if number == 1 else quotes

    output = tmp_path / "q.jsonl"
    corpus = Corpus([str(corpus_file(tmp_path, 3))])
    journal = Journal(output, RUN, False)
    summary = run_corpus(corpus, cast(Analyzer, Sometimes()), output, ".jsonl", journal, errors=tmp_path / "e")
    assert (summary.articles, dict(summary.faults)) == (2, {"analysis failed": 1})
    fault = json.loads((tmp_path / "e").read_text())
    assert (fault["article"], fault["line"]) == ("a1", 2)
    assert fault["message"].startswith(f"{corpus.inputs[0]}, line 2: the analysis failed (too wet);")


def test_the_output_has_what_analyze_many_gives(tmp_path: Path) -> None:
    path = corpus_file(tmp_path, 10)
    assert main([str(path), "--output", str(tmp_path / "q.jsonl")]) == 0
    rows = [json.loads(line) for line in (tmp_path / "q.jsonl").read_text(encoding="utf-8").splitlines()]
    texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
    quotes = [quote for found in stance.analyze_many(texts) for quote in found]
    assert [(r["text"], r["start"], r["speaker"], r["stance"]) for r in rows] == [
        (q.text, q.start, q.speaker, q.stance) for q in quotes
    ]
