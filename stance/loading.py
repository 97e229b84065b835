"""Models on disk: saved with a manifest, found by name, checked, loaded.

A model is a folder with stance.json, the manifest, which has the digest of every other file of it. Unpickling a file
runs what is in it, so not a byte is unpickled before all digests fit. A manifest shows that a file is whole, not whose
it is: a model whose digests are not those of a shipped one is loaded only where the caller says so (SECURITY.md).
"""

import hashlib
import io
import json
import os
import platform
import re
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import joblib
import numpy as np
import sklearn

from stance.classifier import StanceClassifier
from stance.encoder import NETWORK, TOKENIZER, Encoder, EncoderClassifier
from stance.errors import ModelError
from stance.features import Passage
from stance.linear import Probabilities

MODEL_FILE = "stance.joblib"
HEAD_FILE = "head.joblib"
_LARGE_FILES = (NETWORK, TOKENIZER, HEAD_FILE)
_HERE = Path(__file__).resolve().parent
# In an installed package the model lies inside it, in a checkout beside it.
_SMALL = (_HERE / "models", _HERE.parent / "models")
_LARGE_PACKAGE = "stance_large"
_MOST_BYTES = 1 << 30  # a file of a model; a larger one is something else, and would fill the memory
_MOST_MANIFEST = 1 << 20
_VERSION = re.compile(r"\d{1,4}\.\d{1,4}(?:\.\w{1,12}){0,3}")
_MAKE = "The checkout's `make train` makes the shipped model, `python -m training.train --output FOLDER` your own."
_MAKE_LARGE = (
    "It comes with the checkout in models/large, for other places: pip install ./models/large 'stance[large]'. "
    "`make train-teacher train-large` in the checkout makes it anew (training.large)."
)
_TRUST = (
    "this is no model that ships with stance, and to load a model is to run the code in it. If you made it, or trust "
    "whoever did, say so: --trust-model on the command line, load_model(path, trust=True) in Python."
)


class Model(Protocol):
    """What judges passages: StanceClassifier, EncoderClassifier, or any classifier with the same methods."""

    classes_: Any

    def predict_proba(self, passages: "list[Passage]", /) -> Probabilities: ...
    def predict(self, passages: "list[Passage]", /) -> "np.ndarray[Any, np.dtype[np.str_]]": ...


def save_model(model: StanceClassifier, path: str | Path, details: dict[str, Any] | None = None) -> Path:
    """Writes the model into the folder (or .joblib file) `path`, its manifest beside it; returns the model's path.

    `details` go into the manifest, beside the digest and the versions. Raises ModelError where nothing can be written
    there; a file that stood there before is then whole still.
    """
    target = _model_path(Path(path), writing=True)
    content = _pickled(model)
    _write(target, content)
    _write_manifest(target.with_suffix(".json"), {"model": target.name, "sha256": _digest(content)}, details)
    return target


def save_large_model(model: EncoderClassifier, folder: Path, details: dict[str, Any] | None = None) -> None:
    """Writes the head of a large model and its manifest into the folder that holds its network and tokenizer.

    The manifest names the small model by its digest: it decides where it is sure, and the head was fitted on both.
    """
    _write(folder / HEAD_FILE, _pickled(model.head_))
    files = {name: _digest(_bytes_of(folder / name, _MAKE_LARGE)) for name in _LARGE_FILES}
    small = _manifest(_shipped_small_path())["sha256"]
    _write_manifest(folder / "stance.json", {"files": files, "small_sha256": small}, details)


def load_model(path: str | Path | None = None, *, trust: bool = False) -> StanceClassifier | EncoderClassifier:
    """A model: "small" (or None) and "large" are the shipped ones, loaded once; else a folder or a .joblib file.

    Loading a model runs code in it. So a file that is not, byte for byte, one of the shipped ones is loaded with
    `trust=True` only: say it of files that you made, or whose maker you trust.

    Raises ModelError where a file or its manifest is missing or broken, its bytes are not those of the manifest,
    it comes from elsewhere and `trust` is not given, it was made by another scikit-learn, or a package that the large
    model needs is not installed. Of a file that is refused nothing has been run.
    """
    if path is None or path == "small":
        return _shipped_small()
    if path == "large":
        return _shipped_large()
    place = Path(path)
    if _is(place, Path.is_dir) and _is(place / NETWORK, Path.is_file):
        return _load_large(place, trust)
    return _load_small(_model_path(place), trust)


def model_digest(path: str | Path | None = None) -> str:
    """What tells the model that `load_model(path)` gives from others: the digest of its manifest. Raises ModelError."""
    if path is None or path == "small":
        place = _shipped_small_path().with_suffix(".json")
    elif path == "large":
        place = _large_folder() / "stance.json"
    else:
        place = _model_path(Path(path)).with_suffix(".json")  # in a folder, of either kind of model: stance.json
    try:
        return _digest(place.read_bytes())
    except OSError as error:
        raise ModelError(f"{place}: the manifest can't be read ({error.strerror}). {_MAKE}") from error


@cache
def _shipped_small() -> StanceClassifier:
    return _load_small(_shipped_small_path(), trust=True)


def _shipped_small_path() -> Path:
    places = [folder / MODEL_FILE for folder in _SMALL]
    return next((place for place in places if place.is_file()), places[-1])


@cache
def _shipped_large() -> EncoderClassifier:
    return _load_large(_large_folder(), trust=True)


def _large_folder() -> Path:
    folder = _shipped_large_folder()
    if folder is None:
        place = _HERE.parent / "models" / "large" / NETWORK
        raise ModelError(f"{place}: the large model is not installed. {_MAKE_LARGE}")
    return folder


def _shipped_large_folder() -> Path | None:
    spec = find_spec(_LARGE_PACKAGE)
    places = [Path(place) for place in (spec.submodule_search_locations or [] if spec else [])]
    places.append(_HERE.parent / "models" / "large")
    return next((place for place in places if (place / NETWORK).is_file()), None)


def _load_small(path: Path, trust: bool) -> StanceClassifier:
    if not _is(path, Path.is_file):
        raise ModelError(f"{path}: no such model file. {_MAKE}")
    manifest = _manifest(path)
    content = _checked_bytes(path, manifest["sha256"], path.with_suffix(".json").name, _MAKE)
    if not trust and manifest["sha256"] != _manifest(_shipped_small_path())["sha256"]:
        raise ModelError(f"{path}: {_TRUST}")
    model = _unpickled(path, content, manifest, _MAKE)
    if not isinstance(model, StanceClassifier):
        raise ModelError(f"{path}: holds a {type(model).__name__}, not a StanceClassifier. {_MAKE}")
    return model


def _load_large(folder: Path, trust: bool) -> EncoderClassifier:
    place = folder / "stance.json"
    manifest = _large_manifest(folder)
    digests, small = manifest["files"], manifest["small_sha256"]
    contents = {name: _checked_bytes(folder / name, digests[name], place.name, _MAKE_LARGE) for name in _LARGE_FILES}
    if not trust and digests != _shipped_large_digests():
        raise ModelError(f"{folder}: {_TRUST}")
    if _manifest(_shipped_small_path())["sha256"] != small:
        raise ModelError(
            f"{place}: made beside another small model than the one installed. Install both from one version, "
            "or fit the head anew: python -m training.large --head"
        )
    from sklearn.calibration import CalibratedClassifierCV  # here, not to slow down the small model

    head = _unpickled(folder / HEAD_FILE, contents[HEAD_FILE], manifest, _MAKE_LARGE)
    if not isinstance(head, CalibratedClassifierCV):
        raise ModelError(f"{folder / HEAD_FILE}: holds a {type(head).__name__}, no head. {_MAKE_LARGE}")
    model = EncoderClassifier(Encoder(folder, digests), _shipped_small())
    model.head_, model.classes_ = head, head.classes_
    return model


def _large_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a large model; its "files" name the digests of _LARGE_FILES and nothing else."""
    place = folder / "stance.json"
    manifest = _read_manifest(place, _MAKE_LARGE)
    files = manifest.get("files")
    wanted = isinstance(files, dict) and all(isinstance(files.get(name), str) for name in _LARGE_FILES)
    if not wanted or not isinstance(manifest.get("small_sha256"), str) or not _names_version(manifest):
        raise ModelError(f"{place}: the manifest needs 'files', 'small_sha256' and 'scikit_learn'. {_MAKE_LARGE}")
    assert isinstance(files, dict)
    return {**manifest, "files": {name: files[name] for name in _LARGE_FILES}}


def _shipped_large_digests() -> Any:
    folder = _shipped_large_folder()
    return _large_manifest(folder)["files"] if folder else None


def _model_path(path: Path, writing: bool = False) -> Path:
    folder = _is(path, Path.is_dir) or (writing and path.suffix != ".joblib")
    return path / MODEL_FILE if folder else path


def _is(path: Path, kind: Callable[[Path], bool]) -> bool:
    try:
        return kind(path)
    except OSError:  # a name that is too long, a folder that may not be entered
        return False


def _manifest(path: Path) -> dict[str, Any]:
    place = path.with_suffix(".json")
    manifest = _read_manifest(place, _MAKE, f"the manifest of {path.name}")
    if not isinstance(manifest.get("sha256"), str) or not _names_version(manifest):
        raise ModelError(f"{place}: the manifest needs 'sha256' and 'scikit_learn', both strings. {_MAKE}")
    return manifest


def _names_version(manifest: dict[str, Any]) -> bool:
    version = manifest.get("scikit_learn")
    return isinstance(version, str) and _VERSION.fullmatch(version) is not None


def _read_manifest(place: Path, mend: str, name: str = "the manifest") -> dict[str, Any]:
    content = _bytes_of(place, mend, name, _MOST_MANIFEST)
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{place}: the manifest is no JSON ({error}). {mend}") from error
    return manifest if isinstance(manifest, dict) else {}


def _write_manifest(place: Path, digests: dict[str, Any], details: dict[str, Any] | None) -> None:
    versions = {"scikit_learn": sklearn.__version__, "python": platform.python_version()}
    text = json.dumps({**digests, **versions, **(details or {})}, indent=2, ensure_ascii=False) + "\n"
    _write(place, text.encode())


def _write(place: Path, content: bytes) -> None:
    """Writes a file whole or not at all: beside its place first, then put there in one step."""
    temporary = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=f".{place.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
        temporary.chmod(0o644)
        os.replace(temporary, place)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise ModelError(f"{place}: can't be written ({error.strerror}); give another folder") from error


def _bytes_of(path: Path, mend: str, name: str = "the file", most: int = _MOST_BYTES) -> bytes:
    """The content of a regular file of at most `most` bytes; a pipe or a device would never end."""
    try:
        if path.exists() and not path.is_file():
            raise ModelError(f"{path}: {name} can't be read (it is no file). {mend}")
        if path.stat().st_size > most:
            raise ModelError(f"{path}: {name} is larger than {most >> 20} MB, so it is none of ours. {mend}")
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or error
        raise ModelError(f"{path}: {name} can't be read ({reason}). {mend}") from error


def _checked_bytes(path: Path, sha256: str, manifest: str, mend: str) -> bytes:
    content = _bytes_of(path, mend)
    if _digest(content) != sha256:
        raise ModelError(
            f"{path}: its bytes are not those that {manifest} names; it was damaged or changed. "
            f"Get both files again from one source. {mend}"
        )
    return content


def _unpickled(path: Path, content: bytes, manifest: dict[str, Any], mend: str) -> Any:
    """What the bytes hold: they were read once and checked, the file is not opened again."""
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
