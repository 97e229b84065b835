"""The worker processes: bounded in number, in waiting requests and in time; one that takes too long is ended."""

import asyncio
import contextlib
import multiprocessing
from collections.abc import Callable
from typing import Any

from pebble import ProcessPool

import stance.web.jobs as jobs
from stance.errors import StanceError
from stance.web.errors import RequestError
from stance.web.settings import Settings

_START_SECONDS = 120.0


class Workers:
    """Runs functions of `jobs` in processes that hold the models.

    Every process loads its models before the server answers, so no request waits for that.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._busy = 0
        self._free = asyncio.Semaphore(settings.workers)
        methods = multiprocessing.get_all_start_methods()
        self._context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
        if "forkserver" in methods:
            # A worker that replaces one that was ended starts with the modules already imported.
            self._context.set_forkserver_preload(["stance.web.jobs"])
        self._loaded, loaded = self._context.Pipe(duplex=False)
        self._pool = ProcessPool(
            max_workers=settings.workers,
            max_tasks=settings.tasks,
            initializer=_initialize,
            initargs=(settings.models, settings.roster, settings.trust, loaded),
            context=self._context,
        )

    @property
    def busy(self) -> int:
        """Requests that are worked on or wait."""
        return self._busy

    async def start(self) -> None:
        """Starts the processes and waits until each has its models."""
        self._pool.schedule(_nothing)
        async with asyncio.timeout(_START_SECONDS):
            for _ in range(self._settings.workers):
                while not self._loaded.poll():
                    await asyncio.sleep(0.02)
                self._loaded.recv_bytes()
        self._loaded.close()  # workers that come later, for ones that were ended, have nobody to tell

    async def run(self, job: Callable[..., bytes], *arguments: object) -> bytes:
        """What a job gives; its StanceError passes through.

        Raises RequestError: 429 where too many wait already, or none of them is done in time; 503 where the job itself
        took too long; 500 where it failed.
        """
        if self._busy >= self._settings.capacity:
            raise _too_many()
        self._busy += 1
        try:
            try:
                async with asyncio.timeout(self._settings.seconds):
                    await self._free.acquire()
            except TimeoutError:
                raise _too_many() from None
            try:
                return await self._done(job, arguments)
            finally:
                self._free.release()
        finally:
            self._busy -= 1

    async def _done(self, job: Callable[..., bytes], arguments: tuple[object, ...]) -> bytes:
        # Cancelling the future ends the process that runs it; the pool starts another one.
        future = self._pool.schedule(job, args=arguments)
        try:
            async with asyncio.timeout(self._settings.seconds):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            message = f"this took longer than {self._settings.seconds:g} seconds; send a shorter article, or no explain"
            raise RequestError(503, message, "server") from None
        except (StanceError, asyncio.CancelledError):
            raise
        except Exception as error:
            message = f"the analysis failed ({type(error).__name__}); please report the article"
            raise RequestError(500, message, "server") from error
        finally:
            future.cancel()  # type: ignore[no-untyped-call]

    async def stop(self) -> None:
        """Ends all processes."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(self._pool.join, 10)


def _too_many() -> RequestError:
    return RequestError(429, "the server is busy; ask again in a second", "server", {"Retry-After": "1"})


def _initialize(models: tuple[str, ...], roster: str | None, trust: bool, loaded: Any) -> None:
    jobs.prepare(models, roster, trust)
    with contextlib.suppress(OSError):
        loaded.send_bytes(b"1")


def _nothing() -> bytes:
    return b""
