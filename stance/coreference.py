"""Source mention → speaker on the roster: names, offices, descriptions (“the minister”) and pronouns.

The persons of the article are gathered first, each with the words that describe them (title, apposition). A mention
is then resolved by its head: a name to its bearer, an office to its holder, a description to the last person it fits,
a pronoun to the source of the paragraph, else to the last subject. Where nothing fits, the answer is None.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain

from stance import mentions
from stance.attribution import Attribution
from stance.lexicons import table, word_list
from stance.paragraphs import Paragraph
from stance.persons import (
    Person,
    Persons,
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
from stance.tokens import Token, span_of, tokens_of

_SOURCES_BACK = 60  # sources that a description looks back
_TEXT_BACK = 3000  # code points of text read before a mention
_SENTENCES_BACK = 12  # sentences of a paragraph that a pronoun looks back
_CHAIN = 50  # mentions that lead from one to the next (he … he … the minister …)
_SENTENCE = 120  # tokens of a sentence before a mention that are read for the name of a document
_LOOK_BACK = 4  # paragraphs that a pronoun looks back
_PERSONAL = frozenset("he she him her his hers who".split())
_IMPERSONAL = frozenset("it its they their them which".split())
_INDEFINITE = frozenset("a an any no every each whoever those".split())
_SEVERAL = frozenset("they their them".split())
_FEMALE = frozenset("she her hers ms mrs miss mother woman spokeswoman congresswoman chairwoman queen lady".split())
_MALE = frozenset("he him his mr sir lord king prince father man spokesman congressman chairman".split())


_NOBODY = Person(set(), unnamed=True)  # an office whose holder is not on the roster
Referent = Person | Speaker | None


def speakers_of(
    article: str, paragraphs: Sequence[Paragraph], attributions: Sequence[Attribution], roster: Roster
) -> list[str | None]:
    """For each attribution the name of the speaker on the roster, or None."""
    if not may_be_named(article, roster):
        return [None] * len(attributions)
    resolver = _Resolver(article, paragraphs, attributions, roster)
    return [resolver.speaker(number) for number in range(len(attributions))]


class _Resolver:
    def __init__(
        self, article: str, paragraphs: Sequence[Paragraph], attributions: Sequence[Attribution], roster: Roster
    ) -> None:
        self.article = article
        self.paragraphs = paragraphs
        self.attributions = attributions
        self.roster = roster
        self.persons = Persons(article, paragraphs, roster)
        self.resolved: dict[tuple[int, int], Referent] = {}
        self.depth = 0
        self.starts = [p.start for p in paragraphs]
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

    def _mentions_before(self, start: int) -> Iterable[Span]:
        """The mentions of sources that end before `start`, the last first, not further back than needed."""
        last = min(len(self.attributions), bisect_left(self.quote_starts, start) + 3)
        for attribution in reversed(self.attributions[max(0, last - _SOURCES_BACK) : last]):
            mention = attribution.mention
            if mention and mention.end <= start:
                yield mention

    # ---- mentions

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
        if len(tokens) == 1 and first in _PERSONAL | _IMPERSONAL:
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
        names = [t.bare for t in main if is_capital(t) and not is_descriptive(t) and not t.possessive]
        foreign = [n for n in names if institution and n not in institution_words(institution)]
        if institution and not any(self.persons.known(n) for n in foreign):
            names = []
        titled = head.bare in word_list("titles.txt") and office_class(main) is None
        if not names and titled and len(main) < len(tokens):
            rest: list[str] = []
            for token in reversed(tokens[2:]):
                if not (is_capital(token) and not is_descriptive(token) and not token.possessive):
                    break
                rest.insert(0, token.bare)
            if rest and self.persons.known(rest[-1]):  # Secretary of Defense Lloyd Austin
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
            short = [s for s in self.roster.institutions if set(s.short) & set(words)]
            institution = institution or (short[0] if short else None)
            if institution is None and head.bare == "readout" and countries:
                institution = next((s for s in self.roster.institutions if s.country in countries), None)
            if institution is None and tokens[0].lower == "the":
                institution = self._document_of(head.bare, start)
            if institution is None and tokens[0].lower in ("a", "the"):
                after = re.split(r"[.;“\"]\s", self.article[end : end + 120])[0]
                if " by " in after:
                    institution = self._institution_in([normal(w) for w in re.findall(r"[\w’']+", after)])
            if institution is None and tokens[0].lower == "the":
                return self._source_before(start)
            return institution
        if institution and (not head.is_role or head.bare in institution_words(institution)):
            return institution
        described = self._described(tokens, start)
        if described is None and is_human_role(main):
            # the witness, the author: somebody already met; a title would have to be his
            again = tokens[0].lower == "the" and len(tokens) <= 3 and not any(is_capital(t) for t in tokens)
            if again and head.bare not in word_list("titles.txt"):
                described = self._last_source(start)
            return described or unnamed(tokens, start)
        return described

    def _last_source(self, start: int) -> Referent:
        for mention in self._mentions_before(start):
            source = self.referent(mention)
            return source if isinstance(source, Person) or (source and source.kind == "person") else None
        return None

    def _document_of(self, noun: str, start: int) -> Speaker | None:
        """The institution whose report, statement … the article has named before."""
        before = normal(self.article[max(0, start - 2500) : start])
        for institution in self.roster.institutions:
            names = "|".join(re.escape(normal(n)) for n in institution.names)
            if re.search(rf"(?:{names})[^.\n]{{0,60}}\b{re.escape(noun)}\b", before):
                return institution
        return None

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

    def _stands_at(self, phrase: str, start: int) -> bool:
        """Whether the phrase stands in the article so that it covers `start`."""
        found = self.article.find(phrase, max(0, start - len(phrase) + 1), start + len(phrase) + 1)
        return 0 <= found <= start < found + len(phrase)

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

    def _words_before(self, start: int, reach: int = _TEXT_BACK) -> list[str]:
        return [normal(w) for w in re.findall(r"[\w.’']+", self.prose[max(0, start - reach) : start])]

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
            if any(s in words for s in speaker.short):
                return speaker
        if any(t.possessive for t in tokens):
            return None
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

    def _institution_near(self, start: int) -> Speaker | None:
        """The institution named shortly before, if no other country or body has come up since."""
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

    def _same_description(self, head: str, start: int) -> tuple[Referent] | None:
        """What an earlier source with the same head stood for: *a senior official* said …, *the official* added."""
        for mention in self._mentions_before(start):
            words = [t for t in tokens_of(self.article, mention.start, mention.end, (), 0) if t.is_word]
            if words and head in (main_part(words)[-1].bare, words[-1].bare):
                return (self.referent(mention),)
        return None

    def _last_person_source(self, start: int) -> Person | None:
        for mention in self._mentions_before(start):
            source = self.referent(mention)
            if isinstance(source, Person) and not source.unnamed and not self.persons.on_roster(source):
                return source
        return None

    def _speaks_for_somebody(self, person: Person) -> bool:
        words = person.words
        by_office = any(table("office_roles.tsv").get(w) == "spokesperson" for w in words)
        return by_office or self._spoken_for(person) is not None

    def _described(self, tokens: Sequence[Token], start: int) -> Referent:
        """The last person whom a description such as “the Chinese minister” or “the general” fits."""
        words = {t.bare for t in tokens}
        for speaker in self.roster.institutions:
            if tokens[0].lower in ("the", "its") and tokens[-1].bare in speaker.short and len(tokens) <= 2:
                return speaker if self._last_is_own(speaker, tokens[-1].bare, start) else None
        return self._described_by(words, start, last=tokens[-1].bare)

    def _last_is_own(self, institution: Speaker, short: str, start: int) -> bool:
        """Whether the last department named before is the institution's own, not another (the State Department)."""
        before = self.article[max(0, start - _TEXT_BACK) : start]
        found = re.findall(rf"\b(\w+) {re.escape(short.title())}\b", before)
        return not found or normal(found[-1]) in institution_words(institution) | {"the", "its"}

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
        return next((p for p in found if qualifiers <= self._described_as(p)), None)

    def _described_as(self, person: Person) -> set[str]:
        """The words for a person: those of the article, and for a speaker those of the roster."""
        speaker = self.persons.on_roster(person)
        offices = {w for o in speaker.offices for w in normal(o).split()} | set(speaker.roles) if speaker else set()
        return person.words | offices

    def _candidates(self, roles: set[str], start: int, countries: set[str]) -> list[Person]:
        """The persons met before whose description holds the roles and no other country, the last met first."""
        number = self._paragraph_at(start)
        fitting = []
        for person in self.persons.recent:
            words = self._described_as(person)
            speaker = self.persons.on_roster(person)
            explicit = bool(roles) and roles <= person.words
            if speaker:
                own = {speaker.country}
            else:
                own = {table("nationalities.tsv")[w] for w in words if w in table("nationalities.tsv")}
            if (not roles or roles <= words) and (not countries or own & countries) and (roles or speaker):
                before = person.last_before(start)
                if before is not None:
                    fitting.append((explicit, before, person))
        if fitting and not any(explicit for explicit, _, _ in fitting) and roles:
            # only the roster calls ours so: somebody else whose words the paragraph has just given comes first
            for mention in reversed(list(self._mentions_before(start))):
                if self.starts[number] <= mention.start:
                    source = self.referent(mention)
                    named = isinstance(source, Person) and bool(source.names)
                    if isinstance(source, Person) and named and not (self.persons.on_roster(source) or countries):
                        return [source]
        fitting.sort(key=lambda f: (-f[0], -f[1]))
        return [person for _, _, person in fitting]

    # ---- pronouns

    def _antecedent(self, start: int, pronoun: str) -> Referent:
        number = self._paragraph_at(start)
        for back in range(min(_LOOK_BACK, number + 1)):
            if pronoun in _IMPERSONAL and self._other_body(number - back, start, pronoun):
                return None
            for candidate in chain(
                self._subjects_before(number - back, start), self._names_before(number - back, start)
            ):
                if self._agrees(candidate, pronoun):
                    return candidate
        return None

    def _other_body(self, number: int, start: int, pronoun: str) -> bool:
        """Whether the last body of the paragraph that speaks or acts is not on the roster: *it* is that one."""
        paragraph = self.paragraphs[number]
        last = bisect_left(paragraph.starts, start, key=lambda index: paragraph.tokens[index].start)
        for sentence in range(last - 1, max(-1, last - 1 - _SENTENCES_BACK), -1):
            left, right = paragraph.sentence(sentence)
            phrase = mentions.clause_subject(paragraph.tokens, left, right)
            if phrase is None or paragraph.tokens[phrase[1] - 1].end > start:
                continue
            head = paragraph.tokens[phrase[1] - 1]
            people = pronoun in _SEVERAL and head.bare.endswith("s")  # the protesters … they
            if people if is_human(head.bare) else head.is_role:
                return self._on_roster(self.referent(span_of(self.article, paragraph.tokens, phrase))) is None
        for mention in self._mentions_before(start):
            if paragraph.start <= mention.start and mention.end <= paragraph.end:
                first = mention.text.lower().split()[0]
                return first not in _PERSONAL | _IMPERSONAL and self.referent(mention) is None
        return False

    def _names_before(self, number: int, start: int) -> Iterable[Referent]:
        """The persons named in a paragraph before `start`, the last first: for want of a subject."""
        paragraph = self.paragraphs[number]
        last = bisect_right(paragraph.starts, start, key=lambda index: paragraph.tokens[index].start)
        sentence = paragraph.tokens[paragraph.starts[last - 1]].start if last and paragraph.tokens else start
        low, high = paragraph.start, min(sentence if number == self._paragraph_at(start) else start, paragraph.end)
        found = [(place, p) for p in self.persons.recent if (place := p.last_before(high)) is not None and place >= low]
        found = [(place, p) for place, p in found if not _in_question(paragraph, place)]
        return [p for _, p in sorted(found, key=lambda f: -f[0])]

    def _paragraph_at(self, start: int) -> int:
        return max(0, bisect_right(self.starts, start) - 1)

    def _subjects_before(self, number: int, start: int) -> Iterable[Referent]:
        """Sources and subjects of a paragraph before `start`, the last first."""
        paragraph = self.paragraphs[number]
        tokens = paragraph.tokens
        last = bisect_left(paragraph.starts, start, key=lambda index: tokens[index].start)
        for number in range(last - 1, max(-1, last - 1 - _SENTENCES_BACK), -1):
            left, right = paragraph.sentence(number)
            end = tokens[min(right, len(tokens)) - 1].end
            for mention in self._mentions_before(start):
                if tokens[left].start <= mention.start < end:
                    yield self.referent(mention)
            if tokens[right - 1].text == "?":
                continue  # Has Austin seen it? “He has,” he says: whoever answers
            phrase = mentions.clause_subject(tokens, left, right)
            same = left < len(tokens) and tokens[min(right, len(tokens)) - 1].end > start
            if phrase and same and tokens[phrase[0]].lower in _INDEFINITE:
                phrase = None  # when a delegate challenged him, he …
            if phrase and tokens[phrase[1] - 1].end <= start:
                for part in _conjuncts(tokens, phrase):
                    yield self.referent(span_of(self.article, tokens, part))
            here = bisect_left(tokens, start, left, right, key=lambda token: token.start)
            yield from self._institution_document(tokens[max(left, here - _SENTENCE) : here])

    def _institution_document(self, tokens: Sequence[Token]) -> Iterable[Referent]:
        words = [t.bare for t in tokens if t.is_word]
        institution = self._institution_in(words)
        if institution and any(table("office_roles.tsv").get(w) == "document" for w in words):
            yield institution

    def _agrees(self, referent: Referent, pronoun: str) -> bool:
        if referent is None:
            return False
        speaker = self._on_roster(referent) if isinstance(referent, Person) else referent
        personal = pronoun in _PERSONAL
        if isinstance(referent, Speaker):
            same_kind = (referent.kind == "person") == personal
            return same_kind and (not personal or _gender_fits(pronoun, referent.pronouns))
        if not personal or not (speaker or referent.unnamed or self._human(referent)):
            return False
        words = referent.words | set(referent.names)
        if referent.unnamed and len(words) == 1 and next(iter(words)).endswith("s"):
            return False  # Editors abroad, he said
        if speaker and speaker.kind == "person":
            return _gender_fits(pronoun, speaker.pronouns)
        female, male = bool(words & _FEMALE), bool(words & _MALE)
        if pronoun in _FEMALE:
            return not (male and not female)
        return not (female and not male) or pronoun == "who"

    def _human(self, person: Person) -> bool:
        """Whether a name is a person's: more than one word, or described by an office; no country, no paper."""
        if any(n in self.source_names for n in person.names):
            return True
        if person.names & set(table("nationalities.tsv")) or person.names & word_list("organisation_words.txt"):
            return False
        return len(person.names) > 1 or bool(person.words & (word_list("titles.txt") | word_list("roles.txt")))

    def _source_before(self, start: int) -> Referent:
        """The institution whose words came last: “…,” the summary continues."""
        for mention in self._mentions_before(start):
            referent = self.referent(mention)
            return referent if isinstance(referent, Speaker) and referent.kind == "institution" else None
        return None

    # ---- the roster

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

    def _on_roster(self, referent: Referent) -> Speaker | None:
        if referent is None or isinstance(referent, Speaker):
            return referent
        if referent.unnamed:
            return referent.speaks_for
        return self.persons.on_roster(referent) or self._spoken_for(referent)

    def _spoken_for(self, person: Person) -> Speaker | None:
        """The institution that a person speaks for by the office which the article names."""
        words = person.words
        speaks = any(table("office_roles.tsv").get(w) == "spokesperson" for w in words)
        for speaker in self.roster.institutions:
            own = any(set(normal(name).split()) <= words for name in speaker.names) or bool(words & set(speaker.short))
            if speaks and own:
                return speaker
            elsewhere = bool(words & word_list("other_offices.txt"))
            # a spokesman, of whom it is not said for whom he speaks
            plain = not words & {"for", "of"} and not words & set(table("nationalities.tsv"))
            if speaks and plain and not elsewhere and self._institution_near(person.places[0]) == speaker:
                return speaker
            full = [set(normal(name).split()) for name in speaker.spokespeople]
            known = any(person.names and (person.names <= names or names <= person.names) for names in full)
            if known and not elsewhere:
                return speaker
        return None


def _in_question(paragraph: Paragraph, place: int) -> bool:
    """Whether the writer asks there: who is named in the question is not the one who answers."""
    number = bisect_right(paragraph.starts, place, key=lambda index: paragraph.tokens[index].start)
    last = paragraph.starts[number] if number < len(paragraph.starts) else len(paragraph.tokens)
    return last > 0 and paragraph.tokens[last - 1].text == "?"


def _conjuncts(tokens: Sequence[Token], phrase: mentions.Phrase) -> list[mentions.Phrase]:
    """Austin and Wei → Austin, Wei."""
    ands = [k for k in range(phrase[0] + 1, phrase[1] - 1) if tokens[k].lower == "and"]
    starts, ends = [phrase[0], *(k + 1 for k in ands)], [*ands, phrase[1]]
    return list(zip(starts, ends, strict=True))


def _gender_fits(pronoun: str, pronouns: Sequence[str]) -> bool:
    if pronoun == "who":
        return True
    return (
        bool({pronoun} & set(pronouns))
        or (pronoun in _MALE and "he" in pronouns)
        or (pronoun in _FEMALE and "she" in pronouns)
    )
