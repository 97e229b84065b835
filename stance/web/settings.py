"""What the operator of the server decides: models, roster, limits. Clients decide none of it."""

from dataclasses import dataclass, field

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the server needs to know before it starts.

    models        names of the models that clients may ask for, the first is the default; see `load_model`
    trust         whether models that did not ship with stance are loaded
    roster        the roster for requests that bring none: a path or a shipped name, None for stance's default
    hosts         names in the Host header that are answered
    any_address   whether any literal IP address is answered there too
    body_bytes    the largest request body
    body_seconds  time for a client to send its body
    head_seconds  time for a client to send the head of its request
    seconds       time for an analysis; as long may a request wait for a free process
    total_seconds time from the first byte of a request to the last of its answer; then the connection is cut
    workers       processes that analyse
    tasks         requests after which a process makes place for a fresh one: what it has cached goes with it
    waiting       requests that may wait for a worker; one more is refused with 429
    connections   open connections; one more is refused with 503

    >>> Settings(workers=3).capacity
    19
    """

    models: tuple[str, ...] = ("small",)
    trust: bool = False
    roster: str | None = None
    hosts: frozenset[str] = field(default_factory=lambda: frozenset(("localhost", "127.0.0.1", "[::1]")))
    any_address: bool = False
    body_bytes: int = 2 * MEGABYTE
    body_seconds: float = 15.0
    head_seconds: float = 10.0
    seconds: float = 30.0
    total_seconds: float = 120.0
    workers: int = 2
    tasks: int = 250
    waiting: int = 16
    connections: int = 256

    @property
    def capacity(self) -> int:
        """Requests that are worked on or wait at one time."""
        return self.workers + self.waiting
