"""The scores of `make evaluate`, the training command, and what both say to bad input."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from stance.classifier import load_model
from training import evaluate, train
from training.corpus import Article, GoldQuote, LabelledQuote, load_training_quotes, to_gold
from training.evaluate import cross_validated, end_to_end, label_scores, matched, out_of_fold

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
    predicted = [quote(g.start, g.end, evaluate.wanted_speaker(g), g.stance) for g in ARTICLE.quotes]
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
        LabelledQuote(f"{i}", evaluate.Passage(f"text of {i // 4}"), evaluate.STANCES[i % 3], "Other", f"{i // 4}")
        for i in range(24)
    ]
    assert set(out_of_fold(Parrot, quotes)) == {"unseen"}


def test_too_little_to_cross_validate():
    assert cross_validated([]) == {}
    one = LabelledQuote("1", evaluate.Passage("Stop."), "assertive", "Wei", "a")
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
    assert set(load_model(tmp_path / "own-model").classes_) == set(evaluate.STANCES)
    manifest = json.loads((tmp_path / "own-model" / "stance.json").read_text())
    assert manifest["data"]["quotes"] == sum(manifest["data"]["stances"].values())
    assert 0.3 < manifest["cross_validation"]["macro_f1"] < 1

    figures = tmp_path / "figures.json"
    assert evaluate.main(["--data", str(own_file), "--json", str(figures), "--errors"]) == 0
    assert set(json.loads(figures.read_text())) == {"isolated_quotes", "end_to_end", "gold_spans"}
    assert "stance of" in capsys.readouterr().out


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
