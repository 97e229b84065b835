"""What is fuzzed: for each target a function that takes bytes, and raises where a promise breaks."""

import contextlib
import json
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import atheris

from stance import Analyzer, StanceError, load_model
from stance.analyzer import passages_of
from stance.loading import model_digest
from stance.report.article import Marked, article_page
from stance.roster import parse_roster

# Pieces that articles and rosters are made of; a byte chooses one, so that the fuzzer soon comes to whole sentences.
PIECES = [
    *"“ ” ‘ ’ \" ' « » „ ‹ › 「 」 『 』 `` '' ` ‚ ‟".split(),
    *("Austin", "Lloyd Austin", "Gen. Wei Fenghe", "Wei", "the Pentagon", "he", "she", "they", "who", "Mr.", "U.S."),
    *("a spokesman for the Pentagon", "his Chinese counterpart", "the minister", "its readout", "Wei’s", "Ana Lima"),
    *("said", "told", "says", "called", "warned that", "according to", "as", "of", "quoted", "was", "asked", "and"),
    *(" ", " ", " ", ", ", ". ", ": ", "? ", "! ", " — ", "…", "(", ")", "\n", "\n\n", "\r\n", "\t", "\u2028", "\xa0"),
    *(
        "We agree",
        "we will fight",
        "’90s",
        "'em",
        "6'2\"",
        "officials’",
        "<b onclick=x>",
        "&amp;",
        "</script>",
        "{{ x }}",
    ),
    *("\0", "\ud800", "\udfff", "\ufeff", "🚢", "e\u0301", "\u202e", "\x1b[31m", "İ", "中文", "عربي", "\x85", "1" * 40),
]
TOML = [
    *(
        "[[speaker]]\n",
        'name = "Ana"\n',
        'names = ["Ana Lima", "Lima"]\n',
        'kind = "institution"\n',
        'short = ["board"]\n',
    ),
    *('offices = ["mayor", "Minister of Trade"]\n', 'roles = ["leader"]\n', 'pronouns = ["she"]\n', 'country = "us"\n'),
    *(
        'spokespeople = ["Jo Ek"]\n',
        'namesakes = ["Port Lima"]\n',
        "=",
        "[",
        "]",
        '"',
        "''",
        "\n",
        "#",
        "x",
        ".",
        "(",
        "*",
        "\\",
    ),
]


def _text(data: atheris.FuzzedDataProvider, pieces: list[str]) -> str:
    if data.ConsumeBool():
        return data.ConsumeUnicode(data.remaining_bytes())
    return "".join(pieces[data.ConsumeIntInRange(0, len(pieces) - 1)] for _ in range(min(data.remaining_bytes(), 400)))


@cache
def _analyzer() -> Analyzer:
    return Analyzer()


def article(content: bytes) -> None:
    """Never raises; spans are true, sorted and disjoint; the same text gives the same result; JSON can be written."""
    text = _text(atheris.FuzzedDataProvider(content), PIECES)
    extraction = _analyzer().extract(text)
    passages_of(extraction)
    at = 0
    for attribution in extraction.attributions:
        stretch = attribution.stretch
        assert at <= stretch.start < stretch.end <= len(text)
        at = stretch.end
        for span in (attribution.mention, attribution.cue):
            assert span is None or text[span.start : span.end] == span.text
    for quote in _analyzer().analyze(text):
        assert text[quote.start : quote.end] == quote.text
        assert abs(sum(quote.probabilities.values()) - 1) < 1e-6
        json.dumps(quote.to_dict())


def roster(content: bytes) -> None:
    """Any text is a roster or a RosterError; a roster works on an article."""
    data = atheris.FuzzedDataProvider(content)
    try:
        speakers = parse_roster(_text(data, TOML))
    except StanceError:
        return
    text = "“We agree,” the mayor said. Ana Lima of the board said: “No.” “Yes,” she said. “Yes,” its spokesman said."
    Analyzer(roster=speakers).extract(text)


def manifest(content: bytes) -> None:
    """Any manifest beside a model, any model beside a manifest: refused with a StanceError, and nothing is run."""
    data = atheris.FuzzedDataProvider(content)
    whole = json.dumps({"model": "stance.joblib", "sha256": "0" * 64, "scikit_learn": "1.9.0"}).encode()
    own = data.ConsumeBool()
    cut = data.ConsumeIntInRange(0, len(whole))
    rest = data.ConsumeBytes(data.remaining_bytes())
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "stance.json").write_bytes(whole[:cut] + rest if own else rest)
        Path(folder, "stance.joblib").write_bytes(rest)
        with contextlib.suppress(StanceError):
            load_model(folder)
            raise AssertionError("a model of unknown bytes was loaded")
        with contextlib.suppress(StanceError):
            model_digest(folder)


def report(content: bytes) -> None:
    """The page of any article escapes it: no mark-up of the text becomes mark-up of the page."""
    text = _text(atheris.FuzzedDataProvider(content), PIECES)
    page = article_page([Marked("a <b onclick=x>", text, _analyzer().analyze(text))])
    assert "<b onclick" not in page
    page.encode("utf-8")


@cache
def _client() -> Callable[[bytes], int]:
    from fastapi.testclient import TestClient

    from stance.web import jobs
    from stance.web.app import create_app
    from stance.web.security import LOOPBACK
    from stance.web.settings import Settings
    from stance.web.workers import Workers

    class Here(Workers):
        def __init__(self) -> None:
            jobs.prepare(("small",), None)

        async def start(self) -> None: ...

        async def stop(self) -> None: ...

        async def run(self, job: Callable[..., bytes], *arguments: object) -> bytes:
            return job(*arguments)

    client = TestClient(create_app(Settings(hosts=LOOPBACK | {"testserver"}, body_bytes=100_000), Here()))

    def post(body: bytes) -> int:
        return client.post("/api/analyze", content=body, headers={"Content-Type": "application/json"}).status_code

    return post


def api(content: bytes) -> None:
    """Any body is answered, with 200 or with a status that says what is wrong with it."""
    data = atheris.FuzzedDataProvider(content)
    if data.ConsumeBool():
        body = data.ConsumeBytes(data.remaining_bytes())
    else:
        fields: dict[str, object] = {"article": _text(data, PIECES)}
        if data.remaining_bytes():
            fields[data.PickValueInList(["roster", "threshold", "model", "explain", "x"])] = data.ConsumeUnicode(20)
        body = json.dumps(fields).encode()
    assert _client()(body) in (200, 400, 413, 422)


TARGETS = {"api": api, "article": article, "manifest": manifest, "report": report, "roster": roster}
