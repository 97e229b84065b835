"""Files that are there whole or not at all, whatever stops the program or the machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from stance.errors import OutputError


@contextmanager
def whole_file(path: Path, temporary: Path | None = None) -> Iterator[Path]:
    """The path of a file to write, which takes the place of `path` at the end of the block, if it ends well.

    temporary   the path to write at, on the same file system; None: beside `path`
    Raises OutputError where something can't be written.

    >>> from tempfile import mkdtemp
    >>> target = Path(mkdtemp()) / "a.txt"
    >>> with whole_file(target) as file:
    ...     _ = file.write_text("all of it")
    >>> target.read_text()
    'all of it'
    """
    place = temporary or path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with naming(path):
        try:
            yield place
            with place.open("rb+") as file:
                os.fsync(file.fileno())
            os.replace(place, path)
            sync_folder(path.parent)
        except BaseException:
            with suppress(OSError):
                place.unlink()
            raise


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Makes an OSError within the block an OutputError that names the file and the next step."""
    try:
        yield
    except OSError as error:
        says = error.strerror or str(error)
        mend = "free some space" if error.errno in _FULL else "check the folder and its permissions, or name another"
        raise OutputError(f"{path}: can't be written ({says}); {mend}") from error


def sync_folder(folder: Path) -> None:
    """Brings a folder's names to the disk, where the system can do so."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _full() -> frozenset[int]:
    import errno

    return frozenset(getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name))


_FULL = _full()
