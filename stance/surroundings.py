"""What coreference looks up in the article and on the roster: who is named near, who speaks for which institution.

Nothing here follows a mention to whom it stands for; that is the task of the rooms above (antecedents, coreference).
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property

from stance import clauses
from stance.attribution import Attribution
from stance.lexicons import table, word_list
from stance.paragraphs import Paragraph
from stance.persons import Person, Persons, institution_words, normal
from stance.presence import is_named
from stance.quote import Span
from stance.roster import Roster, Speaker

_SOURCES_BACK = 60  # sources that a description looks back
_APPOSITION = 100  # code points behind a name in which its office may stand
_OFFICE_BACK = 300  # code points before a description in which the same office may have been somebody else's
_OWNER = 60  # code points before a name in which its owner is looked for
_TEXT_BACK = 3000  # code points of text read before a mention

Referent = Person | Speaker | None


class Surroundings:
    """The article, its persons and the roster, with the questions about them that need no coreference."""

    def __init__(
        self, article: str, paragraphs: Sequence[Paragraph], attributions: Sequence[Attribution], roster: Roster
    ) -> None:
        self.article = article
        self.paragraphs = paragraphs
        self.attributions = attributions
        self.roster = roster
        self._named: dict[str, bool] = {}
        self.persons = Persons(article, paragraphs, roster)
        self.starts = [p.start for p in paragraphs]
        self.opening_places = frozenset(self.starts)
        self.quote_starts = [a.stretch.start for a in attributions]
        self.source_names = {
            word for a in attributions if a.mention and a.cue for word in normal(a.mention.text).split()
        } - set(table("nationalities.tsv"))

    @cached_property
    def prose(self) -> str:
        """The writer's own words: the article with blanks for what is quoted."""
        pieces, at = [], 0
        for attribution in self.attributions:
            stretch = attribution.stretch
            pieces += [self.article[at : stretch.start], " " * (stretch.end - stretch.start)]
            at = stretch.end
        return "".join([*pieces, self.article[at:]])

    @cached_property
    def first_named(self) -> dict[str, int]:
        """Where the article first names each institution in full; -1 where it does not."""
        places = {s.name: [at for n in s.names if (at := self.article.find(n)) >= 0] for s in self.roster.institutions}
        return {name: min(found, default=-1) for name, found in places.items()}

    def _is_named(self, institution: Speaker) -> bool:
        """Whether the article names it anywhere: else “the department” is somebody else's."""
        if institution.name not in self._named:
            self._named[institution.name] = is_named(self.article, institution)
        return self._named[institution.name]

    def _mentions_before(self, start: int) -> Iterable[Span]:
        """The mentions of sources that end before `start`, the last first, not further back than needed."""
        last = min(len(self.attributions), bisect_left(self.quote_starts, start) + 3)
        for attribution in reversed(self.attributions[max(0, last - _SOURCES_BACK) : last]):
            mention = attribution.mention
            if mention and mention.end <= start:
                yield mention

    def _comes_forward(self, person: Person) -> bool:
        """Whether somebody is a source, or a paragraph opens with him: not one who is only talked about."""
        return bool(person.names & self.source_names) or not self.opening_places.isdisjoint(person.places)

    def _words_before(self, start: int, reach: int = _TEXT_BACK) -> list[str]:
        return [normal(w) for w in re.findall(r"[\w.’']+", self.prose[max(0, start - reach) : start])]

    def _paragraph_at(self, start: int) -> int:
        return max(0, bisect_right(self.starts, start) - 1)

    def _stands_at(self, phrase: str, start: int) -> bool:
        """Whether the phrase stands in the article so that it covers `start`."""
        found = self.article.find(phrase, max(0, start - len(phrase) + 1), start + len(phrase) + 1)
        return 0 <= found <= start < found + len(phrase)

    def _last_named(self, speaker: Speaker, start: int) -> int | None:
        """Where the article last names the speaker before `start`; 0 if only later; None if never."""
        ours = [p for p in self.persons.recent if self.persons.on_roster(p) == speaker]
        return max((p.last_before(start) or 0 for p in ours), default=None)

    def _rival(self, speaker: Speaker, office: str, countries: set[str], start: int) -> Person | None:
        """Another person whom the article gives the same office, if named since our speaker was."""
        content = set(office.split()) - {"of", "the", "for"}
        ours = self._last_named(speaker, start) or 0
        best: tuple[int, Person] | None = None
        for person in self.persons.recent:
            if self.persons.on_roster(person) == speaker:
                continue
            for words in person.descriptions:
                own = {table("nationalities.tsv")[w] for w in words if w in table("nationalities.tsv")}
                fits = content <= words and not words & {"press", "deputy", "assistant", "former", "undersecretary"}
                if fits and (not countries or not own or own & countries):
                    place = person.last_before(start) or 0
                    if (place or not ours) and place >= ours and (best is None or place > best[0]):
                        best = (place, person)
        return best[1] if best else None

    def _house_of(self, names: set[str]) -> Speaker | None:
        """The institution on whose side a person on the roster stands who is named so: Austin's spokeswoman."""
        owner = next((found for name in sorted(names) if (found := self.persons.match({name}))), None)
        if owner is None or owner.country is None:
            return None
        side = [s for s in self.roster.speakers if s.country == owner.country]
        houses = [s for s in side if s.kind == "institution"]
        return houses[0] if len(side) == 2 and len(houses) == 1 else None  # of two candidates neither has the house

    def _institution_near(self, start: int) -> Speaker | None:
        """The institution named shortly before, if no other country or body has come up since."""
        paragraph = self.paragraphs[self._paragraph_at(start)]
        subject = self._subject_at(paragraph.start)
        if subject:
            return subject
        words = self._words_before(start, reach=300)
        own = {s.country for s in self.roster.institutions}
        for number in range(len(words) - 1, -1, -1):
            institution = self._institution_in(words[number : number + 3])
            if institution:
                return institution
            country = table("nationalities.tsv").get(words[number])
            if (country and country not in own) or words[number] in word_list("other_offices.txt"):
                return None
        return None

    def _institution_in(self, words: Sequence[str]) -> Speaker | None:
        text = " " + " ".join(words) + " "
        for speaker in self.roster.institutions:
            for name in speaker.names:
                found = text.find(f" {normal(name)} ")
                if found < 0:
                    continue
                owner = table("nationalities.tsv").get(text[:found].rpartition(" ")[2])
                if owner is None or speaker.country is None or owner == speaker.country:
                    return speaker  # not Australia's Department of Defense
        return None

    def _last_is_own(self, institution: Speaker, short: str, start: int) -> bool:
        """Whether the last department named before is the institution's own, not another (the State Department)."""
        begin = max(0, start - _TEXT_BACK)
        before = self.article[begin:start]
        last = max((before.rfind(name) for name in institution.names), default=-1)
        if last < 0 and not 0 <= self.first_named[institution.name] < begin:
            return False  # a department of an article that has not named ours
        others = self._others(institution, short, begin, start)
        return not others or others[-1] < begin + last

    def _others(self, institution: Speaker, short: str, start: int, end: int) -> list[int]:
        """Where other departments are named between two places."""
        own = institution_words(institution) | set(table("word_classes.tsv"))
        found = re.finditer(rf"\b([A-Z]\w*) (?i:{re.escape(short)})\b", self.article[start:end])
        return [start + match.start() for match in found if normal(match[1]) not in own]

    def _country_of_last(self, office: str, start: int) -> str | None:
        """The country whose minister, secretary … was named last: Japan's minister came. The *minister* said …"""
        before = self.prose[max(0, start - _OFFICE_BACK) : start]
        country = None
        words = [normal(word) for word in re.findall(r"[\w.’']+", before)]
        for at, word in enumerate(words):
            if word == office:
                owners = [found for w in words[max(0, at - 3) : at] if (found := table("nationalities.tsv").get(w))]
                country = owners[-1] if owners else country
        return country

    def _document_of(self, noun: str, start: int) -> Speaker | None:
        """The institution whose report, statement … the article has named before."""
        before = normal(self.article[max(0, start - 2500) : start])
        for institution in self.roster.institutions:
            names = "|".join(re.escape(normal(n)) for n in institution.names)
            if re.search(rf"(?:{names})[^.\n]{{0,60}}\b{re.escape(noun)}\b", before):
                return institution
        return None

    def _described_as(self, person: Person) -> set[str]:
        """The words for a person: those of the article, and for a speaker those of the roster."""
        speaker = self.persons.on_roster(person)
        offices = {w for o in speaker.offices for w in normal(o).split()} | set(speaker.roles) if speaker else set()
        return person.words | offices

    def _on_roster(self, referent: Referent) -> Speaker | None:
        if referent is None or isinstance(referent, Speaker):
            return referent
        if referent.unnamed:
            return referent.speaks_for
        return self.persons.on_roster(referent) or self._spoken_for(referent)

    def _owned_by(self, institution: Speaker, start: int) -> bool:
        """Whether a name there belongs to the institution: the Pentagon's John Kirby."""
        before = self.article[max(0, start - _OWNER) : start].replace("’", "'")
        return any(before.endswith(f"{name}'s ") for name in institution.names)

    def _subject_at(self, start: int) -> Speaker | None:
        """The institution that is the subject of the sentence there: The Pentagon refused, *its* spokesman saying …"""
        paragraph = self.paragraphs[self._paragraph_at(start)]
        number = bisect_right(paragraph.starts, start, key=paragraph.tokens.begins.__getitem__) - 1
        if number < 0:
            return None
        left, right = paragraph.sentence(number)
        phrase = clauses.clause_subject(paragraph.tokens, left, right)
        return self._institution_in([t.bare for t in paragraph.tokens[slice(*phrase)]]) if phrase else None

    def _spoken_for(self, person: Person) -> Speaker | None:
        """The institution that a person speaks for by the office which the article names."""
        words = person.words
        speaks = any(table("office_roles.tsv").get(w) == "spokesperson" for w in words)
        for speaker in self.roster.institutions:
            own = any(set(normal(name).split()) <= words for name in speaker.names)
            short = words & set(speaker.short)
            place = person.places[0]
            own = own or any(
                self._last_is_own(speaker, word, place) and not self._others(speaker, word, place, place + _APPOSITION)
                for word in short
            )
            if speaks and (own or self._house_of(words - person.names) == speaker):
                return speaker
            if self._owned_by(speaker, person.places[0]):
                return speaker
            if speaks and "its" in words and self._subject_at(person.places[0]) == speaker:
                return speaker
            elsewhere = bool(words & word_list("other_offices.txt"))
            # a spokesman, of whom it is not said for whom he speaks
            plain = not words & {"for", "of", "their"} and not words & set(table("nationalities.tsv"))
            plain = plain and not any(self.persons.match({word}) for word in words - person.names)
            if speaks and plain and not elsewhere and self._institution_near(person.places[0]) == speaker:
                return speaker
            known = any(_bears(person, normal(name).split()) for name in speaker.spokespeople)
            if known and not elsewhere:
                return speaker
        return None

    def _speaks_for_somebody(self, person: Person) -> bool:
        words = person.words
        by_office = any(table("office_roles.tsv").get(w) == "spokesperson" for w in words)
        return by_office or self._spoken_for(person) is not None

    def _human(self, person: Person) -> bool:
        """Whether a name is a person's: more than one word, or described by an office; no country, no paper."""
        if any(n in self.source_names for n in person.names):
            return True
        if person.names & set(table("nationalities.tsv")) or person.names & word_list("organisation_words.txt"):
            return False
        return len(person.names) > 1 or bool(person.words & (word_list("titles.txt") | word_list("roles.txt")))


def _bears(person: Person, name: Sequence[str]) -> bool:
    """Whether the article names a person so: by the last name, and by no name beside those, or by all."""
    return name[-1] in person.names and (person.names <= set(name) or set(name) <= person.names)
