"""A spaCy component, `nlp.add_pipe("stance")`: fills `doc.spans["quotes"]` (extra: spacy).

    nlp = spacy.blank("en")
    nlp.add_pipe("stance", config={"roster": "my.toml", "model": "small"})
    for span in nlp(article).spans["quotes"]:
        print(span._.speaker, span._.stance, span.text)

A span is made of whole tokens; `span._.quote` is the exact `Quote`, with its offsets into `doc.text`.
"""

import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stance.analyzer import Analyzer
from stance.errors import MissingExtraError, RosterError
from stance.failure import Failure
from stance.quote import Evidence, Quote, Span, Stance
from stance.roster import Roster, Speaker, load_roster

try:
    import spacy.tokens
    from spacy.language import Language
    from spacy.util import minibatch, raise_error
except ImportError as error:
    raise MissingExtraError(
        f"the spaCy component needs spacy ({error}); install it: pip install 'stance[spacy]'"
    ) from error

FACTORY = "stance"
_ROSTER_FILE = "roster.json"


class StanceComponent:
    """Finds the quotes of a Doc with their speakers and stances, as `stance.Analyzer` does.

    roster      a roster file or the name of a shipped roster; None: the default one. Saved with the pipeline.
    model       "small" (None), "large", or the path of such a model. Not saved with the pipeline, only named.
    spans_key   the key in `doc.spans`

    Each span has the stance as its label, the speaker as its kb_id, and the attributes `span._.quote`, `speaker`,
    `stance`, `probabilities` and `mention` (a spaCy Span or None). Raises RosterError where the roster is broken.

    A model of your own: `component.analyzer = Analyzer(roster, load_model(path, trust=True))`. The configuration can't
    say that a model is trusted: it may come with a pipeline that somebody else made.
    """

    def __init__(
        self, name: str = FACTORY, roster: str | None = None, model: str | None = None, spans_key: str = "quotes"
    ) -> None:
        self.name = name
        self.roster = roster
        self.model = model
        self.spans_key = spans_key
        self._people: Roster | None = None
        self._analyzer: Analyzer | None = None
        self._given = False  # the analyzer was set from outside
        self._error_handler: Callable[..., Any] = raise_error
        try:
            self._people = load_roster(roster)
        except RosterError:
            # A pipeline that was saved and moved brings its roster along: its file may be missing until from_disk.
            if Path(str(roster)).exists():
                raise

    @property
    def analyzer(self) -> Analyzer:
        """The analysis behind the component. Raises RosterError where there is no such roster, ModelError likewise."""
        if self._analyzer is None:
            from stance.loading import load_model

            people = self._people if self._people is not None else load_roster(self.roster)
            self._analyzer = Analyzer(people, load_model(self.model))
        return self._analyzer

    @analyzer.setter
    def analyzer(self, analyzer: Analyzer) -> None:
        self._analyzer, self._people, self._given = analyzer, analyzer.roster, True

    def __call__(self, doc: "spacy.tokens.Doc") -> "spacy.tokens.Doc":
        return self._marked(doc, self.analyzer.analyze(doc.text))

    def pipe(self, stream: "Iterable[spacy.tokens.Doc]", batch_size: int = 128) -> "Iterator[spacy.tokens.Doc]":
        """The documents in order, judged a batch at a time; one that fails goes to the pipeline's error handler."""
        for batch in minibatch(stream, size=batch_size):
            docs = list(batch)
            results = list(self.analyzer.analyze_many([doc.text for doc in docs]))
            if any(isinstance(quotes, Failure) for quotes in results):
                yield from self._one_by_one(docs)
            else:
                yield from map(self._marked, docs, results)

    def _one_by_one(self, docs: "Sequence[spacy.tokens.Doc]") -> "Iterator[spacy.tokens.Doc]":
        for doc in docs:
            try:
                yield self(doc)
            except Exception as error:
                self._error_handler(self.name, self, [doc], error)

    def _marked(self, doc: "spacy.tokens.Doc", quotes: Sequence[Quote]) -> "spacy.tokens.Doc":
        spans = []
        for number, quote in enumerate(quotes):
            spans.append(
                doc.char_span(
                    quote.start,
                    quote.end,
                    label=str(quote.stance),
                    kb_id=quote.speaker or "",
                    alignment_mode="expand",
                    span_id=f"{self.spans_key}-{number}",
                )
            )
        doc.spans[self.spans_key] = spans
        # Plain types: what stands in user_data is written by doc.to_bytes, DocBin and nlp.pipe(n_process=2).
        doc.user_data[_place(self.spans_key)] = [_plain(quote) for quote in quotes]
        return doc

    def set_error_handler(self, error_handler: Callable[..., Any]) -> None:
        """Called by spaCy: what is done with a document that fails in `pipe`."""
        self._error_handler = error_handler

    def get_error_handler(self) -> Callable[..., Any]:
        return self._error_handler

    def to_bytes(self, exclude: Iterable[str] = ()) -> bytes:
        """The roster, as JSON."""
        people = self._people if self._people is not None else load_roster(self.roster)
        return json.dumps(asdict(people), indent=1).encode()

    def from_bytes(self, data: bytes, exclude: Iterable[str] = ()) -> "StanceComponent":
        """Takes the roster from what `to_bytes` gave."""
        self._people = Roster(tuple(map(_speaker, json.loads(data)["speakers"])))
        self._analyzer, self._given = None, False
        return self

    def to_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> None:
        """Writes the roster into the folder `path`."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _ROSTER_FILE).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> "StanceComponent":
        """Takes the roster from the folder `path`."""
        return self.from_bytes((Path(path) / _ROSTER_FILE).read_bytes())

    def __getstate__(self) -> dict[str, Any]:
        # Without the model that has a name: whoever unpickles the component loads it, once.
        return {**self.__dict__, "_analyzer": self._analyzer if self._given else None}


def quote_of(span: "spacy.tokens.Span") -> Quote | None:
    """The exact Quote behind a span of `doc.spans["quotes"]`; None for any other span."""
    key, _, number = span.id_.rpartition("-")
    quotes = span.doc.user_data.get(_place(key), ())
    return _quote(quotes[int(number)]) if number.isdecimal() and int(number) < len(quotes) else None


def _place(spans_key: str) -> str:
    return f"stance:{spans_key}"


def _speaker(plain: dict[str, Any]) -> Speaker:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}
    return Speaker(**fields)


def _plain(quote: Quote) -> dict[str, Any]:
    return {**asdict(quote), "stance": str(quote.stance), "evidence": [asdict(item) for item in quote.evidence]}


def _quote(plain: dict[str, Any]) -> Quote:
    return Quote(
        **{
            **plain,
            "mention": Span(**plain["mention"]) if plain["mention"] else None,
            "cue": Span(**plain["cue"]) if plain["cue"] else None,
            "stance": Stance(plain["stance"]),
            "probabilities": dict(plain["probabilities"]),
            "evidence": tuple(Evidence(**item) for item in plain["evidence"]),
        }
    )


def _mention_of(span: "spacy.tokens.Span") -> "spacy.tokens.Span | None":
    quote = quote_of(span)
    if quote is None or quote.mention is None:
        return None
    return span.doc.char_span(quote.mention.start, quote.mention.end, alignment_mode="expand")


def _attribute(name: str) -> Callable[[Any], Any]:
    def read(span: "spacy.tokens.Span") -> Any:
        quote = quote_of(span)
        value = getattr(quote, name) if quote else None
        return str(value) if isinstance(value, Stance) else value

    return read


def _register() -> None:
    getters = {name: _attribute(name) for name in ("speaker", "stance", "probabilities")}
    for name, getter in {"quote": quote_of, **getters, "mention": _mention_of}.items():
        owner = spacy.tokens.Span.get_extension(name)[2] if spacy.tokens.Span.has_extension(name) else getter
        if getattr(owner, "__module__", None) == __name__:
            spacy.tokens.Span.set_extension(name, getter=getter, force=True)
        else:
            warnings.warn(
                f"span._.{name} is taken and stays as it is; stance.spacy_component.quote_of(span) gives the Quote",
                stacklevel=2,
            )


def make_component(
    nlp: "Language", name: str, roster: str | None, model: str | None, spans_key: str
) -> StanceComponent:
    """The factory behind `nlp.add_pipe("stance", config={"roster": …, "model": …, "spans_key": …})`."""
    return StanceComponent(name, roster, model, spans_key)


_register()
Language.factory(
    FACTORY,
    default_config={"roster": None, "model": None, "spans_key": "quotes"},
    assigns=["doc.spans"],
    func=make_component,
)
