#!/usr/bin/env python3
"""Reads text encoders from ONNX models, merges two of them, and compares embeddings.

    bench/encoders.py --models A.onnx B.onnx ... --tokenizer tokenizer.json --texts texts.txt --work WORK

Every model is compared with ONNX Runtime on the last 500 texts. The first two, which must be of one architecture, are
merged by the mean of their weights and by PLeaS, calibrated on the first 500 texts: as they are, and with the heads and
hidden units of the second in another order, which changes nothing of what it computes. An embedding is the first token.
Needs NumPy, onnx, onnxruntime, safetensors and tokenizers.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper
from safetensors.numpy import save_file
from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "examples" / "python"))
from tokens import ids  # noqa: E402

LENGTH = 32
TEXTS = 500


def shuffled(source, target, seed):
    """Writes an exported BERT with the heads and hidden units of each layer in another order."""
    model = onnx.load(source)
    tensors = {each.name: each for each in model.graph.initializer}
    arrays = {name: numpy_helper.to_array(tensor).copy() for name, tensor in tensors.items()}
    weights = {
        node.name: next(name for name in node.input if name in arrays)
        for node in model.graph.node
        if node.op_type == "MatMul" and any(name in arrays for name in node.input)
    }
    heads = head_count(model)
    random = np.random.default_rng(seed)
    for layer in range(1 + max(int(n) for name in weights for n in re.findall(r"layer\.(\d+)", name))):
        node, tensor = f"/encoder/layer.{layer}/", f"encoder.layer.{layer}."
        width = arrays[weights[node + "attention/output/dense/MatMul"]].shape[0] // heads
        order = (random.permutation(heads)[:, None] * width + np.arange(width)).ravel()
        for each in ("query", "key", "value"):
            permute(arrays, weights[node + f"attention/self/{each}/MatMul"], order, 1)
            permute(arrays, tensor + f"attention.self.{each}.bias", order, 0)
        permute(arrays, weights[node + "attention/output/dense/MatMul"], order, 0)
        hidden = weights[node + "intermediate/dense/MatMul"]
        order = random.permutation(arrays[hidden].shape[1])
        permute(arrays, hidden, order, 1)
        permute(arrays, tensor + "intermediate.dense.bias", order, 0)
        permute(arrays, weights[node + "output/dense/MatMul"], order, 0)
    for name, tensor in tensors.items():
        tensor.CopyFrom(numpy_helper.from_array(arrays[name], name))
    onnx.save(model, target)


def head_count(model):
    """Returns the number of heads: what attention reshapes to, before the width of a head."""
    for node in model.graph.node:
        if node.op_type == "Concat" and len(node.input) == 4 and "attention" in node.name:
            values = {n.output[0]: numpy_helper.to_array(n.attribute[0].t) for n in model.graph.node
                      if n.op_type == "Constant" and n.output[0] in node.input}
            return int(values[node.input[2]].item())
    raise ValueError("no heads found")


def permute(arrays, name, order, axis):
    arrays[name] = np.take(arrays[name], order, axis)


class Runs:
    def __init__(self, arguments):
        self.pleas, self.work = arguments.pleas, arguments.work

    def command(self, *options):
        run = subprocess.run([str(self.pleas), *map(str, options)], capture_output=True, text=True)
        if run.returncode:
            raise RuntimeError(run.stderr.strip())

    def embeddings(self, network, data):
        """Returns the first token of each text, as pleas computes it."""
        out = self.work / "tokens.npy"
        head = onnx.load(network, load_external_data=False).graph.output[0].name if network.is_file() else None
        self.command("predict", network, "--data", data, "-o", out, "--force", "-q", *(["--head", head] if head else []))
        return np.load(out)[:, 0]

    def merged(self, name, first, second, *options):
        folder = self.work / name
        self.command("merge", "-m", f"a={first}", "-m", f"b={second}", *options, "-o", folder, "--force", "-q")
        return folder


def reference(network, rows):
    """Returns the first token of each text, as ONNX Runtime computes it."""
    session = onnxruntime.InferenceSession(str(network), providers=["CPUExecutionProvider"])
    given = {"input_ids": rows, "attention_mask": (rows != 0).astype(np.int64), "token_type_ids": np.zeros_like(rows)}
    names = [each.name for each in session.get_inputs()]
    return session.run([session.get_outputs()[0].name], {name: given[name] for name in names})[0][:, 0]


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def similarities(x):
    """Returns the ranks of the similarities of all pairs of texts."""
    pairs = (x @ x.T)[np.triu_indices(len(x), 1)]
    return np.argsort(np.argsort(pairs))


def closeness(name, x, first, second):
    """Returns a row: the mean cosine with each source, and the rank correlation of all similarities."""
    cells = [f"{np.sum(x * y, axis=1).mean():.3f}" for y in (first, second)]
    cells += [f"{np.corrcoef(similarities(x), similarities(y))[0, 1]:.3f}" for y in (first, second)]
    return f"| {name} | {' | '.join(cells)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, nargs="+", required=True)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--texts", type=Path, required=True, help="one per line, at least 1,000")
    parser.add_argument("--work", type=Path, default=Path("encoders"), help="folder to work in (encoders)")
    parser.add_argument("--pleas", type=Path, default=ROOT / "pleas", help="the command")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    runs = Runs(arguments)

    lines = [line for line in arguments.texts.read_text("utf-8").splitlines() if line.strip()]
    tokenizer = Tokenizer.from_file(arguments.tokenizer)
    calibration, test = (arguments.work / f"{name}.safetensors" for name in ("calibration", "test"))
    rows = ids(tokenizer, lines[-TEXTS:], LENGTH)
    save_file({"input_ids": ids(tokenizer, lines[:TEXTS], LENGTH)}, calibration)
    save_file({"input_ids": rows}, test)

    print("| model | largest difference from ONNX Runtime | of values up to |\n| --- | ---: | ---: |")
    for model in arguments.models:
        expected = reference(model, rows)
        apart = np.abs(runs.embeddings(model, test) - expected).max()
        print(f"| {model.stem} | {apart:.1e} | {np.abs(expected).max():.1f} |", flush=True)

    a, b = arguments.models[:2]
    first, second = (unit(runs.embeddings(each, test)) for each in (a, b))
    other = arguments.work / "shuffled.onnx"
    shuffled(b, other, 1)
    print(f"\n| | cosine with {a.stem} | with {b.stem} | similarities as {a.stem} | as {b.stem} |")
    print("| --- | ---: | ---: | ---: | ---: |")
    print(closeness(b.stem, second, first, second))
    print(closeness("mean of both embeddings", unit(first + second), first, second), flush=True)
    for kind, model in (("", b), (", the second shuffled", other)):
        for name, options in (
            ("mean of weights", ["--method", "average"]),
            ("PLeaS", ["--data", calibration]),
        ):
            folder = runs.merged(name.replace(" ", "-"), a, model, *options)
            print(closeness(name + kind, unit(runs.embeddings(folder, test)), first, second), flush=True)


if __name__ == "__main__":
    main()
