"""Direct quotes of a news article, who said each, and its stance: conciliatory, assertive or neutral.

>>> import stance
>>> [(q.speaker, q.mention.text) for q in stance.analyze("“Talks were useful,” Gen. Wei Fenghe told Austin.")]
[('Wei', 'Gen. Wei Fenghe')]
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from stance.analyzer import Analyzer
from stance.errors import InputError, ModelError, RosterError, StanceError
from stance.quote import Quote, Span, Stance
from stance.roster import load_roster

if TYPE_CHECKING:
    from stance.loading import load_model

__all__ = [
    "Analyzer",
    "InputError",
    "ModelError",
    "Quote",
    "RosterError",
    "Span",
    "Stance",
    "StanceError",
    "analyze",
    "analyze_many",
    "load_model",
    "load_roster",
]


def analyze(article: str) -> list[Quote]:
    """The quotes of an article, with the default roster and the shipped model, which is loaded once."""
    return _default().analyze(article)


def analyze_many(articles: Iterable[str], jobs: int = 1) -> Iterator[list[Quote]]:
    """The quotes of each article, in order, in constant memory, with the default roster and the shipped model."""
    return _default().analyze_many(articles, jobs=jobs)


@cache
def _default() -> Analyzer:
    return Analyzer()


def __getattr__(name: str) -> Any:
    # load_model brings scikit-learn along, which takes a second to import: only when asked for.
    if name == "load_model":
        from stance.loading import load_model

        return load_model
    raise AttributeError(f"module 'stance' has no attribute {name!r}")
