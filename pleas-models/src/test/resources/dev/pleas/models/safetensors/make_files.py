"""Makes the files of this folder with PyTorch and the safetensors library (0.4.5).

all-types.safetensors  one tensor of every type, written by safetensors.torch
all-types.json         the float32 bits PyTorch converts each of them to
rounding.safetensors   float32 values, and PyTorch's conversion of them to F16 and BF16
odd.safetensors        a scalar, empty tensors, names beyond ASCII, metadata
"""

import json
import pathlib

import numpy as np
import torch
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent


def bits(values):
    return torch.tensor(np.array(values, dtype=np.uint32).view(np.float32))


def floats(count, seed):
    """Random float32 bit patterns: every magnitude, NaN and infinity included."""
    generator = np.random.RandomState(seed)
    return torch.tensor(generator.randint(0, 2**32, count, dtype=np.uint64).astype(np.uint32).view(np.float32))


halves = torch.tensor(np.array(
    [0, 0x8000, 1, 0x8001, 0x3FF, 0x400, 0x3C00, 0xBC01, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x3555, 0x1234],
    dtype=np.uint16).view(np.float16))
tensors = {
    "f64": torch.tensor([0.0, -0.0, 1 / 3, -1e300, 1e300, 1e-50, 2**24 + 1.0, 1 + 2.0**-24,
                         1 + 3 * 2.0**-24, 2.0**-149, 2.0**-150, 3 * 2.0**-150, float("inf")],
                        dtype=torch.float64),
    "f32": bits([0, 0x80000000, 1, 0x3F800000, 0xBF800001, 0x7F7FFFFF, 0x7F800000, 0xFF800000]),
    "f16": halves,
    "bf16": bits([0, 0x80000000, 0x00010000, 0x3F800000, 0xBFC10000, 0x7F7F0000, 0x7F800000]).to(torch.bfloat16),
    "i64": torch.tensor([0, -1, 2**24 + 1, 2**24 + 3, 2**53 + 1, 2**62 + 2**38, 2**62 + 2**38 + 1,
                         2**63 - 1, -(2**63)]),
    "i32": torch.tensor([0, -1, 2**24 + 1, 2**24 + 3, 2**31 - 1, -(2**31)], dtype=torch.int32),
    "i16": torch.tensor([[0, -1], [32767, -32768]], dtype=torch.int16),
    "i8": torch.tensor([0, -1, 127, -128], dtype=torch.int8),
    "u8": torch.tensor([0, 1, 127, 128, 255], dtype=torch.uint8),
    "bool": torch.tensor([True, False, True]),
}
save_file(tensors, here / "all-types.safetensors")
(here / "all-types.json").write_text(json.dumps({
    name: {"shape": list(tensor.shape),
           "bits": tensor.to(torch.float32).flatten().numpy().view(np.int32).tolist()}
    for name, tensor in tensors.items()}, indent=1) + "\n")

# Random patterns, values in the range of a half, exact ties between neighbours, and the two edges.
scaled = torch.tensor(np.random.RandomState(1).uniform(-1, 1, 400).astype(np.float32)
                      * np.exp2(np.random.RandomState(2).randint(-26, 16, 400)).astype(np.float32))
ties = torch.tensor((np.arange(400, dtype=np.float64) * 2 + 1) * 2.0**-25, dtype=torch.float32)
normal_ties = bits((0x38800000 + np.arange(400, dtype=np.int64) * 0x1000 * 7777) % 0x47000000)
brain_ties = bits(0x3F808000 + np.arange(100, dtype=np.int64) * 0x10000)
edges = torch.tensor([65504.0, 65519.996, -65519.996, 3.3895314e38, 6.1035156e-05, 6.1005e-05, 0.0, -0.0])
finite_in_both = torch.cat([scaled, ties, normal_ties, brain_ties, edges])
finite_in_both = finite_in_both[finite_in_both.abs() < 65520]
save_file({
    "any": floats(1000, 0),
    "any.f16": floats(1000, 0).to(torch.float16),
    "any.bf16": floats(1000, 0).to(torch.bfloat16),
    "small": finite_in_both,
    "small.f16": finite_in_both.to(torch.float16),
    "small.bf16": finite_in_both.to(torch.bfloat16),
}, here / "rounding.safetensors")

save_file({
    "scalar": torch.tensor(42.5),
    "empty": torch.zeros(0),
    "empty.2": torch.zeros(3, 0, 2, dtype=torch.int64),
    "größe \"quoted\"\n": torch.tensor([1.0, 2.0]),
    "層": torch.tensor([3], dtype=torch.uint8),
}, here / "odd.safetensors", metadata={"format": "pt", "ключ": "значение\t\"x\""})
