"""What holds for any text: nothing raises, spans are true, and what stands elsewhere changes nothing."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from stance import Analyzer
from stance.analyzer import Extraction, passages_of
from stance.marks import quoted_stretches
from stance.paragraphs import paragraphs_of
from stance.sentences import paragraph_spans, sentence_spans

EXTRACTION = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
WHOLE = settings(EXTRACTION, max_examples=15)

# Pieces that articles are made of: marks, names, verbs, links, ends of paragraphs, and what breaks programs.
MARKS = ["“", "”", "‘", "’", '"', "'", "«", "»", "„", "‹", "›", "「", "」", "『", "』", "``", "''", "`", "‚", "‟"]
NAMES = [
    *("Austin", "Lloyd Austin", "Wei", "Gen. Wei Fenghe", "the Pentagon", "he", "she", "they", "it", "who", "Mr."),
    *("John Kirby", "the minister", "his Chinese counterpart", "a spokesman for the Pentagon", "U.S.", "Austin, Texas"),
    *("SECRETARY AUSTIN", "the Defense Department", "its readout", "Wei’s", "Ana", "the", "China to US"),
]
VERBS = "said|told|says|saying|called|warned that|according to|as|of|quoted|was|asked".split("|")
LINKS = " | | | |,|, |. |.|: |:|? |! | — |—|…|...|(|)|[|;|-".split("|")
WORDS = "We agree|we will fight|no|talks|I|’90s|'em|6'2\"|officials’|a.|3|and|that".split("|")
ENDS = ["\n", "\n\n", "\r\n\r\n", "\r", "\t", "\u2028", "\u00a0", "\u3000"]
ODD = ["\0", "\ud800", "\udfff", "\ufeff", "🚢", "e\u0301", "\u200b", "\x1b[31m", "İ", "ß", "中文", "عربي", "\x85", "ﬁ"]

fragments = st.sampled_from(MARKS * 2 + NAMES + VERBS + LINKS * 2 + WORDS + ENDS + ODD)
built = st.lists(fragments, max_size=40).map("".join)
spaced = st.lists(fragments, max_size=30).map(" ".join)
pairs = st.sampled_from(["“”", "‘’", '""', "''", "«»", "„“", "”“", "“ ", " ”"])
sentences = st.builds(
    lambda pair, words, name, verb, end: f"{pair[0]}{words},{pair[1]} {name} {verb}.{end}",
    *(pairs, *(st.sampled_from(pool) for pool in (WORDS, NAMES, VERBS, [" ", *ENDS]))),
)
articles = st.lists(sentences, max_size=6).map("".join)
anything = st.text(st.characters(), max_size=80)
texts = st.one_of(built, spaced, articles, anything)

PLAIN = "A paragraph without marks."


def seen(extraction: Extraction) -> list[Any]:
    """What an extraction says of each quote."""
    return [(a, s) for a, s in zip(extraction.attributions, extraction.speakers, strict=True)]


@EXTRACTION
@given(texts)
@example("“" * 50 + "”" * 50)
@example("''" * 50)
@example("\"'" * 50)
@example("“We agree,” he said. “He agrees,” he said. “They agree,” they said.")
@example("he said she said it said “who said” he said")
@example("“—” – ‘:’ : «,» ,")
def test_spans_are_true(analyzer: Analyzer, text: str) -> None:
    extraction = analyzer.extract(text)
    assert len(extraction.speakers) == len(extraction.attributions)
    edge = 0
    for number, attribution in enumerate(extraction.attributions):
        stretch = attribution.stretch
        assert edge <= stretch.outer_start < stretch.start < stretch.end <= stretch.outer_end <= len(text)
        edge = stretch.outer_end
        for span in (attribution.mention, attribution.cue):
            assert span is None or (span.start < span.end and text[span.start : span.end] == span.text)
        assert (attribution.mention is None) == (attribution.rule is None)
        assert attribution.mention is not None or attribution.cue is None
        assert extraction.speakers[number] in {"Austin", "Wei", "Pentagon", None}


@EXTRACTION
@given(texts)
def test_no_source_lies_inside_a_quote(analyzer: Analyzer, text: str) -> None:
    stretches = quoted_stretches(text)
    for attribution in analyzer.extract(text).attributions:
        for span in (attribution.mention, attribution.cue):
            if span:
                assert not [s for s in stretches if s.outer_start < span.end and span.start < s.outer_end]


@EXTRACTION
@given(texts)
def test_a_paragraph_without_marks_changes_nothing(analyzer: Analyzer, text: str) -> None:
    assert seen(analyzer.extract(f"{text}\n\n{PLAIN}")) == seen(analyzer.extract(text))


@EXTRACTION
@given(texts)
def test_twice_the_same(analyzer: Analyzer, text: str) -> None:
    assert seen(analyzer.extract(text)) == seen(analyzer.extract(text))


@EXTRACTION
@given(texts)
def test_stretches_are_sorted_and_disjoint(text: str) -> None:
    edge = 0
    for s in quoted_stretches(text):
        assert edge <= s.outer_start < s.start < s.end <= s.outer_end <= len(text)
        edge = s.outer_end


@EXTRACTION
@given(texts)
def test_a_paragraph_without_marks_is_never_quoted(text: str) -> None:
    article = f"{text}\n\n{PLAIN}\n\n{text}"
    for s in quoted_stretches(article):
        assert PLAIN not in article[s.start : s.end]


@EXTRACTION
@given(texts)
def test_paragraphs_and_sentences_are_sorted_and_disjoint(text: str) -> None:
    quoted = [(s.start, s.end) for s in quoted_stretches(text)]
    for spans in (paragraph_spans(text), sentence_spans(text, quoted)):
        edge = 0
        for start, end in spans:
            assert edge <= start < end <= len(text)
            assert text[start:end].strip() == text[start:end]
            edge = end


@EXTRACTION
@given(texts)
def test_every_quoted_stretch_is_one_token(text: str) -> None:
    stretches = quoted_stretches(text)
    numbers = []
    for paragraph in paragraphs_of(text, stretches):
        assert [paragraph.tokens[i].quote >= 0 for i in paragraph.quotes] == [True] * len(paragraph.quotes)
        numbers += [paragraph.tokens[i].quote for i in paragraph.quotes]
        edge = 0
        tokens = paragraph.tokens
        for token, start, end in zip(tokens, tokens.begins, tokens.ends, strict=True):
            assert edge <= start < end <= len(text)
            assert token.quote >= 0 or text[start:end] == token.text
            edge = end
    assert numbers == list(range(len(stretches)))


@EXTRACTION
@given(texts)
def test_passages_are_made_for_every_quote(analyzer: Analyzer, text: str) -> None:
    extraction = analyzer.extract(text)
    assert len(passages_of(extraction)) == len(extraction.attributions)


@WHOLE
@given(texts)
def test_the_whole_way(analyzer: Analyzer, text: str) -> None:
    quotes = analyzer.analyze(text)
    edge = 0
    for quote in quotes:
        assert edge <= quote.start < quote.end
        assert text[quote.start : quote.end] == quote.text
        assert sum(quote.probabilities.values()) == pytest.approx(1)
        edge = quote.end


@WHOLE
@given(st.lists(texts, max_size=5))
def test_batch_and_order_change_nothing(analyzer: Analyzer, batch: list[str]) -> None:
    single = [analyzer.analyze(text) for text in batch]
    assert list(analyzer.analyze_many(batch)) == single
    assert list(analyzer.analyze_many(reversed(batch))) == single[::-1]


@pytest.mark.parametrize("text", ["Pentagon Chief Lloyd Austin Says ‘We Agree’ Now", "AUSTIN A’S%B,「A"])
def test_a_paragraph_behind_a_headline_changes_nothing(analyzer: Analyzer, text: str) -> None:
    assert seen(analyzer.extract(f"{text}\n\n{PLAIN}")) == seen(analyzer.extract(text))
