"""Makes the files of this folder with PyTorch 1.13, torchvision 0.14 and safetensors 0.4.5.

NAME.json            torchvision's NAME: tensor names and shapes in state_dict order, multiply-accumulates
                     of convolutions and linear layers, and the output shape of every module that has one
                     tensor as output, all for one input of 3x224x224; resnet20.json likewise for 1x28x28
small-NAME.safetensors     a small network of random weights and BatchNorm statistics
small-NAME-io.safetensors  an input and PyTorch's outputs for it
"""

import json
import pathlib

import torch
import torchvision
from safetensors.torch import save_file
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck, conv1x1

here = pathlib.Path(__file__).parent


class Net(nn.Module):
    """A ResNet of torchvision's blocks with any stem, depths and widths."""

    def __init__(self, block, kernel, channels, stem, widths, depths, heads, **options):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, stem, kernel, 2 if kernel == 7 else 1, kernel // 2, bias=False)
        self.bn1 = nn.BatchNorm2d(stem)
        self.maxpool = nn.MaxPool2d(3, 2, 1) if kernel == 7 else nn.Identity()
        inputs = stem
        for stage, (width, depth) in enumerate(zip(widths, depths)):
            blocks = []
            for i in range(depth):
                stride = 2 if stage > 0 and i == 0 else 1
                outputs = width * block.expansion
                downsample = None
                if stride != 1 or inputs != outputs:
                    downsample = nn.Sequential(conv1x1(inputs, outputs, stride), nn.BatchNorm2d(outputs))
                blocks.append(block(inputs, width, stride, downsample, **options))
                inputs = outputs
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.stages = len(widths)
        self.fc = nn.Linear(inputs, heads) if isinstance(heads, int) else nn.ModuleDict(
            {name: nn.Linear(inputs, classes, bias=name != "unbiased") for name, classes in heads.items()})

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        for stage in range(self.stages):
            x = self.get_submodule(f"layer{stage + 1}")(x)
        x = x.mean((2, 3))
        return self.fc(x) if isinstance(self.fc, nn.Linear) else {n: head(x) for n, head in self.fc.items()}


def table(name, net, shape):
    macs = 0
    values = {}

    def hook(module, path, inputs, output):
        nonlocal macs
        if isinstance(module, nn.Conv2d):
            macs += output.numel() * module.weight[0].numel()
        elif isinstance(module, nn.Linear):
            macs += output.numel() * module.in_features
        values[path] = list(output.shape[1:])

    for path, module in net.named_modules():
        if isinstance(module, (nn.Conv2d, nn.BatchNorm2d, nn.MaxPool2d, nn.Linear, BasicBlock, Bottleneck)):
            module.register_forward_hook(lambda m, i, o, path=path: hook(m, path, i, o))
    with torch.no_grad():
        net.eval()(torch.zeros(1, *shape))
    tensors = {n: list(t.shape) for n, t in net.state_dict().items()}
    (here / f"{name}.json").write_text(json.dumps(
        {"input": shape, "macs": macs, "tensors": tensors, "values": values}, separators=(",", ":")) + "\n")


def small(name, net, shape, prefix=""):
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for key, tensor in net.state_dict().items():
            if key.endswith("running_var"):
                tensor.copy_(torch.rand(tensor.shape, generator=generator) * 1.5 + 0.5)
            elif tensor.is_floating_point() and tensor.dim() == 1:
                tensor.copy_(torch.randn(tensor.shape, generator=generator) * 0.5 + 0.5)
            elif tensor.is_floating_point():
                tensor.copy_(torch.randn(tensor.shape, generator=generator) / tensor[0].numel() ** 0.5)
        x = torch.randn(2, *shape, generator=generator)
        outputs = net.eval()(x)
    outputs = outputs if isinstance(outputs, dict) else {"logits": outputs}
    save_file({prefix + n: t.clone() for n, t in net.state_dict().items()}, here / f"small-{name}.safetensors")
    save_file({"input": x, **outputs}, here / f"small-{name}-io.safetensors")


for name in ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "wide_resnet50_2"]:
    table(name, torchvision.models.get_model(name), [3, 224, 224])
table("resnet20", Net(BasicBlock, 3, 1, 16, [16, 32, 64], [3, 3, 3], 10), [1, 28, 28])

small("basic", Net(BasicBlock, 7, 3, 4, [4, 5, 3, 6], [1, 2, 1, 1], 5), [3, 33, 37])
small("bottleneck", Net(Bottleneck, 7, 2, 3, [2, 1, 3], [1, 2, 1], 4), [2, 32, 31], "module.backbone.")
small("grouped", Net(Bottleneck, 3, 3, 4, [4, 6], [2, 1], 3, groups=2), [3, 8, 8])
small("heads", Net(BasicBlock, 3, 1, 3, [3, 5, 7], [2, 1, 1], {"zebra": 4, "ant": 2, "unbiased": 3}), [1, 9, 11])
