"""Where sentences end in a paragraph: the decisions of Punkt (Kiss and Strunk 2006) with a list of abbreviations.

As nltk's PunktSentenceTokenizer decides with abbreviations and nothing else learned, which tests/test_punkt.py holds it
to. Without the statistics of a corpus most of that machine stands still; what is left fits here, and is quick.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from stance.lexicons import word_list

# What can't stand inside a word.
_STOPS = r"""?!)";}\]*:@'({\[‘’“”«»"""
_POSSIBLE_END = re.compile(rf"[.?!](?=[{_STOPS}\s])")
_NEXT = re.compile(r"\S+")
_UNUSUAL_BLANK = re.compile(r"[\t\n\r\x0b\x0c]")
# The common case: a word, a stop, a blank, a word.
_PLAIN = re.compile(r"[^\W\d_]{2,}")
_PLAIN_NEXT = re.compile(r"\s+[^\W_]+,?")

_SEVERAL = r"-{2,}|\.{2,}|(?:\.\s){2,}\."
_WORD_END = rf"\s|$|[{_STOPS}]|{_SEVERAL}"
_TOKEN = re.compile(rf"(?:{_SEVERAL})|(?![(\"`{{\[:;&#*@)}}\]\-,])\S+?(?={_WORD_END}|,(?:{_WORD_END}))|\S")
_ELLIPSIS = re.compile(r"\.\.+")
_INITIAL = re.compile(r"[^\W\d]\.")
_NUMBER = re.compile(r"-?[.,]?\d[\d,.-]*")
_TRAILING = re.compile(r"[\"')\]}‘’“”«»]+?(?:\s+|(?=--)|$)", re.MULTILINE)


def sentences_in(paragraph: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a paragraph, which neither begins nor ends with a blank.

    >>> text = "Gen. Wei left at 5 p.m. sharp. (He had said so.) No. 3 stayed."
    >>> [text[a:b] for a, b in sentences_in(text)]
    ['Gen. Wei left at 5 p.m.', 'sharp.', '(He had said so.)', 'No. 3 stayed.']
    """
    spans = _broken(paragraph)
    if len(spans) == 1:
        return spans
    found, shift = [], 0
    for number, (start, end) in enumerate(spans):
        start += shift
        shift = 0
        if number + 1 < len(spans):
            begin, stop = spans[number + 1]
            trailing = _TRAILING.match(paragraph, begin, stop)
            if trailing:  # closing marks behind the stop belong to what they close
                found.append((start, begin + len(trailing.group().rstrip())))
                shift = trailing.end() - begin
                continue
        if start < end:
            found.append((start, end))
    return found


def _broken(text: str) -> list[tuple[int, int]]:
    """The sentences, closing marks behind the stop not yet among them."""
    spans, start = [], 0
    for at, word in _possible_ends(text):
        spaced = text[at + 1].isspace()
        following = _NEXT.search(text, at + 1) if spaced else None
        after = text[at + 1 : following.end()] if following else text[at + 1]
        if text[at] != "." or _ends(word, after):
            spans.append((start, at + 1))
            start = following.start() if following else at + 1
    spans.append((start, len(text)))
    return spans


def _possible_ends(text: str) -> Iterator[tuple[int, str]]:
    """The stops that may end a sentence, each with the word before it; of several behind one word the last."""
    unusual = _UNUSUAL_BLANK.search(text) is not None
    first = last = 0  # the word before the stop that waits for its turn
    waiting = -1
    for match in _POSSIBLE_END.finditer(text):
        at = match.start()
        blank = max(map(text[last:at].rfind, " \t\n\r\x0b\x0c")) if unusual else text.rfind(" ", last, at) - last
        begin = last + blank + 1 if blank > 0 else first
        if waiting >= 0 and last <= begin:
            yield waiting, text[first:last]
        waiting, first, last = at, begin, at
    if waiting >= 0:
        yield waiting, text[first:last]


def _ends(word: str, after: str) -> bool:
    """Whether the full stop behind `word` ends a sentence, before `after`: a mark, or blanks and a word."""
    if _PLAIN.fullmatch(word) and _PLAIN_NEXT.fullmatch(after):
        return word.lower() not in word_list("abbreviations.txt")
    return _ends_among(word, after)


@lru_cache(maxsize=4096)
def _ends_among(word: str, after: str) -> bool:
    tokens = [token for line in f"{word}.{after}".split("\n") for token in _TOKEN.findall(line)]
    return any(_breaks(token, following) for token, following in pairwise(tokens))


def _breaks(token: str, following: str) -> bool:
    """Whether a sentence ends with the token."""
    if token in ".?!":
        return True
    if not token.endswith(".") or token.endswith(".."):
        return False
    if _INITIAL.fullmatch(token):
        if following in ";:,.!?" or following[0].islower() or following[0].isupper():
            return False
    elif _NUMBER.fullmatch(token) and (following in ";:,.!?" or following[0].islower()):
        return False
    bare = token[:-1].lower()
    abbreviations = word_list("abbreviations.txt")
    return bare not in abbreviations and bare.rpartition("-")[2] not in abbreviations
