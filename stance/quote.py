"""The data types that come out: `Span`, `Stance` and `Quote`, all immutable.

Offsets are Python code points of the article as given, half-open: `article[start:end] == text`.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

UNCERTAIN = "uncertain"  # what stands for a stance whose probability is below a threshold


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
class Evidence:
    """A word, whether it stands in the quote or around it, and its weight in log-odds: above 0 it spoke for the stance.

    >>> str(Evidence("reject", True, 1.234)), str(Evidence("hailed", False, -0.5))
    ('reject +1.2', '[hailed] -0.5')
    """

    word: str
    in_quote: bool
    weight: float

    def __str__(self) -> str:
        return f"{self.word if self.in_quote else f'[{self.word}]'} {self.weight:+.1f}"

    def to_dict(self) -> dict[str, Any]:
        return {"word": self.word, "in_quote": self.in_quote, "weight": round(self.weight, 3)}


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
    evidence            the words that weighed most for the stance and against it, where an explanation was asked for
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
    evidence: tuple[Evidence, ...] = ()

    def stance_at(self, threshold: float) -> str:
        """The stance, or UNCERTAIN where its probability is below `threshold`.

        models/MODEL_CARD.md has a table of how many quotes keep a stance at which threshold, and how many are right.

        >>> quote = Quote("No", 1, 3, None, None, None, None, Stance.NEUTRAL, {"neutral": 0.5, "assertive": 0.5})
        >>> quote.stance_at(0.4), quote.stance_at(0.6)
        ('neutral', 'uncertain')
        """
        return str(self.stance) if self.probabilities[self.stance] >= threshold else UNCERTAIN

    def to_dict(self, threshold: float = 0.0) -> dict[str, Any]:
        """The quote as plain JSON types; its stance is "uncertain" where its probability is below `threshold`."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "speaker": self.speaker,
            "mention": self.mention.to_dict() if self.mention else None,
            "cue": self.cue.to_dict() if self.cue else None,
            "rule": self.rule,
            "stance": self.stance_at(threshold),
            "probabilities": {str(label): round(p, 6) for label, p in self.probabilities.items()},
            "evidence": [item.to_dict() for item in self.evidence],
        }
