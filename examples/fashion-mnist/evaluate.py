#!/usr/bin/env python3
"""Prints PyTorch's accuracy of trained networks; needs no training images.

    ./evaluate.py --data . --prefix test all-a.safetensors lo.safetensors
    ./evaluate.py --data /usr/share/datasets/fashion-mnist --prefix t10k hi.safetensors

A network of some of the classes is tested on the images of these classes only. With `--logits DIR`
its logits of the first `--count` images (of any class) are written to DIR/logits-NAME.npy.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open

from idx import read_images_and_labels
from images import accuracy, logits_of, select
from train import ResNet20, class_range


def load(path):
    """Returns the network of a safetensors file and its first and last class."""
    with safe_open(path, "pt") as file:
        first, last = class_range(file.metadata()["classes"])
        model = ResNet20(last - first + 1)
        model.load_state_dict({key: file.get_tensor(key) for key in file.keys()})
    return model, first, last


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("networks", type=Path, nargs="+", help="files written by train.py")
    parser.add_argument("--data", type=Path, required=True, help="folder of gzip IDX files")
    parser.add_argument("--prefix", default="test", help="what their names begin with (test)")
    parser.add_argument("--logits", type=Path, help="folder to write logits to")
    parser.add_argument("--count", type=int, default=100, help="images to write them for (100)")
    arguments = parser.parse_args()

    images, labels = read_images_and_labels(arguments.data, arguments.prefix)
    for path in arguments.networks:
        model, first, last = load(path)
        chosen, chosen_labels = select(images, labels, first, last)
        value = accuracy(model, chosen, chosen_labels)
        print(f"{path.name}: {value:.4f} on {len(chosen)} images of classes {first}-{last}")
        if arguments.logits:
            arguments.logits.mkdir(parents=True, exist_ok=True)
            logits = logits_of(model, images[: arguments.count], batch=100).numpy()
            np.save(arguments.logits / f"logits-{path.stem}.npy", logits)


if __name__ == "__main__":
    main()
