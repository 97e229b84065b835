"""Passages without a label, made of our own, and the soft labels that are kept of them."""

from typing import ClassVar

import numpy as np
import pytest

from stance.encoder import NETWORK
from stance.errors import ModelError
from stance.features import Passage
from training import distil
from training.corpus import LabelledQuote, labelled_quotes, parse_article, parted

ARTICLE = parse_article(
    "id: x\n\nIt rained on the port all day. “⟦We thank you, we really do, and we will return.⟧{Wei|Wei|conciliatory}” "
    "Wei said.\n\n"
    "“⟦Stop.⟧{Wei|he|assertive}” he added as the cranes fell silent."
)
QUOTES = list(labelled_quotes([ARTICLE]))


class FakeEncoder:
    calls: ClassVar[list[int]] = []

    def __init__(self, folder):
        pass

    def log_probabilities(self, passages):
        self.calls.append(len(passages))
        return np.log([[0.5, 0.25, 0.25]] * len(passages))


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(distil, "TEACHER", tmp_path / "soft.npz")
    monkeypatch.setattr(distil, "LARGE", tmp_path / "large.npz")
    monkeypatch.setattr(distil, "FOLDER", tmp_path)
    (tmp_path / NETWORK).write_bytes(b"")
    monkeypatch.setattr(distil, "Encoder", FakeEncoder)
    monkeypatch.setattr(FakeEncoder, "calls", [])
    return tmp_path


def test_passages_are_made_of_quotes_and_sentences():
    given = [quote.passage for quote in QUOTES]
    made = distil.derived(given, [ARTICLE])
    assert Passage("It rained on the port all day.") in made
    assert Passage("Stop.") in made
    assert not set(made) & set(given)
    assert len(set(made)) == len(made)
    assert made == distil.derived(given, [ARTICLE])
    assert distil.derived([], []) == []


def test_nothing_of_the_tenth_is_learned_from():
    quotes = [LabelledQuote(str(n), Passage(f"We agree on point {n}."), "neutral", "Other", str(n)) for n in range(60)]
    rest, _ = parted(quotes)
    passages = distil.passages_to_label(rest, [])
    tenth = {quote.passage.text for quote in quotes} - {quote.passage.text for quote in rest}
    assert 0 < len(tenth) < 20
    assert {quote.passage for quote in rest} == set(passages[: len(rest)])
    assert not tenth & {passage.text for passage in passages}


def test_the_teachers_view_is_kept_and_the_encoder_fills_in(kept):
    passages = distil.derived([quote.passage for quote in QUOTES], [ARTICLE])
    assert distil.missing_soft_labels(passages) == passages
    views = np.array([[0.8, 0.2, 0.0]])
    distil.add_soft_labels(distil.TEACHER, passages[:1], views, wanted=passages)
    assert distil.missing_soft_labels(passages) == passages[1:]
    taught, rows = distil.labelled_by_teacher(passages)
    assert taught == passages[:1]
    assert np.allclose(rows, views, atol=0.01)
    rows = distil.soft_labels(passages)
    assert np.allclose(rows.sum(axis=1), 1)
    assert np.allclose(rows[0], views, atol=0.01)
    assert np.allclose(rows[1:], [0.5, 0.25, 0.25], atol=0.01)
    assert FakeEncoder.calls == [len(passages) - 1]


def test_the_large_network_goes_before_its_teacher(kept):
    both, one = Passage("Stop."), Passage("Go.")
    teacher, large = np.array([[0.8, 0.2, 0.0]] * 2), np.array([[0.0, 0.2, 0.8]])
    distil.add_soft_labels(distil.TEACHER, [both, one], teacher, wanted=[both, one])
    distil.add_soft_labels(distil.LARGE, [both], large, wanted=[both, one])
    assert np.allclose(distil.soft_labels([both, one]), np.vstack([large, teacher[:1]]), atol=0.01)
    assert np.allclose(distil.labelled_by_teacher([both, one])[1], teacher, atol=0.01)


def test_what_is_not_wanted_any_more_goes(kept):
    old, new = Passage("Stop."), Passage("Go.")
    distil.add_soft_labels(distil.TEACHER, [old], np.array([[1.0, 0.0, 0.0]]), wanted=[old])
    distil.add_soft_labels(distil.TEACHER, [new], np.array([[1.0, 0.0, 0.0]]), wanted=[new])
    assert distil.missing_soft_labels([old, new]) == [old]


def test_no_passages():
    assert distil.soft_labels([]).shape == (0, 3)


def test_a_broken_file_is_named(kept):
    (kept / "soft.npz").write_bytes(b"x")
    with pytest.raises(ModelError, match="delete it"):
        distil.soft_labels([Passage("Stop.")])


def test_a_missing_encoder_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(distil, "TEACHER", tmp_path / "soft.npz")
    monkeypatch.setattr(distil, "LARGE", tmp_path / "large.npz")
    monkeypatch.setattr(distil, "FOLDER", tmp_path)
    with pytest.raises(ModelError, match="train-large"):
        distil.soft_labels([Passage("Stop.")])
