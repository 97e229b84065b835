"""Passages without a label, made of our own, and the soft labels that are kept of them."""

from typing import ClassVar

import numpy as np
import pytest

from stance.errors import ModelError
from stance.features import Passage
from training import distil
from training.corpus import LabelledQuote, labelled_quotes, parse_article

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
    monkeypatch.setattr(distil, "FILE", tmp_path / "soft.npz")
    monkeypatch.setattr(distil, "FOLDER", tmp_path)
    monkeypatch.setattr(distil, "Encoder", FakeEncoder)
    monkeypatch.setattr(FakeEncoder, "calls", [])
    (tmp_path / "encoder.onnx").write_bytes(b"one")
    return tmp_path


def test_passages_are_made_of_quotes_and_sentences():
    made = distil.unlabelled(QUOTES, [ARTICLE])
    assert Passage("It rained on the port all day.") in made
    assert Passage("Stop.") in made
    assert not set(made) & {quote.passage for quote in QUOTES}
    assert len(set(made)) == len(made)
    assert made == distil.unlabelled(QUOTES[::-1], [ARTICLE])
    assert distil.unlabelled([], []) == []


def test_a_quote_without_context_anywhere():
    bare = [LabelledQuote("1", Passage("We agree, and gladly so, to all of it."), "conciliatory", "Other", "1")]
    assert {passage.before for passage in distil.unlabelled(bare, [])} == {""}


def test_soft_labels_are_encoded_once(kept, capsys):
    passages = distil.unlabelled(QUOTES, [ARTICLE])
    first = distil.soft_labels(passages)
    assert np.allclose(first, [0.5, 0.25, 0.25], atol=0.01)
    assert np.allclose(first.sum(axis=1), 1)
    assert np.array_equal(distil.soft_labels(passages), first)
    assert distil.soft_labels([*passages, Passage("New here.")]).shape == (len(passages) + 1, 3)
    assert FakeEncoder.calls == [len(passages), 1]


def test_another_encoder_is_asked_anew(kept):
    distil.soft_labels([Passage("Stop.")])
    (kept / "encoder.onnx").write_bytes(b"two")
    distil.soft_labels([Passage("Stop.")])
    assert FakeEncoder.calls == [1, 1]


def test_what_is_missing_or_broken_is_named(kept):
    (kept / "soft.npz").write_bytes(b"x")
    with pytest.raises(ModelError, match="delete it"):
        distil.soft_labels([Passage("Stop.")])
    (kept / "encoder.onnx").unlink()
    with pytest.raises(ModelError, match="make train-large"):
        distil.soft_labels([Passage("Stop.")])
