"""The same analysis as a transformation of a Spark DataFrame: articles in, a row per quote out (extra: spark).

    import stance.spark

    articles = spark.read.parquet("crawl.parquet")
    quotes = stance.spark.quotes(articles, text_column="body", id_column="url", date_column="published")
    quotes.write.partitionBy("date").parquet("quotes.parquet")

stance must be installed on the workers as well (docs/spark.md).
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.analyzer import Analyzer
from stance.errors import InputError, MissingExtraError
from stance.failure import Failure
from stance.formats import rows_of
from stance.quote import Quote, Stance
from stance.roster import Roster, load_roster

try:
    import pandas as pd
    import pyarrow  # noqa: F401  Spark needs it to hand rows to Python
    from pyspark.sql import DataFrame
    from pyspark.sql import functions as F  # noqa: N812  as in Spark's own documentation
    from pyspark.sql.types import DateType, DoubleType, IntegerType, StringType, StructField, StructType
except ImportError as error:
    raise MissingExtraError(
        f"stance.spark needs pyspark, pandas and pyarrow ({error}); install them: pip install 'stance[spark]'"
    ) from error

if TYPE_CHECKING:
    from stance.loading import Model

_BATCH = 64  # articles judged in one call of the classifier


def _field(name: str, kind: Any, comment: str) -> StructField:
    return StructField(name, kind, nullable=True, metadata={"comment": comment})


QUOTES_SCHEMA = StructType(
    [
        _field("article", StringType(), "the article's id as a string; without an id column the SHA-256 of its text"),
        _field("date", DateType(), "the article's date; null without a date column, or where it holds no date"),
        _field("start", IntegerType(), "where the quote starts in the text, in code points"),
        _field("end", IntegerType(), "where it ends: the text from start to before end is the quote"),
        _field("speaker", StringType(), "the roster's name of the speaker; null where it is no one on the roster"),
        _field("stance", StringType(), "conciliatory, assertive, neutral, or uncertain (below the threshold)"),
        _field("text", StringType(), "the quote, without its marks"),
        _field("mention", StringType(), "the words that name the source, or null"),
        _field("cue", StringType(), "the verb or phrase of speech, or null"),
        _field("rule", StringType(), "the attribution rule that decided, or null"),
        *(_field(f"p_{label}", DoubleType(), f"the probability that the stance is {label}") for label in Stance),
        _field("error", StringType(), "null; in the one row of an article that could not be analysed: why"),
    ]
)
_NAMES = [field.name for field in QUOTES_SCHEMA.fields]


def quotes(
    dataframe: "DataFrame",
    text_column: str = "text",
    id_column: str | None = None,
    date_column: str | None = None,
    roster: Roster | None = None,
    model: "str | Path | Model | None" = None,
    threshold: float = 0.0,
    trust_model: bool = False,
) -> "DataFrame":
    """The quotes of a DataFrame of articles, a row per quote, with the columns of QUOTES_SCHEMA. Lazy, as in Spark.

    text_column   the articles, strings; one whose text is null gets an error row
    id_column     what names an article, cast to a string; None: the SHA-256 of its text
    date_column   a date, a timestamp, or a string that starts with one (2022-06-11); None: no dates
    roster        the speakers looked for, read here and sent along; None: the default roster
    model         "small" (None), "large" or a path, loaded once in each worker process; or a classifier of your own,
                  sent along with every task
    threshold     a stance less probable than that is "uncertain"
    trust_model   the model at the path runs code of its own, and may: say so of one that you made (as in load_model)

    The rows of one article stand together and in order; they are those of `Analyzer.analyze_many`. An article
    that can't be analysed gives one row with its `error`, and the job goes on. An article without quotes gives none.
    Raises InputError where a column is missing or of the wrong type, ModelError where the model can't be loaded here.
    """
    for role, name in (("text_column", text_column), ("id_column", id_column), ("date_column", date_column)):
        _check(dataframe, role, name)
    found = dict(dataframe.dtypes)[text_column]
    if not found.startswith("string"):  # "string collate …" is one too
        raise InputError(f"text_column {text_column!r} holds {found}, not strings; cast or decode it first")
    if model is None or isinstance(model, str | Path):
        from stance.loading import load_model

        load_model(
            model, trust=trust_model
        )  # a broken model is reported here and now, not by a worker in the middle of the job
    people = roster if roster is not None else load_roster()

    text = F.col(_quoted(text_column))
    article = F.col(_quoted(id_column)).cast("string") if id_column else F.sha2(text, 256)
    date = F.expr(f"try_cast({_quoted(date_column)} as date)") if date_column else F.lit(None).cast("date")
    articles = dataframe.select(article.alias("article"), date.alias("date"), text.alias("text"))

    def analyze(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        return _quotes_of(batches, people, model, trust_model, threshold)

    return articles.mapInPandas(analyze, QUOTES_SCHEMA)


def _check(dataframe: "DataFrame", role: str, name: str | None) -> None:
    if name is not None and name not in dataframe.columns:
        raise InputError(f"{role} {name!r} is no column of the DataFrame; it has: {', '.join(dataframe.columns)}")


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"  # dots and blanks in a column's name are no syntax


def _quotes_of(
    batches: Iterable[pd.DataFrame], roster: Roster, model: "str | Path | Model | None", trust: bool, threshold: float
) -> Iterator[pd.DataFrame]:
    """What runs on a worker: batches of articles in, batches of quotes out."""
    if model is None or isinstance(model, str | Path):
        analyzer = _analyzer(roster, model, trust)
    else:
        analyzer = Analyzer(roster, model)
    for batch in batches:
        for first in range(0, len(batch), _BATCH):
            articles = batch.iloc[first : first + _BATCH]
            yield _rows(articles, _analyzed(analyzer, articles["text"].tolist()), threshold)


@cache
def _analyzer(roster: Roster, model: str | Path | None, trust: bool) -> Analyzer:
    # Spark keeps its worker processes from task to task: each loads the model once.
    from stance.loading import load_model

    return Analyzer(roster, load_model(model, trust=trust))


def _analyzed(analyzer: Analyzer, texts: Sequence[Any]) -> list[list[Quote] | Exception]:
    """The quotes of each text, or what went wrong with it."""
    if all(isinstance(text, str) for text in texts):
        found = list(analyzer.analyze_many(texts))
        if not any(isinstance(quotes, Failure) for quotes in found):
            return list(found)
    return [_analyzed_one(analyzer, text) for text in texts]


def _analyzed_one(analyzer: Analyzer, text: Any) -> list[Quote] | Exception:
    if not isinstance(text, str):  # pandas has several nulls
        return InputError("the text is null; filter such rows out, or leave this row out")
    try:
        return analyzer.analyze(text)
    except Exception as error:  # whatever it is, the job goes on
        return error


def _rows(articles: pd.DataFrame, results: Sequence[list[Quote] | Exception], threshold: float) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for name, date, result in zip(articles["article"], articles["date"], results, strict=True):
        if isinstance(result, Exception):
            rows.append({"article": name, "date": date, "error": f"{type(result).__name__}: {result}"})
        else:
            rows.extend({**row, "date": date} for row in rows_of(name, result, threshold))
    # Python objects, so that an offset beside an error's null stays a whole number.
    return pd.DataFrame([[row.get(name) for name in _NAMES] for row in rows], columns=_NAMES, dtype=object)
