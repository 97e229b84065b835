"""Text files as articles, quotes as rows, and what goes to standard output: JSON, JSON lines, CSV.

The table for people is in table.py; corpora come in through reading.py, and files go out through writing.py.
"""

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from stance.article import Article, UnreadableError
from stance.errors import InputError
from stance.quote import Quote, Stance

MAX_BYTES = 50_000_000  # an article is a page of text; a larger file is something else
COLUMNS = (
    "article",
    "date",
    "start",
    "end",
    "speaker",
    "stance",
    "text",
    "mention",
    "cue",
    "rule",
    *(f"p_{label}" for label in Stance),
)


def read_article(path: str) -> str:
    """The text of a file, "-" for standard input. Line ends stay as they are, so that offsets are true.

    Raises InputError where there is no such file, or it is a folder, empty, binary, not UTF-8, or far too large.
    """
    name = "standard input" if path == "-" else path
    try:
        data = sys.stdin.buffer.read(MAX_BYTES + 1) if path == "-" else _bytes_of(Path(path))
    except IsADirectoryError:
        raise InputError(f"{name}: is a folder; name the files in it, such as {name}/*.txt") from None
    except FileNotFoundError:
        raise InputError(f"{name}: no such file; check the path, or give - to read standard input") from None
    except OSError as error:
        raise InputError(f"{name}: can't be read ({error.strerror}); check the file's permissions") from None
    return decode_article(data, name)


def _bytes_of(path: Path) -> bytes:
    if path.is_dir():
        raise IsADirectoryError
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def decode_article(data: bytes, name: str = "article") -> str:
    """UTF-8 bytes as text, a byte order mark aside. Raises InputError.

    >>> decode_article("“Ja,” sagte er.".encode())
    '“Ja,” sagte er.'
    """
    if len(data) > MAX_BYTES:
        raise UnreadableError(
            "too large", f"{name}: larger than {MAX_BYTES // 1_000_000} MB; split it into articles, one a file"
        )
    if not data.strip():
        raise UnreadableError("empty", f"{name}: is empty; give a file with the text of an article")
    if b"\0" in data[:4096] or data[:4] in (b"%PDF", b"PK\3\4", b"\x89PNG"):
        raise UnreadableError("binary file", f"{name}: is a binary file; give plain text (UTF-8)")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError(
            "not UTF-8",
            f"{name}: not UTF-8 text (byte {error.start} is 0x{data[error.start]:02x}); "
            f"convert it first, for instance: iconv -f latin1 -t utf-8 {name}",
        ) from None
    return text.removeprefix("\ufeff")


def rows_of(
    article: str, quotes: Iterable[Quote], threshold: float = 0.0, date: str | None = None
) -> Iterator[dict[str, Any]]:
    """The quotes of the article called `article` as flat rows, with the keys of COLUMNS.

    Here and below the stance is "uncertain" where its probability is below `threshold`.
    """
    for quote in quotes:
        yield {
            "article": article,
            "date": date,
            "start": quote.start,
            "end": quote.end,
            "speaker": quote.speaker,
            "stance": quote.stance_at(threshold),
            "text": quote.text,
            "mention": quote.mention.text if quote.mention else None,
            "cue": quote.cue.text if quote.cue else None,
            "rule": quote.rule,
            **{f"p_{label}": round(quote.probabilities[label], 4) for label in Stance},
        }


def write_json(results: Iterable[tuple[Article, list[Quote]]], out: TextIO, threshold: float = 0.0) -> None:
    """A JSON list with an object per article: {"article", "date" if any, "quotes": [Quote.to_dict(), …]}."""
    separator = "[\n"
    for article, quotes in results:
        entry = {**_head(article), "quotes": [quote.to_dict(threshold) for quote in quotes]}
        out.write(separator + "  " + json.dumps(entry, ensure_ascii=False, indent=2).replace("\n", "\n  "))
        separator = ",\n"
    out.write("[]\n" if separator == "[\n" else "\n]\n")


def write_jsonl(results: Iterable[tuple[Article, list[Quote]]], out: TextIO, threshold: float = 0.0) -> None:
    """A line per quote: Quote.to_dict() with the id of the article, and its date if it has one."""
    for article, quotes in results:
        for quote in quotes:
            row = {**_head(article), **quote.to_dict(threshold)}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_csv(results: Iterable[tuple[Article, list[Quote]]], out: TextIO, threshold: float = 0.0) -> None:
    """A row per quote, with the columns COLUMNS and a header."""
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for article, quotes in results:
        writer.writerows(rows_of(article.id, quotes, threshold, article.date))


def _head(article: Article) -> dict[str, str]:
    return {"article": article.id, **({"date": article.date} if article.date else {})}
