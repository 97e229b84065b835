"""The tables of the small model: the numbers of scikit-learn, the counts that features_of spells out."""

import json
import shutil
from collections import Counter as Multiset
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import stance.shipped
from stance.counting import Counter
from stance.errors import ModelError
from stance.features import Passage, features_of
from stance.linear import PARTS, LinearModel
from stance.loading import load_model
from stance.shipped import shipped_model
from stance.tables import SMALL_FOLDERS, TABLES_FILE, packed, unpacked
from training.corpus import HELDOUT, labelled_quotes, load_articles

WORDS = "we will not never won't agree agreed to talk at once , . ? but said the Wei’s 1,000 condemn it let us"
texts = st.lists(st.sampled_from([*WORDS.split(), "“", "é", "—"]), max_size=14).map(" ".join)
passages = st.builds(Passage, texts, texts, texts)


def held_out() -> list[Passage]:
    return [quote.passage for quote in labelled_quotes(load_articles(HELDOUT))]


def test_the_same_numbers_as_through_scikit_learn() -> None:
    model = load_model("small")
    items = [*held_out(), Passage(""), Passage("…"), Passage("条约", "", "said")]
    expected = model.model_.predict_proba(model.union_.transform([features_of(item) for item in items]))
    powers = expected ** (1 / model.flattening)
    assert np.array_equal(model.predict_proba(items), powers / powers.sum(axis=1, keepdims=True))


def test_the_shipped_tables_are_those_of_the_shipped_classifier() -> None:
    tables = load_model("small").linear.tables
    folder = next(folder for folder in SMALL_FOLDERS if (folder / TABLES_FILE).is_file())
    assert packed(tables) == (folder / TABLES_FILE).read_bytes()
    assert isinstance(shipped_model(), LinearModel)
    assert np.array_equal(shipped_model().predict_proba(held_out()), load_model("small").predict_proba(held_out()))


@cache
def vocabulary() -> dict[str, dict[str, int]]:
    tables = load_model("small").linear.tables
    return {part: {name: number for number, name in enumerate(tables.columns[part])} for part in PARTS}


@cache
def counter(part: str) -> Counter:
    return Counter({name: (vocabulary()[part] if name == part else {}) for name in PARTS})


def spelled(passage: Passage) -> dict[str, list[str]]:
    features = features_of(passage)
    padded = [f" {word} " for word in features.text.split()]
    pieces = [word[at : at + 4] for word in padded for at in range(max(len(word) - 4, 0) + 1)]
    return {
        "words": features.words,
        "context": features.context,
        "pattern": features.pattern,
        "characters": pieces,
        "acts": list(features.acts),
    }


@given(passages)
def test_the_counts_are_those_of_the_features(passage: Passage) -> None:
    for part, names in spelled(passage).items():
        columns = vocabulary()[part]
        expected = Multiset(columns[name] for name in names if name in columns)
        assert Multiset(counter(part).count(passage).columns) == expected, part


def test_the_words_of_the_meanings() -> None:
    passage = Passage("We won’t", "Wei said:", "(hm)")
    counted = Counter({part: {} for part in PARTS}).count(passage)
    assert (counted.text, counted.around) == (["we", "won't"], ["wei", "said", ":", "hm"])


@pytest.mark.parametrize("content", [b"", b"PK", b"\x93NUMPY", packed(load_model().linear.tables)[:-50]])
def test_no_tables(content: bytes) -> None:
    with pytest.raises(ModelError, match="mine: no tables of a model"):
        unpacked(content, "mine")


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = next(folder for folder in SMALL_FOLDERS if (folder / TABLES_FILE).is_file())
    for name in ("stance.json", TABLES_FILE):
        shutil.copy(folder / name, tmp_path / name)
    monkeypatch.setattr(stance.shipped, "SMALL_FOLDERS", (tmp_path,))
    return tmp_path


def test_damaged_tables_are_refused(copied: Path) -> None:
    (copied / TABLES_FILE).write_bytes(b"something else")
    with pytest.raises(ModelError, match="damaged or changed"):
        shipped_model.__wrapped__()


def test_without_tables_the_classifier_is_loaded(copied: Path) -> None:
    (copied / TABLES_FILE).unlink()
    assert shipped_model.__wrapped__() is load_model()


def test_a_manifest_that_names_no_tables(copied: Path) -> None:
    manifest = json.loads((copied / "stance.json").read_text())
    del manifest["tables_sha256"]
    (copied / "stance.json").write_text(json.dumps(manifest))
    assert shipped_model.__wrapped__() is load_model()
