"""A corpus: the articles of files, folders, patterns and standard input, one after the other."""

import gzip
import hashlib
import io
import sys
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from typing import Any, BinaryIO, cast

from stance.article import Article, Fault, UnreadableError
from stance.formats import MAX_BYTES, decode_article
from stance.pages import read_page, require_trafilatura
from stance.records import Columns, read_csv, read_jsonl, read_parquet, require_pyarrow
from stance.sources import Source, sources_of

_BUFFER = 1 << 16


class Corpus:
    """The articles behind what was named on the command line; each reading of it starts anew.

    inputs    files, folders, patterns, "-"
    columns   where records have text, id and date
    kind      "text", "html", "jsonl", "csv" or "parquet" for all files; None: by their suffix
    leave     absolute paths that are not read in folders
    read      bytes read so far, of the files in their compressed state (pipes aside)

    >>> [item.reason for item in Corpus(["no-such-file.txt"]).items()]
    ['no such file']
    """

    def __init__(
        self,
        inputs: Sequence[str],
        columns: Columns | None = None,
        kind: str | None = None,
        leave: Collection[str] = (),
    ) -> None:
        self.inputs = tuple(inputs)
        self.columns = columns or Columns()
        self.kind = kind
        self.leave = frozenset(leave)
        self.read = 0

    def survey(self) -> tuple[str, int | None]:
        """A digest of the files (names, sizes, times of change) and their bytes in all, None if there is a pipe.

        Raises MissingExtraError where a package is missing that some file needs. Reads no file.
        """
        digest = hashlib.sha256()
        total: int | None = 0
        kinds = set()
        for source in self._sources():
            if isinstance(source, Fault):
                digest.update(f"{source.message}\0".encode())
                continue
            digest.update(f"{source.name}\0{source.kind}\0{source.size}\0{source.modified}\0".encode())
            total = None if total is None or source.size is None else total + source.size
            if source.kind not in kinds:
                kinds.add(source.kind)
                _require(source)
        return digest.hexdigest(), total

    def items(self, skip: int = 0) -> Iterator[Article | Fault]:
        """The articles, and in their places faults.

        Of the first `skip` items those that are whole files are not read: their text is "".
        """
        before = self.read = 0
        place = 0
        for source in self._sources():
            if isinstance(source, Fault):
                yield source
                place += 1
                continue
            if source.is_article and source.size is not None and place < skip:
                self.read = before + source.size
                yield Article(source.name, "", source.name)
                place += 1
            else:
                for item in self._read(source, before):
                    yield item
                    place += 1
            before += source.size or 0
            self.read = before

    def _sources(self) -> Iterator[Source | Fault]:
        return sources_of(self.inputs, self.kind, self.leave)

    def _read(self, source: Source, before: int) -> Iterator[Article | Fault]:
        try:
            if source.is_article:
                yield _whole(source)
            elif source.kind == "parquet":
                yield from read_parquet(source.path, source.name, self.columns)
            else:
                reader = read_csv if source.kind == "csv" else read_jsonl
                with ExitStack() as stack:
                    raw, file = _opened(source, stack)
                    for item in reader(file, source.name, self.columns):
                        if source.size is not None:
                            self.read = before + raw.tell()
                        yield item
        except UnreadableError as error:
            yield Fault(source.name, error.line, None, error.reason, str(error))
        except (OSError, EOFError, zlib.error) as error:
            says = getattr(error, "strerror", None) or str(error) or type(error).__name__
            message = f"{source.name}: can't be read ({says}); check the file and its permissions"
            yield Fault(source.name, None, None, "can't be read", message)


def _whole(source: Source) -> Article:
    with ExitStack() as stack:
        data = _opened(source, stack)[1].read(MAX_BYTES + 1)
    if source.kind == "text":
        return Article(source.name, decode_article(data, source.name), source.name)
    if len(data) > MAX_BYTES:
        raise UnreadableError(
            "too large", f"{source.name}: larger than {MAX_BYTES // 1_000_000} MB; split it into articles"
        )
    text, date = read_page(data, source.name)
    return Article(source.name, text, source.name, None, date)


def _opened(source: Source, stack: ExitStack) -> tuple[Any, BinaryIO]:
    """The file on the disk, whose position tells how far we are, and the bytes of the corpus in it."""
    if source.path == "-":
        return sys.stdin.buffer, sys.stdin.buffer
    raw = stack.enter_context(open(source.path, "rb", buffering=0))  # noqa: SIM115
    if not source.packed:
        return raw, cast(BinaryIO, io.BufferedReader(raw, _BUFFER))
    unpacked = stack.enter_context(gzip.GzipFile(fileobj=raw))
    return raw, cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, unpacked), _BUFFER))


def _require(source: Source) -> None:
    if source.kind == "html":
        require_trafilatura(f"reading {source.name}")
    elif source.kind == "parquet":
        require_pyarrow(f"reading {source.name}")
