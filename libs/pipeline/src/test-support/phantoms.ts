import type { Geometry, Mat3, Vec3, Volume } from '#imaging';

/** Size and spacing along x, y, z, and where these lead in LPS: columns of a matrix, written by rows. */
const PHANTOMS: Readonly<Record<'ct' | 'mr' | 'small', readonly [Vec3, Vec3, Mat3]>> = {
  ct: [
    [66, 58, 11],
    [0.9, 0.95, 5],
    [0.96, -0.28, 0, 0.28, 0.96, 0, 0, 0, 1],
  ],
  mr: [
    [30, 36, 24],
    [2.4, 2.6, 2.1],
    [0, 0, -1, 0.8, 0.6, 0, 0.6, -0.8, 0],
  ],
  small: [
    [44, 26, 42],
    [2.2, 3.3, 2.3],
    [-1, 0, 0, 0, -0.28, 0.96, 0, 0.96, 0.28],
  ],
};

/** Grey value, centre and half axes of the ellipsoids, on a scale of -100 to 99 along each axis. */
const ELLIPSOIDS = [
  [90, 0, 0, 0, 80, 70, 85],
  [110, -30, 10, 5, 25, 30, 40],
  [-70, 35, -20, -10, 22, 18, 30],
  [60, 10, 35, 30, 30, 15, 20],
] as const;

/** The images of test/golden/pipeline/phantoms.py, voxel by voxel: whole numbers only, so both make the same ones. */
export function phantom(name: keyof typeof PHANTOMS): Volume<Float32Array> {
  const [sizeXyz, spacingMm, direction] = PHANTOMS[name];
  const [nx, ny, nz] = sizeXyz;
  const { floor } = Math;
  const data = new Float32Array(nx * ny * nz);
  for (let z = 0, n = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, n++) {
        const [u, v, w] = [floor((200 * x) / nx) - 100, floor((200 * y) / ny) - 100, floor((200 * z) / nz) - 100];
        let value = (floor((x * x * 3 + y * y * 5 + z * z * 7 + x * y) / 8) % 61) - 30;
        for (const [weight, a, b, c, p, q, r] of ELLIPSOIDS) {
          const [f, g, h] = [(u - a) * q * r, (v - b) * p * r, (w - c) * p * q];
          if (f * f + g * g + h * h < (p * q * r) ** 2) value += weight;
        }
        if (name === 'mr') value = u * u + v * v + w * w < 9500 ? Math.max(value + 40, 0) : 0;
        data[n] = value;
      }
    }
  }
  const geometry: Geometry = { sizeXyz, spacingMm, originLps: [0, 0, 0], direction };
  return { geometry, data };
}
