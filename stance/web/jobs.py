"""What the worker processes do: analyse an article, and write a result as a file. JSON bytes in and out."""

import io
import json
from collections.abc import Sequence
from typing import Any

from stance.analyzer import Analyzer
from stance.article import Article
from stance.errors import InputError, RosterError
from stance.formats import write_csv, write_json
from stance.loading import Model, load_model
from stance.quote import Evidence, Quote, Span, Stance
from stance.roster import Roster, load_roster, parse_roster, shipped_rosters

OTHER, UNKNOWN = "Other", "Unknown"  # sources that are not on the roster, and quotes without a source, in labelled data

_models: dict[str, Model] = {}
_default_roster: list[Roster] = []


def prepare(models: Sequence[str], roster: str | None, trust: bool = False) -> None:
    """Loads all that requests may need; `trust` as in `load_model`. Raises ModelError or RosterError."""
    _default_roster[:] = [load_roster(roster)]
    for name in models:
        _models[public_name(name)] = load_model(name, trust=trust)


def public_name(given: str) -> str:
    """What clients call a model or a roster: its name, or the last part of its path, never the path.

    >>> public_name("small"), public_name("runs/mine.joblib"), public_name("runs/mine/")
    ('small', 'mine', 'mine')
    """
    name = given.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return name.removesuffix(".joblib").removesuffix(".toml")


def chosen_roster(text: str | None) -> Roster:
    """The roster a client asks for: the default, the name of a shipped one, or TOML text. It is never a path.

    Raises RosterError.
    """
    if text is None or not text.strip():
        return _default_roster[0]
    if text in shipped_rosters():
        return load_roster(text)
    if "\n" not in text and "=" not in text and not text.lstrip().startswith("["):
        known = ", ".join(shipped_rosters())
        raise RosterError(f"roster: {text[:80]!r} is no shipped roster; give TOML text or one of: {known}")
    return parse_roster(text, "roster")


def analyze(article: str, roster: str | None, model: str, threshold: float, explain: bool) -> bytes:
    """The answer of /api/analyze. Raises InputError or RosterError."""
    if not article.strip():
        raise InputError("the article is empty; give the text of an article")
    speakers = chosen_roster(roster)
    quotes = Analyzer(speakers, _models[model]).analyze(article, explain=explain)
    answer = {
        "quotes": [quote.to_dict(threshold) for quote in quotes],
        "speakers": [speaker.name for speaker in speakers.speakers],
        "model": model,
        "threshold": threshold,
    }
    return json.dumps(answer).encode()


def check_roster(text: str) -> bytes:
    """The answer of /api/roster: the speakers of a roster, or what is wrong with it.

    >>> json.loads(check_roster("[[speaker]]"))["error"]
    'roster: speaker 1: lacks a name; add name = "…"'
    """
    try:
        speakers = [{"name": s.name, "kind": s.kind} for s in chosen_roster(text).speakers]
    except RosterError as error:
        return json.dumps({"speakers": [], "error": str(error)}).encode()
    return json.dumps({"speakers": speakers, "error": None}).encode()


def export(
    form: str, name: str, article: str, rows: list[dict[str, Any]], terms: list[dict[str, Any]], threshold: float
) -> bytes:
    """A result, corrected or not, as a file: json, csv, html or gold. Raises InputError where offsets are not true."""
    if form == "gold":
        return (json.dumps(gold_line(name, article, rows, terms), ensure_ascii=False) + "\n").encode()
    quotes = [quote_of(article, row, number) for number, row in enumerate(rows, 1)]
    out = io.StringIO()
    if form == "html":
        from stance.report.article import Marked, article_page

        return article_page([Marked(name, article, quotes)], threshold=threshold).encode("utf-8", "replace")
    write = {"json": write_json, "csv": write_csv}[form]
    write([(Article(name, article, name), quotes)], out, threshold)
    return out.getvalue().encode("utf-8", "replace")


def gold_line(
    name: str, article: str, rows: Sequence[dict[str, Any]], terms: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """The quotes as labelled data, the form that `make evaluate DATA=` and training.train read (docs/labels.md).

    >>> row = {"start": 1, "end": 5, "text": "Stop", "speaker": None, "mention": None, "stance": "assertive"}
    >>> gold_line("x", "‘Stop’", [row], [])["quotes"][0]["speaker"]
    'Unknown'
    """
    quotes = []
    for number, row in enumerate(rows, 1):
        quote = quote_of(article, row, number)
        speaker = row["speaker"] or (OTHER if quote.mention else UNKNOWN)
        mention = "" if quote.mention is None or speaker == UNKNOWN else quote.mention.text
        quotes.append(
            {
                "start": quote.start,
                "end": quote.end,
                "text": quote.text,
                "speaker": speaker,
                "mention": mention,
                "stance": str(quote.stance),
            }
        )
    return {
        "id": name,
        "text": article,
        "quotes": quotes,
        "terms": [_span(article, row, "terms", n).to_dict() for n, row in enumerate(terms, 1)],
    }


def quote_of(article: str, row: dict[str, Any], number: int = 1) -> Quote:
    """The quote that a row of a client describes. Raises InputError where it does not fit the article."""
    span = _span(article, row, "quotes", number)
    speaker = row["speaker"]
    probabilities = {str(label): float(row.get("probabilities", {}).get(label, 0)) for label in Stance}
    return Quote(
        text=span.text,
        start=span.start,
        end=span.end,
        speaker=None if speaker in (OTHER, UNKNOWN) else speaker,
        mention=_span(article, row["mention"], "mention of quote", number) if row.get("mention") else None,
        cue=_span(article, row["cue"], "cue of quote", number) if row.get("cue") else None,
        rule=row.get("rule"),
        stance=Stance(row["stance"]),
        probabilities=probabilities,
        evidence=tuple(Evidence(e["word"], e["in_quote"], e["weight"]) for e in row.get("evidence", ())),
    )


def _span(article: str, row: dict[str, Any], what: str, number: int) -> Span:
    start, end = row["start"], row["end"]
    if not 0 <= start < end <= len(article):
        raise InputError(f"{what} {number}: from {start} to {end} is not inside the article")
    if row.get("text") not in (None, article[start:end]):
        raise InputError(
            f"{what} {number}: its text is not that of the article from {start} to {end}; count in code points"
        )
    return Span(start, end, article[start:end])
