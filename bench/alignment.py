#!/usr/bin/env python3
"""Measures what aligning by activations, by weights, and by both is worth.

Merges pairs of trained networks in each way and writes a Markdown table of top-1 accuracies, in percent: on
validation images, which are training images that no merge has seen and by which the default was chosen, and on
the bundled test set of 2,500. Where there are two tasks, it is their mean. Calibration and validation images are drawn from
Fashion-MNIST's training set, other ones for each seed. What has been measured is kept in --work and not measured
again.

    bench/alignment.py --data /usr/share/datasets/fashion-mnist --out docs/alignment.md

needs NumPy and takes an hour or two on two cores. --pair NAME=A,B,HEADS adds a pair: HEADS is shared, or separate for networks of classes 0-4 and 5-9.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
sys.path.insert(0, str(EXAMPLES / "fashion-mnist"))
from idx import read_images_and_labels  # noqa: E402
from selection import balanced_selection, write_images_and_labels  # noqa: E402

CALIBRATION, VALIDATION = 500, 2000
PAIRS = {
    "ResNet-20, same labels": (
        EXAMPLES / "fashion-mnist/all-a.safetensors", EXAMPLES / "fashion-mnist/all-b.safetensors", "shared"),
    "ResNet-20, different labels": (
        EXAMPLES / "fashion-mnist/lo.safetensors", EXAMPLES / "fashion-mnist/hi.safetensors", "separate"),
    "ViT, same labels": (
        EXAMPLES / "vit/fashion-a.safetensors", EXAMPLES / "vit/fashion-b.safetensors", "shared"),
}
WAYS = {
    "activations, correlation": {"alignment": "activations", "similarity": "correlation"},
    "activations, inner-product": {"alignment": "activations", "similarity": "inner-product"},
    "activations, distance": {"alignment": "activations", "similarity": "distance"},
    "weights": {"alignment": "weights"},
    "both, distance": {"alignment": "both", "similarity": "distance"},
}
SETTINGS = [("none", "1.0"), ("merged", "1.0"), ("none", "1.2"), ("merged", "1.2")]


class Measurements:
    """Runs the command, and remembers what came out by what was asked."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.file = arguments.work / "measured.json"
        self.known = json.loads(self.file.read_text()) if self.file.exists() else {}

    def images(self, seed):
        """Returns the files of the calibration and validation images of a seed."""
        names = [f"{name}-{seed}" for name in ("calibration", "validation")]
        paths = [self.arguments.work / f"{name}-images-idx3-ubyte.gz" for name in names]
        if not all(path.exists() for path in paths):
            images, labels = read_images_and_labels(self.arguments.data, "train")
            chosen = balanced_selection(labels, (CALIBRATION + VALIDATION) // 10, seed)
            for name, part in zip(names, np.split(chosen, [CALIBRATION])):
                write_images_and_labels(self.arguments.work, name, images[part], labels[part])
        return paths

    def accuracies(self, pair, settings, seed):
        """Returns the accuracy of a merge on validation and test images, or None if it is not to be measured."""
        key = json.dumps([pair, settings, seed])
        if key not in self.known and self.arguments.known:
            return None
        if key not in self.known:
            a, b, heads = self.arguments.pairs[pair]
            calibration, validation = self.images(seed)
            test = EXAMPLES / "fashion-mnist/test-images-idx3-ubyte.gz"
            tasks = [{}] if heads == "shared" else [
                {"head": "a", "classes": list(range(5))}, {"head": "b", "classes": list(range(5, 10))}]
            recipe = {
                "models": [{"name": "a", "path": str(a)}, {"name": "b", "path": str(b)}],
                "method": "pleas",
                "parameters": {"heads": heads, "check-symmetry": False, **settings},
                "calibration": {"data": str(calibration), "mean": [0.2860], "std": [0.3530]},
                "evaluation": [
                    {"name": f"{name} {i}", "data": str(data), **task}
                    for name, data in (("validation", validation), ("test", test))
                    for i, task in enumerate(tasks)],
                "seed": seed,
                "output": str(self.arguments.work / "merged"),
            }
            file = self.arguments.work / "recipe.yaml"
            file.write_text(json.dumps(recipe))  # JSON is YAML
            command = [str(self.arguments.pleas), "merge", str(file), "-q", "--force"]
            subprocess.run(command, check=True, capture_output=True, text=True)
            report = json.loads((self.arguments.work / "merged/report.json").read_text())
            found = {}
            for score in report["evaluation"]:
                found.setdefault(score["name"].split()[0], []).append(score["top1"])
            self.known[key] = [float(np.mean(found[name])) for name in ("validation", "test")]
            self.file.write_text(json.dumps(self.known, indent=1))
            print(f"{key}: {self.known[key]}", flush=True)
        return self.known[key]


def cell(values):
    """Returns the mean in percent, and how far it ranges where there are several; – for nothing."""
    percent = [100 * value for value in values]
    if not percent:
        return "–"
    text = f"{np.mean(percent):.1f}"
    return text if len(percent) == 1 else f"{text} ({min(percent):.1f}–{max(percent):.1f})"


def table(measured, pair, seeds):
    """Returns the Markdown table of a pair."""
    heads = [f"{'refit' if refit == 'merged' else 'no refit'} {budget}×" for refit, budget in SETTINGS]
    lines = ["| alignment | images | " + " | ".join(heads) + " |", "| --- | --- |" + " --- |" * len(heads)]
    for name, way in WAYS.items():
        cells = [
            [measured.accuracies(pair, {**way, "refit": refit, "budget": budget}, seed) for seed in seeds]
            for refit, budget in SETTINGS
        ]
        for i, images in enumerate(("validation", "test")):
            values = " | ".join(cell([accuracy[i] for accuracy in of if accuracy]) for of in cells)
            lines.append(f"| {name if i == 0 else ''} | {images} | {values} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of Fashion-MNIST's four files")
    parser.add_argument("--pair", action="append", default=[], help="another pair, NAME=A,B,HEADS")
    parser.add_argument("--only", help="measure pairs whose name has this in it only")
    parser.add_argument("--known", action="store_true", help="measure nothing new")
    parser.add_argument("--seeds", default="1,2,3", help="calibration seeds (1,2,3)")
    parser.add_argument("--pleas", type=Path, default=ROOT / "pleas", help="the command")
    parser.add_argument("--work", type=Path, default=Path("alignment"), help="folder to work in (alignment)")
    parser.add_argument("--out", type=Path, help="Markdown file to write the tables into")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    arguments.pairs = dict(PAIRS)
    for pair in arguments.pair:
        name, files = pair.split("=")
        arguments.pairs[name] = tuple(files.split(","))

    measured = Measurements(arguments)
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    for seed in seeds:  # so that a run that is broken off has all of the first seeds
        for refit, budget in SETTINGS:
            for pair in arguments.pairs:
                for way in WAYS.values():
                    if not arguments.only or arguments.only in pair:
                        measured.accuracies(pair, {**way, "refit": refit, "budget": budget}, seed)
    tables = [
        f"#### {pair}\n\n{table(measured, pair, seeds)}"
        for pair in arguments.pairs if not arguments.only or arguments.only in pair
    ]
    text = "\n\n".join(tables)
    print(text)
    if arguments.out:
        before, rest = arguments.out.read_text().split("<!-- measured -->")
        after = rest.split("<!-- end measured -->")[1]
        arguments.out.write_text(
            f"{before}<!-- measured -->\n\n{text}\n\n<!-- end measured -->{after}")


if __name__ == "__main__":
    main()
