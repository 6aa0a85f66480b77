#!/usr/bin/env python3
"""Trains one of the Vision Transformers of this example.

    ./train.py --arch torchvision --data FASHION_MNIST --dataset Fashion-MNIST --flips --seed 21 \\
        --out fashion-a.safetensors

With several folders, the network tells all their classes apart: those of the first are 0 to 9, those
of the second 10 to 19. `--init FILE` starts from a trained network of the same architecture, with a
new classifier. The input is 1x28x28, pixels / 255 normalised with mean 0.2860 and standard deviation
0.3530, whatever the data set.

The same seed, versions, machine and thread count give the same network; elsewhere floating-point sums
are ordered differently, and the network differs, though its accuracy hardly does.
"""

import argparse
import math
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

import fashion_mnist  # finds idx and images
from idx import read_images_and_labels
from images import accuracy, augment, normalise, save, select
from networks import HEADS, new_network, start_from

CLASSES = 10  # of each data set


def read_all(folders, prefix):
    """Returns the images of all folders, and labels that go on from folder to folder."""
    parts = [
        select(*read_images_and_labels(folder, prefix), 0, CLASSES - 1) for folder in folders
    ]
    images = torch.cat([torch.as_tensor(images) for images, _ in parts])
    labels = torch.cat([labels + CLASSES * k for k, (_, labels) in enumerate(parts)])
    return images, labels


def optimizer_of(model, lr):
    """Returns AdamW that decays matrices and kernels, but neither biases, norms nor embeddings."""
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.ndim in (2, 4)], "weight_decay": 0.05},
        {"params": [p for p in parameters if p.ndim not in (2, 4)], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr)


def train(model, images, labels, arguments):
    """Trains with AdamW; the learning rate rises for a tenth of the steps and falls as a cosine."""
    generator = torch.Generator().manual_seed(arguments.seed)
    steps = len(images) // arguments.batch
    total_steps = steps * arguments.epochs
    warm_up = total_steps // 10
    optimizer = optimizer_of(model, arguments.lr)

    def factor(step):
        if step < warm_up:
            return (step + 1) / warm_up
        return 0.5 + 0.5 * math.cos(math.pi * (step - warm_up) / (total_steps - warm_up))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    began = time.monotonic()
    for epoch in range(arguments.epochs):
        model.train()
        total = 0.0
        order = torch.randperm(len(images), generator=generator)
        for chosen in order[: steps * arguments.batch].split(arguments.batch):
            batch = normalise(augment(images[chosen], generator, arguments.flips))
            with torch.autocast("cpu", torch.bfloat16, enabled=arguments.bf16):
                logits = model(batch)
            loss = functional.cross_entropy(logits.float(), labels[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        elapsed = time.monotonic() - began
        print(f"epoch {epoch + 1}: loss {total / steps:.4f}, {elapsed:.0f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--arch", choices=("torchvision", "timm"), required=True)
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        required=True,
        help="folders of the four gzip IDX files of MNIST or Fashion-MNIST",
    )
    parser.add_argument("--dataset", required=True, help="their name, for the file's metadata")
    parser.add_argument("--out", type=Path, required=True, help="safetensors file to write")
    parser.add_argument("--seed", type=int, required=True, help="seed of weights, order, shifts")
    parser.add_argument("--init", type=Path, help="trained network to start from")
    parser.add_argument("--epochs", type=int, default=12, help="passes over the images (12)")
    parser.add_argument("--batch", type=int, default=128, help="images of one step (128)")
    parser.add_argument("--lr", type=float, default=2e-3, help="greatest learning rate (0.002)")
    parser.add_argument("--threads", type=int, default=1, help="PyTorch's threads (1)")
    parser.add_argument(
        "--flips", action="store_true", help="flip half the images: not for digits"
    )
    parser.add_argument(
        "--bf16",
        action="store_true",
        help="train in mixed precision: faster on a CPU with AVX512-BF16;"
        " weights stay float32, and so does the test",
    )
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    images, labels = read_all(arguments.data, "train")
    test_images, test_labels = read_all(arguments.data, "t10k")

    model = new_network(arguments.arch, CLASSES * len(arguments.data))
    if arguments.init:
        start_from(model, arguments.arch, arguments.init)
    train(model, images, labels, arguments)
    test_accuracy = accuracy(model, test_images, test_labels)
    print(f"test accuracy {test_accuracy:.4f} on {len(test_labels)} images")

    metadata = {
        "format": "pt",
        "num_heads": str(HEADS),
        "dataset": arguments.dataset,
        "seed": str(arguments.seed),
        "epochs": str(arguments.epochs),
        "test_accuracy": f"{test_accuracy:.4f}",
    }
    if arguments.init:
        metadata["ancestor"] = arguments.init.stem
    save(model, arguments.out, metadata)


if __name__ == "__main__":
    main()
