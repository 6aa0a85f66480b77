#!/usr/bin/env python3
"""Measures what merging does to trained networks, and writes the tables of docs/results.md.

Accuracies are on full test sets; calibration images are drawn from training sets, other ones for each seed. Every
merge is one line of measured.jsonl in --work and is not made again, so a run that was broken off goes on where
it was. The most telling merges come first, seed by seed.

    bench/results.py --convert FOLDER --networks NETWORKS      # PyTorch's .pth to .safetensors, once
    bench/results.py --fashion /usr/share/datasets/fashion-mnist --mnist MNIST --networks NETWORKS --work WORK
    bench/results.py --work WORK --document

needs Python 3.9 and NumPy; --convert also PyTorch and safetensors. Without --networks the bundled examples alone are
merged, without --mnist nothing that needs MNIST.
"""

import argparse
import dataclasses
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import results_document

ROOT = Path(__file__).resolve().parent.parent
FASHION = ROOT / "examples" / "fashion-mnist"
VIT = ROOT / "examples" / "vit"
sys.path += [str(VIT), str(FASHION)]  # Both have a make_data; that of the transformers is wanted.
from idx import read_images_and_labels  # noqa: E402
from make_data import alternate  # noqa: E402
from selection import balanced_images_and_labels, write_images_and_labels  # noqa: E402

NORMALISATION = {"mean": [0.2860], "std": [0.3530]}
CLOTHES = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"]
DIGITS = [str(digit) for digit in range(10)]
LO, HI = CLOTHES[:5], CLOTHES[5:]
TEST = "t10k-images-idx3-ubyte.gz"
MOST_IMAGES = 10000
BUDGETS = results_document.BUDGETS


@dataclasses.dataclass(frozen=True)
class Pair:
    """Two networks: files by name, the classes of each, and what becomes of their outputs."""

    files: dict
    classes: dict
    heads: str

    def data_sets(self):
        """Returns the data sets of its tasks."""
        known = set().union(*self.classes.values())
        return [name for name, classes in (("fashion", CLOTHES), ("mnist", DIGITS)) if known & set(classes)]


def normalisation():
    """Returns the options of the command that normalise images as in training."""
    return [option for key, value in NORMALISATION.items() for option in (f"--{key}", value[0])]


def pair(folder, first, second, heads):
    """Returns a pair of (name, file, classes)."""
    files = {name: folder and folder / f"{file}.safetensors" for name, file, _ in (first, second)}
    return Pair(files, {name: classes for name, _, classes in (first, second)}, heads)


def pairs(networks):
    """Returns all pairs by the name that they have in results_document."""
    s0, s1 = ("s0", "rn20-all-s0", CLOTHES), ("s1", "rn20-all-s1", CLOTHES)
    lo, hi = ("lo", "rn20-lo-s2", LO), ("hi", "rn20-hi-s3", HI)
    return {
        "rn20-all-s0+rn20-all-s1": pair(networks, s0, s1, "shared"),
        "rn20-lo-s2+rn20-hi-s3": pair(networks, lo, hi, "separate"),
        "rn20-all-s0+rn20-lo-s2": pair(networks, s0, lo, "union"),
        "rn20-all-s1+rn20-hi-s3": pair(networks, s1, hi, "union"),
        "resnet same-labels": pair(FASHION, ("a", "all-a", CLOTHES), ("b", "all-b", CLOTHES), "shared"),
        "resnet different-labels": pair(FASHION, ("lo", "lo", LO), ("hi", "hi", HI), "separate"),
        "vit without-ancestor": pair(
            VIT, ("a", "fashion-a", CLOTHES), ("b", "fashion-b", CLOTHES), "shared"),
        "vit with-ancestor": pair(
            VIT, ("clothes", "fine-fashion", CLOTHES), ("digits", "fine-mnist", DIGITS), "separate"),
    }


@dataclasses.dataclass(frozen=True)
class Cell:
    """One merge: its pair, method, budget, kind and number of calibration images, and seed."""

    pair: str
    method: str
    budget: str
    images: str
    count: int
    seed: int

    def __str__(self):
        return f"{self.pair}, {self.method}, {self.budget}x, {self.images} {self.count}, seed {self.seed}"


SETTINGS = {  # of each method of the tables: the command's method, and settings
    "average": ("average", {}),
    "regmean": ("regmean", {}),
    "permutation": ("pleas", {"refit": "none"}),
    "sources": ("pleas", {"refit": "sources"}),
    "folded": ("pleas", {"fold-normalization": True}),
    "weights": ("pleas", {"alignment": "weights"}),
    "merged": ("pleas", {"refit": "merged"}),
    "pleas": ("pleas", {}),
}


def cells(names, seeds):
    """Yields all cells, the most telling first, and last those that take minutes each."""
    small, large = ["1.0", "1.2"], [budget for budget in BUDGETS if budget not in ("1.0", "1.2")]
    steps = [
        [("pleas", budget, "task", 1000) for budget in small],
        [("average", "1.0", "task", 1000), ("regmean", "1.0", "task", 1000)],
        [(method, budget, "task", 1000) for method in ("permutation", "sources") for budget in small],
        [("pleas", budget, *images) for images in (("none", 0), ("other", 1000)) for budget in small],
        [("pleas", budget, "task", 100) for budget in small],
        [("folded", budget, "task", 1000) for budget in small],
        [("weights", budget, "none", 0) for budget in small],
        [("merged", budget, "other", 1000) for budget in small],
        [("pleas", budget, "task", 1000) for budget in large],
        [(method, budget, "task", 1000) for method in ("permutation", "sources") for budget in large],
    ]
    order = [(seed, step) for seed in seeds for step in steps]
    order += [(seed, [("pleas", budget, "task", MOST_IMAGES) for budget in small]) for seed in seeds]
    for seed, step in order:
        for name in names:
            for each in step:
                yield Cell(name, *each, seed)


class Measurements:
    """Runs the command, and remembers what came out."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.pairs = pairs(arguments.networks)
        self.tests = {"fashion": arguments.fashion, "mnist": arguments.mnist}
        self.file = arguments.work / "measured.jsonl"
        self.known = results_document.read(self.file)

    def pleas(self, *options):
        command = [str(self.arguments.pleas), *map(str, options)]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            raise RuntimeError(f"{' '.join(command)}: {run.stderr.strip()}")
        return run.stdout

    def remember(self, key, values):
        line = {**key, **values}
        self.known.append(line)
        with self.file.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def knows(self, key):
        return any(all(line.get(k) == v for k, v in key.items()) for line in self.known)

    def possible(self, cell):
        """Returns whether a cell can be measured.

        Other images are none of the tasks', transformers have no batch normalization to fold, files are there.
        """
        own = self.pairs[cell.pair].data_sets()
        if cell.method == "folded" and cell.pair.startswith("vit"):
            return False
        if cell.images == "other" and "mnist" in own:
            return False
        needed = own + (["mnist"] if cell.images == "other" else [])
        return all(self.tests[data] for data in needed) and all(self.pairs[cell.pair].files.values())

    def calibration(self, data_sets, seed):
        """Returns a file of images from the training sets of one or two data sets; its first images are balanced."""
        name = f"{'-'.join(data_sets)}-{seed}"
        path = self.arguments.work / f"{name}-images-idx3-ubyte.gz"
        if not path.exists():
            drawn = [
                balanced_images_and_labels(self.tests[data], "train", MOST_IMAGES // len(data_sets), seed)
                for data in data_sets
            ]
            images, labels = drawn[0] if len(drawn) == 1 else (alternate(*both) for both in zip(*drawn))
            write_images_and_labels(self.arguments.work, name, images, labels)
        return path

    def recipe(self, cell, folder):
        """Returns the recipe of a cell."""
        of = self.pairs[cell.pair]
        method, settings = SETTINGS[cell.method]
        parameters = {"heads": of.heads, **settings}
        if method == "pleas":  # The proof of the symmetry changes no result.
            parameters |= {"budget": cell.budget, "check-symmetry": False}
        recipe = {
            "models": [{"name": name, "path": str(path.resolve())} for name, path in of.files.items()],
            "method": method,
            "parameters": parameters,
            "labels": of.classes,
            "seed": cell.seed,
            "output": str(folder / "merged"),
        }
        if cell.images == "none":
            parameters["data-free"] = True
        else:
            data_sets = of.data_sets() if cell.images == "task" else ["mnist"]
            path = self.calibration(data_sets, cell.seed).resolve()
            recipe["calibration"] = {"data": str(path), "samples": cell.count, **NORMALISATION}
            if cell.images == "other":
                parameters["normalization"] = "transfer"
        return recipe

    def evaluate(self, network, data_sets):
        """Measures all of a network's outputs together, which tells each task's accuracy as well."""
        for data in data_sets:
            score = json.loads(self.pleas(
                "eval", network, "--joint", "--json", "--quiet", "--data", self.tests[data] / TEST,
                "--data-classes", ",".join(CLOTHES if data == "fashion" else DIGITS), *normalisation()))
            yield {"name": data, "top1": score["top1"], "tasks": score["tasks"]}

    def merge(self, cell):
        """Merges, and remembers accuracies and times."""
        with tempfile.TemporaryDirectory(dir=self.arguments.work) as folder:
            folder = Path(folder).resolve()
            file = folder / "recipe.yaml"
            file.write_text(json.dumps(self.recipe(cell, folder)))  # JSON is YAML
            start = time.monotonic()
            report = json.loads(self.pleas("merge", file, "--json", "--quiet"))
            seconds = round(time.monotonic() - start, 1)
            scores = list(self.evaluate(folder / "merged", self.pairs[cell.pair].data_sets()))
        self.remember(
            dataclasses.asdict(cell),
            {
                "scores": scores,
                "cost": report.get("cost", {}).get("flops"),
                "seconds": seconds,
                "stages": {stage["name"]: round(stage["elapsedNanos"] / 1e9, 2) for stage in report["stages"]},
                "pleas": report["provenance"]["pleas"],
            },
        )
        return seconds

    def references(self, name):
        """Measures the sources, and the ensemble: of each class the mean logit of the sources that know it."""
        of = self.pairs[name]
        sources, ensemble = {}, []
        for data in of.data_sets():
            images, labels = read_images_and_labels(self.tests[data], "t10k")
            called = CLOTHES if data == "fashion" else DIGITS
            truth = np.array([called[label] for label in labels])
            logits = {source: self.logits(path, data) for source, path in of.files.items()}
            joint = Joint(of.classes, logits, of.heads == "separate")
            ensemble.append({"name": data, "top1": joint.accuracy(truth), "tasks": joint.tasks(truth)})
            for source, classes in of.classes.items():
                mine = np.isin(truth, classes)
                if mine.any():
                    sources[source] = share(np.array(classes)[logits[source].argmax(1)] == truth, mine)
        self.remember({"pair": name, "method": "references"}, {"sources": sources, "ensemble": ensemble})

    def logits(self, path, data):
        out = self.arguments.work / f"{path.parent.name}-{path.stem}-{data}.npy"
        if not out.exists():
            self.pleas("predict", path, "--data", self.tests[data] / TEST, *normalisation(), "-q", "-o", out)
        return np.load(out)


class Joint:
    """Logits of several networks over the union of their classes."""

    def __init__(self, classes, logits, own_heads):
        self.classes, self.logits, self.own_heads = classes, logits, own_heads
        self.union = list(dict.fromkeys(name for own in classes.values() for name in own))
        self.mean = np.stack(
            [
                np.mean([logits[of][:, own.index(name)] for of, own in classes.items() if name in own], axis=0)
                for name in self.union
            ],
            axis=1,
        )

    def accuracy(self, truth):
        """Returns how often the class of the largest mean logit is right."""
        return float((np.array(self.union)[self.mean.argmax(1)] == truth).mean())

    def tasks(self, truth):
        """Returns accuracies on each network's classes, as reports of the command have them."""
        answers = np.array(self.union)[self.mean.argmax(1)]
        found = []
        for name, own in self.classes.items():
            mine = np.isin(truth, own)
            known = self.logits[name] if self.own_heads else self.mean[:, [self.union.index(each) for each in own]]
            among_own = np.array(own)[known.argmax(1)]
            found.append({
                "name": name,
                "samples": int(mine.sum()),
                "joint": share(answers == truth, mine),
                "known": share(among_own == truth, mine),
            })
        return found


def share(right, among):
    """Returns the share of right answers among some of them; 0 if these are none."""
    return float(right[among].mean()) if among.any() else 0.0


def convert(source, target):
    """Writes PyTorch state dicts as .safetensors."""
    import torch
    from safetensors.torch import save_file

    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.glob("*.pth")):
        state = {name: value.contiguous() for name, value in torch.load(path, map_location="cpu").items()}
        save_file(state, target / f"{path.stem}.safetensors")
        print(target / f"{path.stem}.safetensors")


def measure(arguments):
    """Measures what is not known, and returns how many merges failed."""
    arguments.work.mkdir(parents=True, exist_ok=True)
    measured = Measurements(arguments)
    wanted = re.compile(arguments.only)
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    chosen = [
        cell for cell in cells(measured.pairs, seeds)
        if measured.possible(cell) and wanted.search(str(cell))
        and not measured.knows(dataclasses.asdict(cell))
    ]
    for name in dict.fromkeys(cell.pair for cell in chosen):
        if not measured.knows({"pair": name, "method": "references"}):
            measured.references(name)
    failed = 0
    for i, cell in enumerate(chosen):
        try:
            outcome = f"{measured.merge(cell):.0f} s"
        except RuntimeError as error:
            failed += 1
            outcome = f"failed: {error}"
        print(f"{i + 1}/{len(chosen)}: {cell}: {outcome}", flush=True)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fashion", type=Path, help="folder of Fashion-MNIST's four files")
    parser.add_argument("--mnist", type=Path, help="folder of MNIST's four files")
    parser.add_argument("--networks", type=Path, help="folder of rn20-*.safetensors")
    parser.add_argument("--work", type=Path, default=Path("results"), help="folder to work in (results)")
    parser.add_argument("--pleas", type=Path, default=ROOT / "pleas", help="the command")
    parser.add_argument("--seeds", default="0,1,2", help="calibration seeds (0,1,2)")
    parser.add_argument("--only", default="", metavar="REGEX", help="measure merges alone whose line has this")
    parser.add_argument("--document", action="store_true", help="measure nothing; write the tables of docs/results.md")
    parser.add_argument("--convert", type=Path, metavar="FOLDER", help="write its .pth files to --networks")
    arguments = parser.parse_args()
    if arguments.convert:
        if not arguments.networks:
            parser.error("--convert writes to --networks; name that folder, too")
        convert(arguments.convert, arguments.networks)
    elif arguments.document:
        results_document.write(ROOT / "docs" / "results.md", arguments.work / "measured.jsonl")
    else:
        if not arguments.fashion:
            parser.error("all pairs need --fashion, the folder of Fashion-MNIST")
        sys.exit(1 if measure(arguments) else 0)


if __name__ == "__main__":
    main()
