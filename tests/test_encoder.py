"""The large model: its contract, its files, and what is said where one of them is missing or damaged."""

import itertools
import json
import pickle
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from stance import Analyzer, loading
from stance.cli import main
from stance.encoder import MAX_TOKENS, NETWORK, TOKENIZER, Encoder, EncoderClassifier, Reader
from stance.errors import ModelError
from stance.features import Passage
from stance.loading import HEAD_FILE, load_model
from training.corpus import load_training_quotes, parted
from training.large import described

pytest.importorskip("onnxruntime", reason="needs the extra large")
pytest.importorskip("tokenizers", reason="needs the extra large")

LARGE = Path(__file__).parents[1] / "models" / "large"
PASSAGES = [
    Passage("We welcome the talks."),
    Passage("strategic trust", "Wei called for", "again."),
    Passage("Stop it at once, or there will be consequences!", "", "he said."),
    Passage(""),
    Passage("条约 \ud800 \0"),
    Passage("word " * 3000),
]


def test_it_keeps_the_contract_of_the_small_one():
    model = load_model("large")
    rows = model.predict_proba(PASSAGES)
    assert rows.shape == (len(PASSAGES), 3)
    assert np.allclose(rows.sum(axis=1), 1)
    assert list(model.classes_) == list(load_model("small").classes_)
    assert model.predict(PASSAGES).tolist()[:3] == ["conciliatory", "conciliatory", "assertive"]
    assert model.predict_proba([]).shape == (0, 3)
    assert model.predict_proba(["Stop."]).shape == (1, 3)
    with pytest.raises(TypeError, match=r"write \[passage\]"):
        model.predict("Stop.")


def test_neighbours_in_a_batch_change_nothing():
    encoder = Encoder(LARGE)
    together = encoder.log_probabilities(PASSAGES)
    assert np.array_equal(together, np.vstack([encoder.log_probabilities([passage]) for passage in PASSAGES]))
    assert np.array_equal(together[::-1], encoder.log_probabilities(PASSAGES[::-1]))


def test_the_context_of_a_fragment_counts():
    model = load_model("large")
    calm, cross = model.predict_proba([Passage("the proposal", "He welcomed"), Passage("the proposal", "He rejected")])
    labels = list(model.classes_)
    assert calm[labels.index("conciliatory")] > cross[labels.index("conciliatory")]


def test_it_is_loaded_once_and_travels_to_workers():
    model = load_model("large")
    assert load_model("large") is model
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.predict_proba(PASSAGES[:2]), model.predict_proba(PASSAGES[:2]))


def test_it_was_fitted_beside_the_shipped_small_model():
    manifest = json.loads((LARGE / "stance.json").read_text())
    small = json.loads((LARGE.parent / "stance.json").read_text())
    assert manifest["small_sha256"] == small["sha256"], "python -m training.large --head"
    assert manifest["head_data"] == described(parted(load_training_quotes())[1]), "python -m training.large --head"
    assert manifest["encoder_data"].keys() == {"sha256", "quotes"}
    assert sum(path.stat().st_size for path in LARGE.iterdir()) < 30_000_000


def test_the_whole_way(tmp_path, capsys):
    path = tmp_path / "a.txt"
    path.write_text("“We thank our friends,” Lloyd Austin said.", encoding="utf-8")
    assert main([str(path), "--model", "large", "--format", "jsonl", "--explain"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["speaker"], row["stance"]) == ("Austin", "conciliatory")
    assert "thank" in [item["word"] for item in row["evidence"]]
    assert Analyzer(model=load_model("large")).analyze("No quotes.") == []


@pytest.fixture(scope="module")
def tokenizer():
    return pytest.importorskip("tokenizers").Tokenizer.from_file(str(LARGE / TOKENIZER))


def test_the_quote_is_marked_in_its_sentence(tokenizer):
    (tokens, types), (bare, _) = Reader(tokenizer)([Passage("trust", "Wei wants", "again."), Passage("trust")])
    assert [tokenizer.id_to_token(token) for token in tokens] == [
        *("<s>", "wei", "wants", '"', "trust", '"', "again", ".", "</s>")
    ]
    assert types == [1, 1, 1, 1, 0, 1, 1, 1, 1]
    assert [tokenizer.id_to_token(token) for token in bare] == ["<s>", '"', "trust", '"', "</s>"]


@pytest.mark.parametrize(("before", "quote", "after"), list(itertools.product((0, 3, 500), (1, 60, 500), (0, 3, 500))))
def test_what_is_too_long_is_cut_far_from_the_quote(tokenizer, before, quote, after):
    passage = Passage("quote " * quote, "before " * before, "after " * after)
    [(tokens, types)] = Reader(tokenizer)([passage])
    words = [tokenizer.id_to_token(token) for token in tokens]
    assert len(tokens) == len(types) <= MAX_TOKENS
    assert types.count(0) == min(quote, MAX_TOKENS - 10)
    assert (words.count("before") > 0, words.count("after") > 0) == (before > 0, after > 0)
    if before + quote + after <= MAX_TOKENS - 4:
        assert len(tokens) == before + quote + after + 4


def test_of_what_the_small_model_is_sure_it_decides():
    model = load_model("large")
    passages = [quote.passage for quote in load_training_quotes()[:60]]
    by_small = model.small.predict_proba(passages)
    asked = []

    class Asked(Encoder):
        def log_probabilities(self, passages):
            asked.extend(passages)
            return super().log_probabilities(passages)

    watched = EncoderClassifier(Asked(LARGE), model.small)
    watched.head_, watched.classes_ = model.head_, model.classes_
    labels = watched.predict(passages)
    sure = by_small.max(axis=1) >= model.sure
    assert 0 < sure.sum() < len(passages)
    assert asked == [passage for passage, skipped in zip(passages, sure, strict=True) if not skipped]
    assert (labels[sure] == model.classes_[by_small.argmax(axis=1)][sure]).all()
    for threshold, wanted in ((0.01, []), (1.1, passages)):
        asked.clear()
        watched.sure = threshold
        watched.predict(passages)
        assert asked == wanted


@pytest.fixture
def copy(tmp_path) -> Path:
    return Path(shutil.copytree(LARGE, tmp_path / "large"))


def _damage_manifest(folder: Path, **changes: object) -> None:
    place = folder / "stance.json"
    place.write_text(json.dumps({**json.loads(place.read_text()), **changes}))


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda folder: (folder / "stance.json").unlink(), "manifest can't be read"),
        (lambda folder: (folder / "stance.json").write_text("{"), "no JSON"),
        (lambda folder: (folder / "stance.json").write_text("{}"), "the manifest needs"),
        (lambda folder: (folder / TOKENIZER).unlink(), r"tokenizer\.json: the file can't be read"),
        (lambda folder: (folder / NETWORK).write_bytes(b"x"), "damaged or changed"),
        (lambda folder: (folder / HEAD_FILE).write_bytes(b"x"), "damaged or changed"),
        (lambda folder: _damage_manifest(folder, scikit_learn="0.24.2"), r"made with scikit-learn 0\.24\.2"),
        (lambda folder: _damage_manifest(folder, small_sha256="0"), "another small model"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_next_step(copy, damage, reason):
    damage(copy)
    with pytest.raises(ModelError, match=reason) as caught:
        load_model(copy)
    assert str(copy) in str(caught.value)
    assert "training.large" in str(caught.value)


def test_a_copy_elsewhere_is_the_same(copy):
    assert np.array_equal(load_model(copy).predict_proba(PASSAGES), load_model("large").predict_proba(PASSAGES))


@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
def test_without_the_extra(package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ModelError, match=r"stance\[large\]"):
        Encoder(LARGE).log_probabilities([Passage("Stop.")])


def test_where_it_is_not_installed(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(loading, "_HERE", tmp_path / "stance")
    loading._shipped_large.cache_clear()
    assert main(["--model", "large", __file__]) == 2
    err = capsys.readouterr().err
    assert f"{NETWORK}: the large model is not installed" in err
    assert "pip install ./models/large" in err
    loading._shipped_large.cache_clear()
