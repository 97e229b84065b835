"""The labelled data: its formats, its checks, and the corpus itself."""

import json
from collections import Counter
from pathlib import Path

import pytest

from stance.errors import InputError
from stance.features import Passage
from training.agreement import load_annotations, settled
from training.corpus import (
    CHALLENGE,
    CHALLENGE_QUOTES,
    HELDOUT,
    QUOTES,
    STANCES,
    TRAIN,
    from_gold,
    from_line,
    labelled_quotes,
    load_articles,
    load_jsonl,
    load_training_quotes,
    near_duplicates,
    parse_article,
    to_gold,
    word_runs,
)

SHARED = Path(__file__).parents[2] / "shared"
SOURCE = """id: gulf-03
genre: readout

‘⟦Lantern⟧{term}’ ended.

“⟦It left at dawn,⟧{Pentagon|she|neutral}” she said, “⟦not before.⟧{Pentagon|she|neutral}”
"""


def test_an_article_is_read_with_its_offsets():
    article = parse_article(SOURCE)
    assert (article.id, article.meta) == ("gulf-03", {"genre": "readout"})
    assert article.text == "‘Lantern’ ended.\n\n“It left at dawn,” she said, “not before.”\n"
    for part in (*article.quotes, *article.terms):
        assert article.text[part.start : part.end] == part.text
    assert [quote.text for quote in article.quotes] == ["It left at dawn,", "not before."]
    assert [term.text for term in article.terms] == ["Lantern"]


def test_gold_format_there_and_back():
    article = parse_article(SOURCE)
    back = from_gold(json.loads(json.dumps(to_gold(article))))
    assert (back.text, back.quotes, back.terms) == (article.text, article.quotes, article.terms)


def test_quotes_of_an_article_share_a_group_and_have_their_context():
    quotes = list(labelled_quotes([parse_article(SOURCE)]))
    assert {quote.group for quote in quotes} == {"gulf-03"}
    assert quotes[0].passage.after.startswith("she said")
    assert quotes[0].style == "readout"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("{term}", "", "line 4: 'Lantern' needs"),
        ("Pentagon|she|neutral", "Pentagon|neutral", "line 6: .* needs"),
        ("Pentagon|she", "Kirby|she", "line 6: speaker 'Kirby' is none of"),
        ("|neutral", "|calm", "line 6: stance 'calm' is none of"),
        ("⟦not before.⟧", "⟦ not before.⟧", "line 6: .* padded"),
        ("⟦not before.⟧", "⟦not before.", "line 6.*lone ⟦"),
        ("id: gulf-03", "name: gulf-03", "line 1: the header has no id"),
        ("genre: readout", "a readout", "line 2: .* 'key: value'"),
    ],
)
def test_a_broken_article_is_named_with_its_line(old, new, reason):
    with pytest.raises(InputError, match=reason):
        parse_article(SOURCE.replace(old, new, 1), "a.txt")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 2: not JSON"),
        ("[]", "line 2: a JSON object is wanted"),
        ('{"text": "Stop."}', "line 2: .* needs 'stance'"),
        ('{"text": " ", "stance": "neutral"}', "line 2: .* needs 'text'"),
        ('{"text": "Stop.", "stance": "assertive", "after": 3}', "line 2: 'before' and 'after'"),
        ('{"text": "Stop.", "stance": "angry"}', "line 2: stance 'angry'"),
        ('{"text": "No.", "quotes": [{"start": 0}]}', "line 2: not an article in gold format"),
        (
            '{"text": "No.", "quotes": [{"start": 0, "end": 2, "text": "o.", "stance": "neutral"}]}',
            "line 2: text.0:2.",
        ),
        ('{"text": "No.", "quotes": [{"start": 3, "end": 5, "stance": "neutral"}]}', "line 2: text.3:5."),
        ('{"text": "No.", "quotes": 3}', "line 2: not an article"),
    ],
)
def test_a_broken_line_is_named(tmp_path, line, reason):
    path = tmp_path / "own.jsonl"
    path.write_text('{"text": "Stop.", "stance": "assertive"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=reason):
        load_jsonl(path)


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "latin.jsonl").write_bytes(b"\xe9")
    (tmp_path / "empty.jsonl").write_text("\n")
    for path, reason in (
        (tmp_path / "none.jsonl", "can't be read"),
        (tmp_path, "can't be read"),
        (tmp_path / "latin.jsonl", "not UTF-8"),
        (tmp_path / "empty.jsonl", "no labelled quotes"),
    ):
        with pytest.raises(InputError, match=reason):
            load_jsonl(path)
    with pytest.raises(InputError, match="no \\.txt articles"):
        load_articles(tmp_path)


def test_the_id_of_an_article_is_its_name(tmp_path):
    (tmp_path / "other.txt").write_text(SOURCE, encoding="utf-8")
    with pytest.raises(InputError, match="differs from the file's name"):
        load_articles(tmp_path)


def test_the_marks_around_a_quote_are_no_part_of_its_context():
    quote = from_line({"text": "a bully", "before": "He called it “", "after": "”, twice.", "stance": "assertive"})
    assert quote.passage == Passage("a bully", "He called it", ", twice.")


def test_a_line_may_lack_all_but_text_and_stance():
    quote = from_line({"text": "Stop.", "stance": "assertive"}, "x:1")
    assert (quote.group, quote.passage.before) == ("x:1", "")
    assert from_line({"text": "Stop.", "stance": "assertive", "before": None}).passage == Passage("Stop.")


def test_near_duplicates():
    texts = [
        "We will not let them take the hill.",
        "Yes.",
        "And we will not let them take the hill, ever.",
        "Yes.",
    ]
    assert near_duplicates(texts) == [(0, 2)]


# ---- the corpus itself


@pytest.fixture(scope="module")
def quotes():
    return load_training_quotes()


def test_the_corpus_is_large_and_mixed(quotes):
    counts = Counter(quote.stance for quote in quotes)
    assert len(quotes) >= 3000
    # (A fifth was too much to ask once the debates of councils came: there one sentence in six is conciliatory.)
    assert all(counts[label] / len(quotes) > 0.19 for label in STANCES)
    assert len(load_articles(HELDOUT)) >= 20
    assert len({quote.id for quote in quotes}) == len(quotes)


def test_the_labels_are_those_the_annotators_settled(quotes):
    held = (*labelled_quotes([*load_articles(HELDOUT), *load_articles(CHALLENGE)]), *load_jsonl(CHALLENGE_QUOTES)[1])
    labels = {quote.id: quote.stance for quote in (*quotes, *held)}
    annotations = load_annotations()
    assert {a.id: settled(a) for a in annotations} == labels


def test_no_article_is_on_both_sides():
    train, heldout = load_articles(TRAIN), [*load_articles(HELDOUT), *load_articles(CHALLENGE)]
    assert not {article.id for article in train} & {article.id for article in heldout}
    texts = [quote.text for article in train for quote in article.quotes]
    held = [quote.text for article in heldout for quote in article.quotes]
    # Runs of six words: set phrases ("by the end of the calendar year") may recur.
    pairs = near_duplicates(texts + held, size=6, share=0.6)
    assert [pair for pair in pairs if pair[0] < len(texts) <= pair[1]] == []


def test_isolated_quotes_are_no_near_duplicates():
    rows = [*load_jsonl(QUOTES)[1], *load_jsonl(CHALLENGE_QUOTES)[1]]
    # Minimal pairs are wanted, and stand in one group.
    pairs = near_duplicates([row.passage.text for row in rows], size=5, share=0.7)
    assert [(rows[i].id, rows[j].id) for i, j in pairs if rows[i].group != rows[j].group] == []


def test_isolated_quotes_are_no_near_duplicates_of_held_out_articles():
    rows = load_jsonl(QUOTES)[1]
    held = list(labelled_quotes([*load_articles(HELDOUT), *load_articles(CHALLENGE)]))
    texts = [quote.passage.text for quote in (*held, *rows)]
    pairs = near_duplicates(texts, size=6, share=0.6)
    assert [(texts[i], texts[j]) for i, j in pairs if i < len(held) <= j] == []


@pytest.mark.parametrize("feature", ["length", "digits", "speaker"])
def test_form_alone_does_not_give_the_label_away(quotes, feature):
    key = {
        "length": lambda quote: min(len(quote.passage.text.split()) // 6, 5),
        "digits": lambda quote: any(map(str.isdigit, quote.passage.text)),
        "speaker": lambda quote: quote.speaker,
    }[feature]
    cells: dict[object, Counter[str]] = {}
    for quote in quotes:
        cells.setdefault(key(quote), Counter())[quote.stance] += 1
    right = sum(counts.most_common(1)[0][1] for counts in cells.values())
    majority = Counter(quote.stance for quote in quotes).most_common(1)[0][1]
    assert (right - majority) / len(quotes) < 0.06


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the measuring data beside the checkout")
def test_nothing_of_the_measuring_data_is_in_the_corpus(quotes):
    measured: set[tuple[str, ...]] = set()
    for path in sorted(SHARED.rglob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            measured |= word_runs(json.loads(line).get("text", ""), 8)
    every = (*quotes, *labelled_quotes(load_articles(CHALLENGE)), *load_jsonl(CHALLENGE_QUOTES)[1])
    assert [quote.id for quote in every if word_runs(quote.passage.text, 8) & measured] == []
    for quote in load_jsonl(QUOTES)[1]:
        around = (quote.passage.before, quote.passage.after)
        assert not any(word_runs(text, 8) & measured for text in around), quote
