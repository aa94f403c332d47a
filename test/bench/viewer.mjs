import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { orientTo, writeNifti } from '#imaging';
import { rounded, summary } from './figures.mjs';
import { root, say } from './platform.mjs';
import { coldPage } from './viewer-browser.mjs';
import { partCompressor } from '../../dist/apps/api/src/datasets/part-compressor.js';
import { buildPrototype, buildViewerPage, serve } from './viewer-pages.mjs';
import { viewerCase } from './viewer-volumes.mjs';
import { firstFrameWith, pictureOf, scrollPlane, timeChange, watchPlanes } from './viewer-watch.mjs';

const REPETITIONS = 5;
const CASES = {
  large: { sizeXyz: [512, 512, 200], aims: { firstSliceMs: 1500, planesMs: 3000, overlaysMs: 4000 } },
  small: { sizeXyz: [256, 256, 128], aims: { firstSliceMs: 1000 } },
};
const OURS = ['axial', 'coronal', 'sagittal'].map((plane) => `[data-plane=${plane}]`);
const PROTOTYPE = [1, 3, 2].map((n) => `#grid > .vp:nth-child(${n})`); // axial, coronal, sagittal
const TOGGLES = 6;
/** Between two touches of a person; without it the time is that of what was to be drawn before. */
const REST_MS = 500;
const SCROLL_MS = 3000;
const READY_WITHIN_MS = 120_000;

/** From navigation to pixels, scrolling, switching a label, and the bytes of the first page. */
export async function measure() {
  say('viewer: volumes …');
  const cases = Object.fromEntries(Object.entries(CASES).map(([name, { sizeXyz }]) => [name, viewerCase(sizeXyz)]));
  say('viewer: building the pages …');
  const files = await ourFiles(cases);
  const imageBytes = Object.fromEntries(
    Object.keys(CASES).map((name) => [name, files.get(`/data/${name}/image.nii.gz`).bytes.length]),
  );
  const ours = await serve(await buildViewerPage(), files);
  const site = await buildPrototype();
  if (!site) say('viewer: the page of the prototype is not here, so only ours is measured');
  const prototype = site && (await serve(site, prototypeFiles(cases)));
  const checksums = Object.fromEntries(Object.entries(cases).map(([name, { image }]) => [name, fnv1a(image.data)]));

  const measurements = [];
  for (const [name, { sizeXyz, aims }] of Object.entries(CASES)) {
    const loads = [];
    const theirs = [];
    for (let n = 0; n < REPETITIONS; n++) {
      say(`viewer: ${sizeXyz.join('x')}, ${n + 1} of ${REPETITIONS} …`);
      loads.push(await loadOurs(`${ours}/?case=${name}&mode=errors`, checksums[name]));
      if (prototype) theirs.push(await loadPrototype(`${prototype}/?vol=${name}&mode=slicegz`, checksums[name]));
    }
    for (const figure of ['firstSliceMs', 'planesMs', 'overlaysMs']) {
      measurements.push({
        name: `viewer.${figure}.${name}`,
        input: `a case of ${sizeXyz.join('x')} voxels (int16, ${rounded(imageBytes[name] / 1e6)} MB as .nii.gz) with reference and prediction; cold browser, from navigation`,
        unit: 'ms',
        ...summary(loads.map((load) => load[figure])),
        ...(aims[figure] && { aim: { figure: 'median', below: aims[figure] } }),
        parts: {
          ...(prototype && { prototypeMs: summary(theirs.map((load) => load[figure])) }),
          ...(figure === 'overlaysMs' && { stagesMs: medians(loads.map(({ stages }) => stages)) }),
        },
      });
    }
  }
  say('viewer: with the renderer …');
  const drawn = [];
  for (let n = 0; n < REPETITIONS; n++)
    drawn.push(await loadOurs(`${ours}/?case=large&mode=errors&drawing=graphics`, checksums.large));
  measurements.push({
    name: 'viewer.graphics.large',
    input: 'the large case drawn by the renderer instead of the painter, until it has taken over',
    unit: 'ms',
    ...summary(drawn.map(({ overlaysMs }) => overlaysMs)),
    parts: {
      firstSliceMs: summary(drawn.map(({ firstSliceMs }) => firstSliceMs)),
      planesMs: summary(drawn.map(({ planesMs }) => planesMs)),
      stagesMs: medians(drawn.map(({ stages }) => stages)),
    },
  });
  say('viewer: scrolling and switching …');
  const moves = [];
  const theirMoves = [];
  for (let n = 0; n < REPETITIONS; n++) {
    moves.push(
      await interact(
        `${ours}/?case=small`,
        OURS,
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: '1', bubbles: true }))",
      ),
    );
    if (prototype) {
      const toggle = "globalThis.__on = !(globalThis.__on ?? true), api.seg('ref', 1, globalThis.__on)";
      theirMoves.push(await interact(`${prototype}/?vol=small&mode=slicegz`, PROTOTYPE, toggle));
    }
  }
  const input = `${CASES.small.sizeXyz.join('x')} voxels with reference and prediction as overlays, three planes on the page`;
  measurements.push({
    name: 'viewer.scroll',
    input: `${input}; the axial plane, a slice a frame`,
    unit: 'pictures/s',
    ...summary(moves.map(({ perSecond }) => perSecond)),
    aim: { figure: 'median', above: 20 },
    parts: prototype ? { prototype: summary(theirMoves.map(({ perSecond }) => perSecond)) } : {},
  });
  measurements.push({
    name: 'viewer.labelToggle',
    input: `${input}; one structure off and on, ${REST_MS} ms apart, until the frame after the one in which the axial plane has it`,
    unit: 'ms',
    ...summary(shownMs(moves)),
    aim: { figure: 'median', below: 60 },
    parts: {
      changedMs: summary(moves.flatMap(({ toggles }) => toggles.map(({ changedMs }) => changedMs))),
      inARowMs: summary(moves.flatMap(({ inARow }) => inARow)),
      ...(prototype && {
        prototypeMs: summary(shownMs(theirMoves)),
        prototypeInARowMs: summary(theirMoves.flatMap(({ inARow }) => inARow)),
      }),
    },
  });
  measurements.push(firstPage());
  return measurements;
}

const shownMs = (moves) => moves.flatMap(({ toggles }) => toggles.map(({ shownMs: ms }) => ms));

/** Scrolls and switches a label on a page that is ready. */
async function interact(url, selectors, toggle) {
  const load = await watched(url, selectors);
  const { page } = load;
  try {
    const [selector] = selectors;
    const inPage = (run, asked) =>
      page.evaluate(`(() => { const pictureOf = ${pictureOf}; return (${run})(${JSON.stringify(asked)}); })()`);
    await page.waitForTimeout(1500); // what follows the first picture, such as the list of errors
    await page.evaluate(`document.querySelector('[data-plane=axial]')?.focus()`);
    const toggles = [];
    const inARow = [];
    for (let n = 0; n < TOGGLES; n++) {
      await page.waitForTimeout(REST_MS);
      toggles.push(await inPage(timeChange, { selector, act: toggle }));
    }
    await page.waitForTimeout(REST_MS);
    for (let n = 0; n < TOGGLES; n++) inARow.push((await inPage(timeChange, { selector, act: toggle })).changedMs);
    const perSecond = await inPage(scrollPlane, { selector, slices: 40, forMs: SCROLL_MS });
    return { toggles, inARow, perSecond };
  } finally {
    await load.close();
  }
}

/** What a browser loads for the first page: the entry and all that it imports at once, styles included. */
function firstPage() {
  const web = join(root, 'dist/web');
  const html = readFileSync(join(web, 'index.html'), 'utf8');
  const files = new Set(['index.html']);
  const wanted = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path);
  for (const path of wanted) {
    if (files.has(path)) continue;
    files.add(path);
    if (!path.endsWith('.js')) continue;
    const script = readFileSync(join(web, path), 'utf8');
    for (const [, name] of script.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) wanted.push(`assets/${name}`);
  }
  const sizes = [...files].map((path) => gzipSync(readFileSync(join(web, path)), { level: 9 }).length);
  return {
    name: 'viewer.firstPage',
    input: `index.html, the entry and what it imports at once (${files.size} files), gzip -9`,
    unit: 'kB',
    ...summary([sizes.reduce((all, size) => all + size, 0) / 1000]),
    aim: { figure: 'median', below: 250 },
    parts: {},
  };
}

async function loadOurs(url, checksum) {
  const load = await watched(url, OURS);
  try {
    const found = await load.page.evaluate('window.__voxelmarkViewer.imageChecksum()');
    if (found !== checksum) throw new Error(`the voxels on the page have the checksum ${found}; expected ${checksum}`);
    return load.figures;
  } finally {
    await load.close();
  }
}

async function loadPrototype(url, checksum) {
  const load = await watched(url, PROTOTYPE);
  try {
    const found = await load.page.evaluate(
      `(${fnv1a})(api.cs.cache.getVolumes()[0].voxelManager.getCompleteScalarDataArray())`,
    );
    if (found !== checksum)
      throw new Error(`the voxels of the prototype have the checksum ${found}; expected ${checksum}`);
    return load.figures;
  } finally {
    await load.close();
  }
}

async function watched(url, selectors) {
  const { browser, page, problems } = await coldPage();
  await page.addInitScript(watchPlanes, selectors);
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForFunction('globalThis.__seen?.ready !== undefined', undefined, { timeout: READY_WITHIN_MS });
  if (problems.length > 0) throw new Error(`the page of ${url} complained: ${problems.join('; ')}`);
  const { frames, ready } = await page.evaluate('globalThis.__seen');
  const marks = await page.evaluate(
    `performance.getEntriesByType('mark').filter(({ name }) => name.startsWith('viewer:')).map(({ name, startTime }) => [name.slice(7), Math.round(startTime)])`,
  );
  return {
    page,
    close: () => browser.close(),
    figures: {
      firstSliceMs: firstFrameWith(frames, [0], false),
      planesMs: firstFrameWith(frames, [0, 1, 2], false),
      overlaysMs: Math.max(ready, firstFrameWith(frames, [0], true)),
      stages: Object.fromEntries(marks),
    },
  };
}

function medians(stages) {
  const names = [...new Set(stages.flatMap(Object.keys))];
  return Object.fromEntries(
    names.map((name) => [name, summary(stages.flatMap((one) => (name in one ? [one[name]] : []))).median]),
  );
}

async function ourFiles(cases) {
  const headers = { 'content-type': 'application/gzip' };
  const files = new Map();
  for (const [name, volumes] of Object.entries(cases)) {
    for (const [kind, volume] of Object.entries(volumes)) {
      const gzip = kind === 'image' ? partCompressor : true; // as they are stored when they come in
      const bytes = await writeNifti(orientTo(volume, 'RAS'), { gzip }); // as most converters order a CT
      files.set(`/data/${name}/${kind}.nii.gz`, { headers, bytes });
    }
  }
  return files;
}

/** What the prototype asks its server for: facts, one gzip body for each slice, gzip label maps. */
function prototypeFiles(cases) {
  const files = new Map();
  const gzipped = (data, level) => ({
    headers: { 'content-type': 'application/octet-stream', 'content-encoding': 'gzip' },
    bytes: gzipSync(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), { level }),
  });
  for (const [name, { image, reference, prediction }] of Object.entries(cases)) {
    const { sizeXyz: dims, spacingMm: spacing, originLps: origin } = image.geometry;
    files.set(`/v/${name}/meta`, {
      headers: { 'content-type': 'application/json' },
      bytes: Buffer.from(JSON.stringify({ dims, spacing, origin })),
    });
    const slice = dims[0] * dims[1];
    for (let k = 0; k < dims[2]; k++)
      files.set(`/v/${name}/slice/${k}?gz=1`, gzipped(image.data.subarray(k * slice, (k + 1) * slice), 1));
    files.set(`/v/${name}/ref?gz=6`, gzipped(reference.data, 6));
    files.set(`/v/${name}/pred?gz=6`, gzipped(prediction.data, 6));
  }
  return files;
}

/** 32-bit FNV-1a of the bytes of an array; runs in the page of the prototype as well. */
function fnv1a(voxels) {
  const bytes = new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength);
  let hash = 0x811c9dc5;
  for (let n = 0; n < bytes.length; n++) hash = Math.imul(hash ^ bytes[n], 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
