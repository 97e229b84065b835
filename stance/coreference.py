"""Source mention → speaker on the roster: names, offices, descriptions (“the minister”) and pronouns.

The persons of the article are gathered first, each with the words that describe them (title, apposition). A mention
is then resolved by its head: a name to its bearer, an office to its holder, a description to the last person it fits,
a pronoun to the source of the paragraph, else to the last subject. Where nothing fits, the answer is None.
"""

import re
from collections.abc import Sequence

from stance.antecedents import IMPERSONAL, PERSONAL, Antecedents
from stance.attribution import Attribution
from stance.lexicons import table, word_list
from stance.paragraphs import Paragraph
from stance.persons import (
    Person,
    institution_words,
    is_capital,
    is_descriptive,
    is_human,
    is_human_role,
    main_part,
    normal,
    office_class,
    unnamed,
)
from stance.presence import may_be_named
from stance.quote import Span
from stance.roster import Roster, Speaker
from stance.surroundings import Referent
from stance.tokens import Token, tokens_of

_CHAIN = 50  # mentions that lead from one to the next (he … he … the minister …)
# Words for somebody already met, whatever his trade.
_AGAIN = frozenset(
    "author dignitary guest host interviewee interpreter leader official speaker spokesman spokeswoman visitor "
    "witness".split()
)
# Parts of an institution that speak for it, behind its possessive.
_PARTS = frozenset(
    "office agency command bureau board department division directorate headquarters leadership team".split()
)
_NOBODY = Person(set(), unnamed=True)  # an office whose holder is not on the roster


def speakers_of(
    article: str, paragraphs: Sequence[Paragraph], attributions: Sequence[Attribution], roster: Roster
) -> list[str | None]:
    """For each attribution the name of the speaker on the roster, or None."""
    if not may_be_named(article, roster):
        return [None] * len(attributions)
    resolver = _Resolver(article, paragraphs, attributions, roster)
    return [resolver.speaker(number) for number in range(len(attributions))]


class _Resolver(Antecedents):
    """Mentions of one article → whom they stand for, each found once."""

    def __init__(
        self, article: str, paragraphs: Sequence[Paragraph], attributions: Sequence[Attribution], roster: Roster
    ) -> None:
        super().__init__(article, paragraphs, attributions, roster)
        self.resolved: dict[tuple[int, int], Referent] = {}
        self.depth = 0

    def speaker(self, number: int) -> str | None:
        mention = self.attributions[number].mention
        if mention is None:
            return None
        referent = self.referent(mention)
        found = self._on_roster(referent)
        return found.name if found else None

    def referent(self, mention: Span) -> Referent:
        key = (mention.start, mention.end)
        if key not in self.resolved:
            if self.depth == _CHAIN:
                return None
            self.resolved[key] = None  # a chain of pronouns that comes back to itself ends here
            self.depth += 1
            self.resolved[key] = self._resolve(mention.start, mention.end)
            self.depth -= 1
        return self.resolved[key]

    def _resolve(self, start: int, end: int) -> Referent:
        tokens = [t for t in tokens_of(self.article, start, end, (), 0) if t.is_word]
        if not tokens:
            return None
        first = tokens[0].bare.split("’")[0].split("'")[0]
        if len(tokens) == 1 and first in PERSONAL | IMPERSONAL:
            return self._antecedent(start, first)
        conjunction = next(
            (k for k, t in enumerate(tokens) if k and t.lower == "and" and is_capital(tokens[k - 1])), None
        )
        if conjunction and not is_descriptive(tokens[conjunction - 1]):
            tokens = tokens[:conjunction]  # of two sources the first that is named (guidelines, section 2, rule 4)
        main = main_part(tokens)
        words = [t.bare for t in tokens]
        institution = self._institution_in(words)
        head = main[-1]
        if institution and head.bare in _PARTS and any(t.possessive for t in main):
            return institution  # the Pentagon's agency for sales
        names = [t.bare for t in main if is_capital(t) and not is_descriptive(t) and not t.possessive]
        foreign = [n for n in names if institution and n not in institution_words(institution)]
        if institution:  # Pentagon Chief Lloyd Austin is he, the Pentagon Papers are not
            names = foreign if any(self.persons.known(n) for n in foreign) else []
        titled = head.bare in word_list("titles.txt") and office_class(main) is None
        if not names and titled and len(main) < len(tokens):
            rest: list[str] = []
            for token in reversed(tokens[2:]):
                if not (is_capital(token) and not is_descriptive(token) and not token.possessive):
                    break
                rest.insert(0, token.bare)
            place = len(rest) < len(tokens) and tokens[-len(rest) - 1].kind == "linker"  # the mayor of Austin
            if rest and not place and self.persons.known(rest[-1]):  # Secretary of Defense Lloyd Austin
                return self._bearer(rest, tokens, start)
        if names and is_capital(head) and not (head.is_role and head.text.islower()):
            return self._bearer(names, tokens, start)
        if words[:2] == ["one", "of"]:
            main, words, head = tokens[2:], words[2:], tokens[-1]
        speaks = office_class(main)
        owners = [t.bare for t in main if t.possessive and is_capital(t) and not is_descriptive(t)]
        if owners and (head.bare in word_list("speech_nouns.txt") or speaks in ("document", "paper")):
            owner = self._bearer(owners, tokens, start)  # Austin's letter, Ryder's answer
            if self._on_roster(owner):
                return owner
        if speaks == "spokesperson":
            spoken = self._spokesperson(tokens, institution, start)
            if isinstance(spoken, Speaker):
                return unnamed(tokens, start, spoken)
            return spoken or unnamed(tokens, start)
        if institution and head.bare in ("official", "officials") and not {"former", "retired", "ex"} & set(words):
            return unnamed(tokens, start, institution)  # a Pentagon official; a defense official is somebody else
        countries = {table("nationalities.tsv")[w] for w in words if w in table("nationalities.tsv")}
        if words[-1] == "counterpart" and countries:
            return self._counterpart(countries, start)
        elsewhere = any(t.possessive and is_capital(t) and not is_descriptive(t) for t in main) and not institution
        holder = None if elsewhere else self._office_holder(words, start)
        if holder:
            return holder
        if speaks == "document":
            if institution is None and words[0] in ("its", "their"):
                return self._antecedent(start, "its")
            short = [s for s in self.roster.institutions if _bare_short(tokens, s) and self._is_named(s)]
            institution = institution or (short[0] if short else None)
            if institution is None and head.bare == "readout" and countries:
                institution = next((s for s in self.roster.institutions if s.country in countries), None)
            if institution is None and countries:
                return None  # the Chinese readout
            if institution is None and tokens[0].lower == "the":
                institution = self._document_of(head.bare, start)
            if institution is None and tokens[0].lower in ("a", "the"):
                after = re.split(r"[.;“\"]\s", self.article[end : end + 120])[0]
                if " by " in after:
                    institution = self._institution_in([normal(w) for w in re.findall(r"[\w’']+", after)])
            if institution is None and tokens[0].lower == "the":
                return self._source_before(start) or self._author(start)
            return institution
        if institution and (not head.is_role or head.bare in institution_words(institution)):
            return institution
        described = self._described(tokens, start)
        if described is None and is_human_role(main):
            again = tokens[0].lower in ("the", "this") and len(tokens) <= 3 and not any(is_capital(t) for t in tokens)
            if again and head.bare in _AGAIN:
                described = self._last_source(start)  # somebody already met
                if described is None and head.bare in ("guest", "visitor", "dignitary"):
                    described = self._antecedent(start, "he")
            return described or unnamed(tokens, start)
        return described

    def _bearer(self, names: Sequence[str], tokens: Sequence[Token], start: int) -> Referent:
        for speaker in self.roster.speakers:
            if any(self._stands_at(namesake, start) for namesake in speaker.namesakes):
                return unnamed(tokens, start)  # somebody, but nobody on the roster
        for key in (names[-1], names[0]):
            known = self.persons.by_name.get(key, ())
            holders = [p for p in known if set(names) <= p.names or (p.names <= set(names) and len(p.names) > 1)]
            if holders:
                ours = [p for p in holders if self.persons.on_roster(p)]
                if ours and self.persons.match(set(names)) and ours[0].places[0] <= start:
                    return ours[0]
                last = [(p.last_before(start + 1), p) for p in holders]
                met = [(place, p) for place, p in last if place is not None]
                return max(met, key=lambda m: m[0])[1] if met else holders[0]
        person = Person(set(names))
        person.describe(start, {t.bare for t in tokens})
        return person

    def _counterpart(self, countries: set[str], start: int) -> Referent:
        """His Chinese counterpart: the one the article names with such an office, else ours."""
        found = self._candidates({"minister"}, start, countries) or self._candidates({"secretary"}, start, countries)
        if found:
            return found[0]
        return next((s for s in self.roster.persons if s.country in countries and "counterpart" in s.roles), None)

    def _office_holder(self, words: Sequence[str], start: int) -> Referent:
        """The holder of an office that the roster lists, unless the article gives it to somebody else."""
        text = " ".join(words)
        countries = {table("nationalities.tsv")[w] for w in words if w in table("nationalities.tsv")}
        matches = [
            (len(office), speaker)
            for speaker in self.roster.persons
            for office in speaker.offices
            if re.search(rf"(?:^|\s){re.escape(normal(office))}$", text)
            and (not countries or speaker.country in countries or self._institution_in(normal(office).split()))
        ]
        if not matches:
            return None
        if words[0] in ("his", "her", "their", "its") and not countries:
            return _NOBODY  # his defense minister: of the country of whoever he is
        longest = max(length for length, _ in matches)
        speakers = [s for length, s in matches if length == longest]
        named = [s for s in speakers if self._last_named(s, start) is not None]
        if len(speakers) > 1:
            speakers = sorted(named or speakers[:1], key=lambda s: -(self._last_named(s, start) or 0))
        speaker = speakers[0]
        office = next(normal(o) for o in speaker.offices if len(o) == longest and text.endswith(normal(o)))
        rival = self._rival(speaker, office, countries, start)
        if rival is not None:
            return rival
        if not countries and not named and not self._institution_in(words):
            near = self._institution_in(self._words_before(start))
            same_side = near is not None and near.country == speaker.country
            return speaker if same_side else _NOBODY  # a bare “defense minister” of an article that never names ours
        return speaker

    def _spokesperson(self, tokens: Sequence[Token], institution: Speaker | None, start: int) -> Referent:
        if institution:
            return institution
        words = [t.bare for t in tokens]
        if any(is_capital(t) for t in tokens[1:]):
            return None  # somebody else's: a White House spokesman
        if set(words) & {"its", "their"}:
            owner = self._antecedent(start, "its")
            return owner if isinstance(owner, Speaker) else None
        for speaker in self.roster.institutions:
            if any(s in words for s in speaker.short) and self._is_named(speaker):
                return speaker
        owners = {t.bare for t in tokens if t.possessive}
        if owners:
            return self._house_of(owners)
        if words[0] in ("a", "an", "one", "another"):
            return self._institution_near(start)
        same = self._same_description(words[-1], start)
        if same:
            return same[0]
        fitting = [(p.last_before(start) or 0, p) for p in self.persons.recent if self._speaks_for_somebody(p)]
        if any(place for place, _ in fitting):
            return max(fitting, key=lambda f: f[0])[1]
        last = self._last_person_source(start)
        if last is not None:
            return last
        if words[0] in ("his", "its", "their", "the"):
            return self._institution_in(self._words_before(start))
        return None

    def _described(self, tokens: Sequence[Token], start: int) -> Referent:
        """The last person whom a description such as “the Chinese minister” or “the general” fits."""
        words = {t.bare for t in tokens}
        for speaker in self.roster.institutions:
            if tokens[0].lower in ("the", "its") and tokens[-1].bare in speaker.short and len(tokens) <= 2:
                return speaker if self._last_is_own(speaker, tokens[-1].bare, start) else None
        if not is_human(main_part(tokens)[-1].bare):
            return None  # the ministry in Beijing
        return self._described_by(words, start, last=tokens[-1].bare)

    def _described_by(self, words: set[str], start: int, last: str | None = None) -> Referent:
        countries = {table("nationalities.tsv")[w] for w in words if w in table("nationalities.tsv")}
        roles = {w for w in words if w in word_list("roles.txt") and w not in table("nationalities.tsv")}
        if not roles and not (countries and "the" in words and last and re.search(r"(?:an|ese|ish|i)$", last)):
            return None
        if words & {"his", "her", "its", "their"} or (last and not is_human(last)):
            return None
        same = self._same_description(last, start) if last and last not in word_list("titles.txt") else None
        if same and isinstance(same[0], Person) and same[0].unnamed:
            return same[0]
        if words & {"a", "an", "another", "one", "some"} or (last and last.endswith("s") and last != "chinese"):
            return None  # somebody new, or several
        if countries and not roles & word_list("titles.txt"):
            roles = set()  # the Chinese guest, the American official
        # the prime minister is another than the minister of defense
        qualifiers = (words & word_list("titles.txt")) - word_list("roles.txt")
        found = self._candidates(roles, start, countries)
        country = None if countries or last is None else self._country_of_last(last, start)
        for person in found:
            if qualifiers <= self._described_as(person):
                speaker = self.persons.on_roster(person)
                return None if country and speaker and speaker.country != country else person
        return None


def _bare_short(tokens: Sequence[Token], institution: Speaker) -> bool:
    """Whether a short form stands without a name before it: the department's notice, no health department circular."""
    return any(
        token.bare in institution.short and (not at or tokens[at - 1].kind in ("determiner", "possessive"))
        for at, token in enumerate(tokens)
    )
