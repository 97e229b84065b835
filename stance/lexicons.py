"""The word lists of `stance/data/`, read once. A line that starts with # is a comment (its provenance)."""

from functools import cache
from importlib.resources import files


def data_lines(name: str) -> list[str]:
    """The lines of a data file that are neither blank nor comments."""
    text = (files("stance") / "data" / name).read_text(encoding="utf-8")
    return [line.rstrip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


@cache
def word_list(name: str) -> frozenset[str]:
    """The entries of a file with one entry a line.

    >>> "gen" in word_list("abbreviations.txt")
    True
    """
    return frozenset(line.strip() for line in data_lines(name))


@cache
def table(name: str) -> dict[str, str]:
    """A file of two columns, split by a tab: entry → class.

    >>> table("speech_verbs.tsv")["said"]
    'say'
    """
    return dict(tuple(line.split("\t")[:2]) for line in data_lines(name))  # type: ignore[misc]


@cache
def verb_lemmas() -> frozenset[str]:
    """The base forms in data/speech_verbs.tsv."""
    return frozenset(line.split("\t")[2] for line in data_lines("speech_verbs.tsv"))
