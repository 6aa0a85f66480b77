"""Makes the files of this folder with PyTorch 1.13, torchvision 0.14, timm 0.9.16 and safetensors 0.8.0.

resnet18.json etc.            names and shapes of the state dict of torchvision's network, or of timm's
narrow-resnet18.safetensors,
narrow-resnet50.safetensors   the same topologies with 4 instead of 64 channels, written by PyTorch as F16
                              and BF16
*-logits.safetensors          a network's logits for two inputs, named by their height and width

Weights and inputs come from generated(); those of the full networks are not stored at all.

generated() needs nothing but integers and single float32 operations, which are the same in every
language, so that ForwardParityIT makes the same weights bit for bit. The seed of a tensor is the 64-bit
FNV-1a hash of its name; element i is splitmix64's output number i + 1 from there, whose upper 24 bits
give u in [-1, 1):

    running_var, BatchNorm's weight   1 + u / 2
    running_mean, every bias          u / 4
    tokens, position embeddings       u
    input                             2 u
    other weights                     u / 2^p with the smallest p such that 6 * 4^p >= fan-in
"""

import json
import pathlib

import numpy as np
import timm
import torch
import torchvision
from safetensors.torch import save_file
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

here = pathlib.Path(__file__).parent


def uniform(name, count):
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    k = (z >> np.uint64(40)).astype(np.int32) - 2**23
    return k.astype(np.float32) * np.float32(2.0**-23)


def generated(name, shape):
    u = uniform(name, int(np.prod(shape)))
    if name == "input":
        u = u * np.float32(2)
    elif name.endswith((".running_mean", "bias")):
        u = u * np.float32(0.25)
    elif "token" in name or "pos_embed" in name:
        pass
    elif len(shape) == 1:
        u = np.float32(1) + u * np.float32(0.5)
    else:
        p = 0
        while 6 * 4**p < np.prod(shape[1:]):
            p += 1
        u = u * np.float32(2.0**-p)
    assert u.dtype == np.float32
    return torch.from_numpy(u.reshape(shape))


class Narrow(ResNet):
    """torchvision's ResNet with its widths divided by 16."""

    def __init__(self, block, layers):
        super().__init__(block, layers)
        self.fc = nn.Linear(32 * block.expansion, 10)

    @property
    def inplanes(self):
        return self._inplanes

    @inplanes.setter
    def inplanes(self, value):
        self._inplanes = 4 if not hasattr(self, "_inplanes") else value

    def _make_layer(self, block, planes, blocks, **options):
        return super()._make_layer(block, planes // 16, blocks, **options)


def load(net, dtype=torch.float32):
    state = {}
    for name, tensor in net.state_dict().items():
        if name.endswith("num_batches_tracked"):
            state[name] = tensor
        else:
            state[name] = generated(name, tuple(tensor.shape)).to(dtype)
    net.load_state_dict(state)
    return state, net.eval()


torch.set_grad_enabled(False)
for name in ["resnet18", "resnet34", "resnet50"]:
    net = torchvision.models.get_model(name)
    load(net)
    shapes = {n: list(t.shape) for n, t in net.state_dict().items()}
    (here / f"{name}.json").write_text(json.dumps(shapes, separators=(",", ":")) + "\n")
    logits = {f"{size}x{size}": net(generated("input", (2, 3, size, size))) for size in (64, 96)}
    for size, values in logits.items():
        print(name, size, "largest logit", float(values.abs().max()), "deviation", float(values.std()))
    save_file(logits, here / f"{name}-logits.safetensors")

for name, make in [("vit_b_16", torchvision.models.get_model), ("vit_small_patch16_224", timm.create_model)]:
    _, net = load(make(name))
    shapes = {n: list(t.shape) for n, t in net.state_dict().items()}
    (here / f"{name}.json").write_text(json.dumps(shapes, separators=(",", ":")) + "\n")
    save_file({"224x224": net(generated("input", (2, 3, 224, 224)))}, here / f"{name}-logits.safetensors")

for name, block, layers, dtype in [("narrow-resnet18", BasicBlock, [2, 2, 2, 2], torch.float16),
                                   ("narrow-resnet50", Bottleneck, [3, 4, 6, 3], torch.bfloat16)]:
    state, net = load(Narrow(block, layers), dtype)
    save_file(state, here / f"{name}.safetensors")
    save_file({"65x80": net(generated("input", (2, 3, 65, 80)))}, here / f"{name}-logits.safetensors")
