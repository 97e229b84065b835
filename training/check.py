"""Whether the shipped small model is what `make train` makes: `python -m training.check`.

Trains it anew from the corpus and compares the probabilities that both give to the held-out quotes. Two machines may
differ in the last digits of a sum; a model of other data differs by more than TOLERANCE.
"""

import sys

import numpy as np

from stance.errors import StanceError
from stance.loading import load_model
from training.corpus import HELDOUT, TRAIN, labelled_quotes, load_articles, load_training_quotes
from training.train import train_distilled

TOLERANCE = 1e-3


def main() -> int:
    """Prints how far the two are apart; returns the exit code: 0 where they are the same."""
    try:
        shipped = load_model("small")
        rebuilt = train_distilled(load_training_quotes(), load_articles(TRAIN))
        passages = [quote.passage for quote in labelled_quotes(load_articles(HELDOUT))]
    except StanceError as error:
        print(f"check: {error}", file=sys.stderr)
        return 2
    before, after = shipped.predict_proba(passages), rebuilt.predict_proba(passages)
    apart = float(np.abs(before - after).max())
    other = int((before.argmax(axis=1) != after.argmax(axis=1)).sum())
    print(f"{len(passages)} held-out quotes: {other} with another label, probabilities at most {apart:.2g} apart")
    if apart > TOLERANCE:
        print("check: the shipped model is not what this corpus gives; run make train", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
