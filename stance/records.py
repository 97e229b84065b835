"""Articles from the lines of JSON lines and CSV files and the rows of Parquet files, one at a time.

A line that can't be an article becomes a `Fault`, and the rest of the file goes on. Where the rest is lost (a
truncated gzip file, a CSV file without the column) `UnreadableError` is raised.
"""

import csv
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from stance.article import Article, Fault, UnreadableError, where
from stance.errors import MissingExtraError
from stance.formats import MAX_BYTES

Items = Iterator[Article | Fault]

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_COLUMN = "no such column"
_DELIMITERS = ",;\t"
_PARQUET_ROWS = 256  # rows that are in memory at a time


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the records of a corpus have what. None: "id" and "date", where they are there."""

    text: str = "text"
    id: str | None = None
    date: str | None = None


def read_jsonl(file: BinaryIO, source: str, columns: Columns) -> Items:
    """The articles of a file with a JSON object a line. Raises UnreadableError where the file breaks off.

    >>> import io
    >>> [article.id for article in read_jsonl(io.BytesIO(b'{"text": "Rain.", "id": 7}'), "a.jsonl", Columns())]
    ['7']
    """
    for number, line in _lines(file, source):
        if line is None:
            yield _too_large(source, number)
            continue
        if not line.strip():
            continue
        try:
            record = json.loads(line.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
        except UnicodeDecodeError as error:
            yield _fault(source, number, "not UTF-8", _not_utf8(error))
        except (ValueError, RecursionError) as error:
            yield _fault(source, number, "no JSON", f"no JSON ({error}); write one whole object a line")
        else:
            if isinstance(record, dict):
                yield article_of(record, source, number, columns)
            else:
                kind = type(record).__name__
                yield _fault(source, number, "no JSON object", f"holds a {kind}; write a JSON object with the text")


def read_csv(file: BinaryIO, source: str, columns: Columns) -> Items:
    """The articles of a CSV file (comma, semicolon or tab) with a header.

    Raises UnreadableError where it has no such column, or breaks off.
    """
    # An article may be longer than the module's own limit; there is one such limit in a process.
    csv.field_size_limit(MAX_BYTES)
    lines = _TextLines(file, source)
    try:
        first = next(lines)
    except StopIteration:
        raise UnreadableError("empty", f"{source}: is empty; give a CSV file with a header") from None
    if lines.faults:
        raise UnreadableError(lines.faults[0].reason, lines.faults[0].message, 1)
    head = first.removeprefix("\ufeff")
    delimiter = max(_DELIMITERS, key=lambda d: columns.text in _cells(head, d))
    names = _cells(head, delimiter)
    _check_columns(columns, names, source)
    # strict: a stray quotation mark is an error of its line, else the lines after it would silently become one cell.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 2  # the header is not the reader's
        try:
            row = next(reader)
        except StopIteration:
            yield from lines.take_faults()
            return
        except csv.Error as error:
            lines.take_faults()
            yield _fault(
                source, number, "broken CSV", f"broken CSV ({error}); quote the cell and double the quotes in it"
            )
            continue
        faults = lines.take_faults()
        if faults:
            yield from faults
        elif row and len(row) != len(names):
            says = f"has {len(row)} cells where the header has {len(names)}; quote cells with a {delimiter!r} in them"
            yield _fault(source, number, "broken CSV", says)
        elif row:
            yield article_of(dict(zip(names, row, strict=True)), source, number, columns)


def read_parquet(path: str, source: str, columns: Columns) -> Items:
    """The articles of a Parquet file, some hundred rows in memory at a time.

    Raises UnreadableError where it is broken or has no such column, MissingExtraError without pyarrow.
    """
    pyarrow = require_pyarrow(f"reading {source}")
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            names = file.schema_arrow.names
            _check_columns(columns, names, source)
            wanted = {columns.text, columns.id or "id", columns.date or "date"} & set(names)
            number = 0
            for batch in file.iter_batches(_PARQUET_ROWS, columns=sorted(wanted)):
                cells = {name: _values(batch.column(name), pyarrow) for name in wanted}
                for place in range(batch.num_rows):
                    number += 1
                    yield article_of({name: cells[name][place] for name in wanted}, source, number, columns)
    except pyarrow.ArrowException as error:
        says = str(error).partition("\n")[0]
        raise UnreadableError("broken Parquet", f"{source}: broken Parquet file ({says}); write it anew") from None


def require_pyarrow(purpose: str) -> Any:
    """The package pyarrow. Raises MissingExtraError where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError(f"{purpose} needs pyarrow: pip install 'stance[parquet]'") from None
    return pyarrow


def article_of(record: Mapping[str, Any], source: str, line: int, columns: Columns) -> Article | Fault:
    """The article in a record, or what is wrong with it.

    >>> article_of({"body": "Rain."}, "a.jsonl", 3, Columns("body")).id
    'a.jsonl:3'
    """
    name: str | None = f"{source}:{line}"
    try:
        name = _id(_cell(record, "id", columns.id)) or name
        date = _date(_cell(record, "date", columns.date))
        text = _text(_cell(record, "text", columns.text), columns.text)
    except _WrongCellError as error:
        return _fault(source, line, error.reason, str(error), name)
    return Article(_clean(name or ""), _clean(text), source, line, _clean(date) if date else None)


class _WrongCellError(Exception):
    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def _cell(record: Mapping[str, Any], part: str, column: str | None) -> Any:
    if column is not None and column not in record:
        raise _WrongCellError(_NO_COLUMN, _no_column(part, column, record))
    return record.get(column or part)


def _text(value: Any, column: str) -> str:
    if value is None:
        raise _WrongCellError("empty text", f"{column!r} is null; give the text of the article")
    if not isinstance(value, str):
        raise _WrongCellError("wrong type", f"{column!r} is a {type(value).__name__}; it must be a string")
    if not value.strip():
        raise _WrongCellError("empty text", f"{column!r} is empty; give the text of the article")
    if len(value) > MAX_BYTES:
        raise _WrongCellError("too large", f"{column!r} is longer than {MAX_BYTES // 1_000_000} MB; split the article")
    return value


def _id(value: Any) -> str | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a column of whole numbers with gaps, as data frames write it
    if value is None or (isinstance(value, str | int) and not isinstance(value, bool)):
        return None if value is None else str(value).strip() or None
    raise _WrongCellError("wrong type", f"the id is a {type(value).__name__}; it must be a string or a whole number")


def _date(value: Any) -> str | None:
    if isinstance(value, date):  # a datetime is one as well
        return value.isoformat()
    if value is None or (isinstance(value, str | int) and not isinstance(value, bool)):
        return None if value is None else str(value).strip() or None
    raise _WrongCellError("wrong type", f"the date is a {type(value).__name__}; write it as 2024-05-01")


def _clean(text: str) -> str:
    # Half a surrogate pair, as JSON can name one, is no text and can't be written; same length, so offsets stay true.
    return _LONE_SURROGATE.sub("\ufffd", text)


def _lines(file: BinaryIO, source: str) -> Iterator[tuple[int, bytes | None]]:
    """The numbered lines of a file; None for one over the limit."""
    number = 0
    while True:
        number += 1
        try:
            line = file.readline(MAX_BYTES + 1)
            if not line:
                return
            too_large = len(line) > MAX_BYTES
            while too_large and line and not line.endswith(b"\n"):
                line = file.readline(MAX_BYTES)
        except (EOFError, OSError, zlib.error) as error:
            says = f"{where(source, number)}: the file breaks off there ({_story(error)}); the rest is lost"
            raise UnreadableError("breaks off", f"{says}. Get a whole copy", number) from None
        yield number, None if too_large else line


class _TextLines(Iterator[str]):
    """The lines for the CSV module, which knows of no broken lines: what is wrong with them gathers in `faults`."""

    def __init__(self, file: BinaryIO, source: str) -> None:
        self._lines = _lines(file, source)
        self._source = source
        self.faults: list[Fault] = []

    def __next__(self) -> str:
        number, line = next(self._lines)
        if line is None:
            self.faults.append(_too_large(self._source, number))
            return "\n"
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError as error:
            self.faults.append(_fault(self._source, number, "not UTF-8", _not_utf8(error)))
            return line.decode("utf-8", "replace")

    def take_faults(self) -> list[Fault]:
        faults, self.faults = self.faults, []
        return faults


def _cells(head: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([head], delimiter=delimiter), [])
    except csv.Error:
        return []


def _values(column: Any, pyarrow: Any) -> list[Any]:
    if pyarrow.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pyarrow.timestamp("us", column.type.tz), safe=False)  # datetime has no nanoseconds
    try:
        values: list[Any] = column.to_pylist()
    except UnicodeDecodeError:  # bytes that some writer called a string
        values = [value.decode("utf-8", "replace") for value in column.cast(pyarrow.binary()).to_pylist()]
    return values


def _fault(source: str, line: int, reason: str, says: str, article: str | None = None) -> Fault:
    return Fault(source, line, article, reason, f"{where(source, line)}: {says}")


def _too_large(source: str, line: int) -> Fault:
    return _fault(source, line, "too large", f"longer than {MAX_BYTES // 1_000_000} MB; split it into articles")


def _not_utf8(error: UnicodeDecodeError) -> str:
    byte = error.object[error.start]
    return f"not UTF-8 (byte {error.start} of the line is 0x{byte:02x}); convert the file with iconv -t utf-8"


def _check_columns(columns: Columns, names: list[str], source: str) -> None:
    for part, name in (("text", columns.text), ("id", columns.id), ("date", columns.date)):
        if name is not None and name not in names:
            raise UnreadableError(_NO_COLUMN, f"{source}: {_no_column(part, name, names)}")


def _no_column(part: str, name: str, names: Iterable[str]) -> str:
    there = ", ".join(list(names)[:12]) or "nothing"
    return f"has no column {name!r}; name the right one with --{part}-column. It has: {there}"


def _story(error: BaseException) -> str:
    return str(error) or type(error).__name__
