"""The spaCy component: the same quotes as `Analyzer`, as spans of a Doc, through everything spaCy does with it."""

import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stance

spacy = pytest.importorskip("spacy", reason="the component needs spaCy: pip install 'stance[spacy]'")
from spacy import displacy  # noqa: E402
from spacy.tokens import Doc, DocBin, Span  # noqa: E402

from stance.spacy_component import StanceComponent, quote_of  # noqa: E402

ARTICLE = "“We want dialogue,” Austin said. “Any attack will be crushed,” Wei warned. “A fine day,” the cook said."
ROSTER = '[[speaker]]\nname = "Okafor"\nnames = ["Ada Okafor", "Okafor"]\n'
TRADE = "“We will sign,” Ada Okafor said."


@pytest.fixture(scope="module")
def nlp() -> Any:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("stance")  # found by its entry point
    return pipeline


@pytest.fixture
def roster_file(tmp_path: Path) -> Path:
    path = tmp_path / "trade.toml"
    path.write_text(ROSTER, encoding="utf-8")
    return path


def quotes(doc: Any, key: str = "quotes") -> list[stance.Quote]:
    return [span._.quote for span in doc.spans[key]]


def test_the_quotes_are_those_of_the_analyzer(nlp: Any) -> None:
    assert quotes(nlp(ARTICLE)) == stance.analyze(ARTICLE)


def test_a_span_says_speaker_stance_mention_and_probabilities(nlp: Any) -> None:
    doc = nlp(ARTICLE)
    first, second, third = doc.spans["quotes"]
    assert (first.text, first._.speaker, first._.stance) == ("We want dialogue,", "Austin", "conciliatory")
    assert (first.label_, first.kb_id_) == ("conciliatory", "Austin")
    assert isinstance(first._.mention, Span)
    assert first._.mention.text == "Austin"
    assert sum(second._.probabilities.values()) == pytest.approx(1)
    assert second._.stance == "assertive"
    assert (third._.speaker, third.kb_id_, third._.mention.text) == (None, "", "the cook")


def test_a_span_of_something_else_has_no_quote(nlp: Any) -> None:
    span = nlp(ARTICLE)[3:5]
    assert (quote_of(span), span._.quote, span._.speaker, span._.mention, span._.probabilities) == (None,) * 5


def test_a_text_without_quotes_has_an_empty_group(nlp: Any) -> None:
    for text in ("", "   ", "Nothing is quoted here."):
        assert list(nlp(text).spans["quotes"]) == []


@given(st.lists(st.sampled_from(["“", "”", '"', "’", "We agree,", "no", " ", "\n\n", "Austin said", ".", "é", "😀"])))
@settings(deadline=None)
def test_on_any_text_every_quote_has_its_span(nlp: Any, pieces: list[str]) -> None:
    text = "".join(pieces)
    doc = nlp(text)
    assert doc.text == text
    assert quotes(doc) == stance.analyze(text)
    for span in doc.spans["quotes"]:
        assert span.start_char <= span._.quote.start
        assert span._.quote.end <= span.end_char


def test_two_quotes_in_one_token_stay_apart() -> None:
    component = StanceComponent()
    text = "“We agree”“You agree” Austin said."
    doc = component(Doc(spacy.blank("en").vocab, words=["“We agree”“You agree”", "Austin", "said."], spaces=[1, 1, 0]))
    assert quotes(doc) == stance.analyze(text)
    assert len({(span.start, span.end) for span in doc.spans["quotes"]}) < len(doc.spans["quotes"])


@pytest.mark.parametrize("processes", [1, 2])
def test_pipe_gives_what_calls_give(nlp: Any, processes: int) -> None:
    texts = [ARTICLE, "", TRADE, "No quotes."] * 5
    docs = list(nlp.pipe(texts, batch_size=3, n_process=processes))
    assert [doc.text for doc in docs] == texts
    assert [quotes(doc) for doc in docs] == [stance.analyze(text) for text in texts]


def test_in_pipe_a_document_that_fails_goes_to_the_error_handler() -> None:
    class Fussy(stance.Analyzer):
        def extract(self, article: str) -> Any:
            if "bad" in article:
                raise ValueError("a bad article")
            return super().extract(article)

    pipeline = spacy.blank("en")
    pipeline.add_pipe("stance").analyzer = Fussy()
    texts = [ARTICLE, "bad", TRADE]
    with pytest.raises(ValueError, match="a bad article"):
        list(pipeline.pipe(texts))
    failed = []
    pipeline.set_error_handler(lambda name, proc, docs, error: failed.extend((name, doc.text) for doc in docs))
    assert [doc.text for doc in pipeline.pipe(texts)] == [ARTICLE, TRADE]
    assert failed == [("stance", "bad")]


def test_documents_survive_bytes_and_docbin(nlp: Any) -> None:
    doc = nlp(ARTICLE)
    assert quotes(Doc(nlp.vocab).from_bytes(doc.to_bytes())) == quotes(doc)
    stored = DocBin(docs=[doc], store_user_data=True).to_bytes()
    again = next(iter(DocBin().from_bytes(stored).get_docs(spacy.blank("en").vocab)))
    assert quotes(again) == quotes(doc)
    assert again.spans["quotes"][0].label_ == "conciliatory"


def test_the_pipeline_survives_disk_bytes_and_pickle(tmp_path: Path, roster_file: Path) -> None:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("stance", config={"roster": str(roster_file)})
    expected = quotes(pipeline(TRADE))
    assert [quote.speaker for quote in expected] == ["Okafor"]
    pipeline.to_disk(tmp_path / "pipeline")
    pickled = pickle.dumps(pipeline)
    stored = pipeline.to_bytes()
    roster_file.unlink()  # the roster travels with the pipeline
    assert quotes(spacy.load(tmp_path / "pipeline")(TRADE)) == expected
    assert quotes(pickle.loads(pickled)(TRADE)) == expected
    other = spacy.blank("en")
    other.add_pipe("stance")
    assert quotes(other.from_bytes(stored)(TRADE)) == expected
    assert len(pickled) < 5_000_000  # without the model


def test_two_rosters_in_one_pipeline(roster_file: Path) -> None:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("stance")
    pipeline.add_pipe("stance", name="trade", config={"roster": str(roster_file), "spans_key": "trade"})
    doc = pipeline(TRADE)
    assert [quote.speaker for quote in quotes(doc)] == [None]
    assert [quote.speaker for quote in quotes(doc, "trade")] == ["Okafor"]


def test_a_shipped_roster_by_name() -> None:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("stance", config={"roster": "us-campaign-2016"})
    assert pipeline.get_pipe("stance").analyzer.roster == stance.load_roster("us-campaign-2016")


def test_a_broken_roster_is_refused_at_once_a_missing_one_at_first_use(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[[speaker]]\n", encoding="utf-8")
    with pytest.raises(stance.RosterError, match="lacks a name"):
        spacy.blank("en").add_pipe("stance", config={"roster": str(broken)})
    pipeline = spacy.blank("en")
    pipeline.add_pipe("stance", config={"roster": str(tmp_path / "none.toml")})
    with pytest.raises(stance.RosterError, match="no such roster file"):
        pipeline(TRADE)


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("stance", config={"model": str(tmp_path)})
    with pytest.raises(stance.ModelError, match="no such model file"):
        pipeline(TRADE)


class Judge:
    """A classifier to whom everything is neutral."""

    classes_ = ("assertive", "conciliatory", "neutral")

    def predict_proba(self, passages: list[Any]) -> Any:
        return np.array([[0.0, 0.0, 1.0]] * len(passages))


def test_an_analyzer_of_ones_own() -> None:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("stance").analyzer = stance.Analyzer(model=Judge())  # type: ignore[arg-type]
    for nlp in (pipeline, pickle.loads(pickle.dumps(pipeline))):
        doc = nlp(ARTICLE)
        assert {span.label_ for span in doc.spans["quotes"]} == {"neutral"}


def test_a_configuration_can_not_say_that_a_model_is_trusted(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="trust_model"):
        spacy.blank("en").add_pipe("stance", config={"trust_model": True})


def test_displacy_draws_the_spans(nlp: Any) -> None:
    html = displacy.render(nlp(ARTICLE), style="span", options={"spans_key": "quotes"}, jupyter=False)
    assert "conciliatory" in html
    assert "Austin" in html


def test_an_attribute_that_is_taken_is_left_alone(nlp: Any) -> None:
    from stance import spacy_component

    ours = Span.get_extension("mention")
    Span.set_extension("mention", default="theirs", force=True)
    try:
        with pytest.warns(UserWarning, match=r"span\._\.mention is taken"):
            spacy_component._register()
        doc = nlp(ARTICLE)
        assert doc.spans["quotes"][0]._.mention == "theirs"
    finally:
        Span.set_extension("mention", getter=ours[2], force=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        spacy_component._register()  # again: ours are ours
