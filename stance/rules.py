"""The rules that find the source of a quote in the sentence that carries it: an ordered table, `RULES`.

A rule is a function of the place where the quote stands; it gives the source it sees there, or None. The first rule
that finds one decides, and its name goes into the result.
"""

from collections.abc import Callable

from stance import clauses, mentions
from stance.clauses import DASHES
from stance.cues import according, nearest_cues
from stance.lexicons import word_list
from stance.paragraphs import Place
from stance.subjects import Source, is_channel, is_person, speaks
from stance.tags import sentence_tag, tag
from stance.verbs import cue_verbs, headline

_TAG_ENDS = (",", "?", "!", "—", "–", "-", "…", "...", ", ")
_JOINS = frozenset("and but while whereas".split())


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
    if start >= stop and opens and text.endswith("."):
        return sentence_tag(tokens, start)
    if start >= stop or not (comma or (opens and not text.endswith("."))):
        return None
    if not opens and _called(place):
        return _cue_before(place)
    found = tag(tokens, start, stop, opens or comma)
    if found and not opens and is_channel(tokens, found.mention):
        inner = _cue_before(place)  # X warned of “…,” the readout said: the channel is passed through
        return inner or found
    if found and not opens and _reports_itself(place):
        return _cue_before(place)  # X told Y that it was “…,” somebody familiar with the talks said
    return found


def _reports_itself(place: Place) -> bool:
    """Whether the sentence begins with somebody who says the words, whoever hands them on at its end."""
    tokens, at, left = place.tokens, place.at, place.left
    subject = clauses.clause_subject(tokens, left, at)
    if subject is None or not is_person(tokens, subject) or tokens[subject[0]].kind == "pronoun":
        return False
    if tokens[at - 1].text == ":":
        return False
    verb = next(iter(cue_verbs(tokens, subject[1], min(at, subject[1] + 3))), None)
    if verb is None or tokens[verb].verb_class != "say" or not any(t.lower == "that" for t in tokens[verb + 1 : at]):
        return False
    strong, _ = nearest_cues(tokens, left, at)
    return strong is not None and strong.mention == subject


def _called(place: Place) -> bool:
    """Whether a verb that gives a name leads to the quote: in what Ruiz called “a mess,” · which he dubs “…,”"""
    tokens, at = place.tokens, place.at
    verb = tokens[at - 1]
    if verb.verb_class != "frame" or at - 1 not in cue_verbs(tokens, at - 1, at):
        return False
    return any(t.lower in ("what", "which", "whom") for t in tokens[max(place.left, at - 7) : at - 1])


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
        found = according(place.tokens, at, place.right)
        if found:
            opens = not any(t.is_word for t in place.tokens[place.left : place.at])
            return found if opens else _cue_before(place) or found
    return None


def _cue_before(place: Place) -> Source | None:
    """X said: “…” · X said that “…” · X denounced it as “…”: the nearest cue to the left that has a subject."""
    strong, _ = nearest_cues(place.tokens, place.left, place.at)
    return strong or _opening_participle(place)


def _opening_participle(place: Place) -> Source | None:
    """After calling it “…,” *the envoy* left: a participle that opens the sentence has its subject behind the quote."""
    tokens, at, left = place.tokens, place.at, place.left
    verbs = cue_verbs(tokens, left, min(left + 2, at))
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
    if colon is None or not headline(tokens) or any(t.text == ";" for t in tokens[colon:at]):
        return None
    named = all(t.kind == "capital" and not t.is_role for t in tokens[left:colon])
    says = any(tokens[v].verb_class == "say" for v in cue_verbs(tokens, colon, at))
    return Source((left, colon), None) if named and not says else None


def _colon(place: Place) -> Source | None:
    """REPORTER: “…” · China to US: “…” · Source, in a statement: “…”."""
    tokens, at = place.tokens, place.at
    if at == place.left or tokens[at - 1].text not in {":", *DASHES}:
        return None
    phrase = clauses.clause_subject(tokens, place.left, at - 1)
    rest = tokens[phrase[1] : at - 1] if phrase else ()
    if rest and (all(t.kind == "word" for t in rest) or rest[-1].lower == "told"):
        return None  # Bridge row: “…” · Miners told: “…”
    if phrase is None or not is_person(tokens, phrase):  # It came as no surprise to Ruiz: “…”
        phrase = mentions.phrase_left(tokens, at - 2, place.left) or phrase
    return Source(phrase, None) if phrase and mentions.able_to_speak(tokens, phrase) else None


def _cue_after(place: Place) -> Source | None:
    """“Regrettable” that they refused, says X · “Reckless,” was the verdict of X · ‘No war’: X plays it down."""
    tokens = place.tokens
    verbs = set(cue_verbs(tokens, place.at + 1, place.right))
    strong = {v for v in verbs if tokens[v].verb_class != "weak"}
    return _cue_among(place, strong)


def _weak_cue_after(place: Place) -> Source | None:
    """“…” is what X thinks."""
    if place.at + 1 < place.right and place.tokens[place.at + 1].lower in ("that", "which", "who"):
        return None  # the “bloc” that they would like to build
    verbs = cue_verbs(place.tokens, place.at + 1, place.right)
    return _cue_among(place, {v for v in verbs if place.tokens[v].verb_class == "weak"})


def _cue_among(place: Place, verbs: set[int]) -> Source | None:
    tokens = place.tokens
    led = any(t.is_word and t.kind != "determiner" for t in tokens[place.left : place.at])
    for at in range(place.at + 1, place.right):
        token = tokens[at]
        if led and (token.text == ";" or (token.text == "," and tokens[min(at + 1, place.right - 1)].lower in _JOINS)):
            return None  # Austin wanted “…”, and Wei said: a clause of its own
        if at in verbs and not token.lower.endswith("ing"):
            phrase = clauses.subject_left(tokens, at, place.at + 1)
            if phrase is None or not speaks(tokens, phrase):
                phrase = mentions.phrase_right(tokens, at + 1, place.right)
            if phrase and speaks(tokens, phrase):
                return Source(phrase, (at, at + 1))
        elif token.lower in word_list("speech_nouns.txt") and at + 2 < place.right and tokens[at + 1].lower == "of":
            phrase = mentions.phrase_right(tokens, at + 2, place.right)
            if phrase and mentions.able_to_speak(tokens, phrase):
                return Source(phrase, (at, at + 1))
        elif token.text == ":" and (at == place.at + 1 or place.right - at <= 8):
            phrase = clauses.clause_subject(tokens, at + 1, place.right)
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
    if _modifier(place):
        return None
    semicolon = max((k for k in range(place.left, place.at) if place.tokens[k].text == ";"), default=place.left - 1)
    phrase = clauses.clause_subject(place.tokens, semicolon + 1, place.at)
    if phrase and is_person(place.tokens, phrase):
        return Source(phrase, None)
    return None


def _modifier(place: Place) -> bool:
    """Whether the quoted words stand inside the writer's own noun phrase: their “wise” choice, the “cure”."""
    tokens, at = place.tokens, place.at
    previous = tokens[at - 1] if at > place.left else None
    if previous is None or not (previous.kind in ("determiner", "possessive") or previous.possessive):
        return False
    following = tokens[at + 1] if at + 1 < place.right else None
    text = tokens[at].text
    inside = following is not None and following.kind in ("word", "capital") and text[-1:].isalnum()
    return len(text.split()) == 1 or (inside and len(text.split()) <= 3)


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
