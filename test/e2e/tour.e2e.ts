import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { createPixelCodecs } from '#codecs';
import { studyUidOf } from '#evaluation';
import { readDicomSeries, readLabelMap } from '#imaging';
import { createLog, hashPassword, openPlatform, readConfig } from '#platform';
import { boundaryOf, readParts } from '../../apps/api/src/dicomweb/read-parts.js';
import type {} from '../../apps/web/src/viewer/probe.js';
import { CHROMIUM_INSTALL, chromiumPath, collectProblems, launchBrowser } from '../browser.js';
import { describeIf } from '../requires.js';
import { Client } from '../support/http.js';
import { newDataDir, removeDataDir, startPlatform, voxelmark, type RunningPlatform } from '../support/platform.js';
import { fingerprint, readStored } from '../support/round-trip.js';

/**
 * The tour of the README for organisers, word by word, on images of people: a CT as a folder of DICOM (JPEG 2000) with its
 * label map, and a pair of NIfTI files. A clone does not carry them.
 */
const REAL = resolve(import.meta.dirname, '../../../shared/data/real');
const FILES = {
  'ct-dicom': 'totalseg/example_ct_dicom',
  'ct-labels.nii.gz': 'totalseg/example_seg_dicom.nii.gz',
  'ct.nii.gz': 'msd-spleen2-crop/ct.nii.gz',
  'spleen.nii.gz': 'msd-spleen2-crop/seg_manual.nii.gz',
};
const present = Object.values(FILES).every((path) => existsSync(join(REAL, path)));
const ORGANISER = 'organiser@example.org';
const PASSWORD = 'liver-right-spleen-left';
const [SPLEEN, LIVER] = [1, 5]; // numbers of the label map of the CT; that of the pair has the spleen alone, as 1

type Point = readonly [number, number, number];
interface Inside {
  /** Of a voxel whose neighbours on all sides have the same label, about in the middle of them. */
  readonly lps: Point;
  readonly index: number;
}

/** A NIfTI-1 file as its header's bytes say, without the readers that are looked at here. */
function plain(file: string): { readonly at: (index: number) => number; readonly insideOf: (label: number) => Inside } {
  const bytes = gunzipSync(readFileSync(file));
  const [nx, ny, nz] = [42, 44, 46].map((offset) => bytes.readInt16LE(offset));
  const read = { 2: (v: number) => bytes.readUInt8(352 + v), 4: (v: number) => bytes.readInt16LE(352 + 2 * v), 16: (v: number) => bytes.readFloatLE(352 + 4 * v), 64: (v: number) => bytes.readDoubleLE(352 + 8 * v) }[bytes.readInt16LE(70)];
  if (read === undefined || bytes.readInt16LE(254) === 0) throw new Error(`${file} has another type of voxels, or no sform`);
  const affine = [280, 296, 312].map((row) => [0, 4, 8, 12].map((column) => bytes.readFloatLE(row + column)));
  return {
    at: read,
    insideOf(label) {
      const steps = [1, nx, nx * ny];
      const found: number[] = [];
      for (let v = 3 * steps[2]; v < (nz - 3) * steps[2]; v++)
        if (read(v) === label && steps.every((step) => read(v - 3 * step) === label && read(v + 3 * step) === label)) found.push(v);
      const index = found[Math.floor(found.length / 2)];
      if (index === undefined) throw new Error(`${file} has no place well inside of label ${label}`);
      const ijk = [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny)), 1];
      const [r, a, s] = affine.map((row) => row.reduce((sum, factor, axis) => sum + factor * ijk[axis], 0));
      return { index, lps: [-r, -a, s] };
    },
  };
}

(present ? describe : describe.skip)(`the tour for organisers, on a DICOM folder and a NIfTI pair${present ? '' : ' [data absent: ../shared/data/real]'}`, () => {
  let platform: RunningPlatform;
  let folder: string;
  let ownerId: string;
  const run = async (...args: string[]) => {
    const env = { HOME: folder, VOXELMARK_URL: platform.url };
    const done = await voxelmark(args, { env, input: args[1] === 'login' ? `${PASSWORD}\n` : '' });
    return { ...done, said: `${done.stdout}\n${done.stderr}` };
  };
  const succeeds = async (...args: string[]) => {
    const { code, said } = await run(...args);
    expect([args.join(' '), code, code === 0 ? '' : said]).toEqual([args.join(' '), 0, '']);
    return said;
  };

  beforeAll(async () => {
    folder = await newDataDir('tour-files');
    mkdirSync(folder, { recursive: true });
    for (const [name, path] of Object.entries(FILES)) cpSync(join(REAL, path), join(folder, name), { recursive: true });
    writeFileSync(join(folder, 'cases.csv'), 'case,split,image,reference\na,test,ct-dicom/,ct-labels.nii.gz\nb,practice,ct.nii.gz,spleen.nii.gz\n');
    platform = await startPlatform({ dataDir: await newDataDir('tour') });
    const records = await openPlatform(readConfig({ VOXELMARK_DATA_DIR: platform.dataDir }), 'test', createLog('error', 'test'));
    try {
      ({ id: ownerId } = await records.accounts.createAccount({ email: ORGANISER, name: 'Olga Organiser', role: 'organiser', passwordHash: await hashPassword(PASSWORD) }));
    } finally {
      await records.close();
    }
  }, 120_000);

  afterAll(async () => {
    await platform?.stop();
    if (platform) await removeDataDir(platform.dataDir);
    await removeDataDir(folder);
  }, 60_000);

  it('from a list of files to a published benchmark, by its four commands', async () => {
    await succeeds('auth', 'login', '--email', ORGANISER);
    const cases = join(folder, 'cases.csv');
    expect(await succeeds('dataset', 'check', cases)).toMatch(/fit to be imported: 0 errors/);
    const wanted = ['dataset', 'import', cases, '--name', 'spleen', '--licence', 'CC-BY-4.0'];
    expect(await succeeds(...wanted)).toMatch(/nothing was sent/);
    expect(await succeeds(...wanted, '--yes')).toMatch(/version 1 of 2 case\(s\): 2 imported/);
    expect(await succeeds('benchmark', 'create', '--dataset', 'spleen@1', '--title', 'Spleen on CT')).toMatch(/draft "spleen-on-ct"/);
    // two patients are few, and it says so
    const refused = await run('benchmark', 'publish', 'spleen-on-ct');
    expect([refused.code === 0, refused.said]).toEqual([false, expect.stringMatching(/--accept-warnings/)]);
    expect(await succeeds('benchmark', 'publish', 'spleen-on-ct', '--accept-warnings')).toMatch(/published "spleen-on-ct"/);
  }, 300_000);

  it('goes out as DICOM and comes in again: the Hounsfield units of the scanner, the labels of the map, each voxel', async () => {
    const person = await new Client(platform.url).signIn(ORGANISER, PASSWORD);
    const { items } = await person.get<{ items: { id: string }[] }>('/benchmarks/spleen-on-ct/cases?phase=test');
    const stored = await readStored(platform.dataDir, { caseId: items[0].id });
    const slices = readdirSync(join(folder, 'ct-dicom')).map((name) => new Uint8Array(readFileSync(join(folder, 'ct-dicom', name))));
    const codecs = createPixelCodecs();
    expect(stored.image).toBe(fingerprint(await readDicomSeries(slices, codecs)));
    expect(stored.labelMaps).toEqual([fingerprint(await readLabelMap(new Uint8Array(readFileSync(join(folder, 'ct-labels.nii.gz')))))]);

    const study = await person.send('GET', `/dicomweb/studies/${studyUidOf(items[0].id)}`);
    expect(study.status).toBe(200);
    const out = join(folder, 'out');
    mkdirSync(out);
    const limits = { parts: 100, bytes: 2 ** 28 };
    let parts = 0;
    for await (const { content } of readParts(Readable.from([study.body]), boundaryOf(study.headers.get('content-type') ?? ''), limits))
      writeFileSync(join(out, `${parts++}.dcm`), content);
    expect(parts).toBe(slices.length + 1); // and a segmentation
    await succeeds('dataset', 'import', out, '--name', 'again', '--licence', 'CC-BY-4.0', '--yes');
    expect(await readStored(platform.dataDir, { ownerId, dataset: 'again', isIt: () => true })).toEqual(stored);
  }, 300_000);

  describeIf(chromiumPath() !== null, 'in the viewer', CHROMIUM_INSTALL, () => {
    let browser: Browser;
    let page: Page;
    let problems: string[];
    const ids = new Map<string, string>();

    beforeAll(async () => {
      const launched = await launchBrowser();
      if (!launched) throw new Error('no Chromium although one was found');
      browser = launched;
      page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
      problems = collectProblems(page, [/401 \(Unauthorized\)/]);
      await page.goto(`${platform.url}/sign-in?next=${encodeURIComponent('/benchmarks/spleen-on-ct?tab=cases')}`);
      await page.getByLabel('E-mail').fill(ORGANISER);
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await page.keyboard.press('Enter');
      for (const name of ['a', 'b']) {
        const address = await page.getByRole('link', { name, exact: true }).getAttribute('href');
        ids.set(name, address?.split('/')[2].split('?')[0] ?? 'none');
      }
    }, 60_000);
    afterAll(() => browser?.close());

    /** Goes to a point of a case, and looks what is there, and where on the axial picture. */
    const look = async (name: string, lps: Point) => {
      await page.goto(`${platform.url}/cases/${ids.get(name)}?at=${lps.map((mm) => mm.toFixed(2)).join(',')}`);
      await page.waitForFunction(() => window.__voxelmarkViewer?.state === 'ready' && Object.keys(window.__voxelmarkViewer.labels).length > 0, undefined, { timeout: 120_000 });
      return page.evaluate((point) => {
        const probe = window.__voxelmarkViewer;
        if (!probe) throw new Error('no viewer');
        const letters = [...document.querySelectorAll('[data-plane=axial] [data-edge]')].map((letter) => ({ letter: letter.textContent, x: letter.getBoundingClientRect().x }));
        return { label: Object.values(probe.labels)[0], value: probe.value, position: probe.positionLps, pixel: probe.pixelOfPoint('axial', point), letters };
      }, lps);
    };
    const isThere = (seen: Awaited<ReturnType<typeof look>>, lps: Point) => {
      for (const axis of [0, 1, 2]) expect(Math.abs(seen.position[axis] - lps[axis])).toBeLessThan(0.06);
      const x = (wanted: string) => seen.letters.find(({ letter }) => letter === wanted)?.x ?? NaN;
      expect(x('R')).toBeLessThan(x('L')); // as radiologists look: the patient's right on the left of the screen
    };

    it('the DICOM folder: liver on the right of the body and the left of the picture, spleen on the other side', async () => {
      const map = plain(join(folder, 'ct-labels.nii.gz'));
      const [liver, spleen] = [map.insideOf(LIVER), map.insideOf(SPLEEN)];
      expect(liver.lps[0]).toBeLessThan(-20);
      expect(spleen.lps[0]).toBeGreaterThan(20);
      const [atLiver, atSpleen] = [await look('a', liver.lps), await look('a', spleen.lps)];
      expect([atLiver.label, atSpleen.label]).toEqual([LIVER, SPLEEN]);
      for (const [seen, { lps }] of [[atLiver, liver], [atSpleen, spleen]] as const) {
        isThere(seen, lps);
        // parenchyma with contrast medium, in Hounsfield units: neither air nor fat nor bone
        expect(seen.value).toBeGreaterThan(20);
        expect(seen.value).toBeLessThan(250);
      }
      expect(atLiver.pixel[0]).toBeLessThan(atSpleen.pixel[0]);
    }, 300_000);

    it('the NIfTI pair: the voxel of the file, at the place that its header says', async () => {
      const spleen = plain(join(folder, 'spleen.nii.gz')).insideOf(1);
      const seen = await look('b', spleen.lps);
      expect(seen.label).toBe(SPLEEN);
      isThere(seen, spleen.lps);
      expect(seen.value).toBeCloseTo(plain(join(folder, 'ct.nii.gz')).at(spleen.index), 2);
    }, 300_000);

    it('had no error on any page', () => expect(problems).toEqual([]));
  });
});
