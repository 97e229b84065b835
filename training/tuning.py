"""Fine-tuning of a network on passages: what the large model and its teacher have in common (extra train-teacher)."""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stance.encoder import TOKENIZER, Reader
from stance.features import Passage
from stance.linear import Probabilities
from training.corpus import STANCES, LabelledQuote

LABELS = sorted(STANCES)
SMOOTHING = 0.1
# Full sentences are shown without their context this often: they act by themselves, and not every user has a context.
BARE_SHARE = 0.5
BARE_WORDS = 7


@dataclass(frozen=True, slots=True)
class Settings:
    """How a network learns.

    rate    of the top layer; each layer below learns at `decay` of it, the new output layer at 10 times
    frozen  the lowest layers, which stay as they are, with the embeddings below them where there are any
    bare    whether full sentences are sometimes shown without their context
    """

    epochs: int
    rate: float
    decay: float
    batch: int = 32
    frozen: int = 0
    bare: bool = False


def certain(quotes: Sequence[LabelledQuote], smoothing: float = SMOOTHING) -> Probabilities:
    """A row per quote: its label, a little of the certainty shared out (label smoothing, Szegedy et al. 2016)."""
    rows: Probabilities = np.full((len(quotes), len(LABELS)), smoothing / len(LABELS))
    rows[np.arange(len(quotes)), [LABELS.index(quote.stance) for quote in quotes]] += 1 - smoothing
    return rows


class Tensors:
    """Passages → what a torch module takes: a batch, padded to its longest passage; `base` is the encoder's folder."""

    def __init__(self, base: Path) -> None:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(base / TOKENIZER))
        self._reader = Reader(tokenizer)
        self._padding = tokenizer.token_to_id("<pad>")

    def __call__(self, passages: Sequence[Passage]) -> dict[str, Any]:
        """Token numbers, the mask of the padding, and the type of each token: 0 in the quote, 1 around it."""
        import torch

        rows = self._reader(passages)
        longest = max(len(tokens) for tokens, _ in rows)
        ids = torch.full((len(rows), longest), self._padding)
        attention, types = torch.zeros_like(ids), torch.ones_like(ids)
        for number, row in enumerate(rows):
            size = len(row[0])
            ids[number, :size], types[number, :size] = map(torch.tensor, row)
            attention[number, :size] = 1
        return {"input_ids": ids, "attention_mask": attention, "token_type_ids": types}


def network_on(base: Path) -> Any:
    """A torch module on the encoder in a folder, before it has learned: token numbers in, a score per label out.

    Tokens of type 0 are the quote, those of type 1 what stands around it.
    """
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
            hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            parts = [(attention_mask * kind).unsqueeze(-1).float() for kind in (1 - token_type_ids, token_type_ids)]
            means = [(hidden * part).sum(1) / part.sum(1).clamp(min=1) for part in parts]
            return self.output(self.dropout(torch.cat(means, 1)))

    return Network()


def fine_tuned(
    network: Any,
    tokens_of: Callable[[Sequence[Passage]], dict[str, Any]],
    passages: Sequence[Passage],
    targets: Probabilities,
    settings: Settings,
    seed: int,
) -> Any:
    """The torch module after it has learned from passages with a row of probabilities each; it has `encoder`, a
    transformer, and `output`, and takes what `tokens_of` makes of passages."""
    import torch

    chance = random.Random(seed)
    # Macro-F1 asks for rare labels too: half-way (the root) between their shares and even ones.
    weights = torch.tensor((targets.mean(axis=0) * len(LABELS)) ** -0.5).float()
    loss_of = torch.nn.CrossEntropyLoss(weight=weights)
    wanted = torch.tensor(targets).float()
    optimizer = torch.optim.AdamW(_rates(network, settings))
    steps = settings.epochs * math.ceil(len(passages) / settings.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(step / (0.1 * steps), 1.0) * max(steps - step, 0) / steps
    )
    for epoch in range(settings.epochs):
        network.train()
        losses = []
        for batch in _batches(passages, settings.batch, chance):
            shown = [passages[i] for i in batch]
            if settings.bare:
                shown = [_sometimes_bare(passage, chance) for passage in shown]
            with torch.autocast("cpu", dtype=torch.bfloat16):
                scores = network(**tokens_of(shown))
            loss = loss_of(scores.float(), wanted[batch])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            losses.append(loss.item())
            if len(losses) % 100 == 0:
                print(f"  step {len(losses)}: loss {np.mean(losses[-100:]):.3f}", flush=True)
        print(f"epoch {epoch + 1} of {settings.epochs}: loss {np.mean(losses):.3f}", flush=True)
    return network.eval()


def probabilities(network: Any, tensors: Tensors, passages: Sequence[Passage], batch: int = 32) -> Probabilities:
    """A row per passage: what a torch module that has learned gives each stance, in alphabetical order."""
    import torch

    rows: Probabilities = np.zeros((len(passages), len(LABELS)))
    order = sorted(range(len(passages)), key=lambda i: _length(passages[i]))
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            scores = network(**tensors([passages[i] for i in chosen])).float()
            rows[chosen] = torch.softmax(scores, 1).numpy()
    return rows


def _rates(network: Any, settings: Settings) -> list[dict[str, Any]]:
    """A learning rate for each parameter: lower layers know language already (Howard and Ruder 2018)."""
    layers = network.encoder.config.num_hidden_layers
    groups = []
    for name, parameter in network.named_parameters():
        number = int(name.split(".layer.")[1].split(".")[0]) if ".layer." in name else -1
        if name.startswith("output."):
            factor = 10.0
        elif number < settings.frozen and settings.frozen:
            parameter.requires_grad = False
            continue
        else:
            factor = settings.decay ** (layers - 1 - number)
        decay = 0.01 if parameter.dim() > 1 else 0.0
        groups.append({"params": [parameter], "lr": settings.rate * factor, "weight_decay": decay})
    return groups


def _batches(passages: Sequence[Passage], size: int, chance: random.Random) -> Iterator[list[int]]:
    """Batches in random order, of passages of like length: less padding."""
    order = list(range(len(passages)))
    chance.shuffle(order)
    batches = []
    for start in range(0, len(order), 20 * size):
        alike = sorted(order[start : start + 20 * size], key=lambda i: _length(passages[i]))
        batches += [alike[i : i + size] for i in range(0, len(alike), size)]
    chance.shuffle(batches)
    yield from batches


def _length(passage: Passage) -> int:
    return len(passage.before) + len(passage.text) + len(passage.after)


def _sometimes_bare(passage: Passage, chance: random.Random) -> Passage:
    bare = len(passage.text.split()) > BARE_WORDS and chance.random() < BARE_SHARE
    return Passage(passage.text) if bare else passage
