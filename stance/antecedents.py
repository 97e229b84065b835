"""Whom a pronoun stands for: the source of the paragraph, else the last subject; and who spoke before."""

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import chain

from stance import clauses, mentions
from stance.cues import named
from stance.lexicons import table
from stance.paragraphs import Paragraph
from stance.persons import Person, is_human, main_part
from stance.quote import Span
from stance.roster import Speaker
from stance.subjects import Source
from stance.surroundings import Referent, Surroundings
from stance.tokens import Token, Tokens, span_of, tokens_of

_SENTENCES_BACK = 12  # sentences of a paragraph that a pronoun looks back
_SENTENCE = 120  # tokens of a sentence before a mention that are read for the name of a document
_LOOK_BACK = 4  # paragraphs that a pronoun looks back
PERSONAL = frozenset("he she him her his hers who".split())
IMPERSONAL = frozenset("it its they their them which".split())
_INDEFINITE = frozenset("a an any no every each whoever those".split())
_SEVERAL = frozenset("they their them".split())
_FEMALE = frozenset("she her hers ms mrs miss mother woman spokeswoman congresswoman chairwoman queen lady".split())
_MALE = frozenset("he him his mr sir lord king prince father man spokesman congressman chairman".split())


class Antecedents(Surroundings, ABC):
    """Those who were named or spoke before a place, the likeliest first."""

    @abstractmethod
    def referent(self, mention: Span) -> Referent:
        """Whom a mention stands for."""

    def _antecedent(self, start: int, pronoun: str) -> Referent:
        number = self._paragraph_at(start)
        for back in range(min(_LOOK_BACK, number + 1)):
            if pronoun in IMPERSONAL and self._other_body(number - back, start, pronoun):
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
        last = bisect_left(paragraph.starts, start, key=paragraph.tokens.begins.__getitem__)
        for sentence in range(last - 1, max(-1, last - 1 - _SENTENCES_BACK), -1):
            left, right = paragraph.sentence(sentence)
            phrase = clauses.clause_subject(paragraph.tokens, left, right)
            if phrase is None or paragraph.tokens.ends[phrase[1] - 1] > start:
                continue
            head = paragraph.tokens[phrase[1] - 1]
            if pronoun not in _SEVERAL and (head.bare.endswith("s") or head.bare in table("nationalities.tsv")):
                continue  # the sides, it said; China, it said
            people = pronoun in _SEVERAL and head.bare.endswith("s")  # the protesters … they
            referent = self.referent(span_of(self.article, paragraph.tokens, phrase))
            if isinstance(referent, Person) and head.kind == "capital" and not referent.unnamed:
                documents = self._institution_document(paragraph.tokens[phrase[1] : min(right, phrase[1] + _SENTENCE)])
                if not (self._human(referent) or self._on_roster(referent) or any(documents)):
                    return True  # a body known by its name alone
            if people if is_human(head.bare) else head.is_role:
                return self._on_roster(referent) is None
        for mention in self._mentions_before(start):
            if paragraph.start <= mention.start and mention.end <= paragraph.end:
                first = mention.text.lower().split()[0]
                return first not in PERSONAL | IMPERSONAL and self.referent(mention) is None
        return False

    def _names_before(self, number: int, start: int) -> Iterable[Referent]:
        """The persons named in a paragraph before `start`, the last first: for want of a subject."""
        paragraph = self.paragraphs[number]
        last = bisect_right(paragraph.starts, start, key=paragraph.tokens.begins.__getitem__)
        sentence = paragraph.tokens.begins[paragraph.starts[last - 1]] if last and paragraph.tokens else start
        low, high = paragraph.start, min(sentence if number == self._paragraph_at(start) else start, paragraph.end)
        found = [(place, p) for p in self.persons.recent if (place := p.last_before(high)) is not None and place >= low]
        found = [(place, p) for place, p in found if not _in_question(paragraph, place)]
        return [p for _, p in sorted(found, key=lambda f: -f[0])]

    def _subjects_before(self, number: int, start: int) -> Iterable[Referent]:
        """Sources and subjects of a paragraph before `start`, the last first."""
        paragraph = self.paragraphs[number]
        tokens = paragraph.tokens
        last = bisect_left(paragraph.starts, start, key=tokens.begins.__getitem__)
        for number in range(last - 1, max(-1, last - 1 - _SENTENCES_BACK), -1):
            left, right = paragraph.sentence(number)
            end = tokens.ends[min(right, len(tokens)) - 1]
            for mention in self._mentions_before(start):
                if tokens.begins[left] <= mention.start < end:
                    yield self.referent(mention)
            if tokens[right - 1].text == "?":
                continue  # Has Austin seen it? “He has,” he says: whoever answers
            phrase = clauses.clause_subject(tokens, left, right)
            same = left < len(tokens) and tokens.ends[min(right, len(tokens)) - 1] > start
            if phrase and same and tokens[phrase[0]].lower in _INDEFINITE and phrase[0] > left:
                phrase = None  # when a delegate challenged him, he …
            if same and _inserted(tokens, left, start):
                phrase = None  # Austin, he said, had …
            if same and tokens[left].kind == "conjunction":  # When Austin was asked, he …
                opening = clauses.clause_subject(tokens, left + 1, right)
                if opening and tokens.ends[opening[1] - 1] <= start and tokens[opening[0]].lower not in _INDEFINITE:
                    yield self.referent(span_of(self.article, tokens, opening))
            if phrase and tokens.ends[phrase[1] - 1] <= start:
                phrase = named(tokens, Source(phrase, None)).mention  # the secretary, Lloyd Austin
            if phrase and tokens.ends[phrase[1] - 1] <= start:
                for part in _conjuncts(tokens, phrase):
                    yield self.referent(span_of(self.article, tokens, part))
            here = bisect_left(tokens.begins, start, left, right)
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
        personal = pronoun in PERSONAL
        if isinstance(referent, Speaker):
            same_kind = (referent.kind == "person") == personal
            return same_kind and (not personal or _gender_fits(pronoun, referent.pronouns))
        if not personal or not (speaker or referent.unnamed or self._human(referent)):
            return False
        words = referent.words | set(referent.names)
        if referent.unnamed and referent.several:
            return False  # Editors abroad, he said
        if speaker and speaker.kind == "person":
            return _gender_fits(pronoun, speaker.pronouns)
        female, male = bool(words & _FEMALE), bool(words & _MALE)
        if pronoun in _FEMALE:
            return not (male and not female)
        return not (female and not male) or pronoun == "who"

    def _source_before(self, start: int) -> Referent:
        """The institution whose words came last: “…,” the summary continues."""
        for mention in self._mentions_before(start):
            referent = self.referent(mention)
            return referent if isinstance(referent, Speaker) and referent.kind == "institution" else None
        return None

    def _author(self, start: int) -> Speaker | None:
        """The institution that the paragraph has been about: the Pentagon answered. “…,” the statement said."""
        number = self._paragraph_at(start)
        opens = number > 0 and start == self.paragraphs[number].start
        for referent in self._subjects_before(number - opens, start):
            if referent is not None:
                return referent if isinstance(referent, Speaker) and referent.kind == "institution" else None
        return None

    def _last_source(self, start: int) -> Referent:
        for mention in self._mentions_before(start):
            source = self.referent(mention)
            return source if isinstance(source, Person) or (source and source.kind == "person") else None
        return None

    def _last_person_source(self, start: int) -> Person | None:
        for mention in self._mentions_before(start):
            source = self.referent(mention)
            if isinstance(source, Person) and not source.unnamed and not self.persons.on_roster(source):
                return source
        return None

    def _same_description(self, head: str, start: int) -> tuple[Referent] | None:
        """What an earlier source with the same head stood for: *a senior official* said …, *the official* added."""
        for mention in self._mentions_before(start):
            words = [t for t in tokens_of(self.article, mention.start, mention.end, (), 0) if t.is_word]
            if words and head in (main_part(words)[-1].bare, words[-1].bare):
                return (self.referent(mention),)
        return None

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
                    fitting.append((explicit, self._comes_forward(person), before, person))
        if fitting and not any(explicit for explicit, _, _, _ in fitting) and roles:
            # only the roster calls ours so: somebody else whose words the paragraph has just given comes first
            for mention in reversed(list(self._mentions_before(start))):
                if self.starts[number] <= mention.start:
                    source = self.referent(mention)
                    named = isinstance(source, Person) and bool(source.names)
                    if isinstance(source, Person) and named and not (self.persons.on_roster(source) or countries):
                        return [source]
        fitting.sort(key=lambda f: (-f[0], -f[1], -f[2]))  # who speaks in the article before who is talked about
        return [person for _, _, _, person in fitting]


def _in_question(paragraph: Paragraph, place: int) -> bool:
    """Whether the writer asks there: who is named in the question is not the one who answers."""
    number = bisect_right(paragraph.starts, place, key=paragraph.tokens.begins.__getitem__)
    last = paragraph.starts[number] if number < len(paragraph.starts) else len(paragraph.tokens)
    return last > 0 and paragraph.tokens[last - 1].text == "?"


def _conjuncts(tokens: Tokens, phrase: mentions.Phrase) -> list[mentions.Phrase]:
    """Austin and Wei → Austin, Wei."""
    ands = [k for k in range(phrase[0] + 1, phrase[1] - 1) if tokens[k].lower == "and"]
    starts, ends = [phrase[0], *(k + 1 for k in ands)], [*ands, phrase[1]]
    return list(zip(starts, ends, strict=True))


def _inserted(tokens: Tokens, left: int, start: int) -> bool:
    """Whether the word at `start` stands in a tag inside its sentence: Any rival, *he* said, was …"""
    at = bisect_left(tokens.begins, start)
    if at + 2 >= len(tokens) or at <= left or tokens[left].kind in ("conjunction", "preposition"):
        return False
    behind = tokens[at + 2]
    return (
        tokens[at - 1].text == "," and tokens[at + 1].verb_class == "say" and (behind.text == "," or not behind.is_word)
    )


def _gender_fits(pronoun: str, pronouns: Sequence[str]) -> bool:
    if pronoun == "who":
        return True
    return (
        bool({pronoun} & set(pronouns))
        or (pronoun in _MALE and "he" in pronouns)
        or (pronoun in _FEMALE and "she" in pronouns)
    )
