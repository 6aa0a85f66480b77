#!/usr/bin/env python3
"""Writes the transformers that OnnxTransformerTest reads, as PyTorch exports them.

Needs PyTorch, torchvision, timm and transformers. The networks are tiny and random; what they compute is asked of
ONNX Runtime in the test. The files were made by PyTorch 1.13, timm 0.9 and transformers 4.40, and those of `--newer` by
PyTorch 2.6, timm 1.0 and transformers 4.48, which write attention and masks otherwise.
"""

import argparse
from pathlib import Path

import timm.models.vision_transformer
import torch
import transformers
from torch import nn
from torchvision.models.vision_transformer import VisionTransformer

WIDTH, HEADS, HIDDEN, WORDS = 12, 3, 20, 30
SMALL = {"hidden_size": WIDTH, "num_attention_heads": HEADS, "intermediate_size": HIDDEN, "num_hidden_layers": 1}


def images():
    """Yields vision transformers by name."""
    yield "vit-torchvision", VisionTransformer(8, 4, 2, HEADS, WIDTH, HIDDEN, num_classes=4)
    yield "vit-timm", timm.models.vision_transformer.VisionTransformer(
        img_size=8, patch_size=4, embed_dim=WIDTH, depth=2, num_heads=HEADS, num_classes=4, init_values=0.1)
    size = {"image_size": 8, "patch_size": 4, "num_labels": 4}
    yield "deit-huggingface", transformers.DeiTForImageClassification(transformers.DeiTConfig(**SMALL, **size))


def texts():
    """Yields text encoders, and the names of their inputs and outputs."""
    config = transformers.BertConfig(vocab_size=WORDS, max_position_embeddings=16, **SMALL)
    inputs = ["input_ids", "attention_mask", "token_type_ids"]
    yield "bert", transformers.BertModel(config), inputs, ["hidden", "pooled"]
    config = transformers.DistilBertConfig(
        vocab_size=WORDS, max_position_embeddings=16, dim=WIDTH, n_layers=1, n_heads=HEADS, hidden_dim=HIDDEN)
    yield "distilbert", transformers.DistilBertModel(config), inputs[:2], ["hidden"]


def randomise(network):
    """Gives all parameters values that matter."""
    for parameter in network.parameters():
        nn.init.normal_(parameter, 0.5 if parameter.dim() == 1 else 0, 0.25)
    return network.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    parser.add_argument("--newer", action="store_true", help="write vit-timm-newer and bert-newer alone")
    arguments = parser.parse_args()
    out, suffix = arguments.out, "-newer" if arguments.newer else ""
    torch.manual_seed(1)
    for name, network in images():
        if arguments.newer and name != "vit-timm":
            continue
        batch = {"image": {0: "batch"}, "logits": {0: "batch"}}
        torch.onnx.export(
            randomise(network), torch.randn(1, 3, 8, 8), str(out / f"{name}{suffix}.onnx"),
            input_names=["image"], output_names=["logits"], dynamic_axes=batch,
            opset_version=20 if arguments.newer else 13 if "torchvision" in name else 17)
    for name, network, inputs, outputs in texts():
        if arguments.newer and name != "bert":
            continue
        ids = torch.randint(1, WORDS, (1, 7))
        given = (ids, torch.ones_like(ids), torch.zeros_like(ids))[: len(inputs)]
        axes = {name: {0: "batch", 1: "words"} for name in [*inputs, "hidden"]}
        torch.onnx.export(
            randomise(network), given, str(out / f"{name}{suffix}.onnx"), input_names=inputs, output_names=outputs,
            opset_version=13 if name == "distilbert" else 14, dynamic_axes=axes)


if __name__ == "__main__":
    main()
