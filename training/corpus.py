"""The labelled data: articles with their quotes marked in place, and isolated quotes, read and checked.

An article file has a header, an empty line, and the text with every quote and term marked between its marks:

    id: gulf-03
    genre: readout
    topic: shipping

    “⟦The ship left at dawn,⟧{Pentagon|a spokeswoman|neutral}” a spokeswoman said of ‘⟦Desert Lantern⟧{term}’.

`quotes.jsonl` has an isolated quote a line; training/corpus/README.md describes both.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stance.errors import InputError
from stance.features import Passage, passage_of, without_marks
from stance.quote import Span, Stance
from stance.sentences import sentence_spans

HERE = Path(__file__).parent / "corpus"
QUOTES = HERE / "quotes.jsonl"
TRAIN = HERE / "articles" / "train"
HELDOUT = HERE / "articles" / "heldout"
# Written to be as hard as news by others; no shipped model has learned from them.
CHALLENGE = HERE / "articles" / "challenge"
CHALLENGE_QUOTES = HERE / "challenge.jsonl"

ROSTER = ("Austin", "Wei", "Pentagon")
SPEAKERS = (*ROSTER, "Other", "Unknown")
STANCES = tuple(str(label) for label in Stance)

_MARKED = re.compile(r"⟦([^⟦⟧]*)⟧(?:\{([^{}]*)\})?")
_STRAY = re.compile(r"[⟦⟧]")


@dataclass(frozen=True, slots=True)
class GoldQuote:
    """A quote as an annotator marked it; `speaker` is one of SPEAKERS, `mention` the words that name the source."""

    start: int
    end: int
    text: str
    speaker: str
    mention: str
    stance: str


@dataclass(frozen=True, slots=True)
class Article:
    """An article with all its quotes and quoted terms; `meta` holds the rest of the header."""

    id: str
    text: str
    quotes: tuple[GoldQuote, ...]
    terms: tuple[Span, ...] = ()
    meta: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class LabelledQuote:
    """A quote to learn from or to score; quotes of one `group` must never be parted by a cross-validation."""

    id: str
    passage: Passage
    stance: str
    speaker: str
    group: str
    topic: str = ""
    style: str = ""


def parse_article(source: str, name: str = "article") -> Article:
    """The article that an inline-marked text describes, with offsets into its plain text.

    `name` is the file's name, for the errors. Raises InputError with file, line and mend.

    >>> article = parse_article("id: x\\n\\n“⟦Stop.⟧{Wei|Wei|assertive}” Wei said.")
    >>> article.text, article.quotes[0].start, article.quotes[0].stance
    ('“Stop.” Wei said.', 1, 'assertive')
    """
    head, gap, body = source.partition("\n\n")
    meta = {}
    for number, line in enumerate(head.splitlines(), 1):
        key, colon, value = line.partition(":")
        if not colon:
            raise InputError(
                f"{name}, line {number}: {line[:40]!r} is no 'key: value' line; the header ends with an empty line"
            )
        meta[key.strip()] = value.strip()
    if not meta.get("id"):
        raise InputError(f"{name}, line 1: the header has no id; write 'id: ' and the file's name without .txt")

    def line_of(offset: int) -> int:
        return (head + gap + body[:offset]).count("\n") + 1

    pieces: list[str] = []
    quotes: list[GoldQuote] = []
    terms: list[Span] = []
    read = written = 0
    for match in _MARKED.finditer(body):
        where = f"{name}, line {line_of(match.start())}"
        between, (text, label) = body[read : match.start()], match.groups()
        _refuse_stray(between, where)
        if not text or text != text.strip():
            raise InputError(f"{where}: {text[:40]!r} is empty or padded; move the blanks outside ⟦…⟧")
        start = written + len(between)
        if label == "term":
            terms.append(Span(start, start + len(text), text))
        else:
            quotes.append(_labelled(label, start, text, where))
        pieces += [between, text]
        read, written = match.end(), start + len(text)
    _refuse_stray(body[read:], f"{name}, line {line_of(read)} or below")
    return Article(meta.pop("id"), "".join([*pieces, body[read:]]), tuple(quotes), tuple(terms), meta)


def _refuse_stray(text: str, where: str) -> None:
    if _STRAY.search(text):
        raise InputError(f"{where}: a lone ⟦ or ⟧; every quote is written ⟦words⟧{{speaker|mention|stance}}")


def _labelled(label: str | None, start: int, text: str, where: str) -> GoldQuote:
    parts = (label or "").split("|")
    if len(parts) != 3:
        raise InputError(f"{where}: {text[:40]!r} needs {{speaker|mention|stance}} or {{term}} right after ⟧")
    speaker, mention, stance = parts
    return _checked(GoldQuote(start, start + len(text), text, speaker, mention, stance), where)


def _checked(quote: GoldQuote, where: str, speakers: Sequence[str] | None = SPEAKERS) -> GoldQuote:
    if speakers is not None and quote.speaker not in speakers:
        raise InputError(f"{where}: speaker {quote.speaker!r} is none of {', '.join(speakers)}")
    if quote.stance not in STANCES:
        raise InputError(f"{where}: stance {quote.stance!r} is none of {', '.join(STANCES)}")
    return quote


def to_gold(article: Article) -> dict[str, Any]:
    """The article as a line of a gold file: id, text, quotes, terms.

    >>> to_gold(Article("x", "‘Stop’, Wei said.", (GoldQuote(1, 5, "Stop", "Wei", "Wei", "assertive"),)))["quotes"]
    [{'start': 1, 'end': 5, 'text': 'Stop', 'speaker': 'Wei', 'mention': 'Wei', 'stance': 'assertive'}]
    """
    quotes = [{name: getattr(quote, name) for name in GoldQuote.__slots__} for quote in article.quotes]
    terms = [{"start": term.start, "end": term.end, "text": term.text} for term in article.terms]
    return {"id": article.id, "text": article.text, "quotes": quotes, "terms": terms}


def speakers_on(names: Iterable[str]) -> tuple[str, ...]:
    """The labels that name a source, for a roster with these names.

    >>> speakers_on(["Okafor"])
    ('Okafor', 'Other', 'Unknown')
    """
    return (*names, *SPEAKERS[len(ROSTER) :])


def from_gold(row: dict[str, Any], where: str = "gold", speakers: Sequence[str] | None = SPEAKERS) -> Article:
    """The article that a line of a gold file describes; raises InputError where its offsets or labels are wrong.

    `speakers` are the labels that may name a source; None: any.

    >>> row = {"id": "x", "text": "‘Stop’, he said.", "quotes": [{"start": 1, "end": 5, "stance": "assertive"}]}
    >>> from_gold(row).quotes[0].text, from_gold(row).quotes[0].speaker
    ('Stop', 'Unknown')
    """
    try:
        text = row["text"]
        quotes = tuple(
            _checked(
                GoldQuote(
                    quote["start"],
                    quote["end"],
                    text[quote["start"] : quote["end"]],
                    quote.get("speaker") or "Unknown",
                    quote.get("mention") or "",
                    quote["stance"],
                ),
                where,
                speakers,
            )
            for quote in row["quotes"]
        )
        terms = tuple(Span(t["start"], t["end"], text[t["start"] : t["end"]]) for t in row.get("terms", ()))
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{where}: not an article in gold format ({error!r}); it needs text and quotes with start, end, stance"
        ) from error
    for quote, given in zip(quotes, row["quotes"], strict=True):
        if not quote.text or given.get("text", quote.text) != quote.text:
            raise InputError(
                f"{where}: text[{quote.start}:{quote.end}] is {quote.text[:40]!r}, not {given.get('text', '')[:40]!r}; "
                "count the offsets in characters of the text as given"
            )
    return Article(str(row.get("id", where)), text, quotes, terms)


def from_line(row: dict[str, Any], where: str = "quotes") -> LabelledQuote:
    """The isolated quote of one line of quotes.jsonl; only text and stance are obligatory.

    >>> from_line({"text": "Stop.", "stance": "assertive"}).passage
    Passage(text='Stop.', before='', after='')
    """
    for name in ("text", "stance"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise InputError(f"{where}: a labelled quote needs {name!r}, a string")
    if row["stance"] not in STANCES:
        raise InputError(f"{where}: stance {row['stance']!r} is none of {', '.join(STANCES)}")
    before, after = (row.get(name) or "" for name in ("before", "after"))
    if not isinstance(before, str) or not isinstance(after, str):
        raise InputError(f"{where}: 'before' and 'after' of a labelled quote are strings")
    identity = str(row.get("id", where))
    return LabelledQuote(
        identity,
        without_marks(Passage(row["text"], before, after)),
        row["stance"],
        row.get("speaker", "Unknown"),
        str(row.get("source", identity)),
        row.get("topic", ""),
        row.get("style", ""),
    )


def labelled_quotes(articles: Iterable[Article]) -> Iterator[LabelledQuote]:
    """The quotes of articles, each in the passage that the library would see at run time."""
    for article in articles:
        sentences = sentence_spans(article.text, [(quote.start, quote.end) for quote in article.quotes])
        for number, quote in enumerate(article.quotes, 1):
            yield LabelledQuote(
                f"{article.id}#{number}",
                passage_of(article.text, quote.start, quote.end, sentences),
                quote.stance,
                quote.speaker,
                article.id,
                article.meta.get("topic", ""),
                article.meta.get("genre", ""),
            )


def load_articles(folder: Path) -> list[Article]:
    """All articles of a folder of .txt files, by name; raises InputError where one is broken or there are none."""
    paths = sorted(folder.glob("*.txt"))
    if not paths:
        raise InputError(f"{folder}: no .txt articles here")
    articles = []
    for path in paths:
        article = parse_article(read_text_file(path), str(path))
        if article.id != path.stem:
            raise InputError(f"{path}, line 1: id {article.id!r} differs from the file's name; make them the same")
        articles.append(article)
    return articles


def load_jsonl(path: Path, speakers: Sequence[str] | None = SPEAKERS) -> tuple[list[Article], list[LabelledQuote]]:
    """The articles (gold format) and the isolated quotes of a JSONL file; a file may hold both.

    `speakers` are the labels that may name a source in articles; None: any.

    Raises InputError with file and line where a line is neither.
    """
    articles, quotes = [], []
    for where, line in _lines(path):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"{where}: not JSON ({error}); one object a line") from error
        if not isinstance(row, dict):
            raise InputError(f"{where}: a JSON object is wanted, not {type(row).__name__}")
        if "quotes" in row:
            articles.append(from_gold(row, where, speakers))
        else:
            quotes.append(from_line(row, where))
    if not articles and not quotes:
        raise InputError(f"{path}: no labelled quotes in it")
    return articles, quotes


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of a JSONL file that are not blank, each with its place for messages."""
    # Split at newlines alone: JSON strings may hold U+2028 and the like, where splitlines would cut.
    for number, line in enumerate(read_text_file(path).split("\n"), 1):
        if line.strip():
            yield f"{path}, line {number}", line


def load_training_quotes() -> list[LabelledQuote]:
    """Everything the shipped model learns from: the isolated quotes and those of the train articles."""
    return [*load_jsonl(QUOTES)[1], *labelled_quotes(load_articles(TRAIN))]


def parted(quotes: Sequence[LabelledQuote]) -> tuple[list[LabelledQuote], list[LabelledQuote]]:
    """Nine tenths of the sources to learn from, a tenth to calibrate on; which, hangs on the source's name alone.

    >>> rest, tenth = parted([from_line({"text": "Go.", "stance": "neutral"}, f"line {n}") for n in range(100)])
    >>> len(rest) + len(tenth), 3 < len(tenth) < 20
    (100, True)
    """
    ordered = sorted(quotes, key=lambda quote: quote.id)
    tenth = [int(hashlib.sha256(quote.group.encode()).hexdigest(), 16) % 10 == 0 for quote in ordered]
    kept = [quote for quote, held in zip(ordered, tenth, strict=True) if not held]
    return kept, [quote for quote, held in zip(ordered, tenth, strict=True) if held]


def read_text_file(path: Path) -> str:
    """The text of a UTF-8 file; raises InputError with the reason where it can't be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from error


def near_duplicates(texts: Sequence[str], size: int = 4, share: float = 0.5) -> list[tuple[int, int]]:
    """Pairs (i, j), i < j, of texts alike: of the shorter one's runs of `size` words, `share` stand in the other too.

    Texts with fewer than `size` + 1 words are passed over: a fragment may well recur.

    >>> near_duplicates(["the ship left the port at dawn", "Yes.", "The ship left the port at noon."])
    [(0, 2)]
    """
    seen: dict[tuple[str, ...], list[int]] = {}
    runs = [word_runs(text, size) for text in texts]
    pairs = []
    for j, own in enumerate(runs):
        if len(own) < 2:
            continue
        common: dict[int, int] = {}
        for run in own:
            for i in seen.setdefault(run, []):
                common[i] = common.get(i, 0) + 1
            seen[run].append(j)
        pairs += [(i, j) for i, n in sorted(common.items()) if n >= share * min(len(own), len(runs[i]))]
    return pairs


def word_runs(text: str, size: int) -> set[tuple[str, ...]]:
    """All runs of `size` words of a text, without case and punctuation.

    >>> sorted(word_runs("We won't go.", 2))
    [('we', "won't"), ("won't", 'go')]
    """
    words = re.findall(r"[\w']+", text.lower().replace("’", "'"))
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}
