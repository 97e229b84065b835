"""The routes under /api."""

import re
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

import stance.web.jobs as jobs
from stance.errors import InputError, RosterError
from stance.roster import DEFAULT, shipped_rosters
from stance.web.errors import RequestError
from stance.web.messages import (
    AnalyzeRequest,
    AnalyzeResponse,
    ExportRequest,
    Health,
    RosterRequest,
    RosterResponse,
    ShippedRoster,
    responses,
)
from stance.web.settings import Settings
from stance.web.workers import Workers

router = APIRouter(prefix="/api")
_ALWAYS = (400, 403, 408, 413, 415, 421, 422, 429, 500, 503)
_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "gold": "application/x-ndjson",
}
_SUFFIXES = {"json": "quotes.json", "csv": "quotes.csv", "html": "report.html", "gold": "labels.jsonl"}


def settings_of(request: Request) -> Settings:
    """The settings of the server that got a request."""
    settings: Settings = request.app.state.settings
    return settings


def workers_of(request: Request) -> Workers:
    """Its worker processes."""
    workers: Workers = request.app.state.workers
    return workers


WithSettings = Annotated[Settings, Depends(settings_of)]
WithWorkers = Annotated[Workers, Depends(workers_of)]


@router.post(
    "/analyze",
    response_class=Response,
    responses={200: {"model": AnalyzeResponse, "description": "The quotes."}, **responses(*_ALWAYS)},
)
async def analyze(asked: AnalyzeRequest, settings: WithSettings, workers: WithWorkers) -> Response:
    """The quotes of an article, who said each, and its stance."""
    names = served_models(settings)
    model = asked.model if asked.model is not None else names[0]
    if model not in names:
        raise RequestError(422, f"no model {model[:80]!r} here; this server has: {', '.join(names)}", "model")
    answer = await workers.run(jobs.analyze, asked.article, asked.roster, model, asked.threshold, asked.explain)
    return Response(answer, media_type="application/json")


@router.post(
    "/roster",
    response_class=Response,
    responses={200: {"model": RosterResponse, "description": "The speakers."}, **responses(*_ALWAYS)},
)
async def check_roster(asked: RosterRequest, workers: WithWorkers) -> Response:
    """Checks a roster without an article."""
    return Response(await workers.run(jobs.check_roster, asked.roster), media_type="application/json")


@router.post(
    "/export",
    response_class=Response,
    responses={
        200: {
            "description": "The file.",
            "content": {kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in _TYPES.values()}
            | {"application/json": {"schema": {}}},
        },
        **responses(*_ALWAYS),
    },
)
async def export(asked: ExportRequest, workers: WithWorkers) -> Response:
    """A result, corrected or not, as a file."""
    name = asked.name.strip() or "article"
    rows = [quote.model_dump() for quote in asked.quotes]
    terms = [term.model_dump() for term in asked.terms]
    content = await workers.run(jobs.export, asked.format, name, asked.article, rows, terms, asked.threshold)
    disposition = f'attachment; filename="{file_stem(name)}-{_SUFFIXES[asked.format]}"'
    return Response(content, media_type=_TYPES[asked.format], headers={"Content-Disposition": disposition})


@router.get("/rosters", responses=responses(421))
async def rosters(settings: WithSettings) -> list[ShippedRoster]:
    """The rosters that ship with stance, and the server's own, as TOML text: something to start from."""
    folder = files("stance") / "data" / "rosters"
    default = DEFAULT if settings.roster is None else settings.roster
    own = []
    if default not in shipped_rosters():
        own.append(
            ShippedRoster(name=jobs.public_name(default), toml=Path(default).read_text(encoding="utf-8"), default=True)
        )
    return own + [
        ShippedRoster(name=name, toml=(folder / f"{name}.toml").read_text(encoding="utf-8"), default=name == default)
        for name in shipped_rosters()
    ]


@router.get("/health", responses=responses(421))
async def health(settings: WithSettings) -> Health:
    """Whether the server is up, its models and limits."""
    limits = {
        "body_bytes": settings.body_bytes,
        "seconds": settings.seconds,
        "workers": settings.workers,
        "waiting": settings.waiting,
    }
    return Health(status="ok", version=own_version(), models=list(served_models(settings)), limits=limits)


def served_models(settings: Settings) -> tuple[str, ...]:
    """What clients call the models of a server, the default first."""
    return tuple(jobs.public_name(name) for name in settings.models)


def own_version() -> str:
    """The version of the installed package."""
    try:
        return version("stance")
    except PackageNotFoundError:
        return "unknown"


def file_stem(name: str) -> str:
    """A name as part of a file name: no path, no character that a header or a file system minds.

    >>> file_stem("../../etc/Präsident: ‘no’"), file_stem("‹›")
    ('etc-Pr-sident-no', 'article')
    """
    return re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-")[:60] or "article"


def described(error: InputError | RosterError) -> tuple[str, str]:
    """An error of the library as message and field.

    >>> described(RosterError("roster: no speakers"))
    ('roster: no speakers', 'roster')
    """
    return str(error), "roster" if isinstance(error, RosterError) else "article"


def validation_refusal(errors: Any) -> RequestError:
    """What the first of pydantic's errors says, without the input itself.

    >>> error = {"type": "missing", "loc": ("body", "article"), "msg": "Field required"}
    >>> validation_refusal([error]).message
    'article: Field required'
    """
    first = errors[0]
    place = [str(part)[:80] for part in first["loc"] if part != "body"]
    if first["type"] == "json_invalid":
        detail = first.get("ctx", {}).get("error", "")
        return RequestError(400, f"the body is not JSON ({detail}); send one JSON object", "body")
    path = ".".join(place) if place else "body"
    where = place[0] if place and not place[0].isdigit() else "body"
    return RequestError(422, f"{path}: {first['msg']}", where)
