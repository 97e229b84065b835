"""Rosters: the shipped one, files of one's own, every kind of broken file; and other speakers in whole articles."""

import dataclasses
from pathlib import Path

import pytest
from case_files import CASES, Case, load_cases, parameters, wanted

from stance import Analyzer, RosterError, StanceError, load_roster
from stance.roster import DEFAULT, Roster, Speaker, parse_roster, shipped_rosters

ROSTERS = sorted(path.stem for path in (CASES / "rosters").glob("*.toml"))
ANALYZERS: dict[str, Analyzer] = {}

GOOD = '[[speaker]]\nname = "Ana"\n'

# what is wrong: (text of the file, what the error must name: the entry, the mend)
BROKEN = {
    "no TOML": ("[[speaker]\nname = 3", ("not valid TOML", "line 1")),
    "unclosed string": ('[[speaker]]\nname = "Ana', ("not valid TOML",)),
    "nested without end": ("a = " + "[" * 5000, ("not valid TOML",)),
    "empty": ("", ("no speakers", "[[speaker]]")),
    "comments only": ("# nobody yet\n", ("no speakers", "[[speaker]]")),
    "speaker is no table": ("speaker = 3", ("no speakers", "[[speaker]]")),
    "one speaker without the double brackets": ('[speaker]\nname = "Ana"', ("[[speaker]]",)),
    "list of strings": ('speaker = ["Ana"]', ("speaker 1", "[[speaker]]")),
    "no name": ('[[speaker]]\nkind = "person"', ("speaker 1", 'name = "')),
    "name is a number": (GOOD + "[[speaker]]\nname = 3", ("speaker 2", 'name = "')),
    "name is blank": ('[[speaker]]\nname = " "', ("speaker 1", 'name = "')),
    "name twice": (GOOD + GOOD, ("speaker 2", "'Ana'", "twice", "join")),
    "unknown key": (GOOD + 'nmaes = ["Ana Lima"]', ("speaker 1", "'Ana'", "'nmaes'", "names")),
    "unknown table": (GOOD + '[settings]\ncolour = "red"', ("settings", "[[speaker]]")),
    "unknown kind": (GOOD + 'kind = "robot"', ("'Ana'", "robot", "person", "institution")),
    "kind is a list": (GOOD + 'kind = ["person"]', ("'Ana'", "kind", "person", "institution")),
    "country is a list": (GOOD + 'country = ["us"]', ("'Ana'", "country", "string")),
    "names is a string": (GOOD + 'names = "Ana Lima"', ("'Ana'", "names", '["')),
    "names holds a number": (GOOD + 'names = ["Ana Lima", 4]', ("'Ana'", "names", '["')),
    "names holds a blank": (GOOD + 'names = ["Ana Lima", ""]', ("'Ana'", "names", '["')),
    "offices is a table": (GOOD + 'offices = { mayor = "x" }', ("'Ana'", "offices", '["')),
    "pronouns is a string": (GOOD + 'pronouns = "she"', ("'Ana'", "pronouns", '["')),
    "spokespeople is a bool": (GOOD + "spokespeople = true", ("'Ana'", "spokespeople", '["')),
}


def analyzer_with(name: str) -> Analyzer:
    if name not in ANALYZERS:
        ANALYZERS[name] = Analyzer(
            load_roster(name if name in shipped_rosters() else CASES / "rosters" / f"{name}.toml")
        )
    return ANALYZERS[name]


# ---- the shipped one ------------------------------------------------------------------------------------------------


def test_default() -> None:
    roster = load_roster()
    assert [s.name for s in roster.speakers] == ["Austin", "Wei", "Pentagon"]
    assert [s.name for s in roster.persons] == ["Austin", "Wei"]
    assert [s.name for s in roster.institutions] == ["Pentagon"]


def test_default_by_name() -> None:
    assert DEFAULT in shipped_rosters()
    assert load_roster(DEFAULT) == load_roster()


@pytest.mark.parametrize("name", shipped_rosters())
def test_every_shipped_roster_loads(name: str) -> None:
    for speaker in load_roster(name).speakers:
        assert speaker.names
        assert speaker.pronouns


def test_immutable() -> None:
    speaker = load_roster().speakers[0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        speaker.name = "Ana"  # type: ignore[misc]
    assert isinstance(hash(load_roster()), int)


# ---- files of one's own ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ROSTERS)
def test_file(name: str) -> None:
    path = CASES / "rosters" / f"{name}.toml"
    assert load_roster(path) == load_roster(str(path)) == parse_roster(path.read_text(encoding="utf-8"))
    assert len(load_roster(path).speakers) == 3


def test_least_entry_gets_defaults() -> None:
    roster = parse_roster(GOOD + '[[speaker]]\nname = "Harbour Board"\nkind = "institution"')
    ana, board = roster.speakers
    assert (ana.kind, ana.names, ana.pronouns) == ("person", ("Ana",), ("he", "she", "they"))
    assert (board.kind, board.names, board.pronouns) == ("institution", ("Harbour Board",), ("it", "they"))


def test_roster_made_by_hand() -> None:
    roster = Roster((Speaker("Lima", "person", ("Ana Lima", "Lima"), pronouns=("she",)),))
    assert Analyzer(roster).extract("“It rains,” Ana Lima said. “A lot,” she added.").speakers == ["Lima", "Lima"]


def test_a_file_goes_before_a_shipped_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / DEFAULT).write_text(GOOD, encoding="utf-8")
    assert [s.name for s in load_roster(DEFAULT).speakers] == ["Ana"]


# ---- broken files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", BROKEN)
def test_broken_file(tmp_path: Path, wrong: str) -> None:
    text, named = BROKEN[wrong]
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RosterError) as caught:
        load_roster(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: ")
    for part in named:
        assert part in message
    assert "\n" not in message


def test_missing_file_names_the_shipped_ones(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match=f"nobody.toml.*no such roster.*{DEFAULT}"):
        load_roster(tmp_path / "nobody.toml")


def test_unknown_name_names_the_shipped_ones() -> None:
    with pytest.raises(RosterError, match=f"no-such-roster.*{DEFAULT}"):
        load_roster("no-such-roster")


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="can't be read"):
        load_roster(tmp_path)


def test_not_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "latin.toml"
    file.write_bytes('[[speaker]]\nname = "José"'.encode("latin-1"))
    with pytest.raises(RosterError, match=r"latin.toml: not UTF-8 .*byte 23.*save"):
        load_roster(file)


def test_binary(tmp_path: Path) -> None:
    file = tmp_path / "binary.toml"
    file.write_bytes(bytes(range(256)))
    with pytest.raises(RosterError, match="binary.toml"):
        load_roster(file)


def test_roster_error_is_a_stance_error() -> None:
    assert issubclass(RosterError, StanceError)


# ---- other speakers in whole articles -------------------------------------------------------------------------------


@pytest.mark.parametrize("case", parameters("rosters"))
def test_case(case: Case) -> None:
    found = analyzer_with(case["roster"]).extract(case["text"])
    sources = [(a.mention.text if a.mention else None, a.rule) for a in found.attributions]
    assert list(found.speakers) == [wanted(name) for name in case["speakers"]], sources


def test_a_roster_loaded_twice_is_the_same() -> None:
    text = "Hamish Sorley walked in late. “The ferries are late,” the opposition leader said."
    file = CASES / "rosters" / "island-politics.toml"
    found = [Analyzer(roster=load_roster(file)).extract(text).speakers for _ in range(2)]
    assert list(found[0]) == list(found[1]) == ["Sorley"]


@pytest.mark.parametrize("case", load_cases("rosters"), ids=lambda case: case["label"])
def test_the_roster_changes_neither_quotes_nor_sources(case: Case) -> None:
    text = case["text"]
    assert Analyzer().extract(text).attributions == analyzer_with(case["roster"]).extract(text).attributions
