"""The networks of the demo benchmark: small 3D U-Nets of 93,045 parameters and four levels."""

import torch
from torch import nn
from torch.nn import functional as F

CLASSES = 5  # background, liver, spleen, kidneys, liver lesion
DIVISOR = 8  # three halvings


def block(channels_in: int, channels_out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv3d(channels_in, channels_out, 3, padding=1, bias=False),
        nn.InstanceNorm3d(channels_out, affine=True),
        nn.LeakyReLU(0.01),
    )


class SmallUNet(nn.Module):
    """(1, 1, X, Y, Z) window-mapped CT, sizes multiples of 8 -> (1, 5, X, Y, Z) logits."""

    def __init__(self, widths: tuple[int, ...] = (8, 12, 20, 24)) -> None:
        super().__init__()
        self.down = nn.ModuleList()
        channels = 1
        for width in widths:
            self.down.append(nn.Sequential(block(channels, width), block(width, width)))
            channels = width
        self.up = nn.ModuleList(block(widths[n + 1] + widths[n], widths[n]) for n in range(len(widths) - 1))
        self.head = nn.Conv3d(widths[0], CLASSES, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skips = []
        for level, stage in enumerate(self.down):
            x = stage(F.max_pool3d(x, 2) if level else x)
            skips.append(x)
        for level in range(len(self.up) - 1, -1, -1):
            x = F.interpolate(x, scale_factor=2.0, mode="nearest")
            x = self.up[level](torch.cat([skips[level], x], 1))
        return self.head(x)


SLAB = 8


class SlabUNet(SmallUNet):
    """The same blocks on slabs: eight stored slices are averaged into one, segmented, and share the result.

    Fast, and harmless where slices are 1.5 mm thick (slabs of 12 mm). It counts slices, not millimetres: slices of 5 mm
    become slabs of 40 mm. Halving is in the slice only.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.avg_pool3d(x, (1, 1, SLAB))
        skips = []
        for level, stage in enumerate(self.down):
            x = stage(F.max_pool3d(x, (2, 2, 1)) if level else x)
            skips.append(x)
        for level in range(len(self.up) - 1, -1, -1):
            x = F.interpolate(x, scale_factor=(2.0, 2.0, 1.0), mode="nearest")
            x = self.up[level](torch.cat([skips[level], x], 1))
        return F.interpolate(self.head(x), scale_factor=(1.0, 1.0, float(SLAB)), mode="nearest")


def export(network: nn.Module, path: str, sizes: tuple[int, int, int] = (64, 48, 32)) -> None:
    """Writes an ONNX file with free spatial sizes, opset 17."""
    network = network.eval().to(memory_format=torch.contiguous_format)
    axes = {2: "x", 3: "y", 4: "z"}
    torch.onnx.export(
        network,
        torch.zeros(1, 1, *sizes),
        path,
        input_names=["image"],
        output_names=["logits"],
        dynamic_axes={"image": axes, "logits": axes},
        opset_version=17,
        dynamo=False,
    )
