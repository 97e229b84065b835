"""The notebook in examples/ is executed, says nothing of the machine it ran on, and still runs."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pandas", reason="the notebook needs pandas: pip install 'stance[pandas]'")
matplotlib = pytest.importorskip("matplotlib", reason="the notebook needs matplotlib: pip install 'stance[plots]'")

EXAMPLES = Path(__file__).parents[1] / "examples"
NOTEBOOK = EXAMPLES / "tutorial.ipynb"


@pytest.fixture(scope="module")
def cells() -> list[dict[str, Any]]:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def test_it_was_executed_from_top_to_bottom_without_an_error(cells: list[dict[str, Any]]) -> None:
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    kinds = [output["output_type"] for cell in cells for output in cell["outputs"]]
    assert set(kinds) <= {"stream", "execute_result", "display_data"}


def test_its_outputs_are_small_and_name_no_place_of_the_machine(cells: list[dict[str, Any]]) -> None:
    for cell in cells:
        for output in cell["outputs"]:
            kinds = output.get("data", {"text": output.get("text", "")})
            words = "".join("".join(value) for kind, value in kinds.items() if kind != "image/png")
            assert not re.search(r"(?<![<\w])/(?:home|root|tmp|usr|work|Users)\b|[A-Z]:\\", words)
    assert NOTEBOOK.stat().st_size < 150_000


def test_its_cells_still_run(cells: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    matplotlib.use("Agg")
    monkeypatch.chdir(EXAMPLES)
    names: dict[str, Any] = {}
    for cell in cells:
        exec("".join(cell["source"]), names)
    matplotlib.pyplot.close("all")
    assert len(names["quotes"]) > 25
    assert set(names["counts"].index) == {"Austin", "Pentagon", "Wei"}
