"""Makes torch_encoder.txt with PyTorch 1.13.

A vision transformer of one pre-norm block, of odd widths: 3x3 patches of a 6x9 image, a class token and
position embeddings, 3 heads of 5 channels, a layer scale, 11 hidden units, 4 classes.

Each line is a tensor: its name, its shape, a divisor, and its elements times the divisor. Parameters and
input are whole 64ths, which float32 and decimal digits hold exactly. tokens-FORM and logits-FORM are the
results with that form of GELU; tokens are [N, T, C], as in PyTorch.
"""

import pathlib

import torch
from torch import nn

WIDTH, HEADS, HIDDEN, CLASSES = 15, 3, 11, 4


class Quick(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, WIDTH, 3, stride=3)
        self.class_token = nn.Parameter(torch.empty(1, 1, WIDTH))
        self.position = nn.Parameter(torch.empty(1, 7, WIDTH))
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-6)
        self.attention = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.scale1 = nn.Parameter(torch.empty(WIDTH))
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-6)
        self.up = nn.Linear(WIDTH, HIDDEN)
        self.down = nn.Linear(HIDDEN, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-5)
        self.head = nn.Linear(WIDTH, CLASSES)

    def forward(self, x, gelu):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_token.expand(len(x), -1, -1), x], 1) + self.position
        y = self.norm1(x)
        x = x + self.scale1 * self.attention(y, y, y, need_weights=False)[0]
        x = x + self.down(gelu(self.up(self.norm2(x))))
        x = self.norm(x)
        return x, self.head(x[:, 0])


def write(out, name, tensor, divisor):
    shape = "x".join(map(str, tensor.shape))
    values = " ".join(f"{v * divisor:.9g}" for v in tensor.flatten().tolist())
    out.write(f"{name} {shape} {divisor} {values}\n")


torch.manual_seed(5)
torch.set_grad_enabled(False)
net = Net().eval()
with open(pathlib.Path(__file__).with_suffix(".txt"), "w") as out:
    for name, parameter in net.named_parameters():
        one = 64 if name.startswith("norm") and name.endswith("weight") else 0
        parameter.copy_((one + torch.randint(-40, 41, parameter.shape)) / 64)
        write(out, name, parameter, 64)
    image = torch.randint(-128, 129, (2, 3, 6, 9)) / 64
    write(out, "image", image, 64)
    for form, gelu in [("exact", nn.GELU()), ("tanh", nn.GELU(approximate="tanh")), ("quick", Quick())]:
        tokens, logits = net(image, gelu)
        write(out, f"tokens-{form}", tokens, 1)
        write(out, f"logits-{form}", logits, 1)
