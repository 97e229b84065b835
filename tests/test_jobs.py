"""Many articles: failures in their places, input read no further than needed, processes that end."""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import stance
from stance import Analyzer, Failure, InputError, StanceError
from stance.features import Passage
from stance.jobs import BATCH, ROUND, Batch, Shared, batches, in_rounds

AGREED = "“We agree,” Austin said."
BROKEN = "“Break it,” Wei said."
JOBS = [1, 2]


class Judge:
    """A classifier of one's own, which fails on one quote."""

    classes_ = np.array(["neutral", "assertive"])

    def predict_proba(self, passages: list[Passage]) -> Any:
        if any(passage.text == "Break it," for passage in passages):
            raise ZeroDivisionError("no such quote")
        return np.array([[0.75, 0.25]] * len(passages))

    def predict(self, passages: list[Passage]) -> Any:
        return self.classes_[self.predict_proba(passages).argmax(axis=1)]


# ---- failures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", JOBS)
def test_an_article_that_is_no_string(jobs: int) -> None:
    articles: list[Any] = [AGREED, None, AGREED, b"bytes", ""]
    found = list(stance.analyze_many(articles, jobs=jobs))
    assert [[quote.speaker for quote in quotes] for quotes in found] == [["Austin"], [], ["Austin"], [], []]
    assert [isinstance(quotes, Failure) for quotes in found] == [False, True, False, True, False]
    assert isinstance(found[1], Failure)
    assert isinstance(found[1].error, InputError)
    assert str(found[1].error) == "article 1: an article must be a string, not NoneType; decode bytes first"


@pytest.mark.parametrize("jobs", JOBS)
def test_an_article_that_the_classifier_fails_on(jobs: int) -> None:
    analyzer = Analyzer(model=Judge())
    found = list(analyzer.analyze_many([AGREED, BROKEN, "", AGREED] * 40, jobs=jobs))
    assert [type(quotes) for quotes in found] == [list, Failure, list, list] * 40
    assert [len(quotes) for quotes in found] == [1, 0, 0, 1] * 40
    assert [str(quotes.error).partition(" (")[0] for quotes in found if isinstance(quotes, Failure)] == [
        f"article {number}: could not be analysed" for number in range(1, 160, 4)
    ]
    assert found[-1][0].probabilities == {"neutral": 0.75, "assertive": 0.25}


def test_an_article_that_a_room_fails_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("stance.analyzer.quoted_stretches", fail)
    (failed,) = Analyzer().analyze_many([AGREED])
    assert isinstance(failed, Failure)
    assert type(failed.error) is StanceError
    assert "RecursionError: too deep" in str(failed.error)


def test_a_broken_model_is_no_failure_of_an_article(monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing(Judge):
        def predict_proba(self, passages: list[Passage]) -> Any:
            raise stance.ModelError("the large model needs …")

    with pytest.raises(stance.ModelError):
        list(Analyzer(model=Missing()).analyze_many([AGREED]))


def test_a_failure_stays_empty() -> None:
    failure = Failure(InputError("article 3: no"))
    for change in (
        lambda: failure.append(1),  # type: ignore[arg-type]
        lambda: failure.extend([]),
        lambda: failure.insert(0, 1),  # type: ignore[arg-type]
        lambda: failure.__iadd__([]),
        lambda: setattr(failure, "error", None),
    ):
        with pytest.raises(TypeError, match="can't be changed"):
            change()
    assert failure == []
    assert not failure
    assert repr(failure) == "Failure(InputError('article 3: no'))"
    copy = pickle.loads(pickle.dumps(failure))
    assert type(copy) is Failure
    assert str(copy.error) == "article 3: no"


# ---- the iterator of articles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", JOBS)
def test_what_the_iterator_raises_is_raised_behind_the_results_before(jobs: int) -> None:
    def stops() -> Iterator[str]:
        for _ in range(BATCH + 3):
            yield AGREED
        raise OSError("the disk is gone")

    results = stance.analyze_many(stops(), jobs=jobs)
    assert [len(next(results)) for _ in range(BATCH + 3)] == [1] * (BATCH + 3)
    with pytest.raises(OSError, match="the disk is gone"):
        next(results)


@pytest.mark.parametrize("jobs", JOBS)
def test_articles_are_not_read_far_ahead(jobs: int) -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield AGREED

    results = stance.analyze_many(endless(), jobs=jobs)
    assert taken == 0
    for number in range(3 * jobs * BATCH):
        assert len(next(results)) == 1
        assert taken - number <= ROUND * jobs * BATCH
    results.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("jobs", JOBS)
def test_order_and_count(jobs: int) -> None:
    articles = [f"“We met {n} times,” Austin said." for n in range(4 * jobs * BATCH + 5)]
    found = stance.analyze_many(iter(articles), jobs=jobs)
    assert [quotes[0].text for quotes in found] == [f"We met {n} times," for n in range(len(articles))]


def test_no_jobs() -> None:
    with pytest.raises(ValueError, match="n_jobs"):
        stance.analyze_many([AGREED], jobs=0)


def test_batches_end_early_with_long_articles() -> None:
    found = list(batches(["a" * 60, "b" * 60, "c", "d"], most=3, characters=100))
    assert found == [Batch(0, ["a" * 60, "b" * 60]), Batch(2, ["c", "d"])]


# ---- processes ------------------------------------------------------------------------------------------------------


def test_a_shared_value_is_unpacked_once() -> None:
    shared: Shared[dict[str, int]] = pickle.loads(pickle.dumps(Shared({"a": 1})))
    assert shared.value is shared.value


def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(TypeError, match="Batch"):
        list(in_rounds(len, batches(["a"]), 2))  # type: ignore[arg-type]


def test_another_backend(analyzer: Analyzer) -> None:
    from joblib import parallel_config

    articles = [AGREED, BROKEN] * 200
    with parallel_config(backend="threading"):
        found = list(analyzer.analyze_many(articles, jobs=2))
    assert found == list(analyzer.analyze_many(articles))


def test_dask() -> None:
    distributed = pytest.importorskip("dask.distributed", reason="dask is not installed: pip install 'stance[bench]'")
    from joblib import parallel_config

    articles = [AGREED, None, BROKEN] * 200
    cluster = distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None)
    with cluster, distributed.Client(cluster), parallel_config(backend="dask"):
        found = list(stance.analyze_many(articles, jobs=2))  # type: ignore[arg-type]
    assert [len(quotes) for quotes in found] == [1, 0, 1] * 200
    assert found == list(stance.analyze_many(articles))  # type: ignore[arg-type]


# Run from a background job of a shell, a process ignores Ctrl-C, and so would this one: it is told not to.
ENDLESS = """
import itertools, signal, sys, stance
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    for quotes in stance.analyze_many(itertools.repeat("“We agree,” Austin said."), jobs=2):
        print(len(quotes), flush=True)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals to a group of processes")
def test_ctrl_c_ends_all_processes() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)  # returns once no process holds the pipes
    assert process.returncode == 130
    assert errors == ""
