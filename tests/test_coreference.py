"""Sources → speakers on the default roster: the table tests/cases/speakers.toml."""

import pytest
from case_files import Case, load_cases, parameters, wanted

from stance import Analyzer


@pytest.mark.parametrize("case", parameters("speakers"))
def test_case(analyzer: Analyzer, case: Case) -> None:
    found = analyzer.extract(case["text"])
    assert len(found.speakers) == len(found.attributions)
    sources = [(a.mention.text if a.mention else None, a.rule) for a in found.attributions]
    assert list(found.speakers) == [wanted(name) for name in case["speakers"]], sources


@pytest.mark.parametrize("case", load_cases("speakers"), ids=lambda case: case["label"])
def test_a_paragraph_without_marks_changes_no_speaker(analyzer: Analyzer, case: Case) -> None:
    longer = case["text"] + "\n\nRain is forecast for the coast. Ferries may be late."
    assert analyzer.extract(longer).speakers == analyzer.extract(case["text"]).speakers


def test_no_source_means_no_speaker(analyzer: Analyzer) -> None:
    for case in load_cases("speakers"):
        found = analyzer.extract(case["text"])
        for attribution, speaker in zip(found.attributions, found.speakers, strict=True):
            assert attribution.mention is not None or speaker is None
