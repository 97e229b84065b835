"""What is counted of a passage as numbers of columns: the features of `features_of`, without spelling them out.

A run of words (a word, a pair, three classes) is looked up word by word in nested tables, so that no string is made for
it. tests/test_linear.py holds the counts to those of features_of.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from stance.features import NEGATED, NO_CONTEXT, Passage, Words, is_fragment, kinds_of, pattern_of, words_of

PIECE = 4  # characters of a piece of a word
_SIDES = ("b", "a")
_MOST_WORDS = 100_000  # words whose pieces are remembered


class Runs:
    """Columns of single words, of words under a negation, and of runs of two and three."""

    def __init__(self, columns: Iterable[tuple[str, int]]) -> None:
        self.single: dict[str, int] = {}
        self.negated: dict[str, int] = {}
        self.pairs: dict[str, dict[str, int]] = {}
        self.triples: dict[tuple[str, str], dict[str, int]] = {}
        for name, column in columns:
            first, *rest = name.split(" ")
            if not rest:
                if name.startswith(NEGATED):
                    self.negated[name.removeprefix(NEGATED)] = column
                else:
                    self.single[name] = column
            elif len(rest) == 1:
                self.pairs.setdefault(first, {})[rest[0]] = column
            else:
                self.triples.setdefault((first, rest[0]), {})[rest[1]] = column

    def of(self, items: Sequence[str]) -> list[int]:
        """The known columns of the runs in a sequence of words."""
        pairs, triples = self.pairs, self.triples
        found = [column for column in map(self.single.get, items) if column is not None]
        found += [
            column
            for first, second in pairwise(items)
            if (inner := pairs.get(first)) is not None and (column := inner.get(second)) is not None
        ]
        if triples:
            found += [
                column
                for first, third in zip(pairwise(items), items[2:], strict=False)
                if (inner := triples.get(first)) is not None and (column := inner.get(third)) is not None
            ]
        return found

    def of_words(self, words: Words) -> list[int]:
        """The known columns of words, of pairs of them, and of those under a negation."""
        found = self.of(words.stems)
        if True in words.negated:
            marked = (stem for stem, flag in zip(words.stems, words.negated, strict=True) if flag)
            found += [column for stem in marked if (column := self.negated.get(stem)) is not None]
        return found


@dataclass(frozen=True, slots=True)
class Counted:
    """A passage in numbers: its columns, each as often as it occurs, and the words of the quote and around it."""

    columns: list[int]
    text: list[str]
    around: list[str]


class Counter:
    """The columns of passages, from the names of the columns of each part."""

    def __init__(self, columns: dict[str, dict[str, int]]) -> None:
        self._words = Runs(columns["words"].items())
        context = columns["context"]
        self._context = {
            side: Runs((name[2:], column) for name, column in context.items() if name.startswith(f"{side} "))
            for side in _SIDES
        }
        self._near = Runs((name[1:], column) for name, column in context.items() if name.startswith("~"))
        self._no_context = context.get(NO_CONTEXT)
        self._pattern = Runs(columns["pattern"].items())
        self._characters = columns["characters"]
        self._acts = columns["acts"]
        self._pieces: dict[str, tuple[int, ...]] = {}

    def count(self, passage: Passage) -> Counted:
        """What is known of a passage."""
        quote = words_of(passage.text)
        fragment = is_fragment(quote)
        sides = [(side, words_of(text)) for side, text in zip(_SIDES, (passage.before, passage.after), strict=True)]
        found = self._words.of_words(quote)
        around: list[str] = []
        for side, words in sides:
            if words.words:
                found += self._context[side].of_words(words)
                if fragment:
                    found += self._near.of_words(words)
                    around += words.words
        if self._no_context is not None and not any(words.words for _, words in sides):
            found.append(self._no_context)
        found += self._pattern.of(pattern_of(quote))
        acts = self._acts
        found += [acts[kind] for kind in kinds_of(quote, sides) if kind in acts]
        pieces = self._pieces
        for word in quote.words:
            found += pieces.get(word) or self._pieces_of(word)
        return Counted(found, quote.words, around)

    def _pieces_of(self, word: str) -> tuple[int, ...]:
        """The columns of the pieces of a word: four characters each, the blanks around it included."""
        padded = f" {word} "
        found = (self._characters.get(padded[at : at + PIECE]) for at in range(max(len(padded) - PIECE, 0) + 1))
        if len(self._pieces) > _MOST_WORDS:
            self._pieces.clear()
        known = self._pieces[word] = tuple(column for column in found if column is not None)
        return known
