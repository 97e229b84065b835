"""What is asked of the words of an article is never narrower than what coreference finds."""

import pytest
from case_files import load_cases
from hypothesis import given
from hypothesis import strategies as st

import stance.coreference
from stance import Analyzer, load_roster
from stance.presence import is_named, may_be_named
from stance.roster import Roster, parse_roster
from training.corpus import HELDOUT, TRAIN, load_articles

NAMED = (
    "Austin said.",
    "“We agree,” said AUSTIN’s aide.",
    "The U.S. Department of Defense",
    "the US defence department",
    "D.o.D. officials",
    "The Dodgers",  # an institution's name inside a longer word
    "his counterpart",
    "The readout said",
    "Ms. Singh spoke",
    "the Secretary of Defense",
    "The U.S.Wei line",
)
UNNAMED = ("", "The weird austinite", "A secretary spoke", "We weigh it", "Johnny paints patios", "the department")


@pytest.mark.parametrize("text", NAMED)
def test_named(text: str) -> None:
    assert may_be_named(text, load_roster())


@pytest.mark.parametrize("text", UNNAMED)
def test_not_named(text: str) -> None:
    assert not may_be_named(text, load_roster())


@pytest.mark.parametrize(
    "text", ["The U.S. Department of Defense", "the Defense Department's plan", "THE PENTAGON", "D.o.D. staff"]
)
def test_the_institution_is_named(text: str) -> None:
    assert is_named(text, load_roster().institutions[0])


@pytest.mark.parametrize(
    "text",
    ["the department", "The Agriculture Department spoke in its defense of the rule.", "The Dodgers", "offensive"],
)
def test_the_institution_is_not_named(text: str) -> None:
    assert not is_named(text, load_roster().institutions[0])


def test_a_short_form_counts_beside_the_name_alone(analyzer: Analyzer) -> None:
    text = "The meat was recalled. “We regret the delay,” a department spokesman said. The lawyer spoke in its defense."
    assert speakers(analyzer, text) == [None]


def test_a_name_of_nothing_but_stops_names_nobody() -> None:
    roster = parse_roster(
        '[[speaker]]\nname = "Ana"\nnames = ["Ana", "...", "Ana ’ B"]\noffices = ["’"]\n'
        '[[speaker]]\nname = "Guild"\nkind = "institution"\nnames = ["Guild"]\nspokespeople = ["..."]'
    )
    assert may_be_named("Ana said", roster)
    assert not may_be_named("Somebody said ...", roster)
    assert speakers(Analyzer(roster), "“We agree,” Ana said.") == ["Ana"]


def test_an_office_takes_all_its_words() -> None:
    roster = parse_roster('[[speaker]]\nname = "Okafor"\noffices = ["minister of trade"]')
    assert may_be_named("the Minister of\nTrade", roster)
    assert not may_be_named("the minister of finance", roster)


def speakers(analyzer: Analyzer, text: str) -> list[str | None]:
    return list(analyzer.extract(text).speakers)


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Coreference is run on every article."""

    def named(article: str, roster: Roster) -> bool:
        return True

    monkeypatch.setattr(stance.coreference, "may_be_named", named)


@pytest.mark.usefixtures("always")
def test_nobody_is_found_where_nobody_is_named(analyzer: Analyzer) -> None:
    texts = [article.text for folder in (TRAIN, HELDOUT) for article in load_articles(folder)]
    texts += [case["text"] for name in ("attribution", "speakers") for case in load_cases(name)]
    for text in texts:
        if not may_be_named(text, analyzer.roster):
            assert not any(speakers(analyzer, text)), text


NAMES = ("John ", "Kirby ", "Wei", "Dod", "ge ", "U.S.", "Chinese ", "minister ", "counterpart ", "readout ")
WORDS = (
    "“No,” ",
    "said. ",
    "he said. ",
    "the ",
    "The ",
    "department ",
    "spokesman ",
    "its ",
    "its report ",
    "secretary ",
)
PIECES = (*NAMES, *WORDS, "defense ", "of ", "\n\n", "’s ", ". ")


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_nobody_is_found_on_any_text_where_nobody_is_named(text: str) -> None:
    roster = load_roster()
    if may_be_named(text, roster):
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stance.coreference, "may_be_named", lambda *_: True)
        assert not any(Analyzer(roster).extract(text).speakers)
