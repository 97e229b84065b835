"""HTTP connections that end: uvicorn's protocol with a time limit for the head of a request and for the whole of it."""

import asyncio
import socket
import sys

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol


class BoundedProtocol(H11Protocol):
    """A client that sends its head byte by byte, or never reads its answer, is cut off. `bounded` sets the limits.

    The body has its own limit (`stance.web.limits`), and so has a connection without a request (uvicorn's keep-alive).
    """

    head_seconds: float
    total_seconds: float
    _timer: asyncio.TimerHandle | None = None
    _in_head = True
    _in_request = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._set(self.head_seconds)

    def data_received(self, data: bytes) -> None:
        if not self._in_head and not self._in_request:  # the first bytes of another request on a kept connection
            self._in_head = True
            self._set(self.head_seconds)
        super().data_received(data)
        self._note_request()

    def on_response_complete(self) -> None:
        self._in_head = self._in_request = False
        # Complete for the application; the client may still have to read it.
        self._set(self.total_seconds)
        super().on_response_complete()
        self._note_request()  # a pipelined one

    def connection_lost(self, exc: Exception | None) -> None:
        self._set(None)
        super().connection_lost(exc)

    def _note_request(self) -> None:
        if not self._in_request and self.cycle is not None and not self.cycle.response_complete:
            self._in_head, self._in_request = False, True
            self._set(self.total_seconds)

    def _set(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)


def bounded(head_seconds: float, total_seconds: float) -> type[BoundedProtocol]:
    """The protocol with these limits, for uvicorn's `http`."""
    return type("LimitedProtocol", (BoundedProtocol,), {"head_seconds": head_seconds, "total_seconds": total_seconds})


class AnnouncingServer(uvicorn.Server):
    """Says on stderr where the page is, once it can be opened."""

    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(f"stance serve: {self._url} (end with Ctrl-C)", file=sys.stderr, flush=True)
