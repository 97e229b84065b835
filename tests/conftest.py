"""Fixtures for all tests."""

import pytest

import stance


@pytest.fixture(scope="session")
def analyzer() -> stance.Analyzer:
    """The default roster and the shipped model, which is loaded on first use only."""
    return stance.Analyzer()
