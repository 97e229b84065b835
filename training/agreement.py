"""How far the annotators of the corpus agree: `python -m training.agreement`.

Each quote was labelled by its writer and again by an annotator who saw only the guidelines and the quote in its
sentence. training/corpus/annotations.tsv holds the labels.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nltk.metrics.agreement import AnnotationTask

from stance.errors import InputError, StanceError
from training.corpus import HERE, STANCES, read_text_file

ANNOTATIONS = HERE / "annotations.tsv"


@dataclass(frozen=True, slots=True)
class Annotation:
    """The labels of one quote; `third` is empty where the first two agree."""

    id: str
    writer: str
    second: str
    third: str = ""


def load_annotations(path: Path = ANNOTATIONS) -> list[Annotation]:
    """The annotations of a file; raises InputError with file and line where it is broken."""
    annotations = []
    for number, line in enumerate(read_text_file(path).splitlines(), 1):
        if not line.strip() or line.startswith("# "):
            continue
        fields = line.split("\t")
        if len(fields) not in (3, 4) or any(label not in STANCES for label in fields[1:]):
            raise InputError(f"{path}, line {number}: want quote, two or three labels, parted by tabs: {line[:60]!r}")
        annotations.append(Annotation(*fields))
    return annotations


def settled(annotation: Annotation) -> str:
    """The label that two of the three give, else the writer's.

    >>> settled(Annotation("x", "neutral", "assertive", "assertive"))
    'assertive'
    """
    label, votes = Counter((annotation.writer, annotation.second, annotation.third)).most_common(1)[0]
    return label if label and votes > 1 else annotation.writer


def agreement(annotations: Sequence[Annotation]) -> dict[str, float]:
    """Observed agreement, Cohen's kappa and Krippendorff's alpha of the writers and the second annotators.

    >>> scores = agreement([Annotation("1", "neutral", "neutral"), Annotation("2", "assertive", "assertive")])
    >>> scores["kappa"], scores["observed"]
    (1.0, 1.0)
    """
    rows = [(who, a.id, label) for a in annotations for who, label in (("writer", a.writer), ("second", a.second))]
    task = AnnotationTask(data=rows)
    same = sum(a.writer == a.second for a in annotations)
    return {"observed": same / len(annotations), "kappa": task.kappa(), "alpha": task.alpha()}


def main() -> int:
    """Prints the agreement; returns the exit code."""
    try:
        annotations = load_annotations()
    except StanceError as error:
        print(f"agreement: {error}", file=sys.stderr)
        return 2
    scores = agreement(annotations)
    changed = sum(settled(a) != a.writer for a in annotations)
    print(f"{len(annotations)} quotes, {sum(bool(a.third) for a in annotations)} labelled thrice, {changed} changed")
    print(", ".join(f"{name} {value:.3f}" for name, value in scores.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
