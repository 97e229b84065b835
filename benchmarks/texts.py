"""Texts to measure on: read from files, and repeated with changed names to make as many as are wanted."""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

# Last: an installed stance, compiled perhaps, is measured rather than the one of the checkout.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from training.corpus import HELDOUT, TRAIN, load_articles

# A capitalised word in the middle of a sentence, or before another one.
_NAME = re.compile(r"\b[A-Z][a-z]{3,}(?= [A-Z])|(?<=[a-z,] )[A-Z][a-z]{3,}\b")
_SYLLABLES = ("an", "el", "or", "is", "um", "ek", "ay", "ov", "in", "us")


def load_texts(paths: Sequence[str]) -> list[str]:
    """The texts of .jsonl files ("text" of each line) and .txt files; without paths those of training/corpus/."""
    texts: list[str] = []
    for path in map(Path, paths):
        content = path.read_text(encoding="utf-8")
        rows = [json.loads(line) for line in content.split("\n") if line.strip()] if path.suffix == ".jsonl" else None
        texts += [content] if rows is None else [str(row["text"]) for row in rows]
    return texts or [article.text for folder in (TRAIN, HELDOUT) for article in load_articles(folder)]


def repeated(texts: Sequence[str], count: int) -> Iterator[str]:
    """`count` articles: the texts again and again, each time with other names, so that no cache knows the words."""
    for number in range(count):
        turn, at = divmod(number, len(texts))
        yield renamed(texts[at], turn)


def renamed(text: str, turn: int) -> str:
    """The text with an ending on every name; turn 0 leaves it as it is.

    >>> renamed("We met Clara Ruiz. Ruiz spoke.", 12)
    'We met Claraelor Ruizelor. Ruizelor spoke.'
    """
    if not turn:
        return text
    ending = "".join(_SYLLABLES[int(digit)] for digit in str(turn))
    names = set(_NAME.findall(text))
    if not names:
        return text
    anyone = re.compile(r"\b(?:" + "|".join(sorted(names, key=len, reverse=True)) + r")\b")
    return anyone.sub(lambda match: match[0] + ending, text)
