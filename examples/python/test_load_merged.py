#!/usr/bin/env python3
"""Tests load_merged.py: merges random networks of torchvision, timm and Hugging Face with `pleas`, and compares
what PyTorch makes of the results with what `pleas predict` does. Needs torch, torchvision and safetensors; networks
of timm and transformers are tested where these are installed.

    PLEAS=../../pleas ./test_load_merged.py
    ./test_load_merged.py --merged FOLDER --images images.npy --logits logits.npy    # a merge of your own
"""

import argparse
import copy
import gzip
import os
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from load_merged import load

PLEAS = os.environ.get("PLEAS", str(Path(__file__).resolve().parents[2] / "pleas"))
SIZE, IMAGES, MEAN, STD = 32, 24, 0.5, 0.25
TOLERANCE = 1e-4  # of the largest logit


def difference(found, expected):
    """The largest difference, relative to the largest expected value."""
    return float((found - expected).abs().max() / expected.abs().max())


def pleas(*arguments):
    subprocess.run([PLEAS, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def randomize(network):
    """Gives batch normalizations statistics as training does, and weights that matter."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)
            nn.init.uniform_(module.running_mean, -0.5, 0.5)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    for name, parameter in network.named_parameters():
        if parameter.ndim == 1 and "bn" not in name:
            nn.init.normal_(parameter, 1.0 if name.endswith("weight") else 0.0, 0.1)


def resnet18(classes):
    from torchvision.models import resnet18

    return resnet18(num_classes=classes)


def torchvision_vit(classes):
    from torchvision.models import VisionTransformer

    network = VisionTransformer(
        image_size=SIZE, patch_size=8, num_layers=3, num_heads=4, hidden_dim=48, mlp_dim=96,
        num_classes=classes,
    )
    nn.init.normal_(network.heads.head.weight, 0, 0.2)  # zero at first
    return network


def timm_vit(classes):
    from timm import create_model

    return create_model("vit_tiny_patch16_224", img_size=SIZE, patch_size=8, depth=3, num_classes=classes)


def hugging_face_vit(classes):
    from transformers import ViTConfig, ViTForImageClassification

    config = ViTConfig(
        hidden_size=48, num_hidden_layers=3, num_attention_heads=4, intermediate_size=96,
        image_size=SIZE, patch_size=8, num_labels=classes,
    )
    return ViTForImageClassification(config)


def mobilenet(classes):
    from torchvision.models.mobilenetv3 import InvertedResidualConfig, MobileNetV3

    blocks = [
        InvertedResidualConfig(8, 3, 16, 8, True, "RE", 2, 1, 1),
        InvertedResidualConfig(8, 5, 24, 16, True, "HS", 2, 1, 1),
        InvertedResidualConfig(16, 3, 32, 16, False, "HS", 1, 1, 1),
    ]
    return MobileNetV3(blocks, last_channel=32, num_classes=classes)


def densenet(classes):
    from torchvision.models import DenseNet

    return DenseNet(growth_rate=6, block_config=(2, 3), num_init_features=8, bn_size=2, num_classes=classes)


HEADS = {"timm_vit": 3}
OF_ONNX = (mobilenet, densenet)


class LoadMergedTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        generator = np.random.default_rng(1)
        pixels = generator.integers(0, 256, (IMAGES, SIZE, SIZE), np.uint8)
        cls.data = cls.folder / "random-images-idx3-ubyte.gz"
        with gzip.open(cls.data, "wb") as file:
            file.write(struct.pack(">4i", 0x803, IMAGES, SIZE, SIZE) + pixels.tobytes())
        gray = (torch.from_numpy(pixels).float() / 255 - MEAN) / STD
        cls.images = gray[:, None].expand(-1, 3, -1, -1)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def checkpoint(self, make, seed, classes):
        torch.manual_seed(seed)
        try:
            network = make(classes)
        except ImportError as missing:
            self.skipTest(str(missing))
        randomize(network)
        if make in OF_ONNX:
            path = self.folder / f"{make.__name__}-{seed}-{classes}.onnx"
            torch.onnx.export(
                network.eval(), self.images[:1], str(path), input_names=["image"], output_names=["logits"],
                opset_version=13,
            )
            return path
        path = self.folder / f"{make.__name__}-{seed}-{classes}.safetensors"
        metadata = {"format": "pt", "num_heads": str(HEADS.get(make.__name__, 4))}
        save_file(network.state_dict(), path, metadata)
        return path

    def merge(self, make, heads, budget, classes=(7, 7)):
        """Merges two networks and returns the folder."""
        sources = [self.checkpoint(make, seed + 1, count) for seed, count in enumerate(classes)]
        output = self.folder / f"{make.__name__}-{heads}-{budget}"
        pleas(
            "merge", "-m", f"a={sources[0]}", "-m", f"b={sources[1]}", "--data", self.data,
            "--channels", 3, "--mean", MEAN, "--std", STD, "--output-heads", heads, "--budget", budget,
            "--set", "refit=none", "-o", output, "-q", "--force",
        )
        return output

    def predicted(self, folder, *head):
        """What `pleas predict` writes of the images."""
        file = folder.with_name(folder.name + "-logits.npy")
        pleas("predict", folder, *head, "--data", self.data, "-o", file, "-q", "--force")
        return torch.from_numpy(np.load(file))

    def compare(self, what, found, expected):
        relative = difference(found, expected)
        print(f"{what}: {relative:.1e} of the largest logit", file=sys.stderr)
        self.assertLessEqual(relative, TOLERANCE, what)

    def check(self, make, budget):
        """Compares a merge with one output with predict, and at 1.0 with the library's own class."""
        folder = self.merge(make, "shared", budget)
        network = load(folder)
        tensors = load_file(folder / "model.safetensors")
        self.assertEqual(set(network.state_dict()), set(tensors))
        with torch.no_grad():
            logits = network(self.images)
            self.compare(f"{make.__name__} {budget}", logits, self.predicted(folder))
            if budget == 1.0:
                own = make(7).eval()
                own.load_state_dict(tensors, strict=True)
                expected = own(self.images)
                expected = getattr(expected, "logits", expected)
                self.compare(f"{make.__name__} {budget}, strict", logits, expected)

    def test_onnx_models_any_budget(self):
        """Normalizations may be drawn into convolutions there, so the results have no class of their own."""
        for make in OF_ONNX:
            for budget in (1.0, 1.3):
                folder = self.merge(make, "shared", budget)
                network = load(folder)
                tensors = load_file(folder / "model.safetensors")
                self.assertLessEqual(set(tensors), set(network.state_dict()))
                with torch.no_grad():
                    self.compare(f"{make.__name__} {budget}", network(self.images), self.predicted(folder))

    def test_resnet18_any_budget(self):
        for budget in (1.0, 1.3):
            self.check(resnet18, budget)

    def test_torchvision_vit_any_budget(self):
        for budget in (1.0, 1.3):
            self.check(torchvision_vit, budget)

    def test_timm_vit_any_budget(self):
        for budget in (1.0, 1.3):
            self.check(timm_vit, budget)

    def test_hugging_face_vit_any_budget(self):
        for budget in (1.0, 1.3):
            self.check(hugging_face_vit, budget)

    def test_two_heads_give_a_dict(self):
        for make in (resnet18, torchvision_vit):
            folder = self.merge(make, "separate", 1.2, classes=(7, 4))
            with torch.no_grad():
                outputs = load(folder)(self.images)
            self.assertEqual(list(outputs), ["a", "b"])
            for head, logits in outputs.items():
                expected = self.predicted(folder, "--head", head)
                self.compare(f"{make.__name__} 1.2, head {head}", logits, expected)

    def test_training_goes_on(self):
        network = load(self.merge(resnet18, "shared", 1.2)).train()
        copied = copy.deepcopy(network)
        optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
        labels = torch.arange(IMAGES) % 7
        losses = []
        for _ in range(5):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(network(self.images), labels)
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
        self.assertLess(losses[-1], losses[0])
        self.assertTrue(all(parameter.grad is not None for parameter in network.parameters()))
        name = "bn1.running_mean"
        self.assertIsInstance(network.bn1, nn.BatchNorm2d)
        self.assertFalse(torch.equal(network.state_dict()[name], copied.state_dict()[name]))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--merged", type=Path, help="folder of a merge, instead of making some")
    parser.add_argument("--images", type=Path, help=".npy file of normalized images, float32")
    parser.add_argument("--logits", type=Path, help="what `pleas predict` wrote of them")
    parser.add_argument("--head", help="the output that they are of, if there are several")
    given, rest = parser.parse_known_args()
    if given.merged is None:
        unittest.main(argv=[sys.argv[0], *rest], verbosity=2)
    with torch.no_grad():
        logits = load(given.merged)(torch.from_numpy(np.load(given.images)))
    logits = logits[given.head] if isinstance(logits, dict) else logits
    relative = difference(logits, torch.from_numpy(np.load(given.logits)))
    print(f"{given.merged}: {relative:.1e} of the largest logit")
    sys.exit(relative > TOLERANCE)


if __name__ == "__main__":
    main()
