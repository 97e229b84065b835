"""Models on disk: saved with a manifest, found by name, checked, loaded.

A model is a folder with stance.json, the manifest, which has the digest of every other file of it. Unpickling a file
runs what is in it, so not a byte is unpickled before all digests fit.
"""

import hashlib
import io
import json
import platform
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import joblib
import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

from stance.classifier import Probabilities, StanceClassifier
from stance.encoder import NETWORK, TOKENIZER, Encoder, EncoderClassifier
from stance.errors import ModelError
from stance.features import Passage

MODEL_FILE = "stance.joblib"
HEAD_FILE = "head.joblib"
_HERE = Path(__file__).resolve().parent
# In an installed package the model lies inside it, in a checkout beside it.
_SMALL = (_HERE / "models", _HERE.parent / "models")
_LARGE_PACKAGE = "stance_large"
_MAKE = "The checkout's `make train` makes the shipped model, `python -m training.train --output FOLDER` your own."
_MAKE_LARGE = (
    "It comes with the checkout in models/large, for other places: pip install ./models/large 'stance[large]'. "
    "`python -m training.large` makes it anew."
)


class Model(Protocol):
    """What judges passages: StanceClassifier, EncoderClassifier, or any classifier with the same methods."""

    classes_: Any

    def predict_proba(self, passages: "list[Passage]", /) -> Probabilities: ...
    def predict(self, passages: "list[Passage]", /) -> "np.ndarray[Any, np.dtype[np.str_]]": ...


def save_model(model: StanceClassifier, path: str | Path, details: dict[str, Any] | None = None) -> Path:
    """Writes the model into the folder (or .joblib file) `path`, its manifest beside it; returns the model's path.

    `details` go into the manifest, beside the digest and the versions.
    """
    target = _model_path(Path(path), writing=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    content = _pickled(model)
    target.write_bytes(content)
    _write_manifest(target.with_suffix(".json"), {"model": target.name, "sha256": _digest(content)}, details)
    return target


def save_large_model(model: EncoderClassifier, folder: Path, details: dict[str, Any] | None = None) -> None:
    """Writes the head of a large model and its manifest into the folder that holds its network and tokenizer.

    The manifest names the small model by its digest: the head weighs the encoder against the one that is shipped.
    """
    (folder / HEAD_FILE).write_bytes(_pickled(model.head_))
    files = {name: _digest((folder / name).read_bytes()) for name in (NETWORK, TOKENIZER, HEAD_FILE)}
    small = _manifest(_shipped_small_path())["sha256"]
    _write_manifest(folder / "stance.json", {"files": files, "small_sha256": small}, details)


def load_model(path: str | Path | None = None) -> StanceClassifier | EncoderClassifier:
    """A model: "small" (or None) and "large" are the shipped ones, loaded once; else a folder or a .joblib file.

    Raises ModelError where a file or its manifest is missing or broken, its bytes are not those of the manifest,
    it was made by another scikit-learn, or a package that the large model needs is not installed.
    """
    if path is None or path == "small":
        return _shipped_small()
    if path == "large":
        return _shipped_large()
    place = Path(path)
    if place.is_dir() and (place / NETWORK).is_file():
        return _load_large(place)
    return _load_small(_model_path(place))


@cache
def _shipped_small() -> StanceClassifier:
    return _load_small(_shipped_small_path())


def _shipped_small_path() -> Path:
    places = [folder / MODEL_FILE for folder in _SMALL]
    return next((place for place in places if place.is_file()), places[-1])


@cache
def _shipped_large() -> EncoderClassifier:
    spec = find_spec(_LARGE_PACKAGE)
    places = [Path(place) for place in (spec.submodule_search_locations or [] if spec else [])]
    places.append(_HERE.parent / "models" / "large")
    found = next((place for place in places if (place / NETWORK).is_file()), None)
    if found is None:
        raise ModelError(f"{places[-1] / NETWORK}: the large model is not installed. {_MAKE_LARGE}")
    return _load_large(found)


def _load_small(path: Path) -> StanceClassifier:
    if not path.is_file():
        raise ModelError(f"{path}: no such model file. {_MAKE}")
    manifest = _manifest(path)
    model = _unpickled(path, str(manifest["sha256"]), manifest, _MAKE)
    if not isinstance(model, StanceClassifier):
        raise ModelError(f"{path}: holds a {type(model).__name__}, not a StanceClassifier. {_MAKE}")
    return model


def _load_large(folder: Path) -> EncoderClassifier:
    place = folder / "stance.json"
    manifest = _read_manifest(place, _MAKE_LARGE)
    files, small = manifest.get("files"), manifest.get("small_sha256")
    wanted = isinstance(files, dict) and all(isinstance(files.get(n), str) for n in (NETWORK, TOKENIZER, HEAD_FILE))
    if not wanted or not isinstance(small, str) or not isinstance(manifest.get("scikit_learn"), str):
        raise ModelError(f"{place}: the manifest needs 'files', 'small_sha256' and 'scikit_learn'. {_MAKE_LARGE}")
    assert isinstance(files, dict)
    for name in (NETWORK, TOKENIZER):
        _checked_bytes(folder / name, files[name], place.name, _MAKE_LARGE)
    head = _unpickled(folder / HEAD_FILE, files[HEAD_FILE], manifest, _MAKE_LARGE)
    if not isinstance(head, LogisticRegression):
        raise ModelError(f"{folder / HEAD_FILE}: holds a {type(head).__name__}, no head. {_MAKE_LARGE}")
    if _manifest(_shipped_small_path())["sha256"] != small:
        raise ModelError(
            f"{place}: made beside another small model than the one installed. Install both from one version, "
            "or fit the head anew: python -m training.large --head"
        )
    model = EncoderClassifier(Encoder(folder), _shipped_small())
    model.head_, model.classes_ = head, head.classes_
    return model


def _model_path(path: Path, writing: bool = False) -> Path:
    folder = path.is_dir() or (writing and path.suffix != ".joblib")
    return path / MODEL_FILE if folder else path


def _manifest(path: Path) -> dict[str, Any]:
    place = path.with_suffix(".json")
    manifest = _read_manifest(place, _MAKE, f"the manifest of {path.name}")
    if not all(isinstance(manifest.get(key), str) for key in ("sha256", "scikit_learn")):
        raise ModelError(f"{place}: the manifest needs 'sha256' and 'scikit_learn', both strings. {_MAKE}")
    return manifest


def _read_manifest(place: Path, mend: str, name: str = "the manifest") -> dict[str, Any]:
    try:
        manifest = json.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{place}: {name} can't be read ({error.strerror}). {mend}") from error
    except ValueError as error:
        raise ModelError(f"{place}: the manifest is no JSON ({error}). {mend}") from error
    return manifest if isinstance(manifest, dict) else {}


def _write_manifest(place: Path, digests: dict[str, Any], details: dict[str, Any] | None) -> None:
    versions = {"scikit_learn": sklearn.__version__, "python": platform.python_version()}
    text = json.dumps({**digests, **versions, **(details or {})}, indent=2, ensure_ascii=False) + "\n"
    place.write_text(text, encoding="utf-8")


def _checked_bytes(path: Path, sha256: str, manifest: str, mend: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: no model can be read there ({error.strerror}). {mend}") from error
    if _digest(content) != sha256:
        raise ModelError(
            f"{path}: its bytes are not those that {manifest} names; it was damaged or changed. "
            f"Get both files again from one source. {mend}"
        )
    return content


def _unpickled(path: Path, sha256: str, manifest: dict[str, Any], mend: str) -> Any:
    # The bytes that are checked are the bytes that are unpickled; the file is not opened again.
    content = _checked_bytes(path, sha256, path.with_suffix(".json").name, mend)
    made_with = _major_minor(manifest["scikit_learn"])
    if made_with != _major_minor(sklearn.__version__):
        raise ModelError(
            f"{path}: made with scikit-learn {manifest['scikit_learn']}, but {sklearn.__version__} is installed. "
            f"Install scikit-learn {made_with}.*, or train it anew. {mend}"
        )
    try:
        return joblib.load(io.BytesIO(content))
    except Exception as error:  # unpickling may raise anything
        raise ModelError(f"{path}: can't be loaded ({type(error).__name__}: {error}). {mend}") from error


def _pickled(model: object) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(model, buffer, compress=3)
    return buffer.getvalue()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _major_minor(version: str) -> str:
    return ".".join(version.split(".")[:2])
