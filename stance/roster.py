"""The roster: whom we look for, how copy names them, and who speaks for them. Loaded from TOML."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from stance.errors import RosterError

DEFAULT = "us-china-defense"
_KINDS = ("person", "institution")
_LISTS = ("names", "offices", "roles", "pronouns", "namesakes", "short", "spokespeople")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody on the roster. data/rosters/us-china-defense.toml says what each field holds."""

    name: str
    kind: str
    names: tuple[str, ...]
    country: str | None = None
    offices: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    pronouns: tuple[str, ...] = ()
    namesakes: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    spokespeople: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Roster:
    """The speakers looked for, in the order of the file."""

    speakers: tuple[Speaker, ...]

    @property
    def persons(self) -> tuple[Speaker, ...]:
        return tuple(s for s in self.speakers if s.kind == "person")

    @property
    def institutions(self) -> tuple[Speaker, ...]:
        return tuple(s for s in self.speakers if s.kind == "institution")


def load_roster(path: str | PathLike[str] | None = None) -> Roster:
    """The roster in a TOML file; without a path, the default one. A bare name means one that ships with stance.

    Raises RosterError where the file is missing, is no TOML, or an entry is broken: the message names the file,
    the entry and the mend.

    >>> [speaker.name for speaker in load_roster().speakers]
    ['Austin', 'Wei', 'Pentagon']
    """
    if path is None:
        return _shipped(DEFAULT)
    name = str(path)
    file = Path(path)
    if not file.exists() and file.suffix == "" and name in shipped_rosters():
        return _shipped(name)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        known = ", ".join(shipped_rosters())
        raise RosterError(f"{name}: no such roster file; give the path of a TOML file or one of: {known}") from None
    except UnicodeDecodeError as error:
        raise RosterError(f"{name}: not UTF-8 text (byte {error.start}); save the roster as UTF-8") from None
    except OSError as error:
        raise RosterError(f"{name}: can't be read ({error.strerror}); give the path of a TOML file") from None
    return parse_roster(text, name)


def shipped_rosters() -> list[str]:
    """Names of the rosters that ship with stance."""
    folder = files("stance") / "data" / "rosters"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


@cache
def _shipped(name: str) -> Roster:
    file = files("stance") / "data" / "rosters" / f"{name}.toml"
    return parse_roster(file.read_text(encoding="utf-8"), f"{name}.toml")


def parse_roster(text: str, origin: str = "roster") -> Roster:
    """The roster in a TOML text; `origin` names it in errors. Raises RosterError.

    >>> parse_roster('[[speaker]]\\nname = "Ana"').speakers[0].names
    ('Ana',)
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RosterError(f"{origin}: not valid TOML: {error}") from None
    except RecursionError:
        raise RosterError(f"{origin}: not valid TOML: nested too deep") from None
    entries = data.get("speaker")
    if not isinstance(entries, list) or not entries:
        raise RosterError(f"{origin}: no speakers; add a [[speaker]] table with a name")
    unknown = set(data) - {"speaker"}
    if unknown:
        raise RosterError(f"{origin}: unknown table {sorted(unknown)[0]!r}; a roster holds [[speaker]] tables only")
    speakers = tuple(_speaker(entry, number, origin) for number, entry in enumerate(entries, 1))
    seen: set[str] = set()
    for number, speaker in enumerate(speakers, 1):
        if speaker.name in seen:
            raise RosterError(f"{origin}: speaker {number} ({speaker.name!r}): the name stands twice; join the entries")
        seen.add(speaker.name)
    return Roster(speakers)


def _speaker(entry: Any, number: int, origin: str) -> Speaker:
    where = f"{origin}: speaker {number}"
    if not isinstance(entry, dict):
        raise RosterError(f"{where}: must be a [[speaker]] table")
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip():
        raise RosterError(f'{where}: lacks a name; add name = "…"')
    where += f" ({name!r})"
    unknown = set(entry) - {"name", "kind", "country", *_LISTS}
    if unknown:
        known = ", ".join(("name", "kind", "country", *_LISTS))
        raise RosterError(f"{where}: unknown key {sorted(unknown)[0]!r}; known are {known}")
    kind = entry.get("kind", "person")
    if kind not in _KINDS:
        raise RosterError(f"{where}: kind is {kind!r}; write one of: {', '.join(_KINDS)}")
    country = entry.get("country")
    if country is not None and not isinstance(country, str):
        raise RosterError(f'{where}: country must be a string such as "china"')
    lists: dict[str, tuple[str, ...]] = {}
    for key in _LISTS:
        value = entry.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise RosterError(f'{where}: {key} must be a list of strings, such as {key} = ["…"]')
        lists[key] = tuple(value)
    lists["names"] = lists["names"] or (name,)
    if not lists["pronouns"]:
        lists["pronouns"] = ("it", "they") if kind == "institution" else ("he", "she", "they")
    return Speaker(name=name, kind=kind, country=country, **lists)
