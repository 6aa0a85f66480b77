#!/usr/bin/env python3
"""Selects the small calibration and test sets that are bundled with this example.

Calibration images come from the training set, test images from the test set. Both are drawn without
replacement, equally many of each class, and stored so that every ten consecutive images hold one of
each class in random order: any prefix of a multiple of ten images is balanced, too.

    ./make_data.py --data /usr/share/datasets/fashion-mnist --out .
"""

import argparse
from pathlib import Path

from selection import CLASSES, balanced_images_and_labels, write_images_and_labels


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

    for name, source, count in (
        ("calibration", "train", arguments.calibration),
        ("test", "t10k", arguments.test),
    ):
        chosen = balanced_images_and_labels(arguments.data, source, count, arguments.seed)
        write_images_and_labels(arguments.out, name, *chosen)


if __name__ == "__main__":
    main()
