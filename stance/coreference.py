"""Source mention → speaker on the roster: names, offices, descriptions (“the minister”) and pronouns.

The persons of the article are gathered first, each with the words that describe them (title, apposition). A mention
is then resolved by its head: a name to its bearer, an office to its holder, a description to the last person it fits,
a pronoun to the source of the paragraph, else to the last subject. Where nothing fits, the answer is None.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from stance import mentions
from stance.attribution import Attribution
from stance.lexicons import table, word_list
from stance.paragraphs import Paragraph
from stance.quote import Span
from stance.roster import Roster, Speaker
from stance.tokens import Token, is_role, tokens_of

_APPOSITION = 14  # words of an apposition that are read
_LOOK_BACK = 4  # paragraphs that a pronoun looks back
_PERSONAL = frozenset("he she him her his hers who".split())
_IMPERSONAL = frozenset("it its they their them which".split())
_FEMALE = frozenset("she her hers ms mrs miss mother woman spokeswoman congresswoman chairwoman queen lady dame".split())
_MALE = frozenset("he him his mr sir lord king prince father man spokesman congressman chairman".split())


@dataclass(slots=True)
class _Person:
    """A person of the article: every name used, and what describes him or her, by place in the text."""

    names: set[str]
    described: list[tuple[int, frozenset[str]]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    speaks_for: Speaker | None = None  # of an unnamed spokesperson
    unnamed: bool = False  # the senior official, his guest: somebody, but not on the roster

    def words(self) -> frozenset[str]:
        return frozenset().union(*(words for _, words in self.described)) if self.described else frozenset()


_ELSEWHERE = frozenset("white house council state embassy nsc foreign ministry".split())
_NOBODY = _Person(set(), unnamed=True)  # an office whose holder is not on the roster
Referent = _Person | Speaker | None


def speakers_of(
    article: str, paragraphs: Sequence[Paragraph], attributions: Sequence[Attribution], roster: Roster
) -> list[str | None]:
    """For each attribution the name of the speaker on the roster, or None."""
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
        self.persons: list[_Person] = []
        self.by_token: dict[str, list[_Person]] = {}
        for paragraph in paragraphs:
            self._gather(paragraph)
        self.resolved: dict[tuple[int, int], Referent] = {}
        self.starts = [p.start for p in paragraphs]
        self.source_names = {
            word for a in attributions if a.mention and a.cue for word in _normal(a.mention.text).split()
        } - set(table("nationalities.tsv"))

    # ---- the persons of the article

    def _gather(self, paragraph: Paragraph) -> None:
        tokens = paragraph.tokens
        if mentions.headline(tokens) and len(self.paragraphs) > 1:
            return  # every word has a capital there
        at = 0
        while at < len(tokens):
            if tokens[at].kind not in ("capital", "verb") or not tokens[at].text[0].isupper():
                at += 1
                continue
            end = at
            names: list[str] = []
            words: set[str] = set()
            while end < len(tokens) and (_capital(tokens[end]) or (tokens[end].text == "." and end > at)):
                token = tokens[end]
                if token.text != ".":
                    bare = _bare(token)
                    (words.add(bare) if _descriptive(token) else names.append(bare))
                elif not (end + 1 < len(tokens) and _capital(tokens[end + 1]) and _abbreviated(tokens[end - 1])):
                    break
                end += 1
                if token.possessive:
                    break
            opens = at in paragraph.starts or tokens[at - 1].kind == "quote"
            if len(names) == 1 and not words and opens and not self._surely_name(names[0], tokens[at]):
                names = []  # a common word that opens its sentence
            if names:
                self._add(tokens, at, end, names, words)
            at = max(end, at + 1)

    def _surely_name(self, name: str, token: Token) -> bool:
        if any(name in _normal(n).split() for s in self.roster.speakers for n in s.names):
            return True
        return re.search(rf"[a-z,] {re.escape(token.text)}\b", self.article) is not None

    def _add(self, tokens: Sequence[Token], at: int, end: int, names: list[str], words: set[str]) -> None:
        words |= _words_before(tokens, at) | _words_after(tokens, end)
        person = self._known(names)
        if person is None:
            person = _Person(set())
            self.persons.append(person)
        if len(person.names) < 2:  # a full name stays as it was first given
            person.names.update(names)
        for name in names:
            holders = self.by_token.setdefault(name, [])
            if person in holders:
                holders.remove(person)
            holders.append(person)
        person.described.append((tokens[at].start, frozenset(words)))
        person.places.append(tokens[at].start)

    def _known(self, names: Sequence[str]) -> _Person | None:
        """The person already met who bears these names: the last one, if none of the names conflict."""
        given = self._roster_match(set(names))
        for key in (names[-1], names[0]):
            known = self.by_token.get(key, [])
            # Our own Wei stays himself when another Wei turns up, and a bare “Wei” is he once he has been named.
            ours = [p for p in known if self._roster_person(p)]
            for person in (*reversed(ours), *reversed(known)) if given else reversed(known):
                if self._roster_person(person) and not given:
                    continue
                if set(names) <= person.names or person.names <= set(names):
                    return person
        return None

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
            self.resolved[key] = None  # a chain of pronouns that comes back to itself ends here
            self.resolved[key] = self._resolve(mention.start, mention.end)
        return self.resolved[key]

    def _resolve(self, start: int, end: int) -> Referent:
        tokens = [t for t in tokens_of(self.article, start, end, (), 0) if t.is_word]
        if not tokens:
            return None
        first = _bare(tokens[0]).split("’")[0].split("'")[0]
        if len(tokens) == 1 and first in _PERSONAL | _IMPERSONAL:
            return self._antecedent(start, first)
        main = _main_part(tokens)
        words = [_bare(t) for t in tokens]
        institution = self._institution_in(words)
        head = main[-1]
        names = [_bare(t) for t in main if _capital(t) and not _descriptive(t) and not t.possessive]
        if institution and names and not any(self.by_token.get(n) for n in names if n not in _institution_words(institution)):
            names = []
        if not names and tokens[1:2] and tokens[1].lower == "of" and _bare(head) in word_list("titles.txt"):
            rest = []
            for token in reversed(tokens[2:]):
                if not (_capital(token) and not _descriptive(token) and not token.possessive):
                    break
                rest.insert(0, _bare(token))
            if rest and self.by_token.get(rest[-1]):  # Secretary of Defense Lloyd Austin
                return self._bearer(rest, tokens, start)
        if names and _capital(head) and not (is_role(head) and head.text.islower()):
            return self._bearer(names, tokens, start)
        if words[:2] == ["one", "of"]:
            main, words, head = tokens[2:], words[2:], tokens[-1]
        speaks = _office_class(main)
        if speaks == "spokesperson":
            spoken = self._spokesperson(tokens, institution, start)
            if isinstance(spoken, Speaker):
                return _unnamed(tokens, start, spoken)
            return spoken or _unnamed(tokens, start)
        holder = self._office_holder(words, start)
        if holder:
            return holder
        if speaks == "document":
            if institution is None and words[0] in ("its", "their"):
                return self._antecedent(start, "its")
            short = [s for s in self.roster.institutions if set(s.short) & set(words)]
            institution = institution or (short[0] if short else None)
            if institution is None and tokens[0].lower == "the":
                institution = self._document_of(_bare(head), start)
            if institution is None and tokens[0].lower in ("a", "the"):
                after = re.split(r"[.;“\"]\s", self.article[end : end + 120])[0]
                institution = self._institution_in([_normal(w) for w in re.findall(r"[\w’']+", after)]) if " by " in after else None
            return institution if institution or tokens[0].lower not in ("the", "its", "it") else self._source_before(start)
        if institution and (not is_role(head) or _bare(head) in _institution_words(institution)):
            return institution
        described = self._described(tokens, start)
        if described is None and _human_role(main):
            # the witness, the author: somebody already met; a title would have to be his
            again = tokens[0].lower == "the" and len(tokens) <= 3 and not any(_capital(t) for t in tokens)
            if again and _bare(head) not in word_list("titles.txt"):
                described = self._last_source(start)
            return described or _unnamed(tokens, start)
        return described

    def _last_source(self, start: int) -> Referent:
        for attribution in reversed(self.attributions):
            mention = attribution.mention
            if mention and mention.end <= start:
                source = self.referent(mention)
                return source if isinstance(source, _Person) or (source and source.kind == "person") else None
        return None

    def _document_of(self, noun: str, start: int) -> Speaker | None:
        """The institution whose report, statement … the article has named before."""
        before = _normal(self.article[max(0, start - 2500) : start])
        for institution in self.roster.institutions:
            names = "|".join(re.escape(_normal(n)) for n in institution.names)
            if re.search(rf"(?:{names})[^.\n]{{0,60}}\b{re.escape(noun)}\b", before):
                return institution
        return None

    def _bearer(self, names: Sequence[str], tokens: Sequence[Token], start: int) -> Referent:
        for speaker in self.roster.speakers:
            around = self.article[max(0, start - 40) : start + 60]
            if any(n in around for n in speaker.namesakes):
                return None
        for key in (names[-1], names[0]):
            holders = [
                p for p in self.by_token.get(key, ()) if set(names) <= p.names or (p.names <= set(names) and len(p.names) > 1)
            ]
            if holders:
                ours = [p for p in holders if self._roster_person(p)]
                if ours and self._roster_match(set(names)) and ours[0].places[0] <= start:
                    return ours[0]
                before = [p for p in holders if p.places[0] <= start] or holders
                return max(before, key=lambda p: max([x for x in p.places if x <= start], default=-p.places[0]))
        person = _Person(set(names))
        person.described.append((start, frozenset(_bare(t) for t in tokens)))
        return person

    def _office_holder(self, words: Sequence[str], start: int) -> Referent:
        """The holder of an office that the roster lists, unless the article gives it to somebody else."""
        text = " ".join(words)
        countries = {table("nationalities.tsv")[w] for w in words if w in table("nationalities.tsv")}
        matches = [
            (len(office), speaker)
            for speaker in self.roster.persons
            for office in speaker.offices
            if re.search(rf"(?:^|\s){re.escape(_normal(office))}$", text)
            and (not countries or speaker.country in countries or _normal(office).split()[0] in words and "pentagon" in office.lower())
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
        office = next(_normal(o) for o in speaker.offices if len(o) == longest and text.endswith(_normal(o)))
        rival = self._rival(speaker, office, countries, start)
        if rival is not None:
            return rival
        if not countries and not named and "pentagon" not in words:
            near = any(self._institution_named(i, start) for i in self.roster.institutions if i.country == speaker.country)
            return speaker if near else _NOBODY  # a bare “defense minister” of an article that never names ours
        return speaker

    def _institution_named(self, institution: Speaker, start: int) -> bool:
        text = _normal(self.article[:start])
        return any(_normal(name) in text for name in institution.names)

    def _last_named(self, speaker: Speaker, start: int) -> int | None:
        """Where the article last names the speaker before `start`; 0 if only later; None if never."""
        places = [x for p in self.persons if self._roster_person(p) is speaker for x in p.places]
        return max((x for x in places if x < start), default=0) if places else None

    def _rival(self, speaker: Speaker, office: str, countries: set[str], start: int) -> _Person | None:
        """Another person whom the article gives the same office, if named since our speaker was."""
        content = set(office.split()) - {"of", "the", "for"}
        ours = self._last_named(speaker, start) or 0
        best: tuple[int, _Person] | None = None
        for person in self.persons:
            if self._roster_person(person) is speaker:
                continue
            for _, words in person.described:
                own = {table("nationalities.tsv")[w] for w in words if w in table("nationalities.tsv")}
                fits = content <= words and not words & {"press", "deputy", "assistant", "former", "undersecretary"}
                if fits and (not countries or not own or own & countries):
                    place = max((x for x in person.places if x < start), default=0)
                    if (place or not ours) and place >= ours and (best is None or place > best[0]):
                        best = (place, person)
        return best[1] if best else None

    def _spokesperson(self, tokens: Sequence[Token], institution: Speaker | None, start: int) -> Referent:
        if institution:
            return institution
        words = [_bare(t) for t in tokens]
        if any(_capital(t) for t in tokens[1:]):
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
        fitting = [p for p in self.persons if self._speaks_for_somebody(p) and p.places[0] < start]
        if fitting:
            return max(fitting, key=lambda p: max(x for x in p.places if x < start))
        last = self._last_person_source(start)
        if last is not None:
            return last
        if words[0] in ("his", "its", "their", "the"):
            before = self._institution_in(re.findall(r"[\w]+", _normal(self.article[:start])))
            return before
        return None

    def _institution_near(self, start: int) -> Speaker | None:
        """The institution named shortly before, if no other country or body has come up since."""
        words = [_normal(w) for w in re.findall(r"[\w.’']+", self.article[max(0, start - 300) : start])]
        for number in range(len(words) - 1, -1, -1):
            institution = self._institution_in(words[number : number + 3])
            if institution:
                return institution
            country = table("nationalities.tsv").get(words[number])
            if (country and country != "us") or words[number] in ("house", "ministry", "embassy", "company", "state"):
                return None
        return None

    def _same_description(self, head: str, start: int) -> tuple[Referent] | None:
        """What an earlier source with the same head stood for: *a senior official* said …, *the official* added."""
        for attribution in reversed(self.attributions):
            mention = attribution.mention
            if mention and mention.end <= start:
                words = [t for t in tokens_of(self.article, mention.start, mention.end, (), 0) if t.is_word]
                if words and head in (_bare(_main_part(words)[-1]), _bare(words[-1])):
                    return (self.referent(mention),)
        return None

    def _last_person_source(self, start: int) -> _Person | None:
        for attribution in reversed(self.attributions):
            mention = attribution.mention
            if mention and mention.end <= start:
                source = self.referent(mention)
                if isinstance(source, _Person) and not source.unnamed and not self._roster_person(source):
                    return source
        return None

    def _speaks_for_somebody(self, person: _Person) -> bool:
        words = person.words()
        return any(table("office_roles.tsv").get(w) == "spokesperson" for w in words) or self._spoken_for(person) is not None

    def _described(self, tokens: Sequence[Token], start: int) -> Referent:
        """The last person whom a description such as “the Chinese minister” or “the general” fits."""
        words = {_bare(t) for t in tokens}
        for speaker in self.roster.institutions:
            if tokens[0].lower in ("the", "its") and _bare(tokens[-1]) in speaker.short and len(tokens) <= 2:
                return speaker if self._last_department(start) else None
        return self._described_by(words, start, last=_bare(tokens[-1]))

    def _last_department(self, start: int) -> bool:
        """Whether the last department named before is the institution's own, not another (the State Department)."""
        found = [m.group(1) for m in re.finditer(r"\b(\w+) (?:Department|Ministry)\b", self.article[:start])]
        return not found or found[-1].lower() in ("defense", "defence", "of", "the", "us")

    def _described_by(self, words: set[str], start: int, last: str | None = None) -> Referent:
        countries = {table("nationalities.tsv")[w] for w in words if w in table("nationalities.tsv")}
        roles = {w for w in words if w in word_list("roles.txt") and w not in table("nationalities.tsv")}
        if not roles and not (countries and "the" in words and last and re.search(r"(?:an|ese|ish|i)$", last)):
            return None
        same = self._same_description(last, start) if last and last not in word_list("titles.txt") else None
        if same and isinstance(same[0], _Person) and same[0].unnamed:
            return same[0]
        if words & {"a", "an", "another", "one", "some"} or (last and last.endswith("s") and last != "chinese"):
            return None  # somebody new, or several
        return next(iter(self._candidates(roles, start, countries)), None)

    def _candidates(self, roles: set[str], start: int, countries: set[str]) -> list[_Person]:
        """The persons met before (else after) whose description holds the roles and no other country, last met first."""
        wanted = roles
        number = self._paragraph_at(start)
        fitting = []
        for person in self.persons:
            words = set(person.words())
            speaker = self._roster_person(person)
            explicit = bool(wanted) and wanted <= words
            if speaker:
                words |= {w for o in speaker.offices for w in _normal(o).split()} | set(speaker.roles)
                own = {speaker.country}
            else:
                own = {table("nationalities.tsv")[w] for w in words if w in table("nationalities.tsv")}
            if (not wanted or wanted <= words) and (not countries or own & countries) and (wanted or speaker):
                before = [x for x in person.places if x < start]
                if before:
                    fitting.append((explicit, max(before), person))
        if fitting and not any(explicit for explicit, _, _ in fitting) and wanted:
            # only the roster calls ours so: somebody else whose words the paragraph has just given comes first
            for attribution in self.attributions:
                mention = attribution.mention
                if mention and self.starts[number] <= mention.start < start:
                    source = self.referent(mention)
                    if isinstance(source, _Person) and source.names and self._roster_person(source) is None and not countries:
                        return [source]
        fitting.sort(key=lambda f: (-f[0], -f[1]))
        return [person for _, _, person in fitting]

    # ---- pronouns

    def _antecedent(self, start: int, pronoun: str) -> Referent:
        number = self._paragraph_at(start)
        for back in range(min(_LOOK_BACK, number + 1)):
            if pronoun in _IMPERSONAL and self._other_body(number - back, start):
                return None
            for candidate in (*self._subjects_before(number - back, start), *self._names_before(number - back, start)):
                if self._agrees(candidate, pronoun):
                    return candidate
        return None

    def _other_body(self, number: int, start: int) -> bool:
        """Whether the last source of the paragraph is a body that is not on the roster: *it* is that one."""
        paragraph = self.paragraphs[number]
        for attribution in reversed(self.attributions):
            mention = attribution.mention
            if mention and paragraph.start <= mention.start and mention.end <= min(start, paragraph.end):
                first = mention.text.lower().split()[0]
                return first not in _PERSONAL | _IMPERSONAL and self.referent(mention) is None
        return False

    def _names_before(self, number: int, start: int) -> Iterable[Referent]:
        """The persons named in a paragraph before `start`, the last first: for want of a subject."""
        paragraph = self.paragraphs[number]
        sentence = max((paragraph.tokens[i].start for i in paragraph.starts if paragraph.tokens[i].start <= start), default=start)
        low, high = paragraph.start, min(sentence if number == self._paragraph_at(start) else start, paragraph.end)
        found = [(x, p) for p in self.persons for x in p.places if low <= x < high]
        return [p for _, p in sorted(found, key=lambda f: -f[0])]

    def _paragraph_at(self, start: int) -> int:
        from bisect import bisect_right

        return max(0, bisect_right(self.starts, start) - 1)

    def _subjects_before(self, number: int, start: int) -> Iterable[Referent]:
        """Sources and subjects of a paragraph before `start`, the last first."""
        paragraph = self.paragraphs[number]
        tokens = paragraph.tokens
        bounds = [*paragraph.starts, len(tokens)]
        for left, right in reversed(list(zip(bounds, bounds[1:], strict=False))):
            if left >= len(tokens) or tokens[left].start >= start:
                continue
            end = tokens[min(right, len(tokens)) - 1].end
            for attribution in reversed(self.attributions):
                mention = attribution.mention
                if mention and tokens[left].start <= mention.start < min(end, start) and mention.end <= start:
                    yield self.referent(mention)
            phrase = mentions.clause_subject(tokens, left, right)
            same = left < len(tokens) and tokens[min(right, len(tokens)) - 1].end > start
            if phrase and same and tokens[phrase[0]].lower in ("a", "an"):
                phrase = None  # when a delegate challenged him, he …
            if phrase and tokens[phrase[1] - 1].end <= start:
                yield self.referent(_span(self.article, tokens, phrase))
            yield from self._institution_document(tokens[left:right], start)

    def _institution_document(self, tokens: Sequence[Token], start: int) -> Iterable[Referent]:
        words = [_bare(t) for t in tokens if t.is_word and t.start < start]
        institution = self._institution_in(words)
        if institution and any(table("office_roles.tsv").get(w) == "document" for w in words):
            yield institution

    def _agrees(self, referent: Referent, pronoun: str) -> bool:
        if referent is None:
            return False
        speaker = self._on_roster(referent) if isinstance(referent, _Person) else referent
        personal = pronoun in _PERSONAL
        if isinstance(referent, Speaker):
            return (referent.kind == "person") == personal and (not personal or _gender_fits(pronoun, referent.pronouns))
        if not personal or not (speaker or referent.unnamed or self._human(referent)):
            return False
        words = referent.words() | {w for w in referent.names}
        if speaker and speaker.kind == "person":
            return _gender_fits(pronoun, speaker.pronouns)
        female, male = bool(words & _FEMALE), bool(words & _MALE)
        if pronoun in _FEMALE:
            return not (male and not female)
        return not (female and not male) or pronoun == "who"

    def _human(self, person: _Person) -> bool:
        """Whether a name is a person's: more than one word, or described by an office; no country, no paper."""
        if any(n in self.source_names for n in person.names):
            return True
        if person.names & set(table("nationalities.tsv")) or person.names & word_list("organisation_words.txt"):
            return False
        return len(person.names) > 1 or any(w in word_list("titles.txt") or w in word_list("roles.txt") for w in person.words())

    def _source_before(self, start: int) -> Referent:
        """The institution whose words came last: “…,” the summary continues."""
        for attribution in reversed(self.attributions):
            if attribution.mention and attribution.mention.end <= start:
                referent = self.referent(attribution.mention)
                return referent if isinstance(referent, Speaker) and referent.kind == "institution" else None
        return None

    # ---- the roster

    def _institution_in(self, words: Sequence[str]) -> Speaker | None:
        text = " " + " ".join(words) + " "
        for speaker in self.roster.institutions:
            if any(f" {_normal(name)} " in text for name in speaker.names):
                return speaker
        return None

    def _roster_person(self, person: _Person) -> Speaker | None:
        return self._roster_match(person.names)

    def _roster_match(self, names: set[str]) -> Speaker | None:
        """The speaker whose names these are: at least one form of the name, and no name that is not among his."""
        for speaker in self.roster.persons:
            forms = [set(_normal(name).split()) for name in speaker.names]
            full = set().union(*forms)
            # “Wei Jianguo” holds a name of Wei Fenghe's and one that is not his
            if any(form <= names for form in forms) and names <= full:
                return speaker
        return None

    def _on_roster(self, referent: Referent) -> Speaker | None:
        if referent is None or isinstance(referent, Speaker):
            return referent
        if referent.unnamed:
            return referent.speaks_for
        return self._roster_person(referent) or self._spoken_for(referent)

    def _spoken_for(self, person: _Person) -> Speaker | None:
        """The institution that a person speaks for by the office which the article names."""
        words = person.words()
        text_words = list(words)
        speaks = any(table("office_roles.tsv").get(w) == "spokesperson" for w in words)
        for speaker in self.roster.institutions:
            own = any(set(_normal(name).split()) <= words for name in speaker.names) or bool(words & set(speaker.short))
            if speaks and own:
                return speaker
            bare = {w for w in words if w in table("office_roles.tsv")} and not words & {"for", "of", "ministry"}
            if speaks and bare and not words & _ELSEWHERE and not any(w in table("nationalities.tsv") for w in words):
                if self._institution_near(person.places[0]) is speaker:
                    return speaker
            elsewhere = words & _ELSEWHERE
            known = any(set(_normal(p).split()) & person.names and _normal(p).split()[-1] in person.names for p in speaker.spokespeople)
            if known and not elsewhere and text_words is not None:
                return speaker
        return None


# ---- words ----------------------------------------------------------------------------------------------------------


def _normal(text: str) -> str:
    """Lower case, American spelling, no stops or possessives: “U.S. Defence Secretary” → “us defense secretary”."""
    return re.sub(r"['’]s?\b", "", text.lower().replace(".", "")).replace("defence", "defense")


def _bare(token: Token) -> str:
    return re.sub(r"['’](?:s|S)?$", "", token.lower.replace(".", "")).replace("defence", "defense")


def _unnamed(tokens: Sequence[Token], start: int, speaks_for: Speaker | None = None) -> _Person:
    words = frozenset(_bare(t) for t in tokens)
    return _Person(set(), [(start, words)], [start], speaks_for=speaks_for, unnamed=True)


def _human_role(main: Sequence[Token]) -> bool:
    """Whether the head of a phrase is a noun for a person: the official, not the ministry or its report."""
    head = main[-1]
    return is_role(head) and table("office_roles.tsv").get(_bare(head), "spokesperson") == "spokesperson"


def _capital(token: Token) -> bool:
    return token.is_word and token.text[0].isupper() and token.kind in ("capital", "verb")


def _descriptive(token: Token) -> bool:
    bare = _bare(token)
    return (
        bare in word_list("titles.txt")
        or bare in table("nationalities.tsv")
        or is_role(token)
        or bare in ("defense", "house", "white", "department", "navy", "army")
    )


def _abbreviated(token: Token) -> bool:
    return len(token.text) == 1 or token.lower in word_list("abbreviations.txt")


def _main_part(tokens: Sequence[Token]) -> Sequence[Token]:
    """The noun phrase without what hangs on it: a spokesman | for the Pentagon."""
    for number, token in enumerate(tokens):
        if number and token.kind in ("linker", "preposition"):
            return tokens[:number]
    return tokens


def _words_before(tokens: Sequence[Token], at: int) -> set[str]:
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
        if any(is_role(t) for t in taken):
            words |= {_bare(t) for t in taken}
        return words
    while back >= 0 and at - back <= 5 and tokens[back].kind in (
        "word", "capital", "verb", "possessive", "determiner", "linker"
    ):
        if tokens[back].kind == "verb" and not (is_role(tokens[back]) or tokens[back].lower in word_list("titles.txt")):
            break
        words.add(_bare(tokens[back]))
        back -= 1
    return words


def _words_after(tokens: Sequence[Token], end: int) -> set[str]:
    """What describes a name behind it: X, the Pentagon press secretary, … · X of the Foreign Ministry."""
    if end >= len(tokens):
        return set()
    if tokens[end].text == "," and end + 1 < len(tokens):
        begin = end + 1
        opens = tokens[begin]
        if not (opens.kind in ("determiner", "possessive", "relative") or is_role(opens) or _capital(opens)):
            return set()
        words: list[Token] = []
        for token in tokens[begin : begin + _APPOSITION]:
            if token.kind == "quote" or token.text in ";:." or (token.text == "," and words):
                break
            if token.kind == "verb" and not is_role(token) and opens.kind not in ("relative",):
                return set()  # no apposition: Austin, the minister said
            words.append(token)
        if any(is_role(t) for t in words):
            return {_bare(t) for t in words if t.is_word}
    elif tokens[end].lower in ("of", "at", "from"):
        return {_bare(t) for t in tokens[end + 1 : end + 6] if _capital(t)}
    return set()


def _office_class(main: Sequence[Token]) -> str | None:
    """`spokesperson` or `document` by the head of the phrase."""
    words = [_bare(t) for t in main]
    if words[-1:] and words[-1] in ("secretary", "officer", "office", "aide") and "press" in words:
        return "spokesperson"
    return table("office_roles.tsv").get(words[-1]) if words and words[-1] != "press" else None


def _institution_words(speaker: Speaker) -> set[str]:
    return {w for name in speaker.names for w in _normal(name).split()}


def _gender_fits(pronoun: str, pronouns: Sequence[str]) -> bool:
    if pronoun == "who":
        return True
    return bool({pronoun} & set(pronouns)) or (pronoun in _MALE and "he" in pronouns) or (
        pronoun in _FEMALE and "she" in pronouns
    )


def _span(article: str, tokens: Sequence[Token], phrase: mentions.Phrase) -> Span:
    start, end = tokens[phrase[0]].start, tokens[phrase[1] - 1].end
    return Span(start, end, article[start:end])
