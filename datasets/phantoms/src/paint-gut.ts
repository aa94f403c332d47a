import { min } from './arithmetic.js';
import type { Anatomy } from './anatomy.js';
import { type Row, measureEllipsoids, measureTubes, mix, reachEllipsoid } from './row.js';
import { inEllipsoid } from './shapes.js';

/** Bowel, colon, pancreas and stomach: what surrounds the segmented organs and looks a little like them. */
export function paintGut(a: Anatomy, row: Row): void {
  paintBowel(a, row);
  paintColon(a, row);
  if (measureTubes(row, a.pancreas, 3)) {
    for (let i = row.from; i < row.to; i++) {
      mix(row, i, row.scratch[i] + 1.1 * row.texture[i], a.hu.pancreas + 5 * row.texture[i]);
    }
  }
  paintStomach(a, row);
}

function paintBowel(a: Anatomy, row: Row): void {
  const { x, y, z, wrinkle, texture } = row;
  for (const { shape, contentHu } of a.bowel) {
    if (!reachEllipsoid(row, shape)) continue;
    for (let i = row.from; i < row.to; i++) {
      const d = inEllipsoid(shape, x[i], y[i], z[i]) + 0.8 * wrinkle[i];
      mix(row, i, d, a.hu.stomachWall + 18);
      mix(row, i, d - 2.2, contentHu + 6 * texture[i]);
    }
  }
}

function paintColon(a: Anatomy, row: Row): void {
  if (!measureTubes(row, a.colon, 3)) return;
  const { y, texture, scratch } = row;
  for (let i = row.from; i < row.to; i++) {
    const d = scratch[i] + 1.6 * texture[i];
    mix(row, i, d, a.hu.muscle);
    // Stool: soft tissue with pockets of gas, more of them in front.
    const gas = 1.2 * texture[i] - (y[i] + 30) / 45;
    mix(row, i, d - 2.4, gas > 0.4 ? -820 : 20 + 40 * texture[i]);
  }
}

function paintStomach(a: Anatomy, row: Row): void {
  if (!measureEllipsoids(row, a.stomach.parts, 13)) return;
  const { y, z, wrinkle, texture, scratch, diaphragm, cavity, liver } = row;
  for (let i = row.from; i < row.to; i++) {
    if (cavity[i] < -row.widthMm) continue;
    const wall = min(scratch[i] + 1.2 * wrinkle[i], diaphragm[i] - 2 - z[i], cavity[i] - 2);
    const lumen = min(wall, -liver[i]) - 3.2; // a wall's thickness away from the liver, too
    mix(row, i, wall, a.hu.stomachWall);
    mix(row, i, lumen, a.hu.stomachContent + 7 * texture[i]);
    mix(row, i, min(lumen, a.stomach.fluidLevelY - y[i]), -940);
  }
}
