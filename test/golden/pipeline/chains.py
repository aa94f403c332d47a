"""The steps of nnU-Net v2 and of a MONAI bundle written again with numpy, scipy and scikit-image, for small volumes and real ones.

Arrays are [channel, a, b, c] with a the slowest axis, as in the frameworks. Nothing is taken from their sources.
"""
import gzip
import struct
import numpy as np
from scipy import ndimage


def read_nifti(path):
    """[z, y, x] and spacing in that order; axes as stored."""
    raw = gzip.open(path).read()
    dim = struct.unpack("<8h", raw[40:56])
    code = struct.unpack("<h", raw[70:72])[0]
    spacing = struct.unpack("<8f", raw[76:108])
    offset, slope, inter = struct.unpack("<3f", raw[108:120])
    kind = {2: "<u1", 4: "<i2", 8: "<i4", 16: "<f4", 64: "<f8", 512: "<u2"}[code]
    shape = dim[3:0:-1]
    data = np.frombuffer(raw, kind, int(np.prod(shape)), int(offset)).reshape(shape).astype(np.float64)
    return (data * slope + inter if slope not in (0, 1) or inter else data), spacing[3:0:-1]


def rint(x):
    return int(np.round(x))


def resize(x, shape, order):
    """skimage.transform.resize(order, mode edge, no anti-aliasing, clip): half-voxel centres."""
    try:
        from skimage.transform import resize as skimage_resize

        return skimage_resize(x.astype(float), shape, order, mode="edge", anti_aliasing=False, preserve_range=True, clip=True)
    except ImportError:  # what it does inside
        zoom = [m / n for m, n in zip(shape, x.shape)]
        y = ndimage.zoom(x.astype(float), zoom, order=order, mode="nearest", grid_mode=True)
        return np.clip(y, x.min(), x.max()) if order > 1 else y


def separate_axis(current, new, threshold=3):
    for spacing in (current, new):
        if max(spacing) / min(spacing) > threshold:
            axes = [a for a in range(3) if max(spacing) / spacing[a] == 1]
            return axes[0] if len(axes) == 1 else None
    return None


def nnunet_resample(x, shape, current, new, order, through=0):
    """One channel: all axes together, or slice by slice and then along the thick axis."""
    if tuple(x.shape) == tuple(shape):
        return x.astype(float)
    axis = separate_axis(current, new)
    if axis is None:
        return resize(x, shape, order)
    plane = [shape[a] for a in range(3) if a != axis]
    slices = [resize(np.take(x, i, axis), plane, order) for i in range(x.shape[axis])]
    stacked = np.stack(slices, axis)
    if stacked.shape[axis] == shape[axis]:
        return stacked
    scale = [n / m for n, m in zip(stacked.shape, shape)]
    grid = np.mgrid[tuple(slice(0, m) for m in shape)]
    places = np.array([s * (g + 0.5) - 0.5 for s, g in zip(scale, grid)])
    return ndimage.map_coordinates(stacked, places, order=through, mode="nearest")


def nnunet_gaussian(patch, sigma=0.125):
    x = np.zeros(patch)
    x[tuple(n // 2 for n in patch)] = 1
    x = ndimage.gaussian_filter(x, [n * sigma for n in patch], 0, mode="constant", cval=0)
    x = x / x.max() * 10
    x[x == 0] = x[x != 0].min()
    return x


def monai_gaussian(patch, sigma=0.125):
    w = np.ones(())
    for n in patch:
        along = np.exp(-((np.arange(n) - (n - 1) / 2) ** 2) / (2 * (sigma * n) ** 2))
        w = w[..., None] * along
    return np.maximum(w, max(w.min(), 1e-3))


def even_steps(size, patch, overlap):
    count = int(np.ceil((size - patch) / (patch * (1 - overlap)))) + 1
    step = (size - patch) / (count - 1) if count > 1 else 0
    return [rint(step * i) for i in range(count)]


def fixed_steps(size, patch, overlap):
    step = patch if size == patch else max(1, int(patch * (1 - overlap)))
    count = int(np.ceil(size / step))
    first = next(d for d in range(count) if d * step + patch >= size)
    return [min(d * step, size - patch) for d in range(first + 1)]


def network(x, kernels, bias):
    """Logits of a 3x3x3 convolution (cross-correlation), zeros outside: [labels, ...]."""
    out = []
    for kernel, b in zip(kernels, bias):
        total = np.full(x.shape[1:], b, dtype=float)
        for channel, k in zip(x, kernel):
            total += ndimage.correlate(channel.astype(float), k, mode="constant", cval=0)
        out.append(total)
    return np.array(out)


def sliding(x, patch, overlap, weights, steps, net, mirror=()):
    """Tiles of a [channels, a, b, c] array, padded with 0 to the patch, smaller half in front."""
    shape = x.shape[1:]
    pad = [max(0, p - n) for p, n in zip(patch, shape)]
    low = [d // 2 for d in pad]
    padded = np.pad(x, [(0, 0)] + [(l, d - l) for l, d in zip(low, pad)])
    size = padded.shape[1:]
    total, sums = None, np.zeros(size)
    subsets = [[a for n, a in enumerate(mirror) if bits >> n & 1] for bits in range(2 ** len(mirror))]
    for start in np.stack(np.meshgrid(*[steps(n, p, overlap) for n, p in zip(size, patch)], indexing="ij"), -1).reshape(-1, 3):
        box = tuple(slice(s, s + p) for s, p in zip(start, patch))
        tile = padded[(slice(None),) + box]
        out = 0
        for axes in subsets:
            flips = [a + 1 for a in axes]
            out = out + np.flip(net(np.flip(tile, flips)), flips) / len(subsets)
        if total is None:
            total = np.zeros((len(out),) + size)
        total[(slice(None),) + box] += out * weights
        sums[box] += weights
    total /= sums
    return total[(slice(None),) + tuple(slice(l, l + n) for l, n in zip(low, shape))]


def nnunet_chain(x, spacing, target, patch, normalise, net, order=3, mirror=(), overlap=0.5, steps=even_steps, choose=lambda logits: logits.argmax(0)):
    """Stored [channels, z, y, x] to labels on the same grid. `steps` are those of a 2D network where the patch is one slice."""
    mask = ndimage.binary_fill_holes((x != 0).any(0))
    where = np.argwhere(mask)
    low, high = where.min(0), where.max(0) + 1
    box = tuple(slice(l, h) for l, h in zip(low, high))
    cropped = normalise(x[(slice(None),) + box].astype(np.float32), mask[box])
    shape = [rint(s / t * n) for s, t, n in zip(spacing, target, cropped.shape[1:])]
    fed = np.array([nnunet_resample(c, shape, spacing, target, order) for c in cropped]).astype(np.float32)
    logits = sliding(fed, patch, overlap, nnunet_gaussian(patch), steps, net, mirror)
    back = np.array([nnunet_resample(l, cropped.shape[1:], target, spacing, 1) for l in logits])
    labels = np.zeros(x.shape[1:], np.uint8)
    labels[box] = choose(back)
    return labels


def places_first_voxel(size, spacing, target):
    m = max(1, rint((size - 1) * spacing / target + 1))
    return np.arange(m) * target / spacing


def separable(x, places, order, mode="nearest"):
    return ndimage.map_coordinates(x.astype(float), np.array(np.meshgrid(*places, indexing="ij")), order=order, mode=mode)


def softmax(x):
    e = np.exp(x - x.max(0))
    return e / e.sum(0)


def monai_chain(x, spacing, target, window, patch, overlap, net, gaussian=False):
    """An oriented [x, y, z] array to labels on the same grid: Spacing, ScaleIntensityRange, sliding window, softmax, Invert, argmax."""
    y = separable(x, [places_first_voxel(n, s, t) for n, s, t in zip(x.shape, spacing, target)], 1)
    (a, b), (c, d) = window
    y = np.clip((y - a) / (b - a) * (d - c) + c, c, d).astype(np.float32)
    weights = monai_gaussian(patch) if gaussian else np.ones(patch)
    maps = softmax(sliding(y[None], patch, overlap, weights, fixed_steps, net))
    back = [np.arange(n) * s / t for n, s, t in zip(x.shape, spacing, target)]
    return np.array([separable(m, back, 1) for m in maps]).argmax(0).astype(np.uint8)
