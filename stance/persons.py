"""The persons whom an article names, each with the words that describe them: titles, appositions, offices.

No parser and no model: names are runs of capitalised words, descriptions are the words of data/titles.txt and
data/roles.txt around them.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from stance.lexicons import table, word_list
from stance.paragraphs import Paragraph
from stance.roster import Roster, Speaker
from stance.tokens import Token, Tokens
from stance.verbs import headline

_APPOSITION = 14  # words of an apposition that are read
_MOST = 400  # persons of one article
_DESCRIPTIONS = 200  # different ones of one person
_BEARERS = 40  # persons of one name, the last met
_MID_SENTENCE = re.compile(r"(?<=[a-z,] )[A-Z][\w’'-]*")


@dataclass(slots=True, eq=False)
class Person:
    """Somebody in the article: the names used, the words that describe, the places where a name stands.

    An unnamed person (the senior official, his guest) has no names; `speaks_for` is set for a spokesperson by office,
    `several` where the words are for more than one (Ukraine's soldiers). `order` holds the names as first given.
    """

    names: set[str]
    words: set[str] = field(default_factory=set)
    descriptions: set[frozenset[str]] = field(default_factory=set)
    places: list[int] = field(default_factory=list)
    speaks_for: Speaker | None = None
    order: tuple[str, ...] = ()
    unnamed: bool = False
    several: bool = False

    def describe(self, place: int, words: set[str]) -> None:
        if len(self.descriptions) < _DESCRIPTIONS:
            self.words |= words
            self.descriptions.add(frozenset(words))
        self.places.append(place)

    def last_before(self, start: int) -> int | None:
        """The last place before `start`, or None."""
        number = bisect_left(self.places, start)
        return self.places[number - 1] if number else None


class Persons:
    """All persons of an article, in the order in which they are first named."""

    def __init__(self, article: str, paragraphs: Sequence[Paragraph], roster: Roster) -> None:
        self._bearers = _bearers(roster)
        self.all: list[Person] = []
        self.by_name: dict[str, list[Person]] = {}
        self._roster_names = frozenset().union(*(full for _, _, full in self._bearers))
        institutions = frozenset(word for s in roster.institutions for word in institution_words(s))
        self._institutions = institutions - self._roster_names
        phrases = {phrase for speaker in roster.speakers for phrase in speaker.namesakes}
        self._namesakes = sorted(m.span() for phrase in phrases for m in re.finditer(re.escape(phrase), article))
        self._capitalised = set(_MID_SENTENCE.findall(article))
        for paragraph in paragraphs:
            if not headline(paragraph.tokens):  # every word has a capital there
                self._gather(paragraph)

    def known(self, name: str) -> bool:
        """Whether the name is that of a person of the article or of the roster."""
        return name in self.by_name or name in self._roster_names

    @property
    def recent(self) -> list[Person]:
        """The persons that descriptions and pronouns are looked for among: no article has more that matter."""
        return self.all[-_MOST:]

    def _gather(self, paragraph: Paragraph) -> None:
        tokens = paragraph.tokens
        at = 0
        while at < len(tokens):
            if not tokens[at].is_upper or tokens[at].kind not in ("capital", "verb"):
                at += 1
                continue
            end = at
            names: list[str] = []
            words: set[str] = set()
            while end < len(tokens) and (is_capital(tokens[end]) or (tokens[end].text == "." and end > at)):
                token = tokens[end]
                if token.text != ".":
                    word = token.bare
                    if is_descriptive(token) or word in self._institutions:
                        words.add(word)
                    else:
                        names.append(word)
                elif not (end + 1 < len(tokens) and is_capital(tokens[end + 1]) and _abbreviated(tokens[end - 1])):
                    break
                end += 1
                if token.possessive:
                    break
            alone = len(names) == 1 and not words and not self._surely_name(names[0], tokens[at])
            if alone and (tokens[at - 1].kind == "quote" or at in paragraph.starts):
                names = []  # a common word that opens its sentence
            if names and not self._in_namesake(tokens.begins[at]):
                self._add(tokens, at, end, names, words)
            at = max(end, at + 1)

    def _in_namesake(self, place: int) -> bool:
        """Whether the place lies in a phrase that the roster says to mean somebody or something else."""
        number = bisect_left(self._namesakes, (place + 1,)) - 1
        return number >= 0 and place < self._namesakes[number][1]

    def _surely_name(self, name: str, token: Token) -> bool:
        return name in self._roster_names or token.text in self._capitalised

    def _add(self, tokens: Tokens, at: int, end: int, names: list[str], words: set[str]) -> None:
        person = self._known(names)
        if person is None:
            person = Person(set())
            self.all.append(person)
        if len(person.names) < 2:  # a full name stays as it was first given
            person.names.update(names)
            person.order = tuple(names)
        for name in names:
            holders = self.by_name.setdefault(name, [])
            if person in holders:
                holders.remove(person)
            holders.append(person)
            del holders[:-_BEARERS]
        person.describe(tokens.begins[at], words | _words_before(tokens, at) | _words_after(tokens, end))

    def _known(self, names: Sequence[str]) -> Person | None:
        """The person already met who bears these names: the last one, if none of the names conflict."""
        wanted = set(names)
        given = self.match(wanted)
        for key in dict.fromkeys((names[-1], names[0])):
            known = self.by_name.get(key, [])
            # Our own Wei stays himself when another Wei turns up, and a bare “Wei” is he once he has been named.
            ours = [p for p in known if self.on_roster(p)] if given else []
            for person in (*reversed(ours), *reversed(known)):
                if not (wanted <= person.names or person.names <= wanted):
                    continue
                if given and not self.on_roster(person) and not _namesake(person, wanted, given):
                    continue  # the Ruiz Train is nobody whom “Ruiz” could mean
                if given or not self.on_roster(person):
                    return person
        return None

    def on_roster(self, person: Person) -> Speaker | None:
        """The speaker who is this person, by name."""
        return self.match(person.names)

    def match(self, names: set[str]) -> Speaker | None:
        """The speaker whose names these are: at least one form of the name, and no name that is not among his."""
        for speaker, forms, full in self._bearers:
            # “Wei Jianguo” holds a name of Wei Fenghe's and one that is not his
            if names <= full and any(form <= names for form in forms):
                return speaker
        return None


def _namesake(person: Person, names: set[str], speaker: Speaker) -> bool:
    """Whether somebody bears the names in the place where the speaker does: Wei Jianguo, Wei Fenghe."""
    if len(person.order) < 2:
        return True
    forms = [normal(form).split() for form in speaker.names]
    places = {form.index(name) == 0 for form in forms if len(form) > 1 for name in names if name in form}
    return any((person.order[0] in names) if first else (person.order[-1] in names) for first in places) or not places


@lru_cache(maxsize=16)
def _bearers(roster: Roster) -> list[tuple[Speaker, list[frozenset[str]], frozenset[str]]]:
    """The persons on the roster, each with the words of every form of the name, and with those of all."""
    forms = [(speaker, [frozenset(normal(name).split()) for name in speaker.names]) for speaker in roster.persons]
    return [(speaker, own, frozenset[str]().union(*own)) for speaker, own in forms]


@lru_cache(maxsize=4096)
def normal(text: str) -> str:
    """Lower case, American spelling, no stops or possessives: “U.S. Defence Secretary” → “us defense secretary”."""
    return re.sub(r"['’]s?\b", "", text.lower().replace(".", "")).replace("defence", "defense")


def unnamed(tokens: Sequence[Token], start: int, speaks_for: Speaker | None = None) -> Person:
    words = frozenset(t.bare for t in tokens)
    return Person(set(), set(words), {words}, [start], speaks_for, unnamed=True, several=is_several(tokens))


def is_several(tokens: Sequence[Token]) -> bool:
    """Whether the phrase is one for more than one person: the soldiers, people in the north; not his boss."""
    head = main_part(tokens)[-1].bare
    return head in ("people", "men", "women") or (head.endswith("s") and not head.endswith("ss") and is_human(head))


def is_human_role(main: Sequence[Token]) -> bool:
    """Whether the head of a phrase is a noun for a person: the official, not the ministry or its report."""
    return main[-1].is_role and is_human(main[-1].bare)


def is_human(word: str) -> bool:
    """Whether a noun for a source is one for people: not the ministry, not its report."""
    return table("office_roles.tsv").get(word, "spokesperson") == "spokesperson"


def is_capital(token: Token) -> bool:
    return token.is_word and token.is_upper and token.kind in ("capital", "verb")


def is_descriptive(token: Token) -> bool:
    word = token.bare
    return (
        word in word_list("titles.txt")
        or word in table("nationalities.tsv")
        or (token.is_role and not (token.is_upper and table("office_roles.tsv").get(word) == "paper"))  # Bill
        or word in ("defense", "house", "white", "department", "navy", "army", "state")
    )


def _abbreviated(token: Token) -> bool:
    return len(token.text) == 1 or token.lower in word_list("abbreviations.txt")


def main_part(tokens: Sequence[Token]) -> Sequence[Token]:
    """The noun phrase without what hangs on it: a spokesman | for the Pentagon."""
    for number, token in enumerate(tokens):
        if number and token.kind in ("linker", "preposition"):
            return tokens[:number]
    return tokens


def _words_before(tokens: Tokens, at: int) -> set[str]:
    """What describes a name before it: a role in lower case, or an apposition that ends in a comma."""
    words: set[str] = set()
    back = at - 1
    if back > 0 and tokens[back].text == ",":
        back -= 1
        limit = max(-1, back - 8)
        taken = []
        while back > limit and tokens[back].is_word and tokens[back].kind not in ("conjunction", "auxiliary"):
            taken.append(tokens[back])
            back -= 1
        if any(t.is_role for t in taken):
            words |= {t.bare for t in taken}
        return words
    while (
        back >= 0
        and at - back <= 5
        and tokens[back].kind in ("word", "capital", "verb", "possessive", "determiner", "linker")
    ):
        if tokens[back].kind == "verb" and not (tokens[back].is_role or tokens[back].lower in word_list("titles.txt")):
            break
        words.add(tokens[back].bare)
        back -= 1
    return words


def _words_after(tokens: Tokens, end: int) -> set[str]:
    """What describes a name behind it: X, the Pentagon press secretary, … · X of the Foreign Ministry."""
    if end >= len(tokens):
        return set()
    if tokens[end].text == "," and end + 1 < len(tokens):
        begin = end + 1
        opens = tokens[begin]
        if not (opens.kind in ("determiner", "possessive", "relative") or opens.is_role or is_capital(opens)):
            return set()
        words: list[Token] = []
        for token in tokens[begin : begin + _APPOSITION]:
            if token.kind == "quote" or token.text in ";:." or (token.text == "," and words):
                break
            if token.kind == "verb" and not token.is_role and opens.kind not in ("relative",):
                return set()  # no apposition: Austin, the minister said
            words.append(token)
        if any(t.is_role for t in words):
            return {t.bare for t in words if t.is_word}
    elif tokens[end].lower in ("of", "at", "from"):
        return {t.bare for t in tokens[end + 1 : end + 6] if is_capital(t)}
    return set()


def office_class(main: Sequence[Token]) -> str | None:
    """`spokesperson` or `document` by the head of the phrase."""
    words = [t.bare for t in main]
    if words[-1:] and words[-1] in ("secretary", "officer", "office", "aide") and "press" in words:
        return "spokesperson"
    return table("office_roles.tsv").get(words[-1]) if words and words[-1] != "press" else None


def institution_words(speaker: Speaker) -> set[str]:
    return {w for name in speaker.names for w in normal(name).split()}
