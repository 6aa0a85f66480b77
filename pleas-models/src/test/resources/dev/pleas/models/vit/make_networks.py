"""Makes the files of this folder with PyTorch 1.13, torchvision 0.14, timm 0.9.16, transformers 4.40.2 and
safetensors 0.8.0. Nothing is downloaded: networks are built from their configuration and filled at random.

NAME.safetensors      the state dict of a tiny vision transformer under the names of its library
NAME-io.safetensors   `input`, a batch of 2 images, and what PyTorch makes of it: `logits` of a classifier,
                      `image_embeds` of CLIP's projection, else `pooler_output`, the final embedding
NAME.config.json      of Hugging Face's networks: their configuration

All have width 12, 3 heads, 2 blocks, a hidden width of 20, patches of 3x3 and 5 classes; images have 9x9
pixels, some 9x6, and 3 channels, some 1. The number of heads is in config.json and nowhere else.

Usage: make_networks.py [--out DIR]
"""

import argparse
import pathlib
import re
from functools import partial

import timm.models.deit
import timm.models.vision_transformer
import torch
import torchvision.models.vision_transformer
import transformers as hf
from safetensors.torch import save_file
from torch import nn

WIDTH, HEADS, DEPTH, HIDDEN, PATCH, SIDE, CLASSES, PROJECTION = 12, 3, 2, 20, 3, 9, 5, 7
RATIO = HIDDEN / WIDTH
parser = argparse.ArgumentParser()
parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
out = parser.parse_args().out


class QuickGELU(nn.Module):
    """OpenAI's approximation of the GELU."""

    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class ResidualBlock(nn.Module):
    """A block under the names that OpenAI's CLIP has for its parts."""

    def __init__(self):
        super().__init__()
        self.attn = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.ln_1 = nn.LayerNorm(WIDTH)
        self.mlp = nn.Sequential()
        self.mlp.add_module("c_fc", nn.Linear(WIDTH, HIDDEN))
        self.mlp.add_module("gelu", QuickGELU())
        self.mlp.add_module("c_proj", nn.Linear(HIDDEN, WIDTH))
        self.ln_2 = nn.LayerNorm(WIDTH)

    def forward(self, x):
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.ln_2(x))


class OpenAiVisual(nn.Module):
    """The image tower under the names that OpenAI's CLIP has for its parts."""

    def __init__(self):
        super().__init__()
        self.class_embedding = nn.Parameter(torch.empty(WIDTH))
        self.positional_embedding = nn.Parameter(torch.empty((SIDE // PATCH) ** 2 + 1, WIDTH))
        self.proj = nn.Parameter(torch.empty(WIDTH, PROJECTION))
        self.conv1 = nn.Conv2d(3, WIDTH, PATCH, PATCH, bias=False)
        self.ln_pre = nn.LayerNorm(WIDTH)
        self.transformer = nn.Module()
        self.transformer.resblocks = nn.Sequential(*[ResidualBlock() for _ in range(DEPTH)])
        self.ln_post = nn.LayerNorm(WIDTH)

    def forward(self, x):
        x = self.conv1(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_embedding.expand(len(x), 1, -1), x], 1) + self.positional_embedding
        x = self.transformer.resblocks(self.ln_pre(x))
        return self.ln_post(x[:, 0]) @ self.proj


def randomise(net):
    """Fills every parameter so that values in the network stay about as large as 1."""
    for module in net.modules():
        for name, parameter in module.named_parameters(recurse=False):
            noise = torch.randn(parameter.shape)
            if isinstance(module, nn.LayerNorm) and name == "weight":
                values = 1 + 0.3 * noise
            elif name in ("gamma", "lambda1"):  # layer scales
                values = 0.5 + 0.2 * noise
            elif name.endswith("bias"):
                values = 0.3 * noise
            elif name == "proj":
                values = noise / len(noise) ** 0.5
            elif isinstance(module, (nn.Linear, nn.Conv2d)) or name == "in_proj_weight":
                values = noise * 1.2 / noise[0].numel() ** 0.5
            else:  # tokens and positions
                values = 0.7 * noise
            parameter.copy_(values)


def write(name, make, output, rename=lambda name: name, channels=3, size=(SIDE, SIDE), seed=0):
    """Writes the files of a network.

    output   of the result: a name, or a pair of name and function that picks it
    rename   what a tensor is called in the file
    """
    torch.manual_seed(seed)
    net = make()
    randomise(net)
    x = torch.randn(2, channels, *size)
    result = net.eval()(x)
    output, pick = output if isinstance(output, tuple) else (output, lambda r: getattr(r, output, r))
    values = pick(result)
    state = {rename(n): t.clone().contiguous() for n, t in net.state_dict().items()}
    assert {t.dtype for t in [*state.values(), x, values]} == {torch.float32}
    files = [out / f"{name}.safetensors", out / f"{name}-io.safetensors"]
    save_file(state, files[0], {"format": "pt"})
    save_file({"input": x, output: values.contiguous()}, files[1])
    if isinstance(net, hf.PreTrainedModel):
        files.append(out / f"{name}.config.json")
        files[-1].write_text(net.config.to_json_string())
    print(name, output, [[round(v, 2) for v in row] for row in values.tolist()])
    for n, t in state.items():
        print("   ", n, list(t.shape))
    print("   ", *[f"{file.name}: {file.stat().st_size}" for file in files], sep="  ")
    return sum(file.stat().st_size for file in files)


def torchvision_vit():
    return torchvision.models.vision_transformer.VisionTransformer(
        SIDE, PATCH, DEPTH, HEADS, WIDTH, HIDDEN, num_classes=CLASSES)


def old_mlp(name):
    """What torchvision called the layers of the MLP before 0.13."""
    return re.sub(r"mlp\.([03])\.", lambda m: f"mlp.linear_{int(m[1]) // 3 + 1}.", name)


def timm_vit(kind=timm.models.vision_transformer.VisionTransformer, size=(SIDE, SIDE), channels=3,
             num_classes=CLASSES, **options):
    return kind(img_size=size, patch_size=PATCH, in_chans=channels, num_classes=num_classes,
                embed_dim=WIDTH, depth=DEPTH, num_heads=HEADS, mlp_ratio=RATIO, **options)


def hugging_face(kind, config, size=SIDE, channels=3, arguments={}, **options):
    """A network of transformers; arguments are of the network, options of its configuration."""
    mlp = {"mlp_ratio": RATIO} if config is hf.Dinov2Config else {"intermediate_size": HIDDEN}
    labels = {} if config is hf.CLIPVisionConfig else {"num_labels": CLASSES}
    return kind(config(hidden_size=WIDTH, num_hidden_layers=DEPTH, num_attention_heads=HEADS, image_size=size,
                       patch_size=PATCH, num_channels=channels, **mlp, **labels, **options), **arguments)


torch.set_grad_enabled(False)
torch.set_num_threads(1)
out.mkdir(parents=True, exist_ok=True)
total = 0

total += write("torchvision-vit", torchvision_vit, "logits")
total += write("torchvision-vit-old-mlp", torchvision_vit, "logits", old_mlp)
total += write("torchvision-prefixed", torchvision_vit, "logits", lambda n: "module." + n)

total += write("timm-vit", timm_vit, "logits", seed=10)
total += write("timm-nested", timm_vit, "logits", lambda n: "state_dict.model." + n, seed=10)
for seed, name, output, options in [
        (11, "vit-avg", "logits", {"global_pool": "avg", "class_token": False, "fc_norm": True, "size": (9, 6)}),
        (12, "vit-avg-cls", "logits", {"global_pool": "avg"}),
        (13, "vit-scale", "logits", {"init_values": 0.5, "qkv_bias": False, "size": (9, 6)}),
        (14, "vit-no-embed-class", "logits", {"no_embed_class": True, "channels": 1}),
        (15, "vit-prenorm", "logits", {"pre_norm": True}),
        (16, "vit-headless", "pooler_output", {"num_classes": 0}),
        (17, "deit-distilled", "logits", {"kind": timm.models.deit.VisionTransformerDistilled})]:
    total += write("timm-" + name, partial(timm_vit, **options), output, seed=seed,
                   channels=options.get("channels", 3), size=options.get("size", (SIDE, SIDE)))

first_token = ("pooler_output", lambda result: result.last_hidden_state[:, 0])
for seed, name, kind, config, output, options in [
        (20, "vit-classifier", hf.ViTForImageClassification, hf.ViTConfig, "logits", {}),
        (21, "vit-pooler", hf.ViTModel, hf.ViTConfig, "pooler_output", {"size": (9, 6)}),
        (22, "vit-no-pooler", hf.ViTModel, hf.ViTConfig, first_token, {"arguments": {"add_pooling_layer": False}}),
        (23, "vit-tanh-gelu", hf.ViTForImageClassification, hf.ViTConfig, "logits",
         {"hidden_act": "gelu_new", "layer_norm_eps": 0.01, "channels": 1}),
        (24, "vit-no-qkv-bias", hf.ViTForImageClassification, hf.ViTConfig, "logits", {"qkv_bias": False}),
        (25, "deit", hf.DeiTForImageClassification, hf.DeiTConfig, "logits", {}),
        (26, "deit-teacher", hf.DeiTForImageClassificationWithTeacher, hf.DeiTConfig, "logits", {"size": (9, 6)}),
        (27, "dinov2", hf.Dinov2Model, hf.Dinov2Config, "pooler_output", {}),
        (28, "dinov2-classifier", hf.Dinov2ForImageClassification, hf.Dinov2Config, "logits", {"channels": 1}),
        (29, "clip-vision", hf.CLIPVisionModel, hf.CLIPVisionConfig, "pooler_output", {"hidden_act": "gelu"}),
        (30, "clip-vision-projection", hf.CLIPVisionModelWithProjection, hf.CLIPVisionConfig, "image_embeds",
         {"hidden_act": "quick_gelu", "projection_dim": PROJECTION})]:
    size = options.get("size", (SIDE, SIDE))
    total += write("hf-" + name, partial(hugging_face, kind, config, **options), output, seed=seed,
                   channels=options.get("channels", 3), size=size)

total += write("openai-clip-visual", OpenAiVisual, "image_embeds", lambda n: "visual." + n, seed=40)
print("all files:", total, "bytes")
