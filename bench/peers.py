"""Does one task in Python as often as compare.py asks it to: the peer of dev.pleas.bench.Worker.

Usage: peers.py [--device DEVICE] CASE..., for instance: peers.py --device cuda:0 forward resnet50 16

With a device, PyTorch does everything on it; inputs and results are where they are in Worker.

Answers each line of standard input with one line on standard output: `run` with the nanoseconds that it
took, `result` with the fingerprint of the last result, `memory` with the largest number of bytes that
PyTorch's tensors took on the GPU, -1 without one. Ends with the input. Needs NumPy; SciPy for `matcher`,
`solver` and `merge`; PyTorch and torchvision for `forward`, `merge` and everything on a device.
"""

import functools
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


def normal_equations(p, q):
    """Returns Gram matrix, right-hand sides, prior and ridge, as SolverTask.java."""
    gram = np.triu(uniform(1, (p, p)))
    gram += np.triu(gram, 1).T
    gram[np.diag_indices(p)] += 2 * np.sqrt(p)
    return gram, uniform(2, (p, q)), uniform(3, (p, q)), np.full(p, 0.02 * np.sqrt(p))


def solver(p, q):
    """scipy.linalg.solve(assume_a="pos"): LAPACK's Cholesky and condition estimate; then the residual."""
    import scipy
    import scipy.linalg

    p, q = int(p), int(q)
    gram, right, prior, ridge = normal_equations(p, q)

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


def pytorch(device):
    """Returns what runs there."""
    import torch

    gpu = "" if device == "cpu" else f", CUDA {torch.version.cuda} on {torch.cuda.get_device_name(device)}"
    return f"PyTorch {torch.__version__}{gpu}"


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


def random_network(name, number=0):
    """Returns a network with random weights, as RandomNetwork.java, and the shape of an image."""
    import torch

    model, image = network(name)
    state = model.state_dict()
    for key, value in state.items():
        offset, scale = 0.0, 0.1
        if value.ndim > 1:
            scale = np.sqrt(6.0 / value[0].numel())
        elif key.endswith(("weight", "running_var")):
            offset = 1.0
        if value.is_floating_point():
            seed = zlib.crc32(key.encode()) + (number << 32)
            state[key] = torch.from_numpy(uniform(seed, value.shape, offset, scale, np.float32))
    model.load_state_dict(state)
    return model.eval(), image


def random_images(shape):
    """Returns noise on 4x4 patches of random brightness, as RandomImages.java."""
    images = uniform(1, shape, scale=0.5, dtype=np.float32)
    patches = uniform(2, (*shape[:2], 4, 4), dtype=np.float32)
    rows, columns = (np.arange(size) * 4 // size for size in shape[2:])
    images += patches[:, :, rows[:, None], columns]
    return images


def forward(name, samples, device="cpu"):
    """torchvision's network in eval mode, not scripted, in the default memory format."""
    import torch

    torch.set_num_threads(THREADS)
    model, image = random_network(name)
    model.to(device)
    images = torch.from_numpy(uniform(1, (int(samples), *image), dtype=np.float32)).to(device)

    def run():
        with torch.inference_mode():
            return model(images).cpu().numpy()

    return pytorch(device), run


def device_solver(p, q, device):
    """torch.linalg.cholesky and the residual, in float64; the matrices are copied there and back."""
    import torch

    torch.set_num_threads(THREADS)
    p, q = int(p), int(q)
    gram, right, prior, ridge = map(torch.from_numpy, normal_equations(p, q))

    def run():
        pull = ridge.to(device)
        a = gram.to(device, copy=True)
        a.diagonal().add_(pull)
        b = right.to(device) + pull[:, None] * prior.to(device)
        x = torch.cholesky_solve(b, torch.linalg.cholesky(a))
        residual = torch.linalg.norm(a @ x - b)
        if not residual < 1e-9 * torch.linalg.norm(b):
            raise SystemExit(f"residual {residual}")
        return x.cpu().numpy()

    return pytorch(device), run


def device_gram(samples, channels, positions, device):
    """The sum of x @ x.T over the samples in float32, read as float64; samples joined as in gram."""
    import torch

    torch.set_num_threads(THREADS)
    shape = int(samples), int(channels), int(positions)
    x = torch.from_numpy(uniform(1, shape, dtype=np.float32)).to(device)

    def run():
        if shape[2] < shape[1]:
            joined = x.transpose(0, 1).reshape(shape[1], -1)
            return (joined @ joined.T).cpu().double().numpy()
        total = torch.zeros(shape[1], shape[1], device=device)
        for sample in x:
            total.addmm_(sample, sample.T)
        return total.cpu().double().numpy()

    return pytorch(device), run


def device_merge(name, images, device):
    """A whole merge, as merge_peer.py has it; its result are the relative errors of the fitted layers."""
    import torch

    import merge_peer

    torch.set_num_threads(THREADS)
    (a, image), (b, _) = random_network(name, 0), random_network(name, 1)
    if not hasattr(a, "layer1"):
        raise SystemExit(f"the peer merges ResNets alone, not {name}")
    samples = torch.from_numpy(random_images((int(images), *image)))
    return pytorch(device), lambda: merge_peer.merge(a, b, samples, device)[1]


def prepare(device):
    """Has PyTorch compute in float32 on the device, and says in one line if it cannot be used."""
    import torch

    if device != "cpu":
        if not torch.backends.cuda.is_built():
            raise SystemExit(f"PyTorch {torch.__version__} at {torch.__path__[0]} was built without CUDA")
        if torch.device(device).index >= torch.cuda.device_count():
            raise SystemExit(f"PyTorch finds {torch.cuda.device_count()} GPUs; there is no {device}")
        torch.cuda.set_device(device)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False


def on_device(device):
    """Returns the cases on a device, how to wait for it, and how to ask for the peak of its memory."""
    prepare(device)
    import torch

    cases = {"solver": device_solver, "gram": device_gram, "forward": forward, "merge": device_merge}
    cases = {name: functools.partial(case, device=device) for name, case in cases.items()}
    if device == "cpu":
        return cases, lambda: None, lambda: -1
    return cases, torch.cuda.synchronize, torch.cuda.max_memory_allocated


def main():
    words = sys.argv[1:]
    cases = {"matcher": matcher, "solver": solver, "gram": gram, "forward": forward}
    synchronize, peak_bytes = lambda: None, lambda: -1
    if words[0] == "--device":
        cases, synchronize, peak_bytes = on_device(words[1])
        words = words[2:]
    if words[0] not in cases:
        raise SystemExit(f"no case {words[0]!r}; expected one of {', '.join(cases)}")
    implementation, run = cases[words[0]](*words[1:])
    result = run()
    print("ready", implementation, sep="\t", flush=True)
    for line in sys.stdin:
        if line.strip() == "run":
            synchronize()
            start = time.perf_counter_ns()
            result = run()
            synchronize()
            print("ran", time.perf_counter_ns() - start, sep="\t", flush=True)
        elif line.strip() == "result":
            print("result", *map(repr, map(float, fingerprint(result))), sep="\t", flush=True)
        elif line.strip() == "memory":
            print("memory", peak_bytes(), sep="\t", flush=True)
        else:
            raise SystemExit(f"run, result or memory expected, found {line!r}")


if __name__ == "__main__":
    main()
