"""The two pages: the one for people, and the description of the API. Templates escape everything."""

from pathlib import Path
from typing import Any

import jinja2
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse
from starlette.templating import Jinja2Templates

from stance.web.api import own_version, served_models, settings_of
from stance.web.limits import size_text

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES = Jinja2Templates(env=_ENVIRONMENT)
router = APIRouter(include_in_schema=False)


@router.get("/")
async def page(request: Request) -> HTMLResponse:
    """The page: paste an article, see its quotes, correct them, download them."""
    settings = settings_of(request)
    return _TEMPLATES.TemplateResponse(
        request,
        "page.html",
        {
            "here": "page",
            "version": own_version(),
            "models": served_models(settings),
            "body_bytes": settings.body_bytes,
            "limit": size_text(settings.body_bytes),
        },
    )


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """The API described for people, from the same description that /openapi.json gives to programs."""
    spec: dict[str, Any] = request.app.openapi()
    return _TEMPLATES.TemplateResponse(
        request, "docs.html", {"here": "docs", "spec": spec, "base": str(request.base_url), "version": own_version()}
    )
