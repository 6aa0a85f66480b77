#!/usr/bin/env python3
"""Merges both pairs of this example in every way there is, and writes the table of docs/results.md.

Accuracies are on the full test sets. Methods that need calibration images are run with 1,000 of them, drawn
from the training sets with each of three seeds. What has been measured is kept in --work and not measured
again; a run from nothing takes about an hour on two cores.

    ./results.py --fashion /usr/share/datasets/fashion-mnist --mnist ~/mnist --out ../../docs/results.md
"""

import argparse
import json
import subprocess
from pathlib import Path

import numpy as np

import fashion_mnist  # finds idx and selection
from make_data import alternate
from idx import read_images_and_labels
from selection import balanced_images_and_labels, write_images_and_labels

HERE = Path(__file__).resolve().parent
BUDGETS = ["1.0", "1.2", "1.5", "2.0"]
SEEDS = [1, 2, 3]
NORMALISATION = ["--mean", "0.2860", "--std", "0.3530"]
IMAGES = "t10k-images-idx3-ubyte.gz"
PAIRS = {
    "without": {"a": "fashion-a", "b": "fashion-b"},
    "with": {"clothes": "fine-fashion", "digits": "fine-mnist"},
}


class Measurements:
    """Runs the command, and remembers what came out by what was asked."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.file = arguments.work / "measured.json"
        self.known = json.loads(self.file.read_text()) if self.file.exists() else {}
        self.tests = {"clothes": arguments.fashion / IMAGES, "digits": arguments.mnist / IMAGES}

    def pleas(self, *options):
        command = [str(self.arguments.pleas), *map(str, options)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def once(self, key, measure):
        if key not in self.known:
            self.known[key] = measure()
            self.file.write_text(json.dumps(self.known, indent=1))
            print(f"{key}: {self.known[key]}", flush=True)
        return self.known[key]

    def accuracy(self, network, task, head=None):
        options = ["--head", head] if head else []
        score = self.pleas(
            "eval", network, "--data", self.tests[task], *NORMALISATION, *options, "-q", "--json"
        )
        return json.loads(score)["top1"]

    def calibration(self, pair, seed):
        """Returns a file of 1,000 images of the pair's training sets."""
        name = f"calibration-{pair}-{seed}"
        path = self.arguments.work / f"{name}-images-idx3-ubyte.gz"
        if not path.exists():
            if pair == "without":
                images, labels = balanced_images_and_labels(
                    self.arguments.fashion, "train", 1000, seed
                )
            else:
                both = [
                    balanced_images_and_labels(folder, "train", 500, seed)
                    for folder in (self.arguments.fashion, self.arguments.mnist)
                ]
                images = alternate(both[0][0], both[1][0])
                labels = alternate(both[0][1], both[1][1] + 10)
            write_images_and_labels(self.arguments.work, name, images, labels)
        return path

    def merged(self, pair, seed, *options):
        """Returns the accuracy of a merge on each task of its pair."""
        folder = self.arguments.work / "merged"
        models = [o for n, file in PAIRS[pair].items() for o in ("-m", f"{n}={HERE / file}.safetensors")]
        self.pleas(
            "merge", *models, "--data", self.calibration(pair, seed), *NORMALISATION, "--seed", seed,
            "--output-heads", "shared" if pair == "without" else "separate",
            "-q", "--force", "-o", folder, *options,
        )
        if pair == "without":
            return [self.accuracy(folder, "clothes")]
        return [self.accuracy(folder, task, task) for task in ("clothes", "digits")]

    def ensemble(self):
        """Returns the accuracy of the mean logits of the pair with one label space."""
        logits = []
        for file in PAIRS["without"].values():
            out = self.arguments.work / f"{file}.npy"
            self.pleas(
                "predict", HERE / f"{file}.safetensors", "--data", self.tests["clothes"],
                *NORMALISATION, "-q", "--force", "-o", out,
            )
            logits.append(np.load(out))
        _, labels = read_images_and_labels(self.arguments.fashion, "t10k")
        return [float((np.mean(logits, axis=0).argmax(1) == labels).mean())]

    def rows(self, pair):
        """Yields a name, a budget, and the accuracies by seed, of everything there is to compare."""
        tasks = ["clothes", "clothes"] if pair == "without" else ["clothes", "digits"]
        files = list(PAIRS[pair].values())
        own = [
            self.once(file, lambda: self.accuracy(HERE / f"{file}.safetensors", task))
            for file, task in zip(files, tasks)
        ]
        if pair == "without":
            yield from ((f"`{file}`", "", [[value]]) for file, value in zip(files, own))
            yield "ensemble", "2.0", [self.once("ensemble", self.ensemble)]
        else:
            yield "each source on its own task (and the ensemble)", "2.0", [own]
        yield "average", "1.0", [
            self.once(f"{pair} average", lambda: self.merged(pair, 1, "--method", "average"))
        ]
        yield "RegMean", "1.0", [
            self.once(f"{pair} regmean {seed}", lambda: self.merged(pair, seed, "--method", "regmean"))
            for seed in SEEDS
        ]
        for name, refit in (("permutation only", "none"), ("**PLeaS**", "merged")):
            for budget in BUDGETS:
                yield name, budget, [
                    self.once(
                        f"{pair} {refit} {budget} {seed}",
                        lambda: self.merged(pair, seed, "--budget", budget, "--set", f"refit={refit}"),
                    )
                    for seed in SEEDS
                ]


def cell(values):
    """Returns the mean in percent, and how far it ranges where there are several."""
    percent = [100 * value for value in values]
    text = f"{np.mean(percent):.1f}"
    return text if len(percent) == 1 else f"{text} ({min(percent):.1f}–{max(percent):.1f})"


def table(rows, columns):
    lines = ["| network | budget | " + " | ".join(columns) + " |", "| --- |" + " --- |" * (1 + len(columns))]
    for name, budget, seeds in rows:
        cells = [cell([values[i] for values in seeds]) for i in range(len(columns))]
        lines.append(f"| {name} | {budget + '×' if budget else ''} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fashion", type=Path, required=True, help="folder of Fashion-MNIST")
    parser.add_argument("--mnist", type=Path, required=True, help="folder of MNIST")
    parser.add_argument("--pleas", type=Path, default=HERE.parent.parent / "pleas", help="the command")
    parser.add_argument("--work", type=Path, default=Path("results"), help="folder to work in (results)")
    parser.add_argument("--out", type=Path, help="Markdown file to write the tables into")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)

    measured = Measurements(arguments)
    tables = {
        "without": table(measured.rows("without"), ["Fashion-MNIST"]),
        "with": table(measured.rows("with"), ["Fashion-MNIST", "MNIST"]),
    }
    for pair, text in tables.items():
        print(f"\n{pair} a common ancestor\n\n{text}")
    if arguments.out:
        page = arguments.out.read_text()
        for pair, text in tables.items():
            begin, end = f"<!-- vit {pair} -->", f"<!-- end vit {pair} -->"
            before, rest = page.split(begin)
            page = before + begin + "\n\n" + text + "\n\n" + end + rest.split(end)[1]
        arguments.out.write_text(page)


if __name__ == "__main__":
    main()
