"""What larger networks think of passages without a label: the shipped models learn from that too.

Knowledge distillation (Hinton, Vinyals and Dean 2015). The passages are made of the project's own training articles and
quotes: these without their context, in parts, and sentences of the articles. The teacher (training/teacher.py) gives
each a probability of every stance (training/soft_labels.npz): the large model learns from these. By then it knows more
than its teacher, so its own view goes before the teacher's where there is one (training/large_labels.npz): the small
model learns from both. Either file keeps them by a hash of the passage.
"""

import hashlib
import random
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from stance.encoder import NETWORK, Encoder
from stance.errors import ModelError
from stance.features import Passage
from stance.linear import Probabilities
from stance.sentences import sentence_spans
from training.corpus import Article, LabelledQuote

TEACHER = Path(__file__).parent / "soft_labels.npz"
LARGE = Path(__file__).parent / "large_labels.npz"
FOLDER = Path(__file__).parent.parent / "models" / "large"
_PARTS = re.compile(r"(?<=[.!?;,])\s+")
_SCALE = 255
Rows = dict[int, "np.ndarray[tuple[int], np.dtype[np.uint8]]"]


def passages_to_label(quotes: Sequence[LabelledQuote], articles: Sequence[Article]) -> list[Passage]:
    """The passages that want soft labels: those of the quotes that are learned from, then what is made of these and of
    those of the articles that the quotes are from."""
    sources = {quote.group for quote in quotes}
    given = list(dict.fromkeys(quote.passage for quote in quotes))
    return [*given, *derived(given, [article for article in articles if article.id in sources])]


def derived(passages: Sequence[Passage], articles: Sequence[Article]) -> list[Passage]:
    """New passages made of those given and of the articles, each once."""
    made: list[Passage] = []
    for passage in passages:
        chance = random.Random(passage.text)
        made.append(Passage(passage.text))
        parts = [part for part in _PARTS.split(passage.text) if len(part.split()) >= 3]
        if len(parts) > 1:
            made += [Passage(chance.choice(parts), passage.before, passage.after), Passage(chance.choice(parts))]
    for article in sorted(articles, key=lambda article: article.id):
        spans = [(quote.start, quote.end) for quote in article.quotes]
        for start, end in sentence_spans(article.text, spans):
            sentence = article.text[start:end].strip()
            if len(sentence.split()) >= 4 and not any(s < end and start < e for s, e in spans):
                made.append(Passage(sentence))
    known = set(passages)
    return [passage for passage in dict.fromkeys(made) if passage not in known]


def soft_labels(passages: Sequence[Passage]) -> Probabilities:
    """A row per passage: the probability of each stance, in alphabetical order, by the large network or its teacher.

    What neither has labelled gets the view of the shipped encoder; raises ModelError where that is needed and missing.
    """
    known = _read(TEACHER) | _read(LARGE)
    keys = [_key(passage) for passage in passages]
    new = {key: passage for key, passage in zip(keys, passages, strict=True) if key not in known}
    if new:
        if not (FOLDER / NETWORK).is_file():
            raise ModelError(f"{FOLDER / NETWORK}: missing; `make train-teacher train-large` makes it")
        print(f"soft labels for {len(new)} passages that are new (some 80 a second) …", flush=True)
        known |= dict(zip(new, _packed(np.exp(Encoder(FOLDER).log_probabilities(list(new.values())))), strict=True))
    return _probabilities([known[key] for key in keys])


def labelled_by_teacher(passages: Sequence[Passage]) -> tuple[list[Passage], Probabilities]:
    """Those of the passages that the teacher has labelled, and its rows for them."""
    known = _read(TEACHER)
    found = [(passage, known[key]) for passage in passages if (key := _key(passage)) in known]
    return [passage for passage, _ in found], _probabilities([row for _, row in found])


def missing_soft_labels(passages: Sequence[Passage]) -> list[Passage]:
    """The passages that the teacher has not labelled yet."""
    known = _read(TEACHER)
    return [passage for passage in passages if _key(passage) not in known]


def add_soft_labels(file: Path, passages: Sequence[Passage], rows: Probabilities, wanted: Sequence[Passage]) -> None:
    """Puts rows into a file of soft labels; what is there of passages that are not `wanted` any more goes."""
    known = _read(file) | dict(zip(map(_key, passages), _packed(rows), strict=True))
    kept = {key: known[key] for key in sorted({_key(passage) for passage in wanted}) if key in known}
    np.savez_compressed(file, keys=np.array(list(kept), dtype=np.uint64), rows=np.array(list(kept.values())))


def _packed(rows: Probabilities) -> "np.ndarray[tuple[int, int], np.dtype[np.uint8]]":
    packed: np.ndarray[tuple[int, int], np.dtype[np.uint8]] = np.round(rows * _SCALE).astype(np.uint8)
    return packed


def _probabilities(rows: Sequence["np.ndarray[tuple[int], np.dtype[np.uint8]]"]) -> Probabilities:
    table = np.array(rows, dtype=np.float64).reshape(len(rows), 3)
    summed: Probabilities = table / table.sum(axis=1, keepdims=True)
    return summed


def _read(place: Path) -> Rows:
    if not place.exists():
        return {}
    try:
        with np.load(place, allow_pickle=False) as file:
            return dict(zip(file["keys"].tolist(), file["rows"], strict=True))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"{place}: broken ({error}); get it from the checkout, or delete it") from error


def _key(passage: Passage) -> int:
    around = f"{passage.before} [MASK] {passage.after}" if passage.before or passage.after else ""
    return int.from_bytes(hashlib.sha256(f"{passage.text}\0{around}".encode("utf-8", "replace")).digest()[:8], "big")
