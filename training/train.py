"""Trains the network of example:glyphs: python3 training/train.py FOLDER

Reads the images that images.js wrote to FOLDER. Writes layers.json there: weights and biases with the batch
normalisation folded into them, and the range of every feature map over some of the training images.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

SIZE = 24
CLASSES = 12
EPOCHS = 6
BATCH = 128
RANGE_IMAGES = 2000

torch.manual_seed(1)
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


class Convolution(nn.Module):
    """A convolution without bias and a batch normalisation, padded as SAME of TFLite."""

    def __init__(self, inputs, outputs, kernel, stride):
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, kernel, stride, bias=False)
        self.normalisation = nn.BatchNorm2d(outputs)
        before = (kernel - stride) // 2
        self.padding = [before, kernel - stride - before] * 2 if kernel > stride else [0] * 4

    def forward(self, x):
        return self.normalisation(self.convolution(F.pad(x, self.padding)))

    def folded(self):
        norm = self.normalisation
        factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        weights = self.convolution.weight * factor.reshape(-1, 1, 1, 1)
        return weights.permute(0, 2, 3, 1), norm.bias - norm.running_mean * factor


class Glyphs(nn.Module):
    """Layers by the names that they have in the file; feature maps are recorded under these in `ranges`."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict()
        self.add("stem", 1, 16, 3, 1)
        for block, inputs, outputs, stride in (("a", 16, 16, 1), ("b", 16, 32, 2), ("c", 32, 64, 2)):
            self.add(f"{block}_conv1", inputs, outputs, 3, stride)
            self.add(f"{block}_conv2", outputs, outputs, 3, 1)
            if stride > 1:
                self.add(f"{block}_shortcut", inputs, outputs, 1, stride)
        self.classify = nn.Linear(64, CLASSES)
        self.ranges = {}

    def add(self, name, *sizes):
        self.layers[name] = Convolution(*sizes)

    def record(self, name, x):
        if not self.training:
            low, high = self.ranges.get(name, (0.0, 0.0))
            self.ranges[name] = (min(low, x.min().item()), max(high, x.max().item()))
        return x

    def forward(self, x):
        x = self.record("stem", F.relu(self.layers["stem"](x)))
        for block in "abc":
            y = self.record(f"{block}_conv1", F.relu(self.layers[f"{block}_conv1"](x)))
            y = self.record(f"{block}_conv2", self.layers[f"{block}_conv2"](y))
            if f"{block}_shortcut" in self.layers:
                x = self.record(f"{block}_shortcut", self.layers[f"{block}_shortcut"](x))
            x = self.record(f"{block}_add", F.relu(x + y))
        return self.record("classify", self.classify(x.mean((2, 3))))


def read(folder, name):
    images = np.fromfile(folder / f"{name}-images.bin", np.int8).reshape(-1, 1, SIZE, SIZE)
    labels = np.fromfile(folder / f"{name}-labels.bin", np.int32)
    pixels = torch.tensor((images.astype(np.float32) + 128) / 255)
    return pixels.to(memory_format=torch.channels_last), torch.tensor(labels, dtype=torch.int64)


def accuracy(network, images, labels):
    network.eval()
    with torch.no_grad():
        return (network(images).argmax(1) == labels).float().mean().item()


def train(network, images, labels, unseen):
    steps = EPOCHS * (len(images) // BATCH)
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.01, total_steps=steps)
    for epoch in range(EPOCHS):
        network.train()
        for batch in torch.randperm(len(images)).split(BATCH):
            if len(batch) < BATCH:
                continue
            loss = F.cross_entropy(network(images[batch]), labels[batch], label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        print(f"epoch {epoch + 1} of {EPOCHS}: {accuracy(network, *unseen):.4f} right", flush=True)


def values(tensor):
    return tensor.detach().flatten().tolist()


def main(folder):
    network = Glyphs().to(memory_format=torch.channels_last)
    images, labels = read(folder, "training")
    train(network, images, labels, read(folder, "validation"))
    network.ranges.clear()
    accuracy(network, images[:RANGE_IMAGES], labels[:RANGE_IMAGES])
    layers = {name: layer.folded() for name, layer in network.layers.items()}
    layers["classify"] = (network.classify.weight, network.classify.bias)
    result = {
        "layers": {name: {"weights": values(w), "bias": values(b)} for name, (w, b) in layers.items()},
        "ranges": network.ranges,
    }
    (folder / "layers.json").write_text(json.dumps(result))


main(Path(sys.argv[1] if len(sys.argv) > 1 else "results/glyphs"))
