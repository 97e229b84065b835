"""From the corpus to the small model: `python -m training.train [--data FILE.jsonl …] [--output FOLDER]`.

The shipped model also learns from what a larger network thinks of passages without labels (training/distil.py);
one of your own learns from your labels alone.
"""

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stance.classifier import StanceClassifier
from stance.errors import StanceError
from stance.loading import save_model
from training.corpus import (
    TRAIN,
    Article,
    LabelledQuote,
    labelled_quotes,
    load_articles,
    load_jsonl,
    load_training_quotes,
    parted,
)
from training.distil import passages_to_label, soft_labels
from training.validation import cross_validated
from training.vectors import word_vectors

# How much the teacher's view counts beside a label: of a labelled quote, of a passage made of these
# (docs/experiments.md).
LABELLED, DERIVED = 0.5, 0.5
MODELS = Path(__file__).parent.parent / "models"


def train(quotes: Sequence[LabelledQuote]) -> StanceClassifier:
    """A classifier that has learned from the quotes, in an order that doesn't depend on that of the files."""
    ordered = sorted(quotes, key=lambda quote: quote.id)
    model = StanceClassifier(vectors=word_vectors())
    return model.fit([quote.passage for quote in ordered], [quote.stance for quote in ordered])


def train_distilled(quotes: Sequence[LabelledQuote], articles: Sequence[Article]) -> StanceClassifier:
    """The shipped classifier: it learns from nine tenths of the quotes and from what larger networks think of them and
    of passages made of them; it is calibrated on the last tenth, which those have not seen either."""
    rest, tenth = parted(quotes)
    passages = passages_to_label(rest, articles)
    weights = dict.fromkeys(passages, DERIVED)
    weights |= {quote.passage: LABELLED for quote in rest}
    # With so many passages, words seen twice still say nothing.
    model = StanceClassifier(C=2.5, vectors=word_vectors(), min_count=3)
    return model.fit(
        [quote.passage for quote in rest],
        [quote.stance for quote in rest],
        soft=(passages, soft_labels(passages), [weights[passage] for passage in passages]),
        calibration=([quote.passage for quote in tenth], [quote.stance for quote in tenth]),
    )


def data_digest(quotes: Sequence[LabelledQuote]) -> str:
    """SHA-256 of all that was learned from, whatever its order."""
    lines = sorted(json.dumps(asdict(quote), ensure_ascii=False, sort_keys=True) for quote in quotes)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def details(quotes: Sequence[LabelledQuote]) -> dict[str, Any]:
    """What the manifest says of the data, and the scores of a cross-validation with whole sources held out."""
    return {
        "data": {
            "sha256": data_digest(quotes),
            "quotes": len(quotes),
            "sources": len({quote.group for quote in quotes}),
            "stances": dict(sorted(Counter(quote.stance for quote in quotes).items())),
        },
        "cross_validation": cross_validated(quotes),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", help="your own labelled files instead of the project's corpus")
    parser.add_argument("--output", type=Path, default=MODELS, help="folder for stance.joblib and stance.json")
    options = parser.parse_args(arguments)
    try:
        if options.data:
            quotes = []
            for path in options.data:
                articles, isolated = load_jsonl(path, None)  # a classifier does not mind who spoke
                quotes += [*isolated, *labelled_quotes(articles)]
            model = train(quotes)
        else:
            quotes = load_training_quotes()
            model = train_distilled(quotes, load_articles(TRAIN))
        place = save_model(model, options.output, details(quotes))
    except (StanceError, ValueError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 2
    print(f"{place}: {len(quotes)} quotes, {place.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
