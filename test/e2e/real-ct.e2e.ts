import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CaseView, CaseResultView, SubmissionView } from '#contracts';
import { importBenchmark, type ImportedBenchmark } from '#evaluation';
import { geometryHash, readLabelMap, readNifti, sameGrid, voxelVolumeMm3, writeNifti, type LabelMap, type Vec3 } from '#imaging';
import { createLog, hashPassword, openPlatform, readConfig } from '#platform';
import { cornerWeights } from '../../libs/metrics/src/surface-elements.js';
import { cornerCodes } from '../../libs/metrics/src/test-support/plain-surface-distances.js';
import type {} from '../../apps/web/src/viewer/probe.js';
import { chromiumPath, CHROMIUM_INSTALL, collectProblems, launchBrowser } from '../browser.js';
import { describeIf } from '../requires.js';
import { Client, until } from '../support/http.js';
import { newDataDir, removeDataDir, root, startPlatform, type RunningPlatform } from '../support/platform.js';

/** A real abdominal CT (float HU, 0.79 x 0.79 x 5 mm) with a manual spleen mask; a clone does not carry it. */
const FOLDER = resolve(root, '../shared/data/real/msd-spleen2-crop');
const present = existsSync(FOLDER);
const SLUG = 'real-spleen';
const SPLEEN = 2; // what the demo networks call it
const ALGORITHMS = ['unet-small', 'threshold-smooth'];
const METRICS = ['dice', 'iou', 'hd95', 'nsd@2', 'volume_error_ml'];

const benchmarkOf = async (organiserId: string): Promise<ImportedBenchmark> => {
  const mask = await readLabelMap(new Uint8Array(readFileSync(join(FOLDER, 'seg_manual.nii.gz'))));
  const labels = await writeNifti({ geometry: mask.geometry, data: Uint8Array.from(mask.data, (value) => (value > 0 ? SPLEEN : 0)) });
  return {
    slug: SLUG,
    title: 'Spleen on one real CT',
    question: 'Does the path hold on a real scan?',
    summary: 'One case.',
    rules: 'One case.',
    synthetic: false,
    labels: [{ value: SPLEEN, name: 'Spleen' }],
    windowPresets: [{ name: 'Soft tissue', center: 50, width: 400 }],
    dataset: { slug: 'spleen-crop', name: 'Spleen crop', licence: 'CC-BY-SA-4.0', description: 'One case of the Medical Segmentation Decathlon, task 9.' },
    phases: [
      {
        kind: 'practice',
        title: 'Practice',
        label: 'PUBLIC',
        rules: {
          regions: [{ name: 'spleen', labels: [SPLEEN] }],
          metrics: METRICS.map((id) => ({ id, penalty: id === 'hd95' ? { kind: 'volume-diagonal' } : { kind: 'fixed', value: 0 } })),
          ranking: { kind: 'mean-then-rank', metric: 'dice', ties: 'min' },
          limits: { loadSeconds: 60, caseSeconds: 300, memoryMib: 4096, threads: 1 },
        },
        cases: [
          {
            name: 'spleen-2',
            patient: 'spleen-2',
            facts: { site: 'unknown' },
            files: async () => ({
              image: new Uint8Array(readFileSync(join(FOLDER, 'ct.nii.gz'))),
              references: [{ reader: 'manual', consensus: true, labels }],
            }),
          },
        ],
      },
    ],
    members: [{ userId: organiserId, capacity: 'organiser' }],
  };
};

/** Every metric anew from two masks, as slowly and plainly as it can be said. */
function recompute(reference: LabelMap, prediction: LabelMap): Record<string, number> {
  const ref = Uint8Array.from(reference.data, (value) => Number(value === SPLEEN));
  const pred = Uint8Array.from(prediction.data, (value) => Number(value === SPLEEN));
  let both = 0;
  let refVoxels = 0;
  let predVoxels = 0;
  for (let v = 0; v < ref.length; v++) {
    both += ref[v] & pred[v];
    refVoxels += ref[v];
    predVoxels += pred[v];
  }
  // the header holds float32 images of decimal spacings
  const { sizeXyz } = reference.geometry;
  const spacingMm = reference.geometry.spacingMm.map((mm) => Number(mm.toFixed(6))) as unknown as Vec3;
  const flat = [false, false, false] as const;
  const weights = cornerWeights(spacingMm, flat);
  const surface = (mask: Uint8Array) => {
    const codes = cornerCodes(mask, sizeXyz, flat);
    const points: { at: Vec3; area: number }[] = [];
    const [cx, cy] = [sizeXyz[0] + 1, sizeXyz[1] + 1];
    for (let c = 0; c < codes.length; c++) {
      if (codes[c] === 0 || codes[c] === 255) continue;
      points.push({ at: [(c % cx) * spacingMm[0], (Math.floor(c / cx) % cy) * spacingMm[1], Math.floor(c / (cx * cy)) * spacingMm[2]], area: weights[codes[c]] });
    }
    return points;
  };
  const [refSurface, predSurface] = [surface(ref), surface(pred)];
  const nearest = (from: typeof refSurface, to: typeof refSurface) =>
    from.map(({ at, area }) => {
      let best = Infinity;
      for (const { at: other } of to) {
        const squared = (at[0] - other[0]) ** 2 + (at[1] - other[1]) ** 2 + (at[2] - other[2]) ** 2;
        if (squared < best) best = squared;
      }
      return { mm: Math.sqrt(best), area };
    });
  const forth = nearest(refSurface, predSurface);
  const back = nearest(predSurface, refSurface);
  const total = (list: typeof forth) => list.reduce((sum, { area }) => sum + area, 0);
  const percentile95 = (list: typeof forth) => {
    const wanted = 0.95 * total(list);
    let sum = 0;
    for (const { mm, area } of [...list].sort((a, b) => a.mm - b.mm || a.area - b.area)) {
      sum += area;
      if (sum >= wanted) return mm;
    }
    return NaN;
  };
  const within = (list: typeof forth) => total(list.filter(({ mm }) => mm <= 2 + 1e-6));
  return {
    dice: (2 * both) / (refVoxels + predVoxels),
    iou: both / (refVoxels + predVoxels - both),
    hd95: Math.max(percentile95(forth), percentile95(back)),
    'nsd@2': (within(forth) + within(back)) / (total(forth) + total(back)),
    volume_error_ml: (Math.abs(predVoxels - refVoxels) * voxelVolumeMm3({ ...reference.geometry, spacingMm })) / 1000,
  };
}

(present ? describe : describe.skip)(`a real CT through the whole path${present ? '' : ' [data absent: ../shared/data/real]'}`, () => {
  let platform: RunningPlatform;
  let person: Client;
  let caseId: string;
  let view: CaseView;
  const results = new Map<string, CaseResultView>();
  const volume = async (objectId: string) => new Uint8Array((await person.send('GET', `/objects/${objectId}`)).body);

  beforeAll(async () => {
    platform = await startPlatform({ dataDir: await newDataDir('real') });
    const records = await openPlatform(readConfig({ VOXELMARK_DATA_DIR: platform.dataDir }), 'test', createLog('error', 'test'));
    try {
      const passwordHash = await hashPassword('spleen-and-vessels');
      const [organiser] = await Promise.all(
        ['organiser', 'researcher'].map((role) => records.accounts.createAccount({ email: `${role}@example.org`, name: role, role: role as 'organiser', passwordHash })),
      );
      await importBenchmark(records, await benchmarkOf(organiser.id));
    } finally {
      await records.close();
    }
    person = await new Client(platform.url).signIn('researcher@example.org', 'spleen-and-vessels');
    for (const slug of ALGORITHMS) {
      const folder = join(root, 'datasets/phantoms/models', slug);
      const { status, json } = await person.submit({ benchmark: SLUG, manifest: readFileSync(join(folder, 'voxelmark.json'), 'utf8'), algorithm: slug }, readFileSync(join(folder, 'model.onnx')));
      if (status !== 201) throw new Error(`submission answered ${status}: ${JSON.stringify(json)}`);
      const ended = await until(`${slug} to end`, async () => {
        const { runs } = await person.get<SubmissionView>(`/submissions/${String(json.id)}`);
        return ['completed', 'failed', 'expired'].includes(runs[0].state) && runs[0];
      }, 300_000);
      expect([slug, ended.state, ended.failure]).toEqual([slug, 'completed', null]);
      const { items } = await person.get<{ items: CaseResultView[] }>(`/runs/${ended.id}/cases`);
      results.set(slug, items[0]);
      caseId = items[0].caseId;
    }
    view = await person.get<CaseView>(`/cases/${caseId}`);
  }, 700_000);

  afterAll(async () => {
    await platform.stop();
    await removeDataDir(platform.dataDir);
  }, 60_000);

  it('keeps the geometry of the file, in the image, the reference and both predictions', async () => {
    const original = await readNifti(new Uint8Array(readFileSync(join(FOLDER, 'ct.nii.gz'))));
    expect(sameGrid(view.geometry as unknown as typeof original.geometry, original.geometry)).toBe(true);
    const stored = await readNifti(await volume(view.image.objectId));
    expect(geometryHash(stored.geometry)).toBe(geometryHash(original.geometry));
    expect(Buffer.from(stored.data.buffer, stored.data.byteOffset, stored.data.byteLength).equals(Buffer.from(original.data.buffer, original.data.byteOffset, original.data.byteLength))).toBe(true);
    for (const { predictionObjectId } of results.values()) {
      expect(geometryHash((await readLabelMap(await volume(predictionObjectId ?? ''))).geometry)).toBe(geometryHash(original.geometry));
    }
  }, 60_000);

  it.each(ALGORITHMS)('scores of %s equal a brute-force recomputation from the stored masks', async (slug) => {
    const result = results.get(slug);
    if (!result) throw new Error(`no result of ${slug}`);
    const reference = await readLabelMap(await volume(view.references[0].objectId));
    const prediction = await readLabelMap(await volume(result.predictionObjectId ?? ''));
    expect(reference.data.filter((value) => value === SPLEEN)).toHaveLength(96_672);
    const [score] = result.scores;
    if (score.status !== 'ok') {
      // an empty prediction is honest on a scan unlike those it was trained on; then there are no distances to compare
      expect([score.status, prediction.data.includes(SPLEEN)]).toEqual(['empty_prediction', false]);
      expect(score.values.dice).toBe(0);
      return;
    }
    const expected = recompute(reference, prediction);
    for (const metric of METRICS) {
      const value = score.values[metric] as number;
      expect([metric, Math.abs(value - expected[metric]) <= 1e-6 * Math.max(1, expected[metric]) ? 'equal' : `${value} instead of ${expected[metric]}`]).toEqual([metric, 'equal']);
    }
  }, 300_000);

  describeIf(chromiumPath() !== null, 'in the viewer', CHROMIUM_INSTALL, () => {
    it('lays the overlay where the mask is, in millimetres and in pixels', async () => {
      const reference = await readLabelMap(await volume(view.references[0].objectId));
      const { geometry, data } = reference;
      const point = (index: number): Vec3 => {
        const [nx, ny] = geometry.sizeXyz;
        const ijk = [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))];
        return [0, 1, 2].map((row) => geometry.originLps[row] + [0, 1, 2].reduce((sum, axis) => sum + geometry.direction[3 * row + axis] * geometry.spacingMm[axis] * ijk[axis], 0)) as unknown as Vec3;
      };
      const inside = [...data.keys()].filter((v) => data[v] === SPLEEN && data[v - 1] === SPLEEN && data[v + 1] === SPLEEN);
      const outside = [...data.keys()].filter((v) => data[v] === 0 && data[v - 1] === 0 && data[v + 1] === 0);
      const browser = await launchBrowser();
      if (!browser) throw new Error('no Chromium although one was found');
      try {
        const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
        const problems = collectProblems(page);
        for (const [wanted, voxel] of [
          [SPLEEN, inside[Math.floor(inside.length / 3)]],
          [SPLEEN, inside[Math.floor((2 * inside.length) / 3)]],
          [0, outside[Math.floor(outside.length / 2)]],
        ]) {
          const lps = point(voxel);
          await page.goto(`${platform.url}/cases/${caseId}?at=${lps.map((mm) => mm.toFixed(1)).join(',')}`);
          await page.waitForFunction(() => window.__voxelmarkViewer?.state === 'ready', undefined, { timeout: 60_000 });
          const seen = await page.evaluate((at) => {
            const probe = window.__voxelmarkViewer;
            if (!probe) throw new Error('no viewer');
            return { labels: Object.entries(probe.labels), position: probe.positionLps, pixel: probe.pixelOfPoint('axial', at), axes: probe.screenAxes('axial') };
          }, lps);
          for (const axis of [0, 1, 2]) expect(Math.abs(seen.position[axis] - lps[axis])).toBeLessThan(0.06);
          const [, label] = seen.labels.find(([id]) => id.startsWith('reference')) ?? [];
          expect(label).toBe(wanted);
          // radiological view: the screen's right is the patient's left, its top is anterior
          expect(seen.axes.right[0]).toBeCloseTo(1, 3);
          expect(seen.axes.up[1]).toBeCloseTo(-1, 3);
          expect(seen.pixel.every(Number.isFinite)).toBe(true);
        }
        expect(problems).toEqual([]);
      } finally {
        await browser.close();
      }
    }, 300_000);
  });
});
