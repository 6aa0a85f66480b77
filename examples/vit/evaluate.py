#!/usr/bin/env python3
"""Prints PyTorch's accuracy of trained networks; needs no training images.

    ./evaluate.py --data ../fashion-mnist --prefix test fashion-a.safetensors fine-fashion.safetensors
    ./evaluate.py --data . --prefix mnist-test fine-mnist.safetensors

`--first-label 10` tests the ancestor on MNIST: it calls a 0 class 10. With `--logits DIR` the networks'
logits of the first `--count` images are written to DIR/logits-NAME.npy.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

import fashion_mnist  # finds idx and images
from idx import read_images_and_labels
from images import accuracy, logits_of
from networks import load


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("networks", type=Path, nargs="+", help="files written by train.py")
    parser.add_argument("--data", type=Path, required=True, help="folder of gzip IDX files")
    parser.add_argument("--prefix", default="test", help="what their names begin with (test)")
    parser.add_argument(
        "--first-label", type=int, default=0, help="the networks' output for label 0 (0)"
    )
    parser.add_argument("--logits", type=Path, help="folder to write logits to")
    parser.add_argument("--count", type=int, default=100, help="images to write them for (100)")
    arguments = parser.parse_args()

    images, labels = read_images_and_labels(arguments.data, arguments.prefix)
    labels = torch.as_tensor(labels.astype(np.int64) + arguments.first_label)
    for path in arguments.networks:
        model = load(path)
        print(f"{path.name}: {accuracy(model, images, labels):.4f} on {len(images)} images")
        if arguments.logits:
            arguments.logits.mkdir(parents=True, exist_ok=True)
            logits = logits_of(model, images[: arguments.count], batch=100).numpy()
            np.save(arguments.logits / f"logits-{path.stem}.npy", logits)


if __name__ == "__main__":
    main()
