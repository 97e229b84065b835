"""Quoted stretch → its source: first the rules of the sentence, then what paragraph and article settle.

What is left without a source is a quote of unknown source if it stands as a sentence, and else a term.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence, Set
from itertools import pairwise
from typing import NamedTuple

from stance import clauses, mentions, terms
from stance.clauses import DASHES
from stance.cues import nearest_cues
from stance.marks import Stretch
from stance.paragraphs import Paragraph, Place
from stance.quote import Span
from stance.rules import RULES
from stance.subjects import Source, is_person
from stance.tokens import Token, Tokens
from stance.verbs import cue_verbs


class Attribution(NamedTuple):
    """A quote and the source that the article gives it.

    `utterance` is the number of the first quote of the utterance to which this one belongs (see Analyzer).
    """

    stretch: Stretch
    mention: Span | None
    cue: Span | None
    rule: str | None
    utterance: int


_SENTENCE = 120  # tokens of a sentence before a quote that are read, from either end
_HEADLINE_QUOTES = 20  # quotes of such a paragraph that are looked at: a headline has few
_HEADLINES = 3  # paragraphs at the top that can be headlines
_LONG_WORD = 4  # letters of a single word that is looked for there
_GUESSES = frozenset(("clause subject", "subject after", "weak cue before", "weak cue after", "same words"))
_BODY = 200  # paragraphs in which their words are looked for
# What is not part of the mention: a possessive ’s, the auxiliary in he’d.
_ENDING = re.compile(r"['’](?:s|d|ll|re|ve|m)$")
# Number of a quote → the paragraph where its source stands, the source, the rule that found it.
Decided = dict[int, tuple[Paragraph, Source, str]]


def attribute(article: str, stretches: Sequence[Stretch], paragraphs: Sequence[Paragraph]) -> list[Attribution]:
    """The quotes among the quoted stretches, in order, each with its source. Terms and scare quotes are left out.

    >>> from stance.marks import quoted_stretches
    >>> from stance.paragraphs import paragraphs_of
    >>> text = "Austin told Wei: “Call me.” The ‘One China’ policy stands."
    >>> stretches = quoted_stretches(text)
    >>> [(a.mention.text, a.cue.text, a.rule) for a in attribute(text, stretches, paragraphs_of(text, stretches))]
    [('Austin', 'told', 'cue before')]
    """
    decided: Decided = {}
    writers: set[int] = set()  # numbers of the stretches that are terms
    previous: Paragraph | None = None
    for paragraph in paragraphs:
        if not paragraph.has_quotes:
            previous = paragraph
            continue
        for at in paragraph.quotes:
            place = paragraph.place(at)
            if terms.is_term(place.tokens, at, place.left, place.right):
                writers.add(place.tokens[at].quote)
                continue
            for name, rule in RULES:
                source = rule(place)
                if source:
                    decided[place.tokens[at].quote] = (paragraph, source, name)
                    break
        _settle(paragraph, previous, decided, writers)
        previous = paragraph
    _settle_headlines(paragraphs, decided)
    return _attributions(article, stretches, paragraphs, decided, writers)


def _settle(paragraph: Paragraph, previous: Paragraph | None, decided: Decided, writers: Set[int]) -> None:
    """Sources for the quotes of a paragraph whose own sentence gives none."""
    tokens, quotes = paragraph.tokens, paragraph.quotes
    last: int | None = None  # the last quote of the paragraph that has a source
    for at in quotes:
        number, place = tokens[at].quote, paragraph.place(at)
        if number not in decided and number not in writers:
            between = _sentence_before(paragraph, place, decided)
            if between and (last is not None or _is_full(tokens, place)):
                decided[number] = (paragraph, between, "sentence before")
            elif last is not None:
                decided[number] = _same(decided, tokens[last].quote, "same paragraph")
        if number in decided:
            last = at
    for at, following in reversed(list(pairwise(quotes))):  # “…” “…,” X said.
        number, after = tokens[at].quote, tokens[following].quote
        adjacent = following - at <= 3 and not any(t.is_word for t in tokens[at + 1 : following])
        if number not in decided and after in decided and adjacent and _is_full(tokens, paragraph.place(at)):
            decided[number] = _same(decided, after, "next quote")
    if previous is None or not quotes or quotes[0] > 1 or tokens[quotes[0]].quote in decided:
        return
    found = _paragraph_before(previous, decided) if _is_full(tokens, paragraph.place(quotes[0])) else None
    if found is None:
        return
    for at in quotes:  # a paragraph that opens with an untagged quote, and what follows it there
        number = tokens[at].quote
        if number in decided:
            break
        if number not in writers and _is_full(tokens, paragraph.place(at)):
            decided[number] = found


def _same(decided: Decided, number: int, rule: str) -> tuple[Paragraph, Source, str]:
    paragraph, source, _ = decided[number]
    return paragraph, source, rule


def _settle_headlines(paragraphs: Sequence[Paragraph], decided: Decided) -> None:
    """A headline quote without a source, or with one that is a guess, takes the one of the body for the same words."""
    for paragraph in paragraphs[:_HEADLINES]:
        for at in paragraph.quotes[:_HEADLINE_QUOTES]:
            tokens = paragraph.tokens
            words = _words(tokens[at])
            given = decided.get(tokens[at].quote)
            if tokens[-1].text == "." or (given and not _is_doubtful(given, paragraphs, decided)):
                continue
            if not words or (len(words) == 1 and len(tokens[at].text) < _LONG_WORD):
                continue
            for body in paragraphs[:_BODY]:
                same = (q for q in body.quotes if body.tokens[q].quote in decided and body is not paragraph)
                sure = (q for q in same if decided[body.tokens[q].quote][2] not in _GUESSES)
                match = next((q for q in sure if len(words & _words(body.tokens[q])) >= 0.8 * len(words)), None)
                if match is not None:
                    decided[tokens[at].quote] = _same(decided, body.tokens[match].quote, "same words")
                    break


def _is_doubtful(given: tuple[Paragraph, Source, str], paragraphs: Sequence[Paragraph], decided: Decided) -> bool:
    """Whether a headline quote has a guess for its source, nobody who speaks in the body (Dam is ‘safe and sound’)."""
    where, source, rule = given
    if rule not in _GUESSES:
        return False
    names = {t.bare for t in where.tokens[slice(*source.mention)] if t.is_upper}
    sources = (
        decided[body.tokens[q].quote]
        for body in paragraphs[:_BODY]
        if body is not where
        for q in body.quotes
        if body.tokens[q].quote in decided
    )
    return not any(t.bare in names for place, found, _ in sources for t in place.tokens[slice(*found.mention)])


def _words(quote: Token) -> set[str]:
    return set(re.findall(r"\w+", quote.text.lower()))


def _is_full(tokens: Tokens, place: Place) -> bool:
    """Whether the quote stands as a sentence of its own: nothing of the writer's before it, full words inside."""
    text = tokens[place.at].text.strip()
    alone = not any(t.is_word for t in tokens[place.left : place.at])
    return alone and (len(text.split()) >= 3 or text[-1:] in ".!?…,")


def _sentence_before(paragraph: Paragraph, place: Place, decided: Decided) -> Source | None:
    """The source named by the sentence that leads to the quote: “Ryder cited the airlines. “…””"""
    number = paragraph.sentence_of(place.at)
    if number <= 0:
        return None
    left, right = paragraph.starts[number - 1], paragraph.starts[number]
    own = paragraph.quotes[bisect_left(paragraph.quotes, left) : bisect_left(paragraph.quotes, right)]
    if any(paragraph.tokens[quote].quote in decided for quote in own):
        return None  # that sentence has its own quote: the paragraph's source goes on
    if not _is_full(paragraph.tokens, place):
        return None
    return _source_of_sentence(paragraph.tokens, left, right)


def _source_of_sentence(tokens: Tokens, left: int, right: int) -> Source | None:
    strong, weak = nearest_cues(tokens, max(left, right - _SENTENCE), right)
    main = clauses.clause_subject(tokens, left, min(right, left + _SENTENCE))
    if main and is_person(tokens, main) and tokens[right - 1].text != ":":
        verb = next(iter(cue_verbs(tokens, main[1], min(right, main[1] + 3))), None)
        if verb is not None and not tokens[verb].lower.endswith("ing"):
            return Source(main, (verb, verb + 1))  # Ruiz said that critics had foretold it. “…”
    if right - left < 4 and not (strong and tokens[right - 1].text == ":"):
        return None  # a heading
    found = strong or weak
    if found and is_person(tokens, found.mention):
        return found
    return Source(main, None) if main and is_person(tokens, main) else None


def _paragraph_before(previous: Paragraph, decided: Decided) -> tuple[Paragraph, Source, str] | None:
    """For a paragraph that opens with an untagged quote: the source of the paragraph before."""
    tokens = previous.tokens
    if not tokens:
        return None
    left = previous.starts[-1]
    if tokens[-1].text == ":" or not previous.quotes:
        found = _source_of_sentence(tokens, left, len(tokens))
        if found:
            return previous, found, "paragraph before"
    quotes = [q for q in previous.quotes if tokens[q].quote in decided]
    if quotes:
        last = decided[tokens[quotes[-1]].quote]
        return last[0], last[1], "paragraph before"
    return None


def _attributions(
    article: str,
    stretches: Sequence[Stretch],
    paragraphs: Sequence[Paragraph],
    decided: Decided,
    writers: Set[int],
) -> list[Attribution]:
    result: list[Attribution] = []
    utterance = -1
    for paragraph in paragraphs:
        if not paragraph.has_quotes:
            continue
        before = -1
        for at in paragraph.quotes:
            token = paragraph.tokens[at]
            stretch = stretches[token.quote]
            place = paragraph.place(at)
            if token.quote in decided:
                where, source, rule = decided[token.quote]
                mention = _span(article, where.tokens, source.mention)
                cue = _span(article, where.tokens, source.cue) if source.cue else None
                joined = before >= 0 and _interrupted(paragraph, before, at)
                utterance = utterance if joined else token.quote
                result.append(Attribution(stretch, mention, cue, rule, utterance))
                before = at
            elif token.quote not in writers and _stands_alone(place):
                result.append(Attribution(stretch, None, None, None, token.quote))
    return result


def _stands_alone(place: Place) -> bool:
    """A quote without a source: a sentence of its own, plainly words (a placard, a headline)."""
    tokens = place.tokens
    rest = [t for t in tokens[place.left : place.right] if t.is_word]
    words = tokens[place.at].text.split()
    return (not rest and len(words) >= 3) or len(words) >= 7


def _interrupted(paragraph: Paragraph, first: int, second: int) -> bool:
    """Whether two quotes are parts of one sentence that the speech tag interrupts (“We will,” X said, “when …”)."""
    tokens = paragraph.tokens
    if paragraph.place(first).left != paragraph.place(second).left:
        return False
    lead = any(t.is_word for t in tokens[paragraph.place(first).left : first])
    text = tokens[second].text.lstrip("… .")
    return not lead and tokens[second - 1].text in {",", *DASHES} and text[:1].islower()


def _span(article: str, tokens: Tokens, phrase: mentions.Phrase) -> Span:
    start, end = tokens.begins[phrase[0]], tokens.ends[phrase[1] - 1]
    ending = _ENDING.search(article, start, end)
    end = ending.start() if ending else end
    return Span(start, end, article[start:end])
