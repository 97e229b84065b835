"""`make check-model`: the shipped model beside one that was made anew."""

import numpy as np
import pytest

from stance.loading import load_model
from training import check


class Other:
    """Gives every quote the same probabilities."""

    def predict_proba(self, passages: list[object]) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
        return np.full((len(passages), 3), 1 / 3)


def test_the_same_model(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(check, "train_distilled", lambda *_: load_model("small"))
    assert check.main() == 0
    assert "0 with another label" in capsys.readouterr().out


def test_another_model(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(check, "train_distilled", lambda *_: Other())
    assert check.main() == 1
    assert "not what this corpus gives" in capsys.readouterr().err
