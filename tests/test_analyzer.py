"""The public API: what programs outside the project rely on (../shared/design.md, README)."""

import dataclasses
import inspect
import json
import math
import pickle
import subprocess
import sys
from collections.abc import Iterator

import pytest

import stance
from stance import Analyzer, InputError, Quote, Span, Stance, StanceError
from stance.analyzer import passages_of

ARTICLE = """\
SINGAPORE — Lloyd Austin opened the day with an offer. “We want to talk,” Austin told delegates, “and we will listen.”

“Stay away from our coast or face the consequences,” Gen. Wei Fenghe answered. The ‘Open Door’ policy was not discussed.

The session lasted “about two hours,” a Pentagon spokesman said. “The room was full,” said Ana Lima, a student."""

ARTICLES = [
    ARTICLE,
    "",
    "No marks here.",
    "“We thank you,” Austin said.",
    "“We reject it,” she said.\n\n“It is a bad plan and we said so before.”",
    "“Never closed, and our words go on",
]

NAMES = {
    "Analyzer",
    "Failure",
    "InputError",
    "ModelError",
    "Quote",
    "RosterError",
    "Span",
    "Stance",
    "StanceError",
    "analyze",
    "analyze_many",
    "load_model",
    "load_roster",
}


@pytest.fixture(scope="module")
def quotes() -> list[Quote]:
    return stance.analyze(ARTICLE)


# ---- names and types ------------------------------------------------------------------------------------------------


def test_public_names() -> None:
    assert set(stance.__all__) >= NAMES
    for name in stance.__all__:
        assert getattr(stance, name) is not None


def test_every_public_name_is_documented() -> None:
    assert [name for name in stance.__all__ if not inspect.getdoc(getattr(stance, name))] == []


def test_unknown_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        stance.analyse  # noqa: B018


def test_errors_have_one_parent() -> None:
    for error in (stance.InputError, stance.ModelError, stance.RosterError):
        assert issubclass(error, StanceError)


def test_stances() -> None:
    assert [str(s) for s in Stance] == ["conciliatory", "assertive", "neutral"]
    assert Stance("assertive") is Stance.ASSERTIVE
    assert Stance.CONCILIATORY == "conciliatory"


# ---- quotes ---------------------------------------------------------------------------------------------------------


def test_whole_article(quotes: list[Quote]) -> None:
    assert [(q.text, q.speaker, q.mention.text if q.mention else None) for q in quotes] == [
        ("We want to talk,", "Austin", "Austin"),
        ("and we will listen.", "Austin", "Austin"),
        ("Stay away from our coast or face the consequences,", "Wei", "Gen. Wei Fenghe"),
        ("about two hours,", "Pentagon", "a Pentagon spokesman"),
        ("The room was full,", None, "Ana Lima"),
    ]


def test_whole_article_stances(quotes: list[Quote]) -> None:
    assert quotes[0].stance == "conciliatory"
    assert quotes[2].stance == "assertive"
    assert quotes[3].stance is Stance.NEUTRAL


def test_types(quotes: list[Quote]) -> None:
    for quote in quotes:
        assert isinstance(quote, Quote)
        assert isinstance(quote.stance, Stance)
        assert isinstance(quote.mention, Span)
        assert quote.cue is None or isinstance(quote.cue, Span)
        assert isinstance(quote.rule, str)
        assert quote.speaker in {"Austin", "Wei", "Pentagon", None}


def test_offsets(quotes: list[Quote]) -> None:
    for quote in quotes:
        for span in (quote, quote.mention, quote.cue):
            assert span is None or ARTICLE[span.start : span.end] == span.text


def test_probabilities(quotes: list[Quote]) -> None:
    for quote in quotes:
        assert set(quote.probabilities) == {"conciliatory", "assertive", "neutral"}
        assert all(type(label) is str and type(p) is float for label, p in quote.probabilities.items())
        assert math.isclose(sum(quote.probabilities.values()), 1, abs_tol=1e-9)
        assert all(0 <= p <= 1 for p in quote.probabilities.values())
        assert quote.probabilities[quote.stance] == max(quote.probabilities.values())


def test_parts_of_an_utterance_are_judged_together(quotes: list[Quote]) -> None:
    assert quotes[0].stance == quotes[1].stance
    assert quotes[0].probabilities == quotes[1].probabilities


def test_sentences_around_a_tag_are_judged_each_by_itself(analyzer: Analyzer) -> None:
    text = "“We thank the crew,” Austin said. “The ship weighs nine tons.”"
    first, second = passages_of(analyzer.extract(text))
    assert (first.text, second.text) == ("We thank the crew,", "The ship weighs nine tons.")


def test_what_the_classifier_sees_of_an_utterance(analyzer: Analyzer) -> None:
    first, second = passages_of(analyzer.extract("“We will act,” Wei said, “when we must.”"))
    assert first == second
    assert first.text == "We will act, when we must."


def test_frozen(quotes: list[Quote]) -> None:
    quote = quotes[0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        quote.speaker = "Wei"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        quote.mention.start = 0  # type: ignore[misc, union-attr]
    assert not hasattr(quote, "__dict__")


def test_quotes_can_be_compared_hashed_and_pickled(quotes: list[Quote]) -> None:
    assert stance.analyze(ARTICLE) == quotes
    assert len(set(quotes)) == len(quotes)
    assert pickle.loads(pickle.dumps(quotes)) == quotes


def test_to_dict_is_plain_json(quotes: list[Quote]) -> None:
    for quote in quotes:
        plain = quote.to_dict()
        assert json.loads(json.dumps(plain)) == plain
        assert set(plain) == {field.name for field in dataclasses.fields(Quote)}
        assert type(plain["stance"]) is str
        assert plain["mention"]["text"] == quote.mention.text  # type: ignore[union-attr]


def test_to_dict_without_a_source() -> None:
    text = "The hall fell silent at noon.\n\n“We will never forget this day, and we will rebuild.”"
    (quote,) = stance.analyze(text)
    plain = quote.to_dict()
    assert [plain[key] for key in ("speaker", "mention", "cue", "rule")] == [None] * 4


# ---- input ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("article", ["", " \n\n\t", "No marks here.", "The ‘One Lake’ policy stands.", "\0", "\ud800"])
def test_no_quotes(analyzer: Analyzer, article: str) -> None:
    assert analyzer.analyze(article) == []


@pytest.mark.parametrize("article", [None, 3, b"bytes", ["“A list,” Austin said."]])
def test_no_string(analyzer: Analyzer, article: object) -> None:
    with pytest.raises(InputError, match=f"must be a string, not {type(article).__name__}"):
        analyzer.analyze(article)  # type: ignore[arg-type]


def test_marks_that_are_no_unicode_text(analyzer: Analyzer) -> None:
    text = "“We \ud800 agree,” Austin said."
    (quote,) = analyzer.analyze(text)
    assert quote.text == "We \ud800 agree,"
    assert json.loads(json.dumps(quote.to_dict())) == quote.to_dict()


# ---- many articles --------------------------------------------------------------------------------------------------


def test_analyze_many_equals_analyze_in_order(analyzer: Analyzer) -> None:
    articles = ARTICLES * 15  # more than one batch
    assert list(analyzer.analyze_many(articles)) == [analyzer.analyze(a) for a in ARTICLES] * 15


def test_analyze_many_with_two_processes(analyzer: Analyzer) -> None:
    articles = ARTICLES * 15
    assert list(analyzer.analyze_many(articles, jobs=2)) == list(analyzer.analyze_many(articles))


def test_analyze_many_in_another_order(analyzer: Analyzer) -> None:
    assert list(analyzer.analyze_many(ARTICLES[::-1])) == list(analyzer.analyze_many(ARTICLES))[::-1]


def test_analyze_many_of_the_module() -> None:
    assert list(stance.analyze_many(ARTICLES)) == [stance.analyze(a) for a in ARTICLES]


def test_analyze_many_of_nothing(analyzer: Analyzer) -> None:
    assert list(analyzer.analyze_many([])) == []
    assert list(analyzer.analyze_many(iter([]), jobs=2)) == []


def test_analyze_many_is_lazy(analyzer: Analyzer) -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield "“We agree,” Austin said."

    results = analyzer.analyze_many(endless())
    assert taken == 0
    assert [next(results)[0].speaker for _ in range(3)] == ["Austin"] * 3
    assert taken < 1000


def test_analyzers_share_nothing(analyzer: Analyzer) -> None:
    other = Analyzer(stance.load_roster(), analyzer.model)
    assert other.analyze(ARTICLE) == analyzer.analyze(ARTICLE)


# ---- large texts (how the time grows: benchmarks/scaling.py) --------------------------------------------------------

LARGE = {
    "one mark, curly": ("“" * 200_000, 0),
    "one mark, straight": ('"' * 200_000, 0),
    "nested": ("“‘" * 50_000 + "’”" * 50_000, 0),
    "no blanks": ("x" * 1_000_000, 0),
    "no sentence ends": ("word " * 100_000 + "“we agree,” Austin said", 1),
    "many quotes": ("“We agree,” he said. " * 10_000, 10_000),
    "CRLF": ("“We agree,”\r\n\r\nAustin said.\r\n" * 2_000, 2_000),
    "byte order mark, NUL, surrogates": ("\ufeff“We\0 agree\ud800,” Austin said. " * 1_000, 1_000),
    "right to left": ("“نحن موافقون،” Austin said. " * 1_000, 1_000),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_texts(name: str, analyzer: Analyzer) -> None:
    text, number = LARGE[name]
    quotes = analyzer.extract(text).attributions
    assert len(quotes) == number
    assert all(0 <= q.stretch.start < q.stretch.end <= len(text) for q in quotes)


# ---- import ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", ["sklearn", "nltk", "numpy", "scipy", "joblib"])
def test_import_loads_no(package: str) -> None:
    code = f"import sys, stance, stance.cli; sys.exit({package!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_extraction_loads_no_model() -> None:
    code = (
        "import sys, stance; stance.Analyzer().extract('“We agree,” Austin said.');"
        "sys.exit('stance.classifier' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
