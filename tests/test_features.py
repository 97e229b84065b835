"""What the classifier sees: passages, tokens, negation, speech acts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.features import Passage, act_lexicon, acts, features_of, negated, passage_of, tokens
from stance.lexicons import data_lines, table
from stance.sentences import sentence_spans


def passage(article: str, quote: str) -> Passage:
    start = article.index(quote)
    end = start + len(quote)
    return passage_of(article, start, end, sentence_spans(article, [(start, end)]))


@pytest.mark.parametrize(
    ("article", "quote", "before", "after"),
    [
        ("He sat. Wei called for ‘strategic trust’ again.", "strategic trust", "Wei called for", "again."),
        ("“We want stability,” Wei said.", "We want stability,", "", "Wei said."),
        # Several sentences: the tag is the context.
        ("“No. Never, ever,” Gen. Wei said. He left.", "No. Never, ever,", "", "Gen. Wei said."),
        # Words of other quotes in the sentence stay visible.
        ('He called it "illegal" and "a farce" twice.', "a farce", 'He called it "illegal" and', "twice."),
        ("“Stop meddling”", "Stop meddling", "", ""),
    ],
)
def test_passage_is_the_quote_and_the_rest_of_its_sentence(article, quote, before, after):
    assert passage(article, quote) == Passage(quote, before, after)


def test_passage_outside_every_sentence_has_no_context():
    assert passage_of("“Stop.”", 1, 6, []) == Passage("Stop.")


@given(st.text(max_size=200), st.data())
def test_passage_of_anything(article, data):
    start = data.draw(st.integers(0, len(article)))
    end = data.draw(st.integers(start, len(article)))
    found = passage_of(article, start, end, sentence_spans(article, [(start, end)]))
    assert found.text == article[start:end]
    assert found.before in article
    assert found.after in article
    assert features_of(found).context


def test_numbers_do_not_tell():
    assert tokens("$1,500 and 7") == tokens("$99.5 and 12")


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        ("we will not attend", ["attend"]),
        ("no, we agree", []),
        ("we don't want war but peace", ["want", "war"]),
        ("we agree", []),
    ],
)
def test_negation_reaches_to_the_end_of_its_clause(text, reached):
    words = tokens(text)
    assert [word for word, flag in zip(words, negated(words), strict=True) if flag] == reached


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("She condemned it.", ["accuse"]),
        ("an apology", ["apologize"]),
        ("we do not thank them", ["not thank"]),
        # The longest entry wins, and "will" is no "willing".
        ("we will pay a price", ["warn"]),
        ("we are willing", ["welcome"]),
        ("", []),
    ],
)
def test_speech_acts(text, classes):
    assert acts(text) == classes


def test_a_fragment_leans_on_its_context():
    fragment = features_of(Passage("strategic trust", before="Wei called for"))
    full = features_of(Passage("We hope for trust between our two great armed forces.", before="Wei called for:"))
    assert "~wei" in fragment.context
    assert "~wei" not in full.context


def test_words_after_the_turn_are_seen_apart():
    found = features_of(Passage("We thank them, but we condemn this.")).acts
    assert "end accuse" in found
    assert "end thank" not in found


def test_lexicon_file_is_sound():
    classes = [line.split("\t")[0] for line in data_lines("acts.tsv")]
    assert len(classes) == len(set(classes))
    assert all(entry for entry in act_lexicon())
    assert len(act_lexicon()) > 1000
    assert table("function_words.tsv")["can't"] == "NOT"
