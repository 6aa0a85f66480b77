"""Does one task in Python as often as compare.py asks it to: the peer of dev.pleas.bench.Worker.

Usage: peers.py CASE..., for instance: peers.py forward resnet50 16

Answers each line of standard input with one line on standard output: `run` with the nanoseconds that it
took, `result` with the fingerprint of the last result. Ends with the input. Needs NumPy; SciPy for
`matcher` and `solver`; PyTorch and torchvision for `forward`.
"""

import os
import sys
import time
import zlib

import numpy as np

THREADS = int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count())
CHUNK = 1 << 18


def uniform(seed, shape, offset=0.0, scale=1.0, dtype=np.float64):
    """SplitMix64 of seed and index, -1 <= x < 1, as Uniform.java; in chunks, so that it takes no memory."""
    out = np.empty(int(np.prod(shape)), dtype)
    for start in range(0, out.size, CHUNK):
        stop = min(out.size, start + CHUNK)
        z = np.arange(start + 1, stop + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z += np.uint64(seed)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
        x = (z >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1.0
        out[start:stop] = offset + scale * x
    return out.reshape(shape)


def fingerprint(values):
    values = np.asarray(values, np.float64).ravel()
    return np.linalg.norm(values), values @ uniform(99, values.size)


def matcher(kind, n):
    """scipy.optimize.linear_sum_assignment"""
    import scipy
    from scipy.optimize import linear_sum_assignment

    n = int(n)
    if kind == "random":
        similarity = uniform(1, (n, n))
    elif kind == "correlated":
        features = uniform(1, (n, 64))
        order = np.argsort(uniform(3, n), kind="stable")
        similarity = features @ (features[order] + 1.5 * uniform(2, (n, 64))).T
    else:
        raise SystemExit(f"no similarities {kind!r}; expected random or correlated")
    return f"SciPy {scipy.__version__}", lambda: linear_sum_assignment(similarity, maximize=True)[1]


def solver(p, q):
    """scipy.linalg.solve(assume_a="pos"): LAPACK's Cholesky and condition estimate; then the residual."""
    import scipy
    import scipy.linalg

    p, q = int(p), int(q)
    gram = np.triu(uniform(1, (p, p)))
    gram += np.triu(gram, 1).T
    gram[np.diag_indices(p)] += 2 * np.sqrt(p)
    right, prior = uniform(2, (p, q)), uniform(3, (p, q))
    ridge = np.full(p, 0.02 * np.sqrt(p))

    def run():
        a = gram.copy()
        a[np.diag_indices(p)] += ridge
        b = right + ridge[:, None] * prior
        x = scipy.linalg.solve(a, b, assume_a="pos")
        residual = np.linalg.norm(a @ x - b)
        if not residual < 1e-9 * np.linalg.norm(b):
            raise SystemExit(f"residual {residual}")
        return x

    return f"SciPy {scipy.__version__}", run


def gram(samples, channels, positions):
    """The sum of x @ x.T over the samples in float32, read as float64.

    NumPy knows a product with its own transpose and has BLAS compute one triangle (ssyrk); PyTorch does not.
    Samples with fewer positions than channels are joined, since adding their products would take longer.
    """
    x = uniform(1, (int(samples), int(channels), int(positions)), dtype=np.float32)

    def run():
        if x.shape[2] < x.shape[1]:
            joined = x.transpose(1, 0, 2).reshape(x.shape[1], -1)
            return (joined @ joined.T).astype(np.float64)
        total = np.zeros((x.shape[1], x.shape[1]), np.float32)
        for sample in x:
            total += sample @ sample.T
        return total.astype(np.float64)

    return f"NumPy {np.__version__}", run


def network(name):
    import torch
    from torchvision.models import resnet, vision_transformer

    if name == "vit_b_16":
        return vision_transformer.vit_b_16(), (3, 224, 224)
    if name == "vit_tiny_28":
        model = vision_transformer.VisionTransformer(28, 4, 4, 4, 64, 128, num_classes=10)
        model.conv_proj = torch.nn.Conv2d(1, 64, 4, 4)
        return model, (1, 28, 28)
    if name == "resnet20":

        class ResNet20(resnet.ResNet):
            """The CIFAR network of arXiv:1512.03385 with projection shortcuts, on grey images."""

            def __init__(self):
                super().__init__(resnet.BasicBlock, [3, 3, 3, 3])
                self.inplanes = 16
                self.conv1 = torch.nn.Conv2d(1, 16, 3, padding=1, bias=False)
                self.bn1 = torch.nn.BatchNorm2d(16)
                self.maxpool = torch.nn.Identity()
                self.layer1 = self._make_layer(resnet.BasicBlock, 16, 3)
                self.layer2 = self._make_layer(resnet.BasicBlock, 32, 3, stride=2)
                self.layer3 = self._make_layer(resnet.BasicBlock, 64, 3, stride=2)
                self.layer4 = torch.nn.Identity()
                self.fc = torch.nn.Linear(64, 10)

        return ResNet20(), (1, 28, 28)
    if name in ("resnet18", "resnet50"):
        return getattr(resnet, name)(), (3, 224, 224)
    raise SystemExit(f"no network {name!r}; expected resnet20, resnet18, resnet50, vit_tiny_28 or vit_b_16")


def forward(name, samples):
    """torchvision's network in eval mode, not scripted, in the default memory format."""
    import torch

    torch.set_num_threads(THREADS)
    model, image = network(name)
    state = model.state_dict()
    for key, value in state.items():
        offset, scale = 0.0, 0.1
        if value.ndim > 1:
            scale = np.sqrt(6.0 / value[0].numel())
        elif key.endswith(("weight", "running_var")):
            offset = 1.0
        if value.is_floating_point():
            seed = zlib.crc32(key.encode())
            state[key] = torch.from_numpy(uniform(seed, value.shape, offset, scale, np.float32))
    model.load_state_dict(state)
    model.eval()
    images = torch.from_numpy(uniform(1, (int(samples), *image), dtype=np.float32))

    def run():
        with torch.inference_mode():
            return model(images).numpy()

    return f"PyTorch {torch.__version__}", run


def main():
    cases = {"matcher": matcher, "solver": solver, "gram": gram, "forward": forward}
    kind, *words = sys.argv[1:]
    implementation, run = cases[kind](*words)
    result = run()
    print("ready", f"{implementation}", sep="\t", flush=True)
    for line in sys.stdin:
        if line.strip() == "run":
            start = time.perf_counter_ns()
            result = run()
            print("ran", time.perf_counter_ns() - start, sep="\t", flush=True)
        elif line.strip() == "result":
            print("result", *map(repr, map(float, fingerprint(result))), sep="\t", flush=True)
        else:
            raise SystemExit(f"run or result expected, found {line!r}")


if __name__ == "__main__":
    main()
