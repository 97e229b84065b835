"""The server: its API, its limits, and what it does with clients that misbehave."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from case_files import CASES

from stance.formats import COLUMNS
from stance.roster import shipped_rosters
from training.corpus import from_gold

fastapi = pytest.importorskip("fastapi", reason="needs the extra web")
httpx = pytest.importorskip("httpx", reason="needs httpx (extra dev)")

from fastapi.testclient import TestClient  # noqa: E402
from web_server import Running, running  # noqa: E402

from stance.web import jobs  # noqa: E402
from stance.web.app import create_app  # noqa: E402
from stance.web.command import main as serve  # noqa: E402
from stance.web.errors import RequestError  # noqa: E402
from stance.web.security import LOOPBACK, allowed_hosts, host_name  # noqa: E402
from stance.web.settings import Settings  # noqa: E402
from stance.web.workers import Workers  # noqa: E402

ARTICLE = "“We thank the crew,” Lloyd Austin said.\n\n“Stay away from our coast,” Gen. Wei Fenghe warned.\n"
ROSTER = (CASES / "rosters" / "island-politics.toml").read_text(encoding="utf-8")
HOSTS = LOOPBACK | {"testserver"}


class Here(Workers):
    """Runs jobs in this process: quick, and without limits of time."""

    def __init__(self) -> None:
        jobs.prepare(("small",), None)
        self.refuse: RequestError | None = None

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def run(self, job: Any, *arguments: object) -> bytes:
        if self.refuse:
            raise self.refuse
        return job(*arguments)


@pytest.fixture(scope="module")
def app() -> Any:
    return create_app(Settings(hosts=HOSTS, body_bytes=100_000), Here())


@pytest.fixture(scope="module")
def client(app: Any) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    settings = Settings(
        workers=2,
        waiting=1,
        tasks=20,
        seconds=3,
        body_bytes=50_000,
        body_seconds=0.4,
        head_seconds=0.4,
        total_seconds=30,
    )
    with running(settings) as server:
        yield server


def analyzed(client: TestClient, **fields: Any) -> dict[str, Any]:
    response = client.post("/api/analyze", json={"article": ARTICLE, **fields})
    assert response.status_code == 200, response.text
    return response.json()


# ---- the API --------------------------------------------------------------------------------------------------------


def test_quotes_are_those_of_the_library(client: TestClient, analyzer: Any) -> None:
    answer = analyzed(client)
    assert answer["quotes"] == [quote.to_dict() for quote in analyzer.analyze(ARTICLE)]
    assert (answer["speakers"], answer["model"]) == (["Austin", "Wei", "Pentagon"], "small")


def test_threshold_and_explain(client: TestClient) -> None:
    quote = analyzed(client, threshold=1, explain=True)["quotes"][0]
    assert quote["stance"] == "uncertain"
    assert "thank" in [item["word"] for item in quote["evidence"]]


def test_roster_as_text_and_by_name(client: TestClient) -> None:
    article = "“The ferries stay,” Ilona Varga said. “They sank,” Austin said."
    quotes = analyzed(client, article=article, roster=ROSTER)["quotes"]
    assert [quote["speaker"] for quote in quotes] == ["Varga", None]
    for name in shipped_rosters():
        assert analyzed(client, roster=name)["speakers"]
    assert analyzed(client, roster=None) == analyzed(client, roster="") == analyzed(client)


@pytest.mark.parametrize(
    ("roster", "says"),
    [
        ("/etc/passwd", "no shipped roster"),
        ("../rosters/us-china-defense.toml", "no shipped roster"),
        (str(CASES / "rosters" / "island-politics.toml"), "no shipped roster"),
        ("file:///etc/passwd", "no shipped roster"),
        ("[[speaker", "not valid TOML"),
        ("[[speaker]]\nname = 3", "speaker 1: lacks a name"),
        ("a = " + "[" * 5000, "not valid TOML"),
        ("x = 1", "no speakers"),
    ],
)
def test_roster_that_is_refused(client: TestClient, roster: str, says: str) -> None:
    response = client.post("/api/analyze", json={"article": ARTICLE, "roster": roster})
    assert (response.status_code, response.json()["where"]) == (422, "roster")
    assert says in response.json()["error"]
    checked = client.post("/api/roster", json={"roster": roster})
    assert checked.status_code == 200
    assert says in checked.json()["error"]


def test_roster_in_order(client: TestClient) -> None:
    answer = client.post("/api/roster", json={"roster": ROSTER}).json()
    assert answer["error"] is None
    assert {"name": "Varga", "kind": "person"} in answer["speakers"]
    shipped = client.get("/api/rosters").json()
    assert [roster["name"] for roster in shipped] == shipped_rosters()
    assert [roster["name"] for roster in shipped if roster["default"]] == ["us-china-defense"]


def test_health(client: TestClient) -> None:
    answer = client.get("/api/health").json()
    assert (answer["status"], answer["models"], answer["limits"]["body_bytes"]) == ("ok", ["small"], 100_000)


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        (b"", 422, "body"),
        (b"{", 400, "body"),
        (b"\xff\xfe", 400, "body"),
        (b"[" * 50_000, 400, "body"),
        (b"9" * 50_000, 400, "body"),
        (b"[]", 422, "body"),
        (b"null", 422, "body"),
        (b"{}", 422, "article"),
        (b'{"article": 3}', 422, "article"),
        (b'{"article": null}', 422, "article"),
        (b'{"article": " \\n"}', 422, "article"),
        (b'{"article": "x", "threshold": "0.5"}', 422, "threshold"),
        (b'{"article": "x", "threshold": 1.5}', 422, "threshold"),
        (b'{"article": "x", "threshold": NaN}', 422, "threshold"),
        (b'{"article": "x", "threshold": 1e999}', 422, "threshold"),
        (b'{"article": "x", "explain": 1}', 422, "explain"),
        (b'{"article": "x", "roster": ["a"]}', 422, "roster"),
        (b'{"article": "x", "model": "../models/stance.joblib"}', 422, "model"),
        (b'{"article": "x", "path": "/etc/passwd"}', 422, "path"),
    ],
)
def test_body_that_is_refused(client: TestClient, body: bytes, status: int, where: str) -> None:
    response = client.post("/api/analyze", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["where"]) == (status, where), response.text
    assert len(response.text) < 500  # the input is not sent back


@pytest.mark.parametrize(
    "text", ["\ud800 “a,” b said", "“\0,” he said", "\ufeff“Yes,” Austin said.", "“𝔸 🙂,” Wei said."]
)
def test_offsets_are_those_of_the_article_as_sent(client: TestClient, text: str) -> None:
    response = client.post(
        "/api/analyze", content=json.dumps({"article": text}), headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 200
    for quote in response.json()["quotes"]:
        assert text[quote["start"] : quote["end"]] == quote["text"]


def test_openapi_and_docs_need_nothing_from_elsewhere(client: TestClient) -> None:
    spec = client.get("/openapi.json").json()
    assert set(spec["paths"]) == {"/api/analyze", "/api/roster", "/api/export", "/api/rosters", "/api/health"}
    for path in ("/", "/docs"):
        page = client.get(path).text
        assert "http" not in page.replace("http://testserver/", "").replace("http://www.w3.org", "")
        assert "style=" not in page
        assert "<script>" not in page
    assert client.get("/redoc").status_code == 404
    assert client.get("/static/marked.css").headers["content-type"].startswith("text/css")


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/etc/passwd"])
def test_no_file_but_the_pages_own(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.json()["error"]


# ---- files ----------------------------------------------------------------------------------------------------------


def export(client: TestClient, form: str, **fields: Any) -> Any:
    quotes = [{**quote} for quote in analyzed(client)["quotes"]]
    body = {"format": form, "name": "Crew & “Coast”", "article": ARTICLE, "quotes": quotes, **fields}
    return client.post("/api/export", json=body)


def test_json_and_csv_are_those_of_the_command_line(client: TestClient) -> None:
    (document,) = export(client, "json").json()
    assert document == {"article": "Crew & “Coast”", "quotes": analyzed(client)["quotes"]}
    response = export(client, "csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="Crew-Coast-quotes.csv"'
    assert response.text.startswith(",".join(COLUMNS) + "\n")
    assert response.text.count("\n") == 3


def test_report_is_one_page_that_escapes(client: TestClient) -> None:
    hostile = "<script>alert(1)</script>"
    article = f"“We thank the crew,” Austin said. {hostile} “They {hostile} sank,” Ana <b>Lima</b> said.\0"
    quotes = analyzed(client, article=article, explain=True)["quotes"]
    for quote in quotes:
        quote["speaker"] = hostile
    page = export(client, "html", article=article, quotes=quotes, name=hostile)
    assert page.headers["content-disposition"].endswith('report.html"')
    assert "<script>alert" not in page.text
    assert "<b>Lima" not in page.text
    assert page.text.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 5


def test_labelled_data_is_what_training_reads(client: TestClient) -> None:
    quotes = analyzed(client)["quotes"]
    quotes[0] |= {"speaker": "Other", "stance": "neutral"}
    response = export(
        client, "gold", quotes=[quotes[0]], terms=[{"start": quotes[1]["start"], "end": quotes[1]["end"]}]
    )
    article = from_gold(json.loads(response.text))
    assert article.text == ARTICLE
    assert [(q.text, q.speaker, q.mention, q.stance) for q in article.quotes] == [
        ("We thank the crew,", "Other", "Lloyd Austin", "neutral")
    ]
    assert [term.text for term in article.terms] == ["Stay away from our coast,"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"start": 0}, "its text is not that of the article"),
        ({"end": 10_000}, "is not inside the article"),
        ({"start": 5, "end": 5}, "is not inside the article"),
        ({"mention": {"text": "Wei", "start": 0, "end": 3}}, "mention of quote 1"),
        ({"stance": "friendly"}, "quotes.0.stance"),
        ({"start": -1}, "quotes.0.start"),
        ({"start": True}, "quotes.0.start"),
        ({"text": "<script>alert(1)</script>"}, "its text is not that of the article"),
    ],
)
def test_quotes_that_do_not_fit_their_article(client: TestClient, change: dict[str, Any], says: str) -> None:
    quotes = analyzed(client)["quotes"][:1]
    for form in ("json", "csv", "html", "gold"):
        response = export(client, form, quotes=[quotes[0] | change])
        assert response.status_code == 422
        assert says in response.json()["error"]


# ---- who may ask ----------------------------------------------------------------------------------------------------


def test_every_answer_has_the_safe_headers(client: TestClient) -> None:
    for response in (
        client.get("/"),
        client.get("/static/app.js"),
        client.get("/nothing"),
        client.post("/api/analyze"),
        client.post("/api/analyze", content=b"x" * 200_000, headers={"Content-Type": "application/json"}),
        client.get("/", headers={"Host": "evil.example"}),
    ):
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "10.0.0.5", "", "a:b:c"]
)
def test_another_host(client: TestClient, host: str) -> None:
    assert client.get("/api/health", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:1"])
def test_this_host(client: TestClient, host: str) -> None:
    assert client.get("/api/health", headers={"Host": host}).status_code == 200


def test_hosts_of_a_server_on_the_network() -> None:
    assert {"desk.example", "localhost"} <= allowed_hosts("0.0.0.0", ("Desk.example",))
    open_app = create_app(Settings(hosts=allowed_hosts("0.0.0.0"), any_address=True), Here())
    client = TestClient(open_app)
    assert client.get("/api/health", headers={"Host": "10.0.0.5:8000"}).status_code == 200
    assert client.get("/api/health", headers={"Host": "evil.example"}).status_code == 421
    assert host_name("[fe80::1]") == "[fe80::1]"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://testserver"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://testserver.evil.example"}, 403),
        ({"Origin": "http://[broken"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
    ],
)
def test_pages_of_other_sites_are_not_answered(client: TestClient, headers: dict[str, str], status: int) -> None:
    body = json.dumps({"article": ARTICLE})
    response = client.post("/api/analyze", content=body, headers={"Content-Type": "application/json", **headers})
    assert response.status_code == status


def test_other_methods(client: TestClient) -> None:
    for method in ("GET", "PUT", "DELETE", "PATCH", "TRACE"):
        response = client.request(method, "/api/analyze")
        assert (response.status_code, response.headers["allow"]) == (405, "POST")


# ---- limits ---------------------------------------------------------------------------------------------------------


def test_a_body_that_is_too_large(client: TestClient) -> None:
    body = json.dumps({"article": "x" * 100_001}).encode()
    for content in (body, iter([body[:50_000], body[50_000:]])):  # the second has no Content-Length
        response = client.post("/api/analyze", content=content, headers={"Content-Type": "application/json"})
        assert response.status_code == 413
        assert "larger than 100 kB" in response.json()["error"]


def test_a_refusal_of_the_workers_reaches_the_client(app: Any, client: TestClient) -> None:
    workers = app.app.app.state.workers
    for status in (429, 503):
        workers.refuse = RequestError(status, "later", "server", {"Retry-After": "1"})
        try:
            response = client.post("/api/analyze", json={"article": ARTICLE})
        finally:
            workers.refuse = None
        assert (response.status_code, response.json()["error"]) == (status, "later")
        assert response.headers["retry-after"] == "1"


def head(server: Running, body: str = "Content-Length: 30") -> bytes:
    lines = ("POST /api/analyze HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Content-Type: application/json", body)
    return "\r\n".join((*lines, "", "")).encode()


def all_of(connection: Any) -> bytes:
    """What the server sends until it closes the connection."""
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return received


def alive(server: Running) -> bool:
    response = httpx.post(f"{server.url}/api/analyze", json={"article": ARTICLE}, timeout=60)
    return response.status_code == 200 and len(response.json()["quotes"]) == 2


def test_real_server_with_its_processes(server: Running) -> None:
    assert alive(server)
    with httpx.Client(base_url=server.url, timeout=60) as client:
        assert client.get("/api/health").json()["limits"]["workers"] == 2
        broken = client.post("/api/analyze", json={"article": ARTICLE, "roster": "[[speaker"})
        assert (broken.status_code, broken.json()["where"]) == (422, "roster")


def test_a_head_that_never_ends_is_cut_off(server: Running) -> None:
    for sent in (b"", b"GET / HT", head(server)[:-2]):
        with server.connect() as connection:
            connection.sendall(sent)
            assert all_of(connection) == b""
    assert alive(server)


def test_a_body_that_never_ends_is_refused(server: Running) -> None:
    for length, part in (
        ("Content-Length: 3000", b'{"article": '),
        ("Transfer-Encoding: chunked", b"5\r\n{"),
    ):
        with server.connect() as connection:
            connection.sendall(head(server, length) + part)
            answer = all_of(connection)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"longer than 0.4 seconds" in answer
    assert alive(server)


def test_a_second_request_on_a_kept_connection_has_its_limit_too(server: Running) -> None:
    request = f"GET /api/health HTTP/1.1\r\nHost: localhost:{server.port}\r\n\r\n".encode()
    with server.connect() as connection:
        connection.sendall(request + request[:20])
        answer = all_of(connection)
        assert answer.count(b"HTTP/1.1 200") == 1


def test_uploads_that_break_off(server: Running) -> None:
    for sent in (head(server), head(server) + b'{"article"', head(server, "Transfer-Encoding: chunked") + b"5\r\n{"):
        for _ in range(5):
            with server.connect() as connection:
                connection.sendall(sent)
    assert alive(server)


def test_a_body_that_is_too_large_for_the_real_server(server: Running) -> None:
    chunks = (b"x" * 10_000 for _ in range(20))
    response = httpx.post(
        f"{server.url}/api/analyze", content=chunks, headers={"Content-Type": "application/json"}, timeout=60
    )
    assert response.status_code == 413
    assert "50 kB" in response.json()["error"]
    with server.connect() as connection:  # announced as endless, and not read to its end
        connection.sendall(head(server, "Content-Length: 99999999999"))
        assert all_of(connection).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "sent",
    [
        b"\r\n\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
        b"GET http://[ HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /api/analyze HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/analyze HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /%00%ff%0d%0aSet-Cookie:x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /" + b"a/" * 5000 + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    ],
)
def test_heads_that_are_wrong(server: Running, sent: bytes) -> None:
    with server.connect() as connection:
        try:
            connection.sendall(sent)
            answer = all_of(connection)
        except ConnectionError:
            answer = b""
    assert answer == b"" or answer[9:12] in (b"400", b"404", b"421")
    assert b"set-cookie" not in answer.lower()
    assert alive(server)


def test_a_request_that_takes_too_long_is_ended_and_blocks_nobody(server: Running) -> None:
    slow = server.soon(server.workers.run(time.sleep, 600))  # type: ignore[arg-type]
    assert alive(server)
    assert not slow.done()
    error = slow.exception(60)
    assert isinstance(error, RequestError)
    assert (error.status, "longer than 3 seconds" in error.message) == (503, True)
    assert alive(server)
    assert server.workers.busy == 0


def test_a_request_that_waits_too_long_may_ask_again(server: Running) -> None:
    tasks = [server.soon(server.workers.run(time.sleep, 600)) for _ in range(3)]  # type: ignore[arg-type]
    errors = [task.exception(60) for task in tasks]
    assert sorted(getattr(error, "status", 0) for error in errors) in ([429, 503, 503], [503, 503, 503])
    assert alive(server)


def test_more_requests_than_may_wait(server: Running) -> None:
    async def crowd() -> list[int]:
        waiting = [asyncio.create_task(server.workers.run(jobs.check_roster, ROSTER)) for _ in range(8)]
        done = await asyncio.gather(*waiting, return_exceptions=True)
        return [one.status if isinstance(one, RequestError) else 200 for one in done]

    assert server.soon(crowd()).result(60) == [200, 200, 200, 429, 429, 429, 429, 429]
    assert alive(server)


# ---- the command ----------------------------------------------------------------------------------------------------


def test_command_that_cannot_start(server: Running, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, says in (
        (["--port", str(server.port)], "give another with --port"),
        (["--roster", "nobody.toml"], "no such roster"),
        (["--model", "nothing/there"], "no such model"),
    ):
        assert serve(arguments) == 2
        assert says in capsys.readouterr().err
    for arguments in (["--timeout", "0"], ["--workers", "x"], ["--max-body", "nan"]):
        with pytest.raises(SystemExit) as stop:
            serve(arguments)
        assert stop.value.code == 2


def test_command_without_the_extra(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("stance.web.command.find_spec", lambda name: None)
    assert serve([]) == 2
    assert "pip install 'stance[web]'" in capsys.readouterr().err


def test_command_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "stance", "serve", "--port", "0", "--workers", "1"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert line.startswith("stance serve: http://127.0.0.1:")
        url = line.split()[2]
        assert httpx.get(f"{url}api/health", timeout=30).json()["status"] == "ok"
    finally:
        process.terminate()
        _, rest = process.communicate(timeout=60)
    assert rest == ""


# ---- any request at all ---------------------------------------------------------------------------------------------

schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis (extra dev)")
from hypothesis import HealthCheck, given, settings  # noqa: E402
from schemathesis import GenerationMode  # noqa: E402
from schemathesis.specs.openapi.checks import positive_data_acceptance  # noqa: E402


@pytest.mark.parametrize(
    ("method", "path", "mode"),
    [
        *(("POST", path, mode) for path in ("/api/analyze", "/api/roster", "/api/export") for mode in GenerationMode),
        ("GET", "/api/rosters", GenerationMode.POSITIVE),
        ("GET", "/api/health", GenerationMode.POSITIVE),
    ],
)
def test_any_request_is_answered_as_described(app: Any, client: TestClient, method: str, path: str, mode: Any) -> None:
    operation = schemathesis.openapi.from_asgi("/openapi.json", app)[path][method]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def answered(case: Any) -> None:
        # A roster or a quote in good form may still be refused for what it says: 422.
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    answered()
