"""What goes in and out of the API, as types: the checks of requests and the OpenAPI description come from here."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from stance.quote import UNCERTAIN

Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Offset = Annotated[int, Field(ge=0, le=1_000_000_000)]
Label = Literal["conciliatory", "assertive", "neutral"]
assert UNCERTAIN == "uncertain"  # the literal below


class _Strict(BaseModel):
    # No "0.5" for 0.5, and a misspelt name is an error, not a default.
    model_config = ConfigDict(extra="forbid", strict=True)


class AnalyzeRequest(_Strict):
    """An article to analyse."""

    article: str = Field(description="The text of the article.", examples=["“We are ready to talk,” Austin said."])
    roster: str | None = Field(
        default=None,
        description="The speakers to look for, as TOML text, or the name of a shipped roster (see /api/rosters); "
        "null: the default. Never a path.",
        examples=[None],
    )
    model: str | None = Field(
        default=None, description="One of the models in /api/health; null: the first of them.", examples=[None]
    )
    threshold: Probability = Field(default=0.0, description="A stance less probable than this is called uncertain.")
    explain: bool = Field(default=False, description="Whether to give the words that weighed; takes longer.")


class RosterRequest(_Strict):
    """A roster to check."""

    roster: str = Field(
        description="TOML text, or the name of a shipped roster.", examples=['[[speaker]]\nname = "Okafor"']
    )


class SpanMessage(_Strict):
    """Words of the article: `article[start:end] == text`, counted in Unicode code points."""

    text: str
    start: Offset
    end: Offset


class EvidenceMessage(_Strict):
    """A word and its weight in log-odds: above 0 it spoke for the stance."""

    word: str
    in_quote: bool
    weight: Annotated[float, Field(allow_inf_nan=False)]


class QuoteMessage(_Strict):
    """A quote, as the Python library's `Quote.to_dict()` gives it."""

    text: str
    start: Offset
    end: Offset
    speaker: str | None
    mention: SpanMessage | None
    cue: SpanMessage | None
    rule: str | None
    stance: Literal["conciliatory", "assertive", "neutral", "uncertain"]
    probabilities: dict[Label, Probability]
    evidence: list[EvidenceMessage]


class AnalyzeResponse(_Strict):
    """The quotes of an article, in order; `speakers` are the names on the roster."""

    quotes: list[QuoteMessage]
    speakers: list[str]
    model: str
    threshold: Probability


class SpeakerMessage(_Strict):
    """A speaker on a roster."""

    name: str
    kind: Literal["person", "institution"]


class RosterResponse(_Strict):
    """The speakers of a roster; where it is broken there are none, and `error` says what to mend."""

    speakers: list[SpeakerMessage]
    error: str | None


class ShippedRoster(_Strict):
    """A roster that ships with stance."""

    name: str
    toml: str
    default: bool


class ExportQuote(_Strict):
    """A quote for a file, as /api/analyze gave it or corrected.

    The speaker may also be "Other" (somebody not on the roster) or "Unknown" (nobody is named).
    """

    text: str | None = None
    start: Offset
    end: Offset
    speaker: str | None = None
    mention: SpanMessage | None = None
    cue: SpanMessage | None = None
    rule: str | None = None
    stance: Label
    probabilities: dict[Label, Probability] = Field(default_factory=dict)
    evidence: list[EvidenceMessage] = Field(default_factory=list)


class Term(_Strict):
    """Words between marks that are no quote: a title, a term, scare quotes."""

    start: Offset
    end: Offset


class ExportRequest(_Strict):
    """A result to write as a file. `gold` is labelled data, which `make evaluate DATA=` and training.train read."""

    format: Literal["json", "csv", "html", "gold"]
    name: str = Field(default="article", max_length=200, description="A name for the article; also in the file's name.")
    article: str
    quotes: list[ExportQuote]
    terms: list[Term] = Field(default_factory=list, description="For gold: quoted words that are no quotes.")
    threshold: Probability = 0.0


class Health(_Strict):
    """The state of the server and its limits."""

    status: Literal["ok"]
    version: str
    models: list[str]
    limits: dict[str, float]


class ErrorMessage(_Strict):
    """Why there is no result: what to do, and the field of the request it is about."""

    error: str
    where: str


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route, for its description."""
    return {status: {"model": ErrorMessage, "description": REASONS[status]} for status in statuses}


REASONS = {
    400: "The body is not JSON.",
    403: "The request comes from a page of another site.",
    408: "The body took too long to arrive.",
    413: "The body is larger than the limit, which the message names.",
    415: "The body is not declared as application/json.",
    421: "The Host header names another host.",
    422: "A field is missing, unknown, of a wrong type, or the roster is broken; the message names the place.",
    429: "Too many requests wait; the header Retry-After says when to ask again.",
    500: "The analysis failed.",
    503: "The analysis took longer than the limit, which the message names.",
}
