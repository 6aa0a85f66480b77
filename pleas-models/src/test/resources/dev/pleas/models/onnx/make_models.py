#!/usr/bin/env python3
"""Writes the ONNX models that OnnxImportTest reads, as PyTorch exports them. Needs PyTorch.

The networks are tiny and random; what they compute is asked of ONNX Runtime in the test.
"""

import argparse
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, width, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(width, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.skip = nn.Sequential() if stride == 1 else nn.Sequential(
            nn.Conv2d(width, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.skip(x))


class ResNet(nn.Module):
    """Pooling and flattening as torchvision's."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 6, 3, 1, 1, bias=False), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2))
        self.blocks = nn.Sequential(Block(6, 6, 1), Block(6, 8, 2))
        self.fc = nn.Linear(8, 5)

    def forward(self, x):
        x = self.blocks(self.stem(x))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


class DenseNet(nn.Module):
    """Concatenations before normalizations, convolutions, poolings and matrices; a depthwise convolution."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, 1, 1)
        self.norms = nn.ModuleList(nn.BatchNorm2d(4 + 3 * i) for i in range(3))
        self.convs = nn.ModuleList(nn.Conv2d(4 + 3 * i, 3, 3, 1, 1, bias=i == 1) for i in range(3))
        self.depthwise = nn.Conv2d(5, 5, 3, 1, 2, dilation=2, groups=5)
        self.transition = nn.Conv2d(13, 5, 1)
        self.last = nn.BatchNorm2d(10)
        self.matrix = nn.Parameter(torch.randn(10, 4))
        self.bias = nn.Parameter(torch.randn(4))

    def forward(self, x):
        x = self.stem(x)
        for norm, conv in zip(self.norms, self.convs):
            x = torch.cat([x, conv(F.relu(norm(x)))], 1)
        x = F.max_pool2d(self.transition(x), 2)
        x = torch.cat([x, torch.tanh(self.depthwise(x))], 1)
        x = self.last(x).mean((2, 3))
        return F.dropout(x, 0.5, self.training) @ self.matrix + self.bias


class Views(nn.Module):
    """Flattening by arithmetic on shapes, and an average over a window that is all there is."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 6, 3, (2, 1), (1, 0))
        self.fc = nn.Linear(6, 3)

    def forward(self, x):
        x = F.avg_pool2d(self.conv(x), (3, 4))
        return self.fc(x.view(x.size(0), -1))


class Unsupported(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)

    def forward(self, x):
        x = self.conv(x)
        x = F.softplus(F.elu(F.elu(x))) + torch.clamp(x + 3, 1, 2) + x / F.relu(x)
        return x.mean((2, 3))


def settle(network):
    """Gives batch normalizations statistics that are not those they begin with."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean)
            nn.init.uniform_(module.running_var, 0.5, 2)
            nn.init.uniform_(module.weight, 0.5, 2)
            nn.init.normal_(module.bias)
    return network.eval()


BATCH = {"dynamic_axes": {"image": {0: "batch"}, "logits": {0: "batch"}}}
WHOLE = {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}


def folder(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    return parser.parse_args().out


def export(out, models):
    """Writes networks, each with its name, the shape of its input, and how it is to be exported."""
    for name, network, shape, options in models:
        torch.onnx.export(
            settle(network), torch.randn(shape), str(out / f"{name}.onnx"), input_names=["image"],
            output_names=["logits"], **{"opset_version": 17, **options})
        print(name, (out / f"{name}.onnx").stat().st_size)


def main():
    out = folder(__doc__)
    torch.manual_seed(1)
    export(out, [
        ("resnet-folded", ResNet(), (1, 3, 8, 8), BATCH),
        ("resnet", ResNet(), (1, 3, 8, 8), {**BATCH, **WHOLE}),
        ("resnet-other", ResNet(), (1, 3, 8, 8), {**BATCH, **WHOLE}),
        ("densenet", DenseNet(), (1, 3, 8, 8), BATCH),
        ("views", Views(), (1, 2, 6, 6), {**BATCH, "opset_version": 13}),
        ("unsupported", Unsupported(), (1, 1, 8, 8), BATCH),
    ])


if __name__ == "__main__":
    main()
