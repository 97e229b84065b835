"""The rules that find the source of a quote in the sentence that carries it: an ordered table, `RULES`.

A rule is a function of the place where the quote stands; it gives the source it sees there, or None. The first rule
that finds one decides, and its name goes into the result.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stance import mentions
from stance.lexicons import word_list
from stance.paragraphs import Place
from stance.tokens import Token

DASHES = frozenset("—–-―")
_TAG_ENDS = (",", "?", "!", "—", "–", "-", "…", "...", ", ")
_FOR_WORDS = frozenset("phrase word words term line slogan expression reference nod figure name".split())
_JOINS = frozenset("and but while whereas".split())
_BE = frozenset("is are was were be been being isn't wasn't weren't".split())


@dataclass(frozen=True, slots=True)
class Source:
    """What a rule found: the mention and the cue, as token index ranges of the paragraph."""

    mention: mentions.Phrase
    cue: mentions.Phrase | None


def _tag_after(place: Place) -> Source | None:
    """“…,” X said · “…,” said X, who … · “…?” he asked."""
    tokens, at = place.tokens, place.at
    text = tokens[at].text.rstrip("'’\"”» ")
    start = at + 1
    while start < len(tokens) and start <= at + 2 and tokens[start].text in {",", *DASHES}:
        start += 1
    comma = start > at + 1 or text.endswith(_TAG_ENDS)
    opens = not any(t.is_word or t.kind == "quote" for t in tokens[place.left : at])
    asks = text.endswith(("?", "!", "…", "...", "—", "–"))
    stop = place.right
    if start >= stop and asks and place.right < len(tokens):  # the tag was cut off as a sentence of its own
        stop = min(len(tokens), start + 45)
    if start >= stop or not (comma or (opens and not text.endswith("."))):
        return None
    found = _tag(tokens, start, stop, opens or comma)
    if found and not opens and _is_channel(tokens, found.mention):
        inner = _cue_before(place)  # X warned of “…,” the readout said: the channel is passed through
        return inner or found
    return found


def _is_channel(tokens: Sequence[Token], phrase: mentions.Phrase) -> bool:
    """Whether the phrase is a paper or a body that hands on what somebody said."""
    words = {t.lower for t in tokens[phrase[0] : phrase[1]]}
    return bool(words & word_list("channels.txt"))


def _tag(tokens: Sequence[Token], start: int, stop: int, loose: bool) -> Source | None:
    first = tokens[start]
    stop = next((k for k in range(start, stop) if _is_words(tokens[k]) or tokens[k].text == ";"), stop)
    verb = first.verb_class if first.kind == "verb" else None
    if verb and not first.lower.endswith("ing") and (first.lower not in ("like", "question", "report", "claim")):
        begin = start + 1
        while begin < stop and (tokens[begin].kind == "adverb"):
            begin += 1
        phrase = mentions.phrase_right(tokens, begin, stop)
        if phrase and (tokens[phrase[0]].kind != "pronoun" or verb == "say"):
            return _named(tokens, Source(phrase, (start, start + 1)))
        return None
    if first.kind in ("conjunction", "preposition", "relative", "auxiliary"):
        return None
    if loose and first.kind == "word" and first.lower.endswith("ed"):  # beamed, a verb on no list
        phrase = mentions.phrase_right(tokens, start + 1, stop)
        if phrase and tokens[phrase[0]].kind == "capital":
            return _named(tokens, Source(phrase, (start, start + 1)))
    phrase = mentions.phrase_right(tokens, start, stop)
    if phrase is None or (first.kind == "determiner" and tokens[start + 1].lower in _FOR_WORDS):
        return None  # “…,” a phrase that aides liked
    at = phrase[1]
    while at < stop and at - phrase[1] < 60:
        token = tokens[at]
        if token.kind == "verb" and at in mentions.cue_verbs(tokens, at, at + 1) and not token.lower.endswith("ing"):
            if _reaches(tokens, phrase[1], at):
                return _named(tokens, Source(phrase, (at, at + 1)))
        elif at == phrase[1] and loose and token.kind == "word" and _like_verb(token, tokens, phrase):
            return Source(phrase, (at, at + 1))  # a verb on no list: gushed, interjected
        elif token.text in ":;":
            break
        at += 1
    return None


def _is_words(token: Token) -> bool:
    """Whether the token is a quotation, not a quoted name or title (his “Ted Cruz” pin)."""
    if token.kind != "quote":
        return False
    words = token.text.split()
    title = all(w[0].isupper() for w in words) and token.text[-1:].isalnum()
    return not (title and len(words) <= 4)


def _like_verb(token: Token, tokens: Sequence[Token], subject: mentions.Phrase) -> bool:
    """Whether an unknown word behind a subject can be a verb of speech."""
    return token.lower.endswith("ed") or is_person(tokens, subject)


def _reaches(tokens: Sequence[Token], end: int, verb: int) -> bool:
    """Whether the phrase that ends at `end` is the subject of the verb: only adverbs or insertions stand between."""
    at = verb - 1
    while at >= end and (
        tokens[at].adverbial
        or tokens[at].kind == "auxiliary"
        or tokens[at].lower in ("to", "went", "on", "himself", "herself", "and", "spokesman", "spokeswoman")
    ):
        at -= 1
    return at < end or tokens[at].text in {",", ")", *DASHES}


def _signature(place: Place) -> Source | None:
    """“…” — X, at the end of the paragraph."""
    tokens, at = place.tokens, place.at
    if at + 2 >= len(tokens) or tokens[at + 1].text not in DASHES or any(t.is_word for t in tokens[place.left : at]):
        return None
    phrase = mentions.phrase_right(tokens, at + 2)
    if phrase and mentions.able_to_speak(tokens, phrase):
        rest = tokens[phrase[1] :]
        if not rest or (rest[0].text in ",.(" and not any(t.kind == "quote" for t in rest)):
            return Source(phrase, None)
    return None


def _according_after(place: Place) -> Source | None:
    """“…,” according to X · in the words of X · as X put it."""
    for at in range(place.at + 1, min(place.right, place.at + 25)):
        if place.tokens[at].kind == "quote":
            break
        found = _according(place.tokens, at, place.right)
        if found:
            opens = not any(t.is_word for t in place.tokens[place.left : place.at])
            return found if opens else _cue_before(place) or found
    return None


def _according(tokens: Sequence[Token], at: int, stop: int) -> Source | None:
    """A source phrase that begins with `tokens[at]`: according to X, in the words of X, as X put it, citing X."""
    lower = [t.lower for t in tokens[at : at + 4]]
    nouns = word_list("speech_nouns.txt")
    if lower[:2] == ["according", "to"]:
        phrase = mentions.phrase_right(tokens, at + 2, stop)
        return Source(phrase, (at, at + 2)) if phrase else None
    if lower[:2] in (["in", "the"], ["to", "the"]) and lower[3:] == ["of"] and lower[2] in nouns:
        phrase = mentions.phrase_right(tokens, at + 4, stop)
        return Source(phrase, (at, at + 4)) if phrase else None
    if lower[:1] in (["citing"], ["per"]):
        phrase = mentions.phrase_right(tokens, at + 1, stop)
        return Source(phrase, (at, at + 1)) if phrase and mentions.able_to_speak(tokens, phrase) else None
    if lower[:1] == ["as"]:
        phrase = mentions.phrase_right(tokens, at + 1, stop)
        if phrase and phrase[1] < stop and tokens[phrase[1]].verb_class and tokens[phrase[1]].kind == "verb":
            return Source(phrase, (phrase[1], phrase[1] + 1))
    return None


def _cue_before(place: Place) -> Source | None:
    """X said: “…” · X said that “…” · X denounced it as “…”: the nearest cue to the left that has a subject."""
    strong, _ = nearest_cues(place.tokens, place.left, place.at)
    return strong or _opening_participle(place)


def _opening_participle(place: Place) -> Source | None:
    """After calling it “…,” *the envoy* left: a participle that opens the sentence has its subject behind the quote."""
    tokens, at, left = place.tokens, place.at, place.left
    verbs = mentions.cue_verbs(tokens, left, min(left + 2, at))
    verb = next((v for v in verbs if tokens[v].lower.endswith("ing")), None)
    if verb is None:
        return None
    start = at + 1
    if not tokens[at].text.endswith(","):
        stop = min(place.right, at + 13)
        start = next((k for k in range(start, stop) if tokens[k].text == ","), stop)
    if start < place.right and tokens[start].text == ",":
        start += 1
    phrase = mentions.phrase_right(tokens, start, place.right)
    return Source(phrase, (verb, verb + 1)) if phrase and is_person(tokens, phrase) else None


def _weak_cue_before(place: Place) -> Source | None:
    """X wants a deal that is “…”: a verb that reports words in some of its uses only."""
    _, weak = nearest_cues(place.tokens, place.left, place.at)
    return weak


def nearest_cues(tokens: Sequence[Token], left: int, stop: int) -> tuple[Source | None, Source | None]:
    """The nearest strong cue, and the nearest weak one if it is nearer than that."""
    spare: Source | None = None
    colon = tokens[stop - 1].text == ":" and stop - 1 > left
    verbs = set(mentions.cue_verbs(tokens, left, stop))
    for at in range(stop - 1, left - 1, -1):
        found = None
        weak = False
        if at in verbs:
            found = _subject_of(tokens, at, left, stop, verbs)
            near = stop - at <= 2 or (stop - at == 3 and tokens[stop - 1].text in ",:")
            weak = (tokens[at].verb_class == "weak" and not near) or _modal(tokens, at)
            if weak and found and _in_relative_clause(tokens, found.mention[1], at):
                continue
            if found and _closed_clause(tokens, at, stop, left, verbs):
                continue
        elif tokens[at].lower in ("according", "citing") or (tokens[at].lower == "in" and stop - at <= 12):
            found = _according(tokens, at, stop)
        elif tokens[at].lower in word_list("speech_nouns.txt") and _leads_on(tokens, at, stop):
            found = _possessor(tokens, at, left)
            # said that the minister's remarks “…”: what is said of them
            outer = next((v for v in sorted(verbs, reverse=True) if tokens[v].verb_class == "say" and v < at), None)
            if found and stop - at <= 2 and outer is not None and tokens[stop - 1].text != ":":
                found = None
        if found and weak:
            spare = spare or found
        elif found and at in verbs and _inserted_channel(tokens, found, at, stop, left, verbs):
            continue
        elif found:
            return _named(tokens, found), spare and _named(tokens, spare)
    if spare and colon:
        spare = None  # the subject of the clause before the colon is the better guess
    return None, spare and _named(tokens, spare)


_MODALS = frozenset(
    "would will wo can could may might must shall should won't won’t wouldn't wouldn’t can't can’t couldn't couldn’t "
    "shouldn't shouldn’t doesn't doesn’t don't don’t didn't didn’t does do did".split()
)


def _modal(tokens: Sequence[Token], verb: int) -> bool:
    """Whether the verb is one of a plan or a refusal (would continue, won’t allow), which seldom reports words."""
    if tokens[verb].lower in ("say", "tell", "call", "describe", "write"):
        return False  # did not say “closed”: always a verb of speech
    at = verb - 1
    while at >= 0 and (tokens[at].kind == "adverb" or tokens[at].lower == "be"):
        at -= 1
    return at >= 0 and tokens[at].lower in _MODALS


def _in_relative_clause(tokens: Sequence[Token], end: int, verb: int) -> bool:
    return any(t.kind == "relative" for t in tokens[end:verb][:2])


def _inserted_channel(tokens: Sequence[Token], found: Source, verb: int, stop: int, left: int, verbs: set[int]) -> bool:
    """Whether the source only hands on what another verb reports: Wei told them, *the readout said*, that “…”."""
    first = found.mention[0]
    commas = verb + 1 < stop and tokens[verb + 1].text == "," and first > left and tokens[first - 1].text == ","
    return commas and _is_channel(tokens, found.mention) and any(v < first and tokens[v].verb_class for v in verbs)


def _closed_clause(tokens: Sequence[Token], verb: int, stop: int, left: int, verbs: set[int]) -> bool:
    """Whether the verb stands in a relative clause that is over before the quote, in what another verb reports.

    *He said* that the plan, which some have called a risk, was “…” · *told* her, who doubted that it works, that “…”
    """
    at = verb - 1
    while at > left and (tokens[at].kind == "auxiliary" or tokens[at].adverbial):
        at -= 1
    if at > left and tokens[at].kind != "relative" and tokens[at - 1].kind == "relative":
        at -= 1  # which some have called
    if tokens[at].kind != "relative" or not any(v < at and tokens[v].verb_class == "say" for v in verbs):
        return False
    between = tokens[verb + 1 : stop]
    thats = [t.lower for t in between].count("that")
    if thats > 1 and between[-1].lower == "that":
        return True
    comma = next((k for k, t in enumerate(between) if t.text == ","), None)
    return comma is not None and any(t.kind == "auxiliary" or t.lower in _BE for t in between[comma : comma + 2])


def _named(tokens: Sequence[Token], source: Source) -> Source:
    """The name where an office and a name stand side by side: its spokesman, *John Kirby*, said."""
    _, end = source.mention
    head = tokens[source.mention[0] : end]
    if any(t.kind == "capital" and not t.possessive for t in head[-1:]):
        return source
    if not any(t.is_role for t in head) and head[0].lower not in ("the", "a", "an", "another", "one"):
        return source
    if end + 1 < len(tokens) and tokens[end].text == "," and tokens[end + 1].kind == "capital":
        phrase = mentions.phrase_right(tokens, end + 1)
        if phrase and phrase[1] < len(tokens) and tokens[phrase[1]].text == "," and phrase[1] - phrase[0] <= 6:
            return Source(phrase, source.cue)
        if phrase and phrase[1] >= len(tokens) - 1:
            return Source(phrase, source.cue)
    return source


def _subject_of(tokens: Sequence[Token], verb: int, left: int, stop: int, verbs: set[int]) -> Source | None:
    token, cue = tokens[verb], (verb, verb + 1)
    before = verb - 1
    while before >= left and tokens[before].adverbial:
        before -= 1
    previous = tokens[before] if before >= left else None
    if token.lower.endswith("ing") and previous and previous.lower == "as":
        return _quoted_as_saying(tokens, before, left, cue)
    if previous and previous.lower in _BE and not token.lower.endswith("ing") and token.lower != "quoted":
        by = next((k for k in range(verb + 1, stop) if tokens[k].lower == "by"), None)
        phrase = mentions.phrase_right(tokens, by + 1, stop) if by else None
        return Source(phrase, cue) if phrase and mentions.able_to_speak(tokens, phrase) else None
    if token.lower.endswith("ing") and previous and _progressive(previous):
        phrase = mentions.subject_left(tokens, verb, left)
        if phrase and _speaks(tokens, phrase):
            return Source(phrase, cue)
    behind_quote = before > left and tokens[before - 1].kind == "quote"
    inverted = previous is None or previous.kind == "quote" or (previous.text in {",", *DASHES} and behind_quote)
    if inverted and not token.lower.endswith("ing"):
        phrase = mentions.phrase_right(tokens, verb + 1, stop)
        if phrase and tokens[phrase[0]].lower != "it":
            return Source(phrase, cue)
    if not token.lower.endswith("ing"):
        phrase = None if _purpose(tokens, verb, left) else mentions.subject_left(tokens, verb, left)
        if phrase and not _speaks(tokens, phrase) and tokens[phrase[0] - 1].kind in ("preposition", "linker"):
            head = mentions.clause_subject(tokens, left, verb)  # Protesters marching through the streets chanted
            if head and head[1] < phrase[0] and tokens[head[1]].lower.endswith("ing") and _speaks(tokens, head):
                phrase = head
        if phrase and (_speaks(tokens, phrase) or (token.verb_class == "say" and stop - verb <= 4)):
            return Source(_outer(tokens, phrase, left, verbs), cue)
        if phrase is None and previous and previous.text == "," and token.verb_class == "say":
            after = mentions.phrase_right(tokens, verb + 1, stop)  # Yes, says X, “…”
            if after and mentions.able_to_speak(tokens, after) and after[1] < stop and tokens[after[1]].text == ",":
                return Source(after, cue)
    elif before > left and tokens[before].kind in ("capital", "word"):
        phrase = mentions.phrase_left(tokens, before, left)  # with one of her ads asking, footage of Trump saying
        lead = tokens[phrase[0] - 1].lower if phrase and phrase[0] > left else ""
        if (
            phrase
            and is_person(tokens, phrase)
            and lead in ("with", "of", "had", "has", "heard", "saw", "shows", "showed", "quoting")
        ):
            return Source(phrase, cue)
    # A participle, an infinitive or a second verb shares the subject of the verb before it.
    main = _absolute(tokens, verb, left) or mentions.clause_subject(tokens, left, verb)
    if main and not mentions.able_to_speak(tokens, main):
        main = None
    for earlier in sorted((v for v in verbs if v < verb), reverse=True):
        if not tokens[earlier].lower.endswith("ing") and not (main and tokens[earlier].verb_class == "weak"):
            phrase = mentions.subject_left(tokens, earlier, left)
            if phrase and main and tokens[phrase[0]].kind == "pronoun":
                return Source(main, cue)
            if phrase and _speaks(tokens, phrase):
                return Source(phrase, cue)
    return Source(main, cue) if main else None


def _absolute(tokens: Sequence[Token], verb: int, left: int) -> mentions.Phrase | None:
    """The subject of a participle clause: the team denied it, *with Ruiz* taking to Twitter to call it “…”."""
    for at in range(verb - 1, max(left, verb - 8), -1):
        if tokens[at].lower == "with":
            phrase = mentions.phrase_right(tokens, at + 1, verb)
            follows = tokens[phrase[1]] if phrase else None
            if phrase and follows and follows.lower.endswith("ing") and is_person(tokens, phrase):
                return phrase
    return None


def _progressive(token: Token) -> bool:
    """Whether a participle behind the word is a finite verb: is asking, he’s claiming."""
    return token.lower in _BE or (
        token.kind == "pronoun" and token.lower.endswith(("s", "re", "m")) and token.without_auxiliary != token.lower
    )


def _purpose(tokens: Sequence[Token], verb: int, left: int) -> bool:
    """Whether the verb is an infinitive behind an object: Austin called *the envoy to say* “…”."""
    return (
        verb - 2 >= left
        and tokens[verb - 1].lower == "to"
        and (tokens[verb - 2].kind in ("capital", "word") and tokens[verb - 2].lower not in ("gone", "going", "used"))
    )


def _outer(tokens: Sequence[Token], phrase: mentions.Phrase, left: int, verbs: set[int]) -> mentions.Phrase:
    """For a pronoun in what somebody says of himself, the outer source: *Clinton* said she wanted to speak “…”."""
    if tokens[phrase[0]].without_auxiliary not in ("he", "she", "it", "they"):
        return phrase
    for verb in sorted((v for v in verbs if v < phrase[0] and tokens[v].verb_class == "say"), reverse=True):
        outer = mentions.subject_left(tokens, verb, left)
        if outer is None and verb > left and tokens[verb - 1].lower in ("and", "but"):
            outer = mentions.clause_subject(tokens, left, verb)
        joined = all(t.text not in ";:" for t in tokens[verb : phrase[0]])
        personal = tokens[phrase[0]].lower[:2] in ("he", "sh")
        if outer and personal and _is_channel(tokens, outer):
            continue
        if outer and joined and mentions.able_to_speak(tokens, outer) and tokens[outer[0]].kind != "relative":
            return outer
    return phrase


def _speaks(tokens: Sequence[Token], phrase: mentions.Phrase) -> bool:
    return mentions.able_to_speak(tokens, phrase) or tokens[phrase[0]].lower in ("it", "one", "another", "some", "many")


def _quoted_as_saying(tokens: Sequence[Token], as_: int, left: int, cue: mentions.Phrase) -> Source | None:
    for at in range(as_ - 1, left - 1, -1):
        if tokens[at].lower in ("quote", "quoted", "quotes", "cite", "cited", "cites", "quoting", "citing"):
            active = not (at > left and tokens[at - 1].lower in _BE)
            phrase = mentions.phrase_right(tokens, at + 1, as_) if active else mentions.subject_left(tokens, at, left)
            return Source(phrase, cue) if phrase else None
    return None


def _leads_on(tokens: Sequence[Token], noun: int, stop: int) -> bool:
    """Whether the words follow the noun of speech: his prediction that …, her description of it as …, his reply: …"""
    if noun + 1 >= stop:  # the secretary's remark “was meant in friendship”: his remark is what the words are about
        opening = tokens[noun + 1].text.lower().split(" ")[0] if noun + 1 < len(tokens) else "is"
        return opening not in _BE | {"has", "had", "will"}
    following = tokens[noun + 1].lower
    linked = following in ("was", "is") and (stop - noun <= 3 or tokens[noun + 2].lower == "that")
    return linked or following in ("that", "of", ":", ",")


def _possessor(tokens: Sequence[Token], noun: int, left: int) -> Source | None:
    """Whose words: Austin's prediction that “…”, his description of it as “…”."""
    for at in range(noun - 1, max(left, noun - 4) - 1, -1):
        token = tokens[at]
        if token.lower in ("his", "her", "their", "its"):
            main = mentions.clause_subject(tokens, left, at)  # She wants it because, in her words, “…”
            personal = main is not None and tokens[main[0]].lower in ("he", "she")
            return Source(main if main and personal else (at, at + 1), (noun, noun + 1))
        if token.possessive:
            phrase = mentions.phrase_left(tokens, at, left)
            return Source(phrase, (noun, noun + 1)) if phrase else None
        if not (token.kind in ("word", "number") or token.text in "'’"):
            return None
    return None


def _name_label(place: Place) -> Source | None:
    """A name and a colon: Polls agree — Ruiz: “…” · More from Ruiz: “…” · Ruiz: Rival Bows to ‘Bad Angels’."""
    tokens, at, left = place.tokens, place.at, place.left
    if at - 2 >= left and tokens[at - 1].text == ":":
        first = at - 1
        while first > left and (tokens[first - 1].kind == "capital" or tokens[first - 1].lower == "and"):
            first -= 1
        lead = tokens[first - 1] if first > left else None
        leads = lead is None or lead.text in DASHES or (lead.lower == "from" and first - left <= 6)
        if leads and tokens[first].kind == "capital":
            return Source((first, at - 1), None)
    colon = next((k for k in range(left + 1, min(at - 1, left + 5)) if tokens[k].text == ":"), None)
    if colon is None or not mentions.headline(tokens) or any(t.text == ";" for t in tokens[colon:at]):
        return None
    named = all(t.kind == "capital" and not t.is_role for t in tokens[left:colon])
    says = any(tokens[v].verb_class == "say" for v in mentions.cue_verbs(tokens, colon, at))
    return Source((left, colon), None) if named and not says else None


def _colon(place: Place) -> Source | None:
    """REPORTER: “…” · China to US: “…” · Source, in a statement: “…”."""
    tokens, at = place.tokens, place.at
    if at == place.left or tokens[at - 1].text not in {":", *DASHES}:
        return None
    phrase = mentions.clause_subject(tokens, place.left, at - 1)
    if phrase is None or not is_person(tokens, phrase):  # It came as no surprise to Ruiz: “…”
        phrase = mentions.phrase_left(tokens, at - 2, place.left) or phrase
    return Source(phrase, None) if phrase and mentions.able_to_speak(tokens, phrase) else None


def _cue_after(place: Place) -> Source | None:
    """“Regrettable” that they refused, says X · “Reckless,” was the verdict of X · ‘No war’: X plays it down."""
    tokens = place.tokens
    verbs = set(mentions.cue_verbs(tokens, place.at + 1, place.right))
    strong = {v for v in verbs if tokens[v].verb_class != "weak"}
    return _cue_among(place, strong)


def _weak_cue_after(place: Place) -> Source | None:
    """“…” is what X thinks."""
    verbs = mentions.cue_verbs(place.tokens, place.at + 1, place.right)
    return _cue_among(place, {v for v in verbs if place.tokens[v].verb_class == "weak"})


def _cue_among(place: Place, verbs: set[int]) -> Source | None:
    tokens = place.tokens
    led = any(t.is_word for t in tokens[place.left : place.at])
    for at in range(place.at + 1, place.right):
        token = tokens[at]
        if led and (token.text == ";" or (token.text == "," and tokens[min(at + 1, place.right - 1)].lower in _JOINS)):
            return None  # Austin wanted “…”, and Wei said: a clause of its own
        if at in verbs and not token.lower.endswith("ing"):
            phrase = mentions.subject_left(tokens, at, place.at + 1)
            if phrase is None or not _speaks(tokens, phrase):
                phrase = mentions.phrase_right(tokens, at + 1, place.right)
            if phrase and _speaks(tokens, phrase):
                return Source(phrase, (at, at + 1))
        elif token.lower in word_list("speech_nouns.txt") and at + 2 < place.right and tokens[at + 1].lower == "of":
            phrase = mentions.phrase_right(tokens, at + 2, place.right)
            if phrase and mentions.able_to_speak(tokens, phrase):
                return Source(phrase, (at, at + 1))
        elif token.text == ":" and (at == place.at + 1 or place.right - at <= 8):
            phrase = mentions.clause_subject(tokens, at + 1, place.right)
            if phrase and mentions.able_to_speak(tokens, phrase):
                return Source(phrase, None)
    return None


def _subject_after(place: Place) -> Source | None:
    """“Unsafe” was as far as X would go: the fragment opens the sentence, and one who can speak follows."""
    tokens = place.tokens
    if any(t.is_word for t in tokens[place.left : place.at]):
        return None
    for at in range(place.at + 1, place.right):
        if tokens[at].kind == "quote":
            return None
        if tokens[at].kind in ("capital", "determiner", "pronoun"):
            phrase = mentions.phrase_right(tokens, at, place.right)
            verb = tokens[phrase[1]] if phrase and phrase[1] < place.right else None
            if phrase and is_person(tokens, phrase) and verb is not None and verb.kind == "auxiliary":
                return Source(phrase, None)
    return None


def _clause_subject(place: Place) -> Source | None:
    """X wants a strategy “…”: no verb of speech, but a subject that can speak."""
    semicolon = max((k for k in range(place.left, place.at) if place.tokens[k].text == ";"), default=place.left - 1)
    phrase = mentions.clause_subject(place.tokens, semicolon + 1, place.at)
    if phrase and is_person(place.tokens, phrase):
        return Source(phrase, None)
    return None


def is_person(tokens: Sequence[Token], phrase: mentions.Phrase) -> bool:
    """A pronoun for people, a name, or an office: not a thing."""
    words = tokens[phrase[0] : phrase[1]]
    if len(words) == 1:
        return words[0].without_auxiliary in ("he", "she", "they", "we", "i") or words[0].kind == "capital"
    return any(w.is_role for w in words) or words[-1].kind == "capital"


# The order, and the reason for each place in it. A rule nearer to the words goes before one further away
# (guidelines, section 2, rule 1); one that names a verb of speech before one that guesses from the subject.
RULES: tuple[tuple[str, Callable[[Place], Source | None]], ...] = (
    ("tag after", _tag_after),  # stands right behind the quote and belongs to nothing else
    ("signature", _signature),  # “…” — X: nothing but the name follows
    ("according to, after", _according_after),  # as close, but often behind a longer rest of the sentence
    ("name label", _name_label),  # a name with a colon speaks for itself, whatever verb stands before it
    ("cue before", _cue_before),  # may belong to an earlier quote of the sentence, so after the two above
    ("label", _colon),  # a colon without a verb: only what is left of the colon can be the source
    ("cue after", _cue_after),  # further right in the sentence: headlines, “Reckless,” was the verdict of
    ("weak cue before", _weak_cue_before),  # believes, wants, expects: less sure than any verb of speech
    ("weak cue after", _weak_cue_after),  # the same to the right
    ("subject after", _subject_after),  # the same without a cue
    ("clause subject", _clause_subject),  # no cue at all: the weakest, for fragments in somebody's clause
)
