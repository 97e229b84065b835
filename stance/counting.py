"""What is counted of passages as numbers of columns: the features of `features_of`, without spelling them out.

The words of a batch are numbered once; what depends on one word (its stem, its class, the pieces of its characters) is
looked up by its number, and what depends on its neighbours (pairs, negations) is found by numpy for all passages at
once. tests/test_counting.py holds the counts to those of features_of.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import NamedTuple

import numpy as np

from stance.arrays import Flags, Integers
from stance.features import (
    CLAUSE_ENDS,
    CLAUSE_STARTS,
    FRAGMENT_WORDS,
    LAST_CLAUSE,
    NEGATED,
    NEGATION_REACH,
    NO_CONTEXT,
    TOKEN,
    Passage,
    negations,
    plain,
    stem,
)
from stance.lexicons import table
from stance.runs import NO_COLUMN, Items, Runs
from stance.speech_acts import SpeechActs
from stance.vectors import WordVectors
from stance.vocabulary import Description, Vocabulary

PIECE = 4  # characters of a piece of a word

# Stands behind every text of a batch. Any other character that is neither a word nor a blank takes its place in a text.
_BORDER, _INSTEAD = "\0", "\1"
_TOKEN = re.compile(f"{_BORDER}|{TOKEN.pattern}")
# The texts of a passage; then what counts again of the sentence around a fragment, whatever its side.
_TEXTS = 3
_QUOTE, _BEFORE, _AFTER, _NEAR = range(_TEXTS + 1)
_CONTEXT = {"b ": _BEFORE, "a ": _AFTER, "~": _NEAR}
# More places of speech acts: in the last clause of the quote, in its sentence.
_END, _AROUND = _NEAR + 1, _NEAR + 2
_ACTS = {"q ": _QUOTE, **_CONTEXT, "end ": _END, "c ": _AROUND}
# What is known of a word: five facts, and two lists.
_STEM, _NEGATED_STEM, _CLASS, _ALONE, _FLAGS = range(5)
_PIECES, _VECTORS = range(2)
_IS_BORDER, _NEGATES, _ENDS_CLAUSE, _STARTS_CLAUSE = 1, 2, 4, 8
_LEFT_OUT = -1  # a word that is no part of the pattern


class Counts(NamedTuple):
    """What passages hold: a row (the number of the passage) and a column each, as often as it occurs, in no order.

    `quotes` and `near` are the words of the quotes and of the sentences around fragments: passage, and row of the
    table of word vectors; a passage's stand together.
    """

    rows: Integers
    columns: Integers
    quotes: tuple[Integers, Integers]
    near: tuple[Integers, Integers]


class _Batch(NamedTuple):
    """The words of all texts one behind the other, each text with its border.

    facts     a row for each fact, a number for each word
    rows      the number of the passage
    sides     which of its texts
    near      whether it stands in the sentence around a fragment
    lengths   the words of each text, a row for each passage
    fragment  for each passage whether its quote is a fragment
    """

    numbers: Integers
    facts: Integers
    rows: Integers
    sides: Integers
    near: Flags
    lengths: Integers
    fragment: Flags


class Counter:
    """Counts passages.

    names     of each part (see `Features`) the features, in the order of their columns
    vectors   whose rows the words of the passages are given as
    """

    def __init__(self, names: Mapping[str, Sequence[str]], vectors: WordVectors | None = None) -> None:
        starts = dict(zip(names, np.cumsum([0, *map(len, names.values())]).tolist(), strict=False))
        acts, pieces = (
            dict(zip(names[part], range(starts[part], starts[part] + len(names[part])), strict=True))
            for part in ("acts", "characters")
        )
        self._stems, self._classes = Items(), Items()
        self._runs = Runs(
            [_numbered(names["words"], starts["words"])]
            + [_numbered(names["context"], starts["context"], prefix) for prefix in _CONTEXT],
            self._stems,
        )
        self._pattern = Runs([_numbered(names["pattern"], starts["pattern"])], self._classes)
        bare = _numbered(names["context"], starts["context"], NO_CONTEXT)[1]
        self._no_context = bare[0] if bare else NO_COLUMN
        self._acts = SpeechActs(self._stems)
        self._act_columns = _act_columns(acts, self._acts.kinds)
        self._forms = np.array([acts.get(form, NO_COLUMN) for form in ("full", "fragment")])
        self._act_classes = np.array([self._classes.get(kind, 0) for kind in self._acts.kinds], dtype=np.int64)
        self._pieces, self._vectors = pieces, vectors
        self._words = Vocabulary(self._described)
        self._one_at_a_time = Lock()  # the numbers of words change from batch to batch

    def count(self, passages: Sequence[Passage]) -> Counts:
        """What is known of passages. Threads may share a counter."""
        with self._one_at_a_time:
            batch = self._batch(passages)
            found = [*self._counted(batch)]
            quotes, near = (self._meanings(batch, which) for which in (batch.sides == _QUOTE, batch.near))
        rows, columns = (np.concatenate(parts) for parts in zip(*found, strict=True))
        known = columns != NO_COLUMN
        return Counts(rows[known], columns[known], quotes, near)

    def _batch(self, passages: Sequence[Passage]) -> _Batch:
        texts = [text.replace(_BORDER, _INSTEAD) for p in passages for text in (p.text, p.before, p.after)]
        numbers = self._words.numbers(_TOKEN.findall(plain(_BORDER.join([*texts, ""]))))
        facts = self._words.facts(numbers)
        borders = np.flatnonzero(facts[_FLAGS] & _IS_BORDER)
        lengths = np.diff(borders, prepend=-1) - 1
        rows, sides = np.divmod(np.repeat(np.arange(len(texts)), lengths + 1), _TEXTS)
        lengths = lengths.reshape(-1, _TEXTS)
        fragment = lengths[:, _QUOTE] <= FRAGMENT_WORDS
        return _Batch(numbers, facts, rows, sides, fragment[rows] & (sides != _QUOTE), lengths, fragment)

    def _counted(self, batch: _Batch) -> Iterator[tuple[Integers, Integers]]:
        """Rows and columns, or NO_COLUMN."""
        rows, sides, near = batch.rows, batch.sides, batch.near
        stems = batch.facts[_STEM]
        negated = _negated(batch.facts[_FLAGS])
        under_negation = np.where(negated, batch.facts[_NEGATED_STEM], 0)
        for starts, columns in (*self._runs.found(stems), *self._runs.found(under_negation, 1)):
            yield rows[starts], columns[sides[starts], np.arange(len(starts))]
            around = np.flatnonzero(near[starts])
            yield rows[starts[around]], columns[_NEAR, around]
        bare = np.flatnonzero(batch.lengths[:, _BEFORE] + batch.lengths[:, _AFTER] == 0)
        yield bare, np.full(len(bare), self._no_context)
        yield np.arange(len(batch.fragment)), self._forms[batch.fragment.astype(np.int64)]
        at_end = np.append(batch.facts[_FLAGS][1:] & _IS_BORDER > 0, True)
        starts, ends, kinds = self._acts.found(stems, batch.facts[_ALONE], at_end)
        yield from self._acts_counted(batch, negated, starts, kinds)
        yield from self._pattern_counted(batch, starts, ends, kinds)
        quoted = np.flatnonzero(sides == _QUOTE)
        pieces, sizes = self._words.listed(_PIECES, batch.numbers[quoted])
        yield np.repeat(rows[quoted], sizes), pieces

    def _acts_counted(
        self, batch: _Batch, negated: Flags, starts: Integers, kinds: Integers
    ) -> Iterator[tuple[Integers, Integers]]:
        rows, sides = batch.rows[starts], batch.sides[starts]
        columns = self._act_columns[:, negated[starts].astype(np.int64), kinds]
        yield rows, columns[sides, np.arange(len(starts))]
        near = np.flatnonzero(batch.near[starts])
        yield rows[near], columns[_NEAR, near]
        around = np.flatnonzero(sides != _QUOTE)
        yield rows[around], columns[_AROUND, around]
        last = np.flatnonzero((sides == _QUOTE) & (starts >= _last_clauses(batch)[rows]))
        yield rows[last], columns[_END, last]

    def _pattern_counted(
        self, batch: _Batch, starts: Integers, ends: Integers, kinds: Integers
    ) -> Iterator[tuple[Integers, Integers]]:
        classes = batch.facts[_CLASS].copy()
        inside = np.zeros(len(classes) + 1, dtype=np.int64)
        inside[starts] += 1
        inside[ends] -= 1
        classes[np.cumsum(inside[:-1]) > 0] = _LEFT_OUT
        classes[starts] = self._act_classes[kinds]
        kept = np.flatnonzero((batch.sides == _QUOTE) & (classes != _LEFT_OUT))
        for at, columns in self._pattern.found(classes[kept]):
            yield batch.rows[kept[at]], columns[0]

    def _meanings(self, batch: _Batch, which: Flags) -> tuple[Integers, Integers]:
        words = np.flatnonzero(which)
        places, sizes = self._words.listed(_VECTORS, batch.numbers[words])
        return np.repeat(batch.rows[words], sizes), places

    def _described(self, word: str) -> Description:
        """The facts of a word and its lists."""
        if word == _BORDER:
            return (0, 0, 0, 0, _IS_BORDER | _ENDS_CLAUSE), ((), ())
        if word[:1].isdigit():
            word = "0"
        stemmed = stem(word)
        small = table("function_words.tsv").get(word)
        # What is a part of the pattern but in none that is known still parts its neighbours: 0.
        in_pattern = small is not None or not word[:1].isalpha()
        flags = _NEGATES * (word in negations()) | _ENDS_CLAUSE * (word in CLAUSE_ENDS)
        flags |= _STARTS_CLAUSE * (word in CLAUSE_STARTS)
        facts = (
            self._stems.get(stemmed, 0),
            self._stems.get(NEGATED + stemmed, 0),
            self._classes.get(small or word, 0) if in_pattern else _LEFT_OUT,
            self._acts.alone(word, stemmed),
            flags,
        )
        padded = f" {word} "
        pieces = [padded[at : at + PIECE] for at in range(max(len(padded) - PIECE, 0) + 1)]
        known = [self._pieces[piece] for piece in pieces if piece in self._pieces]
        return facts, (known, () if self._vectors is None else self._vectors.places_of(word))


def _numbered(names: Sequence[str], first: int, prefix: str = "") -> tuple[list[str], list[int]]:
    """The names that begin with `prefix`, without it, and their columns, where `first` is the column of the first."""
    if not prefix:
        return list(names), list(range(first, first + len(names)))
    found = [(name[len(prefix) :], at) for at, name in enumerate(names, first) if name.startswith(prefix)]
    return [name for name, _ in found], [at for _, at in found]


def _act_columns(columns: Mapping[str, int], kinds: Sequence[str]) -> Integers:
    """For each place of an act, with and without a negation, and each kind: the column."""
    found = np.full((len(_ACTS), 2, len(kinds)), NO_COLUMN, dtype=np.int64)
    for prefix, place in _ACTS.items():
        for negation, mark in enumerate(("", "not ")):
            found[place, negation] = [columns.get(f"{prefix}{mark}{kind}", NO_COLUMN) for kind in kinds]
    return found


def _negated(flags: Integers) -> Flags:
    """For each word whether it stands in the reach of a negation (see `stance.features.negated`)."""
    at = np.arange(len(flags))
    far = -1 - NEGATION_REACH
    last = np.maximum.accumulate(np.where(flags & _NEGATES, at, far))
    before = np.append(far, last[:-1])
    ends = np.maximum.accumulate(np.where(flags & _ENDS_CLAUSE, at, -1))
    found: Flags = (at - before <= NEGATION_REACH) & (ends <= before)
    return found


def _last_clauses(batch: _Batch) -> Integers:
    """Where the last clause of each quote begins (see `_last_clause` of stance.features)."""
    at = np.arange(len(batch.numbers))
    sizes = batch.lengths.sum(axis=1) + _TEXTS
    begins = np.cumsum(sizes) - sizes
    starts = np.maximum.accumulate(np.where(batch.facts[_FLAGS] & _STARTS_CLAUSE, at + 1, 0))
    latest = begins + batch.lengths[:, _QUOTE] - LAST_CLAUSE
    found: Integers = np.maximum(begins, np.where(latest > begins, starts[np.maximum(latest - 1, 0)], 0))
    return found
