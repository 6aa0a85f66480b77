"""Makes the files of this folder with PyTorch, and beside them what PyTorch says is in them.

Run with PyTorch 1.13 (the files *.pth and *.ckpt), and with PyTorch 2.6 and the argument "newer" (newer-*.pth).

NAME.json says of NAME.pth: for every tensor its type, its shape and its elements (row-major, little-endian, as
hexadecimal digits), taken from the tensor by NumPy, not from the file.

refused/NAME.pth are files that must be refused; refused.json has words that the message must contain.
"""

import argparse
import collections
import json
import os
import pathlib
import pickle
import sys
import zipfile

import numpy as np
import torch

here = pathlib.Path(__file__).parent
refused = here / "refused"
TYPES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}


def describe(tensor):
    flat = tensor.detach().clone().contiguous().reshape(-1)
    raw = flat.view(torch.int16) if tensor.dtype == torch.bfloat16 and flat.numel() else flat
    content = b"" if not flat.numel() else raw.numpy().tobytes()
    return {"dtype": TYPES[tensor.dtype], "shape": list(tensor.shape), "content": content.hex()}


def save(name, content, state_dict=None, **options):
    """Saves a file, and what its state dict holds."""
    torch.save(content, here / name, **options)
    tensors = content if state_dict is None else state_dict
    (here / name).with_suffix(".json").write_text(
        json.dumps({key: describe(value) for key, value in tensors.items()}, indent=1) + "\n")


def every_type():
    values = torch.tensor([0, 1, 2, 3, 100, 127])
    types = {TYPES[dtype].lower(): values.to(dtype) for dtype in TYPES}
    types["f32.special"] = torch.tensor([0.0, -0.0, float("inf"), float("nan"), 1e-42, 1 / 3])
    types["i64.large"] = torch.tensor([2**63 - 1, -(2**63), 2**53 + 1])
    return collections.OrderedDict(types)


def views():
    base = torch.arange(24.0).reshape(2, 3, 4)
    half = torch.arange(12, dtype=torch.float16).reshape(3, 4)
    return {
        "base": base,
        "tied": base,
        "same place, other shape": base.view(6, 4),
        "offset": base[1],
        "offset.scalar": base[1, 2, 3],
        "transposed": base.transpose(0, 2),
        "columns": base[:, :, 1:3],
        "every second": base.reshape(-1)[1::2],
        "expanded": torch.tensor([1.0, 2.0]).unsqueeze(1).expand(2, 5),
        "channels last": torch.arange(48.0).reshape(1, 3, 4, 4).contiguous(memory_format=torch.channels_last),
        "half.transposed": half.t(),
        "double.transposed": half.double().t(),
        "byte.transposed": half.byte().t(),
        "bool.transposed": (half > 5).t(),
        "empty": torch.zeros(0),
        "empty.3": torch.zeros(2, 0, 3),
        "empty.view": base[:, 3:],
        "scalar": torch.tensor(5.0),
        "one long axis": base[0:1, 0:1].transpose(0, 2),
    }


def network():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.Flatten(), torch.nn.Linear(2, 3))


def lightning(net):
    """What Lightning saves, with the objects that hyperparameters may be."""
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(2, 1, 3, 3)).sum().backward()
    optimizer.step()
    return {
        "epoch": 3, "global_step": 1 << 40, "pytorch-lightning_version": "1.9.0", "loops": {"fit_loop": {"state": [1, 2.5]}},
        "state_dict": net.state_dict(), "optimizer_states": [optimizer.state_dict()], "lr_schedulers": [],
        "hparams_name": "kwargs", "callbacks": {"ModelCheckpoint": {"best": torch.tensor(0.5), "score": np.float64(0.25)}},
        "hyper_parameters": argparse.Namespace(
            lr=0.1, where=pathlib.PurePosixPath("a/b"), layers={1, 2}, seed=2**70, array=np.arange(3), name=b"bytes",
            device=torch.device("cpu"), dtype=torch.float16, size=torch.Size([1, 2]), log=collections.defaultdict(list)),
    }


def files():
    save("types.pth", every_type())
    save("types-legacy.pth", every_type(), _use_new_zipfile_serialization=False)
    save("views.pth", views())
    save("views-legacy.pth", views(), _use_new_zipfile_serialization=False)
    net = network()
    save("network.pth", net.state_dict())
    for protocol in (3, 4, 5):
        save(f"protocol{protocol}.pth", net.state_dict(), pickle_protocol=protocol)
    save("protocol4-legacy.pth", net.state_dict(), pickle_protocol=4, _use_new_zipfile_serialization=False)
    parameters = {"plain": torch.nn.Parameter(torch.tensor([1.0, 2.0])),
                  "frozen": torch.nn.Parameter(torch.tensor([3]), requires_grad=False),
                  "transposed": torch.nn.Parameter(torch.arange(6.0).reshape(2, 3).t()),
                  "attribute": torch.nn.Parameter(torch.tensor([4.0]))}
    parameters["attribute"].origin = "ours"
    attribute = torch.tensor([5.0, 6.0])
    attribute.origin = "ours"
    save("parameters.pth", {**parameters, "tensor with attribute": attribute})
    save("lightning.ckpt", lightning(net), net.state_dict())
    save("lightning-legacy.ckpt", lightning(net), net.state_dict(), _use_new_zipfile_serialization=False)
    save("wrapped.pth", {"epoch": 1, "arch": "tiny", "loss": torch.tensor(0.5), "model": net.state_dict(),
                         "args": argparse.Namespace(a=1), "model_ema": network().double().state_dict()}, net.state_dict())
    save("ema.pth", {"model": "a name", "state_dict_ema": net.state_dict()}, net.state_dict())
    extra = net.state_dict()
    save("extra.pth", {**extra, "version": 3, "0._extra_state": None, "nested": {"list": [1]}}, extra)
    save("empty.pth", collections.OrderedDict())


class Command:
    """Pickles as a call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def refused_files():
    refused.mkdir(exist_ok=True)
    words = {}

    def refuse(name, content, *expected, **options):
        torch.save(content, refused / name, **options)
        words[name] = expected

    tensor = torch.ones(2)
    marker = "echo executed > executed-by-pickle"
    for layout, options in {"": {}, "-legacy": {"_use_new_zipfile_serialization": False}}.items():
        refuse(f"system{layout}.pth", {"weight": tensor, "x": Command(os.system, marker)}, "the name posix.system", "nothing was run", **options)
        refuse(f"eval-ignored{layout}.pth", {"state_dict": {"weight": tensor}, "hyper_parameters": Command(eval, "1")},
               "builtin", ".eval", **options)
    refuse("network.pth", network(), "the name torch.nn.modules.container.Sequential")
    refuse("exec4.pth", {"weight": Command(exec, "pass")}, "the name builtins.exec", pickle_protocol=4)
    refuse("getattr.pth", {"weight": Command(getattr, dict, "fromkeys")}, ".getattr")
    refuse("nested.pth", {"weight": Command(os.system, Command(eval, marker))}, "the name posix.system")
    refuse("object-in-state-dict.pth", {"weight": tensor, "odd": argparse.Namespace()}, "tensor odd", "argparse.Namespace")
    refuse("complex.pth", {"weight": tensor, "spectrum": torch.ones(2, dtype=torch.complex64)}, "tensor spectrum", "torch.complex64")
    refuse("complex-wrapped.pth", {"state_dict": {"weight": tensor, "spectrum": torch.ones(2, dtype=torch.complex128)}}, "tensor spectrum")
    refuse("complex-legacy.pth", {"weight": tensor, "spectrum": torch.ones(2, dtype=torch.complex64), "z": tensor},
           "tensor spectrum", _use_new_zipfile_serialization=False)
    refuse("sparse.pth", {"weight": tensor, "mask": torch.eye(2).to_sparse()}, "tensor mask", "a sparse tensor")
    refuse("csr.pth", {"weight": tensor, "mask": torch.eye(2).to_sparse_csr()}, "tensor mask", "a sparse tensor")
    quantized = torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)
    refuse("quantized.pth", {"weight": tensor, "small": quantized}, "tensor small", "a quantized tensor")
    channels = torch.quantize_per_channel(torch.ones(2, 2), torch.ones(2), torch.zeros(2), 0, torch.quint8)
    refuse("quantized-channels.pth", {"small": channels}, "tensor small", "a quantized tensor")
    refuse("meta.pth", {"ghost": torch.ones(2, device="meta")}, "tensor ghost", "a tensor without data")
    refuse("tensor.pth", tensor, "expected a state dict, found a tensor")
    refuse("list.pth", [tensor], "expected a state dict, found a list of 1")
    refuse("numbers.pth", {"epoch": 3, "lr": 0.1}, "found a dict without tensors, of epoch, lr")
    refuse("nested-dicts.pth", {"encoder": {"w": tensor}, "decoder": {"w": tensor}}, "of encoder, decoder")
    refuse("integer-names.pth", {1: tensor}, "expected the names of tensors to be strings, found the integer 1")
    torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), str(refused / "script.pt"))
    words["script.pt"] = ["found a program (TorchScript)"]
    (refused / "plain-pickle.pth").write_bytes(pickle.dumps({"a": 1}, 2))
    words["plain-pickle.pth"] = ["expected the magic number of PyTorch"]
    with zipfile.ZipFile(refused / "compressed.pth", "w", zipfile.ZIP_DEFLATED) as packed:
        with zipfile.ZipFile(here / "types.pth") as archive:
            for name in archive.namelist():
                packed.writestr(zipfile.ZipInfo(name), archive.read(name), zipfile.ZIP_DEFLATED)
    words["compressed.pth"] = ["compressed or encrypted"]
    (refused.with_suffix(".json")).write_text(json.dumps(words, indent=1) + "\n")


def newer():
    """What only PyTorch 2 writes: the byte order, tensors with types of their own, buffers."""
    net = network()
    save("newer-network.pth", net.state_dict())
    save("newer-types.pth", every_type())
    words = json.loads(refused.with_suffix(".json").read_text())
    for dtype in ("uint16", "float8_e4m3fn"):
        torch.save({"weight": torch.ones(2), "odd": torch.ones(2).to(getattr(torch, dtype))}, refused / f"newer-{dtype}.pth")
        words[f"newer-{dtype}.pth"] = ["tensor odd", "torch." + dtype]
    (refused.with_suffix(".json")).write_text(json.dumps(words, indent=1) + "\n")


if __name__ == "__main__":
    newer() if "newer" in sys.argv[1:] else (files(), refused_files())
