"""Writes the committed ONNX files from trained weights.

    python3 export.py --weights /tmp/weights --data /tmp/training
"""

import argparse
import pathlib

import torch
from torch import nn

from network import CLASSES, SlabUNet, SmallUNet, export
from train import Volumes

MODELS = pathlib.Path(__file__).resolve().parent.parent
TABLE_SLICES = 48


class WithSlicePrior(nn.Module):
    """A U-Net whose logits are shifted by how often each structure is met in slice 0, 1, 2, … of the training cases.

    The table has 48 rows, counted from the lowest slice. A deeper volume asks for rows that do not exist: the model is
    legal, and ONNX Runtime refuses the look-up when such a volume comes.
    """

    def __init__(self, network: nn.Module, table: torch.Tensor) -> None:
        super().__init__()
        self.network = network
        self.table = nn.Parameter(table)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        rows = torch.arange(image.shape[4])
        prior = torch.index_select(self.table, 1, rows)
        return self.network(image) + prior.view(1, CLASSES, 1, 1, -1)


def slice_prior(volumes: Volumes, count: int) -> torch.Tensor:
    """Half the logarithm of each class's share per slice, relative to background; (5, 48)."""
    seen = torch.zeros(CLASSES, TABLE_SLICES)
    for n in range(count):
        image, labels = volumes.load(n)
        slices = min(TABLE_SLICES, image.shape[2])
        seen[1:, :slices] += torch.from_numpy(labels.astype("float32") / 255).sum((1, 2))[:, :slices]
        seen[0, :slices] += image.shape[0] * image.shape[1]
    share = (seen + 20) / (seen[0] + 100)
    prior = 0.5 * torch.log(share / share.mean(1, keepdim=True))
    prior[0] = 0
    return prior.clamp(-3, 1)


def trained(path: pathlib.Path, kind: type[SmallUNet] = SmallUNet) -> SmallUNet:
    network = kind()
    network.load_state_dict(torch.load(path, weights_only=True))
    return network


def main() -> None:
    args = argparse.ArgumentParser()
    args.add_argument("--weights", type=pathlib.Path, required=True)
    args.add_argument("--data", type=pathlib.Path, required=True)
    args.add_argument("--early", type=int, default=150, help="step after which unet-early stopped")
    args.add_argument("--middle", type=int, default=600, help="step after which crashes-sometimes stopped")
    a = args.parse_args()
    torch.set_num_threads(1)
    small = a.weights / "unet-small.pt"
    if small.exists():
        export(trained(small), str(MODELS / "unet-small" / "model.onnx"))
    export(trained(small.with_suffix(f".{a.early}.pt")), str(MODELS / "unet-early" / "model.onnx"))
    prior = slice_prior(Volumes(a.data, "iso", "abc"), 60)
    middle = WithSlicePrior(trained(small.with_suffix(f".{a.middle}.pt")), prior)
    export(middle, str(MODELS / "crashes-sometimes" / "model.onnx"))
    thin = a.weights / "thick-slice-weak.pt"
    if thin.exists():
        export(trained(thin, SlabUNet), str(MODELS / "thick-slice-weak" / "model.onnx"))


if __name__ == "__main__":
    main()
