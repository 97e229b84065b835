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
from itertools import pairwise
from typing import NamedTuple

from nltk.stem.snowball import SnowballStemmer

from stance.lexicons import data_lines, table

# A quote of at most so many words counts as a fragment: what it does is told by the words around it.
FRAGMENT_WORDS = 7
# Code points of the carrying sentence that are read on either side: what has no full stops is no sentence.
CONTEXT_REACH = 1000
# How far a negation reaches, in words, unless punctuation or "but" ends it sooner.
NEGATION_REACH = 6

_TOKEN = re.compile(r"[a-z]+(?:['-][a-z]+)*|\d[\d.,]*|[?!;:,.…]|[-–—]{1,2}(?=\s)")
_MARKS = "“”‘’«»„‹›「」『』\"'`"
_CLAUSE_ENDS = frozenset({"?", "!", ";", ":", ",", ".", "…", "but", "-", "–", "—", "--"})
_CLAUSE_STARTS = frozenset({"?", "!", ";", ".", "…", "but", "however", "yet"})
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
    return Passage(article[start:end], before.rstrip().rstrip(_MARKS).strip(), after.lstrip(_MARKS).strip())


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


def tokens(text: str) -> list[str]:
    """Words in lower case, punctuation, and every number as 0: figures must not give a label away.

    >>> tokens("We won’t send 1,500 men.")
    ['we', "won't", 'send', '0', 'men', '.']
    """
    found = _TOKEN.findall(text.lower().replace("’", "'"))
    return ["0" if token[0].isdigit() else token for token in found]


_STEMMER = SnowballStemmer("english")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The Snowball stem of a word.

    >>> stem("condemning"), stem("condemned")
    ('condemn', 'condemn')
    """
    return str(_STEMMER.stem(word))


def negated(words: Sequence[str]) -> list[bool]:
    """For each word whether it stands in the reach of a negation.

    >>> negated(["we", "will", "not", "attend", ",", "sir"])
    [False, False, False, True, False, False]
    """
    negations = _negations()
    if negations.isdisjoint(words):
        return [False] * len(words)
    flags, left = [], 0
    for word in words:
        if word in _CLAUSE_ENDS:
            left = 0
        flags.append(left > 0)
        left = NEGATION_REACH if word in negations else left - 1
    return flags


@cache
def _negations() -> frozenset[str]:
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
def _lengths_by_first_stem() -> dict[str, list[int]]:
    lengths: dict[str, set[int]] = {}
    for entry in act_lexicon():
        lengths.setdefault(entry[0], set()).add(len(entry))
    return {first: sorted(found, reverse=True) for first, found in lengths.items()}


def _acts(words: Sequence[str], stems: Sequence[str]) -> list[tuple[int, int, str]]:
    """(start, end, class) of the lexicon's entries in a run of words, from left to right, the longest first."""
    lexicon, lengths, small = act_lexicon(), _lengths_by_first_stem(), table("function_words.tsv")
    found: list[tuple[int, int, str]] = []
    done = 0
    for i in [i for i, first in enumerate(stems) if first in lengths]:
        if i < done:
            continue
        for size in lengths[stems[i]]:
            kind = lexicon.get(tuple(stems[i : i + size]))
            # "will" has the stem of "willing".
            if kind and not (size == 1 and words[i] in small):
                done = i + size
                found.append((i, done, kind))
                break
    return found


def _named(found: Sequence[tuple[int, int, str]], flags: Sequence[bool]) -> list[str]:
    return [f"not {kind}" if flags[start] else kind for start, _, kind in found]


def acts(text: str) -> list[str]:
    """The classes of speech acts and judgements in a text, with a mark on those under a negation.

    >>> acts("We will not accept it, but thank you.")
    ['reject', 'thank']
    >>> acts("We do not agree.")
    ['not agree']
    """
    words = tokens(text)
    return _named(_acts(words, [stem(word) for word in words]), negated(words))


def _pattern(words: Sequence[str], found: Sequence[tuple[int, int, str]]) -> list[str]:
    """The text with its speech acts and small words as classes, and all other words left out: "WE WILL NOT agree"."""
    small = table("function_words.tsv")
    pattern, done = [], 0
    for start, end, kind in [*found, (len(words), len(words), "")]:
        pattern += [small.get(word, word) for word in words[done:start] if word in small or not word[0].isalpha()]
        pattern.append(kind)
        done = end
    return pattern[:-1]


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
    words = tokens(passage.text)
    stems, flags = list(map(stem, words)), negated(words)
    found = _acts(words, stems)
    fragment = len(words) <= FRAGMENT_WORDS
    named = {"fragment" if fragment else "full", *(f"q {kind}" for kind in _named(found, flags))}
    if found:
        last = _last_clause(words)
        named.update(f"end {kind}" for kind in _named([act for act in found if act[0] >= last], flags))
    context: list[str] = []
    for side, text in (("b", passage.before), ("a", passage.after)):
        if not text:
            continue
        around = tokens(text)
        around_stems, around_flags = list(map(stem, around)), negated(around)
        grams = _grams(around_stems, around_flags)
        kinds = _named(_acts(around, around_stems), around_flags)
        context += [f"{side} {gram}" for gram in grams]
        named.update(f"{place} {kind}" for kind in kinds for place in (side, "c"))
        if fragment:
            context += [f"~{gram}" for gram in grams]
            named.update(f"~{kind}" for kind in kinds)
    pattern = _pattern(words, found)
    # Without a context there is one word to say so; a model may be trained on nothing but bare quotes.
    context = context or ["no context"]
    return Features(
        " ".join(words),
        _grams(stems, flags),
        context,
        [*pattern, *_pairs(pattern), *map(" ".join, zip(pattern, pattern[1:], pattern[2:], strict=False))],
        dict.fromkeys(sorted(named), 1.0),
        f"{passage.before} {passage.after}" if fragment else "",
    )


def _last_clause(words: Sequence[str]) -> int:
    """Where the last clause begins: of two acts the last one decides (guidelines, section 3, case 6)."""
    for i in range(len(words) - 3, 0, -1):
        if words[i - 1] in _CLAUSE_STARTS:
            return i
    return 0


def _grams(stems: Sequence[str], flags: Sequence[bool]) -> list[str]:
    """Stems and pairs of stems; those under a negation once more with a mark."""
    grams = [*stems, *_pairs(stems)]
    if True in flags:
        grams += [f"¬{word}" for word, flag in zip(stems, flags, strict=True) if flag]
    return grams


def _pairs(items: Sequence[str]) -> list[str]:
    return [f"{first} {second}" for first, second in pairwise(items)]
