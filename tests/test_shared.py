"""The annotated articles beside the repository, where they are there: pinned floors."""

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from stance import Analyzer

SHARED = Path(__file__).parents[2] / "shared"

pytestmark = pytest.mark.skipif(
    not (SHARED / "score.py").exists(), reason="../shared is not beside this checkout: no annotated articles to score"
)

# set → figure → floor. Raise a floor when the figure rises; never lower one to make a change pass.
FLOORS = {
    "seed": {"quote_f1": 1.0, "speaker_accuracy": 1.0},
    "news-dev": {"quote_f1": 0.97, "speaker_accuracy": 0.93},
}


@cache
def scorer() -> Any:
    spec = importlib.util.spec_from_file_location("shared_score", SHARED / "score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def figures(name: str) -> dict[str, float]:
    lines = (SHARED / name / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    articles = [json.loads(line) for line in lines]
    analyzer = Analyzer()
    predictions = {}
    for article in articles:
        found = analyzer.extract(article["text"])
        predictions[article["id"]] = [
            {"start": a.stretch.start, "end": a.stretch.end, "speaker": speaker, "stance": "neutral"}
            for a, speaker in zip(found.attributions, found.speakers, strict=True)
        ]
    result: dict[str, float] = scorer().score(articles, predictions)
    return result


@pytest.mark.parametrize(("name", "figure"), [(name, figure) for name, floors in FLOORS.items() for figure in floors])
def test_floor(name: str, figure: str) -> None:
    assert round(figures(name)[figure], 4) >= FLOORS[name][figure]
