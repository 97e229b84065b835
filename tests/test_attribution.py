"""Quotes and their sources: the table tests/cases/attribution.toml."""

import pytest
from case_files import Case, load_cases, parameters, wanted

import stance.rules
from stance import Analyzer, Span
from stance.attribution import RULES, Attribution


@pytest.mark.parametrize("case", parameters("attribution"))
def test_case(analyzer: Analyzer, case: Case) -> None:
    text = case["text"]
    found = analyzer.extract(text).attributions
    assert [text[a.stretch.start : a.stretch.end] for a in found] == [q["quote"] for q in case["quotes"]]
    for number, (attribution, expected) in enumerate(zip(found, case["quotes"], strict=True)):
        mention = attribution.mention.text if attribution.mention else ""
        allowed = expected["mention"]
        assert mention in (allowed if isinstance(allowed, list) else [allowed]), attribution
        if "cue" in expected:
            cue = attribution.cue.text if attribution.cue else None
            assert _lower(cue) == _lower(wanted(expected["cue"])), attribution
        if "rule" in expected:
            assert attribution.rule == expected["rule"]
        if "joined" in expected:
            assert _joined(found, number) is expected["joined"]


@pytest.mark.parametrize("case", load_cases("attribution"), ids=lambda case: case["label"])
def test_spans_are_sound(analyzer: Analyzer, case: Case) -> None:
    text = case["text"]
    for attribution in analyzer.extract(text).attributions:
        for span in (attribution.mention, attribution.cue):
            assert span is None or _is_true(span, text)
        assert (attribution.rule is None) == (attribution.mention is None)
        if attribution.mention:
            outside = attribution.mention.end <= attribution.stretch.start
            assert outside or attribution.mention.start >= attribution.stretch.end


def test_rules_have_names_of_their_own() -> None:
    names = [name for name, _ in RULES]
    assert len(names) == len(set(names))


@pytest.mark.skipif(not stance.rules.__file__.endswith(".py"), reason="compiled: without docstrings")
def test_every_rule_of_the_table_says_what_it_does() -> None:
    assert [name for name, rule in RULES if not (rule.__doc__ or "").strip()] == []


def _is_true(span: Span, text: str) -> bool:
    return span.start < span.end and text[span.start : span.end] == span.text


def _joined(found: "tuple[Attribution, ...] | list[Attribution]", number: int) -> bool:
    return number > 0 and found[number].utterance == found[number - 1].utterance


def _lower(text: str | None) -> str | None:
    return text.lower() if text else None
