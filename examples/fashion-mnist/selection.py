"""Selects a few images of a data set of ten classes, and writes them."""

import hashlib

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


def balanced_images_and_labels(folder, prefix, count, seed):
    """Returns count images, equally many of each class, and their labels."""
    images, labels = read_images_and_labels(folder, prefix)
    selection = balanced_selection(labels, count // CLASSES, seed)
    return images[selection], labels[selection]


def write_images_and_labels(folder, name, images, labels):
    """Writes two gzip IDX files and prints their checksums."""
    folder.mkdir(parents=True, exist_ok=True)
    for suffix, array in (("images-idx3", images), ("labels-idx1", labels)):
        path = folder / f"{name}-{suffix}-ubyte.gz"
        write_idx(path, array)
        data = path.read_bytes()
        print(f"{hashlib.sha256(data).hexdigest()}  {path.name}  {len(data)} bytes")
