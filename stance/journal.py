"""The journal of a run: what is done lies on disk in numbered parts, so that a stopped run can be taken up again.

It is a folder beside the output, OUTPUT.partial: run.json says of what run it is, part-00000.jsonl and so on have the
rows and faults of PART_ITEMS articles each. A part is there whole or not at all.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stance.durable import naming, sync_folder, whole_file
from stance.errors import OutputError

PART_ITEMS = 256  # articles of a part: so many are analysed again at most
_SUFFIX = ".partial"


@dataclass(slots=True)
class Part:
    """What came of PART_ITEMS articles in a row.

    items    articles and faults, PART_ITEMS except in the last part
    digest   of the records that were read, to know them again
    last     whether the corpus ends here
    """

    items: int = 0
    articles: int = 0
    digest: str = ""
    last: bool = False
    rows: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)


class Journal:
    """The journal of the run that makes `output`.

    run      what the run depends on: only a run with the same is taken up. Plain JSON.
    resume   whether to take up a stopped run; without it a journal that holds work is an error

    Raises OutputError: it can't be written, it is another run's, another process is at it, a part is damaged.
    """

    def __init__(self, output: Path, run: dict[str, str], resume: bool) -> None:
        self.folder = output.with_name(output.name + _SUFFIX)
        self._lock: int | None = None
        with naming(self.folder):
            self.folder.mkdir(exist_ok=True)
            self._take_lock()
            self.heads = self._complete_parts()
            if self.heads and not resume:
                raise OutputError(
                    f"{self.folder} holds a stopped run ({self.items} articles done): take it up with --resume, "
                    "or delete that folder to start anew"
                )
            if self.heads:
                self._check(run)
            for place in self._own_files():  # unfinished ones, and all there is of a run that did nothing
                number = _number(place)
                if number is None or number >= len(self.heads):
                    place.unlink()
        if not self.heads:
            self._write(self.folder / "run.json", json.dumps(run, indent=2) + "\n")

    @staticmethod
    def holds_work(output: Path) -> bool:
        """Whether beside `output` lies a stopped run that did something."""
        folder = output.with_name(output.name + _SUFFIX)
        return (folder / "run.json").is_file() and (folder / _part(0)).is_file()

    @property
    def items(self) -> int:
        """Articles and faults in the parts."""
        return sum(head.items for head in self.heads)

    @property
    def ended(self) -> bool:
        """Whether the last part is there."""
        return bool(self.heads) and self.heads[-1].last

    def add(self, part: Part) -> None:
        """Brings a part to the disk."""
        head = {"items": part.items, "articles": part.articles, "digest": part.digest, "last": part.last}
        lines = [{**head, "rows": len(part.rows), "faults": len(part.faults)}, *part.rows, *part.faults]
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        self._write(self._path(len(self.heads)), text)
        self.heads.append(Part(part.items, part.articles, part.digest, part.last))

    def parts(self) -> Iterator[Part]:
        """All parts, with their rows and faults, one in memory at a time."""
        for number in range(len(self.heads)):
            yield _read(self._path(number))

    def close(self) -> None:
        """Lets go of the journal; what is done stays."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def remove(self) -> None:
        """Deletes the journal, when the output is in its place."""
        with naming(self.folder):
            # First the file without which the parts mean nothing: a deletion that is stopped leaves no half run.
            (self.folder / "run.json").unlink()
            sync_folder(self.folder)
            for place in self._own_files():
                place.unlink()
            self.close()
            (self.folder / "lock").unlink(missing_ok=True)
        with suppress(OSError):  # something of somebody else's is in it
            self.folder.rmdir()

    def _write(self, path: Path, text: str) -> None:
        with whole_file(path) as place:
            place.write_text(text, encoding="utf-8", newline="")

    def _own_files(self) -> list[Path]:
        """Parts, temporary files and a joined output: all but run.json and the lock."""
        patterns = ("part-*.jsonl", ".*.tmp", "joined.*")
        return [place for pattern in patterns for place in self.folder.glob(pattern)]

    def _path(self, number: int) -> Path:
        return self.folder / _part(number)

    def _complete_parts(self) -> list[Part]:
        heads: list[Part] = []
        if (self.folder / "run.json").is_file():
            while self._path(len(heads)).is_file() and not (heads and heads[-1].last):
                heads.append(_read(self._path(len(heads)), head_only=True))
        return heads

    def _check(self, run: dict[str, str]) -> None:
        try:
            before = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
            changed = [name for name in {**before, **run} if before.get(name) != run.get(name)]
        except (ValueError, TypeError):
            raise _damaged(self.folder / "run.json") from None
        if changed:
            raise OutputError(
                f"{self.folder}: the run there was begun with another {' and another '.join(changed)}; run it "
                "with the same as before, or delete that folder to start anew"
            )

    def _take_lock(self) -> None:
        if os.name != "posix":
            return  # elsewhere nothing keeps two runs apart
        import fcntl

        self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the system lets it go when the process ends
        except BlockingIOError:
            self.close()
            raise OutputError(
                f"{self.folder}: another run is at it; wait for its end, or give another output"
            ) from None
        except OSError:
            self.close()  # a file system without locks


def _part(number: int) -> str:
    return f"part-{number:05}.jsonl"


def _number(path: Path) -> int | None:
    with suppress(ValueError):
        if path.name.startswith("part-") and path.suffix == ".jsonl":
            return int(path.stem.removeprefix("part-"))
    return None


def _read(path: Path, head_only: bool = False) -> Part:
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            head = json.loads(file.readline())
            part = Part(head["items"], head["articles"], head["digest"], head["last"])
            if not head_only:
                part.rows = [json.loads(file.readline()) for _ in range(head["rows"])]
                part.faults = [json.loads(file.readline()) for _ in range(head["faults"])]
            return part
    except (ValueError, KeyError, TypeError):
        raise _damaged(path) from None


def _damaged(path: Path) -> OutputError:
    return OutputError(f"{path}: damaged; delete the folder {path.parent} to start anew")
