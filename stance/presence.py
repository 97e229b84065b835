"""Whether an article can name anybody on a roster at all: most articles of a crawl do not, and are done sooner.

A speaker comes out of coreference only by words that stand in the article: a name, an office, a name of
a spokesperson, “counterpart” (of a country's officer) or “readout” (of a country's ministry). What is asked here is
wider than what coreference takes, never narrower; tests/test_presence.py holds it to that.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from stance.persons import normal
from stance.roster import Roster, Speaker

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
    for longest, own in _ways(roster).items():
        if longest in plain:
            for way in own:
                if all(word in plain for word in way.words) and all(p.search(lower) for p in way.patterns):
                    return True
    return False


def is_named(article: str, speaker: Speaker) -> bool:
    """Whether a form of the speaker's name stands in the article.

    >>> from stance.roster import load_roster
    >>> pentagon = load_roster().institutions[0]
    >>> [is_named(text, pentagon) for text in ("The PENTAGON’s report", "The department of offensive defenses")]
    [True, False]
    """
    lower = article.lower()
    return any(pattern.search(lower) for pattern in _forms(speaker))


@dataclass(frozen=True, slots=True)
class _Way:
    """One way of naming somebody: the words that it takes, in any place, and what each looks like in lower case."""

    words: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]


_Ways = dict[str, list[_Way]]  # by the longest word of each, which is the rarest as a rule


@lru_cache(maxsize=16)
def _ways(roster: Roster) -> _Ways:
    found: _Ways = {}
    for speaker in roster.speakers:
        for name in (*speaker.names, speaker.name):
            # The words of a person's name may stand apart; an institution's are looked for inside longer words, too.
            words = sorted(set(_words(name)))
            _add(found, _way(words, [_pattern(word, whole=speaker.kind == "person") for word in words]))
        for office in speaker.offices:
            words = _words(office)
            _add(found, _way(words, [_run(words)]))
        # (A short form, “the department”, counts in an article that names the institution.)
        for word in (*(word for name in speaker.spokespeople for word in _words(name)[-1:]), *_BY_COUNTRY):
            _add(found, _way([word], [_pattern(word)]))
    return found


@lru_cache(maxsize=256)
def _forms(speaker: Speaker) -> list[re.Pattern[str]]:
    """The forms of the name, each with its words in their order."""
    return [re.compile(_run(words)) for name in (*speaker.names, speaker.name) if (words := _words(name))]


def _words(name: str) -> list[str]:
    return [word for word in normal(name).split() if _letters(word)]


def _run(words: Sequence[str]) -> str:
    return "(?:['’]s?)?\\W+".join(_pattern(word) for word in words)


def _way(words: Sequence[str], patterns: Sequence[str]) -> _Way:
    return _Way(tuple(map(_letters, words)), tuple(map(re.compile, patterns)))


def _add(ways: _Ways, way: _Way) -> None:
    if not way.words:
        return  # a name or an office of nothing but stops
    own = ways.setdefault(max(way.words, key=len), [])
    if way not in own:
        own.append(way)


def _letters(word: str) -> str:
    return word.replace("'", "").replace("’", "")


def _pattern(word: str, whole: bool = True) -> str:
    british = "defense" in word  # defence, too
    first, *rest = ["[cs]" if british and letter == "s" else re.escape(letter) for letter in _letters(word)]
    # What must not stand before the word is asked behind its first letter: so the search begins at such letters alone.
    begin, end = (rf"(?<![^\W_]{first})", r"(?![^\W_])") if whole else ("", "")
    return f"{first}{begin}{''.join(_JOINT + letter for letter in rest)}{end}"
