"""The command `stance` on real files: output, exit codes, and an answer without a traceback for every bad input."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest
from case_files import CASES

import stance
from stance.cli import COMMANDS, main
from stance.formats import COLUMNS, MAX_BYTES
from stance.table import print_tables

ARTICLE = "“We thank the crew,” Lloyd Austin said.\n\n“Stay away from our coast,” Gen. Wei Fenghe warned.\n"
OTHER = "“The room was full,” said Ana Lima.\n"
POLITICS = str(CASES / "rosters" / "island-politics.toml")

Output = pytest.CaptureFixture[str]


@pytest.fixture
def article(tmp_path: Path) -> str:
    return written(tmp_path, "article.txt", ARTICLE)


@pytest.fixture
def other(tmp_path: Path) -> str:
    return written(tmp_path, "other.txt", OTHER)


def written(folder: Path, name: str, content: str | bytes) -> str:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(file)


def run(*arguments: str, given: str | bytes = b"") -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with `given` as standard input."""
    done = subprocess.run(
        [sys.executable, "-m", "stance", *arguments],
        input=given.encode() if isinstance(given, str) else given,
        capture_output=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


# ---- output ---------------------------------------------------------------------------------------------------------


def test_table(article: str, capsys: Output) -> None:
    assert main([article]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    out = " ".join(out.split())
    for word in ("2 quotes", "Speaker", "Stance", "Austin", "Wei", "We thank the crew,", "conciliatory", "assertive"):
        assert word in out
    assert "Rule" not in out
    assert "\x1b" not in out


def test_table_shows_a_source_that_is_not_on_the_roster(other: str, capsys: Output) -> None:
    assert main([other]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "1 quote" in out
    assert "1 quotes" not in out
    assert "(Ana Lima)" in out


def test_explain(article: str, capsys: Output) -> None:
    assert main([article, "--explain"]) == 0
    out = capsys.readouterr().out
    for word in ("Mention", "Cue", "Rule", "Lloyd Austin", "said", "tag after"):
        assert word in out


def test_explain_shows_the_words_that_weighed(article: str, capsys: Output) -> None:
    assert main([article, "--explain"]) == 0
    out = capsys.readouterr().out
    assert "Weighed" in out
    assert re.search(r"thank \+\d\.\d", out)
    assert main([article, "--explain", "--format", "jsonl"]) == 0
    row = json.loads(capsys.readouterr().out.splitlines()[0])
    assert "thank" in [item["word"] for item in row["evidence"]]


def test_a_stance_below_the_threshold_is_uncertain(article: str, capsys: Output) -> None:
    for form in ("table", "json", "jsonl", "csv"):
        assert main([article, "--threshold", "1", "--format", form]) == 0
        out = capsys.readouterr().out
        assert "uncertain" in out
        assert main([article, "--threshold", "0", "--format", form]) == 0
        assert "uncertain" not in capsys.readouterr().out


def test_json(article: str, other: str, capsys: Output) -> None:
    assert main([article, other, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [(entry["article"], len(entry["quotes"])) for entry in document] == [(article, 2), (other, 1)]
    first = document[0]["quotes"][0]
    assert first["speaker"] == "Austin"
    assert ARTICLE[first["start"] : first["end"]] == first["text"]


def test_jsonl(article: str, other: str, capsys: Output) -> None:
    assert main([article, other, "--format", "jsonl"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["article"], row["speaker"]) for row in rows] == [(article, "Austin"), (article, "Wei"), (other, None)]
    assert rows[0]["cue"]["text"] == "said"


def test_csv(article: str, other: str, capsys: Output) -> None:
    assert main([article, other, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert tuple(rows[0]) == COLUMNS
    assert [row["speaker"] for row in rows] == ["Austin", "Wei", ""]
    assert ARTICLE[int(rows[0]["start"]) : int(rows[0]["end"])] == rows[0]["text"]


def test_csv_keeps_paragraphs_and_commas(tmp_path: Path, capsys: Output) -> None:
    text = "“We lost, twice, our pumps.\n\n“By noon they ran,” Ana Lima said.\n"
    assert main([written(tmp_path, "a.txt", text), "--format", "csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["text"] == "We lost, twice, our pumps.\n\n“By noon they ran,"


def test_table_keeps_control_characters_away_from_the_terminal(tmp_path: Path, capsys: Output) -> None:
    text = "“We \x1b[31mlost\x07 our [bold]pumps[/bold],” Ana Lima said.\n"
    assert main([written(tmp_path, "a.txt", text)]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "[bold]" in out


def test_offsets_are_those_of_the_file(tmp_path: Path, capsys: Output) -> None:
    text = "One line.\r\n\r\n“We agree,” Austin said.\r\n"
    assert main([written(tmp_path, "a.txt", text), "--format", "jsonl"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert text[row["start"] : row["end"]] == row["text"] == "We agree,"


def test_byte_order_mark(tmp_path: Path, capsys: Output) -> None:
    file = written(tmp_path, "a.txt", b"\xef\xbb\xbf" + OTHER.encode())
    assert main([file, "--format", "jsonl"]) == 0
    assert json.loads(capsys.readouterr().out)["start"] == 1


def test_roster(tmp_path: Path, capsys: Output) -> None:
    file = written(tmp_path, "a.txt", "“The ferries stay,” Ilona Varga said. “They sank,” Austin said.\n")
    assert main([file, "--roster", POLITICS, "--format", "jsonl"]) == 0
    assert [json.loads(line)["speaker"] for line in capsys.readouterr().out.splitlines()] == ["Varga", None]


def test_standard_input() -> None:
    for arguments in ([], ["-"]):
        done = run(*arguments, "--format", "jsonl", given=ARTICLE)
        assert (done.returncode, done.stderr) == (0, "")
        assert [json.loads(line)["article"] for line in done.stdout.splitlines()] == ["standard input"] * 2


def test_reader_that_stops_early(tmp_path: Path) -> None:
    file = written(tmp_path, "a.txt", ARTICLE * 500)
    command = f'"{sys.executable}" -m stance "{file}" --format jsonl | head -n 1'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=120)
    assert json.loads(done.stdout)["speaker"] == "Austin"
    assert done.stderr == ""


# ---- the table ------------------------------------------------------------------------------------------------------

LONG = "“We shall go on to look for every way to keep this channel open, whatever the weather may be in the strait,” "
LONG += "the longest-serving spokeswoman of the harbour ministry said.\n"


def shown(file: str, *arguments: str, columns: int = 80, **environment: str) -> str:
    """What the command prints on a terminal that has so many columns."""
    pty = pytest.importorskip("pty", reason="needs a POSIX terminal")
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, columns))
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    child = subprocess.Popen(
        [sys.executable, "-m", "stance", file, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**kept, "TERM": "xterm-256color", "PYTHONUTF8": "1", **environment},
    )
    os.close(theirs)
    output = b""
    with suppress(OSError):  # so a terminal says that it is closed
        while data := os.read(ours, 65536):
            output += data
    os.close(ours)
    assert child.wait() == 0
    return output.decode().replace("\r\n", "\n")


COLOUR = re.compile(r"\x1b\[3\dm")


def test_colours_on_a_terminal(article: str) -> None:
    assert COLOUR.search(shown(article))
    assert not COLOUR.search(shown(article, NO_COLOR="1"))


def test_colours_in_a_pipe(article: str, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    assert main([article]) == 0
    assert "\x1b" not in capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert main([article]) == 0
    assert COLOUR.search(capsys.readouterr().out)
    monkeypatch.setenv("NO_COLOR", "1")
    assert main([article]) == 0
    assert not COLOUR.search(capsys.readouterr().out)


@pytest.mark.parametrize("columns", [20, 49, 50, 80, 200])
def test_the_table_fits(columns: int) -> None:
    out = io.StringIO()
    out.isatty = lambda: True  # type: ignore[method-assign]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(columns))
        patch.setenv("TERM", "xterm")
        print_tables([("a.txt", stance.analyze(LONG + ARTICLE))], out)
    text = re.sub(r"\x1b\[[\d;]*m", "", out.getvalue())
    lines = text.splitlines()
    assert max(map(len, lines)) <= columns
    if columns >= 50:
        assert len(lines) == 1 + 3 + 3 + 1
        assert ("strait," in text) == (columns == 200)
        assert "conciliatory 0." in text


def test_wrap_shows_whole_quotes(tmp_path: Path, capsys: Output) -> None:
    file = written(tmp_path, "a.txt", LONG)
    assert main([file]) == 0
    cut = capsys.readouterr().out
    assert "…" in cut
    assert "strait," not in cut
    assert main([file, "--wrap"]) == 0
    whole = capsys.readouterr().out
    assert "…" not in whole
    assert "strait," in " ".join(whole.split())


# ---- corpora --------------------------------------------------------------------------------------------------------


@pytest.fixture
def corpus(tmp_path: Path) -> str:
    records = [
        {"id": "a", "date": "2024-05-01", "text": ARTICLE},
        {"id": "b", "text": 7},
        {"id": "c", "text": "It rained."},
        {"id": "a", "text": OTHER},
    ]
    return written(tmp_path, "corpus.jsonl", "".join(json.dumps(record) + "\n" for record in records))


def test_corpus_to_standard_output(corpus: str, capsys: Output) -> None:
    assert main([corpus, "--format", "jsonl"]) == 1
    out, err = capsys.readouterr()
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["article"], row.get("date")) for row in rows] == [("a", "2024-05-01")] * 2 + [("a", None)]
    assert err == f"stance: {corpus}, line 2: 'text' is a int; it must be a string\n"
    assert main([corpus, "--format", "json"]) == 1
    entries = json.loads(capsys.readouterr().out)
    assert [(entry["article"], len(entry["quotes"])) for entry in entries] == [("a", 2), ("c", 0), ("a", 1)]


def test_json_with_line_separators_in_the_text(tmp_path: Path, capsys: Output) -> None:
    file = written(tmp_path, "a.txt", "“We agree\u2028on this,” Austin said.")
    assert main([file, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["quotes"][0]["text"] == "We agree\u2028on this,"


def test_corpus_to_a_file(corpus: str, tmp_path: Path, capsys: Output) -> None:
    output, errors = tmp_path / "q.csv", tmp_path / "e.jsonl"
    output.write_text("old")
    assert main([corpus, "--output", str(output), "--errors", str(errors)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    with output.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["article"], row["date"], row["speaker"]) for row in rows] == [
        ("a", "2024-05-01", "Austin"),
        ("a", "2024-05-01", "Wei"),
        ("a", "", ""),
    ]
    fault = json.loads(errors.read_text(encoding="utf-8"))
    assert fault == {
        "source": corpus,
        "line": 2,
        "article": "b",
        "reason": "wrong type",
        "message": f"{corpus}, line 2: 'text' is a int; it must be a string",
    }
    for words in (
        f"{output}: 3 quotes in 3 articles",
        "1 failure:",
        "1 × wrong type",
        "1 article with an id that another one has too",
    ):
        assert words in err
    assert re.search(r"Austin +1 +0 +0 +1\n", err)
    assert re.search(r"others +0 +0 +1 +1\n", err)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["corpus.jsonl", "e.jsonl", "q.csv"]


def test_uncertain_has_a_column_in_the_summary(article: str, tmp_path: Path, capsys: Output) -> None:
    assert main([article, "--output", str(tmp_path / "q.csv"), "--threshold", "1"]) == 0
    assert "uncertain" in capsys.readouterr().err


def test_errors_of_what_goes_to_standard_output(article: str, tmp_path: Path, capsys: Output) -> None:
    errors = tmp_path / "e.jsonl"
    assert main([article, str(tmp_path / "no.txt"), "--errors", str(errors), "--format", "csv"]) == 1
    assert json.loads(errors.read_text())["reason"] == "no such file"
    assert main([article, "--errors", str(errors)]) == 0
    assert errors.read_text() == ""


def test_strict(article: str, other: str, tmp_path: Path, capsys: Output) -> None:
    bad = str(tmp_path / "no.txt")
    assert main([article, bad, other, "--strict", "--format", "json"]) == 1
    assert [entry["article"] for entry in json.loads(capsys.readouterr().out)] == [article]
    assert main([bad, other, "--strict", "--output", str(tmp_path / "q.csv"), "--errors", str(tmp_path / "e")]) == 1
    assert not (tmp_path / "q.csv").exists()
    assert json.loads((tmp_path / "e").read_text())["source"] == bad


def test_many_failures_are_counted(tmp_path: Path, capsys: Output) -> None:
    file = written(tmp_path, "a.jsonl", "{\n" * 50)
    output = tmp_path / "q.csv"
    output.write_text("old")
    assert main([file, "--output", str(output)]) == 1
    err = capsys.readouterr().err
    assert err.count(": no JSON") == 20
    assert "further failures are counted only; --errors FILE keeps all of them" in err
    assert "50 × no JSON" in err
    assert "no article could be read" in err
    assert output.read_text() == "old"


def test_messages_keep_control_characters_away_from_the_terminal(tmp_path: Path, capsys: Output) -> None:
    assert main([written(tmp_path, "a.jsonl", '{"\\u001b[31m": 1}\n')]) == 1
    assert "\x1b" not in capsys.readouterr().err


def test_two_jobs_give_the_same_file(tmp_path: Path) -> None:
    file = written(tmp_path, "a.jsonl", "".join(json.dumps({"text": ARTICLE * (n % 3)}) + "\n" for n in range(300)))
    one, two = tmp_path / "one.jsonl.gz", tmp_path / "two.jsonl.gz"
    assert main([file, "--output", str(one)]) == 1
    assert main([file, "--output", str(two), "--jobs", "2"]) == 1
    assert one.read_bytes() == two.read_bytes()


def test_a_progress_bar_on_a_terminal_only(corpus: str, article: str, tmp_path: Path, capsys: Output) -> None:
    assert "articles," in shown(article, "--output", str(tmp_path / "q.csv"))
    assert main([article, "--output", str(tmp_path / "q.csv")]) == 0
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert "/s" not in err


def test_records_from_standard_input() -> None:
    done = run("--input-format", "jsonl", "--format", "csv", given=json.dumps({"id": "x", "text": OTHER}))
    assert done.stdout.splitlines()[1].startswith("x,,1,")


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("q.xlsx", "the name says no format; end it in one of: .jsonl"),
        ("no/q.csv", "can't be written (No such file or directory)"),
        ("corpus.jsonl/q.csv", "can't be written (Not a directory)"),
        (".", "the name says no format"),
        ("folder.csv", "is a folder"),
    ],
)
def test_outputs_that_cannot_be(output: str, says: str, corpus: str, tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert main([corpus, "--output", str(tmp_path / output)]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_under_standard_output(article: str) -> None:
    command = f'"{sys.executable}" -m stance "{article}" --format csv > /dev/full'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert done.stderr == "stance: standard output: can't be written (No space left on device); free some space\n"


@pytest.mark.skipif(os.name != "posix", reason="needs limits on the size of files")
def test_a_full_disk_under_a_file(tmp_path: Path) -> None:
    file = written(tmp_path, "a.jsonl", "".join(json.dumps({"text": ARTICLE}) + "\n" for _ in range(600)))
    output = tmp_path / "q.csv"
    output.write_text("old")
    command = f'ulimit -f 40; "{sys.executable}" -m stance "{file}" --output "{output}"'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert "can't be written (File too large); free some space" in done.stderr
    assert "Traceback" not in done.stderr
    assert output.read_text() == "old"


def test_the_output_in_the_folder_that_is_read(article: str, tmp_path: Path) -> None:
    output, errors = tmp_path / "q.jsonl", tmp_path / "e.jsonl"
    for _ in range(2):
        assert main([str(tmp_path), "--output", str(output), "--errors", str(errors)]) == 0
    assert len(output.read_text(encoding="utf-8").splitlines()) == 2


# ---- help and usage -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion(shell: str, capsys: Output) -> None:
    pytest.importorskip("shtab", reason="needs the extra completion")
    assert main(["--completion", shell]) == 0
    out = capsys.readouterr().out
    assert "threshold" in out
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=out, text=True, check=True)
    assert main(["--completion", "dos"]) == 2
    assert "there is one for: bash" in capsys.readouterr().err


def test_completion_without_its_package(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert main(["--completion", "bash"]) == 2
    assert "pip install 'stance[completion]'" in capsys.readouterr().err


def test_sub_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    taken: list[list[str]] = []
    module = ModuleType("weather")
    module.main = lambda arguments: taken.append(arguments) or 7  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "weather", module)
    monkeypatch.setitem(COMMANDS, "weather", "weather")
    assert main(["weather", "--tomorrow"]) == 7
    assert taken == [["--tomorrow"]]
    written(tmp_path, "weather", OTHER)
    monkeypatch.chdir(tmp_path)
    assert main(["./weather", "--format", "csv"]) == 0
    assert "The room was full," in capsys.readouterr().out


def test_help(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    out = capsys.readouterr().out
    for word in ("examples:", "--format", "--roster", "--explain", "exit codes", "us-china-defense"):
        assert word in out


def test_version(capsys: Output) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out.startswith("stance ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["a.csv", "--resume"],
        ["a.csv", "--output", "a.csv"],
        ["a.csv", "--errors", "./a.csv"],
        ["a.csv", "--output", "b.csv", "--errors", "b.csv"],
        ["a.csv", "--output", "b.csv", "--format", "csv"],
        ["a.csv", "--output", "b.csv", "--explain"],
        ["a.csv", "--jobs", "0"],
        ["a.csv", "--jobs", "2", "--explain"],
        ["--format", "xml", "a.txt"],
        ["--no-such-option"],
        ["--roster"],
        ["--threshold", "2"],
        ["--threshold", "x"],
    ],
)
def test_wrong_usage(arguments: list[str], capsys: Output) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage: stance" in capsys.readouterr().err


# ---- bad input: exit code, and what the message must say -------------------------------------------------------------

BAD = {
    "empty": (b"", "is empty"),
    "blanks": (b" \n\n\t \n", "is empty"),
    "binary": (bytes(range(256)) * 8, "binary"),
    "pdf": (b"%PDF-1.7\nstream", "binary"),
    "image": (b"\x89PNG\r\n\x1a\n....", "binary"),
    "latin-1": ("“No” é allowed, à côté.".encode("latin-1", "replace"), "not UTF-8"),
    "utf-16": (ARTICLE.encode("utf-16"), ""),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_file(kind: str, tmp_path: Path, capsys: Output) -> None:
    content, says = BAD[kind]
    file = written(tmp_path, "bad.txt", content)
    assert main([file]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"stance: {file}: ")
    assert says in err
    assert err.count("\n") == 1


def test_latin_1_names_the_mend(tmp_path: Path, capsys: Output) -> None:
    assert main([written(tmp_path, "a.txt", b"caf\xe9 society")]) == 1
    err = capsys.readouterr().err
    assert "byte 3 is 0xe9" in err
    assert "iconv" in err


def test_folder_without_articles(tmp_path: Path, capsys: Output) -> None:
    assert main([str(tmp_path)]) == 1
    assert "holds no file that stance reads (.txt, " in capsys.readouterr().err


def test_missing_file(tmp_path: Path, capsys: Output) -> None:
    assert main([str(tmp_path / "no.txt")]) == 1
    assert "no.txt: no such file" in capsys.readouterr().err


def test_missing_folder_above(article: str, capsys: Output) -> None:
    assert main([article + "/below.txt"]) == 1
    assert capsys.readouterr().err.startswith("stance: ")


def test_no_quotes(tmp_path: Path, capsys: Output) -> None:
    file = written(tmp_path, "a.txt", "It rained on Monday. The ‘Open Lake’ policy stands.\n")
    assert main([file]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"stance: {file}: no quotes found\n"


def test_no_quotes_as_json(tmp_path: Path, capsys: Output) -> None:
    file = written(tmp_path, "a.txt", "It rained on Monday.\n")
    assert main([file, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"article": file, "quotes": []}]


def test_one_bad_file_among_good_ones(article: str, other: str, tmp_path: Path, capsys: Output) -> None:
    assert main([article, str(tmp_path / "no.txt"), other, "--format", "jsonl"]) == 1
    out, err = capsys.readouterr()
    assert [json.loads(line)["article"] for line in out.splitlines()] == [article, article, other]
    assert err.count("\n") == 1


def test_ten_megabytes(tmp_path: Path) -> None:
    line = "The pumps ran all night and nobody in the harbour heard them stop at dawn.\n\n"
    file = written(tmp_path, "big.txt", line * (10_000_000 // len(line)))
    done = run(file, "--format", "jsonl")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"stance: {file}: no quotes found\n"


def test_long_article_with_its_quotes_at_the_end(tmp_path: Path, capsys: Output) -> None:
    line = "The pumps ran all night and nobody in the harbour heard them stop at dawn.\n\n"
    file = written(tmp_path, "long.txt", line * 5000 + ARTICLE)
    assert main([file, "--format", "jsonl"]) == 0
    assert [json.loads(row)["speaker"] for row in capsys.readouterr().out.splitlines()] == ["Austin", "Wei"]


def test_too_large(tmp_path: Path, capsys: Output) -> None:
    file = tmp_path / "huge.txt"
    with file.open("wb") as out:
        out.truncate(MAX_BYTES + 1)
    assert main([str(file)]) == 1
    assert "larger than 50 MB; split it" in capsys.readouterr().err


def test_roster_that_is_missing(article: str, capsys: Output) -> None:
    assert main([article, "--roster", "nobody.toml"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("stance: nobody.toml: no such roster")


def test_roster_that_is_broken(article: str, tmp_path: Path, capsys: Output) -> None:
    roster = written(tmp_path, "mine.toml", '[[speaker]]\nkind = "person"\n')
    assert main([article, "--roster", roster]) == 2
    assert "mine.toml: speaker 1: lacks a name; add" in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, b"no model at all"])
def test_model_that_cannot_be_loaded(content: bytes | None, article: str, tmp_path: Path, capsys: Output) -> None:
    model = tmp_path / "mine.joblib"
    if content is not None:
        model.write_bytes(content)
    assert main([article, "--model", str(model)]) == 2
    err = capsys.readouterr().err
    assert err.startswith("stance: ")
    assert "mine" in err


@pytest.mark.parametrize("given", [b"", b"\x00\x01\x02", b"caf\xe9"])
def test_bad_standard_input(given: bytes) -> None:
    done = run("-", given=given)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("stance: standard input: ")
    assert "Traceback" not in done.stderr


def test_a_terminal_that_is_no_utf_8(article: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stance", article],
        capture_output=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "LC_ALL": "C"},
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()[-500:]
    assert done.returncode == 0
