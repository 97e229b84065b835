"""Quotes as a pandas DataFrame."""

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stance
from stance.article import Article
from stance.formats import COLUMNS, rows_of

pd = pytest.importorskip("pandas", reason="data frames need pandas: pip install 'stance[pandas]'")

ARTICLES = {
    "a.txt": "“We want dialogue,” Austin said. “Any attack will be crushed,” warned Wei.",
    "b.txt": "Nothing is quoted here.",
    "c.txt": "“The figures are on our website,” said the harbour master.",
}


def test_the_columns_and_rows_are_those_of_the_csv(analyzer: stance.Analyzer) -> None:
    quotes = analyzer.analyze(ARTICLES["a.txt"])
    frame = stance.to_frame(quotes, article="a.txt")
    assert tuple(frame.columns) == COLUMNS
    rows = [{key: None if pd.isna(value) else value for key, value in row.items()} for row in frame.to_dict("records")]
    assert rows == list(rows_of("a.txt", quotes))


def test_types_are_the_same_with_and_without_quotes(analyzer: stance.Analyzer) -> None:
    full, empty = stance.to_frame(analyzer.analyze(ARTICLES["a.txt"])), stance.to_frame([])
    assert len(empty) == 0
    assert full.dtypes.to_dict() == empty.dtypes.to_dict()
    kinds = {name: str(kind) for name, kind in full.dtypes.items()}
    assert kinds["start"] == kinds["end"] == "Int64"
    assert kinds["p_neutral"] == "float64"
    assert kinds["speaker"] == kinds["article"] == "string"


def test_stances_are_ordered(analyzer: stance.Analyzer) -> None:
    frame = stance.to_frame(analyzer.analyze(ARTICLES["a.txt"]))
    assert list(frame["stance"].cat.categories) == ["conciliatory", "neutral", "assertive"]
    assert frame["stance"].max() == "assertive"
    assert frame.loc[frame["stance"] > "conciliatory", "speaker"].tolist() == ["Wei"]


def test_what_is_missing_is_na(analyzer: stance.Analyzer) -> None:
    frame = stance.to_frame(analyzer.analyze(ARTICLES["c.txt"]))
    assert frame["speaker"].isna().all()
    assert frame["article"].isna().all()
    assert frame["mention"].tolist() == ["the harbour master"]


def test_a_corpus_is_the_frames_of_its_articles_one_after_the_other(analyzer: stance.Analyzer) -> None:
    results = list(zip(ARTICLES, analyzer.analyze_many(ARTICLES.values()), strict=True))
    frame = stance.corpus_to_frame(iter(results))
    parts = [stance.to_frame(quotes, article=name) for name, quotes in results]
    pd.testing.assert_frame_equal(frame, pd.concat(parts, ignore_index=True))
    assert stance.corpus_to_frame([]).dtypes.to_dict() == frame.dtypes.to_dict()


def test_dates_come_along(analyzer: stance.Analyzer) -> None:
    quotes = analyzer.analyze(ARTICLES["a.txt"])
    one = stance.to_frame(quotes, article="a.txt", date="2022-06-11")
    assert one["date"].tolist() == ["2022-06-11", "2022-06-11"]
    article = Article("a.txt", ARTICLES["a.txt"], "a.txt", date="2022-06-11")
    pd.testing.assert_frame_equal(stance.corpus_to_frame([(article, quotes)]), one)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("“We want dialogue,” Austin said.", "a list of Quote, not str"),
        (None, "not NoneType"),
        ([("a.txt", [])], "corpus_to_frame"),
    ],
)
def test_what_is_no_quote_is_named(wrong: object, message: str) -> None:
    with pytest.raises(stance.InputError, match=message):
        stance.to_frame(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [[[]], ["ab"], {"a.txt": []}])
def test_what_is_no_pair_is_named(wrong: object) -> None:
    with pytest.raises(stance.InputError, match="no pair"):
        stance.corpus_to_frame(wrong)  # type: ignore[arg-type]


@given(st.text())
@settings(deadline=None)
def test_any_text_fits(text: str) -> None:
    quote = stance.analyze("“We want dialogue,” Austin said.")[0]
    frame = stance.to_frame([replace(quote, text=text, speaker=text)], article=text)
    assert frame[["article", "speaker", "text"]].values.tolist() == [[text] * 3]


def test_without_pandas_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(stance.MissingExtraError, match=r"pip install 'stance\[pandas\]'"):
        stance.to_frame([])


def test_importing_stance_brings_no_pandas_along() -> None:
    code = "import sys, stance; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
