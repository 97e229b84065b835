"""A Spark job: a Parquet dataset of articles in, a Parquet dataset of their quotes out, partitioned by date.

    python examples/spark_job.py articles.parquet quotes.parquet --id-column url --date-column published
    spark-submit --archives environment.tar.gz#environment examples/spark_job.py hdfs:///crawl hdfs:///quotes …

Articles that could not be analysed go to OUTPUT-errors, if there are any. docs/spark.md: how to take it to a cluster.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from pyspark.sql import SparkSession
from pyspark.sql.functions import col

import stance
import stance.spark


def main(given: Sequence[str] | None = None) -> int:
    options = arguments(given)
    # On one's own machine the workers run under this very Python. On a cluster PYSPARK_PYTHON says which.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    spark = SparkSession.builder.appName("stance").getOrCreate()
    articles = spark.read.parquet(options.input)
    try:
        quotes = stance.spark.quotes(
            # Small tasks: a slow one holds nothing up, and a lost one costs little.
            articles.repartition(options.partitions) if options.partitions else articles,
            text_column=options.text_column,
            id_column=options.id_column,
            date_column=options.date_column,
            roster=stance.load_roster(options.roster),
            model=options.model,
            trust_model=options.trust_model,
        )
    except stance.StanceError as error:
        print(f"spark_job: {error}", file=sys.stderr)
        return 2
    quotes = quotes.persist()  # read twice below, analysed once
    failed = quotes.where(col("error").isNotNull())
    found = quotes.where(col("error").isNull()).drop("error")
    # A date's rows come together first: one file a date, not one for each date and task.
    found.repartition("date").write.mode(options.mode).partitionBy("date").parquet(options.output)
    failures = failed.count()
    if failures:
        failed.select("article", "date", "error").write.mode(options.mode).parquet(f"{options.output}-errors")
    found.groupBy("speaker", "stance").count().orderBy("speaker", "stance").show(100)
    print(f"{found.count()} quotes, {failures} articles failed")
    return 0


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The quotes of a Parquet dataset of articles, as Parquet by date.")
    parser.add_argument("input", help="Parquet dataset of articles (a path or URL that Spark reads)")
    parser.add_argument("output", help="where the quotes go")
    parser.add_argument("--text-column", default="text")
    parser.add_argument("--id-column", help="default: the SHA-256 of the text")
    parser.add_argument("--date-column", help="a date, a timestamp, or a string that starts with one")
    parser.add_argument("--roster", help="a roster file, or the name of one that ships with stance")
    parser.add_argument("--model", help="small (default), large, or a path that is there on every worker")
    parser.add_argument("--trust-model", action="store_true", help="--model is your own, or its maker's is trusted")
    parser.add_argument("--partitions", type=int, help="split the input into so many tasks first")
    parser.add_argument(
        "--mode", choices=("error", "append", "overwrite"), default="error", help="where the output is there already"
    )
    return parser.parse_args(given)


if __name__ == "__main__":
    code = main()
    if session := SparkSession.getActiveSession():
        session.stop()
    sys.exit(code)
