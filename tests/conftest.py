"""Fixtures for all tests."""

import pytest
from hypothesis import settings

import stance

# No test hangs on time: the first word that is stemmed imports NLTK.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def analyzer() -> stance.Analyzer:
    """The default roster and the shipped model, which is loaded on first use only."""
    return stance.Analyzer()
