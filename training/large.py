"""From the corpus to the large model: `python -m training.large [--head]` (needs the extra train-large).

Takes the lowest layers of the teacher (training/teacher.py) and fine-tunes them on nine tenths of the quotes and on
what the teacher thinks of passages made of them (training/soft_labels.npz); exports them to ONNX in 8 bits; fits on the
last tenth the head that calibrates them and the small model. With --head only the last step: `make train` does it,
having made another small model. On 2 cores about an hour. What the network thinks of passages without a label goes to
training/large_labels.npz, for the small model to learn from: `make train` comes next.
"""

import argparse
import json
import shutil
import sys
import tempfile
import zlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from stance.classifier import StanceClassifier
from stance.encoder import NETWORK, TOKENIZER, Encoder, EncoderClassifier
from stance.errors import ModelError, StanceError
from stance.features import Passage
from stance.loading import load_model, save_large_model
from training.corpus import TRAIN, Article, LabelledQuote, load_articles, load_training_quotes, parted
from training.distil import (
    FOLDER,
    LARGE,
    add_soft_labels,
    labelled_by_teacher,
    missing_soft_labels,
    passages_to_label,
)
from training.teacher import teacher, teacher_base
from training.train import data_digest
from training.tuning import Settings, Tensors, certain, fine_tuned, probabilities

_PACKAGES = ("torch", "transformers", "onnx", "onnxruntime", "tokenizers")

SEED = 1
LAYERS = 6
# First on all that the teacher has labelled, then on the labelled quotes alone.
FIRST = Settings(epochs=1, rate=5e-5, decay=0.9, frozen=1)
THEN = Settings(epochs=2, rate=5e-5, decay=0.9, frozen=1)
# How much the teacher's view of a labelled quote counts beside its label.
TRUST = 0.3
# Weights are multiples of this many standard deviations of their row; those of embeddings, of their table.
STEP, EMBEDDING_STEP = 0.33, 0.5
LEAST_ROUNDED = 64  # rows and columns; smaller tables are not worth it
MOST_STEPS = 127


def learned(
    network: Any,
    tensors: Tensors,
    quotes: Sequence[LabelledQuote],
    articles: Sequence[Article],
    seed: int = SEED,
) -> Any:
    """The network, its lowest layers alone, that has learned from the quotes and from the teacher's soft labels; raises
    ModelError where the teacher has labelled nothing. A quote that it has not labelled is learned from its label alone.

    Upper layers hold what a network was trained on before (Sajjad et al. 2020): what is left learns anew without them.
    """
    import torch

    taught, views = labelled_by_teacher(passages_to_label(quotes, articles))
    if not taught:
        raise ModelError("there are no soft labels to learn from; get training/soft_labels.npz from the checkout")
    labels = {quote.passage: row for quote, row in zip(quotes, certain(quotes), strict=True)}
    targets = labels | {
        passage: TRUST * view + (1 - TRUST) * labels[passage] if passage in labels else view
        for passage, view in zip(taught, views, strict=True)
    }
    network.encoder.encoder.layer = network.encoder.encoder.layer[:LAYERS]
    network.encoder.config.num_hidden_layers = LAYERS
    torch.manual_seed(seed)

    def learn(passages: Sequence[Passage], settings: Settings) -> Any:
        rows = np.array([targets[passage] for passage in passages])
        return fine_tuned(network, tensors, passages, rows, settings, seed)

    network = learn(taught, FIRST)
    network = coarse(network)
    return learn(list(labels), THEN)


def coarse(network: Any) -> Any:
    """The torch module with its weights rounded to multiples of a step, so that its file packs well; as it goes on to
    learn, they are rounded anew each time (quantization-aware training, Jacob et al. 2018).

    Even steps, and then a code by frequency, lose little more than the best code there is (Gish and Pierce 1968).
    """
    import torch
    from torch.nn.utils import parametrize

    class Rounded(torch.nn.Module):  # type: ignore[misc]
        """A weight, to the next multiple of a share of its rows' (or its own) standard deviation."""

        def __init__(self, step: float, by_row: bool) -> None:
            super().__init__()
            self.step, self.by_row = step, by_row

        def forward(self, weight: Any) -> Any:
            with torch.no_grad():
                step = self.step * (weight.std(1, keepdim=True) if self.by_row else weight.std())
                change = torch.round(weight / step).clamp(-MOST_STEPS, MOST_STEPS) * step - weight
            return weight + change

    for module in list(network.modules()):
        weight = getattr(module, "weight", None)
        if weight is None or weight.dim() != 2 or min(weight.shape) < LEAST_ROUNDED:
            continue
        embedding = isinstance(module, torch.nn.Embedding)
        rounded = Rounded(EMBEDDING_STEP if embedding else STEP, by_row=not embedding)
        if weight.requires_grad:
            parametrize.register_parametrization(module, "weight", rounded)
        else:  # frozen: once will do
            with torch.no_grad():
                weight.copy_(rounded(weight))
    return network


def fixed(network: Any) -> Any:
    """The torch module of `coarse` with the rounded weights for good."""
    from torch.nn.utils import parametrize

    for module in list(network.modules()):
        if parametrize.is_parametrized(module):
            parametrize.remove_parametrizations(module, "weight")
    return network


def export(network: Any, base: Path, folder: Path) -> None:
    """Writes encoder.onnx.gz (8 bits, a scale per channel) and tokenizer.json into the folder."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(base / TOKENIZER, folder / TOKENIZER)
    (folder / TOKENIZER).chmod(0o644)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = tuple(torch.tensor([row, row]) for row in ([0, 2054, 1012, 2003, 2], [1] * 5, [1, 0, 0, 1, 1]))
    axes = {name: {0: "passages", 1: "tokens"} for name in names}
    with tempfile.TemporaryDirectory() as temporary:
        full, prepared, small = (Path(temporary, name) for name in ("full.onnx", "prepared.onnx", "small.onnx"))
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
        # Seven bits (reduce_range): processors without VNNI overflow on eight. So do steps beyond 63, but they are some
        # fifty of 66 million, and the rest rarely goes beyond 16.
        quantize_dynamic(str(prepared), str(small), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
        _store_steps(prepared, small)
        # Codes by frequency alone: there are no repetitions to look for.
        packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS + 16, strategy=zlib.Z_HUFFMAN_ONLY)
        (folder / NETWORK).write_bytes(packer.compress(small.read_bytes()) + packer.flush())


def _store_steps(before: Path, quantized: Path) -> None:
    """Has the 8-bit weights of an ONNX file count the steps of `coarse`, where the quantization chose a scale of its
    own for each channel: so few numbers occur often, and all channels share them. Raises ModelError where there is no
    weight that can."""
    import onnx
    from onnx.numpy_helper import from_array, to_array

    model = onnx.load(quantized)
    tables = {table.name: table for table in model.graph.initializer}
    stored = 0
    for table in onnx.load(before).graph.initializer:
        scale = tables.get(f"{table.name}_scale")
        if scale is None or min(table.dims) < LEAST_ROUNDED:
            continue
        weight, wanted = to_array(table), to_array(scale)
        sizes = np.where(weight == 0, np.inf, np.abs(weight))
        step = (sizes.min(axis=0) if wanted.size == weight.shape[1] else sizes.min()).astype(np.float32)
        counts = np.round(weight / step)
        if np.abs(weight / step - counts).max() > 0.01:
            raise ModelError(f"{table.name}: its weights are no multiples of one step; coarse() comes before export()")
        numbers = np.clip(counts, -MOST_STEPS, MOST_STEPS).astype(np.int8)
        stored += 1
        zeros = np.zeros(wanted.shape, np.int8)
        for name, values in (("scale", step.reshape(wanted.shape)), ("zero_point", zeros), ("quantized", numbers)):
            tables[f"{table.name}_{name}"].CopyFrom(from_array(values, f"{table.name}_{name}"))
    if not stored:
        raise ModelError("no weight to store as steps; does another onnxruntime name them in another way?")
    onnx.save(model, quantized)


def with_head(folder: Path, tenth: Sequence[LabelledQuote]) -> EncoderClassifier:
    """The large model of a folder: its head fitted on the tenth, which the encoder has not seen and the small model was
    only calibrated on."""
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
            with teacher_base() as base:
                tensors, articles = Tensors(base), load_articles(TRAIN)
                network = fixed(learned(teacher(base), tensors, rest, articles, options.seed))
                export(network, base, options.output)
                if options.output.resolve() == FOLDER.resolve():
                    passages = passages_to_label(rest, articles)
                    # What the teacher thinks of the quotes themselves stays.
                    known = {quote.passage for quote in rest} - set(missing_soft_labels(passages))
                    todo = [passage for passage in passages if passage not in known]
                    add_soft_labels(LARGE, todo, probabilities(network, tensors, todo), wanted=passages)
        model = with_head(options.output, tenth)
        # With --head the encoder may have learned from an earlier corpus: what the manifest says of it stays.
        learned_from = described(rest) if not options.head else encoder_data(options.output)
        save_large_model(model, options.output, {"encoder_data": learned_from, "head_data": described(tenth)})
    except StanceError as error:
        print(f"large: {error}", file=sys.stderr)
        return 2
    print(f"{options.output}: {sum(f.stat().st_size for f in options.output.iterdir()) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
