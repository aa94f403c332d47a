"""Consensus label maps by an independent, slow, obvious implementation: no combination of voxels is shared, every voxel is
computed by itself, in logarithms, as the equations of Warfield, Zou and Wells 2004 stand. Majority voting counts votes.

    python3 make_staple.py > consensus.json

Made with Python 3 and numpy 2.4.6. The label maps are drawn from a seeded generator; there are no patient data.
"""
import json
import numpy as np


def truth(shape):
    z, y, x = np.indices(shape)
    a = np.zeros(shape, dtype=np.uint16)
    a[(x - 8) ** 2 + (y - 7) ** 2 + (z - 4) ** 2 * 4 < 30] = 1
    a[(x - 14) ** 2 + (y - 11) ** 2 + (z - 5) ** 2 < 9] = 2
    return a


def draw(rng, base, miss, extra, confuse):
    """A reader: misses voxels, adds voxels at the border, confuses 1 and 2."""
    out = base.copy()
    near = np.zeros(base.shape, bool)
    for axis in range(3):
        for step in (1, -1):
            near |= np.roll(base, step, axis) > 0
    near &= base == 0
    out[(base > 0) & (rng.random(base.shape) < miss)] = 0
    out[near & (rng.random(base.shape) < extra)] = 1
    flip = (base > 0) & (rng.random(base.shape) < confuse)
    out[flip] = 3 - base[flip]
    return out


def staple_binary(d, rounds=20000):
    """d: readers x voxels of bool. Probabilities, sensitivities, specificities."""
    d = d.astype(bool)
    prior = d.mean()
    p = np.full(len(d), 0.99999)
    q = np.full(len(d), 0.99999)
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(rounds):
            la = np.log(prior) + np.where(d, np.log(p)[:, None], np.log1p(-p)[:, None]).sum(0)
            lb = np.log1p(-prior) + np.where(d, np.log1p(-q)[:, None], np.log(q)[:, None]).sum(0)
            w = 1 / (1 + np.exp(lb - la))
            np_, nq = (w * d).sum(1) / w.sum(), ((1 - w) * ~d).sum(1) / (1 - w).sum()
            moved = max(np.abs(np_ - p).max(), np.abs(nq - q).max())
            p, q = np_, nq
            if moved < 1e-13:
                break
    la = np.log(prior) + np.where(d, np.log(p)[:, None], np.log1p(-p)[:, None]).sum(0)
    lb = np.log1p(-prior) + np.where(d, np.log1p(-q)[:, None], np.log(q)[:, None]).sum(0)
    return 1 / (1 + np.exp(lb - la)), p, q, prior


def consensus(maps):
    flat = np.stack([m.ravel() for m in maps])
    labels = [int(v) for v in np.unique(flat) if v != 0]
    chance = np.full(flat.shape[1], 0.5)
    out = np.zeros(flat.shape[1], dtype=int)
    found = []
    for label in labels:
        w, p, q, prior = staple_binary(flat == label)
        found.append({"label": label, "prior": prior, "sensitivity": p.tolist(), "specificity": q.tolist()})
        better = w > chance
        chance[better], out[better] = w[better], label
    votes = np.stack([(flat == v).sum(0) for v in [0] + labels])
    majority = np.array([0] + labels)[votes.argmax(0)]  # argmax takes the first, that is the lowest, of equals
    return out, majority, found


def runs(values):
    """value, length, value, length: half of it is background."""
    out = []
    for v in values:
        if out and out[-2] == int(v):
            out[-1] += 1
        else:
            out += [int(v), 1]
    return out


def main():
    rng = np.random.default_rng(20261122)
    base = truth((9, 16, 20))
    cases = {
        "three readers, one careless": [draw(rng, base, m, e, 0.0) for m, e in ((0.02, 0.05), (0.05, 0.02), (0.35, 0.3))],
        "five readers who confuse two labels": [draw(rng, base, 0.05, 0.1, c) for c in (0.0, 0.05, 0.1, 0.2, 0.4)],
        "two readers": [draw(rng, base, 0.1, 0.05, 0.0), draw(rng, base, 0.02, 0.2, 0.0)],
        "one label, four readers": [(draw(rng, base, m, 0.1, 0.0) == 1).astype(np.uint16) * 300 for m in (0.0, 0.1, 0.2, 0.3)],
    }
    out = {}
    for name, maps in cases.items():
        s, m, found = consensus(maps)
        out[name] = {"maps": [runs(a.ravel()) for a in maps], "staple": runs(s), "majority": runs(m), "labels": found}
    print(json.dumps(out, separators=(",", ":")))


main()
