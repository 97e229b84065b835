"""Files of quotes, as `stance … --output` and `--format jsonl|csv` write them, read back a row at a time."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, cast

from stance.errors import InputError
from stance.formats import MAX_BYTES
from stance.quote import Quote, Stance
from stance.records import require_pyarrow
from stance.report.page import LABELS

_NEEDED = ("article", "text", "stance")
_PARQUET_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """What a report shows of a quote. `sure` is the probability of its most probable stance, None where unknown."""

    article: str
    date: str | None
    speaker: str | None
    mention: str | None
    text: str
    stance: str
    sure: float | None


def row_of(quote: Quote, article: str, date: str | None, threshold: float = 0.0) -> QuoteRow:
    """The row of a quote that was just found in the article called `article`."""
    mention = quote.mention.text if quote.mention else None
    sure = quote.probabilities[quote.stance]
    return QuoteRow(article, date, quote.speaker, mention, quote.text, quote.stance_at(threshold), sure)


def holds_quotes(path: Path) -> bool:
    """Whether the name of a file is one that quotes are written into.

    >>> holds_quotes(Path("quotes.csv.gz")), holds_quotes(Path("article.txt"))
    (True, False)
    """
    return _reader(path) is not None


def read_rows(path: Path) -> Iterator[QuoteRow]:
    """The quotes of a file, in its order.

    Raises InputError where it can't be read, or a row is no quote: the message names file and row.
    """
    read = _reader(path)
    if read is None:
        raise InputError(
            f"{path}: no file of quotes; its name must end in .jsonl, .csv (or these with .gz) or .parquet"
        )
    try:
        for number, record in enumerate(read(path), 1):
            yield _row(record, f"{path}, quote {number}")
    except (OSError, EOFError) as error:
        raise InputError(f"{path}: can't be read ({getattr(error, 'strerror', None) or error}); check it") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: broken ({error}); write it anew with stance … --output") from error


def _reader(path: Path) -> Callable[[Path], Iterable[Any]] | None:
    name = path.name.lower().removesuffix(".gz")
    kinds = {".jsonl": _jsonl, ".csv": _csv}
    if path.name.lower().endswith(".parquet"):
        return _parquet
    return next((read for suffix, read in kinds.items() if name.endswith(suffix)), None)


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    packed = path.name.lower().endswith(".gz")
    with gzip.open(path, "rb") if packed else path.open("rb") as raw:
        yield io.TextIOWrapper(cast(Any, raw), "utf-8-sig", newline="")


def _jsonl(path: Path) -> Iterator[Any]:
    with _opened(path) as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    yield json.loads(line)
                except (ValueError, RecursionError) as error:
                    raise InputError(
                        f"{path}, line {number}: no JSON ({error}); write a whole object a line"
                    ) from error


def _csv(path: Path) -> Iterator[Any]:
    csv.field_size_limit(MAX_BYTES)
    with _opened(path) as file:
        yield from csv.DictReader(file, strict=True)


def _parquet(path: Path) -> Iterator[Any]:
    pyarrow = require_pyarrow(f"reading {path}")
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(_PARQUET_ROWS):
                yield from batch.to_pylist()
    except pyarrow.ArrowException as error:
        says = str(error).partition("\n")[0]
        raise InputError(f"{path}: broken Parquet file ({says}); write it anew") from error


def _row(record: Any, where: str) -> QuoteRow:
    if not isinstance(record, Mapping) or any(not isinstance(record.get(name), str) for name in _NEEDED):
        raise InputError(
            f"{where}: no quote; it needs {', '.join(_NEEDED)}, as `stance ARTICLES --output quotes.jsonl` writes them"
        )
    stance = record["stance"]
    if stance not in LABELS:
        raise InputError(f"{where}: stance {stance!r} is none of {', '.join(LABELS)}")
    mention = record.get("mention")
    if isinstance(mention, Mapping):
        mention = mention.get("text")
    given = record.get("probabilities")
    chances = given if isinstance(given, Mapping) else {label: record.get(f"p_{label}") for label in Stance}
    return QuoteRow(
        record["article"],
        _string(record.get("date")),
        _string(record.get("speaker")),
        _string(mention),
        record["text"],
        stance,
        max((p for value in chances.values() if (p := _number(value)) is not None), default=None),
    )


def _string(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 0 <= number <= 1 else None
