"""What the large model thinks of passages without a label: the small model learns from that too.

Knowledge distillation (Hinton, Vinyals and Dean 2015). The passages are made of the project's own training articles and
quotes: quotes without their context, quotes in the context of another, parts of quotes, sentences of the articles. The
large model's encoder gives each the probabilities that the small model is to learn; they are kept in
training/soft_labels.npz by a hash of the passage, so that `make train` has to encode only passages that are new. (As
shipped it holds the mean of two trainings of the encoder, the present and the one before: docs/experiments.md.)
"""

import hashlib
import random
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from stance.encoder import NETWORK, Encoder, as_pair
from stance.errors import ModelError
from stance.features import Passage
from stance.linear import Probabilities
from stance.sentences import sentence_spans
from training.corpus import Article, LabelledQuote

FILE = Path(__file__).parent / "soft_labels.npz"
FOLDER = Path(__file__).parent.parent / "models" / "large"
# Each quote is put into the contexts of those that follow it at these distances: of other sources, and the same ones
# again when the corpus grows elsewhere.
DISTANCES = (37, 101)
_PARTS = re.compile(r"(?<=[.!?;,])\s+")
_SCALE = 255


def unlabelled(quotes: Sequence[LabelledQuote], articles: Sequence[Article]) -> list[Passage]:
    """Passages made of the quotes and articles, each once, in an order that hangs on the quotes' ids alone."""
    ordered = sorted(quotes, key=lambda quote: quote.id)
    contexts = [(p.before, p.after) for p in (quote.passage for quote in ordered) if p.before or p.after]
    made: list[Passage] = []
    for number, quote in enumerate(ordered):
        passage, chance = quote.passage, random.Random(quote.id)
        made.append(Passage(passage.text))
        if contexts:
            made += [Passage(passage.text, *contexts[(number + far) % len(contexts)]) for far in DISTANCES]
        parts = [part for part in _PARTS.split(passage.text) if len(part.split()) >= 3]
        if len(parts) > 1:
            made += [Passage(chance.choice(parts), passage.before, passage.after), Passage(chance.choice(parts))]
    for article in sorted(articles, key=lambda article: article.id):
        spans = [(quote.start, quote.end) for quote in article.quotes]
        for start, end in sentence_spans(article.text, spans):
            sentence = article.text[start:end].strip()
            if len(sentence.split()) >= 4 and not any(s < end and start < e for s, e in spans):
                made.append(Passage(sentence))
    known = {quote.passage for quote in quotes}
    return [passage for passage in dict.fromkeys(made) if passage not in known]


def soft_labels(passages: Sequence[Passage]) -> Probabilities:
    """A row per passage: the encoder's probability of each stance, in alphabetical order.

    Those that the file lacks, or has from another encoder, are encoded and put there; raises ModelError where the
    encoder is missing.
    """
    encoder = _digest()
    known = _read(encoder)
    keys = [_key(passage) for passage in passages]
    new = {key: passage for key, passage in zip(keys, passages, strict=True) if key not in known}
    if new:
        print(f"soft labels for {len(new)} new passages (some 150 a second) …", flush=True)
        rows = np.exp(Encoder(FOLDER).log_probabilities(list(new.values())))
        known |= dict(zip(new, np.round(rows * _SCALE).astype(np.uint8), strict=True))
        # What no passage asks for any more is left out.
        kept = {key: known[key] for key in sorted(set(keys))}
        numbers = np.array(list(kept), dtype=np.uint64)
        np.savez_compressed(FILE, encoder=encoder, keys=numbers, rows=np.array(list(kept.values())))
    table = np.array([known[key] for key in keys], dtype=np.float64).reshape(len(keys), 3)
    summed: Probabilities = table / table.sum(axis=1, keepdims=True)
    return summed


def _digest() -> str:
    try:
        return hashlib.sha256((FOLDER / NETWORK).read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{FOLDER / NETWORK}: missing; `make train-large` makes it ({error.strerror})") from error


def _read(encoder: str) -> dict[int, "np.ndarray[tuple[int], np.dtype[np.uint8]]"]:
    if not FILE.exists():
        return {}
    try:
        with np.load(FILE, allow_pickle=False) as file:
            same = str(file["encoder"]) == encoder
            return dict(zip(file["keys"].tolist(), file["rows"], strict=True)) if same else {}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"{FILE}: broken ({error}); delete it, make train makes it anew") from error


def _key(passage: Passage) -> int:
    return int.from_bytes(hashlib.sha256("\0".join(as_pair(passage)).encode("utf-8", "replace")).digest()[:8], "big")
