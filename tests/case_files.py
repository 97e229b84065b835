"""Reads the tables of cases in tests/cases/ and makes pytest parameters of them.

A case with `known_failure = "why"` is expected to fail; once it passes, the test fails and asks to remove the line.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parent / "cases"

Case = dict[str, Any]


def load_cases(name: str) -> list[Case]:
    """The [[case]] tables of tests/cases/NAME.toml. Raises ValueError where a label stands twice."""
    cases: list[Case] = tomllib.loads((CASES / f"{name}.toml").read_text(encoding="utf-8"))["case"]
    seen: set[str] = set()
    for case in cases:
        if case["label"] in seen:
            raise ValueError(f"{name}.toml: the label {case['label']!r} stands twice; rename one")
        seen.add(case["label"])
    return cases


def parameters(name: str) -> list[Any]:
    """Each case of a file as a parameter with its label as id; known failures must fail."""
    return [
        pytest.param(
            case,
            id=case["label"],
            marks=[pytest.mark.xfail(reason=case["known_failure"], strict=True, raises=AssertionError)]
            if "known_failure" in case
            else [],
        )
        for case in load_cases(name)
    ]


def wanted(value: str) -> str | None:
    """The expected value in a case, where "" stands for None (TOML has no null)."""
    return value or None
