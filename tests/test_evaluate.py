"""The scores of `make evaluate`, the training command, and what both say to bad input."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from stance.features import Passage
from stance.loading import load_model
from training import evaluate, train
from training.corpus import STANCES, Article, GoldQuote, LabelledQuote, load_training_quotes, to_gold
from training.end_to_end import end_to_end, matched, wanted_speaker
from training.plots import draw
from training.scores import calibration_error, confident_errors, coverage, label_scores
from training.validation import cross_validated, learning_curve, out_of_fold

ARTICLE = Article(
    "one",
    "“We thank you,” Austin said. “Stop it,” Wei said. ‘Go,’ a crowd cried.",
    (
        GoldQuote(1, 14, "We thank you,", "Austin", "Austin", "conciliatory"),
        GoldQuote(30, 38, "Stop it,", "Wei", "Wei", "assertive"),
        GoldQuote(51, 54, "Go,", "Other", "a crowd", "assertive"),
    ),
)


def quote(start, end, speaker, stance):
    return SimpleNamespace(start=start, end=end, speaker=speaker, stance=stance, text=ARTICLE.text[start:end])


def test_end_to_end_counts_each_fault_once():
    predicted = [
        quote(1, 14, "Austin", "conciliatory"),
        quote(30, 37, "Austin", "assertive"),  # one character short, wrong speaker
        quote(15, 27, None, "neutral"),  # no quote
    ]
    scores, errors = end_to_end([ARTICLE], lambda text: predicted)
    assert scores["quotes"] == pytest.approx({"precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3})
    assert scores["speaker_accuracy"] == 0.5
    assert scores["stances"]["accuracy"] == 1
    assert scores["all_right"]["f1"] == pytest.approx(1 / 3)
    assert [line.split()[1] for line in errors] == ["'Stop", "missed", "no"]


def test_all_right():
    predicted = [quote(g.start, g.end, wanted_speaker(g), g.stance) for g in ARTICLE.quotes]
    scores, errors = end_to_end([ARTICLE], lambda text: predicted)
    assert scores["all_right"]["f1"] == pytest.approx(1)
    assert errors == []


def test_nothing_found_and_nothing_wanted():
    assert end_to_end([ARTICLE], lambda text: [])[0]["all_right"]["f1"] == 0
    assert end_to_end([], lambda text: [])[0]["quotes"]["f1"] == 0


def test_each_gold_quote_is_matched_once_and_best():
    twice = [quote(30, 37, None, "neutral"), quote(30, 38, None, "neutral")]
    assert matched(ARTICLE.quotes, twice) == [(ARTICLE.quotes[1], twice[1])]


def test_label_scores():
    gold = ["assertive"] * 4 + ["neutral"] * 2 + ["conciliatory"] * 2
    scores = label_scores(gold, gold)
    assert (scores["accuracy"], scores["macro_f1"], scores["macro_f1_low"]) == (
        1,
        1,
        pytest.approx(1, abs=0.4),
    )
    half = label_scores(gold, ["assertive"] * 8)
    assert half["per_class"]["assertive"]["precision"] == 0.5
    assert half["macro_f1"] == pytest.approx(2 / 3 / 3)
    assert half["confusion"]["neutral"] == {"conciliatory": 0, "assertive": 2, "neutral": 0}
    assert half["macro_f1_low"] <= half["macro_f1"] <= half["macro_f1_high"]
    assert label_scores(gold, gold) == scores


class Parrot:
    """Says of a passage what it was told of it, and of others nothing right."""

    def fit(self, passages, labels):
        self.known = dict(zip(passages, labels, strict=True))
        return self

    def predict(self, passages):
        return np.array([self.known.get(passage, "unseen") for passage in passages])


def test_no_source_is_on_both_sides_of_the_cross_validation():
    quotes = [
        LabelledQuote(f"{i}", Passage(f"text of {i // 4}"), STANCES[i % 3], "Other", f"{i // 4}") for i in range(24)
    ]
    assert set(out_of_fold(Parrot, quotes)) == {"unseen"}


def test_too_little_to_cross_validate():
    assert cross_validated([]) == {}
    one = LabelledQuote("1", Passage("Stop."), "assertive", "Wei", "a")
    assert cross_validated([one, one]) == {}


@pytest.fixture(scope="module")
def own_file(tmp_path_factory):
    rows = [
        {
            "text": item.passage.text,
            "before": item.passage.before,
            "stance": item.stance,
            "source": item.group,
        }
        for item in load_training_quotes()[::25]
    ]
    path = tmp_path_factory.mktemp("own") / "own.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in [*rows, to_gold(ARTICLE)]), encoding="utf-8")
    return path


def test_own_data_train_and_evaluate(own_file, tmp_path, capsys):
    assert train.main(["--data", str(own_file), "--output", str(tmp_path / "own-model")]) == 0
    assert set(load_model(tmp_path / "own-model", trust=True).classes_) == set(STANCES)
    manifest = json.loads((tmp_path / "own-model" / "stance.json").read_text())
    assert manifest["data"]["quotes"] == sum(manifest["data"]["stances"].values())
    assert 0.3 < manifest["cross_validation"]["macro_f1"] < 1

    figures = tmp_path / "figures.json"
    plots = tmp_path / "plots"
    command = ["--data", str(own_file), "--json", str(figures), "--plots", str(plots), "--errors"]
    assert evaluate.main([*command, "--model", str(tmp_path / "own-model"), "--trust-model"]) == 0
    scores = json.loads(figures.read_text())
    assert set(scores) == {"isolated_quotes", "end_to_end", "gold_spans"}
    assert list(scores["gold_spans"]["models"]) == [str(tmp_path / "own-model")]
    assert {path.name for path in plots.iterdir()} == {"confusion.svg", "calibration.svg"}
    out = capsys.readouterr().out
    assert all(words in out for words in ("stance of", "calibration error", "coverage", "style:", "the surest errors"))


def test_a_picture_for_each_figure_and_the_same_each_time(tmp_path):
    scores = {**label_scores(["neutral", "assertive"], ["neutral", "neutral"]), "reliability": [(1.0, 0.8, 0.5)]}
    curve = [{"quotes": n, "macro_f1": 0.5, "macro_f1_low": 0.4, "macro_f1_high": 0.6} for n in (100, 200)]
    figures = {"gold_spans": scores, "learning_curve": curve}
    assert draw(figures, tmp_path) == ["confusion.svg", "calibration.svg", "learning_curve.svg"]
    before = (tmp_path / "confusion.svg").read_bytes()
    assert b"<svg" in before
    draw(figures, tmp_path)
    assert (tmp_path / "confusion.svg").read_bytes() == before


def test_pictures_without_matplotlib(monkeypatch, capsys):
    monkeypatch.setattr("training.plots.find_spec", lambda name: None)
    assert evaluate.main(["--plots", "plots"]) == 2
    assert "stance[plots]" in capsys.readouterr().err


def test_calibration_error_is_the_gap_between_sure_and_right():
    rows = np.array([[0.9, 0.1]] * 10)
    assert calibration_error(["a"] * 9 + ["b"], ["a", "b"], rows) == pytest.approx(0.0)
    assert calibration_error(["a"] * 5 + ["b"] * 5, ["a", "b"], rows) == pytest.approx(0.4)
    assert calibration_error([], ["a", "b"], np.zeros((0, 2))) == 0


def test_a_threshold_trades_coverage_for_accuracy():
    rows = np.array([[0.95, 0.05], [0.55, 0.45]])
    table = {row["threshold"]: row for row in coverage(["a", "b"], ["a", "b"], rows)}
    assert (table[0.0]["coverage"], table[0.0]["accuracy"]) == (1, 0.5)
    assert (table[0.9]["coverage"], table[0.9]["accuracy"]) == (0.5, 1)


def test_the_surest_error_comes_first():
    quotes = [LabelledQuote(name, Passage(name), "a", "Other", name) for name in ("x", "y", "z")]
    rows = np.array([[0.4, 0.6], [0.1, 0.9], [0.9, 0.1]])
    assert [error["id"] for error in confident_errors(quotes, ["a", "b"], rows)] == ["y", "x"]


def test_the_learning_curve_grows_by_whole_sources():
    quotes = load_training_quotes()[::12]
    points = learning_curve(quotes, quotes[:60])
    assert [point["quotes"] for point in points] == sorted(point["quotes"] for point in points)
    assert points[-1]["quotes"] == len(quotes)
    assert all(point["macro_f1_low"] <= point["macro_f1"] <= point["macro_f1_high"] for point in points)


def test_the_order_of_the_data_does_not_matter():
    quotes = load_training_quotes()[::20]
    texts = [item.passage for item in quotes]
    there, back = train.train(quotes), train.train(quotes[::-1])
    assert np.array_equal(there.predict_proba(texts), back.predict_proba(texts))
    assert train.data_digest(quotes) == train.data_digest(quotes[::-1])
    assert train.data_digest(quotes) != train.data_digest(quotes[1:])


@pytest.mark.parametrize("command", [train.main, evaluate.main])
def test_bad_files_are_named_without_a_traceback(command, tmp_path, capsys):
    (tmp_path / "bad.jsonl").write_text('{"text": 3, "stance": "neutral"}', encoding="utf-8")
    for path in (tmp_path / "bad.jsonl", tmp_path / "none.jsonl"):
        assert command(["--data", str(path)]) == 2
        assert str(path) in capsys.readouterr().err
