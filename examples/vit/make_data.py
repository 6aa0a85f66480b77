#!/usr/bin/env python3
"""Selects the small sets of MNIST images that are bundled with this example.

They are drawn as those of Fashion-MNIST are in the example beside this one. The mixed set has the
calibration images of both alternately, the first of Fashion-MNIST: any prefix of a multiple of twenty
images is balanced. Its labels are 0 to 9 for Fashion-MNIST and 10 to 19 for MNIST.

    ./make_data.py --data MNIST --out .
"""

import argparse
from pathlib import Path

import numpy as np

import fashion_mnist  # finds idx and selection
from idx import read_images_and_labels
from selection import CLASSES, balanced_images_and_labels, write_images_and_labels


def alternate(first, second):
    """Returns first[0], second[0], first[1], second[1] and so on."""
    return np.stack([first, second], axis=1).reshape(-1, *first.shape[1:])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of the four gzip IDX files of MNIST"
    )
    parser.add_argument("--out", type=Path, default=Path("."), help="folder to write to (.)")
    parser.add_argument(
        "--calibration", type=int, default=500, help="calibration images of MNIST (500)"
    )
    parser.add_argument("--test", type=int, default=1000, help="test images (1000)")
    parser.add_argument("--seed", type=int, default=2024, help="seed of the selection (2024)")
    arguments = parser.parse_args()
    for count in (arguments.calibration, arguments.test):
        if count <= 0 or count % CLASSES:
            parser.error(f"{count} images are not balanced over {CLASSES} classes")

    calibration, test = (
        balanced_images_and_labels(arguments.data, source, count, arguments.seed)
        for source, count in (("train", arguments.calibration), ("t10k", arguments.test))
    )
    write_images_and_labels(arguments.out, "mnist-calibration", *calibration)
    write_images_and_labels(arguments.out, "mnist-test", *test)

    images, labels = read_images_and_labels(fashion_mnist.FOLDER, "calibration")
    if len(images) < arguments.calibration:
        parser.error(f"{fashion_mnist.FOLDER} has only {len(images)} images to mix them with")
    write_images_and_labels(
        arguments.out,
        "mixed-calibration",
        alternate(images[: arguments.calibration], calibration[0]),
        alternate(labels[: arguments.calibration], calibration[1] + CLASSES),
    )


if __name__ == "__main__":
    main()
