"""Merges two ResNets of torchvision's classes into one of the same size in plain PyTorch.

The same steps as the method `pleas` at budget 1 (arXiv:2407.02447), with its default settings:

1. Units that are to be permuted alike form a group. Both networks see all images, and a group's units are
   compared by their values wherever these enter a layer with weights: by minus the Euclidean distance.
   The assignment of the largest total similarity permutes the second network.
2. The merged network begins as the mean of both.
3. In execution order, each convolution whose inputs are not the images, and the head, is fitted by least
   squares: from what the merged network has there by now to the mean of what the sources' layers give, with an
   intercept, and a ridge towards the mean weights of 1e-4 of the inputs' mean variance. A large layer is
   fitted on random positions, about 100 rows for each unknown. Products are float32, systems float64.
   After each convolution its normalization's statistics are set from the data.

The values of all images at the present place stay on the device, of all three networks.
"""

import copy
import math

import torch
import torch.nn.functional as F
from scipy.optimize import linear_sum_assignment
from torchvision.models.resnet import BasicBlock, Bottleneck

BATCH = 64
RIDGE = 1e-4
ROWS_PER_UNKNOWN = 100


@torch.no_grad()
def merge(a, b, images, device):
    """Returns the merged network's tensors and the relative squared error of each fitted layer, on the host."""
    a, b = copy.deepcopy(a).to(device), copy.deepcopy(b).to(device)
    batches = [batch.to(device) for batch in images.split(BATCH)]
    permute(b, match(a, b, batches))
    merged = copy.deepcopy(a)
    for mean, other in zip(merged.parameters(), b.parameters()):
        mean.lerp_(other, 0.5)
    errors = Fit((a, b, merged), len(images)).network(batches)
    return {name: tensor.cpu() for name, tensor in merged.state_dict().items()}, torch.stack(errors).cpu()


def blocks(network):
    """Yields each block's name, the block, and the numbers of its convolutions."""
    for name, block in network.named_modules():
        if isinstance(block, (BasicBlock, Bottleneck)):
            yield name, block, (1, 2, 3) if isinstance(block, Bottleneck) else (1, 2)


def groups(network):
    """Returns the group of the inputs and that of the outputs of each layer; None for what stays in place."""
    stream = "conv1"
    layers = {"conv1": (None, stream)}
    for name, block, numbers in blocks(network):
        # Without a projection, what the block adds to the stream has the units of the stream.
        after = stream if block.downsample is None else name
        inside = stream
        for number in numbers:
            conv = f"{name}.conv{number}"
            outside = after if number == numbers[-1] else conv
            layers[conv] = inside, outside
            inside = outside
        if block.downsample is not None:
            layers[f"{name}.downsample.0"] = stream, after
        stream = after
    return layers | {"fc": (stream, None)}


def normalization(conv):
    return conv[:-1] + "1" if conv.endswith("downsample.0") else conv.replace("conv", "bn")


def observe(network, layers, batch):
    """Returns what enters the layers, a row for each unit."""
    seen = {}

    def hook(name):
        keep = lambda _, inputs: seen.update({name: inputs[0].transpose(0, 1).flatten(1)})
        return network.get_submodule(name).register_forward_pre_hook(keep)

    hooks = [hook(name) for name in layers]
    network(batch)
    for one in hooks:
        one.remove()
    return seen


def match(a, b, batches):
    """Returns which units of b go with those of a, by group."""
    # A projection's inputs are those of the first convolution of its block.
    taps = {name: pair[0] for name, pair in groups(a).items() if pair[0] and "downsample" not in name}
    moments = {name: (0, 0, 0) for name in taps}
    for batch in batches:
        seen = observe(a, taps, batch), observe(b, taps, batch)
        for name in taps:
            x, y = (values[name] for values in seen)
            new = (x * x).sum(1).double(), (y * y).sum(1).double(), (x @ y.T).double()
            moments[name] = [old + more for old, more in zip(moments[name], new)]
    similarity = {}
    for name, group in taps.items():
        squares_a, squares_b, cross = moments[name]
        distance = (squares_a[:, None] + squares_b - 2 * cross).clamp_(min=0).sqrt_()
        similarity[group] = similarity.get(group, 0) - distance
    return {
        group: torch.from_numpy(linear_sum_assignment(matrix.cpu().numpy(), maximize=True)[1]).to(matrix.device)
        for group, matrix in similarity.items()
    }


def permute(network, order):
    for name, (inputs, outputs) in groups(network).items():
        layer = network.get_submodule(name)
        if inputs:
            layer.weight.copy_(layer.weight[:, order[inputs]])
        if outputs:
            layer.weight.copy_(layer.weight[order[outputs]])
            norm = network.get_submodule(normalization(name))
            for tensor in (norm.weight, norm.bias, norm.running_mean, norm.running_var):
                tensor.copy_(tensor[order[outputs]])


class Fit:
    """Goes through both sources and the merged network at once, fitting the last. Values are lists of batches."""

    def __init__(self, networks, images):
        self.networks = networks
        self.images = images
        self.random = torch.Generator().manual_seed(0)
        self.errors = []

    def network(self, batches):
        first = self.networks[0]
        values = self.convolution("conv1", [batches] * 3, fits=False)
        values = each(lambda x: first.maxpool(torch.relu_(x)), values)
        for name, block, numbers in blocks(first):
            inside = values
            for number in numbers:
                inside = inside if number == 1 else each(torch.relu_, inside)
                inside = self.convolution(f"{name}.conv{number}", inside)
            if block.downsample is not None:
                values = self.convolution(f"{name}.downsample.0", values)
            values = [[torch.relu_(x.add_(y)) for x, y in zip(*pair)] for pair in zip(inside, values)]
        features = each(lambda x: x.mean((2, 3)), values)
        heads = [network.fc for network in self.networks]
        self.solve(heads[2], [(z, (heads[0](x) + heads[1](y)) / 2) for x, y, z in zip(*features)])
        return self.errors

    def convolution(self, name, values, fits=True):
        """Returns what the layer and its normalization make of the values."""
        a, b, merged = (network.get_submodule(name) for network in self.networks)
        made = [[a(x) for x in values[0]], [b(x) for x in values[1]]]
        if fits:
            self.solve(merged, (self.rows(merged, x, *ys) for x, *ys in zip(values[2], *made)))
        made.append([merged(x) for x in values[2]])
        norms = [network.get_submodule(normalization(name)) for network in self.networks]
        count = sum(y[:, 0].numel() for y in made[2])
        mean = sum(y.sum((0, 2, 3)).double() for y in made[2]) / count
        squares = sum((y * y).sum((0, 2, 3)).double() for y in made[2]) / count
        norms[2].running_mean.copy_(mean)
        norms[2].running_var.copy_(squares - mean * mean)
        return [each(norm, [batches])[0] for norm, batches in zip(norms, made)]

    def rows(self, conv, x, y_a, y_b):
        """Returns the inputs and targets of a batch at random positions, a row for each sample and position."""
        height, width = y_a.shape[2:]
        unknowns = conv.weight[0].numel()
        count = min(height * width, math.ceil(ROWS_PER_UNKNOWN * unknowns / self.images))
        at = torch.randperm(height * width, generator=self.random)[:count].to(x.device)
        (kernel, _), (stride, _), (padding, _) = conv.kernel_size, conv.stride, conv.padding
        windows = F.pad(x, [padding] * 4).unfold(2, kernel, stride).unfold(3, kernel, stride)
        inputs = windows[:, :, at // width, at % width].transpose(1, 2).reshape(-1, unknowns)
        targets = (y_a.flatten(2)[..., at] + y_b.flatten(2)[..., at]) / 2
        return inputs, targets.transpose(1, 2).flatten(0, 1)

    def solve(self, layer, batches):
        """Fits weights and intercept by the centred normal equations; a layer without bias drops the latter."""
        count = gram = cross = sums = wanted = squares = 0
        origin = None
        for x, y in batches:
            # Away from 0, products in float32 would lose what centring leaves of them.
            origin = origin or (x.mean(0), y.mean(0))
            x, y = x - origin[0], y - origin[1]
            count += len(x)
            gram, cross = gram + (x.T @ x).double(), cross + (x.T @ y).double()
            sums, wanted = sums + x.sum(0).double(), wanted + y.sum(0).double()
            squares = squares + (y * y).sum().double()
        gram = gram - torch.outer(sums, sums / count)
        cross = cross - torch.outer(sums, wanted / count)
        scatter = squares - wanted @ wanted / count
        ridge = RIDGE * gram.diagonal().mean()
        factor = torch.linalg.cholesky(gram + ridge * torch.eye(len(gram)).to(gram))
        weight = torch.cholesky_solve(cross + ridge * layer.weight.flatten(1).T.double(), factor)
        self.errors.append((scatter - 2 * (weight * cross).sum() + (weight * (gram @ weight)).sum()) / scatter)
        layer.weight.copy_(weight.T.reshape(layer.weight.shape))
        if layer.bias is not None:
            mean_x, mean_y = origin[0] + sums / count, origin[1] + wanted / count
            layer.bias.copy_(mean_y - weight.T @ mean_x)


def each(function, values):
    return [[function(x) for x in batches] for batches in values]
