"""What the classifier sees of a quote: its own words, and the parts of the sentence that carry it.

A fragment takes the act of its carrying sentence (docs/annotation-guidelines.md, section 3, case 10), a full
sentence acts by itself. So the words of the two are kept apart, and those around a short quote are counted
once more under a name of their own.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice, zip_longest
from typing import Any, NamedTuple

from stance.lexicons import data_lines, table

# A quote of at most so many words counts as a fragment: what it does is told by the words around it.
FRAGMENT_WORDS = 7
# Code points of the carrying sentence that are read on either side: what has no full stops is no sentence.
CONTEXT_REACH = 1000
NO_CONTEXT = "no context"
NEGATED = "¬"
# How far a negation reaches, in words, unless punctuation or "but" ends it sooner.
NEGATION_REACH = 6
# The last clause of a quote begins at least so many words before its end.
LAST_CLAUSE = 3

TOKEN = re.compile(r"[a-z]+(?:['-][a-z]+)*|\d[\d.,]*|[?!;:,.…]|[-–—]{1,2}(?=\s)")
_MARKS = "“”‘’«»„‹›「」『』\"'`"
CLAUSE_ENDS = frozenset({"?", "!", ";", ":", ",", ".", "…", "but", "-", "–", "—", "--"})
CLAUSE_STARTS = frozenset({"?", "!", ";", ".", "…", "but", "however", "yet"})
_NEGATIONS = ("NOT", "WON'T")


@dataclass(frozen=True, slots=True)
class Passage:
    """A quote (`text`) with the parts of its carrying sentence `before` and `after` it, without the quote's own marks.

    >>> Passage("strategic trust", before="Wei called for")
    Passage(text='strategic trust', before='Wei called for', after='')
    """

    text: str
    before: str = ""
    after: str = ""


def passage_of(article: str, start: int, end: int, sentences: Sequence[tuple[int, int]]) -> Passage:
    """The passage of the quote `article[start:end]`.

    `sentences` are the sorted, disjoint spans that `stance.sentences.sentence_spans` gives. A quote of several
    sentences has what is left of its first and its last one as context: its tag.

    >>> article = "He sat. Wei called for ‘strategic trust’ again."
    >>> passage_of(article, 24, 39, [(0, 7), (8, len(article))])
    Passage(text='strategic trust', before='Wei called for', after='again.')
    """
    first = _sentence_at(start, sentences)
    last = _sentence_at(max(end - 1, start), sentences)
    before = article[max(sentences[first][0], start - CONTEXT_REACH) : start] if first is not None else ""
    after = article[end : min(sentences[last][1], end + CONTEXT_REACH)] if last is not None else ""
    return without_marks(Passage(article[start:end], before, after))


def without_marks(passage: Passage) -> Passage:
    """The passage without the quotation marks and blanks that part the quote from what stands around it.

    >>> without_marks(Passage("trust", "Wei called for ‘", "’ again."))
    Passage(text='trust', before='Wei called for', after='again.')
    """
    return Passage(passage.text, passage.before.rstrip().rstrip(_MARKS).strip(), passage.after.lstrip(_MARKS).strip())


def _sentence_at(offset: int, sentences: Sequence[tuple[int, int]]) -> int | None:
    i = bisect_right(sentences, offset, key=lambda span: span[0]) - 1
    return i if i >= 0 and offset < sentences[i][1] else None


def as_passage(item: Passage | str) -> Passage:
    """A plain string is a quote without context.

    >>> as_passage("Stop.")
    Passage(text='Stop.', before='', after='')
    """
    return item if isinstance(item, Passage) else Passage(item)


def passages_in(items: Iterable[Passage | str]) -> list[Passage]:
    """The items as passages; raises TypeError where a single one comes instead of a list."""
    if isinstance(items, str | Passage):
        raise TypeError("A list of passages is wanted, not a single one: write [passage]")
    return [as_passage(item) for item in items]


def plain(text: str) -> str:
    """A text in lower case, with one kind of apostrophe: what TOKEN reads."""
    return text.lower().replace("’", "'")


def tokens(text: str) -> list[str]:
    """Words in lower case, punctuation, and every number as 0: figures must not give a label away.

    >>> tokens("We won’t send 1,500 men.")
    ['we', "won't", 'send', '0', 'men', '.']
    """
    found = TOKEN.findall(plain(text))
    return ["0" if token[0].isdigit() else token for token in found]


@cache
def _stemmer() -> Any:
    from nltk.stem.snowball import SnowballStemmer  # here, since it imports all of nltk: with the first word

    return SnowballStemmer("english")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The Snowball stem of a word.

    >>> stem("condemning"), stem("condemned")
    ('condemn', 'condemn')
    """
    return str(_stemmer().stem(word))


def negated(words: Sequence[str]) -> list[bool]:
    """For each word whether it stands in the reach of a negation.

    >>> negated(["we", "will", "not", "attend", ",", "sir"])
    [False, False, False, True, False, False]
    """
    negating = negations()
    if negating.isdisjoint(words):
        return [False] * len(words)
    flags, left = [], 0
    for word in words:
        if word in CLAUSE_ENDS:
            left = 0
        flags.append(left > 0)
        left = NEGATION_REACH if word in negating else left - 1
    return flags


@cache
def negations() -> frozenset[str]:
    """The words that negate what follows."""
    return frozenset(word for word, kind in table("function_words.tsv").items() if kind in _NEGATIONS)


@cache
def act_lexicon() -> dict[tuple[str, ...], str]:
    """Stems of the words and phrases of `data/acts.tsv` → the class of what they do."""
    lexicon = {}
    for line in data_lines("acts.tsv"):
        kind, _, entries = line.partition("\t")
        for entry in entries.split(","):
            lexicon[tuple(stem(word) for word in tokens(entry))] = kind
    return lexicon


@cache
def _lengths_by_first_stems() -> dict[str, dict[str | None, list[int]]]:
    """First stem → second stem, or None for an entry of one word → lengths of the entries, the longest first."""
    lengths: dict[str, dict[str | None, list[int]]] = {}
    for entry in sorted(act_lexicon(), key=len, reverse=True):
        seconds = lengths.setdefault(entry[0], {})
        sizes = seconds.setdefault(entry[1] if len(entry) > 1 else None, [])
        if len(entry) not in sizes:
            sizes.append(len(entry))
    return lengths


def _acts(words: Sequence[str], stems: Sequence[str]) -> list[tuple[int, int, str]]:
    """(start, end, class) of the lexicon's entries in a run of words, from left to right, the longest first."""
    lexicon, lengths, small = act_lexicon(), _lengths_by_first_stems(), table("function_words.tsv")
    found: list[tuple[int, int, str]] = []
    done = 0
    for i, (first, second) in enumerate(zip_longest(stems, islice(stems, 1, None))):
        seconds = lengths.get(first)
        if seconds is None or i < done:
            continue
        for size in seconds.get(second, ()):
            kind = lexicon.get(tuple(stems[i : i + size])) if size > 1 else None
            if kind:
                done = i + size
                found.append((i, done, kind))
                break
        else:
            # "will" has the stem of "willing". (At the end of a text, where a longer entry might begin, it counts: so
            # the model was trained.)
            if None in seconds and (words[i] not in small or (second is None and len(seconds) > 1)):
                done = i + 1
                found.append((i, done, lexicon[(first,)]))
    return found


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text, their stems, which of them are negated, and the acts: (start, end, class)."""

    words: list[str]
    stems: list[str]
    negated: list[bool]
    acts: list[tuple[int, int, str]]

    def kinds(self, start: int = 0) -> list[str]:
        """The classes of the acts from the word `start` on, with a mark on those under a negation."""
        flags = self.negated
        return [f"not {kind}" if flags[at] else kind for at, _, kind in self.acts if at >= start]


def words_of(text: str) -> Words:
    """The words of a text with what is said of each."""
    words = tokens(text)
    stems = list(map(stem, words))
    return Words(words, stems, negated(words), _acts(words, stems))


def acts(text: str) -> list[str]:
    """The classes of speech acts and judgements in a text, with a mark on those under a negation.

    >>> acts("We will not accept it, but thank you.")
    ['reject', 'thank']
    >>> acts("We do not agree.")
    ['not agree']
    """
    return words_of(text).kinds()


def pattern_of(words: Words) -> list[str]:
    """The text with its speech acts and small words as classes, and all other words left out: "WE WILL NOT agree"."""
    small = table("function_words.tsv")
    if not words.acts:
        return [small.get(word, word) for word in words.words if word in small or not word[0].isalpha()]
    pattern, done = [], 0
    for start, end, kind in [*words.acts, (len(words.words), len(words.words), "")]:
        pattern += [small.get(word, word) for word in words.words[done:start] if word in small or not word[0].isalpha()]
        pattern.append(kind)
        done = end
    return pattern[:-1]


def is_fragment(words: Words) -> bool:
    """Whether a quote is so short that what it does is told by the words around it."""
    return len(words.words) <= FRAGMENT_WORDS


def kinds_of(quote: Words, sides: Sequence[tuple[str, Words]]) -> set[str]:
    """The form of a quote, and the classes of acts in it and on the sides of its sentence, each with its place."""
    fragment = is_fragment(quote)
    named = {"fragment" if fragment else "full"}
    if quote.acts:
        named.update(f"q {kind}" for kind in quote.kinds())
        named.update(f"end {kind}" for kind in quote.kinds(_last_clause(quote.words)))
    for side, around in sides:
        if around.acts:
            places = (f"{side} ", "c ", "~") if fragment else (f"{side} ", "c ")
            named.update(f"{place}{kind}" for kind in around.kinds() for place in places)
    return named


class Features(NamedTuple):
    """A passage as the classifier counts it.

    text      the quote in plain form, for its characters
    words     stems of the quote and pairs of them
    context   stems of the carrying sentence and pairs of them, marked by side
    pattern   runs of classes: speech acts and small words
    acts      classes of speech acts by place, and the form of the quote
    around    the carrying sentence of a fragment, for its meaning; empty for a full sentence
    """

    text: str
    words: list[str]
    context: list[str]
    pattern: list[str]
    acts: dict[str, float]
    around: str


def features_of(passage: Passage) -> Features:
    """All that is counted of a passage.

    >>> features = features_of(Passage("We do not agree.", before="Wei said:"))
    >>> features.context[:4], features.pattern[-1], list(features.acts)[-2:]
    (['b wei', 'b said', 'b :', 'b wei said'], 'NOT agree .', ['q not agree', '~report'])
    """
    quote = words_of(passage.text)
    fragment = is_fragment(quote)
    sides = [(side, words_of(text)) for side, text in (("b", passage.before), ("a", passage.after))]
    context: list[str] = []
    for side, around in sides:
        grams = _grams(around)
        context += [f"{side} {gram}" for gram in grams]
        if fragment:
            context += [f"~{gram}" for gram in grams]
    return Features(
        " ".join(quote.words),
        _grams(quote),
        # Without a context there is one word to say so; a model may be trained on nothing but bare quotes.
        context or [NO_CONTEXT],
        _runs(pattern_of(quote), 3),
        dict.fromkeys(sorted(kinds_of(quote, sides)), 1.0),
        f"{passage.before} {passage.after}" if fragment else "",
    )


def _last_clause(words: Sequence[str]) -> int:
    """Where the last clause begins: of two acts the last one decides (guidelines, section 3, case 6)."""
    for i in range(len(words) - LAST_CLAUSE, 0, -1):
        if words[i - 1] in CLAUSE_STARTS:
            return i
    return 0


def _grams(words: Words) -> list[str]:
    """Stems and pairs of stems; those under a negation once more with a mark."""
    negated = [f"{NEGATED}{stem}" for stem, flag in zip(words.stems, words.negated, strict=True) if flag]
    return [*_runs(words.stems, 2), *negated]


def _runs(items: Sequence[str], longest: int) -> list[str]:
    return [" ".join(items[i : i + n]) for n in range(1, longest + 1) for i in range(len(items) - n + 1)]
