"""The data types that come out: `Span`, `Stance` and `Quote`, all immutable.

Offsets are Python code points of the article as given, half-open: `article[start:end] == text`.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Stance(StrEnum):
    """What the words of a quote do (docs/annotation-guidelines.md, section 3).

    >>> Stance.NEUTRAL == "neutral"
    True
    """

    CONCILIATORY = "conciliatory"
    ASSERTIVE = "assertive"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of the article: `article[start:end] == text`.

    >>> Span(4, 7, "Wei").to_dict()
    {'text': 'Wei', 'start': 4, 'end': 7}
    """

    start: int
    end: int
    text: str

    def to_dict(self) -> dict[str, Any]:
        return {"text": self.text, "start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class Quote:
    """A direct quote with its source and its stance.

    text, start, end    the words between the marks; `article[start:end] == text`
    speaker             the roster's name of the speaker; None if the source is no one on the roster
    mention             the words that name the source ("the Pentagon", "he"), or None
    cue                 the speech verb or phrase ("said", "according to"), or None
    rule                the attribution rule that decided, or None where the article gives no source
    stance              the most probable stance
    probabilities       stance → probability; sums to 1
    """

    text: str
    start: int
    end: int
    speaker: str | None
    mention: Span | None
    cue: Span | None
    rule: str | None
    stance: Stance
    probabilities: dict[str, float] = field(hash=False)

    def to_dict(self) -> dict[str, Any]:
        """The quote as plain JSON types."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "speaker": self.speaker,
            "mention": self.mention.to_dict() if self.mention else None,
            "cue": self.cue.to_dict() if self.cue else None,
            "rule": self.rule,
            "stance": str(self.stance),
            "probabilities": {str(label): round(p, 6) for label, p in self.probabilities.items()},
        }
