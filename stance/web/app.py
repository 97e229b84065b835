"""The application: routes, error answers, limits and guard put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

import stance.web.api as api
import stance.web.pages as pages
from stance.errors import InputError, RosterError
from stance.web.errors import RequestError
from stance.web.limits import BodyLimit
from stance.web.security import Guard
from stance.web.settings import Settings
from stance.web.workers import Workers

_HERE = Path(__file__).parent


def create_app(settings: Settings | None = None, workers: Workers | None = None) -> ASGIApp:
    """The server as an ASGI application; its worker processes start and end with it (lifespan).

    >>> app = create_app(Settings(workers=1))
    """
    settings = settings if settings is not None else Settings()
    crew = workers if workers is not None else Workers(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await crew.start()
        try:
            yield
        finally:
            await crew.stop()

    app = FastAPI(
        title="stance",
        version=api.own_version(),
        description="Direct quotes of a news article, who said each, and its stance.",
        # The pages that come with FastAPI load scripts from elsewhere; pages.py has our own /docs.
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        separate_input_output_schemas=False,
    )
    app.state.settings, app.state.workers = settings, crew
    app.include_router(api.router)
    app.include_router(pages.router)
    # The look of a marked article is the report's: one sheet for both.
    app.add_api_route("/static/marked.css", _marked_css, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    app.add_exception_handler(RequestError, _refused)
    app.add_exception_handler(InputError, _not_usable)
    app.add_exception_handler(RosterError, _not_usable)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _failed)
    limited = BodyLimit(app, settings.body_bytes, settings.body_seconds)
    return Guard(limited, settings.hosts, settings.any_address)


async def _marked_css() -> FileResponse:
    return FileResponse(_HERE.parent / "report" / "static" / "marked.css", media_type="text/css")


async def _refused(_: Request, error: Exception) -> Response:
    return cast(RequestError, error).response()


async def _not_usable(_: Request, error: Exception) -> Response:
    message, where = api.described(cast(InputError | RosterError, error))
    return RequestError(422, message, where).response()


async def _not_valid(_: Request, error: Exception) -> Response:
    return api.validation_refusal(cast(RequestValidationError, error).errors()).response()


async def _http_error(_: Request, error: Exception) -> Response:
    known = cast(HTTPException, error)
    if known.status_code == 400:  # FastAPI, of a body that no parser takes: nested too deep, or a number too long
        return RequestError(400, "the body can't be read as JSON; send one JSON object", "body").response()
    return RequestError(known.status_code, str(known.detail), "request", known.headers).response()


async def _failed(_: Request, error: Exception) -> Response:
    return RequestError(500, f"the server failed ({type(error).__name__}); please report it", "server").response()
