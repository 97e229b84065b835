"""Files of quotes, a row each: JSON lines, CSV, Parquet. docs/corpora.md describes the rows."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TextIO, cast

from stance.errors import OutputError
from stance.formats import COLUMNS
from stance.records import require_pyarrow

Row = dict[str, Any]

_PARQUET_ROWS = 10_000  # rows of a row group: as many are in memory at a time
_INTEGERS = ("start", "end")


def format_of(path: Path) -> str:
    """The format that a file's suffix means.

    Raises OutputError where it means none, MissingExtraError where its package is missing.

    >>> format_of(Path("quotes.jsonl.gz"))
    '.jsonl.gz'
    """
    suffix = next((suffix for suffix in _WRITERS if path.name.lower().endswith(suffix)), None)
    if suffix is None or path.name.lower() == suffix:
        raise OutputError(f"{path}: the name says no format; end it in one of: {', '.join(_WRITERS)}")
    if suffix == ".parquet":
        require_pyarrow(f"writing {path}")
    return suffix


def write_rows(rows: Iterable[Row], path: Path, suffix: str) -> None:
    """Writes rows with the keys COLUMNS into a file of the format; the same rows give the same bytes.

    Raises OSError as files do.
    """
    _WRITERS[suffix](rows, path)


def _write_jsonl(rows: Iterable[Row], path: Path) -> None:
    with _text(path) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _write_csv(rows: Iterable[Row], path: Path) -> None:
    with _text(path) as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _write_parquet(rows: Iterable[Row], path: Path) -> None:
    pyarrow = require_pyarrow(f"writing {path}")
    schema = parquet_schema(pyarrow)
    iterator = iter(rows)
    with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while group := list(islice(iterator, _PARQUET_ROWS)):
            writer.write_table(pyarrow.Table.from_pylist(group, schema=schema), row_group_size=_PARQUET_ROWS)


def parquet_schema(pyarrow: Any) -> Any:
    """The types of the columns in Parquet; `pyarrow` is the package."""
    types = {name: pyarrow.string() for name in COLUMNS}
    types.update({name: pyarrow.int64() for name in _INTEGERS})
    types.update({name: pyarrow.float64() for name in COLUMNS if name.startswith("p_")})
    never_null: Sequence[str] = ("article", "text", "stance", *_INTEGERS)
    return pyarrow.schema([pyarrow.field(name, kind, nullable=name not in never_null) for name, kind in types.items()])


@contextmanager
def _text(path: Path) -> Iterator[TextIO]:
    # newline="": line ends are those that are written, on Windows too.
    if path.name.endswith(".gz"):
        # No name and no time in the head of the file, so that equal rows give equal bytes.
        with (
            path.open("wb") as raw,
            gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed,
            io.TextIOWrapper(cast(Any, packed), encoding="utf-8", newline="") as file,
        ):
            yield file
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file


_WRITERS: dict[str, Callable[[Iterable[Row], Path], None]] = {
    ".jsonl": _write_jsonl,
    ".jsonl.gz": _write_jsonl,
    ".csv": _write_csv,
    ".csv.gz": _write_csv,
    ".parquet": _write_parquet,
}
