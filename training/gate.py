"""No figure may fall below its floor: `python -m training.gate EVALUATION.json`, run by CI after the evaluation.

training/floors.json has for each figure (its path in the evaluation, parted by dots) the floors it ever had;
the last one holds. A new floor is a new entry: one below the entry before it is refused unless its `lowered`
says why.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

FLOORS = Path(__file__).parent / "floors.json"


def faults(figures: Mapping[str, Any], floors: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """What is wrong, a sentence each: figures below their floor or missing, floors lowered without a word.

    >>> faults({"stance": {"macro_f1": 0.5}}, {"stance.macro_f1": [{"floor": 0.6, "why": "measured"}]})
    ['stance.macro_f1 is 0.500, below its floor of 0.600']
    """
    found = []
    for name, history in floors.items():
        for before, after in pairwise(history):
            if after["floor"] < before["floor"] and not str(after.get("lowered", "")).strip():
                found.append(f"{name}: the floor went from {before['floor']} to {after['floor']}; say why in 'lowered'")
        value: Any = figures
        for key in name.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if not isinstance(value, int | float):
            found.append(f"{name} is not in the evaluation")
        elif value < history[-1]["floor"]:
            found.append(f"{name} is {value:.3f}, below its floor of {history[-1]['floor']:.3f}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code: 0, 1 where a figure is too low, 2 where a file can't be read."""
    paths = sys.argv[1:] if arguments is None else list(arguments)
    if len(paths) != 1:
        print("gate: give the JSON file of an evaluation (make evaluate writes evaluation.json)", file=sys.stderr)
        return 2
    try:
        figures = json.loads(Path(paths[0]).read_text(encoding="utf-8"))
        floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        print(f"gate: {paths[0]}: can't be read ({error}); run make evaluate first", file=sys.stderr)
        return 2
    found = faults(figures, floors)
    for fault in found:
        print(f"gate: {fault}", file=sys.stderr)
    if not found:
        print(f"gate: all {len(floors)} figures hold")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
