"""StanceClassifier, and how a model is saved, checked and loaded."""

import json
import pickle
from hashlib import sha256
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from stance.classifier import StanceClassifier
from stance.errors import ModelError
from stance.features import Passage, features_of
from stance.loading import load_model, save_model
from stance.vectors import WordVectors

QUOTES = {
    "assertive": [
        "We condemn this attack.",
        "Stop it at once.",
        "They must withdraw.",
        "We reject the claim.",
        "It was a reckless provocation.",
        "We will not yield.",
    ],
    "conciliatory": [
        "We thank our partners.",
        "We welcome the talks.",
        "Let us keep channels open.",
        "I apologise for the delay.",
        "We hope for peace.",
        "We agree to meet.",
    ],
    "neutral": [
        "The ship arrived on Monday.",
        "About 300 people attended.",
        "I have no details for you.",
        "The vote is at noon.",
        "The call lasted an hour.",
        "The report has two parts.",
    ],
}
TEXTS = [text for texts in QUOTES.values() for text in texts]
LABELS = [label for label, texts in QUOTES.items() for _ in texts]


@pytest.fixture(scope="module")
def model() -> StanceClassifier:
    return StanceClassifier(folds=3).fit(TEXTS, LABELS)


@pytest.fixture
def saved(model, tmp_path) -> Path:
    return save_model(model, tmp_path, {"note": "tiny"})


def test_learns_and_keeps_its_contract(model):
    assert list(model.classes_) == sorted(QUOTES)
    assert (model.predict(TEXTS) == LABELS).mean() > 0.9
    assert StanceClassifier(C=2).get_params()["C"] == 2
    assert not hasattr(clone(model), "classes_")


def test_probabilities_sum_to_one_whatever_comes_in(model):
    items = [
        "",
        " ",
        "…",
        "条约",
        "We condemn it. " * 500,
        Passage("", "", ""),
        Passage("routine", "He called it"),
    ]
    probabilities = model.predict_proba(items)
    assert probabilities.shape == (len(items), 3)
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert (probabilities >= 0).all()


def test_the_context_of_a_fragment_counts(model):
    trained = StanceClassifier(folds=2).fit(
        [Passage("talks", f"He {verb}") for verb in ("condemned", "rejected", "welcomed", "hailed")],
        list("aacc"),
    )
    assert trained.predict([Passage("talks", "She condemned"), Passage("talks", "She hailed")]).tolist() == [
        "a",
        "c",
    ]


def test_no_passages_give_no_rows(model):
    assert model.predict([]).shape == (0,)
    assert model.predict_proba([]).shape == (0, 3)


@pytest.mark.parametrize("item", ["Stop.", Passage("Stop.")])
def test_a_single_passage_is_refused(model, item):
    with pytest.raises(TypeError, match=r"write \[passage\]"):
        model.predict(item)


def test_fit_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="2 passages, but 1 labels"):
        StanceClassifier().fit(["a", "b"], ["neutral"])
    with pytest.raises(ValueError, match="two classes"):
        StanceClassifier().fit(["a", "b"], ["neutral", "neutral"])
    with pytest.raises(NotFittedError):
        StanceClassifier().predict(["a"])


def test_soft_labels_are_learned_from():
    soft = (
        ["laud", "laud it", "scorn", "scorn it"],
        np.array([[0.1, 0.9], [0.2, 0.8], [0.9, 0.1], [0.8, 0.2]]),
        [1.0] * 4,
    )
    hard = (["praise", "praise it", "blame", "blame it"], list("ccaa"))
    model = StanceClassifier().fit(*hard, soft=soft, calibration=(["praise", "blame"] * 2, list("caca")))
    assert model.predict(["laud", "scorn", "praise", "blame"]).tolist() == list("caca")
    with pytest.raises(ValueError, match="to calibrate on"):
        StanceClassifier().fit(*hard, soft=soft)


def test_words_seen_once_are_left_out_of_a_large_training_set():
    texts, labels = [f"thank you {i % 7}" if i % 2 else f"never {i % 5}" for i in range(1200)], list("ac") * 600
    model = StanceClassifier(folds=2).fit([*texts, "zounds"], [*labels, "a"])
    words = model.union_.transformer_list[0][1].vocabulary_
    assert "thank" in words
    assert "zound" not in words


def test_same_data_same_predictions(model):
    again = StanceClassifier(folds=3).fit(TEXTS, LABELS)
    assert np.array_equal(again.predict_proba(TEXTS), model.predict_proba(TEXTS))


def test_a_batch_is_judged_as_one_by_one(model):
    one_by_one = np.vstack([model.predict_proba([text]) for text in TEXTS])
    assert np.allclose(model.predict_proba(TEXTS), one_by_one)


def test_saved_and_loaded_it_is_the_same(model, saved):
    for path in (saved, str(saved), saved.parent):
        assert np.array_equal(load_model(path, trust=True).predict_proba(TEXTS), model.predict_proba(TEXTS))
    assert json.loads(saved.with_suffix(".json").read_text())["note"] == "tiny"


def test_the_shipped_model_is_loaded_once():
    shipped = load_model()
    assert load_model() is shipped
    assert set(shipped.classes_) == set(QUOTES)


class Bomb:
    """Its unpickling raises what no check of ours raises."""

    def __reduce__(self):
        return eval, ("1 / 0",)


def _manifest(path: Path, **changes: object) -> None:
    place = path.with_suffix(".json")
    place.write_text(json.dumps({**json.loads(place.read_text()), **changes}))


def _bomb(path: Path) -> None:
    path.write_bytes(pickle.dumps(Bomb()))


def _vouched_bomb(path: Path) -> None:
    _bomb(path)
    _manifest(path, sha256=sha256(path.read_bytes()).hexdigest())


def _other_object(path: Path) -> None:
    joblib.dump({"a": 1}, path)
    _manifest(path, sha256=sha256(path.read_bytes()).hexdigest())


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda p: p.unlink(), "no such model file"),
        (lambda p: p.with_suffix(".json").unlink(), "manifest of stance.joblib can't be read"),
        (lambda p: p.with_suffix(".json").write_text("{"), "no JSON"),
        (lambda p: p.with_suffix(".json").write_bytes(b"\xff\xfe"), "no JSON"),
        (lambda p: p.with_suffix(".json").write_text("[]"), "needs 'sha256'"),
        (lambda p: p.with_suffix(".json").write_text('{"sha256": 1}'), "needs 'sha256'"),
        (lambda p: p.write_bytes(p.read_bytes()[:-1]), "damaged or changed"),
        (lambda p: p.write_bytes(b""), "damaged or changed"),
        (lambda p: _manifest(p, sha256="0" * 64), "damaged or changed"),
        (lambda p: _manifest(p, scikit_learn="0.24.2"), "made with scikit-learn 0.24.2"),
        (_bomb, "damaged or changed"),
        (_vouched_bomb, "ZeroDivisionError"),
        (_other_object, "holds a dict"),
    ],
)
def test_a_model_that_does_not_fit_is_refused_with_the_next_step(saved, damage, reason):
    damage(saved)
    with pytest.raises(ModelError, match=reason) as caught:
        load_model(saved, trust=True)
    assert str(saved.parent) in str(caught.value)
    assert "make train" in str(caught.value)


def test_a_folder_without_a_model(tmp_path):
    with pytest.raises(ModelError, match=r"stance\.joblib: no such model file"):
        load_model(tmp_path)


def test_other_versions_are_refused_before_unpickling(saved):
    _vouched_bomb(saved)
    _manifest(saved, scikit_learn="0.24.2")
    with pytest.raises(ModelError, match=r"0\.24\.2"):
        load_model(saved, trust=True)


def test_word_vectors_tell_words_that_were_never_seen():
    vectors = WordVectors(["praise", "laud", "scorn"], np.array([[9, 0], [8, 1], [0, 9]], dtype=np.int8))
    plain, meaning = StanceClassifier(folds=2), StanceClassifier(folds=2, vectors=vectors, vector_weight=3.0)
    for model in (plain, meaning):
        model.fit(["praise", "praise it", "scorn", "scorn it"], list("ccaa"))
    assert meaning.predict_proba(["laud"])[0][1] > plain.predict_proba(["laud"])[0][1]


def test_word_vectors_there_and_back(tmp_path):
    vectors = WordVectors(["war", "peace"], np.array([[1, 2], [3, 4]], dtype=np.int8))
    vectors.save(tmp_path / "v.npz")
    assert WordVectors.load(tmp_path / "v.npz").means(["Peace"]).tolist() == vectors.means(["peace"]).tolist()
    with pytest.raises(ModelError, match="no word vectors"):
        WordVectors.load(tmp_path / "none.npz")


def test_what_only_training_needs_is_unpacked_when_asked_for(model):
    again = pickle.loads(pickle.dumps(model))
    assert np.allclose(again.predict_proba(TEXTS), model.predict_proba(TEXTS))
    assert not {"union_", "model_"} & vars(again).keys()
    assert again.predict_proba(TEXTS).shape == pickle.loads(pickle.dumps(again)).predict_proba(TEXTS).shape
    learned = again.model_.predict_proba(again.union_.transform([features_of(Passage(text)) for text in TEXTS]))
    assert (again.classes_[learned.argmax(axis=1)] == again.predict(TEXTS)).all()
    tables = pickle.loads(pickle.dumps(again.linear))
    assert np.array_equal(tables.predict_proba(TEXTS), again.predict_proba(TEXTS))
    with pytest.raises(AttributeError, match="'unions_'"):
        _ = again.unions_
    with pytest.raises(NotFittedError):
        _ = StanceClassifier().linear


def test_with_two_classes_too():
    model = StanceClassifier(folds=2).fit(["We thank you.", "We hope.", "Stop it!", "Never!"], list("ccaa"))
    again = pickle.loads(pickle.dumps(model))
    assert again.model_.calibrated_classifiers_[0].estimator.coef_.shape[0] == 1
    assert again.predict(["We thank them."]).tolist() == ["c"]
