"""Golden arrays of scipy and scikit-image. Run in this folder: python3 make_scipy.py"""
import platform
import numpy as np
import scipy
import skimage
from scipy import ndimage
from chains import *
from store import Store

rng = np.random.default_rng(20)
store = Store()


def smooth(shape, scale=400, offset=0, sigma=1.2):
    x = ndimage.gaussian_filter(rng.normal(size=shape), sigma)
    return np.round(x / x.std() * scale + offset).astype(np.int16)


# resampling ---------------------------------------------------------------------------------------------------------
image = smooth((9, 11, 13))  # z, y, x
store.put("image", image)
for name, shape in {"up": (14, 17, 16), "down": (5, 8, 7), "mixed": (9, 7, 20)}.items():
    for order in (1, 3):
        store.put(f"resize/halfVoxel/{order}/{name}", resize(image, shape, order))
    places = [(np.arange(m) + 0.5) * n / m - 0.5 for n, m in zip(image.shape, shape)]
    store.put(f"resize/halfVoxel/0/{name}", separable(image, places, 0))
    corner = [np.arange(m) * (n - 1) / (m - 1) for n, m in zip(image.shape, shape)]
    for order in (1, 3):
        y = ndimage.zoom(image.astype(float), [m / n for n, m in zip(image.shape, shape)], order=order, mode="nearest")
        assert y.shape == shape and np.allclose(y, separable(image, corner, order))
        store.put(f"resize/corner/{order}/{name}", y)
        store.put(f"resize/mirror/{order}/{name}", separable(image, places, order, "mirror"))
spacing, target = (3.0, 0.9, 0.8), (1.3, 1.1, 0.5)
first = [places_first_voxel(n, s, t) for n, s, t in zip(image.shape, spacing, target)]
physical = [np.arange(max(1, rint(n * s / t))) * t / s for n, s, t in zip(image.shape, spacing, target)]
for order in (0, 1, 3):
    store.put(f"spacing/firstVoxel/{order}", separable(image, first, order))
    y = separable(image, physical, order)
    outside = [(p < -0.5) | (p > n - 0.5) for p, n in zip(physical, image.shape)]
    y[outside[0][:, None, None] | outside[1][None, :, None] | outside[2][None, None, :]] = -1000
    store.put(f"spacing/physical/{order}", y)
thick = smooth((6, 15, 14))
store.put("thick", thick)
for name, old, new in [("slices", (5.0, 0.8, 0.8), (2.0, 1.1, 0.7)), ("new", (1.0, 1.0, 1.0), (4.0, 0.9, 0.9)), ("equal", (2.0, 1.0, 1.0), (1.5, 1.5, 1.5)), ("two", (4.0, 4.0, 1.0), (2.0, 2.0, 1.0))]:
    shape = [rint(s / t * n) for s, t, n in zip(old, new, thick.shape)]
    y = nnunet_resample(thick, shape, old, new, 3)
    store.put(f"nnunet/{name}", y, spacing=old, target=new)
    store.put(f"nnunet/{name}/back", nnunet_resample(y.astype(np.float32), thick.shape, new, old, 1))

# intensity ----------------------------------------------------------------------------------------------------------
mri = smooth((7, 8, 9), 30, 40)
mri[mri < 30] = 0
store.put("mri", mri)
x = mri.astype(np.float64)
nonzero = x != 0
store.put("clip/percentiles", np.clip(x, *np.percentile(x, [0.5, 99.5])))
store.put("clip/nonzero", np.clip(x, *np.percentile(x[nonzero], [5, 90])))
store.put("zscore/image", (x - x.mean()) / x.std())
store.put("zscore/ddof", (x - x.mean()) / x.std(ddof=1))
store.put("zscore/nonzero", np.where(nonzero, (x - x[nonzero].mean()) / x[nonzero].std(), x))
above = x > 50
store.put("zscore/above", np.where(above, (x - x[above].mean()) / x[above].std(), 0))
store.put("zscore/fixed", (x - 41.5) / 22.25)
store.put("minmax/image", (x - x.min()) / (x.max() - x.min()) * 3 - 1)
store.put("minmax/nonzero", (x - x[nonzero].min()) / (x[nonzero].max() - x[nonzero].min()))
store.put("window/clip", np.clip((x - 20) / 60 * 2 - 1, -1, 1))
halves = np.concatenate([rng.normal(size=200) * 10.0 ** rng.integers(-9, 6, 200), [0, -0.0, 65504, 65519.9, 65520, 6e-8, 2.9e-8, 1e-4, 0.1, 2049, 2051]]).astype(np.float32)
store.put("half/in", halves)
with np.errstate(over="ignore"):
    store.put("half/out", halves.astype(np.float16).astype(np.float32))

# masks --------------------------------------------------------------------------------------------------------------
noise = (ndimage.gaussian_filter(rng.normal(size=(12, 14, 16)), 0.9) > 0.02).astype(np.uint8)
noise[ndimage.gaussian_filter(rng.normal(size=noise.shape), 0.9) > 0.25] *= 2
store.put("labels", noise)
for connectivity, rank in ((6, 1), (18, 2), (26, 3)):
    structure = ndimage.generate_binary_structure(3, rank)
    for scope, groups in (("each", ([1], [2])), ("union", ([1, 2],))):
        kept, large = noise.copy(), noise.copy()
        for group in groups:
            pieces, count = ndimage.label(np.isin(noise, group), structure)
            sizes = np.bincount(pieces.ravel())
            kept[(pieces > 0) & (pieces != 1 + sizes[1:].argmax())] = 0
            large[(pieces > 0) & (sizes[pieces] < 12)] = 0
        store.put(f"keepLargest/{connectivity}/{scope}", kept)
        store.put(f"removeSmall/{connectivity}/{scope}", large)
    filled = noise.copy()
    for label in (1, 2):
        filled[ndimage.binary_fill_holes(filled == label, structure) & (filled == 0)] = label
    store.put(f"fillHoles/{connectivity}", filled)

# tiles --------------------------------------------------------------------------------------------------------------
store.put("gaussian/nnunet", nnunet_gaussian((8, 5, 12)) / 10)
store.put("gaussian/nnunet/narrow", nnunet_gaussian((9, 6, 16), 0.04) / 10)
store.put("gaussian/monai", monai_gaussian((8, 5, 12)))

# whole chains -------------------------------------------------------------------------------------------------------
def kernels(labels, channels, seed):
    r = np.random.default_rng(seed)
    k = r.normal(size=(labels, channels, 3, 3, 3)) / 5
    k[:, :, 1, 1, 1] += r.normal(size=(labels, channels)) * 2
    return k.astype(np.float32), (r.normal(size=labels) * 0.2).astype(np.float32)


def nnunet_case(name, shape, spacing, target, patch, labels, channels, normalise, mirror=()):
    x = np.stack([smooth(shape, 120, 60) for _ in range(channels)])
    x[:, :2], x[:, -1], x[:, :, :3], x[:, :, :, -2:] = 0, 0, 0, 0  # something for the crop
    x[:, 3, 6:8, 5:7] = 0  # a hole
    k, b = kernels(labels, channels, len(name))
    result = nnunet_chain(x, spacing, target, patch, normalise, lambda tile: network(tile, k, b), mirror=mirror)
    store.put(f"{name}/image", x, spacing=spacing, target=target, patch=patch)
    store.put(f"{name}/kernels", k)
    store.put(f"{name}/bias", b)
    store.put(f"{name}/labels", result)


def ct(x, mask):
    return (np.clip(x, -60, 260) - 70) / 90


def masked(x, mask):
    out = x.copy()
    for c in out:
        c[mask] = (c[mask] - c[mask].mean()) / max(c[mask].std(), 1e-8)
    return out


nnunet_case("nnunet-ct", (12, 24, 22), (5.0, 0.8, 0.8), (3.0, 1.0, 1.0), (8, 12, 10), 3, 1, ct)
nnunet_case("nnunet-mr", (16, 20, 18), (1.2, 1.0, 1.0), (1.0, 1.0, 1.3), (8, 10, 10), 4, 2, masked, (0, 2))
for name, gaussian in (("monai", False), ("monai-gaussian", True)):
    x = smooth((21, 23, 15), 90, 50)  # x, y, z as MONAI holds it
    k, b = kernels(3, 1, len(name))
    spacing, target, patch = (0.9, 0.9, 2.5), (1.5, 1.3, 2.0), (8, 8, 8)
    result = monai_chain(x, spacing, target, ((-57, 164), (0, 1)), patch, 0.25, lambda tile: network(tile, k, b), gaussian)
    store.put(f"{name}/image", x, spacing=spacing, target=target, patch=patch)
    store.put(f"{name}/kernels", k)
    store.put(f"{name}/bias", b)
    store.put(f"{name}/labels", result)

store.write("scipy", {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__, "skimage": skimage.__version__})
