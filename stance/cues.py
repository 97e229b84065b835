"""The nearest verb, noun or phrase of speech to the left of a quote, and the source that it names."""

from stance import clauses, mentions
from stance.lexicons import table, word_list
from stance.subjects import BE, Source, is_channel, subject_of
from stance.tokens import Tokens
from stance.verbs import cue_verbs

_MODALS = frozenset(
    "would will wo can could may might must shall should won't won’t wouldn't wouldn’t can't can’t couldn't couldn’t "
    "shouldn't shouldn’t doesn't doesn’t don't don’t didn't didn’t does do did".split()
)
_OPENINGS = frozenset(("according", "in", "to", "citing", "per", "as"))


def nearest_cues(tokens: Tokens, left: int, stop: int) -> tuple[Source | None, Source | None]:
    """The nearest strong cue, and the nearest weak one if it is nearer than that."""
    spare: Source | None = None
    colon = tokens[stop - 1].text == ":" and stop - 1 > left
    verbs = set(cue_verbs(tokens, left, stop))
    for at in range(stop - 1, left - 1, -1):
        found = None
        weak = False
        if at in verbs and colon and at == stop - 2 and tokens[at].lower == "told":
            continue  # Miners told: “…” has those who are told
        if at in verbs:
            found = subject_of(tokens, at, left, stop, verbs)
            near = stop - at <= 2 or (stop - at == 3 and tokens[stop - 1].text in ",:")
            near = near or _framed(tokens, at, stop)
            spoken = stop - at == 3 and tokens[at + 1].lower == "of" and tokens[stop - 1].kind == "determiner"
            near = near or spoken  # spoke of a “…”
            weak = (tokens[at].verb_class == "weak" and not near) or _modal(tokens, at)
            if weak and found and _in_relative_clause(tokens, found.mention[1], at):
                continue
            if found and _closed_clause(tokens, at, stop, left, verbs):
                continue
            if found and tokens[at].verb_class == "weak" and _only_country(tokens, found, at, verbs):
                continue
        elif tokens[at].lower in ("according", "citing") or (tokens[at].lower == "in" and stop - at <= 12):
            found = according(tokens, at, stop)
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
            return named(tokens, found), spare and named(tokens, spare)
    if spare and colon:
        spare = None  # the subject of the clause before the colon is the better guess
    return None, spare and named(tokens, spare)


def _framed(tokens: Tokens, verb: int, stop: int) -> bool:
    """Whether the quote is what the verb makes of something: described the deal *as* a “…”."""
    framed = any(t.lower == "as" for t in tokens[max(verb + 1, stop - 3) : stop])
    return framed and not any(t.text == "," or t.kind == "relative" for t in tokens[verb + 1 : stop])


def _modal(tokens: Tokens, verb: int) -> bool:
    """Whether the verb is one of a plan or a refusal (would continue, won’t allow), which seldom reports words."""
    if tokens[verb].lower in ("say", "tell", "call", "describe", "write"):
        return False  # did not say “closed”: always a verb of speech
    at = verb - 1
    while at >= 0 and (tokens[at].kind == "adverb" or tokens[at].lower == "be"):
        at -= 1
    return at >= 0 and tokens[at].lower in _MODALS


def _in_relative_clause(tokens: Tokens, end: int, verb: int) -> bool:
    return any(t.kind == "relative" for t in tokens[end:verb][:2])


def _inserted_channel(tokens: Tokens, found: Source, verb: int, stop: int, left: int, verbs: set[int]) -> bool:
    """Whether the source only hands on what another verb reports: Wei told them, *the readout said*, that “…”."""
    first = found.mention[0]
    commas = verb + 1 < stop and tokens[verb + 1].text == "," and first > left and tokens[first - 1].text == ","
    return commas and is_channel(tokens, found.mention) and any(v < first and tokens[v].verb_class for v in verbs)


def _only_country(tokens: Tokens, found: Source, verb: int, verbs: set[int]) -> bool:
    """Whether a country wants something in what somebody says: *he said* that Lima hoped “…”."""
    words = tokens[slice(*found.mention)]
    country = all(t.bare in table("nationalities.tsv") for t in words)
    return country and any(v < found.mention[0] and tokens[v].verb_class == "say" for v in verbs if v < verb)


def _closed_clause(tokens: Tokens, verb: int, stop: int, left: int, verbs: set[int]) -> bool:
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
    if len(between) > 1 and between[-1].text == ",":
        return True  # was asked by a host, who had dismissed it, “…”
    comma = next((k for k, t in enumerate(between) if t.text == ","), None)
    return comma is not None and any(t.kind == "auxiliary" or t.lower in BE for t in between[comma : comma + 2])


def named(tokens: Tokens, source: Source) -> Source:
    """The name where an office and a name stand side by side: its spokesman, *John Kirby*, said."""
    _, end = source.mention
    head = tokens[source.mention[0] : end]
    link = next((k for k, t in enumerate(head) if k and t.kind in ("linker", "preposition")), len(head))
    if any(t.kind == "capital" and not t.possessive for t in head[link - 1 : link]):
        return source
    placed = head[-1].kind == "capital"  # the governor of Puno, Carla Ruiz, said · the mayor of Lima, Ohio, said
    if not any(t.is_role for t in head) and head[0].lower not in ("the", "a", "an", "another", "one"):
        return source
    if end + 1 < len(tokens) and tokens[end].text == "," and tokens[end + 1].kind == "capital":
        phrase = mentions.phrase_right(tokens, end + 1)
        if phrase and placed and phrase[1] - phrase[0] < 2:
            return source
        if phrase and phrase[1] < len(tokens) and tokens[phrase[1]].text == "," and phrase[1] - phrase[0] <= 6:
            return Source(phrase, source.cue)
        if phrase and phrase[1] >= len(tokens) - 1:
            return Source(phrase, source.cue)
    return source


def _leads_on(tokens: Tokens, noun: int, stop: int) -> bool:
    """Whether the words follow the noun of speech: his prediction that …, her description of it as …, his reply: …"""
    if noun + 1 >= stop:  # the secretary's remark “was meant in friendship”: his remark is what the words are about
        opening = tokens[noun + 1].text.lower().split(" ")[0] if noun + 1 < len(tokens) else "is"
        return opening not in BE | {"has", "had", "will"}
    following = tokens[noun + 1].lower
    linked = following in ("was", "is") and (stop - noun <= 3 or tokens[noun + 2].lower == "that")
    if following == "," and noun + 2 < stop and tokens[noun + 2].kind == "relative":
        return False  # the announcement, which some call a trick, was “…”
    if following == "on" and noun + 3 < stop and tokens[noun + 2].kind == "calendar":
        following = tokens[noun + 3].lower
    return linked or following in ("that", "of", ":", ",")


def _possessor(tokens: Tokens, noun: int, left: int) -> Source | None:
    """Whose words: Austin's prediction that “…”, his description of it as “…”."""
    for at in range(noun - 1, max(left, noun - 4) - 1, -1):
        token = tokens[at]
        if token.lower in ("his", "her", "their", "its"):
            main = clauses.clause_subject(tokens, left, at)  # She wants it because, in her words, “…”
            personal = main is not None and tokens[main[0]].lower in ("he", "she")
            return Source(main if main and personal else (at, at + 1), (noun, noun + 1))
        if token.possessive:
            phrase = mentions.phrase_left(tokens, at, left)
            return Source(phrase, (noun, noun + 1)) if phrase else None
        if not (token.kind in ("word", "number") or token.text in "'’"):
            return None
    return None


def according(tokens: Tokens, at: int, stop: int) -> Source | None:
    """A source phrase that begins with `tokens[at]`: according to X, in the words of X, as X put it, citing X."""
    if tokens[at].lower not in _OPENINGS:
        return None
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
