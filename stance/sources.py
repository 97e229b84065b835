"""What was named on the command line (files, folders, patterns, "-") as a stream of files with what they are."""

import glob
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from stance.article import Fault

# Suffix → what the file is. Others are read as text when they are named, and left alone in folders.
KINDS = {
    ".txt": "text",
    ".html": "html",
    ".htm": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
}
_SIDECAR = ".partial"


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read.

    path       as the system wants it; "-" is standard input
    name       as people read it
    kind       one of KINDS' values
    packed     whether it is compressed with gzip
    size       bytes, and
    modified   when it was changed last, in nanoseconds; both None for what can be read only once (a pipe)
    """

    path: str
    name: str
    kind: str
    packed: bool = False
    size: int | None = None
    modified: int | None = None

    @property
    def is_article(self) -> bool:
        """Whether the whole file is one article."""
        return self.kind in ("text", "html")


def sources_of(inputs: Iterable[str], kind: str | None = None, leave: Collection[str] = ()) -> Iterator[Source | Fault]:
    """The files behind the inputs, in order; those of a folder by name, its folders after them.

    kind    what all files are, whatever their suffix
    leave   absolute paths of files and folders that are not read in folders: the output of this very run
    """
    for given in inputs:
        if given == "-":
            yield Source("-", "standard input", kind or "text")
        elif os.path.isdir(given):
            yield from _in_folder(given, kind, leave)
        elif not os.path.lexists(given) and glob.has_magic(given):
            found = sorted(glob.iglob(given, recursive=True))
            files = [path for path in found if not os.path.isdir(path)]
            if not files:
                yield _fault(given, "no such file", "no file is called that; check the pattern")
            for path in files:
                yield _source(path, kind)
        else:
            yield _source(given, kind)


def kind_of(path: str) -> tuple[str | None, bool]:
    """What a file is by its suffix, None if that is none of ours, and whether it is compressed.

    >>> kind_of("a/news.JSONL.gz"), kind_of("README")
    (('jsonl', True), (None, False))
    """
    stem, suffix = os.path.splitext(path.lower())
    packed = suffix == ".gz"
    if packed:
        suffix = os.path.splitext(stem)[1]
    return KINDS.get(suffix), packed


def _in_folder(folder: str, kind: str | None, leave: Collection[str]) -> Iterator[Source | Fault]:
    empty = True
    faults: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=faults.append):
        for error in faults:
            empty = False
            yield _unreadable(str(error.filename), error)
        faults.clear()
        folders[:] = sorted(f for f in folders if not f.startswith(".") and not f.endswith(_SIDECAR))
        for file in sorted(files):
            path = os.path.join(place, file)
            known = kind_of(file)[0] is not None
            if file.startswith(".") or not known or os.path.abspath(path) in leave:
                continue
            empty = False
            yield _source(path, kind)
    for error in faults:
        empty = False
        yield _unreadable(str(error.filename), error)
    if empty:
        known_suffixes = ", ".join(KINDS)
        yield _fault(folder, "empty folder", f"holds no file that stance reads ({known_suffixes}, or those with .gz)")


def _source(path: str, kind: str | None) -> Source | Fault:
    name = os.fsencode(path).decode("utf-8", "replace")
    by_suffix, packed = kind_of(path)
    if kind is None and path.lower().endswith((".json", ".xml")):
        return _fault(name, "unknown format", "is not read; write JSON lines (one article a line, .jsonl) or text")
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return _fault(name, "no such file", "no such file; check the path, or give - to read standard input")
    except (OSError, ValueError) as error:
        return _unreadable(name, error)
    regular = stat.S_ISREG(status.st_mode)
    size, modified = (status.st_size, status.st_mtime_ns) if regular else (None, None)
    return Source(path, name, kind or by_suffix or "text", packed, size, modified)


def _unreadable(name: str, error: OSError | ValueError) -> Fault:
    says = getattr(error, "strerror", None) or str(error)
    return _fault(name, "can't be read", f"can't be read ({says}); check the path and its permissions")


def _fault(name: str, reason: str, says: str) -> Fault:
    return Fault(name, None, None, reason, f"{name}: {says}")
