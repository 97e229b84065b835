"""Whether an article can name anybody on a roster at all: most articles of a crawl do not, and are done sooner.

A speaker comes out of coreference only by words that stand in the article: a name, an office, a short form, a name of
a spokesperson, “counterpart” (of a country's officer) or “readout” (of a country's ministry). What is asked here is
wider than what coreference takes, never narrower; tests/test_presence.py holds it to that.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from stance.persons import normal
from stance.roster import Roster

# By these words a speaker is found through his country alone.
_BY_COUNTRY = ("counterpart", "readout")
# What may stand between the letters of a word that coreference compares without it: U.S., o’clock.
_JOINT = "[.'’]*"


def may_be_named(article: str, roster: Roster) -> bool:
    """Whether words stand in the article by which a speaker of the roster could be found.

    >>> from stance.roster import load_roster
    >>> [may_be_named(text, load_roster()) for text in ("The Pentagon's report", "Weighing in, he said no")]
    [True, False]
    """
    lower = article.lower()
    plain = lower.replace(".", "").replace("'", "").replace("’", "").replace("defence", "defense")
    words, ways = _ways(roster)
    there = {word for word in words if word in plain}
    return any(there.issuperset(way.words) and all(pattern.search(lower) for pattern in way.patterns) for way in ways)


@dataclass(frozen=True, slots=True)
class _Way:
    """One way of naming somebody: the words that it takes, in any place, and what each looks like in lower case."""

    words: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=16)
def _ways(roster: Roster) -> tuple[frozenset[str], list[_Way]]:
    ways: dict[tuple[str, ...], _Way] = {}
    for speaker in roster.speakers:
        for name in (*speaker.names, speaker.name):
            # The words of a person's name may stand apart; an institution's are looked for inside longer words, too.
            words = sorted(set(normal(name).split()))
            _add(ways, words, [_pattern(word, whole=speaker.kind == "person") for word in words])
        for office in speaker.offices:
            words = normal(office).split()
            _add(ways, words, ["(?:['’]s?)?\\W+".join(_pattern(word) for word in words)])
        last_names = [normal(name).split()[-1] for name in speaker.spokespeople]
        for word in (*speaker.short, *last_names, *_BY_COUNTRY):
            _add(ways, normal(word).split(), [_pattern(part) for part in normal(word).split()])
    found = list(ways.values())
    return frozenset(word for way in found for word in way.words), found


def _add(ways: dict[tuple[str, ...], _Way], words: Sequence[str], patterns: Sequence[str]) -> None:
    way = _Way(tuple(_letters(word) for word in words), tuple(re.compile(pattern) for pattern in patterns))
    ways[tuple(patterns)] = way


def _letters(word: str) -> str:
    return word.replace("'", "").replace("’", "")


def _pattern(word: str, whole: bool = True) -> str:
    british = "defense" in word  # defence, too
    letters = _JOINT.join("[cs]" if british and letter == "s" else re.escape(letter) for letter in _letters(word))
    return rf"(?<![^\W_]){letters}(?![^\W_])" if whole else letters
