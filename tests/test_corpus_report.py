"""`stance report` and `--format html`: what stands in the pages, and every kind of broken input."""

import json
from pathlib import Path

import pytest

from stance.cli import main
from stance.report.corpus import corpus_page
from stance.report.rows import QuoteRow, read_rows

ARTICLES = {
    "a.txt": "“We want dialogue,” Lloyd Austin said.\n",
    "b.txt": "“We will fight,” Gen. Wei Fenghe said. “<script>alert(1)</script> and no more,” he added.\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    news = tmp_path / "news"
    news.mkdir()
    for name, text in ARTICLES.items():
        (news / name).write_text(text, encoding="utf-8")
    return news


def row(number: int = 0, date: str | None = None, stance: str = "neutral", sure: float | None = 0.5) -> QuoteRow:
    return QuoteRow(f"{number}.txt", date, "Ada", "she", f"It rained on day {number}.", stance, sure)


def test_a_folder_of_articles(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert main(["report", str(folder), "-o", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "3 quotes in 2 articles" in text
    assert "We want dialogue," in text
    assert "<script>alert" not in text
    assert "http://" not in text
    assert "https://" not in text


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".csv", ".csv.gz", ".parquet"])
def test_files_of_quotes(suffix: str, folder: Path, tmp_path: Path) -> None:
    quotes, page = tmp_path / f"quotes{suffix}", tmp_path / "report.html"
    assert main([str(folder), "--output", str(quotes)]) == 0
    assert main(["report", str(quotes), "-o", str(page), "--title", "Two articles"]) == 0
    assert "<h1><bdi>Two articles</bdi></h1>" in page.read_text(encoding="utf-8")
    found = list(read_rows(quotes))
    assert [(quote.speaker, quote.text) for quote in found][:2] == [
        ("Austin", "We want dialogue,"),
        ("Wei", "We will fight,"),
    ]
    assert all(quote.sure is not None and 1 / 3 < quote.sure <= 1 for quote in found)


def test_json_lines_of_the_terminal(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder), "--format", "jsonl"]) == 0
    file = tmp_path / "quotes.jsonl"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    assert [quote.mention for quote in read_rows(file)] == ["Lloyd Austin", "Gen. Wei Fenghe", "he"]


BROKEN = {
    "no JSON": ("quotes.jsonl", "{\n", "line 1: no JSON"),
    "a list": ("quotes.jsonl", "[]\n", "quote 1: no quote; it needs article, text, stance"),
    "no stance": ("quotes.jsonl", json.dumps({"article": "a", "text": "b"}), "quote 1: no quote"),
    "another stance": ("quotes.jsonl", json.dumps({"article": "a", "text": "b", "stance": "x"}), "stance 'x' is none"),
    "articles": ("corpus.csv", "id,text\n1,Rain.\n", "quote 1: no quote"),
    "no Parquet": ("quotes.parquet", "x", "broken Parquet"),
    "no gzip": ("quotes.csv.gz", "x", "quotes.csv.gz"),
    "latin": ("quotes.csv", "article,text,stance\né,b,neutral\n", "broken"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, content, says = BROKEN[name]
    (tmp_path / file).write_bytes(content.encode("latin-1"))
    assert main(["report", str(tmp_path / file), "-o", str(tmp_path / "report.html")]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "report.html").exists()


def test_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path / "none.csv"), "-o", str(tmp_path / "report.html")]) == 2
    assert "none.csv" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--jobs", "0"], ["--rows", "-1"], ["--threshold", "2"]])
def test_wrong_options(option: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["report", str(folder), "-o", "report.html", *option])
    assert left.value.code == 2
    assert option[1] in capsys.readouterr().err


def test_over_time_and_the_surest() -> None:
    rows = [row(n, f"2022-{n % 12 + 1:02}-01", ("neutral", "assertive")[n % 2], n / 100) for n in range(100)]
    page = corpus_page([*rows, row(100)])
    assert "2022-12" in page
    assert "1 without a date are left out" in page
    assert page.index("It rained on day 99.") < page.index("It rained on day 0.")  # the surest come first


def test_the_table_has_an_end() -> None:
    page = corpus_page([row(n) for n in range(30)], most=10)
    assert "The first 10 of 30." in page
    assert page.count("<td><bdi>") == 2 * 10


def test_nothing_at_all() -> None:
    assert "No quotes in 0 articles" in corpus_page([])


def test_an_article_as_a_page(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder / "a.txt"), "--format", "html"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("<!doctype html>")
    assert "Words for it" in page
