"""Makes the files of this folder with NumPy 1.24, PyTorch, huggingface_hub 0.36 and safetensors 0.8.

sharded/             a state dict of several types, in shards of at most 600 bytes, as Hugging Face saves them
whole.safetensors    the same state dict in one file
doubles.safetensors  float64 values, and NumPy's conversion of them to float32 and float16, which rounds once
"""

import pathlib

import numpy as np
import torch
from huggingface_hub import save_torch_state_dict
from safetensors.numpy import save_file as save_arrays
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent

torch.manual_seed(0)
state = {
    "conv1.weight": torch.randn(4, 3, 3, 3),
    "bn1.weight": torch.randn(4, dtype=torch.float64),
    "bn1.num_batches_tracked": torch.tensor(42),
    "fc.weight": torch.randn(10, 16).to(torch.float16),
    "fc.bias": torch.randn(10).to(torch.bfloat16),
}
(here / "sharded").mkdir(exist_ok=True)
save_torch_state_dict(state, here / "sharded", max_shard_size=600)
save_file(state, here / "whole.safetensors", metadata={"format": "pt"})

# Magnitudes of halves; ties between halves, and ties moved by less than float32 can hold: who rounds to float32
# first rounds these twice.
random = np.random.RandomState(0)
magnitudes = random.uniform(-1, 1, 200) * np.exp2(random.randint(-26, 16, 200))
ties = (np.arange(1, 101) * 2 + 1) * 2.0**-25
normal_ties = (2049 + 2 * np.arange(100)) * 2.0**-12
values = np.concatenate([magnitudes, ties, normal_ties] + [
    tie * (1 + shift) for tie in (ties, normal_ties) for shift in (2.0**-40, -(2.0**-40))]
    + [[0.0, -0.0, np.inf, -np.inf, np.nan, 65519.99999999999, 2.0**-25, np.nextafter(2.0**-25, 1), 1e-300]])
save_arrays({
    "f64": values,
    "f32": values.astype(np.float32),
    "f16": values.astype(np.float16),
}, here / "doubles.safetensors")
