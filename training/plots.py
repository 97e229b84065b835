"""The figures of an evaluation as SVG pictures: `make evaluate PLOTS=1` (extra: plots)."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from stance.errors import StanceError
from training.corpus import STANCES


def need_plots() -> None:
    """Raises StanceError where matplotlib is not installed."""
    if find_spec("matplotlib") is None:
        raise StanceError("plots need matplotlib; install it with: pip install 'stance[plots]'")


def draw(figures: Mapping[str, Any], folder: Path) -> list[str]:
    """Draws what the figures of an evaluation hold; returns the names of the files written into the folder."""
    need_plots()
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    scores = figures.get("gold_spans") or figures["isolated_quotes"]
    written = []
    for name, plot, data in (
        ("confusion.svg", _confusion, scores),
        ("calibration.svg", _calibration, scores["reliability"]),
        ("learning_curve.svg", _learning_curve, figures.get("learning_curve")),
    ):
        if data is None:
            continue
        figure = Figure(figsize=(5, 4), layout="constrained")
        plot(figure.subplots(), data)
        # Without a date and with fixed ids: the same figures give the same file.
        with rc_context({"svg.hashsalt": "stance"}):
            figure.savefig(folder / name, metadata={"Date": None})
        written.append(name)
    return written


def _confusion(axes: Any, scores: Mapping[str, Any]) -> None:
    matrix = [[scores["confusion"][gold][other] for other in STANCES] for gold in STANCES]
    shares = [[n / max(sum(row), 1) for n in row] for row in matrix]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for i, row in enumerate(matrix):
        for j, n in enumerate(row):
            axes.text(j, i, str(n), ha="center", va="center", color="white" if shares[i][j] > 0.5 else "black")
    axes.set_xticks(range(len(STANCES)), STANCES)
    axes.set_yticks(range(len(STANCES)), STANCES)
    axes.set_xlabel("taken for")
    axes.set_ylabel("is")
    axes.set_title("Stance: what was taken for what")


def _calibration(axes: Any, bins: list[tuple[float, float, float]]) -> None:
    axes.plot([0, 1], [0, 1], color="gray", linestyle="--", label="as sure as right")
    axes.plot([sure for _, sure, _ in bins], [right for _, _, right in bins], marker="o", label="the model")
    for share, sure, right in bins:
        axes.annotate(f"{share:.0%}", (sure, right), textcoords="offset points", xytext=(4, -10), fontsize=8)
    axes.set_xlabel("probability of the label, mean of each bin")
    axes.set_ylabel("share right")
    axes.set_title("Calibration (with the share of quotes in each bin)")
    axes.legend()


def _learning_curve(axes: Any, points: list[Mapping[str, float]]) -> None:
    sizes = [point["quotes"] for point in points]
    axes.fill_between(sizes, [p["macro_f1_low"] for p in points], [p["macro_f1_high"] for p in points], alpha=0.2)
    axes.plot(sizes, [p["macro_f1"] for p in points], marker="o")
    axes.set_xscale("log")
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.set_xlabel("quotes learned from")
    axes.set_ylabel("macro-F1 on the held-out articles")
    axes.set_title("Learning curve")
