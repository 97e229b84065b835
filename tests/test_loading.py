"""Model files from anywhere: whole or refused, ours or trusted, and nothing run before that is settled."""

import json
import os
import pickle
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from stance import ModelError, loading
from stance.cli import main
from stance.encoder import NETWORK, TOKENIZER
from stance.loading import HEAD_FILE, MODEL_FILE, load_model, save_model
from stance.vectors import WordVectors

MODELS = Path(__file__).parents[1] / "models"
LARGE = MODELS / "large"
RAN: list[str] = []


def leave_a_trace() -> None:
    RAN.append("ran")


class Bomb:
    """Unpickled, it leaves a trace."""

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return leave_a_trace, ()


@pytest.fixture(autouse=True)
def nothing_ran() -> object:
    RAN.clear()
    yield
    assert not RAN, "something was unpickled"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A copy of the shipped small model in a folder of its own."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in (MODEL_FILE, "stance.json"):
        shutil.copyfile(MODELS / name, folder / name)
    return folder


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A copy of the shipped large model."""
    return Path(shutil.copytree(LARGE, tmp_path / "large"))


def change_manifest(folder: Path, **changes: object) -> None:
    place = folder / "stance.json"
    place.write_text(json.dumps({**json.loads(place.read_text()), **changes}), encoding="utf-8")


def bomb(file: Path) -> str:
    """A pickle that acts, in place of a file; its digest."""
    file.unlink(missing_ok=True)
    file.write_bytes(pickle.dumps(Bomb()))
    return sha256(file.read_bytes()).hexdigest()


def vouched_bomb(folder: Path) -> None:
    change_manifest(folder, sha256=bomb(folder / MODEL_FILE))


def in_place_of(file: Path, make: Callable[[Path], object]) -> None:
    file.unlink()
    make(file)


def sparse(file: Path) -> None:
    with file.open("wb") as out:
        out.truncate(1 << 40)


def own_manifest(folder: Path) -> None:
    """The manifest of another model beside this one's file."""
    change_manifest(folder, sha256=sha256(b"another").hexdigest())


# What is done to the folder of a small model, and what the refusal says.
DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "truncated": (lambda f: os.truncate(f / MODEL_FILE, 1000), "damaged or changed"),
    "a byte more": (lambda f: (f / MODEL_FILE).open("ab").write(b"\0"), "damaged or changed"),
    "emptied": (lambda f: os.truncate(f / MODEL_FILE, 0), "damaged or changed"),
    "a bomb in its place": (lambda f: bomb(f / MODEL_FILE), "damaged or changed"),
    "a bomb with a manifest that fits": (vouched_bomb, "no model that ships with stance.*--trust-model"),
    "manifest of another": (own_manifest, "damaged or changed"),
    "gone": (lambda f: (f / MODEL_FILE).unlink(), "no such model file"),
    "folder in place of the file": (lambda f: in_place_of(f / MODEL_FILE, Path.mkdir), "no such model file"),
    "pipe in place of the file": (lambda f: in_place_of(f / MODEL_FILE, os.mkfifo), "no such model file"),
    "link to nowhere": (lambda f: in_place_of(f / MODEL_FILE, lambda p: p.symlink_to("none")), "no such model file"),
    "link to itself": (lambda f: in_place_of(f / MODEL_FILE, lambda p: p.symlink_to(p)), "no such model file"),
    "link to a device": (lambda f: in_place_of(f / MODEL_FILE, lambda p: p.symlink_to("/dev/zero")), "no such model"),
    "a terabyte": (lambda f: sparse(f / MODEL_FILE), "larger than 1024 MB"),
    "manifest gone": (lambda f: (f / "stance.json").unlink(), "manifest of stance.joblib can't be read"),
    "manifest a folder": (lambda f: in_place_of(f / "stance.json", Path.mkdir), "it is no file"),
    "manifest a pipe": (lambda f: in_place_of(f / "stance.json", os.mkfifo), "it is no file"),
    "manifest a terabyte": (lambda f: sparse(f / "stance.json"), "larger than 1 MB"),
    "manifest truncated": (lambda f: os.truncate(f / "stance.json", 100), "is no JSON"),
    "manifest empty": (lambda f: os.truncate(f / "stance.json", 0), "is no JSON"),
    "manifest not UTF-8": (lambda f: (f / "stance.json").write_bytes(b'{"sha256": "\xe9"}'), "is no JSON"),
    "manifest nested": (lambda f: (f / "stance.json").write_text("[" * 100_000), "is no JSON"),
    "manifest with a long number": (lambda f: (f / "stance.json").write_text("9" * 10_000), "is no JSON"),
    "manifest null": (lambda f: (f / "stance.json").write_text("null"), "needs 'sha256'"),
    "digest a list": (lambda f: change_manifest(f, sha256=["a"]), "needs 'sha256'"),
    "digest in capitals": (lambda f: change_manifest(f, sha256="A" * 64), "damaged or changed"),
    "version a number": (lambda f: change_manifest(f, scikit_learn=1.9), "needs 'sha256' and 'scikit_learn'"),
    "version that a terminal obeys": (lambda f: change_manifest(f, scikit_learn="1.9\x1b[2J"), "needs 'sha256'"),
    "version not there": (lambda f: change_manifest(f, scikit_learn=None), "needs 'sha256' and 'scikit_learn'"),
    "older scikit-learn": (lambda f: change_manifest(f, scikit_learn="0.24.2"), "made with scikit-learn 0.24.2"),
    "newer scikit-learn": (lambda f: change_manifest(f, scikit_learn="9.1"), r"scikit-learn 9.1.*Install.*9\.1\.\*"),
}
LARGE_DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "bomb for a head": (lambda f: bomb(f / HEAD_FILE), "damaged or changed"),
    "network truncated": (lambda f: os.truncate(f / NETWORK, 1000), "damaged or changed"),
    "network a pipe": (lambda f: in_place_of(f / NETWORK, os.mkfifo), "no such model file"),
    "tokenizer of another": (lambda f: (f / TOKENIZER).write_text("{}"), "damaged or changed"),
    "head a folder": (lambda f: in_place_of(f / HEAD_FILE, Path.mkdir), "it is no file"),
    "files no table": (lambda f: change_manifest(f, files=[NETWORK]), "the manifest needs 'files'"),
    "files with numbers": (lambda f: change_manifest(f, files={NETWORK: 1}), "the manifest needs 'files'"),
    "manifest of a small one": (lambda f: shutil.copyfile(MODELS / "stance.json", f / "stance.json"), "needs 'files'"),
    "another small model": (lambda f: change_manifest(f, small_sha256="0" * 64), "another small model"),
    "older scikit-learn": (lambda f: change_manifest(f, scikit_learn="0.24.2"), "made with scikit-learn 0.24.2"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_small_model_is_refused(small: Path, damage: str) -> None:
    change, reason = DAMAGE[damage]
    change(small)
    with pytest.raises(ModelError, match=reason) as caught:
        load_model(small)
    assert str(small) in str(caught.value), "names the file"
    assert "make train" in str(caught.value) or "--trust-model" in str(caught.value), "says what to do"


@pytest.mark.parametrize("damage", LARGE_DAMAGE)
def test_a_damaged_large_model_is_refused(large: Path, damage: str) -> None:
    change, reason = LARGE_DAMAGE[damage]
    change(large)
    with pytest.raises(ModelError, match=reason) as caught:
        load_model(large)
    assert str(large) in str(caught.value)


@pytest.mark.parametrize("path", ["", ".", "\0", "a\0b", "\ud800", "x" * 5000, "no/such/model.joblib", "model.txt"])
def test_a_path_that_is_none(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="no such model file"):
        load_model(path)


# ---- trust ----------------------------------------------------------------------------------------------------------


def test_a_copy_of_a_shipped_model_needs_no_trust(small: Path) -> None:
    assert list(load_model(small).classes_) == list(load_model("small").classes_)
    assert list(load_model(str(small / MODEL_FILE)).classes_) == list(load_model("small").classes_)


def test_a_link_to_a_shipped_model_needs_no_trust(tmp_path: Path) -> None:
    for name in (MODEL_FILE, "stance.json"):
        (tmp_path / name).symlink_to(MODELS / name)
    assert list(load_model(tmp_path).classes_) == list(load_model("small").classes_)


def test_a_copy_of_the_large_model_needs_no_trust(large: Path) -> None:
    assert list(load_model(large).classes_) == list(load_model("small").classes_)


def test_a_large_model_from_elsewhere_needs_trust(large: Path) -> None:
    digest = bomb(large / HEAD_FILE)
    files = json.loads((large / "stance.json").read_text())["files"]
    change_manifest(large, files={**files, HEAD_FILE: digest})
    with pytest.raises(ModelError, match="no model that ships with stance"):
        load_model(large)


def test_a_large_model_where_none_is_installed_needs_trust(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_shipped_large_folder", lambda: None)
    with pytest.raises(ModelError, match="no model that ships with stance"):
        load_model(large)


def test_a_model_of_ones_own_is_loaded_on_trust(small: Path, tmp_path: Path) -> None:
    own = save_model(load_model("small"), tmp_path / "own", {"note": "the same, packed anew"})  # type: ignore[arg-type]
    change_manifest(own.parent, sha256=digest_of_another_packing(own))
    with pytest.raises(ModelError, match="--trust-model"):
        load_model(own.parent)
    assert list(load_model(own.parent, trust=True).classes_) == list(load_model("small").classes_)


def digest_of_another_packing(file: Path) -> str:
    import joblib

    joblib.dump(joblib.load(file), file, compress=1)
    return sha256(file.read_bytes()).hexdigest()


def test_trust_does_not_mend_what_is_damaged(small: Path) -> None:
    bomb(small / MODEL_FILE)
    with pytest.raises(ModelError, match="damaged or changed"):
        load_model(small, trust=True)


def test_another_version_is_refused_even_on_trust(small: Path) -> None:
    vouched_bomb(small)
    change_manifest(small, scikit_learn="0.24.2")
    with pytest.raises(ModelError, match=r"0\.24\.2"):
        load_model(small, trust=True)


def test_on_trust_it_runs(small: Path) -> None:
    vouched_bomb(small)
    with pytest.raises(ModelError, match="holds a NoneType"):
        load_model(small, trust=True)
    assert RAN == ["ran"], "which is why it asks"
    RAN.clear()


def test_the_command_asks_for_trust(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vouched_bomb(small)
    article = tmp_path / "a.txt"
    article.write_text("“No,” he said.", encoding="utf-8")
    assert main([str(article), "--model", str(small)]) == 2
    assert "--trust-model" in capsys.readouterr().err


def test_the_command_trusts_where_it_is_told_to(small: Path, tmp_path: Path) -> None:
    change_manifest(small, sha256=digest_of_another_packing(small / MODEL_FILE))
    article = tmp_path / "a.txt"
    article.write_text("“No,” he said.", encoding="utf-8")
    assert main([str(article), "--model", str(small)]) == 2
    assert main([str(article), "--model", str(small), "--trust-model"]) == 0


def test_the_network_may_not_change_between_check_and_use(large: Path) -> None:
    pytest.importorskip("onnxruntime", reason="needs the extra large")
    model = load_model(large)
    (large / NETWORK).write_bytes(b"something else")
    with pytest.raises(ModelError, match="changed since the model was loaded"):
        model.predict(["Stop."])


# ---- writing --------------------------------------------------------------------------------------------------------


def test_what_cannot_be_written_leaves_the_old_model_whole(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = {path.name: path.read_bytes() for path in small.iterdir()}
    monkeypatch.setattr(loading.os, "replace", full)
    with pytest.raises(ModelError, match=r"stance\.joblib: can't be written \(No space left on device\)"):
        save_model(load_model("small"), small)  # type: ignore[arg-type]
    assert {path.name: path.read_bytes() for path in small.iterdir()} == before


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="can't be written"):
        save_model(load_model("small"), tmp_path / "file" / "model")  # type: ignore[arg-type]


# ---- word vectors (training) ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"\x93NUMPY", pickle.dumps(Bomb()), b"x" * 100])
def test_damaged_word_vectors(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "v.npz").write_bytes(content)
    with pytest.raises(ModelError, match="no word vectors"):
        WordVectors.load(tmp_path / "v.npz")
