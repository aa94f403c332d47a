"""Whole chains with real networks, by Python, on real scans or on phantoms: python3 make_real_networks.py FOLDER_OF_REAL_DATA | phantoms

Reads networks/*.onnx (make_networks.py) with ONNX Runtime and writes real/NAME.bin.gz (or phantoms/NAME.bin.gz), one byte a
voxel in the order in which the scan is stored (x fastest), and versions.json. The manifests of the same chains stand in
libs/pipeline/src/real-networks.integration.ts. Label maps only: no voxel of a scan is kept.
"""
import gzip
import json
import platform
import struct
import sys
import numpy as np
import onnxruntime
import scipy
from scipy import ndimage
from chains import *
from phantoms import phantom

FOLDER = sys.argv[1]
REAL = FOLDER != "phantoms"
OUT = "real" if REAL else "phantoms"
SCANS = {"ct": "msd-spleen2-crop/ct.nii.gz", "mr": "totalseg/example_mr_sm.nii.gz", "small": "totalseg/example_ct_sm.nii.gz"}


def affine_of(path):
    """World RAS from voxel indices, as nibabel gives it for files with an sform."""
    raw = gzip.open(path).read(352)
    assert struct.unpack("<h", raw[254:256])[0] > 0
    return np.frombuffer(raw, "<f4", 12, 280).reshape(3, 4).astype(np.float64)


def scan(name):
    """[x, y, z] whole grey values, spacing in that order, RAS affine."""
    if not REAL:
        return phantom(name)
    name = SCANS.get(name, name)
    data, spacing = read_nifti(f"{FOLDER}/{name}")
    return np.round(data).transpose(2, 1, 0), spacing[::-1], affine_of(f"{FOLDER}/{name}")


def session(name):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    one = onnxruntime.InferenceSession(f"networks/{name}.onnx", options, providers=["CPUExecutionProvider"])
    return lambda x: one.run(["y"], {"x": x})[0]


def volume_net(name):
    run = session(name)
    return lambda tile: run(tile[None].astype(np.float32))[0].astype(np.float64)


def slice_net(name, last=False):
    """Tiles of one slice along axis 0, [channels, 1, h, w]; with `last` the network wants channels last."""
    run = session(name)

    def net(tile):
        x = tile[:, 0][None].astype(np.float32)
        y = run(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2) if last else run(x)
        return y[0][:, None].astype(np.float64)

    return net


def mean_of(nets, weights):
    return lambda tile: sum(w * n(tile) for n, w in zip(nets, weights)) / sum(weights)


def oriented(x, affine, axes):
    """x with axes permuted and flipped so that indices grow towards `axes`; and how to get a map of it back."""
    cosines = affine[:, :3] / np.linalg.norm(affine[:, :3], axis=0)
    world = [int(np.argmax(np.abs(cosines[:, a]))) for a in range(3)]
    order = [world.index({"R": 0, "L": 0, "A": 1, "P": 1, "S": 2, "I": 2}[c]) for c in axes]
    flips = [n for n, (c, a) in enumerate(zip(axes, order)) if (cosines[world[a], a] > 0) != (c in "RAS")]
    there = np.flip(x.transpose(order), flips)
    return there, order, lambda labels: np.flip(labels, flips).transpose(np.argsort(order))


def window(x, low, high):
    return np.clip((x - low) / (high - low), 0, 1).astype(np.float32)


def spaced(x, spacing, target):
    return separable(x, [places_first_voxel(n, s, t) for n, s, t in zip(x.shape, spacing, target)], 1)


def unspaced(maps, shape, spacing, target):
    back = [np.arange(n) * s / t for n, s, t in zip(shape, spacing, target)]
    return np.array([separable(m, back, 1) for m in maps])


def each_slice(n, p, overlap):
    return list(range(n)) if p == 1 else even_steps(n, p, overlap)


def keep_largest(labels, label):
    pieces, count = ndimage.label(labels == label, np.ones((3, 3, 3)))
    if count:
        sizes = np.bincount(pieces.ravel())
        labels[(pieces > 0) & (pieces != 1 + sizes[1:].argmax())] = 0


def ct_normalised(x, mask):
    return ((np.clip(x, -60, 260) - 70) / 90).astype(np.float32)


def masked(x, mask):
    out = x.copy()
    for c in out:
        c[mask] = (c[mask] - c[mask].mean(dtype=np.float64)) / max(c[mask].std(dtype=np.float64), 1e-8)
    return out


a, b = volume_net("volume-a"), volume_net("volume-b")
results = {}


def put(name, labels_xyz):
    """[x, y, z] as stored, x fastest on disk."""
    data = np.ascontiguousarray(labels_xyz.transpose(2, 1, 0)).astype(np.uint8)
    shares = np.bincount(data.ravel(), minlength=4) / data.size
    print(name, data.shape, np.round(shares, 3))
    results[name] = data.tobytes()


# nnU-Net, 3D, thick slices: cubic within slices, nearest through them
ct, ct_spacing, ct_affine = scan("ct")
put("nnunet-thick", nnunet_chain(ct.transpose(2, 1, 0)[None], ct_spacing[::-1], (3.0, 1.2, 1.2), (16, 64, 64), ct_normalised, a).transpose(2, 1, 0))

# nnU-Net, 3D, MR: z-score within the non-zero mask, three mirror axes, two folds
mr, mr_spacing, mr_affine = scan("mr")
put(
    "nnunet-folds-mirrored",
    nnunet_chain(mr.transpose(2, 1, 0)[None], mr_spacing[::-1], (2.2, 2.5, 2.5), (16, 48, 32), masked, mean_of([a, b], [1, 1]), mirror=(0, 1, 2)).transpose(2, 1, 0),
)

# nnU-Net, 2D: in-plane resampling only, slice by slice
zyx = ct.transpose(2, 1, 0)[None]
fed = ct_normalised(zyx, None)
shape = [zyx.shape[1], *[rint(s / 1.3 * n) for s, n in zip(ct_spacing[1::-1], zyx.shape[2:])]]
current, target = ct_spacing[::-1], (ct_spacing[2], 1.3, 1.3)
fed = nnunet_resample(fed[0], shape, current, target, 3)[None].astype(np.float32)
weights = nnunet_gaussian((1, 64, 64))
logits = sliding(fed, (1, 64, 64), 0.5, weights, each_slice, slice_net("slice"))
put("nnunet-2d", np.array([nnunet_resample(l, zyx.shape[1:], target, current, 1) for l in logits]).argmax(0).transpose(2, 1, 0))

# MONAI, 3D: RAS, spacing, window, Gaussian tiles, softmax, probabilities back, largest pieces
small, spacing, affine = scan("small")
x, order, back = oriented(small, affine, "RAS")
s = [spacing[o] for o in order]
y = window(spaced(x, s, (2.0, 2.0, 4.0)), -57, 164)
maps = softmax(sliding(y[None], (48, 48, 16), 0.5, monai_gaussian((48, 48, 16)), fixed_steps, a))
labels = unspaced(maps, x.shape, s, (2.0, 2.0, 4.0)).argmax(0).astype(np.uint8)
for label in (1, 2, 3):
    keep_largest(labels, label)
put("monai-gaussian", back(labels))

# MONAI, an ensemble whose probabilities are averaged, constant weights, overlap 0.25, patch larger than the scan along z
x, order, back = oriented(ct, ct_affine, "LPS")
s = [ct_spacing[o] for o in order]
goal = (1.5, 1.5, 4.0)
y = window(spaced(x, s, goal), -175, 250)
total = 0
for net, weight in ((a, 2), (b, 1)):
    total = total + weight / 3 * softmax(sliding(y[None], (64, 64, 48), 0.25, np.ones((64, 64, 48)), fixed_steps, net))
put("monai-ensemble", back(unspaced(total, x.shape, s, goal).argmax(0)))

# three regions: foreground crop with a margin, half-voxel resampling, sigmoid, probabilities back, painted in order
x, order, back = oriented(small, affine, "SPL")
s = [spacing[o] for o in order]
found = np.argwhere(x > 150)
low = np.maximum(found.min(0) - (1, 3, 2), 0)
high = np.minimum(found.max(0) + 1 + (1, 3, 2), x.shape)
box = tuple(slice(l, h) for l, h in zip(low, high))
inner = x[box]
shape = [max(1, rint(sp / t * n)) for sp, t, n in zip(s, (2.5, 3.4, 3.4), inner.shape)]
places = [(np.arange(m) + 0.5) * n / m - 0.5 for n, m in zip(inner.shape, shape)]
y = separable(inner, places, 1).astype(np.float32)
p0, p1 = np.percentile(y, [0.5, 99.5])
y = np.clip(y, p0, p1)
y = ((y - y.mean(dtype=np.float64)) / y.std(dtype=np.float64)).astype(np.float32)
maps = 1 / (1 + np.exp(-sliding(y[None], (16, 32, 32), 0.5, np.ones((16, 32, 32)), fixed_steps, a)))
places = [(np.arange(n) + 0.5) * m / n - 0.5 for n, m in zip(inner.shape, shape)]
maps = [separable(m, places, 1) for m in maps]
labels = np.zeros(x.shape, np.uint8)
for channel, threshold, label in ((2, 0.5, 1), (0, 0.6, 2), (3, 0.7, 3)):
    labels[box][maps[channel] > threshold] = label
put("regions", back(labels))

# channels last and half precision, tensors of the whole volume padded to multiples
half = session("volume-a-last-half")
x, order, back = oriented(small, affine, "RAS")
y = window(x, -160, 240)
pad = [-n % 2 for n in y.shape]
fed = np.pad(y, [(0, p) for p in pad]).astype(np.float16)
out = half(fed[None, ..., None])[0].astype(np.float32)[tuple(slice(0, n) for n in y.shape)]
put("last-half", back(out.argmax(-1)))

# 2.5D: three neighbouring slices as channels, channels last, whole slices padded to multiples
x, order, back = oriented(mr, mr_affine, "RPI")
y = (x - x.min()) / (x.max() - x.min())
along = y.transpose(2, 0, 1)  # slices first
stack = np.stack([along[np.clip(np.arange(len(along)) + o, 0, len(along) - 1)] for o in (-1, 0, 1)]).astype(np.float32)
size = along.shape[1:]
padded = np.pad(stack, [(0, 0), (0, 0), *[(0, -n % 8) for n in size]], mode="edge")
net = slice_net("stack-last", last=True)
logits = np.concatenate([net(padded[:, n : n + 1]) for n in range(len(along))], 1)[:, :, : size[0], : size[1]]
put("stack", back(logits.argmax(0).transpose(1, 2, 0)))

# one volume stored in eight axis orders: all give the same labels; kept in the order P, I, R of array axes 0, 1, 2
same = None
for name in () if not REAL else ("AIL", "IPR", "LAS", "LPS", "PSL", "RAS", "RPI", "SRA"):
    x, spacing, affine = scan(f"orientations/{name}.nii.gz")
    x, order, back = oriented(x, affine, "PIR")
    s = [spacing[o] for o in order]
    goal = (3.0, 2.0, 3.0)
    y = spaced(x, s, goal)
    y = ((y - y[y != 0].mean()) / y[y != 0].std() * (y != 0)).astype(np.float32)
    maps = softmax(sliding(y[None], (32, 32, 32), 0.5, np.ones((32, 32, 32)), fixed_steps, b))
    labels = unspaced(maps, x.shape, s, goal).argmax(0)
    assert same is None or (labels == same).mean() > 0.9999, name
    same = labels
if REAL:
    put("orientations", same)

for name, data in results.items():
    with open(f"{OUT}/{name}.bin.gz", "wb") as file:
        file.write(gzip.compress(data, 9, mtime=0))
with open(f"{OUT}/versions.json", "w") as file:
    json.dump({"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__, "onnxruntime": onnxruntime.__version__}, file, indent=1)
    file.write("\n")
