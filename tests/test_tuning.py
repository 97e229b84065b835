"""What the large model and its teacher learn from, and how fast each layer does."""

from types import SimpleNamespace

import numpy as np
import pytest

from stance.features import Passage
from training.corpus import LabelledQuote
from training.large import EMBEDDING_STEP, STEP, _store_steps, coarse, fixed
from training.tuning import LABELS, Settings, certain, fine_tuned

QUOTES = [
    LabelledQuote(str(number), Passage(text), stance, "Other", str(number))
    for number, (text, stance) in enumerate(
        [("stop stop", "assertive"), ("thanks thanks", "conciliatory"), ("noon noon", "neutral")] * 8
    )
]


def test_a_label_with_a_little_doubt():
    rows = certain(QUOTES[:3], smoothing=0.3)
    assert np.allclose(rows.sum(axis=1), 1)
    assert [LABELS[i] for i in rows.argmax(axis=1)] == [quote.stance for quote in QUOTES[:3]]
    assert np.allclose(rows.max(axis=1), 0.8)


def test_a_network_learns_and_its_frozen_layers_stay():
    torch = pytest.importorskip("torch", reason="needs the extra train-large")
    words = ["stop", "thanks", "noon"]

    class Network(torch.nn.Module):  # type: ignore[misc]
        def __init__(self):
            super().__init__()
            self.encoder = torch.nn.Module()
            self.encoder.layer = torch.nn.ModuleList([torch.nn.Linear(3, 3), torch.nn.Linear(3, 3)])
            self.encoder.config = SimpleNamespace(num_hidden_layers=2)
            self.output = torch.nn.Linear(3, 3)

        def forward(self, counts):
            for layer in self.encoder.layer:
                counts = layer(counts)
            return self.output(counts)

    def tokens_of(passages):
        return {"counts": torch.tensor([[float(p.text.split().count(word)) for word in words] for p in passages])}

    torch.manual_seed(1)
    network = Network()
    lowest = network.encoder.layer[0].weight.clone()
    settings = Settings(epochs=60, rate=0.01, decay=0.9, batch=8, frozen=1)
    passages = [quote.passage for quote in QUOTES]
    network = fine_tuned(network, tokens_of, passages, certain(QUOTES), settings, seed=1)
    assert torch.equal(network.encoder.layer[0].weight, lowest)
    assert network(**tokens_of(passages)).argmax(1).tolist() == [LABELS.index(quote.stance) for quote in QUOTES]


def test_rounded_weights_stay_rounded_while_they_learn():
    torch = pytest.importorskip("torch", reason="needs the extra train-large")
    torch.manual_seed(1)
    network = torch.nn.Sequential(torch.nn.Embedding(90, 64), torch.nn.Linear(64, 80), torch.nn.Linear(80, 3))
    network[0].weight.requires_grad = False
    small = network[2].weight.clone()
    coarse(network)
    assert torch.equal(network[2].weight, small)
    levels = network[0].weight / (EMBEDDING_STEP * network[0].weight.std())
    assert levels.unique().numel() < 40
    rounded = network[1].weight.clone()
    assert rounded[0].unique().numel() < 8 / STEP
    optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
    for _ in range(20):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(torch.arange(30)), torch.arange(30) % 3).backward()
        optimizer.step()
    assert not torch.equal(network[1].weight, rounded)
    assert network[1].weight[0].unique().numel() < 8 / STEP
    last = network[1].weight.clone()
    fixed(network)
    assert torch.equal(network[1].weight, last)
    assert "1.weight" in dict(network.named_parameters())


def test_the_file_counts_the_steps(tmp_path):
    torch = pytest.importorskip("torch", reason="needs the extra train-large")
    onnx = pytest.importorskip("onnx", reason="needs the extra train-large")
    quantization = pytest.importorskip("onnxruntime.quantization", reason="needs the extra large")
    network = fixed(coarse(torch.nn.Sequential(torch.nn.Linear(64, 80, bias=False))))
    full, small = tmp_path / "full.onnx", tmp_path / "small.onnx"
    torch.onnx.export(network, (torch.ones(2, 64),), str(full), opset_version=17, dynamo=False)
    quantization.quantize_dynamic(full, small, per_channel=True, reduce_range=True)
    _store_steps(full, small)
    tables = {t.name: onnx.numpy_helper.to_array(t) for t in onnx.load(small).graph.initializer}
    [name] = [name.removesuffix("_scale") for name in tables if name.endswith("_scale")]
    weight = tables[f"{name}_quantized"] * tables[f"{name}_scale"]
    assert np.allclose(weight, network[0].weight.detach().numpy().T, atol=1e-6)
    assert len(np.unique(tables[f"{name}_quantized"])) < 40
