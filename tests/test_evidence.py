"""The words that weighed for and against a label."""

import numpy as np
import pytest

from stance import Analyzer
from stance.evidence import evidence, strongest
from stance.features import Passage
from stance.quote import Evidence


class Counter:
    """Assertive by "never" anywhere, conciliatory by "welcome": all that there is to explain is known."""

    classes_ = np.array(["assertive", "conciliatory"])

    def predict_proba(self, passages):
        odds = [
            2 * words.count("never") - words.count("welcome")
            for words in (f"{p.before} {p.text} {p.after}".lower().split() for p in passages)
        ]
        sure = 1 / (1 + np.exp(-np.array(odds, dtype=float)))
        return np.column_stack([sure, 1 - sure])


def test_each_word_weighs_what_its_absence_changes():
    found = evidence(Counter(), Passage("We never welcome it", "Never , he said"), "assertive")
    weights = {(item.word, item.in_quote): round(item.weight, 3) for item in found}
    assert weights == {
        ("Never", False): 2,
        ("never", True): 2,
        ("welcome", True): -1,
        **dict.fromkeys([("We", True), ("it", True), ("he", False), ("said", False)], 0),
    }
    assert [abs(item.weight) for item in found] == sorted((abs(item.weight) for item in found), reverse=True)


def test_for_the_other_label_the_signs_turn():
    found = evidence(Counter(), Passage("never welcome"), "conciliatory")
    assert {item.word: round(item.weight) for item in found} == {"never": -2, "welcome": 1}


def test_the_strongest_for_and_then_those_against():
    found = [Evidence(word, True, weight) for word, weight in (("a", 3), ("b", -2), ("A", 1), ("c", 0.5), ("d", 0.01))]
    assert [(item.word, item.weight) for item in strongest(found, most=2)] == [("a", 3), ("c", 0.5), ("b", -2)]


def test_a_long_quote_costs_no_more_than_a_bound():
    assert len(evidence(Counter(), Passage("word " * 5000, "so " * 500, "it " * 500), "assertive", most=20)) == 60


@pytest.mark.parametrize("passage", [Passage(""), Passage("…"), Passage("条约"), Passage("a", "b", "c")])
def test_odd_passages(passage):
    assert all(item.weight == 0 for item in evidence(Counter(), passage, "assertive"))


def test_the_analyzer_explains_only_where_asked():
    article = "“We condemn this reckless attack,” Gen. Wei Fenghe said. No other words were heard."
    analyzer = Analyzer()
    (plain,), (explained,) = analyzer.analyze(article), analyzer.analyze(article, explain=True)
    assert plain.evidence == ()
    assert plain.stance == explained.stance == "assertive"
    assert {"condemn", "reckless"} & {item.word for item in explained.evidence if item.weight > 0}
    assert explained.to_dict()["evidence"][0].keys() == {"word", "in_quote", "weight"}
    assert analyzer.analyze("No quotes here.", explain=True) == []
