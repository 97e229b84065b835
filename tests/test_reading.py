"""Corpora come in: every format, every broken line named, the rest goes on."""

import csv
import gzip
import io
import json
import os
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.article import Article, Fault, UnreadableError
from stance.errors import MissingExtraError
from stance.formats import MAX_BYTES
from stance.reading import Corpus
from stance.records import Columns, article_of, read_csv, read_jsonl
from stance.sources import Source, sources_of

PAGE = """<html><head><title>Talks</title><meta name="date" content="2024-05-01"></head><body><nav>Home</nav><article>
<h1>Harbour talks</h1><p>“We thank the crew,” Ana Lima said on Monday, after a long meeting at the harbour.</p>
<p>A second paragraph, which is long enough to be kept, tells of the rain at noon.</p></article></body></html>"""


def items(*inputs: Path | str, columns: Columns | None = None, **options: object) -> list[Article | Fault]:
    return list(Corpus([str(given) for given in inputs], columns, **options).items())  # type: ignore[arg-type]


def lines(content: bytes, columns: Columns | None = None) -> list[Article | Fault]:
    return list(read_jsonl(io.BytesIO(content), "a.jsonl", columns or Columns()))


def cells(content: bytes, columns: Columns | None = None) -> list[Article | Fault]:
    return list(read_csv(io.BytesIO(content), "a.csv", columns or Columns()))


def faults(found: list[Article | Fault]) -> list[tuple[int | None, str]]:
    return [(item.line, item.reason) for item in found if isinstance(item, Fault)]


def texts(found: list[Article | Fault]) -> list[str]:
    return [item.text for item in found if isinstance(item, Article)]


# ---- JSON lines -----------------------------------------------------------------------------------------------------


def test_jsonl() -> None:
    found = lines(b'{"text": "Rain.", "id": "x", "date": "2024-05-01"}\n\n{"text": "Sun."}\n')
    assert found == [
        Article("x", "Rain.", "a.jsonl", 1, "2024-05-01"),
        Article("a.jsonl:3", "Sun.", "a.jsonl", 3),
    ]


def test_named_columns() -> None:
    columns = Columns("body", "url", "day")
    assert lines(b'{"body": "Rain.", "url": 7, "day": 20240501, "id": "no", "date": "no"}', columns) == [
        Article("7", "Rain.", "a.jsonl", 1, "20240501")
    ]
    assert faults(lines(b'{"body": "Rain.", "day": null}', columns)) == [(1, "no such column")]


BROKEN_LINES = [
    (b'{"text": "Rain."', "no JSON"),
    (b"[" * 100_000, "no JSON"),
    (b"\xff\xfe{\x00}\x00", "not UTF-8"),
    (b'{"text": "caf\xe9"}', "not UTF-8"),
    (b'"Rain."', "no JSON object"),
    (b"{}", "no such column"),
    (b'{"text": null}', "empty text"),
    (b'{"text": " \\n"}', "empty text"),
    (b'{"text": 7}', "wrong type"),
    (b'{"text": "Rain.", "id": [7]}', "wrong type"),
    (b'{"text": "Rain.", "id": true}', "wrong type"),
    (b'{"text": "Rain.", "date": {}}', "wrong type"),
]


@pytest.mark.parametrize(("line", "reason"), BROKEN_LINES)
def test_broken_lines_are_named_and_the_rest_goes_on(line: bytes, reason: str) -> None:
    found = lines(b'{"text": "Before."}\n' + line + b'\n{"text": "After."}')
    assert texts(found) == ["Before.", "After."]
    (fault,) = [item for item in found if isinstance(item, Fault)]
    assert (fault.line, fault.reason) == (2, reason)
    assert fault.message.startswith("a.jsonl, line 2: ")
    assert len(fault.message) < 300


def test_a_missing_column_says_what_is_there() -> None:
    (fault,) = lines(b'{"body": "Rain.", "url": "x"}')
    assert isinstance(fault, Fault)
    assert fault.message.endswith("no column 'text'; name the right one with --text-column. It has: body, url")


def test_a_line_over_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stance.records.MAX_BYTES", 100)
    for size in (60, 100, 101, 199, 200, 201, 1000):
        long = json.dumps({"text": "x" * (size - 12)}).encode()
        assert len(long) == size
        found = lines(long + b'\n{"text": "After."}\n' + long)
        assert faults(found) == ([] if size < 100 else [(1, "too large"), (3, "too large")][: 1 + (size > 100)])
        assert texts(found)[-1] == ("After." if size >= 100 + (size > 100) else "x" * (size - 12)) or size == 100


def test_half_a_surrogate_pair_becomes_one_replacement_character() -> None:
    (article,) = lines(b'{"text": "a\\ud83db \\ud83d\\ude00"}')
    assert isinstance(article, Article)
    assert article.text == "a\ufffdb 😀"


def test_byte_order_mark_before_the_first_line() -> None:
    assert texts(lines(b'\xef\xbb\xbf{"text": "Rain."}')) == ["Rain."]


@given(st.lists(st.dictionaries(st.sampled_from(["text", "id", "date"]), st.text() | st.integers() | st.none())))
def test_every_record_gives_an_article_or_a_fault_with_its_line(records: list[dict[str, object]]) -> None:
    content = "".join(json.dumps(record) + "\n" for record in records).encode()
    found = lines(content)
    assert [item.line for item in found] == list(range(1, len(records) + 1))
    for item, record in zip(found, records, strict=True):
        if isinstance(item, Article):
            assert len(item.text) == len(str(record["text"]))
            item.text.encode()


@given(st.binary(max_size=300))
def test_any_bytes_give_no_traceback(content: bytes) -> None:
    lines(content)
    with suppress(UnreadableError):
        cells(content)


# ---- CSV ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv(delimiter: str) -> None:
    content = 'id,text,date\r\nx,"Rain,\r\n""heavy""",2024-05-01\r\n\r\n,Sun.,\r\n'.replace(",", delimiter)
    found = cells(b"\xef\xbb\xbf" + content.encode())
    assert found == [
        Article("x", f'Rain{delimiter}\r\n"heavy"', "a.csv", 2, "2024-05-01"),
        Article("a.csv:5", "Sun.", "a.csv", 5),
    ]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])).filter(str.strip), min_size=1, max_size=5))
def test_csv_gives_back_what_was_written(written: list[str]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["text", "id"], *([text, "x"] for text in written)])
    assert texts(cells(out.getvalue().encode())) == written


def test_csv_with_a_long_article() -> None:
    assert len(texts(cells(b"text\n" + b"x" * 1_000_000 + b"\nSun.\n"))[0]) == 1_000_000


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'"Rain" fell,x', "broken CSV"),
        (b"Rain,x,y", "broken CSV"),
        (b"Rain", "broken CSV"),
        (b"caf\xe9,x", "not UTF-8"),
        (b",x", "empty text"),
    ],
)
def test_broken_csv_lines(line: bytes, reason: str) -> None:
    found = cells(b"text,id\nBefore.,1\n" + line + b"\nAfter.,2\n")
    assert texts(found) == ["Before.", "After."]
    assert faults(found) == [(3, reason)]


def test_csv_with_a_quotation_mark_that_is_not_closed() -> None:
    found = cells(b'text,id\nBefore.,1\n"Rain.,2\nAfter.,3\n')
    assert texts(found) == ["Before."]
    assert faults(found) == [(3, "broken CSV")]


def test_csv_line_over_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stance.records.MAX_BYTES", 50)
    found = cells(b"text,id\nBefore.,1\n" + b"x" * 60 + b",2\nAfter.,3\n")
    assert (texts(found), faults(found)) == (["Before.", "After."], [(3, "too large")])


@pytest.mark.parametrize(("content", "says"), [(b"", "is empty"), (b"body,id\nx,1\n", "It has: body, id")])
def test_csv_without_text(content: bytes, says: str) -> None:
    with pytest.raises(UnreadableError, match=says):
        cells(content)


def test_csv_with_nothing_but_a_header() -> None:
    assert cells(b"text,id\n") == []


# ---- Parquet --------------------------------------------------------------------------------------------------------


def test_parquet(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="needs the extra parquet")
    parquet = pytest.importorskip("pyarrow.parquet")
    day = datetime(2024, 5, 1, 12)
    table = pyarrow.table(
        {
            "text": ["Rain.", None, "Sun.", "", *["Fog."] * 1000],
            "id": pyarrow.array([1.0, 2.0, None, 4.0, *[None] * 1000]),
            "date": pyarrow.array([day] + [None] * 1003, pyarrow.timestamp("ns")),
            "more": [[1]] * 1004,
        }
    )
    path = tmp_path / "a.parquet"
    parquet.write_table(table, path, row_group_size=100)
    found = items(path)
    assert found[0] == Article("1", "Rain.", str(path), 1, "2024-05-01T12:00:00")
    assert found[2] == Article(f"{path}:3", "Sun.", str(path), 3)
    assert faults(found) == [(2, "empty text"), (4, "empty text")]
    assert len(texts(found)) == 1002
    assert faults(items(path, columns=Columns("body"))) == [(None, "no such column")]
    assert faults(items(path, columns=Columns("more"))) == [(n, "wrong type") for n in range(1, 1005)]


def test_parquet_that_is_none(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="needs the extra parquet")
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no more PAR1")
    (tmp_path / "b.txt").write_text("Rain.")
    found = items(tmp_path)
    assert faults(found) == [(None, "broken Parquet")]
    assert texts(found) == ["Rain."]


# ---- pages ----------------------------------------------------------------------------------------------------------


def test_page(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura", reason="needs the extra html")
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "b.htm").write_text("<html></html>")
    (tmp_path / "c.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    page, broken, packed = items(tmp_path)
    assert isinstance(page, Article)
    assert page.date == "2024-05-01"
    assert "“We thank the crew,” Ana Lima said" in page.text
    assert "\n\nA second paragraph" in page.text
    assert "Home" not in page.text
    assert isinstance(broken, Fault)
    assert broken.reason == "no article found"
    assert isinstance(packed, Article)
    assert packed.text == page.text


@pytest.mark.parametrize(
    ("package", "name", "says"),
    [
        ("trafilatura", "a.html", "pip install 'stance[html]'"),
        ("pyarrow", "a.parquet", "pip install 'stance[parquet]'"),
    ],
)
def test_a_missing_extra_is_named(
    package: str, name: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(MissingExtraError) as error:
        Corpus([str(tmp_path)]).survey()
    assert says in str(error.value)


# ---- files and folders ----------------------------------------------------------------------------------------------


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f'{{"text": "{name}"}}')


def test_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "b.jsonl", "a.txt", "in/c.txt", "in/.hidden.txt", ".git/d.txt", "e.png", "q.csv.partial/part.jsonl")
    names = [Path(item.source).name for item in items(tmp_path)]
    assert names == ["a.txt", "b.jsonl", "c.txt"]
    out = tmp_path / "b.jsonl"
    assert [Path(item.source).name for item in items(tmp_path, leave=[str(out)])] == ["a.txt", "c.txt"]


def test_a_pattern_for_the_shell_that_left_it_alone(tmp_path: Path) -> None:
    write(tmp_path, "b.txt", "a.txt", "in/c.txt", "d.csv")
    assert [Path(i.source).name for i in items(f"{tmp_path}/*.txt")] == ["a.txt", "b.txt"]
    assert [Path(i.source).name for i in items(f"{tmp_path}/**/*.txt")] == ["a.txt", "b.txt", "c.txt"]
    assert faults(items(f"{tmp_path}/*.html")) == [(None, "no such file")]


def test_a_file_whose_name_looks_like_a_pattern(tmp_path: Path) -> None:
    write(tmp_path, "a[1].txt")
    assert len(texts(items(tmp_path / "a[1].txt"))) == 1


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b"caf\xe9", "not UTF-8"),
        ("a.txt", b"\0\1", "binary file"),
        ("a.txt.gz", b"no gzip", "can't be read"),
        ("a.jsonl.gz", b"no gzip", "breaks off"),
        ("a.csv", b"", "empty"),
        ("a.json", b"[]", "unknown format"),
    ],
)
def test_bad_files(name: str, content: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    write(tmp_path, "z.txt")
    found = items(tmp_path / name, tmp_path / "z.txt")
    assert [why for _, why in faults(found)] == [reason]
    assert str(tmp_path / name) in found[0].message if isinstance(found[0], Fault) else False
    assert len(texts(found)) == 1


def test_an_empty_folder(tmp_path: Path) -> None:
    assert faults(items(tmp_path)) == [(None, "empty folder")]


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.csv.gz"])
def test_truncated_gzip_names_the_line(name: str, tmp_path: Path) -> None:
    rows = [f'{{"text": "Rain {n * 7919}."}}' if "json" in name else f"Rain {n * 7919}." for n in range(20_000)]
    whole = gzip.compress("\n".join((*(["text"] if "csv" in name else []), *rows)).encode())
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    write(tmp_path, "z.txt")
    found = items(tmp_path)
    ((line, reason),) = faults(found)
    assert reason == "breaks off"
    assert line == len(texts(found)) + ("csv" in name)
    assert 5_000 < len(texts(found)) < 15_000


def test_packed_files(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"text": "Rain."}'))
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(b"Sun."))
    assert texts(items(tmp_path)) == ["Rain.", "Sun."]


def test_input_format_goes_before_the_suffix(tmp_path: Path) -> None:
    (tmp_path / "feed").write_text('{"text": "Rain."}')
    assert texts(items(tmp_path / "feed", kind="jsonl")) == ["Rain."]
    assert texts(items(tmp_path / "feed")) == ['{"text": "Rain."}']


@pytest.mark.skipif(os.name != "posix", reason="names that are no text are a matter of POSIX")
def test_a_file_name_that_is_not_utf8(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    try:
        with open(path, "wb") as file:
            file.write(b"Rain.")
    except OSError:
        pytest.skip("this file system has no such names")
    (article,) = items(tmp_path)
    assert isinstance(article, Article)
    assert article.id.endswith("caf\ufffd.txt")


def test_of_the_first_items_whole_files_are_not_read(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b.jsonl", "c.txt", "d.txt")
    corpus = Corpus([str(tmp_path)])
    assert [bool(item.text) for item in corpus.items(skip=3) if isinstance(item, Article)] == [False, True, False, True]
    assert corpus.read == corpus.survey()[1]


def test_the_survey_tells_corpora_apart(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b.jsonl")
    corpus = Corpus([str(tmp_path)])
    first = corpus.survey()
    assert corpus.survey() == first
    (tmp_path / "a.txt").write_text("Sun.")
    assert corpus.survey() != first


def test_sources_know_a_pipe() -> None:
    (source,) = sources_of(["-"], "jsonl")
    assert source == Source("-", "standard input", "jsonl")
    assert Corpus(["-"]).survey()[1] is None


def test_an_article_over_the_limit() -> None:
    found = article_of({"text": "x" * (MAX_BYTES + 1)}, "a.parquet", 1, Columns())
    assert isinstance(found, Fault)
    assert found.reason == "too large"
