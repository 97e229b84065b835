"""For the tests of the server: one that really runs, in a thread, on a free port of this machine."""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from stance.web.app import create_app
from stance.web.protocol import bounded
from stance.web.settings import Settings
from stance.web.workers import Workers


@dataclass
class Running:
    """A server that answers."""

    port: int
    workers: Workers
    settings: Settings
    loop: asyncio.AbstractEventLoop

    def soon(self, coroutine: Coroutine[Any, Any, Any]) -> Future[Any]:
        """Runs a coroutine where the server's own run."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> socket.socket:
        """A bare connection; it fails a test rather than hang."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)


@contextmanager
def running(settings: Settings) -> Iterator[Running]:
    listening = socket.create_server(("127.0.0.1", 0))
    workers = Workers(settings)
    config = uvicorn.Config(
        create_app(settings, workers),
        http=bounded(settings.head_seconds, settings.total_seconds),
        ws="none",
        lifespan="on",
        log_level="critical",
        access_log=False,
        timeout_keep_alive=1,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    answering = threading.Event()
    loops: list[asyncio.AbstractEventLoop] = []
    startup = server.startup

    async def announced(sockets: list[socket.socket] | None = None) -> None:
        await startup(sockets)
        loops.append(asyncio.get_running_loop())
        answering.set()

    server.startup = announced  # type: ignore[method-assign]
    thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
    thread.start()
    assert answering.wait(120), "the server did not start"
    try:
        yield Running(listening.getsockname()[1], workers, settings, loops[0])
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()
