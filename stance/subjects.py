"""Whose words a verb of speech reports: its subject, over participles, infinitives, passives and nested reports."""

from typing import NamedTuple

from stance import clauses, mentions
from stance.lexicons import word_list
from stance.tokens import Token, Tokens

_SUBORDINATE = frozenset("when while though although if after before until where".split())
_OPENS_CLAUSE = _SUBORDINATE | {"as", "since", "because"}
_ASKED = frozenset("asked pressed questioned quizzed grilled urged challenged".split())  # it is the other who answers
BE = frozenset("is are was were be been being isn't wasn't weren't".split())


class Source(NamedTuple):
    """What a rule found: the mention and the cue, as token index ranges of the paragraph."""

    mention: mentions.Phrase
    cue: mentions.Phrase | None


def is_channel(tokens: Tokens, phrase: mentions.Phrase) -> bool:
    """Whether the phrase is a paper or a body that hands on what somebody said."""
    words = {t.lower for t in tokens[phrase[0] : phrase[1]]}
    return bool(words & word_list("channels.txt"))


def speaks(tokens: Tokens, phrase: mentions.Phrase) -> bool:
    return mentions.able_to_speak(tokens, phrase) or tokens[phrase[0]].lower in ("it", "one", "another", "some", "many")


def is_person(tokens: Tokens, phrase: mentions.Phrase) -> bool:
    """A pronoun for people, a name, or an office: not a thing."""
    words = tokens[phrase[0] : phrase[1]]
    if len(words) == 1:
        return words[0].without_auxiliary in ("he", "she", "they", "we", "i") or words[0].kind == "capital"
    return any(w.is_role for w in words) or words[-1].kind == "capital"


def subject_of(tokens: Tokens, verb: int, left: int, stop: int, verbs: set[int]) -> Source | None:
    token, cue = tokens[verb], (verb, verb + 1)
    before = verb - 1
    while before >= left and tokens[before].adverbial:
        before -= 1
    previous = tokens[before] if before >= left else None
    if token.lower.endswith("ing") and previous and previous.lower == "as":
        return _quoted_as_saying(tokens, before, left, cue)
    by_whom = verb + 2 < stop and tokens[verb + 1].lower == "by" and token.lower not in _ASKED
    if token.lower.endswith("ed") and by_whom:  # described by X as “…”
        phrase = mentions.phrase_right(tokens, verb + 2, stop)
        if phrase and mentions.able_to_speak(tokens, phrase):
            return Source(phrase, cue)
    if previous and previous.lower in BE and not token.lower.endswith("ing") and token.lower != "quoted":
        by = next((k for k in range(verb + 1, stop) if tokens[k].lower == "by"), None)
        phrase = mentions.phrase_right(tokens, by + 1, stop) if by else None
        return Source(phrase, cue) if phrase and mentions.able_to_speak(tokens, phrase) else None
    if token.lower.endswith("ing") and previous and _progressive(previous):
        phrase = clauses.subject_left(tokens, verb, left)
        if phrase and speaks(tokens, phrase):
            return Source(_outer(tokens, phrase, left, verbs), cue)
    behind_quote = before > left and tokens[before - 1].kind == "quote"
    inverted = (
        previous is None or previous.kind == "quote" or (previous.text in {",", *clauses.DASHES} and behind_quote)
    )
    if inverted and not token.lower.endswith("ing"):
        phrase = mentions.phrase_right(tokens, verb + 1, stop)
        if phrase and tokens[phrase[0]].lower != "it":
            return Source(phrase, cue)
    if not token.lower.endswith("ing"):
        phrase = None if _purpose(tokens, verb, left) else clauses.subject_left(tokens, verb, left)
        if phrase and not speaks(tokens, phrase) and tokens[phrase[0] - 1].kind in ("preposition", "linker"):
            head = clauses.clause_subject(tokens, left, verb)  # Protesters marching through the streets chanted
            if head and head[1] < phrase[0] and tokens[head[1]].lower.endswith("ing") and speaks(tokens, head):
                phrase = head
        if phrase and (speaks(tokens, phrase) or (token.verb_class == "say" and stop - verb <= 4)):
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
    main = _absolute(tokens, verb, left) or clauses.clause_subject(tokens, left, verb)
    if main and not mentions.able_to_speak(tokens, main):
        main = None
    for earlier in sorted((v for v in verbs if v < verb), reverse=True):
        if not tokens[earlier].lower.endswith("ing") and not (main and tokens[earlier].verb_class == "weak"):
            phrase = clauses.subject_left(tokens, earlier, left)
            if phrase and main and tokens[phrase[0]].kind == "pronoun":
                return Source(main, cue)
            apart = token.lower.endswith("ing") and previous is not None and previous.text == ","
            if phrase and main and apart and tokens[phrase[1]].kind == "relative":
                continue  # X paid a man who said so, adding, “…”
            if phrase and speaks(tokens, phrase):
                return Source(phrase, cue)
    return Source(main, cue) if main else None


def _absolute(tokens: Tokens, verb: int, left: int) -> mentions.Phrase | None:
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
    return token.lower in BE or (
        token.kind == "pronoun" and token.lower.endswith(("s", "re", "m")) and token.without_auxiliary != token.lower
    )


def _purpose(tokens: Tokens, verb: int, left: int) -> bool:
    """Whether the verb is an infinitive behind an object: Austin called *the envoy to say* “…”."""
    return (
        verb - 2 >= left
        and tokens[verb - 1].lower == "to"
        and (tokens[verb - 2].kind in ("capital", "word") and tokens[verb - 2].lower not in clauses.SHARED)
    )


def _outer(tokens: Tokens, phrase: mentions.Phrase, left: int, verbs: set[int]) -> mentions.Phrase:
    """For a pronoun in what somebody says of himself, the outer source: *Clinton* said she wanted to speak “…”."""
    if tokens[phrase[0]].without_auxiliary not in ("he", "she", "it", "they"):
        return phrase
    if phrase[0] > left and tokens[phrase[0] - 1].lower in _SUBORDINATE:
        return phrase  # decided against it though he found “…”
    for verb in sorted((v for v in verbs if v < phrase[0] and tokens[v].verb_class == "say"), reverse=True):
        outer = clauses.subject_left(tokens, verb, left)
        if outer is None and verb > left and tokens[verb - 1].lower in ("and", "but"):
            outer = clauses.clause_subject(tokens, left, verb)
        joined = all(t.text not in ";:" for t in tokens[verb : phrase[0]])
        if (
            outer
            and outer[0] > left
            and tokens[outer[0] - 1].lower in _OPENS_CLAUSE
            and tokens[phrase[0] - 1].text == ","
        ):
            continue  # when Ruiz announced his bid, he …
        personal = tokens[phrase[0]].lower[:2] in ("he", "sh")
        if outer and personal and is_channel(tokens, outer):
            continue
        if outer and joined and mentions.able_to_speak(tokens, outer) and tokens[outer[0]].kind != "relative":
            return outer
    return phrase


def _quoted_as_saying(tokens: Tokens, as_: int, left: int, cue: mentions.Phrase) -> Source | None:
    for at in range(as_ - 1, left - 1, -1):
        if tokens[at].lower in ("quote", "quoted", "quotes", "cite", "cited", "cites", "quoting", "citing"):
            active = not (at > left and tokens[at - 1].lower in BE)
            phrase = mentions.phrase_right(tokens, at + 1, as_) if active else clauses.subject_left(tokens, at, left)
            return Source(phrase, cue) if phrase else None
    return None
