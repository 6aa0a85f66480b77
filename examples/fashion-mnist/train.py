#!/usr/bin/env python3
"""Trains one of the four networks of this example on Fashion-MNIST.

The network is a CIFAR-style ResNet-20: a 3x3 stem of 16 channels, three stages of three basic blocks
with 16, 32 and 64 channels, global average pooling and one linear layer. Its tensors are named as in
torchvision's ResNets. The input is 1x28x28, pixels / 255 normalised with mean 0.2860 and standard
deviation 0.3530.

    ./train.py --data /usr/share/datasets/fashion-mnist --classes 0-9 --seed 11 --out all-a.safetensors

A network of some of the classes numbers them from 0: `--classes 5-9` learns labels 0 to 4. The same
seed, versions, machine and thread count give the same network; elsewhere floating-point sums are
ordered differently, and the network differs, though its accuracy hardly does.
"""

import argparse
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from idx import read_images_and_labels
from images import accuracy, augment, normalise, save, select


class BasicBlock(nn.Module):
    """Two 3x3 convolutions around a residual connection, named as in torchvision."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        residual = x if self.downsample is None else self.downsample(x)
        x = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(x)) + residual)


class ResNet20(nn.Module):
    """CIFAR-style ResNet-20 for images of one channel; returns logits [n, classes]."""

    def __init__(self, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = self._stage(16, 16, 1)
        self.layer2 = self._stage(16, 32, 2)
        self.layer3 = self._stage(32, 64, 2)
        self.fc = nn.Linear(64, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    @staticmethod
    def _stage(inputs, outputs, stride):
        return nn.Sequential(
            BasicBlock(inputs, outputs, stride),
            BasicBlock(outputs, outputs, 1),
            BasicBlock(outputs, outputs, 1),
        )

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


def train(model, images, labels, arguments):
    """Trains with SGD, Nesterov momentum and one cycle of learning rate and momentum."""
    generator = torch.Generator().manual_seed(arguments.seed)
    steps = len(images) // arguments.batch
    optimizer = torch.optim.SGD(
        model.parameters(), arguments.lr, momentum=0.9, weight_decay=5e-4, nesterov=True
    )
    # While the learning rate rises to its greatest value, momentum falls from 0.95 to 0.85, and back.
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, arguments.lr, steps * arguments.epochs, pct_start=0.25
    )
    began = time.monotonic()
    for epoch in range(arguments.epochs):
        model.train()
        total = 0.0
        order = torch.randperm(len(images), generator=generator)
        for chosen in order[: steps * arguments.batch].split(arguments.batch):
            batch = normalise(augment(images[chosen], generator))
            batch = batch.contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16, enabled=arguments.bf16):
                logits = model(batch)
            loss = functional.cross_entropy(logits.float(), labels[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        elapsed = time.monotonic() - began
        print(f"epoch {epoch + 1}: loss {total / steps:.4f}, {elapsed:.0f} s", flush=True)


def class_range(text):
    first, last = (int(part) for part in text.split("-"))
    if not 0 <= first < last <= 9:
        raise argparse.ArgumentTypeError(f"{text}: expected FIRST-LAST within 0-9")
    return first, last


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        help="folder of the four gzip IDX files of Fashion-MNIST; Debian's package"
        " dataset-fashion-mnist puts them into /usr/share/datasets/fashion-mnist",
    )
    parser.add_argument("--out", type=Path, required=True, help="safetensors file to write")
    parser.add_argument("--seed", type=int, required=True, help="seed of weights, order, shifts")
    parser.add_argument(
        "--classes", type=class_range, default=(0, 9), help="FIRST-LAST, both included (0-9)"
    )
    parser.add_argument("--epochs", type=int, default=8, help="passes over the images (8)")
    parser.add_argument("--batch", type=int, default=128, help="images of one step (128)")
    parser.add_argument("--lr", type=float, default=0.2, help="greatest learning rate (0.2)")
    parser.add_argument("--threads", type=int, default=2, help="PyTorch's threads (2)")
    parser.add_argument(
        "--bf16",
        action="store_true",
        help="train in mixed precision: twice as fast on a CPU with AVX512-BF16;"
        " weights stay float32, and so does the test",
    )
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    first, last = arguments.classes
    images, labels = select(*read_images_and_labels(arguments.data, "train"), first, last)
    test_images, test_labels = select(*read_images_and_labels(arguments.data, "t10k"), first, last)

    # Channels last is the faster layout on CPUs; the file is written in the usual one.
    model = ResNet20(last - first + 1).to(memory_format=torch.channels_last)
    train(model, torch.as_tensor(images), labels, arguments)
    test_accuracy = accuracy(model, test_images, test_labels)
    print(f"test accuracy {test_accuracy:.4f} on {len(test_labels)} images")

    metadata = {
        "format": "pt",
        "dataset": "Fashion-MNIST",
        "seed": str(arguments.seed),
        "classes": f"{first}-{last}",
        "test_accuracy": f"{test_accuracy:.4f}",
    }
    save(model, arguments.out, metadata)


if __name__ == "__main__":
    main()
