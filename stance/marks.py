"""Quotation marks → quoted stretches, in one linear pass over the text.

Each mark is first judged by its neighbours (may it open, may it close?), then paired on a stack, paragraph by
paragraph. No pattern looks further than one word, so the time grows with the length of the text alone.
Terms, titles and scare quotes are quoted stretches too; telling them from quotes is the task of attribution.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from stance.lexicons import table, word_list
from stance.sentences import paragraph_spans


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch between marks: `article[start:end]` without them, `article[outer_start:outer_end]` with them.

    `closed` is False where the closing mark is missing and the stretch ends with its tag or its paragraph.
    """

    start: int
    end: int
    outer_start: int
    outer_end: int
    closed: bool = True


# Inside a word ' and ’ are apostrophes; everywhere else a mark is a candidate.
# The class of all marks stands first: that lets `re` skip the text between them.
_MARK = re.compile(
    r"""[“”„‟"«»「」『』‘’'‚‹›`](?:(?<=[“”„‟"«»「」『』‚‹›])|(?<=`)`?|(?<=‘)‘?|(?<=')(?:(?<=\S')(?=''(?!'))|'|(?<!\w')|(?!\w))|(?<=’)(?:’|(?<!\w’)|(?!\w)))"""
)
_ANY = re.compile("[“”„‟\"«»「」『』‘’'‚‹›`]")
_DOUBLE = frozenset('“”„‟"«»「」『』') | {"``", "''", "’’", "‘‘"}
_ALWAYS_OPEN = frozenset("„‚「『`") | {"``", "‘‘"}
_ALWAYS_CLOSE = frozenset("」』") | {"’’"}
_PREFER_OPEN = frozenset("“‟«‹‘")
_PREFER_CLOSE = frozenset("”»›’")
_BRACKETS = {"」": "「", "』": "『"}
_OPENING = frozenset("([{<—–-―/=>|…:")
_CLOSING = frozenset(".,;:!?)]}>—–-―/…|")
_YEAR = re.compile(r"\d\ds?\b")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(slots=True)
class _Mark:
    text: str
    start: int
    end: int
    double: bool
    may_open: bool
    may_close: bool
    left: str  # the character before it, a blank at the edge of the paragraph
    right: str  # the first character after it that is no mark


def quoted_stretches(article: str, paragraphs: Sequence[tuple[int, int]] | None = None) -> list[Stretch]:
    """All outermost quoted stretches, sorted and disjoint. Never raises.

    `paragraphs` are what `paragraph_spans` gives for the article, where they are there already.

    >>> [article[s.start:s.end] for article in ["“He told me ‘stop’ twice,” Wei said of the ’90s."]
    ...  for s in quoted_stretches(article)]
    ['He told me ‘stop’ twice,']
    """
    if _ANY.search(article) is None:
        return []
    if paragraphs is None:
        paragraphs = paragraph_spans(article)
    found: list[Stretch] = []
    carried: list[_Mark] = []  # the opening marks, one a paragraph, of a quote that goes on
    for number, (start, end) in enumerate(paragraphs):
        marks = _marks(article, start, end)
        if not marks and not carried:
            continue
        if carried:  # the first mark of this paragraph repeats the opening one
            carried.append(marks.pop(0))
        closed, left_open = _paired(marks, carried[0] if carried else None)
        found += _without_wrapper(article, closed, start, end)
        still = carried and left_open and left_open[0] is carried[0]
        if carried and not still:
            carried = []
        following = paragraphs[number + 1] if number + 1 < len(paragraphs) else None
        if left_open:
            last = left_open[-1]
            text_start = carried[-1].end if still else last.end
            goes_on = (
                following is not None
                and (still or last is left_open[0])
                and _continues(article, following, last.double, last.text)
                and (bool(still) or not _is_writers(article, last, end, closed, first=number == 0))
                and not _other_speaks(article, (start, last.start), following)
                and _tag(article, text_start, end) is None
            )
            if goes_on:
                carried = carried if still else [last]
                left_open = left_open[:-1]
            else:
                if still:
                    found += _unclosed_chain(article, carried, paragraphs, number)
                    left_open = left_open[1:]
                carried = []
            words = [m for m in left_open if m.double or _opens_speech(article, m, start)]
            found += _unclosed(article, words, start, end, closed)
        elif not still:
            carried = []
    return _outermost(found)


def _marks(article: str, start: int, end: int) -> list[_Mark]:
    """The marks of a paragraph with what their neighbours allow; apostrophes and elisions left out."""
    marks: list[_Mark] = []
    spans = [match.span() for match in _MARK.finditer(article, start, end)]
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
        marks.append(_Mark(text, a, b, text in _DOUBLE, may_open, may_close, left, right))
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


def _paired(marks: Sequence[_Mark], carried: _Mark | None) -> tuple[list[tuple[_Mark, _Mark]], list[_Mark]]:
    """Pairs (opening, closing mark) of a paragraph, and the opening marks that stay open."""
    pairs: list[tuple[_Mark, _Mark]] = []
    stack: list[_Mark] = [carried] if carried else []
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


def _action(mark: _Mark, stack: Sequence[_Mark], doubles: int, stronger: bool) -> str:
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
        if doubles and text not in _PREFER_OPEN:
            return "close"
        return "open" if not (mark.right.isspace() or mark.left.isdigit()) else "none"
    if mark.may_open and not mark.may_close:
        return "open"
    if mark.may_close and stack and not stack[-1].double:
        possessive = text in "'’" and mark.left in "sSxzn" and mark.right.isspace()
        return "none" if possessive and stronger else "close"
    return "none"


def _stronger_closing_follows(marks: Sequence[_Mark]) -> list[bool]:
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


def _continues(article: str, paragraph: tuple[int, int], double: bool, text: str) -> bool:
    """Whether the paragraph opens with the mark that says: the quote goes on."""
    match = _MARK.match(article, *paragraph)
    if match is None or (match.group() in _DOUBLE) != double:
        return False
    if match.group() != text and not {match.group(), text} <= {"“", "”"}:
        return False  # a quotation of another kind begins
    after = article[match.end() : match.end() + (2 if match.group() in _PREFER_OPEN and text in "«‹" else 1)]
    return bool(after) and not after[-1].isspace()  # French copy has a blank behind its marks


def _without_wrapper(article: str, pairs: Sequence[tuple[_Mark, _Mark]], start: int, end: int) -> list[Stretch]:
    """The pairs as stretches, without one that wraps the whole paragraph around the writer's own words."""
    stretches = [s for o, c in pairs if (s := _trimmed(article, o, c)).start < s.end]
    wrapper = next((s for s in stretches if s.outer_start == start), None)
    if wrapper and not article[wrapper.outer_end : end].strip(" .,"):
        inner = [s for s in stretches if wrapper.start <= s.outer_start and s.outer_end <= wrapper.end]
        if inner and _reports(article, wrapper.start, wrapper.end, inner):
            return [s for s in stretches if s is not wrapper]
    return stretches


_TAG_MARKS = frozenset({"”", '"', "''", "’’"})  # behind which a speech tag may stand
_TAG_REACH = 90  # characters behind a comma within which a speech tag must stand
_FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Oo]ur|[Uu]s|[Mm]y|[Mm]e|[Oo]urs|[Yy]ou|[Yy]our|[Ll]et’?'?s)\b(?!\.)")


def _reports(article: str, start: int, end: int, inner: Sequence[Stretch]) -> bool:
    """Whether the words, those of `inner` aside, are a writer's who reports: no first person, a verb of speech before
    a quotation inside."""
    own, done = [], start
    for stretch in sorted(inner, key=lambda s: s.start):
        if stretch.start >= done:
            own.append(article[done : stretch.outer_start])
            done = stretch.outer_end
    text = " ".join([*own, article[done:end]])
    if _FIRST_PERSON.search(text):
        return False
    verbs = table("speech_verbs.tsv")
    return any(word.lower() in verbs for piece in own for word in re.findall(r"\w+", piece))


def _trimmed(article: str, opening: _Mark, closing: _Mark) -> Stretch:
    """The stretch between two marks, without the blanks that French copy sets inside them."""
    start, end = opening.end, closing.start
    while start < end and article[start].isspace():
        start += 1
    while start < end and article[end - 1].isspace():
        end -= 1
    return Stretch(start, end, opening.start, closing.end)


def _between(pairs: Sequence[tuple[_Mark, _Mark]], start: int, end: int) -> list[Stretch]:
    """The pairs, sorted by their opening marks, that open in (start, end)."""
    first = bisect_right(pairs, start, key=lambda pair: pair[0].start)
    last = bisect_left(pairs, end, key=lambda pair: pair[0].start)
    return [Stretch(o.end, c.start, o.start, c.end) for o, c in pairs[first:last]]


def _is_writers(article: str, mark: _Mark, end: int, pairs: Sequence[tuple[_Mark, _Mark]], *, first: bool) -> bool:
    """Whether what stands behind a mark that does not close in its paragraph is plainly the writer's."""
    inner = _between(pairs, mark.start, end)
    if inner and _reports(article, mark.end, end, inner):
        return True
    behind = not article[max(0, mark.start - 2) : mark.start].strip()
    if not behind and article[mark.end : mark.end + 1].islower():
        return True  # in the middle of a sentence: a stray mark, not the beginning of a long quote
    if article[end - 1].isalnum() and end - mark.end < 80 and not _FIRST_PERSON.search(article, mark.end, end):
        return True  # a heading
    # In the first paragraph nobody has been introduced yet, so that words in the third person are the writer's.
    return first and behind and not _FIRST_PERSON.search(article, mark.end, end)


def _tag(article: str, start: int, end: int) -> int | None:
    """Where the words before a speech tag end (“We will not yield, Wei said.”: behind the comma), or None."""
    verbs = table("speech_verbs.tsv")
    for comma in re.finditer(r"[,?!…—]", article[start:end]):
        at = start + comma.start()
        words = re.findall(r"[\w.’'-]+|[,;:]", article[at + 1 : min(end, at + _TAG_REACH)])[:6]
        for number, token in enumerate(words):
            word = token.rstrip(".")
            if not word or word in ",;:":
                break
            if verbs.get(word) == "say" and word.endswith(("d", "s", "t", "e")):
                subject = words[:number]
                inverted = words[number + 1 : number + 3]
                if subject and (subject[0] in ("he", "she", "they") or subject[-1].strip(".")[:1].isupper()):
                    return at + 1
                if not subject and any(w[:1].isupper() for w in inverted):
                    return at + 1
                break
    return None


def _other_speaks(article: str, before: tuple[int, int], following: tuple[int, int]) -> bool:
    """Whether the paragraph that follows names a source of its own behind its first quotation: “… ⏎ “…,” added Clay.

    `before` is the text before the mark that stays open, which may have named that source as the one who speaks on.
    """
    start, end = following
    closing = next((m for m in _MARK.finditer(article, start + 1, end) if m.group() in _TAG_MARKS), None)
    if closing is None or article[closing.start() - 1] not in ",?!":
        return False
    words = re.findall(r"[\w’'-]+", article[closing.end() : min(end, closing.end() + _TAG_REACH)])[:6]
    said = next((n for n, word in enumerate(words) if table("speech_verbs.tsv").get(word) == "say"), None)
    if said is None:
        return False
    names = [word for word in words if word[:1].isupper() and word.lower() not in word_list("titles.txt")]
    earlier = article[max(before[0], before[1] - 600) : before[1]]
    told = any(table("speech_verbs.tsv").get(word) == "say" for word in re.findall(r"\w+", earlier))
    return told and bool(names) and not any(name in earlier for name in names)


def _unclosed(
    article: str, marks: Sequence[_Mark], start: int, end: int, pairs: Sequence[tuple[_Mark, _Mark]]
) -> list[Stretch]:
    """Stretches for marks that never close: up to the speech tag or the end, or none if they are the writer's."""
    found = []
    for number, mark in enumerate(marks):
        limit = marks[number + 1].start if number + 1 < len(marks) else end
        tag = _tag(article, mark.end, limit)
        inner = _between(pairs, mark.start, limit)
        if inner and _reports(article, mark.end, limit, inner):
            continue
        introduced = article[max(start, mark.start - 2) : mark.start].strip()[-1:] in (":", ",")
        spoken = introduced or _FIRST_PERSON.search(article, mark.end, limit)
        if tag is not None or spoken:
            stop = tag if tag is not None else limit
            stop = mark.end + len(article[mark.end : stop].rstrip())
            if stop > mark.end:
                found.append(Stretch(mark.end, stop, mark.start, stop, closed=False))
    return found


def _opens_speech(article: str, mark: _Mark, start: int) -> bool:
    """Whether a single mark that never closes is no apostrophe: it stands where a sentence begins."""
    before = article[max(start, mark.start - 2) : mark.start].strip()
    return article[mark.end : mark.end + 1].isupper() and (not before or before[-1] in ":,.?!")


def _unclosed_chain(
    article: str, carried: Sequence[_Mark], paragraphs: Sequence[tuple[int, int]], number: int
) -> list[Stretch]:
    """Paragraphs that each open with a mark, of which none closes: each one is a quote that ends with its paragraph."""
    found = []
    ends = [end for _, end in paragraphs[number - len(carried) + 1 : number + 1]]
    for mark, end in zip(carried, ends, strict=True):
        stop = _tag(article, mark.end, end) or end
        if stop > mark.end:
            found.append(Stretch(mark.end, stop, mark.start, stop, closed=False))
    return found


def _outermost(stretches: Sequence[Stretch]) -> list[Stretch]:
    kept: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda s: (s.start, -s.end)):
        if not kept or stretch.outer_start >= kept[-1].outer_end:
            kept.append(stretch)
    return kept
