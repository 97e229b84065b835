"""The Spark transformation, on a real local session with two workers."""

import datetime
import os
import runpy
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import stance
from stance.formats import COLUMNS, rows_of

pytest.importorskip("pyspark.sql", reason="stance.spark needs pyspark: pip install 'stance[spark]'")
if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
    pytest.skip("Spark needs Java 17 or newer", allow_module_level=True)
import pandas as pd
from pyspark.sql import SparkSession

import stance.spark

ROOT = Path(__file__).parents[1]
TEXTS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "examples/articles").glob("*.txt"))]
TRADE = "“We will sign,” Ada Okafor said."
NAMES = [field.name for field in stance.spark.QUOTES_SCHEMA.fields]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        session = builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        yield session
        session.stop()


def rows(frame: Any) -> list[dict[str, Any]]:
    return [row.asDict() for row in frame.collect()]


def test_the_schema_has_the_columns_of_the_other_formats_and_says_what_they_hold() -> None:
    assert {*NAMES} - {"date", "error"} == {*COLUMNS} - {"date", "error"}
    assert all(field.metadata["comment"] for field in stance.spark.QUOTES_SCHEMA.fields)


def test_the_rows_are_those_of_analyze_many(spark: Any, analyzer: stance.Analyzer) -> None:
    names = [f"article-{number}" for number in range(len(TEXTS))]
    articles = spark.createDataFrame(list(zip(names, TEXTS, strict=True)), "name string, body string").repartition(4)
    found = stance.spark.quotes(articles, text_column="body", id_column="name")
    assert found.schema.simpleString() == stance.spark.QUOTES_SCHEMA.simpleString()
    results = zip(names, analyzer.analyze_many(TEXTS), strict=True)
    expected = [{**row, "date": None, "error": None} for name, quotes in results for row in rows_of(name, quotes)]
    assert len(expected) > 25
    order = [(row["article"], row["start"]) for row in rows(found)]
    parts = {name: [start for article, start in order if article == name] for name in names}
    assert all(starts == sorted(starts) for starts in parts.values())
    assert sorted(rows(found), key=lambda row: (row["article"], row["start"])) == [
        {name: row[name] for name in NAMES} for row in expected
    ]


def test_null_texts_dates_of_all_kinds_and_odd_names(spark: Any) -> None:
    text = "“We want dialogue,” Austin said."
    schema = "`id.of article` long, `the ``text` string, day string, stamp timestamp"
    moment = datetime.datetime(2022, 6, 11, 12, 0)
    data = [
        (1, text, "2022-06-11", moment),
        (2, None, "2022-06-11T09:00:00Z", None),
        (None, text, "last week", None),
        (4, "", None, None),
    ]
    articles = spark.createDataFrame(data, schema)
    columns = {"text_column": "the `text", "id_column": "id.of article"}
    first, failed, unnamed = rows(stance.spark.quotes(articles, date_column="day", **columns))
    assert (first["article"], first["date"], first["error"]) == ("1", datetime.date(2022, 6, 11), None)
    assert (failed["article"], failed["date"], failed["text"]) == ("2", datetime.date(2022, 6, 11), None)
    assert failed["error"].startswith("InputError: the text is null")
    assert (unnamed["article"], unnamed["date"], unnamed["speaker"]) == (None, None, "Austin")
    assert rows(stance.spark.quotes(articles, date_column="stamp", **columns))[0]["date"] == datetime.date(2022, 6, 11)


def test_offsets_count_as_spark_counts(spark: Any) -> None:
    articles = spark.createDataFrame([("a", "😀 é “We want dialogue 😀,” Austin said.")], "article string, body string")
    found = stance.spark.quotes(articles, text_column="body", id_column="article").join(articles, "article")
    assert [row["cut"] for row in rows(found.selectExpr("substring(body, start + 1, end - start) as cut"))] == [
        "We want dialogue 😀,"
    ]


def test_without_an_id_an_article_is_named_by_its_text(spark: Any) -> None:
    articles = spark.createDataFrame([(text,) for text in TEXTS[:2]], "text string")
    names = {row["article"] for row in rows(stance.spark.quotes(articles))}
    assert len(names) == 2
    assert all(len(name) == 64 for name in names)
    assert names == {row["article"] for row in rows(stance.spark.quotes(articles))}


def test_own_roster_and_threshold(spark: Any, tmp_path: Path) -> None:
    path = tmp_path / "trade.toml"
    path.write_text('[[speaker]]\nname = "Okafor"\nnames = ["Ada Okafor"]\n', encoding="utf-8")
    articles = spark.createDataFrame([(TRADE,)], "text string")
    found = stance.spark.quotes(articles, roster=stance.load_roster(path), threshold=1.0)
    path.unlink()  # the workers need no file
    assert [(row["speaker"], row["stance"]) for row in rows(found)] == [("Okafor", "uncertain")]


def test_a_classifier_of_ones_own_and_an_article_that_fails(spark: Any) -> None:
    class Own:  # local, so that it is sent along by value
        classes_ = ("assertive", "conciliatory", "neutral")

        def predict_proba(self, passages: list[Any]) -> Any:
            import numpy as np

            if any("bad" in passage.text for passage in passages):
                raise RuntimeError("no judgement")
            return np.array([[0.0, 0.0, 1.0]] * len(passages))

    articles = spark.createDataFrame(
        [("a", "“Fine,” Wei said."), ("b", "“A bad day,” Wei said.")], "id string, text string"
    )
    good, bad = rows(stance.spark.quotes(articles.coalesce(1), id_column="id", model=Own()))
    assert (good["article"], good["stance"], good["error"]) == ("a", "neutral", None)
    assert (bad["article"], bad["stance"], bad["error"]) == ("b", None, "RuntimeError: no judgement")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"text_column": "body"}, r"text_column 'body' is no column .* it has: text, raw"),
        ({"id_column": "url"}, "id_column 'url' is no column"),
        ({"date_column": "day"}, "date_column 'day' is no column"),
        ({"text_column": "raw"}, "holds binary, not strings"),
    ],
)
def test_wrong_columns_are_named_before_the_job_starts(spark: Any, arguments: dict[str, str], message: str) -> None:
    articles = spark.createDataFrame([("x", b"x")], "text string, raw binary")
    with pytest.raises(stance.InputError, match=message):
        stance.spark.quotes(articles, **arguments)


def test_a_missing_model_is_named_before_the_job_starts(spark: Any, tmp_path: Path) -> None:
    with pytest.raises(stance.ModelError, match="no such model file"):
        stance.spark.quotes(spark.createDataFrame([("x",)], "text string"), model=tmp_path)


def test_a_model_from_elsewhere_runs_where_it_is_trusted(spark: Any, tmp_path: Path) -> None:
    from stance.loading import load_model, save_model

    model = load_model()
    model.note_ = "other bytes than the shipped one"  # type: ignore[union-attr]
    save_model(model, tmp_path)  # type: ignore[arg-type]
    del model.note_  # type: ignore[union-attr]
    articles = spark.createDataFrame([("“We want dialogue,” Austin said.",)], "text string")
    with pytest.raises(stance.ModelError, match="trust"):
        stance.spark.quotes(articles, model=tmp_path)
    assert [row["speaker"] for row in rows(stance.spark.quotes(articles, model=tmp_path, trust_model=True))] == [
        "Austin"
    ]


def test_a_worker_loads_the_model_once() -> None:
    roster = stance.load_roster()
    assert stance.spark._analyzer(roster, "small", False) is stance.spark._analyzer(roster, "small", False)


def test_the_example_job_writes_parquet_by_date(spark: Any, tmp_path: Path, capsys: Any) -> None:
    days = [f"2022-06-{number % 3 + 1:02}" for number in range(len(TEXTS))]
    table = pd.DataFrame({"url": [f"u{n}" for n in range(len(TEXTS))], "text": TEXTS, "published": days})
    table.loc[len(table)] = ["broken", None, "2022-06-01"]
    spark.createDataFrame(table, "url string, text string, published string").write.parquet(str(tmp_path / "articles"))
    main = runpy.run_path(str(ROOT / "examples/spark_job.py"))["main"]
    columns = ["--id-column", "url", "--date-column", "published"]
    assert main([str(tmp_path / "articles"), str(tmp_path / "quotes"), *columns]) == 0
    assert "1 articles failed" in capsys.readouterr().out
    folders = {path.name for path in (tmp_path / "quotes").iterdir() if path.is_dir()}
    assert folders == {"date=2022-06-01", "date=2022-06-02", "date=2022-06-03"}
    written = spark.read.parquet(str(tmp_path / "quotes"))
    assert written.count() == sum(map(len, stance.analyze_many(TEXTS)))
    assert [row["article"] for row in rows(spark.read.parquet(str(tmp_path / "quotes-errors")))] == ["broken"]
