"""Where the words and phrases of data/acts.tsv stand in a batch of texts: the acts of `stance.features`, at once."""

from collections.abc import Iterator

import numpy as np

from stance.arrays import Flags, Integers
from stance.features import act_lexicon
from stance.lexicons import table
from stance.runs import Items, Runs

# Whether a word is an act by itself: no, where a text ends, anywhere.
_NEVER, _AT_END, _ANYWHERE = range(3)


class SpeechActs:
    """The entries of the lexicon by the numbers of their stems; `kinds` are the classes of what they do.

    >>> stems = Items()
    >>> acts = SpeechActs(stems)
    >>> numbers = np.array([stems.get(stem, 0) for stem in ("we", "welcom", "them")])
    >>> starts, ends, kinds = acts.found(numbers, np.array([0, acts.alone("welcome", "welcom"), 0]), numbers < 0)
    >>> starts.tolist(), ends.tolist(), [acts.kinds[kind] for kind in kinds]
    ([1], [2], ['welcome'])
    """

    def __init__(self, stems: Items) -> None:
        lexicon = act_lexicon()
        self.kinds = sorted(set(lexicon.values()))
        number_of = {kind: number for number, kind in enumerate(self.kinds)}
        single: dict[str, int] = {}
        # The first two stems of an entry → the numbers of those behind and the class, the longest first.
        longer: dict[str, list[tuple[list[int], int]]] = {}
        for entry in sorted(lexicon, key=len, reverse=True):
            kind = number_of[lexicon[entry]]
            if len(entry) > 1:
                longer.setdefault(" ".join(entry[:2]), []).append(([stems[stem] for stem in entry[2:]], kind))
            else:
                single[entry[0]] = kind
        numbers = [stems[stem] for stem in single]
        self._single = np.zeros(max(numbers) + 1, dtype=np.int64)  # number of a stem → its kind
        self._single[numbers] = list(single.values())
        self._longer = list(longer.values())
        self._beginnings = Runs([(list(longer), range(len(longer)))], stems)
        begins_longer = {pair.split(" ")[0] for pair in longer}
        self._alone = {stem: _AT_END if stem in begins_longer else _NEVER for stem in single}

    def alone(self, word: str, stem: str) -> int:
        """Whether a word is an act by itself, a number for `found`.

        A small word is none: "will" has the stem of "willing". (At the end of a text, where a longer entry might begin,
        it counts: so the model was trained.)
        """
        if word not in table("function_words.tsv"):
            return _ANYWHERE if stem in self._alone else _NEVER
        return self._alone.get(stem, _NEVER)

    def found(self, stems: Integers, alone: Integers, at_end: Flags) -> tuple[Integers, Integers, Integers]:
        """Starts, ends and numbers of kinds of the entries in the stems of texts; of two that overlap, the first one.

        stems    their numbers; 0 parts the texts
        alone    what `alone` says of each word
        at_end   whether a word is the last one of its text
        """
        longer = np.array(list(self._longer_ones(stems)), dtype=np.int64).reshape(-1, 3)
        covered = np.zeros(len(stems) + 1, dtype=np.int64)
        covered[longer[:, 0]] += 1
        covered[longer[:, 1]] -= 1
        is_alone = (alone == _ANYWHERE) | ((alone == _AT_END) & at_end)
        single = np.flatnonzero(is_alone & (np.cumsum(covered[:-1]) == 0))
        starts = np.append(longer[:, 0], single)
        order = np.argsort(starts)
        ends = np.append(longer[:, 1], single + 1)
        kinds = np.append(longer[:, 2], self._single[stems[single]])
        return starts[order], ends[order], kinds[order]

    def _longer_ones(self, stems: Integers) -> Iterator[tuple[int, int, int]]:
        """Start, end and kind of the entries of several words; one that begins inside another is none."""
        numbers = stems.tolist()
        done = 0
        for starts, columns in self._beginnings.found(stems):
            for at, beginning in zip(starts.tolist(), columns[0].tolist(), strict=True):
                if at < done:
                    continue
                for rest, kind in self._longer[beginning]:
                    end = at + 2 + len(rest)
                    if numbers[at + 2 : end] == rest:
                        done = end
                        yield at, end, kind
                        break
