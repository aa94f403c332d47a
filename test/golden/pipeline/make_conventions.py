"""Whole numbers that decide where voxels fall, as numpy, scipy and Python's round give them: python3 make_conventions.py

Sizes, nearest neighbours, first voxels of tiles and boxes must be equal, not close: one of them wrong moves every label.
"""
import json
import platform
import numpy as np
import scipy
from scipy import ndimage
from chains import even_steps, fixed_steps, separate_axis

rng = np.random.default_rng(11)
spacings = [0.5, 0.6, 0.703125, 0.75, 0.78125, 0.8, 0.9765625, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 5.0, 7.5]
out = {"versions": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__}}

# [n, spacing, target, nnU-Net's new size, MONAI's]
sizes = []
for n in (1, 2, 3, 5, 12, 25, 31, 64, 155, 240, 511, 512):
    for s in spacings:
        for t in rng.choice(spacings, 4, replace=False).tolist() + ([2 * s] if 2 * s in spacings else []):
            sizes.append([n, s, t, max(1, int(round(s / t * n))), int(np.round((n - 1) * s / t + 1))])
out["sizes"] = sizes

# [n, m, index of the nearest of n voxels for each of m], half-voxel grid, as nnU-Net asks map_coordinates
nearest = []
for n in (1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 15, 21):
    for m in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 18, 20, 25, 30, 35):
        places = float(n) / m * (np.arange(m) + 0.5) - 0.5
        nearest.append([n, m, ndimage.map_coordinates(np.arange(n, dtype=float), places[None], order=0, mode="nearest").astype(int).tolist()])
out["nearest"] = nearest

# [size, patch, overlap, nnU-Net's first voxels, MONAI's]
tiles = []
for patch in (1, 2, 5, 8, 16, 28, 64, 96, 128, 160):
    for size in sorted({patch, patch + 1, patch + 3, 2 * patch, 2 * patch + 1, int(2.5 * patch), 3 * patch - 1, 4 * patch + 7}):
        for overlap in (0.0, 0.1, 0.25, 0.3, 0.5, 0.6, 0.625, 0.7, 0.75, 0.8, 0.9):
            tiles.append([size, patch, overlap, even_steps(size, patch, overlap), fixed_steps(size, patch, overlap)])
out["tiles"] = tiles

# [spacing, target, axis that nnU-Net resamples by itself, or null]
separate = []
triples = [[5, 0.8, 0.8], [0.8, 5, 0.8], [0.8, 0.8, 5], [3, 1, 1], [3.0001, 1, 1], [1, 4, 4], [4, 4, 1], [1, 1, 1], [2, 1.5, 0.6], [6, 1, 2]]
for s in triples:
    for t in triples:
        separate.append([s, t, separate_axis(s, t)])
out["separate"] = separate

# [values, lower, upper, percentiles]
percentiles = []
for count in (1, 2, 3, 10, 101, 200):
    values = np.round(rng.normal(size=count) * 50).astype(np.float32)
    for low, high in ((0, 100), (0.5, 99.5), (1, 99), (25, 62.5)):
        percentiles.append([values.tolist(), low, high, np.percentile(values.astype(np.float64), [low, high]).tolist()])
out["percentiles"] = percentiles

# MONAI's CropForeground: [volume as rows of x fastest, shape x y z, threshold, margin, first voxel, end] (never beyond the scan)
boxes = []
for _ in range(40):
    shape = rng.integers(1, 7, 3)
    x = np.round(rng.normal(size=shape) * 3).astype(int)
    threshold, margin = int(rng.integers(-1, 5)), rng.integers(0, 3, 3)
    inside = np.argwhere(x > threshold)
    if len(inside) == 0:
        continue
    low = np.maximum(inside.min(0) - margin, 0)
    high = np.minimum(inside.max(0) + margin + 1, shape)
    boxes.append([x.transpose(2, 1, 0).ravel().tolist(), shape.tolist(), threshold, margin.tolist(), low.tolist(), high.tolist()])
out["boxes"] = boxes

with open("conventions.json", "w") as file:
    json.dump(out, file, separators=(",", ":"))
    file.write("\n")
