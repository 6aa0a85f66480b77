"""What the training scripts of the examples do alike with images of 28x28 pixels."""

import os

import numpy as np
import torch
from safetensors.torch import save_file
from torch.nn import functional

MEAN, STD = 0.2860, 0.3530


def normalise(images):
    """Returns uint8 images [n, 28, 28] as normalised float32 [n, 1, 28, 28]."""
    return ((torch.as_tensor(images).float() / 255 - MEAN) / STD).unsqueeze(1)


def select(images, labels, first, last):
    """Keeps the images of classes first to last and numbers their labels from 0."""
    keep = (labels >= first) & (labels <= last)
    return images[keep], torch.as_tensor(labels[keep].astype(np.int64) - first)


def augment(images, generator, flips=True):
    """Returns uint8 images [n, 28, 28], each shifted by up to two pixels and flipped half the time."""
    n = len(images)
    padded = functional.pad(images, (2, 2, 2, 2))
    shift = torch.randint(0, 5, (2, n, 1), generator=generator)
    rows = shift[0] + torch.arange(28)
    columns = shift[1] + torch.arange(28)
    if flips:
        flip = torch.rand(n, 1, generator=generator) < 0.5
        columns = torch.where(flip, columns.flip(1), columns)
    return padded[torch.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]]


@torch.no_grad()
def logits_of(model, images, batch=500):
    """Returns the logits of uint8 images [n, 28, 28] in inference mode."""
    model.eval()
    return torch.cat([model(normalise(part)) for part in torch.as_tensor(images).split(batch)])


def accuracy(model, images, labels):
    """Returns the share of uint8 images [n, 28, 28] whose greatest logit is their label's."""
    return (logits_of(model, images).argmax(1) == labels).double().mean().item()


def save(model, path, metadata):
    """Writes a network's tensors; the file appears only when it is complete."""
    partial = path.with_name(path.name + ".part")
    tensors = {key: value.contiguous() for key, value in model.state_dict().items()}
    save_file(tensors, partial, metadata)
    os.replace(partial, path)
