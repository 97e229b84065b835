"""Bodies of requests: bounded in size and time, whether or not the client says how long they are."""

import asyncio
from collections.abc import AsyncIterator

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stance.web.errors import RequestError

_DRAIN = 8  # times the limit: so much of a body that is too large is read and dropped, for the answer to be read


class ClientGoneError(Exception):
    """The client closed the connection before its request was complete."""


class BodyLimit:
    """Reads the whole body before the application sees the request, and refuses one that is too large or too slow.

    A refusal is 413 with the limit, or 408; the connection is closed after it.
    """

    def __init__(self, app: ASGIApp, most: int, seconds: float) -> None:
        self.app, self.most, self.seconds = app, most, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            body = await self._body(scope, receive)
        except ClientGoneError:
            return
        except RequestError as error:
            await error.response()(scope, receive, send)
            return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()  # only a disconnection can come now
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, replay, send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        chunks: list[bytes] = []
        size = _announced_length(scope)
        try:
            async with asyncio.timeout(self.seconds):
                if size <= self.most * _DRAIN:
                    size = 0
                    async for chunk in _chunks(receive):
                        size += len(chunk)
                        if size <= self.most:
                            chunks.append(chunk)
                        elif size > self.most * _DRAIN:
                            break
                        else:
                            chunks.clear()
        except TimeoutError:
            message = f"the body of the request took longer than {self.seconds:g} seconds to arrive; send it again"
            raise RequestError(408, message, "body", {"Connection": "close"}) from None
        if size > self.most:
            message = f"the body of the request is larger than {size_text(self.most)}; send a shorter article"
            raise RequestError(413, message, "body", {"Connection": "close"})
        return b"".join(chunks)


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return


def _announced_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])
    return 0


def size_text(size: int) -> str:
    """A number of bytes as people write it.

    >>> size_text(2_000_000), size_text(2500), size_text(80)
    ('2 MB', '2.5 kB', '80 bytes')
    """
    for unit, name in ((1_000_000, "MB"), (1000, "kB")):
        if size >= unit:
            return f"{size / unit:g} {name}"
    return f"{size} bytes"
