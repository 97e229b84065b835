"""Quotation marks: the table tests/cases/marks.toml."""

import pytest
from case_files import Case, load_cases, parameters

from stance.marks import quoted_stretches

PLAIN = "A last paragraph, without any marks at all."


@pytest.mark.parametrize("case", parameters("marks"))
def test_case(case: Case) -> None:
    found = [case["text"][s.start : s.end] for s in quoted_stretches(case["text"])]
    if "unquoted" in case:
        for text in case["unquoted"]:
            start = case["text"].index(text)
            touching = [s for s in quoted_stretches(case["text"]) if s.start < start + len(text) and s.end > start]
            assert not touching, found
    else:
        assert [text.strip() for text in found] == case["quotes"]


@pytest.mark.parametrize("case", load_cases("marks"), ids=lambda case: case["label"])
def test_spans_are_sound(case: Case) -> None:
    text = case["text"]
    stretches = quoted_stretches(text)
    edge = 0
    for s in stretches:
        assert edge <= s.outer_start < s.start < s.end <= s.outer_end <= len(text)
        edge = s.outer_end
        assert s.closed == (s.end < s.outer_end)


@pytest.mark.parametrize("case", load_cases("marks"), ids=lambda case: case["label"])
def test_a_paragraph_without_marks_changes_nothing(case: Case) -> None:
    text = case["text"]
    assert quoted_stretches(f"{text}\n\n{PLAIN}") == quoted_stretches(text)


def test_every_text_of_the_table_as_one_article() -> None:
    """What one paragraph leaves open does not reach into the next ones that are not quoted."""
    article = f"\n\n{PLAIN}\n\n".join(case["text"] for case in load_cases("marks"))
    for stretch in quoted_stretches(article):
        assert PLAIN not in article[stretch.start : stretch.end]
