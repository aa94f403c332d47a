"""The job of `pipeline.oneCase` as numpy, scipy and onnxruntime do it, for comparison. JSON lines on stdin, one answer each.

First line: model, threads, target (z, y, x), patch, labels (how many). Answer: versions.
Then: image (.nii.gz), out (labels, one byte a voxel). Answer: elapsedMs, cpuMs, sessionMs, stagesMs.
Clip, z-score, linear resampling, tiles with nnU-Net's Gaussian, logits back to the scan's grid, argmax, largest piece.
"""
import gzip
import json
import struct
import sys
import time

import numpy as np
import onnxruntime
import scipy
from scipy import ndimage


def read_nifti(path):
    """[z, y, x] as stored. int16 without scaling, as the bench writes it."""
    with gzip.open(path) as file:
        raw = file.read()
    shape = struct.unpack("<8h", raw[40:56])[3:0:-1]
    offset, slope, inter = struct.unpack("<3f", raw[108:120])
    assert struct.unpack("<h", raw[70:72])[0] == 4 and slope in (0, 1) and inter == 0
    return np.frombuffer(raw, "<i2", int(np.prod(shape)), int(offset)).reshape(shape)


def resized(x, shape):
    return ndimage.zoom(x, [m / n for n, m in zip(x.shape, shape)], order=1, mode="nearest", grid_mode=True)


def gaussian(patch):
    """As nnU-Net weighs a tile."""
    x = np.zeros(patch)
    x[tuple(n // 2 for n in patch)] = 1
    x = ndimage.gaussian_filter(x, [n / 8 for n in patch], mode="constant")
    x /= x.max()
    x[x == 0] = x[x != 0].min()
    return x.astype(np.float32)


def starts(size, patch):
    return sorted({min(s, size - patch) for s in range(0, size - patch + patch // 2, patch // 2)})


load = json.loads(sys.stdin.readline())
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = load["threads"]
session = onnxruntime.InferenceSession(load["model"], options, providers=["CPUExecutionProvider"])
feed, fetch = session.get_inputs()[0].name, session.get_outputs()[0].name
target, patch, labels = load["target"], load["patch"], load["labels"]
weights = gaussian(patch)
boxes = [
    tuple(slice(s, s + p) for s, p in zip((a, b, c), patch))
    for a in starts(target[0], patch[0])
    for b in starts(target[1], patch[1])
    for c in starts(target[2], patch[2])
]


def case(path, out):
    times = [time.perf_counter()]
    lap = lambda: times.append(time.perf_counter())
    image = read_nifti(path)
    lap()
    x = (np.clip(image.astype(np.float32), -160, 240) - 40) / 100
    x = resized(x, target)
    lap()
    total = np.zeros([labels, *target], np.float32)
    sums = np.zeros(target, np.float32)
    inside = 0
    for box in boxes:
        tile = np.ascontiguousarray(x[box])[None, None]
        start = time.perf_counter()
        logits = session.run([fetch], {feed: tile})[0][0]
        inside += time.perf_counter() - start
        total[(slice(None), *box)] += logits * weights
        sums[box] += weights
    total /= sums
    lap()
    best = resized(total[0], image.shape)
    chosen = np.zeros(image.shape, np.uint8)
    for label in range(1, labels):
        here = resized(total[label], image.shape)
        higher = here > best
        chosen[higher] = label
        best[higher] = here[higher]
    pieces, count = ndimage.label(chosen == 1, np.ones((3, 3, 3)))
    if count:
        sizes = np.bincount(pieces.ravel())
        chosen[(pieces > 0) & (pieces != 1 + sizes[1:].argmax())] = 0
    chosen.tofile(out)
    lap()
    read, prepare, network, restore = (1000 * (b - a) for a, b in zip(times, times[1:]))
    return {"sessionMs": 1000 * inside, "stagesMs": {"read": read, "prepare": prepare, "network": network, "restore": restore}}


def answer(of):
    print(json.dumps(of), flush=True)


answer({"onnxruntime": onnxruntime.__version__, "numpy": np.__version__, "scipy": scipy.__version__, "tiles": len(boxes)})
for line in sys.stdin:
    ask = json.loads(line)
    wall, cpu = time.perf_counter(), time.process_time()
    found = case(ask["image"], ask["out"])
    answer({"elapsedMs": 1000 * (time.perf_counter() - wall), "cpuMs": 1000 * (time.process_time() - cpu), **found})
