"""The speech tag that stands right behind a quote: “…,” X said · “…,” said X · “….” X said."""

from stance import mentions
from stance.clauses import DASHES
from stance.cues import named
from stance.subjects import Source, is_person, speaks
from stance.tokens import Token, Tokens
from stance.verbs import cue_verbs

_FOR_WORDS = frozenset("phrase word words term line slogan expression reference nod figure name".split())


def tag(tokens: Tokens, start: int, stop: int, loose: bool) -> Source | None:
    first = tokens[start]
    stop = next((k for k in range(start, stop) if _is_words(tokens[k]) or tokens[k].text == ";"), stop)
    verb = first.verb_class if first.kind == "verb" else None
    if verb and not first.lower.endswith("ing") and (first.lower not in ("like", "question", "report", "claim")):
        begin = start + 1
        while begin < stop and (tokens[begin].kind == "adverb"):
            begin += 1
        phrase = mentions.phrase_right(tokens, begin, stop)
        if (
            phrase
            and (tokens[phrase[0]].kind != "pronoun" or verb == "say")
            and (verb != "weak" or speaks(tokens, phrase))
        ):
            return named(tokens, Source(phrase, (start, start + 1)))
        return None
    if first.kind in ("conjunction", "preposition", "relative", "auxiliary"):
        return None
    if loose and first.kind == "word" and first.lower.endswith("ed"):  # beamed, a verb on no list
        phrase = mentions.phrase_right(tokens, start + 1, stop)
        if phrase and tokens[phrase[0]].kind == "capital":
            return named(tokens, Source(phrase, (start, start + 1)))
    phrase = mentions.phrase_right(tokens, start, stop)
    if phrase is None or (first.kind == "determiner" and tokens[start + 1].lower in _FOR_WORDS):
        return None  # “…,” a phrase that aides liked
    at = phrase[1]
    if not _may_tag(tokens, phrase, at, stop):
        return None  # “…,” the end of an era, Ruiz said
    while at < stop and at - phrase[1] < 60:
        token = tokens[at]
        if token.kind == "verb" and at in cue_verbs(tokens, at, at + 1) and not token.lower.endswith("ing"):
            if _reaches(tokens, phrase[1], at):
                return named(tokens, Source(phrase, (at, at + 1)))
        elif at == phrase[1] and loose and token.kind == "word" and _like_verb(token, tokens, phrase):
            return Source(phrase, (at, at + 1))  # a verb on no list: gushed, interjected
        elif token.text in ":;":
            break
        at += 1
    return None


def sentence_tag(tokens: Tokens, start: int) -> Source | None:
    """“We will stay.” Ruiz said. · a tag behind a full stop, and nothing else in its sentence."""
    phrase = mentions.phrase_right(tokens, start, min(len(tokens), start + 8))
    if phrase is None or not mentions.able_to_speak(tokens, phrase) or phrase[1] >= len(tokens):
        return None
    verb = tokens[phrase[1]]
    ends = phrase[1] + 1 >= len(tokens) or tokens[phrase[1] + 1].text == "."
    return Source(phrase, (phrase[1], phrase[1] + 1)) if verb.verb_class == "say" and ends else None


def _may_tag(tokens: Tokens, phrase: mentions.Phrase, at: int, stop: int) -> bool:
    """Whether the phrase behind a quote can be the subject of a tag: somebody, or right before a verb of speech."""
    head = next((k for k in range(phrase[0] + 1, phrase[1]) if tokens[k].kind in ("linker", "preposition")), phrase[1])
    while at < stop and (tokens[at].adverbial or tokens[at].kind == "auxiliary"):
        at += 1
    return speaks(tokens, (phrase[0], head)) or (at < stop and tokens[at].verb_class == "say")


def _is_words(token: Token) -> bool:
    """Whether the token is a quotation, not a quoted name or title (his “Ted Cruz” pin)."""
    if token.kind != "quote":
        return False
    words = token.text.split()
    title = all(w[0].isupper() for w in words) and token.text[-1:].isalnum()
    return not (title and len(words) <= 4)


def _like_verb(token: Token, tokens: Tokens, subject: mentions.Phrase) -> bool:
    """Whether an unknown word behind a subject can be a verb of speech."""
    return token.lower.endswith("ed") or is_person(tokens, subject)


def _reaches(tokens: Tokens, end: int, verb: int) -> bool:
    """Whether the phrase that ends at `end` is the subject of the verb: only adverbs or insertions stand between."""
    at = verb - 1
    while at >= end and (
        tokens[at].adverbial
        or tokens[at].kind == "auxiliary"
        or tokens[at].lower in ("to", "went", "on", "himself", "herself", "and", "spokesman", "spokeswoman")
    ):
        at -= 1
    return at < end or tokens[at].text in {",", ")", *DASHES}
