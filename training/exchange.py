"""Labels to and from Label Studio and doccano: correct our output there, train on it here.

    python -m training.exchange export label-studio article.txt … > tasks.json    # the library's output, to correct
    python -m training.exchange import label-studio export.json > mine.jsonl      # for training.train and make evaluate

The same with `doccano`. `export` also takes gold files (.jsonl). docs/labels.md has the labelling set-up for both.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from stance.errors import InputError, StanceError
from stance.formats import decode_article
from stance.quote import Quote, Span
from training.corpus import SPEAKERS, STANCES, Article, GoldQuote, load_jsonl, read_text_file, to_gold

TERM = "term"
_STANCE, _SPEAKER, _MENTION = "stance", "speaker", "mention"  # the controls of the Label Studio set-up


def from_quotes(identity: str, text: str, quotes: Iterable[Quote]) -> Article:
    """The library's output as an article in gold form, for somebody to correct."""
    return Article(
        identity,
        text,
        tuple(
            GoldQuote(
                quote.start,
                quote.end,
                quote.text,
                quote.speaker or ("Other" if quote.mention else "Unknown"),
                quote.mention.text if quote.mention else "",
                str(quote.stance),
            )
            for quote in quotes
        ),
    )


# ---- Label Studio: a JSON list of tasks


def to_label_studio(article: Article, corrected: bool = True) -> dict[str, Any]:
    """A task: `corrected` labels are annotations, others predictions for an annotator to start from.

    >>> article = Article("x", "‘Stop’, Wei said.", (GoldQuote(1, 5, "Stop", "Wei", "Wei", "assertive"),))
    >>> to_label_studio(article)["annotations"][0]["result"][0]["value"]
    {'start': 1, 'end': 5, 'text': 'Stop', 'labels': ['assertive']}
    """
    result = []
    for number, quote in enumerate(article.quotes):
        region = {"start": quote.start, "end": quote.end, "text": quote.text}
        name = f"q{number}"
        result.append(_result(name, _STANCE, "labels", {**region, "labels": [quote.stance]}))
        result.append(_result(name, _SPEAKER, "choices", {**region, "choices": [quote.speaker]}))
        if quote.mention:
            result.append(_result(name, _MENTION, "textarea", {**region, "text": [quote.mention]}))
    for number, term in enumerate(article.terms):
        region = {"start": term.start, "end": term.end, "text": term.text}
        result.append(_result(f"t{number}", _STANCE, "labels", {**region, "labels": [TERM]}))
    kind = "annotations" if corrected else "predictions"
    return {"data": {"text": article.text, "id": article.id}, kind: [{"result": result}]}


def _result(name: str, control: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "from_name": control, "to_name": "text", "type": kind, "value": value}


def from_label_studio(task: dict[str, Any], where: str = "task") -> Article | None:
    """The article of an exported task, by its last annotation; None where nobody has annotated it.

    Raises InputError where offsets or labels are wrong.
    """
    try:
        text = task["data"]["text"]
        done = [item for item in task.get("annotations") or [] if not item.get("was_cancelled")]
        if not done:
            return None
        regions: dict[str, dict[str, Any]] = {}
        for item in done[-1]["result"]:
            if "value" not in item or "from_name" not in item:
                continue  # relations and the like
            value, region = item["value"], regions.setdefault(item["id"], {})
            if item["type"] == "labels":
                region |= {"start": value["start"], "end": value["end"], "label": value["labels"][0]}
                region["text"] = value.get("text")
            elif item["type"] == "choices":
                region[_SPEAKER] = value["choices"][0]
            elif item["type"] == "textarea":
                region[_MENTION] = value["text"][0] if isinstance(value["text"], list) else value["text"]
        labelled = [region for region in regions.values() if "label" in region]
        return _article(str(task["data"].get("id") or task.get("id") or where), text, labelled, where)
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise InputError(f"{where}: not a Label Studio task with text spans ({error!r}); export as JSON") from error


# ---- doccano: a line of JSON per text (sequence labelling)


def to_doccano(article: Article) -> dict[str, Any]:
    """A line for doccano; a label there is one word, so speaker and stance stand in it together.

    >>> to_doccano(Article("x", "‘Stop’, Wei said.", (GoldQuote(1, 5, "Stop", "Wei", "Wei", "assertive"),)))["label"]
    [[1, 5, 'Wei: assertive']]
    """
    return {
        "id": article.id,
        "text": article.text,
        "label": sorted(
            [
                *([quote.start, quote.end, f"{quote.speaker}: {quote.stance}"] for quote in article.quotes),
                *([term.start, term.end, TERM] for term in article.terms),
            ]
        ),
        "mentions": [[quote.start, quote.end, quote.mention] for quote in article.quotes if quote.mention],
    }


def from_doccano(row: dict[str, Any], where: str = "line") -> Article | None:
    """The article of an exported line; None where it has no labels. Raises InputError where they are wrong."""
    try:
        labels = row.get("label", row.get("labels")) or []
        mentions = {(start, end): words for start, end, words in row.get("mentions") or []}
        regions = []
        for start, end, label in labels:
            speaker, _, stance = label.rpartition(": ")
            region = {"start": start, "end": end, "label": stance, _MENTION: mentions.get((start, end), "")}
            regions.append(region | ({_SPEAKER: speaker} if speaker else {}))
        return _article(str(row.get("id", where)), row["text"], regions, where) if regions else None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{where}: not a line of doccano's JSONL for sequence labelling ({error!r})") from error


# ---- both


def _article(identity: str, text: str, regions: Iterable[dict[str, Any]], where: str) -> Article:
    quotes, terms = [], []
    for region in sorted(regions, key=lambda item: (item["start"], item["end"])):
        start, end = _offsets(text, region, where)
        label, speaker = region["label"], region.get(_SPEAKER) or "Unknown"
        if label == TERM:
            terms.append(Span(start, end, text[start:end]))
            continue
        if label not in STANCES:
            raise InputError(f"{where}: label {label!r} is none of {', '.join((*STANCES, TERM))}")
        if speaker not in SPEAKERS:
            raise InputError(f"{where}: speaker {speaker!r} is none of {', '.join(SPEAKERS)}")
        quotes.append(GoldQuote(start, end, text[start:end], speaker, region.get(_MENTION) or "", label))
    return Article(identity, text, tuple(quotes), tuple(terms))


def _offsets(text: str, region: dict[str, Any], where: str) -> tuple[int, int]:
    start, end, words = region["start"], region["end"], region.get("text")
    if not 0 <= start < end <= len(text) + sum(ord(c) > 0xFFFF for c in text):
        raise InputError(f"{where}: a label from {start} to {end} lies outside the text")
    if words is None or text[start:end] == words:
        return start, end
    # Programs in a browser may count in UTF-16: a character outside the basic plane counts twice.
    units = text.encode("utf-16-le")
    before, inside = (units[2 * a : 2 * b].decode("utf-16-le", "replace") for a, b in ((0, start), (start, end)))
    if inside == words:
        return len(before), len(before) + len(inside)
    raise InputError(f"{where}: the text from {start} to {end} is {text[start:end][:40]!r}, not {words[:40]!r}")


# ---- the command


def _export(form: str, paths: Sequence[Path]) -> Iterator[dict[str, Any]]:
    from stance import analyze

    for path in paths:
        if path.suffix == ".jsonl":
            articles = ((article, True) for article in load_jsonl(path)[0])
        else:
            text = decode_article(_bytes(path), str(path))
            articles = ((article, False) for article in [from_quotes(path.stem, text, analyze(text))])
        for article, corrected in articles:
            yield to_label_studio(article, corrected) if form == "label-studio" else to_doccano(article)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}); check the path") from error


def _import(form: str, paths: Sequence[Path]) -> Iterator[Article | None]:
    for path in paths:
        text = read_text_file(path)
        try:
            rows = (
                json.loads(text) if form == "label-studio" else [json.loads(s) for s in text.split("\n") if s.strip()]
            )
        except ValueError as error:
            raise InputError(f"{path}: not JSON ({error}); export from {form} as JSON") from error
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise InputError(f"{path}: not an export of {form}; a list of objects is wanted")
        convert: Callable[..., Article | None] = from_label_studio if form == "label-studio" else from_doccano
        yield from (convert(row, f"{path}, item {number}") for number, row in enumerate(rows, 1))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m training.exchange", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("direction", choices=("export", "import"))
    parser.add_argument("form", choices=("label-studio", "doccano"))
    parser.add_argument("files", type=Path, nargs="+", help="export: .txt articles or .jsonl gold; import: exports")
    options = parser.parse_args(arguments)
    try:
        if options.direction == "import":
            found = list(_import(options.form, options.files))
            done = [article for article in found if article is not None]
            for article in done:
                print(json.dumps(to_gold(article), ensure_ascii=False))
            print(f"exchange: {len(done)} articles; {len(found) - len(done)} without labels left out", file=sys.stderr)
        elif options.form == "doccano":
            for row in _export("doccano", options.files):
                print(json.dumps(row, ensure_ascii=False))
        else:
            print(json.dumps(list(_export("label-studio", options.files)), ensure_ascii=False, indent=1))
    except StanceError as error:
        print(f"exchange: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
