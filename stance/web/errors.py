"""Refusals: what the server answers instead of a result."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse


class RequestError(Exception):
    """An answer other than 200: its status, what to tell the client, and which field of the request it is about."""

    def __init__(
        self, status: int, message: str, where: str = "request", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.where, self.headers = status, message, where, dict(headers or {})

    def response(self) -> JSONResponse:
        """The refusal as an answer: {"error", "where"}."""
        return JSONResponse(error_body(self.message, self.where), self.status, self.headers)


def error_body(message: str, where: str) -> dict[str, Any]:
    """The body of every refusal. A lone surrogate in a message would not go through UTF-8, so it becomes "?".

    >>> error_body("no \\ud800", "article")
    {'error': 'no ?', 'where': 'article'}
    """
    return {"error": message.encode("utf-8", "replace").decode("utf-8"), "where": where}
