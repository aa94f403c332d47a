import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pointLps } from '../affine.js';
import { describeDicom } from '../dicom/describe.js';
import type { Geometry, Vec3 } from '../geometry.js';
import { applyAxisMap, axisMapTo, mapGeometry } from '../orientation.js';
import { contour, structures } from '../test-support/structures-writer.js';
import type { LabelMap } from '../volume.js';
import { fillPolygon } from './fill.js';
import { readRtStruct } from './read.js';
import type { RtStructureSet } from './read.js';

const golden = (name: string): Buffer => readFileSync(resolve(import.meta.dirname, '../../../../test/golden/imaging', name));

interface Golden extends Pick<Geometry, 'sizeXyz' | 'spacingMm' | 'originLps'> {
  readonly masks: Readonly<Record<string, { readonly drawn: readonly number[]; readonly plastimatch: readonly number[] }>>;
}
const { masks, ...grid } = JSON.parse(golden('structures.json').toString()) as Golden;
const GRID: Geometry = { ...grid, direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };

/** Runs of voxels of a structure, by its name: first voxel and length of each. */
function runsOf({ structures: list, layers }: RtStructureSet, name: string): number[] {
  const { label } = list.find((structure) => structure.name === name)!;
  const { data } = layers.find(({ segments }) => segments.includes(label))!.labelMap;
  const runs: number[] = [];
  for (let v = 0; v < data.length; v++) {
    if (data[v] !== label) continue;
    const from = v;
    while (v < data.length && data[v] === label) v++;
    runs.push(from, v - from);
  }
  return runs;
}

describe('structure set written by plastimatch', () => {
  it('gives the voxels that were drawn, which are those of plastimatch', async () => {
    const set = await readRtStruct(golden('structures.dcm'), GRID);
    expect(set.structures.map(({ name }) => name).sort()).toEqual(['blob', 'body', 'ring']);
    for (const [name, { drawn, plastimatch }] of Object.entries(masks)) {
      expect(runsOf(set, name)).toEqual(drawn);
      expect(runsOf(set, name)).toEqual(plastimatch);
    }
    // all of them overlap the body, and the blob lies in the hole of the ring but for one voxel's breadth
    expect(set.layers.length).toBeGreaterThan(1);
    expect(set.structures.every(({ emptySlices, contours }) => emptySlices === 0 && contours > 0)).toBe(true);
  });

  it('gives the same voxels whatever axes the image is stored along', async () => {
    const names = new Set(['ring']);
    const [plain] = (await readRtStruct(golden('structures.dcm'), GRID, { names })).layers;
    for (const codes of ['RAS', 'SLP', 'PIR', 'ASL'] as const) {
      const map = axisMapTo(GRID, codes);
      const [turned] = (await readRtStruct(golden('structures.dcm'), mapGeometry(GRID, map), { names })).layers;
      expect(turned.labelMap.data).toEqual(applyAxisMap(plain.labelMap as { geometry: Geometry; data: Uint8Array }, map).data);
    }
  });

  it('describes itself by its header', async () => {
    expect(await describeDicom(golden('structures.dcm'))).toMatchObject({ kind: 'structures', modality: 'RTSTRUCT' });
    expect(await describeDicom(structures({ series: '1.2.3' }))).toMatchObject({ referencedSeries: ['1.2.3'], frameOfReferenceUid: '1.2.9' });
  });
});

const SMALL: Geometry = { sizeXyz: [8, 8, 3], spacingMm: [1, 1, 2], originLps: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
/** Corners in voxels, on a slice, as points in the patient. */
const polygon = (geometry: Geometry, k: number, ...corners: readonly (readonly [number, number])[]): number[] => corners.flatMap(([i, j]) => [...pointLps(geometry, [i, j, k])]);
const box = (from: number, to: number): (readonly [number, number])[] => [[from, from], [to, from], [to, to], [from, to]];

/** Rows of a slice as text. */
async function drawn(contours: Parameters<typeof structures>[0], geometry: Geometry = SMALL, k = 0): Promise<string[]> {
  const { layers } = await readRtStruct(structures(contours), geometry);
  const [nx, ny] = geometry.sizeXyz;
  const { data }: LabelMap = layers[0].labelMap;
  return Array.from({ length: ny }, (_, j) => Array.from(data.slice((k * ny + j) * nx, (k * ny + j + 1) * nx), (x) => (x ? '#' : '.')).join(''));
}
const one = (...contours: readonly (readonly number[])[]) => ({ contours: [{ roi: 1, contours: contours.map((points) => contour(points)) }] });
const RING = ['........', '.######.', '.######.', '.##..##.', '.##..##.', '.######.', '.######.', '........'];

describe('contours', () => {
  it('enclose the voxels whose centres lie within', async () => {
    expect(await drawn(one(polygon(SMALL, 0, [0.6, 0.6], [3.4, 0.6], [3.4, 2.4], [0.6, 2.4])))).toEqual(['........', '.###....', '.###....', ...Array<string>(5).fill('........')]);
  });

  it('make holes, with islands in them', async () => {
    const [outer, inner] = [box(0.5, 6.5), box(2.5, 4.5)].map((corners) => polygon(SMALL, 0, ...corners));
    expect(await drawn(one(outer, inner))).toEqual(RING);
    expect(await drawn(one(inner, outer))).toEqual(RING);
    const island = polygon(SMALL, 0, ...box(2.6, 3.4));
    expect((await drawn(one(outer, inner, island)))[3]).toBe('.###.##.');
  });

  it('make holes by keyholes', async () => {
    const keyhole = polygon(SMALL, 0, [0.5, 0.5], [3.2, 0.5], [3.2, 2.5], [2.5, 2.5], [2.5, 4.5], [4.5, 4.5], [4.5, 2.5], [3.2, 2.5], [3.2, 0.5], [6.5, 0.5], [6.5, 6.5], [0.5, 6.5]);
    expect(await drawn(one(keyhole))).toEqual(RING);
  });

  it('are combined as they say, and points enclose nothing', async () => {
    const [left, right] = [box(0.5, 4.5), box(2.5, 6.5)].map((corners) => contour(polygon(SMALL, 0, ...corners), { type: 'CLOSEDPLANAR_XOR' }));
    const rows = await drawn({ contours: [{ roi: 1, contours: [left, right] }] });
    expect(rows[3]).toBe('.##..##.');
    expect(rows[1]).toBe('.####...');
    const set = await readRtStruct(structures({ contours: [{ roi: 1, contours: [contour([1, 1, 0], { type: 'POINT' })] }] }), SMALL);
    expect(set.structures).toEqual([{ label: 1, name: 'Liver', contours: 0, emptySlices: 0 }]);
  });

  it('that share an edge share no voxel and leave none out', async () => {
    const halves = one(polygon(SMALL, 0, [0, 0], [3, 0], [3, 5], [0, 5]), polygon(SMALL, 0, [3, 0], [6, 0], [6, 5], [3, 5]));
    expect(await drawn(halves)).toEqual([...Array<string>(5).fill('######..'), ...Array<string>(3).fill('........')]);
  });

  it('lie on an oblique, left-handed image by its affine', async () => {
    const [c, s] = [Math.cos(0.4), Math.sin(0.4)];
    const oblique: Geometry = { sizeXyz: [8, 8, 3], spacingMm: [0.7, 1.3, 2.2], originLps: [-12.5, 40.25, -300.125], direction: [c, s, 0, s, -c, 0, 0, 0, 1] };
    expect(await drawn(one(...[box(0.5, 6.5), box(2.5, 4.5)].map((corners) => polygon(oblique, 2, ...corners))), oblique, 2)).toEqual(RING);
  });

  it('count empty slices between them, and read only what is asked for', async () => {
    const set = { rois: [{ number: 0, name: 'Liver' }, { number: 7, name: 'Open' }], contours: [{ roi: 0, contours: [0, 2].map((k) => contour(polygon(SMALL, k, ...box(0.5, 2.5)))) }, { roi: 7, contours: [contour([0, 0, 0], { type: 'OPEN_PLANAR' })] }] };
    const { structures: found, layers } = await readRtStruct(structures(set), SMALL, { names: new Set(['Liver']) });
    // 0 is no label, so all are numbered anew
    expect(found).toEqual([{ label: 1, name: 'Liver', contours: 2, emptySlices: 1 }]);
    expect(layers[0].labelMap.data.filter((x) => x === 1)).toHaveLength(8);
  });

  it('fill what a test of every voxel fills', () => {
    let state = 7;
    const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
    for (let round = 0; round < 40; round++) {
      const corners = Array.from({ length: 3 + Math.floor(random() * 9) }, () => [random() * 12 - 1, random() * 10 - 1] as const);
      const [x, y] = [0, 1].map((axis) => Float64Array.from(corners, (corner) => corner[axis]));
      const runs = fillPolygon(x, y, [10, 8], { crossings: 1e6 })!;
      const filled = new Set<string>();
      for (let n = 0; n < runs.length; n += 3) for (let i = runs[n + 1]; i < runs[n + 2]; i++) filled.add(`${i} ${runs[n]}`);
      for (let j = 0; j < 8; j++) for (let i = 0; i < 10; i++) expect([round, i, j, filled.has(`${i} ${j}`)]).toEqual([round, i, j, encloses(corners, [i, j, 0])]);
    }
  });

  it('are given up when they cross more rows than can be filled', () => {
    expect(fillPolygon(Float64Array.of(0, 5, 5), Float64Array.of(0, 0, 7), [8, 8], { crossings: 5 })).toBeNull();
  });
});

/** A ray to the right crosses an odd number of edges. */
function encloses(corners: readonly (readonly [number, number])[], [i, j]: Vec3): boolean {
  let odd = false;
  corners.forEach(([x0, y0], n) => {
    const [x1, y1] = corners[(n + 1) % corners.length];
    if (y0 > j !== y1 > j && i < x0 + ((j - y0) / (y1 - y0)) * (x1 - x0)) odd = !odd;
  });
  return odd;
}
