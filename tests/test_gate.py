"""The gate: figures against their floors, and floors against their history."""

import json

import pytest

from training.gate import FLOORS, faults, main

FIGURES = {"stance": {"macro_f1": 0.75}}


@pytest.mark.parametrize(
    ("history", "reason"),
    [
        ([{"floor": 0.7, "why": "x"}], None),
        ([{"floor": 0.75, "why": "x"}], None),
        ([{"floor": 0.76, "why": "x"}], "below its floor of 0.760"),
        ([{"floor": 0.74, "why": "x"}, {"floor": 0.7, "why": "x"}], "say why in 'lowered'"),
        ([{"floor": 0.74, "why": "x"}, {"floor": 0.7, "why": "x", "lowered": " "}], "say why in 'lowered'"),
        ([{"floor": 0.74, "why": "x"}, {"floor": 0.7, "why": "x", "lowered": "harder articles"}], None),
    ],
)
def test_floors(history, reason):
    found = faults(FIGURES, {"stance.macro_f1": history})
    assert (found == []) if reason is None else (len(found) == 1 and reason in found[0])


def test_a_figure_that_is_gone_is_a_fault():
    assert faults({"stance": 3}, {"stance.macro_f1": [{"floor": 0.1, "why": "x"}]}) == [
        "stance.macro_f1 is not in the evaluation"
    ]


def test_the_command(tmp_path, capsys):
    assert main([]) == 2
    assert main([str(tmp_path / "none.json")]) == 2
    low = tmp_path / "low.json"
    low.write_text(json.dumps(FIGURES))
    assert main([str(low)]) == 1
    assert "is not in the evaluation" in capsys.readouterr().err
    assert all(entry["why"] for history in json.loads(FLOORS.read_text()).values() for entry in history)
