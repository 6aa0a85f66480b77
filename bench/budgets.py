#!/usr/bin/env python3
"""Compares the ways to share out a budget, and prints the table of docs/budgets.md.

Networks are the bundled examples. Calibration images (256 for each seed) and the 4,000 images on which accuracy is
measured are different ones, all drawn from Fashion-MNIST's training set: test images are for results, not for choices.

    bench/budgets.py --data /usr/share/datasets/fashion-mnist --pleas ./pleas --work /tmp/budgets
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FASHION = ROOT / "examples" / "fashion-mnist"
sys.path.insert(0, str(FASHION))

import numpy as np  # noqa: E402

from idx import read_images_and_labels  # noqa: E402
from selection import write_images_and_labels  # noqa: E402

NORMALISATION = ["--mean", "0.2860", "--std", "0.3530"]
PAIRS = {
    "ResNet-20, same labels": (["fashion-mnist/all-a", "fashion-mnist/all-b"], "shared"),
    "ResNet-20, different labels": (["fashion-mnist/lo", "fashion-mnist/hi"], "separate"),
    "ViT without ancestor": (["vit/fashion-a", "vit/fashion-b"], "shared"),
}


def balanced(labels, indices, count):
    """Returns the first of these indices, equally many of each class, classes in turn."""
    chosen = [[i for i in indices if labels[i] == c][: count // 10] for c in range(10)]
    return np.array([i for turn in zip(*chosen) for i in turn])


def write_data(data, work, seeds):
    images, labels = read_images_and_labels(data, "train")
    order = np.random.default_rng(77).permutation(len(images))
    parts = {"held": balanced(labels, order[:10000], 4000)}
    for seed in seeds:
        parts[f"cal{seed}"] = balanced(labels, order[20000 + 5000 * seed : 25000 + 5000 * seed], 1000)
    for name, indices in parts.items():
        write_images_and_labels(work, name, images[indices], labels[indices])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of Fashion-MNIST's gzip IDX files")
    parser.add_argument("--pleas", default=str(ROOT / "pleas"), help="the command (./pleas)")
    parser.add_argument("--work", type=Path, required=True, help="folder for images and merged networks")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--budgets", nargs="+", default=["1.2", "1.5"])
    arguments = parser.parse_args()
    work = arguments.work
    work.mkdir(parents=True, exist_ok=True)
    write_data(arguments.data, work, arguments.seeds)

    def pleas(*options):
        command = [arguments.pleas, *map(str, options)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def accuracy(files, heads, seed, budget, allocation):
        models = [o for n, f in zip("ab", files) for o in ("-m", f"{n}={ROOT}/examples/{f}.safetensors")]
        pleas(
            "merge", *models, "--data", work / f"cal{seed}-images-idx3-ubyte.gz", "--samples", 256, *NORMALISATION,
            "--seed", seed, "--output-heads", heads, "--budget", budget, "--allocation", allocation, "-q", "--force",
            "-o", work / "merged",
        )
        tops = []
        for head, classes in [("a", "0-4"), ("b", "5-9")] if heads == "separate" else [(None, "0-9")]:
            options = ["--head", head] if head else []
            score = pleas(
                "eval", work / "merged", "--data", work / "held-images-idx3-ubyte.gz", "--classes", classes,
                *NORMALISATION, *options, "-q", "--json",
            )
            tops.append(100 * json.loads(score)["top1"])
        return statistics.mean(tops)

    print("| networks | budget | uniform | stages | optimal |\n| --- | --- | --- | --- | --- |")
    for name, (files, heads) in PAIRS.items():
        for budget in arguments.budgets:
            cells = []
            for allocation in ("uniform", "stages", "optimal"):
                all_seeds = [accuracy(files, heads, seed, budget, allocation) for seed in arguments.seeds]
                span = f" ({min(all_seeds):.1f}–{max(all_seeds):.1f})" if len(all_seeds) > 1 else ""
                cells.append(f"{statistics.mean(all_seeds):.1f}{span}")
            print(f"| {name} | {budget}× | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
