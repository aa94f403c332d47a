"""Every way to lead a network over a volume and every way back to labels, with every field: python3 make_inference.py

Each case of inference.json holds a manifest and the networks that it runs (3x3x3 convolutions, zeros outside the tile); its
answer is the channel maps on the network's grid (`infer`), or the label map on the image's own (`chain`).
"""
import itertools
import platform
import numpy as np
import scipy
from scipy import ndimage, optimize, special
from chains import even_steps, fixed_steps, monai_gaussian, network, nnunet_chain, nnunet_gaussian, rint, separate_axis
from store import Cases

rng = np.random.default_rng(82)
cases = Cases()


def smooth(shape, scale, offset=0.0):
    x = ndimage.gaussian_filter(rng.normal(size=shape), 1.0)
    return np.round(x / x.std() * scale + offset).astype(np.int16)


# the networks ---------------------------------------------------------------------------------------------------------
NETS = {}


def net(channels, seed, classes=2, scale=1):
    """Name of a network, whose function and kernels are kept. `scale` 1 is for images of some tens."""
    name = f"net-{classes}-{channels}-{seed}{f'-x{scale}' if scale > 1 else ''}"
    if name not in NETS:
        r = np.random.default_rng(seed)
        kernels = (r.normal(size=(classes, channels, 3, 3, 3)) / 60).astype(np.float32)
        kernels[:, :, 1, 1, 1] += (r.normal(size=(classes, channels)) / 10).astype(np.float32)
        kernels *= np.float32(scale)
        bias = (r.normal(size=classes) * 0.3).astype(np.float32)
        cases.put(f"{name}/kernels", kernels)
        cases.put(f"{name}/bias", bias)
        NETS[name] = lambda tile: network(tile, kernels, bias)
    return name


# over the volume ------------------------------------------------------------------------------------------------------
def led(x, patch, starts, weights, pad, predict):
    """Weighted mean of the tiles of [channels, a, b, c]; the patch has size 1 along the axis of slices."""
    size = x.shape[1:]
    add = [max(0, p - n) for p, n in zip(patch, size)]
    front = [n // 2 if pad["align"] == "center" else 0 for n in add]
    how = {"constant": {"mode": "constant", "constant_values": pad.get("value", 0)}, "edge": {"mode": "edge"}, "mirror": {"mode": "reflect"}}[pad["mode"]]
    whole = np.pad(x.astype(float), [(0, 0)] + [(f, n - f) for f, n in zip(front, add)], **how)
    total, sums = 0, np.zeros(whole.shape[1:])
    for first in itertools.product(*[starts(n, p) for n, p in zip(whole.shape[1:], patch)]):
        box = tuple(slice(f, f + p) for f, p in zip(first, patch))
        y = predict(whole[(slice(None), *box)])
        here = np.zeros((len(y), *whole.shape[1:]))
        here[(slice(None), *box)] = y * weights
        total = total + here
        sums[box] += weights
    return (total / sums)[(slice(None), *(slice(f, f + n) for f, n in zip(front, size)))]


def act(y, regions):
    return special.expit(y) if regions else special.softmax(y, 0)


def half(x):
    return x.astype(np.float32).astype(np.float16).astype(np.float64)


def inferred(x, given):
    """The maps of a manifest's network part on a prepared [channels, a, b, c] array."""
    mode, output = given["inference"], given["output"]
    (entry,) = given["inputs"]
    regions = any(op["op"] == "regions" for op in given["postprocess"])
    meaning = "probabilities" if output["meaning"] == "labels" else output["meaning"]
    accumulate = mode.get("accumulate", meaning)
    flips = [s for n in range(4) for s in itertools.combinations(mode.get("mirror", []), n)]
    across = mode.get("sliceAxis", 2) if mode["mode"] in ("slices", "stack25d") else None

    def mean_of_flips(name):
        def run(tile):
            y = NETS[name](half(tile) if entry.get("dtype") == "float16" else tile)
            if output["meaning"] == "labels":
                return np.eye(len(y))[:, y.argmax(0)]
            if output["meaning"] == "probabilities":
                y = act(y, regions)
            return half(y) if output.get("dtype") == "float16" else y

        def predict(tile):
            ys = []
            for axes in flips:
                axes = [a + 1 for a in axes]
                y = np.flip(run(np.flip(tile, axes)), axes)
                ys.append(act(y, regions) if accumulate == "probabilities" and meaning == "logits" else y)
            return np.mean(ys, 0)

        return predict

    pad = {"mode": "constant", "value": mode.get("padValue", 0), **mode.get("pad", {})}
    size = x.shape[1:]
    plane = [a for a in range(3) if a != across]
    tiled = mode.get("patch") is not None
    patch = [1, 1, 1]
    for n, a in enumerate(plane):
        step = mode.get("divisor", [1, 1, 1])[n]
        patch[a] = mode["patch"][n] if tiled else -(-size[a] // step) * step
    pad.setdefault("align", "center" if tiled else "end")
    rule = {"fixedStep": fixed_steps, "evenStep": even_steps}[mode.get("tiling", "fixedStep")]
    blend = mode.get("blend", "constant")
    if blend == "constant" or not tiled:
        weights = np.ones(patch)
    elif blend == "gaussianNnunet":
        weights = nnunet_gaussian(patch, mode.get("sigma", 0.125))
    else:
        weights = monai_gaussian(patch, mode.get("sigma", 0.125))

    def maps_of(name):
        predict = mean_of_flips(name)
        starts = lambda n, p: [0] if n == p else rule(n, p, mode.get("overlap", 0.5))
        if across is None:
            return led(x, patch, starts, weights, pad, predict)
        reach = mode.get("context", 0)
        slices = []
        for n in range(size[across]):
            near = np.clip(np.arange(n - reach, n + reach + 1), 0, size[across] - 1)
            # slice by slice, and of each all channels
            stack = np.concatenate([x.take([m], across + 1) for m in near])
            slices.append(led(stack, patch, starts, weights, pad, predict))
        return np.concatenate(slices, across + 1)

    models = given.get("models", [{}])
    late = len(models) > 1 and given.get("ensemble", {}).get("average", accumulate) == "probabilities" and accumulate == "logits"
    each = [act(maps_of(name), regions) if late else maps_of(name) for name in given["networks"]]
    return np.average(each, 0, [model.get("weight", 1) for model in models])


def manifest(networks, inference, channels=1, **more):
    flat = inference["mode"] in ("slices", "stack25d")
    layout = "NCXY" if flat else "NCXYZ"
    classes = int(networks[0].split("-")[1])
    return {
        "networks": networks,
        "inputs": [{"tensor": "x", "layout": layout, "channels": [{"name": f"c{n}"} for n in range(channels)]}],
        "output": {"tensor": "y", "layout": layout, "meaning": "logits", "channels": classes},
        "preprocess": [{"op": "orient", "axes": "storedZYX"}],
        "inference": inference,
        "postprocess": [{"op": "invert"}, {"op": "argmax"}],
        "labels": [{"value": n, "name": f"l{n}"} for n in range(classes)],
        **more,
    }


SMALL = np.stack([smooth((5, 5, 6), 20), smooth((5, 5, 6), 20)])
cases.put("small0", SMALL[0])
cases.put("small1", SMALL[1])


def case_infer(name, given, channels=1, **facts):
    networks = given.pop("networks")
    expected = inferred(SMALL[:channels].astype(float), {**given, "networks": networks})
    # fractions: mapped by the tolerance of normalised values
    cases.case(name, expected, kind="infer", images=[f"small{n}" for n in range(channels)], networks=networks, manifest=given, within=1e-5, **facts)


ONE, TWO = net(1, 1), net(2, 2)
for tiling, blend in itertools.product(("fixedStep", "evenStep"), ("constant", "gaussianMonai", "gaussianNnunet")):
    mode = {"mode": "sliding", "patch": [4, 3, 4], "tiling": tiling, "blend": blend}
    case_infer(f"sliding/{tiling}/{blend}", manifest([net(1, 9, classes=5)], mode))
    case_infer(f"sliding/{tiling}/{blend}/overlap", manifest([ONE], {**mode, "overlap": 0.7}))
case_infer("sliding/gaussian", manifest([ONE], {"mode": "sliding", "patch": [4, 4, 4], "blend": "gaussian", "overlap": 0}))
for blend, sigma in itertools.product(("gaussianMonai", "gaussianNnunet"), (0.05, 0.4)):
    case_infer(f"sliding/sigma/{blend}/{sigma}", manifest([ONE], {"mode": "sliding", "patch": [5, 4, 6], "blend": blend, "sigma": sigma, "overlap": 0.6}))
for pad, align in itertools.product(("constant", "edge", "mirror"), ("center", "end")):
    filled = {"mode": pad, "align": align, **({"value": 15} if pad == "constant" else {})}
    case_infer(f"pad/sliding/{pad}/{align}", manifest([ONE], {"mode": "sliding", "patch": [8, 4, 9], "pad": filled}))
    case_infer(f"pad/full/{pad}/{align}", manifest([ONE], {"mode": "full", "divisor": [4, 4, 4], "pad": filled}))
    flat = {"sliceAxis": 1, "pad": filled, "blend": "gaussian", "overlap": 0.6}
    case_infer(f"pad/slices/{pad}/{align}", manifest([ONE], {"mode": "slices", "patch": [7, 4], **flat, "accumulate": "logits"}))
    case_infer(f"pad/stack25d/{pad}/{align}", manifest([net(3, 5)], {"mode": "stack25d", "context": 1, "patch": [3, 8], **flat, "accumulate": "logits"}))
for name, mode in {
    "sliding": {"mode": "sliding", "patch": [8, 4, 9]},
    "full": {"mode": "full", "divisor": [4, 1, 3]},
    "slices": {"mode": "slices", "divisor": [4, 4]},
    "tiles": {"mode": "slices", "patch": [8, 4]},
}.items():
    case_infer(f"pad/value/{name}", manifest([ONE], {**mode, "padValue": -22}))
case_infer("full", manifest([TWO], {"mode": "full"}, 2), 2)
for axes in ([0], [1, 2], [0, 1, 2]):
    mode = {"mode": "sliding", "patch": [4, 5, 4], "mirror": axes}
    case_infer(f"mirror/{''.join(map(str, axes))}", manifest([TWO], mode, 2), 2)
case_infer("mirror/full", manifest([TWO], {"mode": "full", "mirror": [0, 1, 2], "accumulate": "probabilities", "batch": 3}, 2), 2)
case_infer("mirror/full/logits", manifest([TWO], {"mode": "full", "mirror": [1], "accumulate": "logits"}, 2), 2)
FOUR = [{"value": n, "name": f"l{n}"} for n in range(4)]
LAST = [{"op": "invert"}, {"op": "regions", "regions": [{"channel": 1, "label": 1}, {"channel": 0, "threshold": 0.4, "label": 2}]}]
for accumulate, regions in itertools.product(("logits", "probabilities"), (False, True)):
    mode = {"mode": "sliding", "patch": [4, 4, 4], "mirror": [1], "blend": "gaussianNnunet", "accumulate": accumulate}
    more = {"postprocess": LAST, "labels": FOUR[:3]} if regions else {}
    case_infer(f"accumulate/{accumulate}/{'regions' if regions else 'argmax'}", manifest([ONE], mode, **more))
    for average in ("logits", "probabilities"):
        if (accumulate, average) == ("probabilities", "logits"):
            continue
        ensemble = {"models": [{"file": "a.onnx", "weight": 3}, {"file": "b.onnx"}, {"file": "c.onnx", "weight": 0.5}], "ensemble": {"average": average}}
        case_infer(f"ensemble/{accumulate}/{average}/{'regions' if regions else 'argmax'}", manifest([ONE, net(1, 3), net(1, 4)], mode, **more, **ensemble))
case_infer("ensemble/defaults", manifest([ONE, net(1, 3)], {"mode": "full"}, models=[{"file": "a.onnx"}, {"file": "b.onnx"}]))
for regions in (False, True):
    given = manifest([ONE], {"mode": "sliding", "patch": [4, 4, 4]}, **({"postprocess": LAST, "labels": FOUR[:3]} if regions else {}))
    given["output"]["meaning"] = "probabilities"
    case_infer(f"meaning/probabilities/{'regions' if regions else 'argmax'}", given)
for batch in (2, 5):
    case_infer(f"batch/{batch}", manifest([TWO], {"mode": "sliding", "patch": [4, 4, 4], "batch": batch, "mirror": [0], "precision": "auto"}, 2), 2)

for axis in (0, 1, 2):
    case_infer(f"slices/{axis}", manifest([TWO], {"mode": "slices", "sliceAxis": axis}, 2), 2)
    mode = {"mode": "slices", "sliceAxis": axis, "patch": [4, 3], "blend": "gaussianNnunet", "tiling": "evenStep", "overlap": 0.4, "mirror": [a for a in range(3) if a != axis], "batch": 4}
    case_infer(f"slices/{axis}/tiles", manifest([TWO], mode, 2), 2)
    case_infer(f"slices/{axis}/divisor", manifest([ONE], {"mode": "slices", "sliceAxis": axis, "patch": None, "divisor": [4, 5], "pad": {"mode": "mirror", "align": "center"}}))
    case_infer(f"slices/{axis}/monai", manifest([ONE], {"mode": "slices", "sliceAxis": axis, "patch": [9, 3], "blend": "gaussianMonai", "sigma": 0.2, "accumulate": "probabilities", "pad": {"mode": "edge"}}))
    for context in (1, 3):
        case_infer(f"stack25d/{axis}/{context}", manifest([net(2 * context + 1, 5)], {"mode": "stack25d", "sliceAxis": axis, "context": context}))
    mode = {"mode": "stack25d", "sliceAxis": axis, "context": 1, "patch": [4, 4], "overlap": 0.25, "tiling": "fixedStep", "blend": "gaussianMonai", "mirror": [(axis + 1) % 3], "batch": 3, "padValue": 4}
    case_infer(f"stack25d/{axis}/tiles", manifest([net(6, 6)], mode, 2), 2)
case_infer("stack25d/divisor", manifest([net(3, 5)], {"mode": "stack25d", "context": 1, "patch": None, "divisor": [4, 4], "pad": {"mode": "constant", "value": 9, "align": "end"}, "tiling": "evenStep", "sigma": 0.3, "accumulate": "probabilities", "precision": "auto"}))
case_infer("slices/defaults", manifest([ONE], {"mode": "slices", "precision": "auto"}))

# tensors --------------------------------------------------------------------------------------------------------------
for there, back in itertools.product(("NCXYZ", "NXYZC"), repeat=2):
    for kind_in, kind_out in (("float32", "float32"), ("float16", "float16"), ("float16", "float32"), ("float32", "float16")):
        if there == back == "NCXYZ" and kind_in == kind_out == "float32":
            continue
        given = manifest([TWO], {"mode": "sliding", "patch": [4, 4, 4], "batch": 2}, 2)
        given["inputs"][0].update(layout=there, dtype=kind_in)
        given["output"].update(layout=back, dtype=kind_out)
        # 20 is 0.5 ulp away from what half precision holds: make the input need rounding
        given["preprocess"].append({"op": "scaleLinear", "scale": 0.37})
        scaled = (SMALL.astype(np.float32).astype(float) * 0.37).astype(np.float32).astype(float)
        networks = given.pop("networks")
        expected = inferred(scaled, {**given, "networks": networks})
        name = f"tensors/{there}/{back}/{kind_in}/{kind_out}"
        cases.case(name, expected, kind="infer", images=["small0", "small1"], networks=networks, manifest=given, within=1e-5)
for there, back in itertools.product(("NCXY", "NXYC"), repeat=2):
    given = manifest([net(6, 6)], {"mode": "stack25d", "context": 1, "sliceAxis": 1, "batch": 4}, 2)
    given["inputs"][0].update(layout=there, dtype="float16")
    given["output"].update(layout=back)
    case_infer(f"tensors/stack25d/{there}/{back}", given, 2)
for kind, layout in (("int64", "NXYZ"), ("int32", "NCXYZ"), ("uint8", "NXYZC")):
    given = manifest([ONE], {"mode": "sliding", "patch": [4, 4, 4], "mirror": [2], "blend": "gaussianMonai", "batch": 2})
    given["output"].update(meaning="labels", dtype=kind, layout=layout, channels=2)
    case_infer(f"tensors/labels/{kind}/{layout}", given)
for kind, layout in (("int64", "NXY"), ("int32", "NCXY"), ("uint8", "NXYC")):
    given = manifest([ONE], {"mode": "slices", "sliceAxis": 0})
    given["output"].update(meaning="labels", dtype=kind, layout=layout, channels=2)
    case_infer(f"tensors/labels/slices/{kind}/{layout}", given)

# from an image to labels on its own grid ------------------------------------------------------------------------------
TRIO = net(2, 2, 3)
IMAGE = np.stack([smooth((8, 9, 10), 20, 8), smooth((8, 9, 10), 25, -5)])  # z, y, x as stored
cases.put("image0", IMAGE[0])
cases.put("image1", IMAGE[1])
SPACING = (2.1, 0.9, 1.2)
turn = np.linalg.qr(np.array([[-0.95, 0.2, 0.1], [0.1, -0.15, 1.0], [0.2, 1.0, 0.1]]))[0]
turn *= np.sign(np.linalg.det(turn))
LPS = turn.ravel().tolist()


def oriented(x, code):
    """[channels, ...] with axes towards the letters, spacing along them, and the way back of a label map."""
    ras = np.diag([-1, -1, 1]) @ turn
    closest = optimize.linear_sum_assignment(-np.abs(ras))[1]
    world = ["RASLPI".index(c) % 3 for c in code]
    order = [2 - closest[w] for w in world]
    against = [a for a, (w, c) in enumerate(zip(world, code)) if (ras[w, closest[w]] > 0) != (c in "RAS")]
    y = np.flip(x.transpose(0, *[o + 1 for o in order]), [a + 1 for a in against])
    return y.astype(float), [SPACING[o] for o in order], lambda labels: np.flip(labels, against).transpose(np.argsort(order))


def forth_and_back(grid, size, spacing, target):
    """New places in old voxels, and old places in new voxels."""
    if grid == "firstVoxel":
        m = max(1, rint((size - 1) * spacing / target + 1))
    else:
        m = max(1, rint(size * spacing / target))
    if grid == "halfVoxel":
        return (np.arange(m) + 0.5) * size / m - 0.5, (np.arange(size) + 0.5) * m / size - 0.5
    if grid == "corner":
        return np.linspace(0, size - 1, m), np.linspace(0, m - 1, size)
    return np.arange(m) * target / spacing, np.arange(size) * spacing / target


def at(x, places, order, mode="nearest"):
    return np.stack([ndimage.map_coordinates(one, np.meshgrid(*places, indexing="ij"), order=order, mode=mode) for one in x])


def spaced(x, spacing, target, grid):
    both = [forth_and_back(grid, n, s, t) for n, s, t in zip(x.shape[1:], spacing, target)]
    return at(x, [b[0] for b in both], 1).astype(np.float32).astype(float), [b[1] for b in both]


def standard(x):
    return np.stack([(one - one.mean()) / one.std() * 20 for one in x])


STANDARD = [{"op": "zscore"}, {"op": "scaleLinear", "scale": 20}]


def case_chain(name, labels, given, stem="image", spacing=SPACING):
    networks = given.pop("networks")
    shares = np.bincount(labels.ravel())
    assert np.count_nonzero(shares) > 1 and np.sort(shares)[-2] > 20, (name, shares)
    kind = np.int16 if labels.max() > 255 else np.uint8
    facts = {"kind": "chain", "images": [f"{stem}0", f"{stem}1"], "spacing": spacing, "direction": LPS}
    cases.case(name, labels.astype(kind), **facts, networks=networks, manifest=given)


def painted(maps, rules):
    labels = np.zeros(maps.shape[1:], int)
    for rule in rules:
        labels[maps[rule["channel"]] > rule.get("threshold", 0.5)] = rule["label"]
    return labels


TILES = {"mode": "sliding", "patch": [6, 6, 6], "overlap": 0.5, "blend": "gaussianMonai"}
RULES = [{"channel": 2, "threshold": 0.45, "label": 2}, {"channel": 0, "label": 1}, {"channel": 1, "threshold": 0.62, "label": 3}]
GOAL = (1.3, 1.7, 1.0)
turned, spacing, home = oriented(IMAGE, "LIA")
for grid in ("halfVoxel", "firstVoxel", "corner", "physical"):
    y, back = spaced(turned, spacing, GOAL, grid)
    given = manifest([TRIO], TILES, 2, preprocess=[{"op": "orient", "axes": "LIA"}, {"op": "resample", "spacing": GOAL, "grid": grid}, *STANDARD])
    maps = inferred(standard(y), given)
    for name, steps, labels in (
        ("linear", [{"op": "invert", "order": 1}, {"op": "argmax"}], at(maps, back, 1).argmax(0)),
        ("nearest", [{"op": "invert", "order": 0}, {"op": "argmax"}], at(maps, back, 0).argmax(0)),
        ("labels", [{"op": "argmax"}, {"op": "invert", "order": 0}], at(maps.argmax(0)[None], back, 0)[0]),
        ("softmax", [{"op": "softmax"}, {"op": "invert"}, {"op": "argmax"}], at(special.softmax(maps, 0), back, 1).argmax(0)),
        ("softmax-late", [{"op": "invert"}, {"op": "softmax"}, {"op": "argmax", "channelToLabel": [2, 0, 1]}], np.array([2, 0, 1])[at(maps, back, 1).argmax(0)]),
        ("sigmoid", [{"op": "sigmoid"}, {"op": "invert"}, {"op": "regions", "regions": RULES}], painted(at(special.expit(maps), back, 1), RULES)),
        ("sigmoid-late", [{"op": "invert"}, {"op": "sigmoid"}, {"op": "regions", "regions": RULES}], painted(special.expit(at(maps, back, 1)), RULES)),
        ("regions-first", [{"op": "sigmoid"}, {"op": "regions", "regions": RULES}, {"op": "invert"}], at(painted(special.expit(maps), RULES)[None], back, 0)[0]),
        ("softmax-regions", [{"op": "softmax"}, {"op": "invert"}, {"op": "regions", "regions": RULES}], painted(at(special.softmax(maps, 0), back, 1), RULES)),
    ):
        case_chain(f"back/{grid}/{name}", home(labels), {**given, "postprocess": steps, "labels": FOUR if "regions" in name or "sigmoid" in name else FOUR[:3]})

# the ways back with what the way there had: whatever lay beyond the ends then, edges are repeated now
BACK = {
    "linear": ([{"op": "invert", "order": 1}, {"op": "argmax"}], lambda maps, bring: bring(maps, 1).argmax(0)),
    "nearest": ([{"op": "invert", "order": 0}, {"op": "argmax"}], lambda maps, bring: bring(maps, 0).argmax(0)),
    "labels": ([{"op": "argmax"}, {"op": "invert", "order": 0}], lambda maps, bring: bring(maps.argmax(0)[None], 0)[0]),
}


def beyond(x, places, order, boundary, value):
    """What is read beyond the ends, on the way there; within the image's own values with order 3."""
    y = at(x, places, order, "mirror" if boundary == "mirror" else "nearest")
    if order == 3:
        y = np.stack([one.clip(was.min(), was.max()) for one, was in zip(y, x)])
    if boundary == "constant":
        out = [(p < -0.5) | (p > n - 0.5) for p, n in zip(places, x.shape[1:])]
        y[:, np.logical_or.outer(np.logical_or.outer(out[0], out[1]), out[2])] = value
    return y.astype(np.float32).astype(float)


GRIDS, ENDS, ORDERS = ("halfVoxel", "firstVoxel", "corner", "physical"), ("edge", "mirror", "constant"), (0, 1, 3)
for (g, grid), (b, boundary), (o, order) in itertools.product(enumerate(GRIDS), enumerate(ENDS), enumerate(ORDERS)):
    for op in ("resample", "resize"):
        if op == "resize" and grid not in ("halfVoxel", "corner"):
            continue
        if op == "resample":
            both = [forth_and_back(grid, n, s, t) for n, s, t in zip(turned.shape[1:], spacing, GOAL)]
            step = {"op": op, "spacing": GOAL, "grid": grid}
        else:
            size = (11, 7, 12)
            both = [forth_and_back(grid, n, 1.0, n / m) for n, m in zip(turned.shape[1:], size)]
            step = {"op": op, "size": size, "grid": grid}
        value = {"boundaryValue": -40} if boundary == "constant" else {}
        y = beyond(turned, [f for f, _ in both], order, boundary, -40)
        step = {**step, "order": order, "boundary": boundary, **value}
        given = manifest([TRIO], TILES, 2, preprocess=[{"op": "orient", "axes": "LIA"}, step, *STANDARD])
        # every pair of grid, boundary, order and way back
        way = list(BACK)[(g + b + o + (op == "resize")) % 3]
        steps, choose = BACK[way]
        labels = choose(inferred(standard(y), given), lambda maps, order: at(maps, [h for _, h in both], order))
        case_chain(f"back/{op}/{grid}/{boundary}/{order}/{way}", home(labels), {**given, "postprocess": steps})


def in_two(x, places, order, axis, through):
    """Slice by slice, then along the axis by itself."""
    if axis is None:
        return at(x, places, order)
    whole = [np.arange(n, dtype=float) for n in x.shape[1:]]
    y = at(x, [w if a == axis else p for a, (w, p) in enumerate(zip(whole, places))], order)
    return at(y, [p if a == axis else np.arange(len(p)) for a, p in enumerate(places)], through)


# slices thick in the scan, or made thick; the third kind is thick by a lower threshold only
for (kind, (across, goal, threshold)), through, way in itertools.product(
    {"scan": ((5.0, 0.9, 1.2), (1.9, 1.3, 1.0), 3), "network": (SPACING, (1.1, 4.0, 0.8), 3), "threshold": ((2.6, 0.9, 1.2), (1.7, 1.4, 1.0), 2)}.items(), ORDERS, BACK
):
    # the axes of the array are y, z and x of the file: spacing along them as the case has it
    spacing = [across["ZYX".index(c)] for c in "YZX"]
    x = IMAGE.transpose(0, 2, 1, 3).astype(float)
    both = [forth_and_back("halfVoxel", n, s, t) for n, s, t in zip(x.shape[1:], spacing, goal)]
    axis, again = separate_axis(spacing, goal, threshold), separate_axis(goal, spacing, threshold)
    assert axis is not None and again is not None and (kind != "threshold" or separate_axis(spacing, goal) is None)
    y = in_two(x, [f for f, _ in both], 1, axis, through).astype(np.float32).astype(float)
    step = {"op": "resample", "spacing": goal, "order": 1, "anisotropy": {"threshold": threshold, "orderThrough": through}}
    given = manifest([TRIO], TILES, 2, preprocess=[{"op": "orient", "axes": "storedYZX"}, step, *STANDARD])
    steps, choose = BACK[way]
    labels = choose(inferred(standard(y), given), lambda maps, order: in_two(maps, [h for _, h in both], order, again, through if order else 0))
    case_chain(f"back/anisotropy/{kind}/{through}/{way}", labels.transpose(1, 0, 2), {**given, "postprocess": steps}, spacing=across)

# crops: outside is background, whatever the first channel means
blob = np.linalg.norm((np.indices((8, 9, 10)).T - (3.5, 4, 5)) / (2, 2.5, 3), axis=-1).T < 1
BLOBS = np.stack([smooth((8, 9, 10), 9) + 60 * blob, smooth((8, 9, 10), 12)]).astype(np.int16)
cases.put("blob0", BLOBS[0])
cases.put("blob1", BLOBS[1])
CHANNELS = {"op": "argmax", "channelToLabel": [3, 0, 1]}


def cropping(name, before):
    """A crop by a threshold that cuts away about half of each axis, before or after the resampling."""
    x, spacing, home = oriented(BLOBS, "PSR")
    crop = {"op": "cropForeground", "threshold": 30, "margin": [1, 0, 1]}
    resample = {"op": "resample", "spacing": GOAL, "grid": "halfVoxel"}
    if not before:
        x, back = spaced(x, spacing, GOAL, "halfVoxel")
    (found,) = ndimage.find_objects((x > 30).any(0).astype(int))
    box = tuple(slice(max(0, s.start - m), min(n, s.stop + m)) for s, m, n in zip(found, (1, 0, 1), x.shape[1:]))
    full, inner = x.shape[1:], x[(slice(None), *box)]
    assert np.prod(inner.shape[1:]) < 0.8 * np.prod(full), (inner.shape, full)
    if before:
        inner, back = spaced(inner, spacing, GOAL, "halfVoxel")
    steps = [{"op": "orient", "axes": "PSR"}, *([crop, resample] if before else [resample, crop]), *STANDARD]
    given = manifest([TRIO], {"mode": "full"}, 2, preprocess=steps, labels=FOUR)
    maps = inferred(standard(inner), given)

    def brought(maps):
        """Channels on the scan's grid with 0 outside, and where anything of the crop arrives."""
        if before:
            out, reached = np.zeros((len(maps), *full)), np.zeros(full, bool)
            out[(slice(None), *box)], reached[box] = at(maps, back, 1), True
            return out, reached
        wide = np.zeros((len(maps) + 1, *full))
        wide[(slice(0, -1), *box)], wide[(-1, *box)] = maps, 1
        out = at(wide, back, 1)
        return out[:-1], out[-1] > 0

    logits, reached = brought(maps)
    labels = np.where(reached, np.array([3, 0, 1])[logits.argmax(0)], 0)
    case_chain(f"crop/{name}/argmax", home(labels), {**given, "postprocess": [{"op": "invert"}, CHANNELS]}, "blob")
    odds, _ = brought(special.expit(maps))
    case_chain(f"crop/{name}/regions", home(np.where(reached, painted(odds, RULES), 0)), {**given, "postprocess": [{"op": "sigmoid"}, {"op": "invert"}, {"op": "regions", "regions": RULES}]}, "blob")


cropping("before", True)
cropping("after", False)

# operations on labels, on the network's grid and on the scan's
# a rough image, so that there are pieces and holes
ROUGH = rng.normal(0, 30, (2, 8, 9, 10)).astype(np.int16)
cases.put("rough0", ROUGH[0])
cases.put("rough1", ROUGH[1])
turned, spacing, home = oriented(ROUGH, "RAS")
y, back = spaced(turned, spacing, (1.4, 1.1, 1.6), "halfVoxel")
given = manifest([net(2, 16, 3)], TILES, 2, preprocess=[{"op": "orient", "axes": "RAS"}, {"op": "resample", "spacing": [1.4, 1.1, 1.6]}, *STANDARD])
labels = inferred(standard(y), given).argmax(0)


def sized(labels, value, keep, structure=np.ones((3, 3, 3))):
    pieces, count = ndimage.label(labels == value, structure)
    sizes = ndimage.sum_labels(np.ones(labels.shape), pieces, range(1, count + 1))
    return np.where(np.isin(pieces, 1 + np.flatnonzero(~keep(sizes))), 0, labels)


# resampled voxels have the spacing that was asked for
cell = 1.4 * 1.1 * 1.6
there = sized(labels, 1, lambda s: s * cell >= 9.8)
there = sized(there, 2, lambda s: s * cell >= 9.8)
assert (there != labels).any()
scan = home(at(there[None], back, 0)[0])
scan = sized(scan, 1, lambda s: np.arange(len(s)) == s.argmax(), ndimage.generate_binary_structure(3, 1))
assert (scan != home(at(there[None], back, 0)[0])).any()
holes = ndimage.binary_fill_holes(scan == 1)
assert (holes & (scan == 0)).any()
scan = np.where(holes & (scan == 0), 1, scan)
case_chain(
    "labels/wide",
    np.array([0, 700, 1])[scan],
    {
        **given,
        "postprocess": [
            {"op": "argmax", "channelToLabel": [0, 1, 2]},
            {"op": "removeSmall", "minVolumeMm3": 9.8},
            {"op": "invert"},
            {"op": "keepLargest", "labels": [1], "connectivity": 6},
            {"op": "fillHoles", "labels": [1]},
            {"op": "mapLabels", "map": {"1": 700, "2": 1}},
        ],
        "labels": [{"value": v, "name": f"l{v}"} for v in (0, 1, 2, 700)],
    },
    "rough",
)

# statistics of slices, slices as the network's input, coordinates, neighbours, votes
turned, spacing, home = oriented(IMAGE, "SPL")
each = np.stack([np.stack([(s - s.mean()) / s.std() * 20 for s in one]) for one in turned])
given = manifest([TRIO], {"mode": "slices", "sliceAxis": 0, "divisor": [4, 4], "pad": {"mode": "edge"}}, 2, preprocess=[{"op": "orient", "axes": "SPL"}, {"op": "zscore", "perSlice": 0}, STANDARD[1]])
case_chain("whole/slices", home(inferred(each, given).argmax(0)), given)
given = manifest([net(6, 6, 3)], {"mode": "stack25d", "context": 1, "sliceAxis": 0, "patch": [6, 6], "blend": "gaussianNnunet", "tiling": "evenStep"}, 2, preprocess=given["preprocess"])
given["inputs"][0].update(layout="NXYC", dtype="float16")
given["output"].update(layout="NXYC", dtype="float16")
case_chain("whole/stack25d", home(inferred(each.astype(np.float32).astype(float), given).argmax(0)), given)
turned, spacing, home = oriented(IMAGE, "AIL")
where = np.meshgrid(*[np.linspace(-1, 1, n) for n in turned.shape[1:]], indexing="ij")
fed = np.concatenate([standard(turned), np.stack(where)])
given = manifest([net(5, 7, 3)], TILES, 2, preprocess=[{"op": "orient", "axes": "AIL"}, *STANDARD, {"op": "concatCoordinates", "range": "signed"}])
case_chain("whole/coordinates", home(inferred(fed, given).argmax(0)), given)
votes = {"mode": "sliding", "patch": [6, 6, 6], "tiling": "evenStep", "overlap": 0.6, "blend": "gaussianNnunet"}
given = manifest([TRIO, net(2, 8, 3)], votes, 2, preprocess=[{"op": "orient", "axes": "AIL"}, *STANDARD], models=[{"file": "a.onnx", "weight": 0.45}, {"file": "b.onnx", "weight": 0.55}])
given["output"].update(meaning="labels", dtype="uint8", layout="NXYZ", channels=3)
case_chain("whole/votes", home(inferred(standard(turned), given).argmax(0)), given)
size = (7, 12, 6)
both = [forth_and_back("corner", n, 1.0, n / m) for n, m in zip(turned.shape[1:], size)]
y = at(turned, [b[0] for b in both], 1)
given = manifest(
    [TRIO, net(2, 8, 3)],
    {"mode": "sliding", "patch": [6, 6, 6], "mirror": [0, 2], "overlap": 0.25},
    2,
    preprocess=[{"op": "orient", "axes": "AIL"}, {"op": "resize", "size": size, "grid": "corner"}, *STANDARD],
    models=[{"file": "a.onnx", "weight": 2}, {"file": "b.onnx"}],
    ensemble={"average": "probabilities"},
)
case_chain("whole/ensemble", home(at(inferred(standard(y), given), [b[1] for b in both], 1).argmax(0)), given)

# the short form for nnU-Net -------------------------------------------------------------------------------------------
SCHEMES = {
    "ct": ({"scheme": "CTNormalization", "mean": 21.5, "std": 31.25, "lo": -30, "hi": 55.5}, lambda c, mask: (c.clip(-30, 55.5) - 21.5) / 31.25),
    "zscore": ({"scheme": "ZScoreNormalization"}, lambda c, mask: (c - c.mean()) / c.std()),
    "plain": ({"scheme": "ZScoreNormalization", "useMask": False}, lambda c, mask: (c - c.mean()) / c.std()),
    "masked": ({"scheme": "ZScoreNormalization", "useMask": True}, lambda c, mask: np.where(mask, (c - c[mask].mean()) / c[mask].std(), c)),
    "scaled": ({"scheme": "RescaleTo01Normalization"}, lambda c, mask: (c - c.min()) / (c.max() - c.min())),
    "rgb": ({"scheme": "RGBTo01Normalization"}, lambda c, mask: c / 255),
    "none": ({"scheme": "NoNormalization"}, lambda c, mask: c),
}
SCAN = np.stack([smooth((8, 11, 10), 25, 60), smooth((8, 11, 10), 20, 40)])
SCAN[:, 0], SCAN[:, :, 9:], SCAN[:, :, :, :1] = 0, 0, 0  # something for the crop
SCAN[:, 3:5, 4:6, 5:7] = 0  # a hole
SCAN[:, 1:4, :3, 1:4] = 0  # a corner of the box
cases.put("scan0", SCAN[0])
cases.put("scan1", SCAN[1])


NORMAL = net(2, 2, 3, 16)  # for the numbers that nnU-Net's schemes make


def case_profile(name, schemes, spacing, target, patch, axes="storedZYX", mirror=None, overlap=None, regions=None):
    """Two channels; one scheme for both or one for each. The axes of the array that nnU-Net sees are those of `axes`."""
    order = ["ZYX".index(c) for c in axes.removeprefix("stored")]
    seen = SCAN.transpose(0, *[o + 1 for o in order])
    across = [spacing[o] for o in order]
    flat = len(patch) == 2
    used = schemes if len(schemes) == 2 else schemes * 2
    labels = nnunet_chain(
        seen,
        across,
        (across[0], *target) if flat else target,
        (1, *patch) if flat else patch,
        lambda x, mask: np.stack([SCHEMES[s][1](c.astype(np.float64), mask) for c, s in zip(x, used)]).astype(np.float32),
        NETS[NORMAL],
        mirror=mirror or (),
        overlap=0.5 if overlap is None else overlap,
        steps=(lambda n, p, o: list(range(n)) if p == 1 else even_steps(n, p, o)) if flat else even_steps,
        **({"choose": lambda logits: painted(special.expit(logits), regions)} if regions else {}),
    )
    labels = labels.transpose(np.argsort(order))
    shares = np.bincount(labels.ravel())
    assert np.sort(shares)[-2] > 20, (name, shares)
    layout = "NCXY" if flat else "NCXYZ"
    given = {
        "profile": "nnunet-v2",
        "inputs": [{"tensor": "x", "layout": layout, "channels": [{"name": "a"}, {"name": "b"}]}],
        "output": {"tensor": "y", "layout": layout, "meaning": "logits", "channels": 3},
        "spacing": target,
        "patch": patch,
        "intensity": SCHEMES[schemes[0]][0] if len(schemes) == 1 else [SCHEMES[s][0] for s in schemes],
        "labels": FOUR if regions else FOUR[:3],
        **({"axes": axes} if axes != "storedZYX" else {}),
        **({"mirror": mirror} if mirror else {}),
        **({"overlap": overlap} if overlap is not None else {}),
        **({"regions": regions} if regions else {}),
    }
    cases.case(name, labels.astype(np.uint8), kind="chain", images=["scan0", "scan1"], spacing=spacing, networks=[NORMAL], manifest=given)


NEAR, THICK = (2.1, 1.1, 0.9), (5.0, 0.8, 0.9)
case_profile("nnunet/ct", ["ct"], THICK, (3.1, 1.1, 1.2), (6, 7, 6))
case_profile("nnunet/zscore", ["zscore"], NEAR, (1.6, 1.3, 1.4), (6, 6, 6), mirror=[0, 2])
case_profile("nnunet/masked", ["masked"], THICK, (2.2, 0.9, 0.7), (9, 6, 8), overlap=0.25)
case_profile("nnunet/each", ["ct", "plain"], NEAR, (1.7, 1.2, 1.1), (6, 6, 6), axes="storedXZY")
case_profile("nnunet/scaled", ["scaled", "masked"], NEAR, (2.1, 0.8, 0.9), (6, 6, 6), axes="storedYXZ", mirror=[1])
case_profile("nnunet/rgb", ["rgb"], NEAR, (1.8, 1.0, 1.1), (6, 6, 6))
case_profile("nnunet/regions", ["masked"], NEAR, (1.8, 1.0, 1.1), (6, 6, 6), regions=RULES)
case_profile("nnunet/none", ["rgb", "none"], NEAR, (1.8, 1.0, 1.1), (6, 6, 6))
case_profile("nnunet/none/one", ["none"], NEAR, (1.8, 1.0, 1.1), (6, 6, 6))
case_profile("nnunet/scaled/one", ["scaled"], NEAR, (1.8, 1.0, 1.1), (6, 6, 6))
case_profile("nnunet/lists", ["zscore", "rgb"], NEAR, (1.5, 1.5, 1.5), (6, 6, 6))
case_profile("nnunet/2d", ["zscore"], THICK, (1.0, 1.1), (6, 6), mirror=[1, 2])
case_profile("nnunet/2d/regions", ["ct"], NEAR, (0.8, 1.2), (7, 6), axes="storedYZX", overlap=0.6, regions=RULES)

cases.write("inference", {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__})
