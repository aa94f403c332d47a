"""Builds threshold-smooth: no training, only grey-value windows, places and smoothing, written as a network.

For each structure a logit is made of three plain thoughts:
  how near the smoothed grey value is to the structure's usual one (a triangle, by ReLU-like absolute differences),
  how near the voxel is to the structure's usual place in the field of view (a parabola in relative coordinates),
  and what the neighbours say (the logit is averaged over a few voxels).
The usual values and places were read off 60 cases of the training stream. A lesion is a voxel darker than liver whose
wider surroundings are liver.

    python3 build.py        writes model.onnx beside this file
"""

import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "training"))
from network import export  # noqa: E402


def unit(hu: float) -> float:
    """HU on the scale of the manifest's window, -160..240 HU to 0..1."""
    return (hu + 160) / 400


def average(channels: int, width: int) -> nn.Conv3d:
    conv = nn.Conv3d(channels, channels, width, padding=width // 2, groups=channels, bias=False)
    nn.init.constant_(conv.weight, 1 / width**3)
    return conv


class ThresholdSmooth(nn.Module):
    # usual HU, half width of the triangle in HU
    GREY = {"liver": (98, 46), "spleen": (110, 52), "kidneys": (160, 70)}
    # usual place (centre) and tolerated distance, as shares of the field of view along R, A, S
    PLACE = {
        "liver": ((0.68, 0.25), (0.50, 0.31), (0.56, 0.53)),
        "spleen": ((0.21, 0.098), (0.39, 0.22), (0.58, 0.41)),
        "kidneys": ((0.175, 0.086), (0.29, 0.098), (0.34, 0.39)),  # first: distance from the midline
    }

    def __init__(self) -> None:
        super().__init__()
        self.blur = average(1, 3)
        self.vote = average(3, 3)
        self.around = average(1, 7)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        ones = torch.ones_like(image)
        r, a, s = ((torch.cumsum(ones, axis) - 0.5) / ones.sum(axis, keepdim=True) for axis in (2, 3, 4))
        grey = self.blur(image)
        logits = []
        for name in ("liver", "spleen", "kidneys"):
            hu, width = self.GREY[name]
            score = 1.0 - torch.abs(grey - unit(hu)) / (width / 400)
            across = torch.abs(r - 0.5) if name == "kidneys" else r
            for place, (centre, spread) in zip((across, a, s), self.PLACE[name]):
                score = score - 0.5 * ((place - centre) / spread) ** 2
            logits.append(torch.clamp(score, -0.6, 1))
        organs = self.vote(torch.cat(logits, 1))
        liver = organs[:, 0:1]
        surroundings = self.around(torch.sigmoid(12 * liver))
        darker = torch.clamp((unit(82) - grey) * 8, -1, 1)
        lesion = 4.0 * (surroundings - 0.92) + 0.9 * darker
        background = torch.full_like(image, -0.03)
        return 6 * torch.cat([background, organs, lesion], 1)


if __name__ == "__main__":
    export(ThresholdSmooth(), str(pathlib.Path(__file__).resolve().parent / "model.onnx"))
