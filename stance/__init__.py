"""Direct quotes of a news article, who said each, and its stance: conciliatory, assertive or neutral.

>>> import stance
>>> [(q.speaker, q.mention.text) for q in stance.analyze("“Talks were useful,” Gen. Wei Fenghe told Austin.")]
[('Wei', 'Gen. Wei Fenghe')]
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from stance.analyzer import Analyzer
from stance.errors import InputError, MissingExtraError, ModelError, RosterError, StanceError
from stance.failure import Failure
from stance.quote import Quote, Span, Stance
from stance.roster import load_roster

if TYPE_CHECKING:
    from stance.frames import corpus_to_frame, to_frame
    from stance.loading import load_model

__all__ = [
    "Analyzer",
    "Failure",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "Quote",
    "RosterError",
    "Span",
    "Stance",
    "StanceError",
    "analyze",
    "analyze_many",
    "corpus_to_frame",
    "load_model",
    "load_roster",
    "to_frame",
]


def analyze(article: str) -> list[Quote]:
    """The quotes of an article, with the default roster and the shipped model, which is loaded once."""
    return _default().analyze(article)


def analyze_many(articles: Iterable[str], jobs: int = 1) -> Iterator[list[Quote]]:
    """The quotes of each article, in order, in constant memory, with the default roster and the shipped model.

    `jobs` processes (-1: one a core) work on them. An article that fails gives a `Failure`, which is an empty list with
    an `error`, and the rest goes on; what the iterator itself raises is raised.

    >>> import stance
    >>> [len(quotes) for quotes in stance.analyze_many(["“We agree,” Austin said.", "No marks.", None])]
    [1, 0, 0]
    """
    return _default().analyze_many(articles, jobs=jobs)


@cache
def _default() -> Analyzer:
    return Analyzer()


def __getattr__(name: str) -> Any:
    # What brings a large package along (scikit-learn, pandas) is imported when it is asked for.
    if name == "load_model":
        from stance.loading import load_model

        return load_model
    if name in ("corpus_to_frame", "to_frame"):
        from stance import frames

        return getattr(frames, name)
    raise AttributeError(f"module 'stance' has no attribute {name!r}")
