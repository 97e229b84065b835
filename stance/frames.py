"""Quotes as a pandas DataFrame: a row per quote, with the columns of the CSV output (extra: pandas)."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from stance.article import Article
from stance.errors import InputError, MissingExtraError
from stance.formats import COLUMNS, rows_of
from stance.quote import Quote, Stance

if TYPE_CHECKING:
    from pandas import DataFrame

# From giving way to standing firm, so that sorting and comparing mean something.
STANCE_ORDER = (Stance.CONCILIATORY, Stance.NEUTRAL, Stance.ASSERTIVE)
_OFFSETS = ("start", "end")


def to_frame(quotes: Iterable[Quote], article: str | None = None, date: str | None = None) -> "DataFrame":
    """The quotes of one article as a DataFrame, a row per quote; `article` is its name, `date` its date.

    The columns are those of the CSV output. `stance` is an ordered category, conciliatory < neutral < assertive;
    the offsets are Int64, the probabilities float64, the rest strings, <NA> where there is none. No quotes: no rows,
    the same columns and types. Raises InputError where `quotes` holds something else, MissingExtraError without pandas.

    >>> import stance
    >>> frame = stance.to_frame(stance.analyze("“We want dialogue,” Austin said."), article="a.txt")
    >>> frame[["article", "start", "end", "speaker"]].values.tolist()
    [['a.txt', 1, 18, 'Austin']]
    """
    return _frame(rows_of(article, _checked(quotes), date=date))  # type: ignore[arg-type]


def corpus_to_frame(results: Iterable[tuple[str | Article, Iterable[Quote]]]) -> "DataFrame":
    """The quotes of many articles as one DataFrame like that of `to_frame`: `results` are pairs (name, quotes).

    An `Article` in the place of the name brings its date along. A `Failure`, as any empty list, gives no rows.

    Raises InputError where an item is no such pair, MissingExtraError without pandas.

    >>> import stance
    >>> articles = {"a.txt": "“We want dialogue,” Austin said.", "b.txt": "No quotes here."}
    >>> frame = stance.corpus_to_frame(zip(articles, stance.analyze_many(articles.values())))
    >>> frame["article"].tolist()
    ['a.txt']
    """
    return _frame(row for article, quotes in _pairs(results) for row in _rows(article, quotes))


def _rows(article: str | Article, quotes: Iterable[Quote]) -> Iterator[dict[str, Any]]:
    name, date = (article.id, article.date) if isinstance(article, Article) else (article, None)
    return rows_of(name, _checked(quotes), date=date)


def _frame(rows: Iterable[dict[str, Any]]) -> "DataFrame":
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtraError("data frames need pandas; install it: pip install 'stance[pandas]'") from error
    # Python's own strings: pyarrow's can't hold a lone surrogate, which a text of the web may have.
    text = pd.StringDtype("python")
    types = dict.fromkeys(COLUMNS, text)
    types |= dict.fromkeys(_OFFSETS, pd.Int64Dtype())
    types |= {f"p_{label}": "float64" for label in Stance}
    types["stance"] = pd.CategoricalDtype([str(label) for label in STANCE_ORDER], ordered=True)
    return pd.DataFrame(list(rows), columns=list(COLUMNS)).astype(types)


def _checked(quotes: Iterable[Quote]) -> Iterator[Quote]:
    if isinstance(quotes, str) or not isinstance(quotes, Iterable):
        raise InputError(f"quotes must be a list of Quote, not {type(quotes).__name__}; give what stance.analyze gives")
    for quote in quotes:
        if not isinstance(quote, Quote):
            raise InputError(
                f"a {type(quote).__name__} is no Quote; give the quotes of one article to to_frame, "
                "pairs (name, quotes) of many to corpus_to_frame"
            )
        yield quote


def _pairs(results: Iterable[tuple[str | Article, Iterable[Quote]]]) -> Iterator[tuple[str | Article, Iterable[Quote]]]:
    for result in results:
        if not isinstance(result, tuple) or len(result) != 2:
            raise InputError(
                f"a {type(result).__name__} is no pair (name, quotes); "
                "for instance: corpus_to_frame(zip(names, stance.analyze_many(articles)))"
            )
        yield result
