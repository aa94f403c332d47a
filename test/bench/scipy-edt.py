"""CPU time of one scipy distance transform, for comparison. Reads one JSON object on stdin, prints one on stdout.

In: reference, prediction (files of uint8, z slowest), shape (z, y, x), spacing (z, y, x), repetitions.
Out: edtMs (one transform of the surface of the reference over the crop), boxAndEdtMs (the same from the whole volumes:
box around both masks, crop, transform), scipy (its version), crop (z, y, x).
"""
import json
import sys
import time

import numpy as np
import scipy
from scipy import ndimage


def box_of(mask):
    spans = []
    for axis in range(3):
        others = tuple(a for a in range(3) if a != axis)
        at = np.flatnonzero(mask.any(axis=others))
        spans.append(slice(at[0], at[-1] + 1))
    return tuple(spans)


def surface_of(mask):
    """Corners whose eight voxels differ."""
    padded = np.pad(mask, 1)
    n = [length - 1 for length in padded.shape]
    views = [
        padded[z : z + n[0], y : y + n[1], x : x + n[2]] for z in (0, 1) for y in (0, 1) for x in (0, 1)
    ]
    return np.logical_or.reduce(views) & ~np.logical_and.reduce(views)


def cpu_ms(work, repetitions):
    times = []
    for _ in range(repetitions):
        start = time.process_time()
        work()
        times.append(1000 * (time.process_time() - start))
    return times


ask = json.load(sys.stdin)
reference, prediction = (
    np.fromfile(ask[name], dtype=np.uint8).reshape(ask["shape"]).astype(bool) for name in ("reference", "prediction")
)
surface = surface_of(reference[box_of(reference | prediction)])


def transform():
    ndimage.distance_transform_edt(~surface, sampling=ask["spacing"])


def from_volumes():
    box = box_of(reference | prediction)
    reference[box].copy(), prediction[box].copy()
    transform()


json.dump(
    {
        "scipy": scipy.__version__,
        "crop": [length - 1 for length in surface.shape],
        "edtMs": cpu_ms(transform, ask["repetitions"]),
        "boxAndEdtMs": cpu_ms(from_volumes, ask["repetitions"]),
    },
    sys.stdout,
)
