"""The tables of a small model as a file of plain arrays: read in a blink, and no code is run from it."""

import io
import json
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from stance.errors import ModelError
from stance.linear import PARTS, Tables
from stance.vectors import WordVectors

TABLES_FILE = "stance.npz"
_HERE = Path(__file__).resolve().parent
# In an installed package the model lies inside it, in a checkout beside it.
SMALL_FOLDERS = (_HERE / "models", _HERE.parent / "models")
_MEND = "The checkout's `make train` makes the shipped model."
_PLAIN = ("idf", "coefficients", "intercepts", "inverse_temperature")


def packed(tables: Tables) -> bytes:
    """The tables as the content of an .npz file; the same tables give the same bytes."""
    rest = {"classes": tables.classes, "factors": dict(tables.factors), "flattening": tables.flattening}
    arrays: dict[str, Any] = {f"columns_{part}": _lines(tables.columns[part]) for part in PARTS}
    arrays |= {name: getattr(tables, name) for name in _PLAIN}
    if tables.vectors is not None:
        arrays |= {"vector_words": _lines(tables.vectors.words), "vectors": tables.vectors.matrix}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, rest=_lines([json.dumps(rest)]), **arrays)
    return buffer.getvalue()


def unpacked(content: bytes, name: str = "tables") -> Tables:
    """The tables in the content of a file that `packed` made; `name` names it in errors. Raises ModelError."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            rest = json.loads(_words(file["rest"])[0])
            vectors = WordVectors(_words(file["vector_words"]), file["vectors"]) if "vectors" in file else None
            return Tables(
                classes=tuple(rest["classes"]),
                columns={part: _words(file[f"columns_{part}"]) for part in PARTS},
                factors=rest["factors"],
                flattening=rest["flattening"],
                vectors=vectors,
                **{key: file[key] for key in _PLAIN},
            )
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise ModelError(f"{name}: no tables of a model can be read there ({error}). {_MEND}") from error


def _lines(words: Any) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    return np.frombuffer("\n".join(words).encode("utf-8"), dtype=np.uint8)


def _words(array: Any) -> list[str]:
    text = array.tobytes().decode("utf-8")
    return text.split("\n") if text else []
