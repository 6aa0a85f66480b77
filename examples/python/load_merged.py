#!/usr/bin/env python3
"""Loads a network that `pleas merge` wrote into PyTorch: any widths, any number of outputs.

    from load_merged import load
    network = load("merged")             # a torch.nn.Module, in eval mode
    logits = network(images)             # with several outputs: a dict of them, by name

`config.json` has the network node by node; this file interprets it. Convolutions, linear layers and
normalizations are PyTorch's own modules under their names in the checkpoint, so `state_dict()` has the
checkpoint's tensors, and training goes on as with any network.

    ./load_merged.py merged                        prints what goes in and comes out
    ./load_merged.py merged --images images.npy    prints logits of float32 images [N, C, H, W], normalized
                                                   as in training; --output FILE.npz writes them
"""

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

FORMAT = "pleas-model/1"

# Axes of what an operation gives, with that of the batch; of others, as many as of its input.
RANKS = {"global-average-pool": 2, "flatten": 3, "embed": 3}


def load(folder):
    """Returns the network of a folder, in float32 and eval mode."""
    config = json.loads((Path(folder) / "config.json").read_text("utf-8"))
    if config.get("format") != FORMAT:
        raise ValueError(f"{folder}/config.json: expected format {FORMAT}, found {config.get('format')}")
    tensors = load_file(Path(folder) / config["weights"])
    network = MergedNetwork(config, tensors)
    network.load_state_dict(tensors)
    return network.eval()


class Place(NamedTuple):
    """Where a parameter of the graph is: a part of a tensor of the checkpoint."""

    tensor: str
    axis: int
    start: int
    length: int
    joined: tuple  # shape of all parts together
    transposed: bool
    whole: bool  # the tensor is the parameter, as it is

    def of(self, tensor):
        if self.whole:
            return tensor
        if self.transposed:
            tensor = tensor.reshape(self.joined[::-1]).t()
        return tensor.reshape(self.joined).narrow(self.axis, self.start, self.length)


def places(config):
    """Returns the place of every parameter of the graph."""
    shapes = config["parameters"]
    found = {
        name: Place(name, 0, 0, shape[0], tuple(shape), False, True) for name, shape in shapes.items()
    }
    for packed in config.get("layout", []):
        names, axis = packed["parameters"], packed["axis"]
        joined = list(shapes[names[0]])
        joined[axis] = sum(shapes[name][axis] for name in names)
        whole = len(names) == 1 and not packed["transposed"] and packed["rank"] == len(joined)
        start = 0
        for name in names:
            length = shapes[name][axis]
            found[name] = Place(
                packed["tensor"], axis, start, length, tuple(joined), packed["transposed"], whole
            )
            start += length
    return found


class MergedNetwork(nn.Module):
    """The network that a config.json describes."""

    def __init__(self, config, tensors):
        """
        config: what config.json has
        tensors: those of the checkpoint, for their names and shapes
        """
        super().__init__()
        self.config = config
        self.places = places(config)
        self.paths = {}  # of nodes that are modules of PyTorch
        modules = []
        ranks = {name: 1 + len(shape) for name, shape in config["inputs"].items()}
        for node in config["nodes"]:
            name, op = node["name"], node["op"]
            ranks[name] = RANKS.get(op["type"], ranks[node["inputs"][0]])
            path = self._path(torch_names(op))
            if path is not None:
                self.paths[name] = path
                modules.append((path, torch_module(op, config["parameters"], ranks[name])))
        for path, module in sorted(modules, key=lambda pair: pair[0].count(".")):
            parent, name = self._parent(path)
            parent.add_module(name, module)
        known = self.state_dict()
        held = {place.tensor for place in self.places.values()}
        for name, tensor in tensors.items():
            if name not in known:
                parent, own = self._parent(name)
                if name in held:
                    parent.register_parameter(own, nn.Parameter(torch.empty(tensor.shape)))
                else:
                    parent.register_buffer(own, torch.empty_like(tensor))

    def _path(self, names):
        """The module whose tensors hold the parameters as PyTorch names them, or None."""
        path = None
        for own, parameter in names.items():
            place = self.places[parameter]
            prefix, _, last = place.tensor.rpartition(".")
            if not place.whole or last != own or not prefix or path not in (None, prefix):
                return None
            path = prefix
        return path

    def _parent(self, path):
        """The module that has what a dotted name names, made where it is missing; and its own name."""
        *folders, name = path.split(".")
        parent = self
        for folder in folders:
            if folder not in parent._modules:
                parent.add_module(folder, nn.Module())
            parent = parent._modules[folder]
        return parent, name

    def parameter(self, name):
        """Returns a parameter of the graph, by its name in config.json."""
        place = self.places[name]
        path, _, own = place.tensor.rpartition(".")
        return place.of(getattr(self.get_submodule(path), own))

    def forward(self, images):
        """Returns the output; of several, a dict by name."""
        (name,) = self.config["inputs"]
        values = {name: images}
        uses = Counter(value for node in self.config["nodes"] for value in node["inputs"])
        uses.update(self.config["outputs"].values())
        for node in self.config["nodes"]:
            inputs = [values[value] for value in node["inputs"]]
            path = self.paths.get(node["name"])
            if path is None:
                values[node["name"]] = OPERATIONS[node["op"]["type"]](self, node["op"], *inputs)
            else:
                module = self.get_submodule(path)
                last = isinstance(module, (nn.Linear, nn.LayerNorm))
                values[node["name"]] = channels_last(module, *inputs) if last else module(*inputs)
            uses.subtract(node["inputs"])
            for value in {value for value in node["inputs"] if uses[value] == 0}:
                del values[value]  # so that memory holds only what is still needed
            del inputs
        outputs = {name: values[value] for name, value in self.config["outputs"].items()}
        return outputs if len(outputs) > 1 else next(iter(outputs.values()))


def torch_names(op):
    """Returns the parameters of an operation by the names that PyTorch's module gives them, if any."""
    kind = op["type"]
    if kind == "batch-norm":
        statistics = {"running_mean": op["runningMean"], "running_var": op["runningVar"]}
        return {"weight": op["weight"], "bias": op["bias"], **statistics}
    if kind in ("conv2d", "linear") and "bias" not in op:
        return {"weight": op["weight"]}
    if kind in ("conv2d", "linear", "layer-norm") and "bias" in op:
        return {"weight": op["weight"], "bias": op["bias"]}
    return {}


def torch_module(op, shapes, rank):
    """Returns PyTorch's module for an operation on values with `rank` axes, with that of the batch."""
    width, *rest = shapes[op["weight"]]
    bias = "bias" in op
    if op["type"] == "conv2d":
        channels, groups = rest[0] * op["groups"], op["groups"]
        return nn.Conv2d(
            channels, width, tuple(rest[1:]), **pairs(op["window"]), groups=groups, bias=bias
        )
    if op["type"] == "linear":
        return nn.Linear(rest[0], width, bias=bias)
    if op["type"] == "layer-norm":
        return nn.LayerNorm(width, op["epsilon"])
    return (nn.BatchNorm2d if rank == 4 else nn.BatchNorm1d)(width, op["epsilon"])


def pairs(window):
    """Returns a window's stride, padding and dilation as PyTorch has them."""
    names = {"stride": "stride", "padding": "pad", "dilation": "dilation"}
    return {name: (window[own + "Height"], window[own + "Width"]) for name, own in names.items()}


def channels_last(function, x):
    """Applies a function of the last axis to the channels, which are axis 1."""
    return function(x.movedim(1, -1)).movedim(-1, 1)


def conv2d(network, op, x):
    weight = network.parameter(op["weight"])
    bias = network.parameter(op["bias"]) if "bias" in op else None
    return F.conv2d(x, weight, bias, **pairs(op["window"]), groups=op["groups"])


def batch_norm(network, op, x):
    names = ("runningMean", "runningVar", "weight", "bias")
    return F.batch_norm(x, *(network.parameter(op[name]) for name in names), eps=op["epsilon"])


def linear(network, op, x):
    weight = network.parameter(op["weight"])
    bias = network.parameter(op["bias"]) if "bias" in op else None
    return channels_last(lambda last: F.linear(last, weight, bias), x)


def layer_norm(network, op, x):
    weight = network.parameter(op["weight"])
    bias = network.parameter(op["bias"]) if "bias" in op else None
    return channels_last(lambda last: F.layer_norm(last, weight.shape, weight, bias, op["epsilon"]), x)


def scale(network, op, x):
    return channels_last(lambda last: last * network.parameter(op["weight"]), x)


def gelu(network, op, x):
    if op["form"] == "QUICK":
        return x * torch.sigmoid(1.702 * x)
    return F.gelu(x, approximate="tanh" if op["form"] == "TANH" else "none")


def attention(network, op, queries, keys, values, mask=None):
    q, k, v = (x.unflatten(1, (op["heads"], -1)) for x in (queries, keys, values))
    scores = op["scale"] * (q.transpose(2, 3) @ k)
    if mask is not None:
        scores = scores - 1e9 * (1 - mask[:, None, None, :])
    weights = torch.softmax(scores, dim=3)
    return (v @ weights.transpose(2, 3)).flatten(1, 2)


def max_pool(network, op, x):
    window = op["window"]
    return F.max_pool2d(x, (window["kernelHeight"], window["kernelWidth"]), **pairs(window))


def average_pool(network, op, x):
    window = op["window"]
    x = F.pad(x, [window["padWidth"]] * 2 + [window["padHeight"]] * 2)  # as much as is wanted
    kernel = (window["kernelHeight"], window["kernelWidth"])
    return F.avg_pool2d(x, kernel, (window["strideHeight"], window["strideWidth"]))


def prepend(network, op, x):
    return torch.cat([network.parameter(op["weight"]).expand(len(x), -1, -1), x], dim=2)


def embed(network, op, ids):
    return F.embedding(ids.long(), network.parameter(op["weight"]).t()).transpose(1, 2)


def add_parameter(network, op, x):
    weight = network.parameter(op["weight"])
    return x + (weight if weight.shape == x.shape[1:] else weight[:, : x.shape[-1]])


OPERATIONS = {
    "conv2d": conv2d,
    "batch-norm": batch_norm,
    "linear": linear,
    "layer-norm": layer_norm,
    "scale": scale,
    "relu": lambda network, op, x: F.relu(x),
    "tanh": lambda network, op, x: torch.tanh(x),
    "sigmoid": lambda network, op, x: torch.sigmoid(x),
    "hard-sigmoid": lambda network, op, x: torch.clamp(op["slope"] * x + op["offset"], 0, 1),
    "clip": lambda network, op, x: torch.clamp(x, float(op["low"]), float(op["high"])),
    "multiply": lambda network, op, x: op["factor"] * x,
    "gelu": gelu,
    "attention": attention,
    "add": lambda network, op, x, y: x + y,
    "product": lambda network, op, x, y: x * y.reshape(*y.shape, *[1] * (x.ndim - y.ndim)),
    "max-pool2d": max_pool,
    "average-pool2d": average_pool,
    "global-average-pool": lambda network, op, x: x.flatten(2).mean(dim=2),
    "flatten": lambda network, op, x: x.flatten(2),
    "prepend": prepend,
    "add-parameter": add_parameter,
    "embed": embed,
    "slice-positions": lambda network, op, x: x[:, :, op["from"] : op["to"]],
}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="what `pleas merge` wrote")
    parser.add_argument("--images", type=Path, help=".npy file of images to run it on")
    parser.add_argument("--output", type=Path, help=".npz file to write the outputs to, by name")
    arguments = parser.parse_args()

    network = load(arguments.folder)
    if arguments.images is None:
        count = sum(parameter.numel() for parameter in network.parameters())
        print(f"{network.config['architecture']}, {count} trained parameters")
        print("inputs", network.config["inputs"], "outputs", list(network.config["outputs"]))
        return
    import numpy as np

    with torch.no_grad():
        result = network(torch.from_numpy(np.load(arguments.images)).float())
    if not isinstance(result, dict):
        result = {next(iter(network.config["outputs"])): result}
    for name, values in result.items():
        print(name, list(values.shape))
        print(values)
    if arguments.output:
        np.savez(arguments.output, **{name: values.numpy() for name, values in result.items()})


if __name__ == "__main__":
    main()
