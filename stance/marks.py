"""Quotation marks → quoted stretches, in one linear pass over the text.

Each mark is first judged by its neighbours (may it open, may it close?), then paired on a stack, paragraph by
paragraph. No pattern looks further than one word, so the time grows with the length of the text alone.
Terms, titles and scare quotes are quoted stretches too; telling them from quotes is the task of attribution.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from stance.lexicons import table, word_list
from stance.pairing import ANY, DOUBLE, MARK, PREFER_OPEN, Mark, marks_of, paired
from stance.sentences import paragraph_spans


class Stretch(NamedTuple):
    """A stretch between marks: `article[start:end]` without them, `article[outer_start:outer_end]` with them.

    `closed` is False where the closing mark is missing and the stretch ends with its tag or its paragraph.
    """

    start: int
    end: int
    outer_start: int
    outer_end: int
    closed: bool = True


def quoted_stretches(article: str, paragraphs: Sequence[tuple[int, int]] | None = None) -> list[Stretch]:
    """All outermost quoted stretches, sorted and disjoint. Never raises.

    `paragraphs` are what `paragraph_spans` gives for the article, where they are there already.

    >>> [article[s.start:s.end] for article in ["“He told me ‘stop’ twice,” Wei said of the ’90s."]
    ...  for s in quoted_stretches(article)]
    ['He told me ‘stop’ twice,']
    """
    if ANY.search(article) is None:
        return []
    if paragraphs is None:
        paragraphs = paragraph_spans(article)
    found: list[Stretch] = []
    carried: list[Mark] = []  # the opening marks, one a paragraph, of a quote that goes on
    for number, (start, end) in enumerate(paragraphs):
        marks = marks_of(article, start, end)
        if not marks and not carried:
            continue
        if carried:  # the first mark of this paragraph repeats the opening one
            carried.append(marks.pop(0))
        closed, left_open = paired(marks, carried[0] if carried else None)
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


def _continues(article: str, paragraph: tuple[int, int], double: bool, text: str) -> bool:
    """Whether the paragraph opens with the mark that says: the quote goes on."""
    match = MARK.match(article, *paragraph)
    if match is None or (match.group() in DOUBLE) != double:
        return False
    if match.group() != text and not {match.group(), text} <= {"“", "”"}:
        return False  # a quotation of another kind begins
    after = article[match.end() : match.end() + (2 if match.group() in PREFER_OPEN and text in "«‹" else 1)]
    return bool(after) and not after[-1].isspace()  # French copy has a blank behind its marks


def _without_wrapper(article: str, pairs: Sequence[tuple[Mark, Mark]], start: int, end: int) -> list[Stretch]:
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


def _trimmed(article: str, opening: Mark, closing: Mark) -> Stretch:
    """The stretch between two marks, without the blanks that French copy sets inside them."""
    start, end = opening.end, closing.start
    while start < end and article[start].isspace():
        start += 1
    while start < end and article[end - 1].isspace():
        end -= 1
    return Stretch(start, end, opening.start, closing.end)


def _between(pairs: Sequence[tuple[Mark, Mark]], start: int, end: int) -> list[Stretch]:
    """The pairs, sorted by their opening marks, that open in (start, end)."""
    first = bisect_right(pairs, start, key=lambda pair: pair[0].start)
    last = bisect_left(pairs, end, key=lambda pair: pair[0].start)
    return [Stretch(o.end, c.start, o.start, c.end) for o, c in pairs[first:last]]


def _is_writers(article: str, mark: Mark, end: int, pairs: Sequence[tuple[Mark, Mark]], *, first: bool) -> bool:
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
    closing = next((m for m in MARK.finditer(article, start + 1, end) if m.group() in _TAG_MARKS), None)
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
    article: str, marks: Sequence[Mark], start: int, end: int, pairs: Sequence[tuple[Mark, Mark]]
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


def _opens_speech(article: str, mark: Mark, start: int) -> bool:
    """Whether a single mark that never closes is no apostrophe: it stands where a sentence begins."""
    before = article[max(start, mark.start - 2) : mark.start].strip()
    return article[mark.end : mark.end + 1].isupper() and (not before or before[-1] in ":,.?!")


def _unclosed_chain(
    article: str, carried: Sequence[Mark], paragraphs: Sequence[tuple[int, int]], number: int
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
