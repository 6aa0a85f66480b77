"""The Vision Transformers of this example: torchvision's and timm's own classes, made small.

Both cut an image of 28x28 pixels into 49 patches of 4x4 and have four blocks of 64 features, four
heads and 128 hidden features.
"""

from safetensors import safe_open
from torch import nn

HEADS = 4
CLASSIFIER = {"torchvision": "heads.head.", "timm": "head."}


def new_network(arch, classes):
    """Returns a network with random weights."""
    if arch == "timm":
        from timm.models.vision_transformer import VisionTransformer

        return VisionTransformer(
            img_size=28,
            patch_size=4,
            in_chans=1,
            num_classes=classes,
            embed_dim=64,
            depth=4,
            num_heads=HEADS,
            mlp_ratio=2,
        )
    from torchvision.models.vision_transformer import VisionTransformer

    model = VisionTransformer(
        image_size=28,
        patch_size=4,
        num_layers=4,
        num_heads=HEADS,
        hidden_dim=64,
        mlp_dim=128,
        num_classes=classes,
    )
    model.conv_proj = nn.Conv2d(1, 64, 4, 4)  # torchvision's takes images of three channels
    return model


def read(path):
    """Returns the tensors of a safetensors file by name."""
    with safe_open(path, "pt") as file:
        return {key: file.get_tensor(key) for key in file.keys()}


def load(path):
    """Returns the network of a safetensors file."""
    tensors = read(path)
    arch = "timm" if "cls_token" in tensors else "torchvision"
    model = new_network(arch, len(tensors[CLASSIFIER[arch] + "bias"]))
    model.load_state_dict(tensors)
    return model


def start_from(model, arch, path):
    """Copies all tensors of a file but those of its classifier."""
    tensors = read(path)
    for key, value in model.state_dict().items():
        if key.startswith(CLASSIFIER[arch]):
            tensors[key] = value
    model.load_state_dict(tensors)
