"""Many articles on several processes, by joblib: in order, and never far ahead of whoever takes the results.

joblib's own generator runs through its input however slowly its results are taken. So the work goes out in rounds: the
results of one are taken while it is being worked on, and the next begins when all of them are.
"""

import hashlib
import pickle
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice, takewhile
from queue import SimpleQueue
from threading import Event
from typing import Any, Generic, TypeVar

BATCH = 32  # articles that are judged together, and go to a process at once
BATCH_CHARACTERS = 1_000_000  # or fewer, where they are long
ROUND = 16  # batches a process in a round; the first rounds are shorter, so that results come soon


@dataclass(frozen=True, slots=True)
class Batch:
    """Articles that follow each other, the first of them number `first` of all."""

    first: int
    articles: Sequence[Any]


def batches(articles: Iterable[Any], most: int = BATCH, characters: int = BATCH_CHARACTERS) -> Iterator[Batch]:
    """The articles in batches of at most `most`, or fewer once they hold `characters`.

    Where the iterator raises, what it gave before comes out first.

    >>> [batch.articles for batch in batches("abc", most=2)]
    [['a', 'b'], ['c']]
    """
    first, taken, size = 0, list[Any](), 0
    try:
        for article in articles:
            taken.append(article)
            size += len(article) if isinstance(article, str) else 0
            if len(taken) == most or size >= characters:
                yield Batch(first, taken)
                first, taken, size = first + len(taken), [], 0
    except Exception:
        if taken:
            yield Batch(first, taken)
        raise
    if taken:
        yield Batch(first, taken)


Value = TypeVar("Value")
_unpacked: dict[str, Any] = {}  # the last shared value of this process, by its digest


class Shared(Generic[Value]):
    """A value for other processes, pickled once here and unpickled once in each of them.

    >>> pickle.loads(pickle.dumps(Shared({"a": 1}))).value
    {'a': 1}
    """

    def __init__(self, value: Value) -> None:
        import numpy as np  # here, not to slow down `import stance`

        content: bytes = _cloudpickle().dumps(value)
        self._digest = hashlib.sha256(content).hexdigest()
        # As an array, since joblib hands large arrays over by a file, once for all batches.
        self._content = np.frombuffer(content, dtype=np.uint8)

    @property
    def value(self) -> Value:
        if self._digest not in _unpacked:
            _unpacked.clear()
            _unpacked[self._digest] = pickle.loads(self._content.data)
        value: Value = _unpacked[self._digest]
        return value


def _cloudpickle() -> Any:
    """It pickles classes of scripts and notebooks too; before joblib 1.6 it is a part of joblib."""
    try:
        import cloudpickle
    except ImportError:
        from joblib.externals import cloudpickle
    return cloudpickle


def in_rounds(work: Callable[[Batch], Any], todo: Iterator[Batch], jobs: int) -> Iterator[tuple[Batch, Any]]:
    """Each batch with what `work` makes of it in one of `jobs` processes (-1: one a core), in order.

    What `work` raises is raised here, and ends the work. Left early, or interrupted, it ends once the batches that the
    processes hold are done. The backend is joblib's: `joblib.parallel_config` around this call chooses another. Raises
    ValueError where `jobs` is 0.
    """
    from joblib import Parallel, effective_n_jobs

    # Few batches go out ahead, since those that are out are waited for where the work breaks off.
    parallel = Parallel(n_jobs=jobs, return_as="generator", pre_dispatch="2*n_jobs", batch_size=1)
    return _rounds(work, todo, effective_n_jobs(jobs), parallel)


def _rounds(
    work: Callable[[Batch], Any], todo: Iterator[Batch], jobs: int, parallel: Any
) -> Iterator[tuple[Batch, Any]]:
    _start_resource_trackers()
    size = 1
    # joblib runs in a thread of its own: Ctrl-C is raised in the main thread, so never amid joblib's work, which leaves
    # noise behind when it is broken off.
    with ThreadPoolExecutor(1, initializer=_deaf_to_ctrl_c) as thread:
        while True:
            taken, broken = _taken(todo, size * jobs)
            results: SimpleQueue[_Result] = SimpleQueue()
            left = Event()
            thread.submit(_round, parallel, work, taken, results, left)
            try:
                for batch in taken:
                    result = results.get()
                    if result.error is not None:
                        raise result.error
                    yield batch, result.value
            finally:
                left.set()
            if broken is not None:
                raise broken
            if len(taken) < size * jobs:
                return
            size = min(2 * size, ROUND)


def _taken(todo: Iterator[Batch], size: int) -> tuple[list[Batch], Exception | None]:
    """The next batches, and what the iterator raised behind them."""
    taken: list[Batch] = []
    try:
        taken.extend(islice(todo, size))
    except Exception as error:
        return taken, error
    return taken, None


@dataclass(frozen=True, slots=True)
class _Result:
    value: Any
    error: BaseException | None = None


def _round(
    parallel: Any, work: Callable[[Batch], Any], taken: list[Batch], results: "SimpleQueue[_Result]", left: Event
) -> None:
    """What `work` makes of each batch; once `left` is set, only of those that are out already."""
    from joblib import delayed

    try:
        for value in parallel(delayed(work)(batch) for batch in takewhile(lambda _: not left.is_set(), taken)):
            results.put(_Result(value))
    except BaseException as error:
        results.put(_Result(None, error))


def _deaf_to_ctrl_c() -> None:
    """Ctrl-C reaches all processes of a terminal; those started by this thread don't heed it.

    A process inherits which signals are held back.
    """
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _start_resource_trackers() -> None:
    """They let all signals through again once they run, in the thread that starts them too: run them beforehand."""
    from multiprocessing import resource_tracker

    from joblib.externals.loky.backend import resource_tracker as of_loky

    for tracker in (resource_tracker, of_loky):
        tracker.ensure_running()
