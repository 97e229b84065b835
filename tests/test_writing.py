"""Quotes go out: the same rows in every format, whole files or none."""

import csv
import errno
import gzip
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from stance.durable import whole_file
from stance.errors import MissingExtraError, OutputError
from stance.formats import COLUMNS
from stance.writing import format_of, write_rows

ROWS: list[dict[str, Any]] = [
    {
        "article": f"a{number}",
        "date": "2024-05-01" if number % 2 else None,
        "start": number,
        "end": number + 5,
        "speaker": "Wei" if number % 3 else None,
        "stance": "neutral",
        "text": 'Rain, "heavy"\r\n\u2028— 😀',
        "mention": None,
        "cue": "said",
        "rule": "tag after",
        "p_conciliatory": 0.1,
        "p_assertive": 0.2,
        "p_neutral": 0.7,
    }
    for number in range(7)
]


def read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        import pyarrow.parquet

        rows: list[dict[str, Any]] = pyarrow.parquet.read_table(path).to_pylist()
        return rows
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    if ".jsonl" in path.name:
        return [json.loads(line) for line in text.split("\n")[:-1]]
    rows_of_cells = csv.DictReader(line + "\n" for line in text.split("\n")[:-1])
    return [{name: _value(name, cell) for name, cell in row.items()} for row in rows_of_cells]


def _value(name: str, cell: str) -> Any:
    if not cell:
        return None
    return int(cell) if name in ("start", "end") else float(cell) if name.startswith("p_") else cell


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".csv", ".csv.gz", ".parquet"])
@pytest.mark.parametrize("number", [0, 7])
def test_rows_come_back(suffix: str, number: int, tmp_path: Path) -> None:
    if suffix == ".parquet":
        pytest.importorskip("pyarrow", reason="needs the extra parquet")
    one, two = tmp_path / f"one{suffix}", tmp_path / f"two{suffix}"
    write_rows(ROWS[:number], one, format_of(one))
    write_rows(iter(ROWS[:number]), two, format_of(two))
    assert one.read_bytes() == two.read_bytes()
    assert read(one) == ROWS[:number]


def test_parquet_has_the_columns_with_their_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow", reason="needs the extra parquet")
    import pyarrow.parquet

    monkeypatch.setattr("stance.writing._PARQUET_ROWS", 3)
    path = tmp_path / "a.parquet"
    write_rows(ROWS, path, ".parquet")
    schema = pyarrow.parquet.read_schema(path)
    assert tuple(schema.names) == COLUMNS
    assert {str(schema.field(name).type) for name in ("start", "end")} == {"int64"}
    assert {str(schema.field(name).type) for name in COLUMNS if name.startswith("p_")} == {"double"}
    assert [name for name in COLUMNS if not schema.field(name).nullable] == [
        "article",
        "start",
        "end",
        "stance",
        "text",
    ]
    assert pyarrow.parquet.ParquetFile(path).num_row_groups == 3
    assert read(path) == ROWS


@pytest.mark.parametrize("name", ["quotes", "quotes.xlsx", "quotes.json", ".parquet"])
def test_a_name_without_a_format(name: str) -> None:
    with pytest.raises(OutputError, match=r"end it in one of: .jsonl, .jsonl.gz, .csv, .csv.gz, .parquet"):
        format_of(Path(name))


def test_parquet_without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'stance\[parquet\]'"):
        format_of(Path("a.parquet"))


def test_a_file_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail() -> None:
        with whole_file(path) as place:
            place.write_text("half of the n")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OutputError, match="a.txt: can't be written .*; free some space"):
        fail()
    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]


def test_a_file_in_no_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file or directory"), whole_file(tmp_path / "no" / "a.txt") as place:
        place.write_text("x")
