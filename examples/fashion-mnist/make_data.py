#!/usr/bin/env python3
"""Selects the small calibration and test sets that are bundled with this example.

Calibration images come from the training set, test images from the test set. Both are drawn without
replacement, equally many of each class, and stored so that every ten consecutive images hold one of
each class in random order: any prefix of a multiple of ten images is balanced, too.

    ./make_data.py --data /usr/share/datasets/fashion-mnist --out .
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np

from idx import read_images_and_labels, write_idx

CLASSES = 10


def balanced_selection(labels, per_class, seed):
    """Returns the indices of per_class images of each class, in balanced blocks of ten."""
    # RandomState, not default_rng: NumPy promises that its streams never change.
    random = np.random.RandomState(seed)
    columns = [
        random.permutation(np.flatnonzero(labels == c))[:per_class] for c in range(CLASSES)
    ]
    blocks = np.stack(columns, axis=1)  # [per_class, CLASSES]
    return np.concatenate([random.permutation(block) for block in blocks])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        help="folder of the four gzip IDX files of Fashion-MNIST",
    )
    parser.add_argument("--out", type=Path, default=Path("."), help="folder to write to (.)")
    parser.add_argument(
        "--calibration", type=int, default=1000, help="calibration images (1000)"
    )
    parser.add_argument("--test", type=int, default=2500, help="test images (2500)")
    parser.add_argument("--seed", type=int, default=2024, help="seed of the selection (2024)")
    arguments = parser.parse_args()
    for count in (arguments.calibration, arguments.test):
        if count <= 0 or count % CLASSES:
            parser.error(f"{count} images are not balanced over {CLASSES} classes")

    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, source, count in (
        ("calibration", "train", arguments.calibration),
        ("test", "t10k", arguments.test),
    ):
        images, labels = read_images_and_labels(arguments.data, source)
        selection = balanced_selection(labels, count // CLASSES, arguments.seed)
        for suffix, array in (("images-idx3", images), ("labels-idx1", labels)):
            path = arguments.out / f"{name}-{suffix}-ubyte.gz"
            write_idx(path, array[selection])
            data = path.read_bytes()
            print(f"{hashlib.sha256(data).hexdigest()}  {path.name}  {len(data)} bytes")


if __name__ == "__main__":
    main()
