#!/usr/bin/env python3
"""Writes the ONNX models with gates and means of windows that OnnxImportTest reads, as PyTorch exports them.

Needs PyTorch and torchvision. As those of make_models.py they are tiny and random.
"""

import torch
from make_models import BATCH, WHOLE, export, folder
from torch import nn
from torch.nn import functional as F


class Gates(nn.Module):
    """Bounds, gates and means of windows as people write them, and layers whose weights are equal."""

    def __init__(self, padded):
        super().__init__()
        self.padded = padded
        self.stem = nn.Conv2d(2, 4, 3, (1, 2), (2, 1))
        self.twin = nn.Conv2d(4, 4, 3, 1, 1, groups=4)
        self.other_twin = nn.Conv2d(4, 4, 3, 1, 1, groups=4)
        self.other_twin.load_state_dict(self.twin.state_dict())
        self.factors = nn.Parameter(torch.randn(1, 4, 1, 1))
        self.squeeze = nn.Linear(8, 3)
        self.excite = nn.Linear(3, 4)
        self.single = nn.Conv2d(4, 1, 1)
        self.fc = nn.Linear(5, 3)

    def forward(self, x):
        x = self.stem(F.pad(x, (1, 1, 0, 0)) if self.padded else x)
        x = x * F.relu6(x + 3) / 6
        y = self.other_twin(F.relu6(self.twin(x)))
        y = y * (F.relu6(3 + y) / 6)
        y = (0.3 * y * self.factors).clamp(min=-0.5)
        x = F.avg_pool2d(torch.cat([x, y], 1), (3, 2), (2, 1), (1, 0))
        gate = torch.sigmoid(self.excite(F.silu(self.squeeze(x.mean((2, 3))))))
        y = F.avg_pool2d(y, 2) * gate[:, :, None, None]
        y = y * torch.sigmoid(self.excite(self.squeeze(x.mean((2, 3))))).view(-1, 4, 1, 1)
        y = torch.clamp(0.2 * y + 0.5, 0, 1) * F.avg_pool2d(y, 3, 1, 1)
        z = torch.tanh(self.single(y)).mean((2, 3))
        return self.fc(torch.cat([y.mean((2, 3)), z * (z - 0.5).clamp(0, 2)], 1))


def torchvision_models():
    """torchvision's networks with hardly any channels."""
    from torchvision.models import densenet, mobilenetv2, mobilenetv3

    mobilenetv2._make_divisible = lambda channels, divisor, least=None: max(2, int(channels / 40))
    v2 = mobilenetv2.MobileNetV2(num_classes=5, inverted_residual_setting=[[1, 80, 1, 1], [2, 120, 2, 2]])
    blocks = [
        mobilenetv3.InvertedResidualConfig(8, 3, 16, 8, True, "RE", 2, 1, 1),
        mobilenetv3.InvertedResidualConfig(8, 5, 16, 8, True, "HS", 1, 1, 1),
        mobilenetv3.InvertedResidualConfig(8, 3, 8, 16, False, "HS", 1, 1, 1),
    ]
    v3 = mobilenetv3.MobileNetV3(blocks, last_channel=12, num_classes=5)
    dense = densenet.DenseNet(growth_rate=3, block_config=(2, 2), num_init_features=4, bn_size=2, num_classes=5)
    return v2, v3, dense


def main():
    out = folder(__doc__)
    torch.manual_seed(1)
    v2, v3, dense = torchvision_models()
    export(out, [
        ("gates-10", Gates(True), (1, 2, 9, 10), {**BATCH, "opset_version": 10}),
        ("gates", Gates(False), (1, 2, 9, 10), BATCH),
        ("mobilenet-v2", v2, (1, 3, 16, 16), BATCH),
        ("mobilenet-v3-13", v3, (1, 3, 16, 16), {**BATCH, "opset_version": 13}),
        ("mobilenet-v3", v3, (1, 3, 16, 16), BATCH),
        ("densenet-torchvision", dense, (1, 3, 32, 32), {**BATCH, **WHOLE, "opset_version": 13}),
    ])


if __name__ == "__main__":
    main()
