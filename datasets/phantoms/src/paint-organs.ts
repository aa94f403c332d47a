import { max, min } from './arithmetic.js';
import type { Anatomy } from './anatomy.js';
import { kidneyDistance, lesionDistance, liverDistance, spleenDistance } from './organs.js';
import { type Row, measureTubes, mix, reach, reachEllipsoid } from './row.js';
import { inEllipsoid } from './shapes.js';

/** Where the liver is: known before anything is painted, because the stomach makes way for it. */
export function measureLiver(a: Anatomy, row: Row): void {
  const { x, y, z, wrinkle, liver, cavity, diaphragm } = row;
  if (!reach(row, -120, 62)) return;
  for (let i = row.from; i < row.to; i++) {
    if (cavity[i] < -row.widthMm) continue;
    liver[i] = liverDistance(a.liver, x[i], y[i], z[i], wrinkle[i], cavity[i], diaphragm[i]);
  }
}

/** Liver with its vessels, lesions and gallbladder. */
export function paintLiver(a: Anatomy, row: Row): void {
  const { x, y, z, texture, liver } = row;
  const { hu } = a;
  for (let i = 0; i < row.length; i++) mix(row, i, liver[i], hu.liver + 4 * texture[i]);
  if (measureTubes(row, a.vessels.hepatic, 0)) {
    for (let i = row.from; i < row.to; i++) mix(row, i, min(row.scratch[i], liver[i] - 1), hu.liverVessel);
  }
  paintLesions(a, row);
  if (!reachEllipsoid(row, a.liver.gallbladder)) return;
  for (let i = row.from; i < row.to; i++) {
    const wall = inEllipsoid(a.liver.gallbladder, x[i], y[i], z[i]);
    mix(row, i, wall, hu.stomachWall);
    mix(row, i, wall - 1.4, 8);
  }
}

function paintLesions(a: Anatomy, row: Row): void {
  const { x, y, z, wrinkle, texture, liver, lesion, lesionNumber } = row;
  for (let n = 0; n < a.lesions.length; n++) {
    const one = a.lesions[n];
    if (!reachEllipsoid(row, one.shape)) continue;
    for (let i = row.from; i < row.to; i++) {
      // A lesion never leaves the liver.
      const d = min(lesionDistance(one, x[i], y[i], z[i], wrinkle[i]), liver[i] - 1);
      if (d <= lesion[i]) continue;
      lesion[i] = d;
      lesionNumber[i] = n + 1;
      mix(row, i, d, one.rimHu);
      mix(row, i, d - 1.5, one.hu + 3 * texture[i]);
    }
  }
}

export function paintOrgans(a: Anatomy, row: Row): void {
  const { x, y, z, wrinkle, texture, spleen, kidneys, cavity, diaphragm } = row;
  const { hu } = a;
  if (reachEllipsoid(row, a.spleen.body)) {
    for (let i = row.from; i < row.to; i++) {
      if (cavity[i] < -row.widthMm) continue;
      spleen[i] = spleenDistance(a, x[i], y[i], z[i], wrinkle[i], cavity[i], diaphragm[i]);
      mix(row, i, spleen[i], hu.spleen + 4 * texture[i]);
    }
  }
  for (const kidney of a.kidneys) {
    if (!reachEllipsoid(row, kidney.outer)) continue;
    for (let i = row.from; i < row.to; i++) {
      const d = kidneyDistance(kidney, x[i], y[i], z[i], wrinkle[i]);
      kidneys[i] = max(kidneys[i], d);
      mix(row, i, d, hu.cortex + 4 * texture[i]);
      mix(row, i, min(inEllipsoid(kidney.medulla, x[i], y[i], z[i]) + 1.5 * texture[i], d - 2), hu.medulla);
    }
  }
}
