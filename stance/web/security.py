"""Who may ask, and what a browser may do with the answer: Host, Origin, Content-Type, and the headers of answers."""

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stance.web.errors import RequestError

# Scripts and styles come from /static alone, nothing is inline, nothing comes from or goes to another host.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
LOOPBACK = frozenset(("localhost", "127.0.0.1", "[::1]"))


class Guard:
    """Refuses requests for another host, from another site, or in another form than JSON; sets HEADERS on answers.

    hosts        the names that are answered
    any_address  whether any literal IP address is answered too: rebinding needs a name, so an address is safe
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str], any_address: bool = False) -> None:
        self.app, self.hosts, self.any_address = app, hosts, any_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return  # a websocket is closed by the server when nobody accepts it

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        try:
            self._check(Headers(scope=scope), scope["method"])
        except RequestError as error:
            await error.response()(scope, receive, guarded)
            return
        await self.app(scope, receive, guarded)

    def _check(self, headers: Headers, method: str) -> None:
        host = headers.get("host", "")
        name = host_name(host)
        if name not in self.hosts and not (self.any_address and _is_address(name)):
            message = f"this server does not answer for the host {name[:80]!r}; start it with --allow-host NAME"
            raise RequestError(421, message, "header Host")
        if method != "POST":  # nothing else has an effect; there are no routes for it
            return
        origin = headers.get("origin")
        foreign = origin is not None and urlsplit_host(origin) != host.lower()
        if foreign or headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            raise RequestError(403, "requests from pages of other sites are not answered", "header Origin")
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise RequestError(415, "the body must be JSON: send the header Content-Type: application/json", "body")


def allowed_hosts(listening: str, more: tuple[str, ...] = ()) -> frozenset[str]:
    """The names that a server listening on an address or name answers for, `more` among them.

    >>> sorted(allowed_hosts("127.0.0.1", ("Desk.example",)))
    ['127.0.0.1', '[::1]', 'desk.example', 'localhost']
    """
    own = set() if is_loopback(listening) else {listening.lower(), socket.gethostname().lower()}
    return LOOPBACK | own | {name.lower() for name in more}


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens there.

    >>> is_loopback("localhost"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def host_name(header: str) -> str:
    """The name in a Host header, without its port.

    >>> host_name("LocalHost:8000"), host_name("[::1]:80"), host_name("evil.example:x:80")
    ('localhost', '[::1]', 'evil.example:x:80')
    """
    name, colon, port = header.strip().lower().rpartition(":")
    if header.endswith("]") or not colon:
        return header.strip().lower()
    whole = port.isdigit() and (":" not in name or name.endswith("]"))
    return name if whole else header.strip().lower()


def urlsplit_host(origin: str) -> str:
    """Host and port of an Origin header; empty where it has none, as in "null".

    >>> urlsplit_host("http://localhost:8000"), urlsplit_host("null")
    ('localhost:8000', '')
    """
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
