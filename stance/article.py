"""What comes out of the readers: an `Article`, or a `Fault` that stands for one that can't be read or analysed."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from stance.errors import InputError


@dataclass(frozen=True, slots=True)
class Article:
    """An article of a corpus, and where it comes from.

    id       what names it in the output: its id, else FILE:LINE; the path where the file is the article
    text     offsets of quotes count the code points of this text
    source   the file, as it is named in messages
    line     where it stands in the file (in Parquet: the row), from 1; None where the file is the article
    date     as the corpus gives it, or None
    """

    id: str
    text: str
    source: str
    line: int | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """An article that gives no quotes because it is broken, or a file that can't be read (on).

    reason    a few words, the same for all faults of the kind
    message   the whole story, with file, line and mend

    >>> Fault("a.jsonl", 3, None, "no JSON", "a.jsonl, line 3: mend it").to_line()
    '{"source": "a.jsonl", "line": 3, "article": null, "reason": "no JSON", "message": "a.jsonl, line 3: mend it"}\\n'
    """

    source: str
    line: int | None
    article: str | None
    reason: str
    message: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def to_line(self) -> str:
        """A line of JSON, as files of errors have it."""
        return json.dumps(self.to_dict(), ensure_ascii=False) + "\n"


class UnreadableError(InputError):
    """Something is wrong with an input: `reason` and message as of Fault; `line`, where the rest of a file is lost."""

    def __init__(self, reason: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.line = line


def where(source: str, line: int | None) -> str:
    """How messages name a place: "a.jsonl, line 3".

    >>> where("a.jsonl", 3), where("a.txt", None)
    ('a.jsonl, line 3', 'a.txt')
    """
    return source if line is None else f"{source}, line {line}"
