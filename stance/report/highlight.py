"""An article and its quotes → a fragment of HTML with every quote marked. Its look is static/marked.css."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from stance.errors import InputError
from stance.quote import UNCERTAIN, Quote, Span, Stance
from stance.sentences import paragraph_spans

# One shape for each stance, so that nobody has to tell them apart by colour.
ICONS = {Stance.CONCILIATORY: "●", Stance.ASSERTIVE: "▲", Stance.NEUTRAL: "■", UNCERTAIN: "?"}
_CLOSING_MARKS = "”\"’'»“›」』`"
# What no HTML page can hold, or nobody can see: control characters but for white space, and lone surrogates.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

Labeller = Callable[[int, Quote, str], str]


def shown(text: str) -> str:
    """The text with each character that HTML can't hold replaced by U+FFFD; as long as before.

    >>> shown("a\\x00b")
    'a\ufffdb'
    """
    return _UNSHOWABLE.sub("\ufffd", text)


def escaped(text: str) -> Markup:
    """The text as HTML, safe within elements and quoted attributes. Carriage returns survive.

    >>> escaped("<b> & 'c'\\r")
    Markup('&lt;b&gt; &amp; &#39;c&#39;&#13;')
    """
    # A parser turns a plain CR into LF; as a reference it stays what it is, and offsets in the page stay true.
    return Markup(str(Markup.escape(shown(text))).replace("\r", "&#13;"))


def source_of(quote: Quote) -> str:
    """Whom a reader is told the quote is from: the speaker, else the mention in brackets, else "(unknown)"."""
    if quote.speaker is not None:
        return quote.speaker
    return f"({' '.join(quote.mention.text.split())})" if quote.mention else "(unknown)"


def label_of(index: int, quote: Quote, stance: str) -> Markup:
    """The small label after a quote: the icon of its stance and its source; the stance in words for screen readers.

    Everything that is not the article's stands in an element of class "added".
    """
    return Markup(
        '<span class="label added {}" data-label="{}"><span class="icon" aria-hidden="true">{}</span>'
        '<bdi>{}</bdi><span class="unseen">, {}</span></span>'
    ).format(stance, index, ICONS[stance], escaped(source_of(quote)), stance)


def highlight(
    article: str,
    quotes: Sequence[Quote],
    *,
    threshold: float = 0.0,
    label: Labeller = label_of,
) -> Markup:
    """The article as `<div class="marked">`, its paragraphs as `<p>`, with every quote, mention and cue marked.

    A quote is `<mark class="quote STANCE" data-index="N">`, N its place in `quotes` and the stance "uncertain" where
    its probability is below `threshold`; a mention is `<span class="mention" data-quotes="N …">`, a cue the same with
    class "cue". Where these overlap or go on in the next paragraph they come in several elements with the same N.
    `label(N, quote, stance)` gives the HTML that stands after a quote; "" for none. Without the elements of class
    "added" the text of the fragment is `shown(article)`.

    Raises InputError where the quotes are not from this article.

    >>> highlight("“Yes,” he said.", [])
    Markup('<div class="marked"><p dir="auto">“Yes,” he said.</p></div>')
    """
    labels: dict[int, list[str]] = {}
    for number, quote in enumerate(quotes):
        labels.setdefault(_after_marks(article, quote.end), []).append(label(number, quote, quote.stance_at(threshold)))
    return Markup('<div class="marked">{}</div>').format(Markup("").join(_pieces(article, quotes, threshold, labels)))


@dataclass(frozen=True, slots=True)
class _Layer:
    """An element over a stretch of the article."""

    start: int
    end: int
    rank: int  # of those over the same stretch the lower one is the outer
    opening: Markup
    closing: Markup


def _pieces(article: str, quotes: Sequence[Quote], threshold: float, labels: dict[int, list[str]]) -> Iterable[Markup]:
    """From cut to cut: the elements that end here closed, the labels, those that begin here opened, the text."""
    paragraphs = [_Layer(*span, -1, Markup('<p dir="auto">'), Markup("</p>")) for span in paragraph_spans(article)]
    layers = sorted([*paragraphs, *_layers(article, quotes, threshold)], key=lambda la: (la.start, -la.end, la.rank))
    cuts = sorted({0, len(article), *labels, *(la.start for la in layers), *(la.end for la in layers)})
    waiting = iter(layers)
    coming = next(waiting, None)
    active: list[_Layer] = []
    stack: list[_Layer] = []
    for cut, until in zip(cuts, [*cuts[1:], len(article)], strict=True):
        paragraph = next((la for la in active if la.rank < 0), None)
        active = [la for la in active if la.end > cut]
        kept = [la for la in stack if la.end > cut or la is paragraph]
        yield from _changed(stack, kept)
        yield from map(Markup, labels.get(cut, ()))
        while coming is not None and coming.start == cut:
            active.append(coming)
            coming = next(waiting, None)
        wanted = _nested(active)
        yield from _changed(kept, wanted)
        stack = wanted
        yield escaped(article[cut:until])


def _nested(active: Sequence[_Layer]) -> list[_Layer]:
    """The elements to be open, the paragraph outermost; none between paragraphs."""
    paragraph = [la for la in active if la.rank < 0]
    return [*paragraph, *(la for la in active if la.rank >= 0)] if paragraph else []


def _changed(old: Sequence[_Layer], new: Sequence[_Layer]) -> Iterable[Markup]:
    """The tags that lead from one nest of open elements to another."""
    same = 0
    while same < min(len(old), len(new)) and old[same] is new[same]:
        same += 1
    yield from (la.closing for la in reversed(old[same:]))
    yield from (la.opening for la in new[same:])


def _layers(article: str, quotes: Sequence[Quote], threshold: float) -> list[_Layer]:
    layers: list[_Layer] = []
    shared: dict[tuple[str, int, int], list[int]] = {}  # a mention or a cue → the quotes it belongs to
    for number, quote in enumerate(quotes):
        for span in (Span(quote.start, quote.end, quote.text), quote.mention, quote.cue):
            _check(article, span, number)
        opening = Markup('<mark class="quote {}" data-index="{}">').format(quote.stance_at(threshold), number)
        layers.append(_Layer(quote.start, quote.end, 0, opening, Markup("</mark>")))
        for kind, span in (("mention", quote.mention), ("cue", quote.cue)):
            if span is not None:
                shared.setdefault((kind, span.start, span.end), []).append(number)
    for (kind, start, end), numbers in shared.items():
        opening = Markup('<span class="{}" data-quotes="{}">').format(kind, " ".join(map(str, numbers)))
        layers.append(_Layer(start, end, 1 if kind == "mention" else 2, opening, Markup("</span>")))
    return [layer for layer in layers if layer.start < layer.end]


def _check(article: str, span: Span | None, number: int) -> None:
    if span is not None and not (
        0 <= span.start <= span.end <= len(article) and article[span.start : span.end] == span.text
    ):
        raise InputError(
            f"quote {number}: {span.text[:40]!r} does not stand at {span.start} to {span.end} of this article; "
            "give the article that the quotes were found in"
        )


def _after_marks(article: str, end: int) -> int:
    """Behind the closing mark of a quote that ends at `end`: a label stands outside of the marks."""
    while end < len(article) and article[end] in _CLOSING_MARKS:
        end += 1
    return end
