"""Columns counted for a whole batch are the features of each passage, one by one."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import stance.vocabulary
from stance.counting import PIECE
from stance.counting import Counter as BatchCounter
from stance.features import Passage, features_of
from stance.lexicons import data_lines, table
from stance.linear import PARTS
from stance.loading import load_model
from training.corpus import HELDOUT, labelled_quotes, load_articles

TABLES = load_model("small").linear.tables
NAMES = {part: TABLES.columns[part] for part in PARTS}
FIRST = dict(zip(PARTS, np.cumsum([0, *(len(NAMES[part]) for part in PARTS)]).tolist(), strict=False))
COLUMNS = {part: {name: at for at, name in enumerate(NAMES[part], FIRST[part])} for part in PARTS}


def pieces(text: str) -> list[str]:
    """What scikit-learn's `char_wb` cuts a text into."""
    padded = [f" {word} " for word in text.split()]
    return [word[at : at + PIECE] for word in padded for at in range(max(len(word) - PIECE, 0) + 1)]


def expected(passage: Passage) -> Counter[int]:
    features = features_of(passage)
    found = {
        "words": features.words,
        "context": features.context,
        "pattern": features.pattern,
        "characters": pieces(features.text),
        "acts": list(features.acts),
    }
    return Counter(COLUMNS[part][name] for part, names in found.items() for name in names if name in COLUMNS[part])


def counted(counter: BatchCounter, passages: list[Passage]) -> list[Counter[int]]:
    counts = counter.count(passages)
    found: list[Counter[int]] = [Counter() for _ in passages]
    for row, column in zip(counts.rows.tolist(), counts.columns.tolist(), strict=True):
        # An act is there or is not, however often.
        found[row][column] = 1 if column >= FIRST["acts"] else found[row][column] + 1
    return found


def same_meanings(counter: BatchCounter, passages: list[Passage]) -> bool:
    counts, features = counter.count(passages), [features_of(passage) for passage in passages]
    assert TABLES.vectors is not None
    quotes = TABLES.vectors.means([item.text for item in features])
    near = TABLES.vectors.means([item.around for item in features])
    return all(
        np.allclose(TABLES.vectors.means_at(*words, len(passages)), means, atol=1e-6)
        for words, means in ((counts.quotes, quotes), (counts.near, near))
    )


@pytest.fixture(scope="module")
def counter() -> BatchCounter:
    return BatchCounter(NAMES, TABLES.vectors)


def test_of_real_passages(counter: BatchCounter) -> None:
    passages = [quote.passage for quote in labelled_quotes(load_articles(HELDOUT))]
    assert counted(counter, passages) == [expected(passage) for passage in passages]
    assert same_meanings(counter, passages)


ENTRIES = [entry for line in data_lines("acts.tsv") for entry in line.partition("\t")[2].split(",")]
WORDS = st.one_of(
    st.sampled_from(ENTRIES),
    st.sampled_from(sorted(table("function_words.tsv"))),
    st.sampled_from(
        ["not", "never", "but", ",", ".", "?", "…", "-", "--", "– ", "1,500", "\0", "\1", "won’t", "Wei", "é"]
    ),
    st.text(max_size=4),
)
TEXTS = st.lists(st.tuples(WORDS, st.sampled_from([" ", " ", ""])), max_size=14).map(
    lambda parts: "".join(word + blank for word, blank in parts)
)


@given(st.lists(st.builds(Passage, TEXTS, TEXTS, TEXTS), min_size=1, max_size=4))
def test_of_any_passages(counter: BatchCounter, passages: list[Passage]) -> None:
    assert counted(counter, passages) == [expected(passage) for passage in passages]
    assert same_meanings(counter, passages)


def test_words_are_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stance.vocabulary, "_MOST_WORDS", 5)
    counter = BatchCounter(NAMES, TABLES.vectors)
    for text in ("We reject the accusation.", "Let us talk about it soon.", "We reject the accusation."):
        assert counted(counter, [Passage(text)]) == [expected(Passage(text))]


def test_threads_share_a_counter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stance.vocabulary, "_MOST_WORDS", 50)
    counter = BatchCounter(NAMES, TABLES.vectors)
    passages = [Passage(f"We reject accusation number{n} and number{n + 1}.", f"He said{n}") for n in range(200)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda passage: counted(counter, [passage]), passages))
    assert found == [[expected(passage)] for passage in passages]
