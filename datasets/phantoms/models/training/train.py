"""Trains the small U-Nets on phantoms of the training stream (never the benchmark's own cases).

The volumes come from `tools/dump-training.ts`, which prepares them with the platform's own preprocessing:

    node dist/datasets/phantoms/tools/dump-training.js /tmp/training 150
    python3 train.py --data /tmp/training --steps 1400 --keep 150 600 --out unet-small.pt
    python3 train.py --data /tmp/training --network slab --grid native --sites a --validate 5 --steps 500 --out thick-slice-weak.pt

One CPU thread and a fixed seed: the same torch build on the same processor repeats the weights.
"""

import argparse
import json
import math
import pathlib
import random
import time

import numpy as np
import torch
from torch.nn import functional as F

from network import CLASSES, DIVISOR, SlabUNet, SmallUNet


class Volumes:
    """Images as float16 in 0..1 and soft labels as uint8 in 0..255, both in tensor order (X, Y, Z) = (R, A, S)."""

    def __init__(self, folder: pathlib.Path, grid: str, sites: str) -> None:
        entries = [e for f in sorted(folder.glob("index-*.json")) for e in json.loads(f.read_text())]
        self.folder = folder
        self.entries = [e for e in entries if e["tag"] == grid and e["site"] in sites and e["name"].startswith("training-")]

    def __len__(self) -> int:
        return len(self.entries)

    def load(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        entry = self.entries[n]
        stem = f"{entry['name']}.{entry['tag']}"
        shape = tuple(reversed(entry["size"]))
        image = np.fromfile(self.folder / f"{stem}.x", np.float16).reshape(shape)
        labels = np.fromfile(self.folder / f"{stem}.y", np.uint8).reshape(CLASSES - 1, *shape)
        return image, labels


def batch(image: np.ndarray, labels: np.ndarray, rng: random.Random | None) -> tuple[torch.Tensor, torch.Tensor]:
    """One volume as tensors; with `rng`, cropped in z and with its grey values bent a little."""
    x = torch.from_numpy(image.astype(np.float32))
    y = torch.from_numpy(labels.astype(np.float32) / 255)
    if rng is not None:
        slices = x.shape[2]
        keep = slices if rng.random() < 0.2 else min(slices, rng.choice([24, 32]) * (2 if slices > 56 else 1))
        start = rng.randint(0, slices - keep)
        x, y = x[:, :, start : start + keep], y[:, :, :, start : start + keep]
        x = (x * rng.uniform(0.92, 1.08) + rng.uniform(-0.03, 0.03)).clamp(0, 1)
    pad = [p for size in reversed(x.shape) for p in (0, -size % DIVISOR)]
    x, y = F.pad(x, pad), F.pad(y, pad)
    y = torch.cat([1 - y.sum(0, keepdim=True), y])
    return x[None, None].contiguous(memory_format=torch.channels_last_3d), y[None]


def loss_of(logits: torch.Tensor, target: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Soft cross-entropy plus one minus the mean soft Dice of the structures that are present."""
    log_p = F.log_softmax(logits, 1)
    entropy = -(log_p * target * weights).sum(1).mean()
    p = log_p.exp()
    axes = (0, 2, 3, 4)
    size = target.sum(axes)
    dice = (2 * (p * target).sum(axes) + 1) / (p.sum(axes) + size + 1)
    present = (size > 0).float()
    present[0] = 0
    return entropy + 1 - (dice * present).sum() / present.sum()


def evaluate(network: SmallUNet, volumes: Volumes, indices: range) -> list[float]:
    """Mean Dice on the model grid: liver with lesions, spleen, kidneys, lesion. Both empty counts 1."""
    network.eval()
    rows = []
    with torch.no_grad():
        for n in indices:
            x, y = batch(*volumes.load(n), None)
            prediction, reference = network(x).argmax(1)[0], y[0].argmax(0)
            row = []
            for region in ((1, 4), (2,), (3,), (4,)):
                a = sum(prediction == label for label in region).bool()
                b = sum(reference == label for label in region).bool()
                total = int(a.sum() + b.sum())
                row.append(2 * int((a & b).sum()) / total if total else 1.0)
            rows.append(row)
    network.train()
    return [float(v) for v in np.mean(rows, 0)]


def main() -> None:
    args = argparse.ArgumentParser()
    args.add_argument("--data", type=pathlib.Path, required=True)
    args.add_argument("--network", choices=["small", "slab"], default="small")
    args.add_argument("--grid", choices=["iso", "native"], default="iso")
    args.add_argument("--sites", default="abc")
    args.add_argument("--steps", type=int, default=1400)
    args.add_argument("--rate", type=float, default=4e-3)
    args.add_argument("--seed", type=int, default=20260)
    args.add_argument("--validate", type=int, default=15, help="last volumes of the stream, never trained on")
    args.add_argument("--keep", type=int, nargs="*", default=[], help="steps after which the weights are kept, too")
    args.add_argument("--out", type=pathlib.Path, required=True)
    a = args.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(a.seed)
    rng = random.Random(a.seed)
    volumes = Volumes(a.data, a.grid, a.sites)
    training = range(len(volumes) - a.validate)
    validation = range(len(volumes) - a.validate, len(volumes))
    network = (SlabUNet if a.network == "slab" else SmallUNet)().to(memory_format=torch.channels_last_3d).train()
    parameters = sum(p.numel() for p in network.parameters())
    print(f"torch {torch.__version__}, seed {a.seed}, {parameters} parameters, "
          f"{len(training)} training and {len(validation)} validation volumes, grid {a.grid}, sites {a.sites}", flush=True)

    optimizer = torch.optim.AdamW(network.parameters(), lr=a.rate, weight_decay=1e-3)
    warm = 60
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda s: (s + 1) / warm if s < warm else 0.5 * (1 + math.cos(math.pi * (s - warm) / (a.steps - warm))),
    )
    weights = torch.tensor([1.0, 1.0, 3.0, 3.0, 6.0]).view(1, CLASSES, 1, 1, 1)
    started, recent, order = time.process_time(), [], []
    for step in range(1, a.steps + 1):
        if not order:
            order = list(training)
            rng.shuffle(order)
        x, y = batch(*volumes.load(order.pop()), rng)
        loss = loss_of(network(x), y, weights)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        recent.append(loss.item())
        if step in a.keep:
            torch.save(network.state_dict(), a.out.with_suffix(f".{step}.pt"))
        if step % 100 == 0 or step == a.steps or step in a.keep:
            few = validation if step == a.steps else validation[:5]
            dice = " ".join(f"{v:.3f}" for v in evaluate(network, volumes, few))
            print(f"step {step:5d}  loss {np.mean(recent):.3f}  "
                  f"validation Dice liver spleen kidneys lesion: {dice}  ({len(few)} cases)  "
                  f"cpu {time.process_time() - started:.0f} s", flush=True)
            recent = []
    torch.save(network.state_dict(), a.out)


if __name__ == "__main__":
    main()
