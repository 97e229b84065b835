"""Reports: the marked article keeps the text as it is, pages are self-contained, safe and usable."""

from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from stance import Analyzer, InputError, Quote, Span, Stance
from stance.report.highlight import highlight, label_of, shown

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
PIECES = ["“", "”", "<b>", "&amp;", "</p>", '"', "'", "\n", "\n\n", "\r\n\r\n", "\r", "\0", "\ud800", "\x1b", "\u202e"]
WORDS = ["Wei said ", "we agree", "عربي ", "中文", " ", "\t", "\x85", "\u2028", "\ufeff", "a", "--><script>", "]]>"]
TAGS = ("div", "p", "mark", "span", "bdi")


class Fragment(HTMLParser):
    """What stands in a fragment: its text without added elements, and its elements with their text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(str(markup))
        self.close()
        assert not self.open, "an element is never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, dict(attrs), [""])
        self.elements.append(element)
        self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag, "elements cross"

    def handle_data(self, data: str) -> None:
        if any("added" in (attributes.get("class") or "").split() for _, attributes, _ in self.open):
            return
        self.text += data
        for *_, text in self.open:
            text[0] += data

    def of(self, name: str) -> list[tuple[str, str | None]]:
        """The text of the elements of a class, with the quotes they belong to."""
        return [
            (text[0], attributes.get("data-index", attributes.get("data-quotes")))
            for _, attributes, text in self.elements
            if name in (attributes.get("class") or "").split()
        ]


def quoted(
    article: str,
    text: str,
    speaker: str | None = None,
    mention: str | None = None,
    cue: str | None = None,
    stance: Stance = Stance.NEUTRAL,
    sure: float = 0.8,
) -> Quote:
    """A quote of the first stretch of the article that reads so."""
    at = article.index(text)
    rest = {str(label): (1 - sure) / 2 for label in Stance if label != stance}
    return Quote(
        text,
        at,
        at + len(text),
        speaker,
        span(article, mention) if mention else None,
        span(article, cue) if cue else None,
        "after" if mention else None,
        stance,
        {str(stance): sure, **rest},
    )


def span(article: str, text: str) -> Span:
    return Span(article.index(text), article.index(text) + len(text), text)


@st.composite
def articles_with_quotes(draw: st.DrawFn) -> tuple[str, list[Quote]]:
    """Any text and any quotes, mentions and cues in it, nested, crossing or empty."""
    article = draw(
        st.one_of(st.text(st.characters(), max_size=60), st.lists(st.sampled_from(PIECES + WORDS)).map("".join))
    )
    place = st.tuples(*[st.integers(0, len(article))] * 2).map(sorted)
    spans = place.map(lambda ends: Span(ends[0], ends[1], article[ends[0] : ends[1]]))
    quotes = st.builds(
        lambda at, speaker, mention, cue, stance: Quote(
            at.text, at.start, at.end, speaker, mention, cue, None, stance, {str(label): 1 / 3 for label in Stance}
        ),
        spans,
        st.none() | st.text(st.characters(), max_size=5),
        st.none() | spans,
        st.none() | spans,
        st.sampled_from(Stance),
    )
    return article, draw(st.lists(quotes, max_size=6))


def solid(text: str) -> str:
    return "".join(c for c in text if not c.isspace() and c != "\ufffd")


@QUICK
@given(articles_with_quotes(), st.sampled_from([0.0, 0.9]))
@example(("", []), 0.0)
def test_the_fragment_keeps_the_text(given_: tuple[str, list[Quote]], threshold: float) -> None:
    article, quotes = given_
    markup = highlight(article, quotes, threshold=threshold)
    markup.encode()
    fragment = Fragment(markup)
    assert fragment.text == shown(article)
    assert {tag for tag, *_ in fragment.elements} <= set(TAGS)
    for number, quote in enumerate(quotes):
        marked = "".join(text for text, index in fragment.of("quote") if index == str(number))
        # Of a quote over several paragraphs the white space between them is left out.
        assert solid(marked) == solid(shown(quote.text))
        assert len([n for n in fragment.elements if n[1].get("data-label") == str(number)]) == 1


def test_quotes_mentions_and_cues_are_marked(analyzer: Analyzer) -> None:
    article = "“We agree,” Austin said. “We do.”"
    fragment = Fragment(highlight(article, analyzer.analyze(article)))
    assert fragment.of("quote") == [("We agree,", "0"), ("We do.", "1")]
    assert fragment.of("mention") == [("Austin", "0 1")]
    assert fragment.of("cue") == [("said", "0 1")]


def test_a_label_stands_behind_the_closing_mark() -> None:
    article = "“We agree,” he said."
    markup = highlight(article, [quoted(article, "We agree,", "Wei")])
    assert '</mark>”<span class="label added neutral" data-label="0">' in markup
    assert "<bdi>Wei</bdi>" in markup


def test_a_mention_may_stand_inside_a_quote_or_cross_it() -> None:
    article = "“As Wei put it, no,” he said."
    inside = Fragment(highlight(article, [quoted(article, "As Wei put it, no,", mention="Wei", cue="put it")]))
    assert inside.of("quote") == [("As Wei put it, no,", "0")]
    assert inside.of("mention") == [("Wei", "0")]
    crossing = Fragment(highlight(article, [quoted(article, "As Wei put it, no,", mention="no,” he")]))
    assert "".join(text for text, _ in crossing.of("mention")) == "no,” he"
    assert crossing.text == article


def test_a_quote_goes_on_over_paragraphs() -> None:
    article = "“One.\n\n“Two,” he said."
    fragment = Fragment(highlight(article, [quoted(article, "One.\n\n“Two,")]))
    assert fragment.of("quote") == [("One.", "0"), ("“Two,", "0")]
    assert [text[0] for tag, _, text in fragment.elements if tag == "p"] == ["“One.", "“Two,” he said."]


def test_a_quote_below_the_threshold_is_uncertain() -> None:
    article = "“No,” he said."
    markup = highlight(article, [quoted(article, "No,", sure=0.5)], threshold=0.6)
    assert 'class="quote uncertain"' in markup
    assert "neutral" not in markup


def test_names_are_escaped() -> None:
    article = "“No,” he said."
    assert "<script>" not in label_of(0, quoted(article, "No,", "<script>"), "neutral")


@pytest.mark.parametrize("other", ["", "“Yes,” he said.", "“No"])
def test_quotes_of_another_article_are_refused(other: str) -> None:
    article = "“No,” he said."
    with pytest.raises(InputError, match="give the article that the quotes were found in"):
        highlight(other, [quoted(article, "No,", mention="he")])
