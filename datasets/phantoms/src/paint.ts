import { abs, floor, max, min, sqrt } from './arithmetic.js';
import type { Anatomy } from './anatomy.js';
import { cavityDistance, diaphragmZ, fatThickness } from './organs.js';
import { paintGut } from './paint-gut.js';
import { measureLiver, paintLiver, paintOrgans } from './paint-organs.js';
import { type Row, measureTubes, mix, reach, reachEllipsoid } from './row.js';
import { FAR_MM, bump, inColumn, inEllipsoid } from './shapes.js';

export const AIR_HU = -1000;
const LUNG_HU = -850;
/** Below this level, in atlas mm, no lung reaches. */
const LOWEST_DIAPHRAGM_Z = -25;

/** Paints the tissues of one row in an order such that what lies over another thing comes later. */
export function paintRow(a: Anatomy, row: Row): void {
  row.hu.fill(AIR_HU);
  row.liver.fill(-FAR_MM);
  row.spleen.fill(-FAR_MM);
  row.kidneys.fill(-FAR_MM);
  row.lesion.fill(-FAR_MM);
  row.lesionNumber.fill(0);
  if (!paintWall(a, row)) return;
  measureLiver(a, row);
  paintLungs(a, row);
  paintGut(a, row);
  paintSpine(a, row);
  paintVessels(a, row);
  paintLiver(a, row);
  paintOrgans(a, row);
}

/** Skin, fat, muscle, ribs, and the fat that fills the cavity. False when the row passes the body by. */
function paintWall(a: Anatomy, row: Row): boolean {
  const { trunk, hu } = a;
  const { x, y, texture, cavity, diaphragm, widthMm } = row;
  const lungLevel = row.box.highZ > LOWEST_DIAPHRAGM_Z;
  let any = false;
  for (let i = 0; i < row.length; i++) {
    const inner = cavityDistance(trunk, x[i], y[i]);
    cavity[i] = inner;
    if (inner < widthMm) {
      const skin = inner + trunk.muscleMm + fatThickness(trunk, x[i], y[i]);
      if (skin < -widthMm) continue;
      mix(row, i, skin, 25);
      mix(row, i, skin - 1.6, hu.fat + 4 * texture[i]);
      mix(row, i, inner + trunk.muscleMm, hu.muscle + 3 * texture[i]);
      // Fat between the layers of the flank's muscles.
      if (y[i] < 30) mix(row, i, 0.7 - abs(inner + 0.55 * trunk.muscleMm), hu.fat);
    }
    any = true;
    if (inner < -widthMm) continue;
    // Mesenteric fat with strands and small vessels.
    mix(row, i, inner, hu.fat + 7 * texture[i] + min(110, 160 * max(0, texture[i] - 1.1)));
    diaphragm[i] = lungLevel ? diaphragmZ(trunk, x[i], y[i]) : FAR_MM + LOWEST_DIAPHRAGM_Z;
  }
  if (any) paintRibs(a, row);
  return any;
}

/** Ribs leave the spine at fixed levels and fall as they come forward; the lower ones end at the flank. */
function paintRibs({ trunk, hu }: Anatomy, row: Row): void {
  const { y, z, cavity } = row;
  for (let i = 0; i < row.length; i++) {
    const across = (cavity[i] + 0.45 * trunk.muscleMm) / 2.9;
    if (across < -2 || across > 2) continue;
    const level = (trunk.ribTopZ - 0.62 * (58 - y[i]) - z[i]) / trunk.ribStepMm;
    const number = floor(level + 0.5);
    if (number < 0 || number > 6) continue;
    const frontEnd = number < 4 ? -58 : number === 4 ? -34 : number === 5 ? 2 : 24;
    if (y[i] < frontEnd) continue;
    const along = ((level - number) * trunk.ribStepMm) / 5.2;
    const rib = 3 * (1 - sqrt(across * across + along * along));
    mix(row, i, rib, hu.cortical * 0.8);
    mix(row, i, rib - 1.8, hu.trabecular);
  }
}

function paintLungs(a: Anatomy, row: Row): void {
  if (row.box.highZ < LOWEST_DIAPHRAGM_Z) return;
  const { x, y, z, texture, cavity, diaphragm } = row;
  for (let i = 0; i < row.length; i++) {
    const above = z[i] - diaphragm[i];
    if (above < -4 || cavity[i] < -row.widthMm) continue;
    mix(row, i, min(above + 1, cavity[i]), a.hu.muscle); // the diaphragm
    const besideSpine = -2 - inColumn(x[i], y[i] - a.spine.y - 10, a.spine.rx + 7, 28);
    mix(row, i, min(above - 1.5, cavity[i] - 1, besideSpine), LUNG_HU + 25 * texture[i]);
    // Mediastinum around aorta and oesophagus.
    mix(row, i, min(above, inColumn(x[i] - 6, y[i] - 14, 15, 20)), a.hu.fat + 60);
    mix(row, i, min(above, inColumn(x[i] - 4, y[i] - 4, 6, 5)), a.hu.muscle - 10);
  }
  if (!reachEllipsoid(row, a.heart)) return;
  for (let i = row.from; i < row.to; i++) {
    const heart = min(inEllipsoid(a.heart, x[i], y[i], z[i]), z[i] - diaphragm[i] - 1, cavity[i] - 2);
    mix(row, i, heart, a.hu.fat + 20);
    mix(row, i, heart - 2.5, a.hu.muscle + 45);
    mix(row, i, heart - 8, a.hu.blood);
  }
}

function paintSpine({ spine, hu }: Anatomy, row: Row): void {
  if (row.box.highY < spine.y - 26 || !reach(row, -50, 50)) return;
  const { x, y, z, texture } = row;
  const backY = spine.y + 26;
  const canalY = spine.y + spine.ry + 5.5;
  for (let i = row.from; i < row.to; i++) {
    const ax = abs(x[i]);
    const dy = y[i] - spine.y;
    if (dy < -26) continue;
    const back = hu.muscle + 3 * texture[i] - 8 * max(0, texture[i]);
    mix(row, i, inColumn(ax - 22, y[i] - backY, 19, 13), back);
    // The great psoas grows beside the spine towards the pelvis.
    const psoas = min(15, 4 - 0.16 * z[i]);
    if (psoas > 3) mix(row, i, inColumn(ax - spine.rx - 0.6 * psoas, dy - 4, psoas, psoas * 1.1), hu.muscle);

    const t = (z[i] - spine.discZ) / spine.stepMm;
    const fromDisc = abs(t - floor(t + 0.5)) * spine.stepMm;
    const waist = 1.6 * bump((spine.stepMm / 2 - fromDisc) / 12); // vertebral bodies are narrower halfway
    const column = inColumn(x[i], dy, spine.rx, spine.ry) - waist;
    const vertebra = min(column, fromDisc - 3.2);
    mix(row, i, column - 0.5, 88);
    mix(row, i, vertebra, hu.cortical * 0.72);
    mix(row, i, vertebra - 2, hu.trabecular + 14 * texture[i]);

    const canal = inColumn(x[i], y[i] - canalY, 7.5, 6.5);
    if (fromDisc > 6) {
      const transverse = fromDisc > 9 ? inColumn(ax - 20, y[i] - canalY + 1, 13, 3.4) : -FAR_MM;
      const arch = max(canal + 3.4, inColumn(x[i], y[i] - canalY - 14, 3, 10), transverse);
      mix(row, i, arch, hu.cortical * 0.75);
    }
    mix(row, i, canal, 34);
  }
}

function paintVessels({ vessels, hu }: Anatomy, row: Row): void {
  const { aorta, cava } = vessels;
  if (row.box.highY < aorta.y - 20 && row.box.highY < cava.y - 20) {
    // in front of both great vessels
  } else if (reach(row, min(aorta.x, cava.x) - 18, max(aorta.x, cava.x) + 18)) {
    for (let i = row.from; i < row.to; i++) {
      const dx = row.x[i];
      const dy = row.y[i];
      mix(row, i, inColumn(dx - aorta.x, dy - aorta.y, aorta.r, aorta.r), hu.blood + 12);
      // The vena cava ends in the heart, just above the diaphragm.
      const inCava = min(inColumn(dx - cava.x, dy - cava.y, cava.rx - 1, cava.ry - 1), 62 - row.z[i]);
      mix(row, i, inCava, hu.blood - 14);
    }
  }
  if (!measureTubes(row, vessels.free, 0)) return;
  for (let i = row.from; i < row.to; i++) mix(row, i, row.scratch[i], hu.blood);
}
