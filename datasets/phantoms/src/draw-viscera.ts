import type { Anatomy, BowelLoop, Vessels } from './anatomy.js';
import type { Random } from './random.js';
import { ellipsoid, tube, type Tube } from './shapes.js';

/** What lies around the segmented organs: gut, pancreas and vessels, drawn for one patient. */

/** A bell-shaped number with the given standard deviation, never beyond 2.2 of them. */
export type Jitter = (sd: number) => number;
/** A value that varies by a bell-shaped share of itself. */
export type Grow = (value: number, share: number) => number;

export function drawStomach(r: Random, j: Jitter, grow: Grow): Anatomy['stomach'] {
  const full = r.range(0.85, 1.12);
  const parts = [
    ellipsoid([42 + j(3), -6 + j(4), 36 + j(4)], [grow(29 * full, 0.06), grow(29 * full, 0.06), grow(27, 0.06)]),
    ellipsoid(
      [37 + j(4), -34 + j(3), 8 + j(4)],
      [grow(24 * full, 0.08), grow(19 * full, 0.08), grow(32, 0.08)],
      [0.1, 0.1, 0.1 + j(0.1)],
    ),
    ellipsoid(
      [6 + j(5), -43 + j(3), -16 + j(4)],
      [grow(27, 0.1), grow(12 * full, 0.1), grow(12, 0.1)],
      [0, -0.12 + j(0.08), 0.05],
    ),
  ];
  return { parts, fluidLevelY: r.range(-46, -24) };
}

/** Ascending colon, hepatic flexure, transverse colon, splenic flexure, descending colon. */
export function drawColon(j: Jitter, grow: Grow): readonly Tube[] {
  const points: [number, number, number][] = [
    [-72 + j(4), 6 + j(4), -110],
    [-70 + j(4), -2 + j(5), -64 + j(4)],
    [-52 + j(4), -40 + j(4), -52 + j(4)],
    [4 + j(6), -56 + j(2), -48 + j(6)],
    [58 + j(5), -42 + j(4), -24 + j(6)],
    [79 + j(3), 2 + j(5), -8 + j(5)],
    [80 + j(3), 18 + j(4), -40 + j(4)],
    [78 + j(3), 12 + j(4), -110],
  ];
  const radii = points.map((_, n) => grow(n < 3 ? 14 : n < 5 ? 12.5 : 9.5, 0.1));
  return points.slice(1).map((point, n) => tube(points[n], point, radii[n], radii[n + 1]));
}

export function drawBowel(r: Random, j: Jitter): readonly BowelLoop[] {
  const loops: BowelLoop[] = [];
  for (let n = 0; n < 13; n++) {
    const shape = ellipsoid(
      [r.range(-46, 60), r.range(-52, 4), r.range(-92, -22)],
      [r.range(11, 19), r.range(9, 13), r.range(9, 14)],
      [j(0.3), j(0.3), j(0.5)],
    );
    loops.push({ shape, contentHu: r.chance(0.12) ? -700 : r.range(5, 65) });
  }
  return loops;
}

export function drawPancreas(j: Jitter, grow: Grow): readonly Tube[] {
  const points: [number, number, number][] = [
    [-21 + j(2), -10 + j(3), -20 + j(3)],
    [-14 + j(2), -14 + j(2), -4 + j(3)],
    [8 + j(3), -19 + j(3), 3 + j(3)],
    [34 + j(3), -2 + j(3), 10 + j(3)],
    [54 + j(3), 16 + j(3), 19 + j(3)],
  ];
  const radii = [11, 9.5, 6.5, 7.5, 5].map((radius) => grow(radius, 0.12));
  return points.slice(1).map((point, n) => tube(points[n], point, radii[n], radii[n + 1]));
}

export function drawVessels(
  j: Jitter,
  grow: Grow,
  cava: Vessels['cava'],
  liver: readonly [number, number, number],
): Vessels {
  const aorta = { x: 8 + j(2), y: 19 + j(1.5), r: grow(8.5, 0.1) };
  const hilum: [number, number, number] = [-30 + j(2), -8 + j(2), 6 + j(3)];
  const fork: [number, number, number] = [liver[0] - 10 + j(3), liver[1] + 4 + j(3), liver[2] + j(4)];
  const confluence: [number, number, number] = [-2 + j(2), -6 + j(2), -5 + j(2)];
  const top: [number, number, number] = [cava.x, cava.y - 4, 48 + j(3)];
  const end = (x: number, y: number, z: number): [number, number, number] => [x + j(6), y + j(6), z + j(6)];
  return {
    aorta,
    cava,
    free: [
      tube(confluence, hilum, 6, 5.5),
      tube(confluence, [46 + j(3), 14 + j(3), 15 + j(3)], 4.5, 3.2),
      tube([2, 0, -90], confluence, 4.5, 5),
      tube([aorta.x, aorta.y - 6, 0], [aorta.x - 4, 2, -90], 3.6, 3.2),
      tube([cava.x, cava.y, -12], [-36, 31, -19], 4, 3.4),
      tube([cava.x + 4, cava.y - 6, -8], [36, 29, -10], 3.6, 3.4),
    ],
    hepatic: [
      tube(hilum, fork, 5.2, 4.2),
      tube(fork, end(-82, 18, -12), 3.8, 1.6),
      tube(fork, end(-72, -30, 4), 3.8, 1.6),
      tube(fork, end(-70, 26, 24), 3.2, 1.4),
      tube(hilum, end(-10, -38, 24), 4, 2),
      tube(end(-10, -38, 24), end(22, -42, 28), 2.6, 1.3),
      tube(top, end(-76, 16, 26), 4.6, 1.6),
      tube(top, end(-48, -36, 26), 4.4, 1.6),
      tube(top, end(2, -36, 32), 4, 1.5),
    ],
  };
}
