"""The command `stance` on real files: output, exit codes, and an answer without a traceback for every bad input."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from case_files import CASES

from stance.cli import main
from stance.formats import COLUMNS, MAX_BYTES

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


# ---- help and usage -------------------------------------------------------------------------------------------------


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
    [["--format", "xml", "a.txt"], ["--no-such-option"], ["--roster"], ["--threshold", "2"], ["--threshold", "x"]],
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


def test_folder(tmp_path: Path, capsys: Output) -> None:
    assert main([str(tmp_path)]) == 1
    assert "is a folder; name the files in it" in capsys.readouterr().err


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
