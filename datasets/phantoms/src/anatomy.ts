import { max, min } from './arithmetic.js';
import type { Clinical } from './cases.js';
import {
  drawBowel,
  drawColon,
  drawPancreas,
  drawStomach,
  drawVessels,
  type Grow,
  type Jitter,
} from './draw-viscera.js';
import { drawLesions, type Lesion } from './lesions.js';
import { cavityDistance, diaphragmZ, liverDistance, type Liver } from './organs.js';
import { Random } from './random.js';
import { type Ellipsoid, type Tube, ellipsoid } from './shapes.js';

/**
 * One patient's upper abdomen as shapes in atlas millimetres: x to the left, y to posterior, z to superior, origin in
 * the middle of the trunk at the level of the pancreas. Bodies are about four fifths of adult size, so that a whole
 * abdomen fits into 80 x 80 voxels of nearly 3 mm.
 */
export interface Anatomy {
  readonly trunk: Trunk;
  readonly spine: Spine;
  readonly liver: Liver;
  readonly spleen: { readonly body: Ellipsoid; readonly hilum: Ellipsoid };
  readonly kidneys: readonly Kidney[];
  readonly stomach: { readonly parts: readonly Ellipsoid[]; readonly fluidLevelY: number };
  readonly colon: readonly Tube[];
  readonly bowel: readonly BowelLoop[];
  readonly pancreas: readonly Tube[];
  readonly vessels: Vessels;
  readonly heart: Ellipsoid;
  readonly lesions: readonly Lesion[];
  readonly hu: TissueHu;
}

export interface Trunk {
  /** Half axes of the abdominal cavity and its centre's y. */
  readonly rx: number;
  readonly ry: number;
  readonly cy: number;
  readonly muscleMm: number;
  readonly fatMm: number;
  /** Height z of the right and left dome of the diaphragm. */
  readonly domeRightZ: number;
  readonly domeLeftZ: number;
  /** Level at which the uppermost modelled rib leaves the spine; others follow every `ribStepMm` below. */
  readonly ribTopZ: number;
  readonly ribStepMm: number;
}

export interface Spine {
  readonly y: number;
  readonly rx: number;
  readonly ry: number;
  /** Centre of one intervertebral disc; discs repeat every `stepMm`. */
  readonly discZ: number;
  readonly stepMm: number;
}

export interface Kidney {
  readonly outer: Ellipsoid;
  /** Medulla and sinus lie inside; the sinus is fat and not part of the label. */
  readonly medulla: Ellipsoid;
  readonly sinus: Ellipsoid;
}

export interface BowelLoop {
  readonly shape: Ellipsoid;
  readonly contentHu: number;
}

export interface Vessels {
  readonly aorta: { readonly x: number; readonly y: number; readonly r: number };
  readonly cava: { readonly x: number; readonly y: number; readonly rx: number; readonly ry: number };
  /** Outside the liver: portal and splenic vein, renal veins, mesenteric artery. */
  readonly free: readonly Tube[];
  /** Inside the liver: hepatic veins and portal branches. */
  readonly hepatic: readonly Tube[];
}

/** Mean attenuation of each tissue in this patient, in HU. */
export interface TissueHu {
  readonly fat: number;
  readonly muscle: number;
  readonly trabecular: number;
  readonly cortical: number;
  readonly liver: number;
  readonly liverVessel: number;
  readonly spleen: number;
  readonly cortex: number;
  readonly medulla: number;
  readonly blood: number;
  readonly pancreas: number;
  readonly stomachWall: number;
  readonly stomachContent: number;
}

/**
 * Draws a patient.
 *
 * @param seed     unsigned 32-bit integer
 * @param clinical sex, age and body mass shape the body
 * @param zRange   lowest and highest scanned z in atlas mm; lesions are placed where they can be seen
 */
export function drawAnatomy(seed: number, clinical: Clinical, zRange: readonly [number, number]): Anatomy {
  const r = new Random(seed, 'anatomy');
  const j: Jitter = (sd) => sd * max(-2.2, min(2.2, r.normal()));
  const grow: Grow = (value, share) => value * (1 + j(share));

  const trunk = drawTrunk(r, clinical, j);
  const spineY = 36 + j(1.5);
  const spine: Spine = {
    y: spineY,
    rx: grow(17, 0.06),
    ry: grow(14, 0.06),
    discZ: r.range(0, 29),
    stepMm: grow(28, 0.05),
  };
  const hu = drawHu(r, clinical, j);

  const liverSize = 1 + j(0.06);
  const l: readonly [number, number, number] = [-50 + j(3), -5 + j(3), 8 + j(4)];
  const cava = { x: -15 + j(1.5), y: 21 + j(1.5), rx: grow(10, 0.12), ry: grow(8, 0.12) };
  const kidneys = [drawKidney(r, j, -1), drawKidney(r, j, 1)];
  const liver: Liver = {
    right: ellipsoid(
      l,
      [grow(49 * liverSize, 0.04), grow(58 * liverSize, 0.04), grow(55 * liverSize, 0.05)],
      [j(0.05), j(0.06), 0.06 + j(0.05)],
    ),
    left: ellipsoid(
      [-2 + j(5), -39 + j(3), 22 + j(4)],
      [grow(48, 0.12), grow(23, 0.1), grow(25, 0.12)],
      [j(0.08), 0.12 + j(0.06), 0.08 + j(0.08)],
    ),
    tip: ellipsoid(
      [-67 + j(3), 5 + j(4), -28 + j(7)],
      [grow(23, 0.08), grow(32, 0.08), grow(30, 0.12)],
      [j(0.1), j(0.1), j(0.1)],
    ),
    underside: ellipsoid([-12 + j(4), -16 + j(4), -40 + j(4)], [grow(45, 0.06), grow(50, 0.06), grow(42, 0.06)]),
    gallbladder: ellipsoid(
      [-33 + j(4), -38 + j(4), -14 + j(4)],
      [grow(10, 0.15), grow(12, 0.15), grow(19, 0.15)],
      [0.2 + j(0.1), j(0.1), j(0.1)],
    ),
    fissure: ellipsoid([-20 + j(3), -46 + j(3), 8 + j(3)], [2.6, 17, 20], [j(0.06), j(0.06), -0.12 + j(0.08)]),
    cava,
    kidney: kidneys[0].outer,
    trunk,
    spine,
  };

  const spleenSize = 1 + j(0.09);
  const s: readonly [number, number, number] = [70 + j(3), 20 + j(4), 20 + j(5)];
  const spleen = {
    body: ellipsoid(
      s,
      [grow(29 * spleenSize, 0.06), grow(42 * spleenSize, 0.06), grow(39 * spleenSize, 0.08)],
      [j(0.1), j(0.1), -0.15 + j(0.1)],
    ),
    hilum: ellipsoid(
      [s[0] - 33 + j(2), s[1] - 19 + j(3), s[2] + j(4)],
      [grow(25, 0.08), grow(32, 0.08), grow(44, 0.08)],
      [0, 0, -0.12],
    ),
  };

  const anatomy = {
    trunk,
    spine,
    liver,
    spleen,
    kidneys,
    stomach: drawStomach(r, j, grow),
    colon: drawColon(j, grow),
    bowel: drawBowel(r, j),
    pancreas: drawPancreas(j, grow),
    vessels: drawVessels(j, grow, cava, l),
    heart: ellipsoid(
      [14 + j(4), -30 + j(3), 80 + j(4)],
      [grow(46, 0.06), grow(31, 0.06), grow(30, 0.06)],
      [0, 0.1, 0.12],
    ),
    hu,
  };
  const inLiver = (x: number, y: number, z: number): number =>
    liverDistance(liver, x, y, z, 0, cavityDistance(trunk, x, y), diaphragmZ(trunk, x, y));
  return { ...anatomy, lesions: drawLesions(seed, inLiver, zRange, hu.liver) };
}

function drawTrunk(r: Random, clinical: Clinical, j: Jitter): Trunk {
  const male = clinical.sex === 'male';
  const fatRange = { 'under-25': [6, 9], '25-30': [9, 13], 'over-30': [14, 19] } as const;
  const [low, high] = fatRange[clinical.bodyMassBand];
  const visceral = { 'under-25': 0, '25-30': 2, 'over-30': 4 }[clinical.bodyMassBand];
  return {
    rx: 97 + (male ? 1.5 : -1.5) + visceral + j(2),
    ry: 63 + (male ? 1 : -1) + visceral + j(2),
    cy: -6 - visceral / 2,
    muscleMm: (male ? 8.5 : 7.2) - (clinical.ageBand === '65+' ? 1 : 0) + j(0.4),
    fatMm: r.range(low, high) + (male ? 0 : 1),
    domeRightZ: 61 + j(3),
    domeLeftZ: 58 + j(3),
    ribTopZ: 118 + j(5),
    ribStepMm: 23 + j(1),
  };
}

function drawHu(r: Random, clinical: Clinical, j: Jitter): TissueHu {
  const age = { '18-39': 0, '40-64': 1, '65+': 2 }[clinical.ageBand];
  const steatosis = r.chance(clinical.bodyMassBand === 'over-30' ? 0.5 : 0.15) ? r.range(12, 30) : 0;
  const enhancement = j(1);
  const liver = 108 + 7 * enhancement + j(4) - steatosis;
  return {
    fat: -103 + j(4),
    muscle: 60 - 4 * age + j(4),
    trabecular: 230 - 45 * age + j(18),
    cortical: 620 - 60 * age + j(40),
    liver,
    liverVessel: 150 + 10 * enhancement + j(5),
    spleen: 122 + 8 * enhancement + j(5),
    cortex: 188 + 12 * enhancement + j(8),
    medulla: 150 + 10 * enhancement + j(8),
    blood: 152 + 10 * enhancement + j(6),
    pancreas: 92 + 5 * enhancement + j(6) - 3 * age,
    stomachWall: 72 + j(5),
    stomachContent: r.range(8, 45),
  };
}

function drawKidney(r: Random, j: Jitter, side: -1 | 1): Kidney {
  const size = 1 + j(0.06);
  const x = side * (45 + j(2.5));
  const y = 33 + j(2.5);
  const z = (side < 0 ? -20 : -10) + j(5);
  // Upper poles lean towards the spine and backwards.
  const turns: readonly [number, number, number] = [0.08 + j(0.04), side * 0.09 + j(0.03), side * 0.16 + j(0.08)];
  const radii: readonly [number, number, number] = [17.5 * size, 15.5 * size, 35 * size * (1 + j(0.04))];
  const inner = r.range(0.6, 0.68);
  return {
    outer: ellipsoid([x, y, z], radii, turns),
    medulla: ellipsoid([x - side * 1.5, y - 0.5, z], [radii[0] * inner, radii[1] * inner, radii[2] * 0.78], turns),
    sinus: ellipsoid([x - side * 11.5 * size, y - 3.5, z + j(1.5)], [11.5 * size, 5.8 * size, 15 * size], turns),
  };
}
