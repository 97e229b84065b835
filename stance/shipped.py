"""The shipped small model, from its tables: no scikit-learn, whose import takes longer than all the rest.

`save_model` writes the tables beside the pickled classifier, and their digest into the manifest.
"""

import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING

from stance.errors import ModelError
from stance.linear import LinearModel
from stance.tables import SMALL_FOLDERS, TABLES_FILE, unpacked

if TYPE_CHECKING:
    from stance.loading import Model

_MANIFEST = "stance.json"


@cache
def shipped_model() -> "Model":
    """The shipped small model, loaded once: its tables where they are, else the classifier itself.

    Raises ModelError where neither can be loaded, or the file is not the one that the manifest names.
    """
    folder = next((folder for folder in SMALL_FOLDERS if (folder / _MANIFEST).is_file()), SMALL_FOLDERS[-1])
    path = folder / TABLES_FILE
    try:
        digest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))["tables_sha256"]
        content = path.read_bytes()
    except (OSError, ValueError, KeyError, TypeError):
        from stance.loading import load_model

        return load_model()  # which says what is wrong, if something is
    if hashlib.sha256(content).hexdigest() != digest:
        raise ModelError(
            f"{path}: its bytes are not those that {_MANIFEST} names; it was damaged or changed. "
            f"Get both files again from one source. The checkout's `make train` makes the shipped model."
        )
    return LinearModel(unpacked(content, str(path)))
