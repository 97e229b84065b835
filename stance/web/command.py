"""`stance serve`: arguments → settings → uvicorn."""

import argparse
import os
import signal
import socket
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from stance.errors import MissingExtraError, StanceError

_NEEDED = ("fastapi", "uvicorn", "pebble")


class ServerError(StanceError):
    """The server can't start: its address is taken, or not of this machine."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until it is interrupted; returns the exit code: 0, or 2 where it can't start."""
    options = _parser().parse_args(arguments)
    try:
        return _serve(options)
    except StanceError as error:
        print(f"stance serve: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def need_web() -> None:
    """Raises MissingExtraError where a package of the extra is missing."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise MissingExtraError(f"the server needs {', '.join(missing)}: pip install 'stance[web]'")


def _serve(options: argparse.Namespace) -> int:
    need_web()
    import uvicorn

    from stance.web.app import create_app
    from stance.web.jobs import prepare
    from stance.web.protocol import AnnouncingServer, bounded
    from stance.web.security import allowed_hosts, is_loopback
    from stance.web.settings import Settings

    settings = Settings(
        models=tuple(options.model or ["small"]),
        trust=options.trust_model,
        roster=options.roster,
        hosts=allowed_hosts(options.host, tuple(options.allow_host)),
        any_address=not is_loopback(options.host),
        body_bytes=int(options.max_body * 1_000_000),
        seconds=options.timeout,
        total_seconds=2 * options.timeout + 60,
        workers=options.workers,
        waiting=options.waiting,
    )
    prepare(settings.models, settings.roster, settings.trust)  # here, for its errors; the workers load for themselves
    if not is_loopback(options.host):
        print(
            "stance serve: others on the network can reach this server; it has no login and no encryption",
            file=sys.stderr,
        )
    listening = _listen(options.host, options.port)
    config = uvicorn.Config(
        create_app(settings),
        http=bounded(settings.head_seconds, settings.total_seconds),
        ws="none",
        lifespan="on",
        log_level="error",
        access_log=False,
        server_header=False,
        limit_concurrency=settings.connections,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=5,
    )
    # uvicorn ends in order and then raises the signal again: as an exit, so that what is left is cleaned up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = AnnouncingServer(config, _url(options.host, listening.getsockname()[1]))
    server.run(sockets=[listening])
    return 0 if server.started else 2


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host.strip("[]"), port), family=family, backlog=512)
    except (OSError, OverflowError) as error:
        raise ServerError(f"can't listen on {host}, port {port} ({error}); give another with --port") from None


def _url(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="stance serve", description="A page and a JSON API on this machine. docs/server.md tells more."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine)")
    parser.add_argument("--port", type=int, default=8000, help="default: 8000; 0: any free one")
    parser.add_argument(
        "--model", action="append", metavar="MODEL", help="a model to offer, the first by default; may be repeated"
    )
    parser.add_argument(
        "--trust-model",
        action="store_true",
        help="load models that did not ship with stance: loading one runs the code in it, so say it only of models "
        "that you made or whose maker you trust",
    )
    parser.add_argument("--roster", metavar="TOML", help="the roster for requests without one: a file or a name")
    parser.add_argument("--allow-host", action="append", default=[], metavar="NAME", help="answer for this name too")
    parser.add_argument("--max-body", type=_positive, default=2.0, metavar="MB", help="largest request (default: 2)")
    parser.add_argument("--timeout", type=_positive, default=30.0, metavar="S", help="per request (default: 30)")
    workers = max(1, min(4, os.cpu_count() or 1))
    parser.add_argument("--workers", type=_whole, default=workers, metavar="N", help=f"processes (here: {workers})")
    parser.add_argument("--waiting", type=_whole, default=16, metavar="N", help="waiting requests (default: 16)")
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def _whole(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return value
