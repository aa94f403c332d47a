"""Every operation before the network and every operation on labels, with every field: python3 make_operations.py

Each case of operations.json holds the operations as a manifest has them, and what numpy and scipy make of the same arrays.
Arrays are [a, b, c] or [channel, a, b, c] with c fastest, spacings and vectors in that order.
"""
import itertools
import platform
import numpy as np
import scipy
import skimage
from scipy import ndimage, optimize
from chains import nnunet_resample, rint
from store import Cases

rng = np.random.default_rng(81)
cases = Cases()
# what the platform promises: of the grey value's unit, of normalised values
RESAMPLED, NORMALISED = 1e-3, 1e-5


def smooth(shape, scale, offset=0.0, sigma=1.0):
    x = ndimage.gaussian_filter(rng.normal(size=shape), sigma)
    return np.round(x / x.std() * scale + offset).astype(np.int16)


def prepared(name, expected, images, ops, within=NORMALISED, **facts):
    """`expected` is the tensor without its first axis: [channel, a, b, c]."""
    expected = np.asarray(expected)
    if expected.ndim == 3:
        expected = expected[None]
    cases.case(name, expected, kind="prepare", images=images, preprocess=ops, within=within, **facts)


# orientation: 48 codes and six stored orders, of an oblique scan ------------------------------------------------------
numbered = rng.permutation(24).reshape(2, 3, 4).astype(np.uint8)  # [z, y, x] as stored
cases.put("numbered", numbered)
turn = np.linalg.qr(np.array([[0.1, -0.2, 1.0], [0.95, 0.15, -0.1], [0.05, -1.0, -0.2]]))[0]
turn *= np.sign(np.linalg.det(turn))
# columns: where x, y, z of the file lead, in LPS; by rows in the JSON
lps = turn.ravel().tolist()
ras = np.diag([-1, -1, 1]) @ turn
closest = optimize.linear_sum_assignment(-np.abs(ras))[1]  # file axis (x, y, z) of each of R, A, S
for code in ("".join(c) for p in itertools.permutations(("RL", "AP", "SI")) for c in itertools.product(*p)):
    world = ["RASLPI".index(c) % 3 for c in code]
    x = numbered.transpose([2 - closest[w] for w in world])  # array axis 2 is x
    against = [a for a, (w, c) in enumerate(zip(world, code)) if (ras[w, closest[w]] > 0) != (c in "RAS")]
    prepared(f"orient/{code}", np.flip(x, against).astype(np.uint8), ["numbered"], [{"op": "orient", "axes": code}], 0, direction=lps)
for order in itertools.permutations("XYZ"):
    x = numbered.transpose(["ZYX".index(c) for c in order])
    name = "stored" + "".join(order)
    prepared(f"orient/{name}", x, ["numbered"], [{"op": "orient", "axes": name}], 0, direction=lps)

# resampling -----------------------------------------------------------------------------------------------------------
ct = smooth((5, 4, 4), 300)
cases.put("ct", ct)
SPACING = (2.0, 0.8, 1.1)


def at(x, places, order, boundary="edge", value=0.0, clamp=False):
    mode = {"edge": "nearest", "mirror": "mirror", "constant": "nearest"}[boundary]
    y = ndimage.map_coordinates(x.astype(float), np.meshgrid(*places, indexing="ij"), order=order, mode=mode)
    if clamp:
        y = y.clip(x.min(), x.max())
    if boundary == "constant":
        out = [(p < -0.5) | (p > n - 0.5) for p, n in zip(places, x.shape)]
        y[np.logical_or.outer(np.logical_or.outer(out[0], out[1]), out[2])] = value
    return y


def places(grid, size, spacing, target):
    """Where the new voxels lie, in old voxels."""
    if target is None:
        target = spacing
    if grid == "firstVoxel":
        m = max(1, rint((size - 1) * spacing / target + 1))
    else:
        m = max(1, rint(size * spacing / target))
    if grid == "halfVoxel":
        edges = np.linspace(-0.5, size - 0.5, m + 1)
        return (edges[1:] + edges[:-1]) / 2
    if grid == "corner":
        return np.linspace(0, size - 1, m)
    return np.arange(m) * target / spacing


target = (1.3, None, 0.7)
for grid, order, boundary in itertools.product(("halfVoxel", "firstVoxel", "corner", "physical"), (0, 1, 3), ("edge", "mirror", "constant")):
    where = [places(grid, n, s, t) for n, s, t in zip(ct.shape, SPACING, target)]
    op = {"op": "resample", "spacing": target, "grid": grid, "order": order, "boundary": boundary}
    value = {"boundaryValue": -750} if boundary == "constant" else {}
    y = at(ct, where, order, boundary, -750, clamp=order == 3)
    prepared(f"resample/{grid}/{order}/{boundary}", y, ["ct"], [{**op, **value}], RESAMPLED, spacing=SPACING)
for kept in range(3):
    goal = [t if a == kept else None for a, t in enumerate((1.5, 1.0, 0.8))]
    where = [places("halfVoxel", n, s, t) for n, s, t in zip(ct.shape, SPACING, goal)]
    prepared(f"resample/axis/{kept}", at(ct, where, 1), ["ct"], [{"op": "resample", "spacing": goal}], RESAMPLED, spacing=SPACING)
    size = [m if a == kept else None for a, m in enumerate((8, 3, 6))]
    where = [places("halfVoxel", n, 1.0, n / (m or n)) for n, m in zip(ct.shape, size)]
    prepared(f"resize/axis/{kept}", at(ct, where, 1), ["ct"], [{"op": "resize", "size": size}], RESAMPLED)
for order, clamp in itertools.product((1, 3), (False, True)):
    where = [places("halfVoxel", n, s, t) for n, s, t in zip(ct.shape, SPACING, (1.1, 1.0, 0.4))]
    op = {"op": "resample", "spacing": [1.1, 1.0, 0.4], "order": order, "clamp": clamp}
    prepared(f"resample/clamp/{order}/{clamp}", at(ct, where, order, clamp=clamp), ["ct"], [op], RESAMPLED, spacing=SPACING)
for grid, order, boundary in itertools.product(("halfVoxel", "corner"), (0, 1, 3), ("edge", "mirror", "constant")):
    size = (7, None, 3)
    spans = [(n, 1.0, n / (m or n)) for n, m in zip(ct.shape, size)]
    value = {"boundaryValue": 40} if boundary == "constant" else {}
    op = {"op": "resize", "size": size, "grid": grid, "order": order, "boundary": boundary, "clamp": False, **value}
    y = at(ct, [places(grid, *one) for one in spans], order, boundary, 40)
    prepared(f"resize/{grid}/{order}/{boundary}", y, ["ct"], [op], RESAMPLED)
where = [places("halfVoxel", n, 1.0, n / m) for n, m in zip(ct.shape, (7, 6, 3))]
prepared("resize/clamp", at(ct, where, 3, clamp=True), ["ct"], [{"op": "resize", "size": [7, 6, 3], "order": 3, "clamp": True}], RESAMPLED)
# the separate axis of nnU-Net: 2.0 is 2.5 times 0.8, which is thick below a threshold of 2.5 only
for threshold, through, order in itertools.product((2, 3), (0, 1, 3), (1, 3)):
    goal = (1.2, 1.0, 0.9)
    shape = [rint(n * s / t) for n, s, t in zip(ct.shape, SPACING, goal)]
    if threshold == 2:
        along = [(np.arange(m) + 0.5) * (n / m) - 0.5 for n, m in zip(ct.shape, shape)]
        slices = np.stack([at(one[None], [np.zeros(1), *along[1:]], order, clamp=order == 3)[0] for one in ct])
        y = at(slices, [along[0], np.arange(shape[1]), np.arange(shape[2])], through)
        assert order != 3 or np.allclose(y, nnunet_resample(ct, shape, (4.0, 0.8, 1.1), goal, order, through), atol=1e-8)
    else:
        y = at(ct, [places("halfVoxel", n, s, t) for n, s, t in zip(ct.shape, SPACING, goal)], order, clamp=order == 3)
    op = {"op": "resample", "spacing": goal, "order": order, "anisotropy": {"threshold": threshold, "orderThrough": through}}
    prepared(f"anisotropy/{threshold}/{through}/{order}", y, ["ct"], [op], RESAMPLED, spacing=SPACING)

# crops ----------------------------------------------------------------------------------------------------------------
mr = np.stack([smooth((6, 7, 6), 25, 60), smooth((6, 7, 6), 18, 45)])
mr[:, 0], mr[:, -1], mr[:, :, :2], mr[:, :, :, -1] = 0, 0, 0, 0
mr[0, :, -1] = 0  # of one channel only
mr[:, 2:4, 4:6, 2:4] = 0  # a hole
mr[:, 1:3, 2:4, :2] = 0  # a corner of the box
mr[1, 1, 2, 3] = -80
cases.put("mr0", mr[0])
cases.put("mr1", mr[1])
BOTH = ["mr0", "mr1"]


def boxed(mask, margin=(0, 0, 0)):
    (found,) = ndimage.find_objects(mask.astype(int))
    return tuple(slice(max(0, s.start - m), min(n, s.stop + m)) for s, m, n in zip(found, margin, mask.shape))


def cropped(x, test):
    """The box, and the mask with holes and without."""
    mask = test(x).any(0)
    box = boxed(mask)
    return x[(slice(None), *box)].astype(float), ndimage.binary_fill_holes(mask)[box], mask[box]


nonzero, filled, ragged = cropped(mr, lambda x: x != 0)
assert (filled != ragged).any() and not filled.all()
prepared("cropNonzero/default", nonzero, BOTH, [{"op": "cropNonzero"}], 0)
prepared("cropNonzero/union", nonzero, BOTH, [{"op": "cropNonzero", "combine": "union", "threshold": 0, "fillHoles": True}], 0)
high, high_filled, high_ragged = cropped(mr, lambda x: np.abs(x) > 75)
prepared("cropNonzero/threshold", high, BOTH, [{"op": "cropNonzero", "threshold": 75}], 0)
assert high.shape != nonzero.shape
for margin in (0, 2, (1, 0, 3)):
    box = boxed((mr > 70).any(0), margin if isinstance(margin, tuple) else (margin,) * 3)
    prepared(f"cropForeground/{margin}", mr[(slice(None), *box)], BOTH, [{"op": "cropForeground", "threshold": 70, "margin": margin}], 0)
box = boxed((mr > 0).any(0))
prepared("cropForeground/default", mr[(slice(None), *box)], BOTH, [{"op": "cropForeground"}], 0)

# grey values ----------------------------------------------------------------------------------------------------------
x = mr.astype(np.float64)


def channelwise(x, change, channels=(0, 1)):
    return np.stack([change(one, c) if c in channels else one for c, one in enumerate(x)])


def slicewise(x, axis, change):
    """`change` on each slice of each channel by itself."""
    return np.stack([np.stack([change(one) for one in np.moveaxis(c, axis, 0)], axis) for c in x])


prepared("window/clip", np.interp(x, [30, 90], [-1, 1]), BOTH, [{"op": "window", "in": [30, 90], "out": [-1, 1]}])
prepared("window/downwards", np.interp(x, [20, 70], [2, -1]), BOTH, [{"op": "window", "in": [20, 70], "out": [2, -1], "clip": True}])
line = np.polynomial.Polynomial.fit([30, 90], [0, 1], 1)
prepared("window/open", line(x), BOTH, [{"op": "window", "in": [30, 90], "out": [0, 1], "clip": False}])
prepared("window/channel", channelwise(x, lambda one, c: np.interp(one, [0, 50], [0, 1]), (1,)), BOTH, [{"op": "window", "in": [0, 50], "out": [0, 1], "channels": [1]}])

prepared("clip/values", x.clip(12.5, 61), BOTH, [{"op": "clip", "lo": 12.5, "hi": 61}])
prepared("clip/channel", channelwise(x, lambda one, c: one.clip(-10, 40), (0,)), BOTH, [{"op": "clip", "lo": -10, "hi": 40, "channels": [0]}])
MASKS = {"none": "none", "nonzero": "nonzero", "above": {"above": 33}}


def members(one, mask):
    return {"none": np.ones(one.shape, bool), "nonzero": one != 0, "above": one > 33}[mask]


def normalised(one, mask, outside="keep", ddof=0, eps=1e-8):
    inside = np.ma.masked_array(one, ~members(one, mask) if isinstance(mask, str) else ~mask)
    if inside.count() == 0:
        return one
    z = (one - inside.mean()) / max(float(np.ma.std(inside, ddof=ddof)), eps)
    return np.where(inside.mask if inside.mask.shape else False, one if outside == "keep" else 0, z)


def stretched(one, mask, a=0.0, b=1.0):
    inside = one[members(one, mask) if isinstance(mask, str) else mask]
    if inside.size == 0 or inside.min() == inside.max():
        return np.full(one.shape, a)
    return (one - inside.min()) / np.ptp(inside) * (b - a) + a


def limited(one, mask, low, high):
    inside = one[members(one, mask) if isinstance(mask, str) else mask]
    return one if inside.size == 0 else one.clip(*np.percentile(inside, [low, high]))


for mask, word in MASKS.items():
    prepared(f"clip/percentiles/{mask}", channelwise(x, lambda one, c: limited(one, mask, 3, 91.5)), BOTH, [{"op": "clip", "percentiles": [3, 91.5], "mask": word}])
    for axis in range(3):
        y = slicewise(x[:1], axis, lambda one: limited(one, mask, 10, 85))
        prepared(f"clip/perSlice/{mask}/{axis}", y, ["mr0"], [{"op": "clip", "percentiles": [10, 85], "mask": word, "perSlice": axis}])
    for outside in ("keep", "zero"):
        prepared(f"zscore/{mask}/{outside}", normalised(x[1], mask, outside), ["mr1"], [{"op": "zscore", "mask": word, "outside": outside}])
        for axis in range(3):
            y = slicewise(x[1:], axis, lambda one: normalised(one, mask, outside, eps=2.5))
            prepared(f"zscore/perSlice/{mask}/{outside}/{axis}", y, ["mr1"], [{"op": "zscore", "mask": word, "outside": outside, "eps": 2.5, "perSlice": axis}])
    prepared(f"minmax/{mask}", channelwise(x, lambda one, c: stretched(one, mask, -2, 3)), BOTH, [{"op": "minmax", "mask": word, "out": [-2, 3]}])
    for axis in range(3):
        prepared(f"minmax/perSlice/{mask}/{axis}", slicewise(x[:1], axis, lambda one: stretched(one, mask)), ["mr0"], [{"op": "minmax", "mask": word, "perSlice": axis}])

# the mask of the crop, filled and ragged, of the volume and of slices
for name, kept, mask, crop in (
    ("filled", nonzero, filled, {"op": "cropNonzero"}),
    ("ragged", nonzero, ragged, {"op": "cropNonzero", "fillHoles": False}),
    ("threshold", high, high_filled, {"op": "cropNonzero", "threshold": 75}),
):
    prepared(f"crop/{name}/zscore", channelwise(kept, lambda one, c: normalised(one, mask)), BOTH, [crop, {"op": "zscore", "mask": "crop"}])
    prepared(f"crop/{name}/minmax", channelwise(kept, lambda one, c: stretched(one, mask)), BOTH, [crop, {"op": "minmax", "mask": "crop"}])
    prepared(f"crop/{name}/clip", channelwise(kept, lambda one, c: limited(one, mask, 5, 80)), BOTH, [crop, {"op": "clip", "percentiles": [5, 80], "mask": "crop"}])
    for axis in range(3):
        y = np.empty(kept.shape)
        for c, n in np.ndindex(2, kept.shape[1 + axis]):
            pick = tuple(n if a == axis else slice(None) for a in range(3))
            y[c][pick] = normalised(kept[c][pick], mask[pick], "zero", eps=2.5)
        prepared(f"crop/{name}/perSlice/{axis}", y, BOTH, [crop, {"op": "zscore", "mask": "crop", "outside": "zero", "eps": 2.5, "perSlice": axis}])

prepared("zscore/ddof", channelwise(x, lambda one, c: normalised(one, "nonzero", ddof=1)), BOTH, [{"op": "zscore", "mask": "nonzero", "ddof": 1}])
prepared("zscore/eps", channelwise(x, lambda one, c: normalised(one, "none", eps=40)), BOTH, [{"op": "zscore", "eps": 40}])
prepared("zscore/together", (x - x.mean()) / x.std(), BOTH, [{"op": "zscore", "perChannel": False}])
joint = x[x != 0]
prepared("zscore/together/nonzero", np.where(x != 0, (x - joint.mean()) / joint.std(ddof=1), 0), BOTH, [{"op": "zscore", "perChannel": False, "mask": "nonzero", "outside": "zero", "ddof": 1}])
prepared("zscore/numbers", (x - 40) / 25, BOTH, [{"op": "zscore", "mean": 40, "std": 25}])
each = np.array([[40, 25], [30.5, 12]])
prepared("zscore/each", (x - each[:, 0, None, None, None]) / each[:, 1, None, None, None], BOTH, [{"op": "zscore", "mean": [40, 30.5], "std": [25, 12]}])
prepared("zscore/channel", channelwise(x, lambda one, c: (one - 30.5) / 12, (1,)), BOTH, [{"op": "zscore", "mean": [40, 30.5], "std": [25, 12], "channels": [1]}])
prepared("zscore/mean", channelwise(x, lambda one, c: (one - 40) / one.std()), BOTH, [{"op": "zscore", "mean": 40}])
prepared("zscore/std", channelwise(x, lambda one, c: (one - one.mean()) / 25), BOTH, [{"op": "zscore", "std": 25}])
prepared("minmax/together", (x - x.min()) / np.ptp(x), BOTH, [{"op": "minmax", "perChannel": False}])
prepared("minmax/channel", channelwise(x, lambda one, c: stretched(one, "none"), (0,)), BOTH, [{"op": "minmax", "channels": [0]}])
prepared("clip/percentiles/channel", channelwise(x, lambda one, c: limited(one, "none", 20, 80), (1,)), BOTH, [{"op": "clip", "percentiles": [20, 80], "channels": [1]}])
for axis in range(3):
    together = np.moveaxis(np.stack([(s - s.mean()) / max(s.std(), 2.5) for s in np.moveaxis(x, axis + 1, 0)]), 0, axis + 1)
    prepared(f"zscore/perSlice/together/{axis}", together, BOTH, [{"op": "zscore", "perChannel": False, "eps": 2.5, "perSlice": axis}])
    only = x.copy()
    only[1] = slicewise(x[1:], axis, lambda one: stretched(one, "none", 1, 4))[0]
    prepared(f"minmax/perSlice/channel/{axis}", only, BOTH, [{"op": "minmax", "out": [1, 4], "channels": [1], "perSlice": axis}])
# after a crop and a resampling a slice has the size that it has then
inner = x[(slice(None), *boxed((mr > 70).any(0)))]
finer = np.stack([at(one, [places("halfVoxel", n, 1.0, t) for n, t in zip(one.shape, (1.0, 0.6, 1.7))], 1) for one in inner])
prepared(
    "perSlice/late",
    slicewise(finer, 1, lambda one: (one - one.mean()) / max(one.std(), 2.5)),
    BOTH,
    [{"op": "cropForeground", "threshold": 70}, {"op": "resample", "spacing": [1.0, 0.6, 1.7]}, {"op": "zscore", "eps": 2.5, "perSlice": 1}],
    RESAMPLED,
)
plain = np.full((2, 3, 4), 7, np.int16)
cases.put("plain", plain)
prepared("plain/zscore", plain * 0.0, ["plain"], [{"op": "zscore"}])
prepared("plain/minmax", np.full(plain.shape, -1.0), ["plain"], [{"op": "minmax", "out": [-1, 1]}])

values = np.concatenate([rng.normal(size=40) * 10.0 ** rng.integers(-2, 5, 40), [-0.5, 0.5, 1.5, 2.5, -1.5, 255.5, 127.5, -128.5, 32767.5, 65535.5, 3e9, -3e9, 65519, 1e-8, 0.1, 2049]])
values = values.astype(np.float32).reshape(2, 4, 7)
cases.put("values", values)
prepared("scaleLinear/one", values.astype(np.float64) * 0.125 - 3, ["values"], [{"op": "scaleLinear", "scale": 0.125, "offset": -3}], 1e-7, relative=True)
prepared("scaleLinear/each", np.einsum("cabd,c->cabd", x, [0.5, -2]) + np.reshape([1, 9], (2, 1, 1, 1)), BOTH, [{"op": "scaleLinear", "scale": [0.5, -2], "offset": [1, 9]}], 0)
prepared("scaleLinear/channel", channelwise(x, lambda one, c: one - 11, (0,)), BOTH, [{"op": "scaleLinear", "offset": -11, "channels": [0]}], 0)
for kind in ("uint8", "int8", "uint16", "int16", "int32"):
    for rounding, whole in (("truncate", np.trunc), ("rint", np.rint)):
        info = np.iinfo(kind)
        y = np.clip(whole(values.astype(np.float64)), info.min, info.max).astype(np.float32)
        prepared(f"cast/{kind}/{rounding}", y, ["values"], [{"op": "cast", "to": kind, "rounding": rounding}], 0)
with np.errstate(over="ignore"):
    small = np.where(np.abs(values) > 65519, 0, values)
cases.put("small", small)
prepared("cast/float16", small.astype(np.float16), ["small"], [{"op": "cast", "to": "float16"}], 0)
prepared("cast/channel", channelwise(x / 7, lambda one, c: np.rint(one), (1,)), BOTH, [{"op": "scaleLinear", "scale": 1 / 7}, {"op": "cast", "to": "int16", "rounding": "rint", "channels": [1]}])

for name, (a, b) in {"unit": (0, 1), "signed": (-1, 1), "index": (None, None)}.items():
    size = nonzero.shape[1:]
    axes = [np.arange(n) if a is None else np.linspace(a, b, n) for n in size]
    y = np.concatenate([nonzero, np.meshgrid(*axes, indexing="ij")])
    prepared(f"concatCoordinates/{name}", y, BOTH, [{"op": "cropNonzero"}, {"op": "concatCoordinates", "range": name}], 1e-6)

# labels ---------------------------------------------------------------------------------------------------------------
fields = np.stack([ndimage.gaussian_filter(rng.normal(size=(7, 8, 9)), 0.8) for _ in range(4)])
labels = np.where(fields.max(0) > 0.16, fields.argmax(0), 0).astype(np.uint8)
cases.put("labels", labels)
VOXEL = (2.0, 0.5, 1.5)  # 1.5 mm^3


def treated(name, expected, op, source="labels"):
    cases.case(name, expected, kind="labels", labels=source, spacing=VOXEL, postprocess=[op], within=0)


def pieces_of(mask, connectivity):
    pieces, count = ndimage.label(mask, ndimage.generate_binary_structure(3, {6: 1, 18: 2, 26: 3}[connectivity]))
    return pieces, ndimage.sum_labels(mask, pieces, np.arange(count + 1))


def erased(groups, connectivity, keep):
    """Without the pieces whose sizes `keep` does not want; `keep` gets sizes of pieces 1, 2, ... in the order of first voxels."""
    out = labels.copy()
    for group in groups:
        pieces, sizes = pieces_of(np.isin(labels, group), connectivity)
        goes = np.concatenate([[False], ~keep(sizes[1:])]) if len(sizes) > 1 else np.zeros(1, bool)
        out[goes[pieces]] = 0
    return out


def largest(sizes):
    return np.arange(len(sizes)) == sizes.argmax()


for connectivity, scope, of in itertools.product((6, 18, 26), ("each", "union"), (None, [3, 1])):
    some = {"labels": of} if of else {}
    groups = [[v] for v in of or (1, 2, 3)] if scope == "each" else [of or (1, 2, 3)]
    common = {**some, "connectivity": connectivity, "scope": scope}
    tag = f"{connectivity}/{scope}/{'some' if of else 'all'}"
    treated(f"keepLargest/{tag}", erased(groups, connectivity, largest), {"op": "keepLargest", **common})
    treated(f"keepLargest/volume/{tag}", erased(groups, connectivity, lambda s: largest(s) | (s * 1.5 >= 12)), {"op": "keepLargest", **common, "minVolumeMm3": 12})
    treated(f"removeSmall/voxels/{tag}", erased(groups, connectivity, lambda s: s >= 6), {"op": "removeSmall", **common, "minVoxels": 6})
    treated(f"removeSmall/volume/{tag}", erased(groups, connectivity, lambda s: s * 1.5 >= 7.5), {"op": "removeSmall", **common, "minVolumeMm3": 7.5})
treated("keepLargest/null", erased([[1], [2], [3]], 26, largest), {"op": "keepLargest", "minVolumeMm3": None})
shells = labels.copy()
shells[1:6, 1:7, 1:8][ndimage.binary_erosion(np.ones((5, 6, 7))) == 0] = 2  # walls around what is inside
shells[4, 1, 5] = 0  # a door
shells[2:5, 2:5, 2:5], shells[3, 3, 3] = 3, 0
cases.put("shells", shells)
for connectivity, of in itertools.product((6, 18, 26), ([3], [2], [1, 2, 3])):
    filled_up = shells.copy()
    structure = ndimage.generate_binary_structure(3, {6: 1, 18: 2, 26: 3}[connectivity])
    for value in of:
        inside = ndimage.binary_fill_holes(filled_up == value, structure)
        filled_up = np.where(inside & (filled_up == 0), value, filled_up).astype(np.uint8)
    some = {} if len(of) == 3 else {"labels": of}
    treated(f"fillHoles/{connectivity}/{'-'.join(map(str, of))}", filled_up, {"op": "fillHoles", "connectivity": connectivity, **some}, "shells")
lookup = np.arange(256, dtype=np.int16)
lookup[[1, 2, 3]] = [2, 1, 0]
treated("mapLabels/swap", lookup[labels].astype(np.uint8), {"op": "mapLabels", "map": {"1": 2, "2": 1, "3": 0}})
treated("mapLabels/chain", np.choose(labels, [0, 2, 3, 3]).astype(np.uint8), {"op": "mapLabels", "map": {"1": 2, "2": 3}})
treated("mapLabels/background", np.where(labels == 0, 9, labels).astype(np.uint8), {"op": "mapLabels", "map": {"0": 9}})
wide = np.choose(labels, [0, 700, 2, 3000]).astype(np.int16)
cases.put("wide", wide)
treated("mapLabels/wide", np.select([wide == 700, wide == 3000], [3000, 700], wide).astype(np.int16), {"op": "mapLabels", "map": {"700": 3000, "3000": 700}}, "wide")

cases.write("operations", {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__, "skimage": skimage.__version__})
