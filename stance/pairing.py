"""Quotation marks in pairs: each is judged by its neighbours (may it open, may it close?), then paired on a stack."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from stance.lexicons import word_list

# Inside a word ' and ’ are apostrophes; everywhere else a mark is a candidate.
# The class of all marks stands first: that lets `re` skip the text between them.
MARK = re.compile(
    r"""[“”„‟"«»「」『』‘’'‚‹›`](?:(?<=[“”„‟"«»「」『』‚‹›])|(?<=`)`?|(?<=‘)‘?|(?<=')(?:(?<=\S')(?=''(?!'))|'|(?<!\w')|(?!\w))|(?<=’)(?:’|(?<!\w’)|(?!\w)))"""
)
ANY = re.compile("[“”„‟\"«»「」『』‘’'‚‹›`]")
DOUBLE = frozenset('“”„‟"«»「」『』') | {"``", "''", "’’", "‘‘"}
_ALWAYS_OPEN = frozenset("„‚「『`") | {"``", "‘‘"}
_ALWAYS_CLOSE = frozenset("」』") | {"’’"}
PREFER_OPEN = frozenset("“‟«‹‘")
_PREFER_CLOSE = frozenset("”»›’")
_OPENING = frozenset("([{<—–-―/=>|…:")
_CLOSING = frozenset(".,;:!?)]}>—–-―/…|")
_YEAR = re.compile(r"\d\ds?\b")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(slots=True)
class Mark:
    """A mark, `article[start:end]`, and what its neighbours allow it to be."""

    text: str
    start: int
    end: int
    double: bool
    may_open: bool
    may_close: bool
    left: str  # the character before it, a blank at the edge of the paragraph
    right: str  # the first character after it that is no mark


def marks_of(article: str, start: int, end: int) -> list[Mark]:
    """The marks of a paragraph with what their neighbours allow; apostrophes and elisions left out."""
    marks: list[Mark] = []
    spans = [match.span() for match in MARK.finditer(article, start, end)]
    if not spans:
        return marks
    for (a, b), right in zip(spans, _right_neighbours(article, spans, end), strict=True):
        text = article[a:b]
        left = article[a - 1] if a > start else " "
        before = marks[-1] if marks and marks[-1].end == a else None
        opens_left = left.isspace() or left in _OPENING or (before is not None and before.may_open)
        spaced = text in "«»‹›" and right.isspace() and left.isspace()  # French: « oui »
        words_right = right not in _CLOSING or right in "…—–-" or _dots(article, b)
        astray = text in "“”" and start < a and b < end and right.isspace() and left.isspace()  # “ no ”, by mistake
        text_right = (spaced and text in "«‹") or (astray and text == "“") or (not right.isspace() and words_right)
        may_open = opens_left and text_right
        closes_right = right.isspace() or not (right.isalnum() or right in "([{$€£#@")
        closes_left = (spaced and text in "»›") or (astray and text == "”") or not left.isspace()
        may_close = closes_left and closes_right and not (before is not None and before.may_open)
        if text in "'’‘" and _is_elision(article, b):
            continue
        if text in ("'", "’", "`", "‘") and not (may_open or may_close):
            continue
        marks.append(Mark(text, a, b, text in DOUBLE, may_open, may_close, left, right))
    return marks


def _right_neighbours(article: str, spans: Sequence[tuple[int, int]], end: int) -> list[str]:
    """For each mark the first character after it that belongs to no adjacent mark; a blank at the end."""
    rights: list[str] = []
    next_start, next_right = -1, " "
    for a, b in reversed(spans):
        right = next_right if b == next_start else (article[b] if b < end else " ")
        rights.append(right)
        next_start, next_right = a, right
    return rights[::-1]


def _dots(article: str, at: int) -> bool:
    return article.startswith(("...", ". . ."), at)


def _is_elision(article: str, at: int) -> bool:
    if _YEAR.match(article, at):
        return True
    word = _WORD.match(article, at, at + 12)
    return word is not None and word.group().lower() in word_list("elisions.txt")


def paired(marks: Sequence[Mark], carried: Mark | None) -> tuple[list[tuple[Mark, Mark]], list[Mark]]:
    """Pairs (opening, closing mark) of a paragraph, and the opening marks that stay open."""
    pairs: list[tuple[Mark, Mark]] = []
    stack: list[Mark] = [carried] if carried else []
    doubles = sum(m.double for m in stack)
    stronger = _stronger_closing_follows(marks)
    for index, mark in enumerate(marks):
        action = _action(mark, stack, doubles, stronger[index])
        if action == "open":
            stack.append(mark)
            doubles += mark.double
        elif action == "close":
            while stack[-1].double != mark.double:  # single marks that were apostrophes after all
                stack.pop()
            opening = stack.pop()
            doubles -= opening.double
            pairs.append((opening, mark))
    return sorted(pairs, key=lambda pair: pair[0].start), [m for m in stack if m.double or m is stack[0]]


def _action(mark: Mark, stack: Sequence[Mark], doubles: int, stronger: bool) -> str:
    text = mark.text
    if text in _ALWAYS_OPEN and not (text == "`" and not mark.may_open):
        return "open"
    if mark.double:
        if text in _ALWAYS_CLOSE or text in _PREFER_CLOSE:
            if doubles:
                return "close"
            return "open" if mark.may_open and not mark.may_close and text not in _ALWAYS_CLOSE else "none"
        if mark.may_open and not mark.may_close:
            return "open"
        if mark.may_close and not mark.may_open:
            inches = mark.left.isdigit() and stronger and text in ('"', "''")
            return "close" if doubles and not inches else "none"
        if doubles and text not in PREFER_OPEN:
            return "close"
        return "open" if not (mark.right.isspace() or mark.left.isdigit()) else "none"
    if mark.may_open and not mark.may_close:
        return "open"
    if mark.may_close and stack and not stack[-1].double:
        possessive = text in "'’" and mark.left in "sSxzn" and mark.right.isspace()
        return "none" if possessive and stronger else "close"
    return "none"


def _stronger_closing_follows(marks: Sequence[Mark]) -> list[bool]:
    """For each mark: does a closing mark of its kind follow, no possessive and no inches, before one that opens?"""
    follows = {True: False, False: False}
    result = []
    for mark in reversed(marks):
        result.append(follows[mark.double])
        if mark.may_open and not mark.may_close:
            follows[mark.double] = False
        elif mark.may_close and not (mark.left in "sSxzn" and not mark.double) and not mark.left.isdigit():
            follows[mark.double] = True
    return result[::-1]
