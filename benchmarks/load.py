"""The server under load, on this machine alone: `python benchmarks/load.py [--clients 50] [--seconds 60]`.

Starts `stance serve` and lets clients send articles of 1 to 200 kB as fast as they are answered; a client that gets 429
waits as long as it is told. Meanwhile others misbehave: they send their requests byte by byte, break off in the middle,
send what is no JSON, wrong types, or far too much. Prints a table: answers by status, times, memory of the server and
its processes. Exits with 1 where anything was answered in another way than it should be. Needs the extra `dev`.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]
SMALLEST, LARGEST = 1_000, 200_000  # characters
SETTLED = 10.0  # seconds after which the processes have what memory they need
JSON = {"Content-Type": "application/json"}


@dataclass
class Tally:
    """What came back."""

    expected: Counter[int] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    seconds: list[tuple[int, float]] = field(default_factory=list)  # size of the article, time to the answer

    def note(self, status: int, allowed: tuple[int, ...], what: str) -> None:
        if status in allowed:
            self.expected[status] += 1
        else:
            self.wrong[f"{what}: {status}"] += 1


def article_of(texts: list[str], size: int, chance: random.Random) -> str:
    parts: list[str] = []
    length = 0
    while length < size:
        parts.append(chance.choice(texts))
        length += len(parts[-1]) + 2
    return "\n\n".join(parts)[:size]


async def reader(client: httpx.AsyncClient, texts: list[str], seed: int, until: float, tally: Tally) -> None:
    """A client as it should be: sizes evenly spread over the orders of magnitude."""
    chance = random.Random(seed)
    while time.monotonic() < until:
        size = int(SMALLEST * (LARGEST / SMALLEST) ** chance.random())
        body = json.dumps({"article": article_of(texts, size, chance)})
        begun = time.monotonic()
        try:
            response = await client.post("/api/analyze", content=body, headers=JSON)
        except httpx.HTTPError as error:
            tally.wrong[f"article: {type(error).__name__}"] += 1
            continue
        tally.note(response.status_code, (200, 429), "article")
        if response.status_code == 200:
            tally.seconds.append((size, time.monotonic() - begun))
            response.json()
        else:
            await asyncio.sleep(float(response.headers.get("Retry-After", 1)))


async def malformed(client: httpx.AsyncClient, tally: Tally) -> None:
    tries = (
        (b'{"article": ', 400),
        (b"[" * 100_000, 400),
        (b"\xff\xff", 400),
        (b'{"article": 5}', 422),
        (b'{"article": "x", "threshold": "high"}', 422),
        (b'{"article": "x", "roster": "[[speaker"}', 422),
        (b'{"article": "x", "roster": "/etc/hostname"}', 422),
        (b'{"article": "' + b"x" * 3_000_000 + b'"}', 413),
    )
    for body, status in tries:
        response = await client.post("/api/analyze", content=body, headers=JSON)
        tally.note(response.status_code, (status, 429), "malformed")
    response = await client.post("/api/analyze", content=b"{}", headers={"Content-Type": "text/plain"})
    tally.note(response.status_code, (415,), "not JSON")
    response = await client.get("/api/health", headers={"Host": "evil.example"})
    tally.note(response.status_code, (421,), "another host")
    tally.faults["malformed, wrong or too large"] += len(tries) + 2


async def broken_off(client: httpx.AsyncClient, tally: Tally) -> None:
    _, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    writer.write(_head(client, 100_000) + b'{"article": "' + b"x" * 5_000)
    await writer.drain()
    writer.transport.abort()
    tally.faults["broken off"] += 1
    await asyncio.sleep(0.1)


async def slow(client: httpx.AsyncClient, tally: Tally) -> None:
    """A body that comes byte by byte: the server must give up on it."""
    source, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    begun = time.monotonic()
    try:
        writer.write(_head(client, 100_000))
        answer = asyncio.create_task(source.read())
        while not answer.done() and time.monotonic() - begun < 60:
            writer.write(b" ")
            await asyncio.sleep(0.5)
        status = int((await asyncio.wait_for(answer, 5))[9:12] or b"0")
        tally.note(status, (408,), "slow")
        tally.faults["byte by byte"] += 1
    except (ConnectionError, TimeoutError, ValueError):
        tally.wrong["slow: not given up"] += 1
    finally:
        writer.close()


async def watched(client: httpx.AsyncClient, tally: Tally) -> None:
    """The server stays responsive: /api/health is not among the requests that wait for a process."""
    response = await client.get("/api/health")
    tally.note(response.status_code, (200,), "health")
    await asyncio.sleep(1)


def _head(client: httpx.AsyncClient, length: int) -> bytes:
    return (
        f"POST /api/analyze HTTP/1.1\r\nHost: {client.base_url.netloc.decode()}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


async def again(
    task: Callable[[httpx.AsyncClient, Tally], Awaitable[None]], client: httpx.AsyncClient, tally: Tally, until: float
) -> None:
    while time.monotonic() < until:
        try:
            await task(client, tally)
        except httpx.HTTPError as error:
            tally.wrong[f"{task.__name__}: {type(error).__name__}"] += 1


def megabytes(process: int) -> float:
    """Resident memory of a process and all below it."""
    parents: dict[int, list[int]] = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                fields = (place / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(place.name))
    total, waiting = 0.0, [process]
    while waiting:
        one = waiting.pop()
        waiting += parents.get(one, [])
        try:
            status = (Path("/proc") / str(one) / "status").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))
    return total


async def load(url: str, process: int, clients: int, seconds: float) -> tuple[Tally, list[float]]:
    texts = [p.read_text(encoding="utf-8") for p in (ROOT / "training/corpus/articles/heldout").glob("*.txt")]
    texts = [text.partition("\n\n")[2] for text in texts]
    tally, memory = Tally(), [megabytes(process)]
    limits = httpx.Limits(max_connections=clients + 20)
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as client:
        until = time.monotonic() + seconds
        tasks = [reader(client, texts, seed, until, tally) for seed in range(clients)]
        tasks += [again(task, client, tally, until) for task in (malformed, broken_off, slow, slow, slow, watched)]

        async def weigh() -> None:
            while time.monotonic() < until:
                await asyncio.sleep(SETTLED if len(memory) == 1 else 5)
                memory.append(megabytes(process))

        await asyncio.gather(*tasks, weigh())
        tally.note((await client.get("/api/health")).status_code, (200,), "health at the end")
    memory.append(megabytes(process))
    return tally, memory


def share(times: list[float], part: float) -> float:
    return sorted(times)[min(len(times) - 1, int(part * len(times)))] if times else float("nan")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    command = [sys.executable, "-m", "stance", "serve", "--port", "0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        line = server.stderr.readline()
        if "http://" not in line:
            print(f"load: the server did not start: {line}{server.stderr.read()}", file=sys.stderr)
            return 2
        begun = time.monotonic()
        tally, memory = asyncio.run(load(line.split()[2], server.pid, options.clients, options.seconds))
        took = time.monotonic() - begun
    finally:
        server.terminate()
        _, said = server.communicate(timeout=60)
    print("| article | answered | p50 | p95 | p99 | longest |\n|---|---|---|---|---|---|")
    for low, high in ((1, 10), (10, 50), (50, 200), (1, 200)):
        times = [spent for size, spent in tally.seconds if low * 1000 <= size <= high * 1000]
        row = " | ".join(f"{share(times, part):.2f} s" for part in (0.5, 0.95, 0.99, 1))
        print(f"| {low}–{high} kB | {len(times)} | {row} |")
    print(f"\n{len(tally.seconds) / took:.1f} articles/s, {sum(s for s, _ in tally.seconds) / took / 1e6:.2f} MB/s")
    print(f"answers as they should be: {dict(sorted(tally.expected.items()))}")
    print(f"requests that misbehaved: {dict(tally.faults)}")
    print(f"answers as they should not be: {dict(tally.wrong) or 'none'}")
    settled = memory[1] if len(memory) > 1 else memory[0]
    print(
        f"memory of the server and its processes: {memory[0]:.0f} MB at the start, "
        f"{settled:.0f} MB after {SETTLED:.0f} s, {max(memory):.0f} MB at most, {memory[-1]:.0f} MB at the end"
    )
    print("MB, every 5 s:", *(f"{value:.0f}" for value in memory))
    print(f"the server said: {said.strip() or 'nothing'}")
    return 1 if tally.wrong or said.strip() else 0


if __name__ == "__main__":
    sys.exit(main())
