"""Images made of whole numbers only, so that libs/pipeline/src/test-support/phantoms.ts makes the very same ones."""
import numpy as np

# size and spacing along x, y, z as stored; columns of LPS where x, y, z lead, oblique and in three storage orders
PHANTOMS = {
    "ct": ((66, 58, 11), (0.9, 0.95, 5.0), ((0.96, -0.28, 0), (0.28, 0.96, 0), (0, 0, 1))),
    "mr": ((30, 36, 24), (2.4, 2.6, 2.1), ((0, 0, -1), (0.8, 0.6, 0), (0.6, -0.8, 0))),
    "small": ((44, 26, 42), (2.2, 3.3, 2.3), ((-1, 0, 0), (0, -0.28, 0.96), (0, 0.96, 0.28))),
}


def phantom(name):
    """[x, y, z] grey values, spacing in that order, RAS affine."""
    size, spacing, direction = PHANTOMS[name]
    x, y, z = np.indices(size)
    u, v, w = (200 * i // n - 100 for i, n in zip((x, y, z), size))  # -100 to 99
    value = (x * x * 3 + y * y * 5 + z * z * 7 + x * y) // 8 % 61 - 30
    for weight, (a, b, c), (p, q, r) in ((90, (0, 0, 0), (80, 70, 85)), (110, (-30, 10, 5), (25, 30, 40)), (-70, (35, -20, -10), (22, 18, 30)), (60, (10, 35, 30), (30, 15, 20))):
        inside = ((u - a) * q * r) ** 2 + ((v - b) * p * r) ** 2 + ((w - c) * p * q) ** 2 < (p * q * r) ** 2
        value = value + weight * inside
    if name == "mr":  # nothing around the body
        value = np.where(u * u + v * v + w * w < 9500, np.maximum(value + 40, 0), 0)
    affine = np.zeros((3, 4))
    affine[:, :3] = np.diag([-1, -1, 1]) @ np.array(direction) * spacing
    return value.astype(np.float64), spacing, affine
