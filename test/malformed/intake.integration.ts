import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeNifti } from '#imaging';
import { openDatabase, type Database } from '#persistence';
import {
  smallPlatform,
  type ApiProcess,
  type SmallPlatform,
} from '../../apps/worker/src/test-support/small-platform.js';
import { MALFORMED, type Malformed } from './malformed.js';
import { GRID, type Kind } from './read.js';

/**
 * Malformed files through the doors of the API, as an organiser sends them: as the image or the reference of a case, which
 * are NIfTI whatever they were on the sender's side, and DICOM into the inbox of a dataset. The API is a process of its own.
 * All files with VOXELMARK_TEST_LONG=1, else of every kind three, with those among them that swell.
 */
const LONG = process.env.VOXELMARK_TEST_LONG === '1';
const MIB = 2 ** 20;
const SWELLS = /bomb|gigabyte|32767|too many|65535|huge|4 GiB|deflate/;
const DICOM: readonly Kind[] = ['series', 'segmentation', 'structures'];

const chosen = MALFORMED.filter(({ kind, name }, n) => {
  const before = MALFORMED.slice(0, n).filter((one) => one.kind === kind).length;
  return LONG || before < 3 || SWELLS.test(name);
});
const forInbox = chosen.filter(({ kind }) => DICOM.includes(kind));

let small: SmallPlatform;
let api: ApiProcess;
let database: Database;
let address: string;
let authorization: string;
let good: { readonly image: Uint8Array; readonly labels: Uint8Array };

beforeAll(async () => {
  small = await smallPlatform();
  api = await small.startApi();
  database = await openDatabase({ ...small.server.options, poolSize: 1, applicationName: 'voxelmark-intake-test' });
  const ready = api.lines().find((line) => line.includes('"api.ready"')) ?? '{}';
  address = `${(JSON.parse(ready) as { url: string }).url}/api/v1`;
  const { accounts } = small.platform;
  const { id } = await accounts.createAccount({
    email: 'o@example.org',
    name: 'O',
    role: 'organiser',
    passwordHash: null,
  });
  const secret = `vmk_${randomBytes(32).toString('base64url')}`;
  const token = { userId: id, name: 'test', scopes: ['read', 'data'], expiresAt: null } as const;
  await accounts.createToken(token, createHash('sha256').update(secret).digest('hex'));
  authorization = `Bearer ${secret}`;
  const voxels = GRID.sizeXyz.reduce((product, size) => product * size, 1);
  good = {
    image: await writeNifti({ geometry: GRID, data: Int16Array.from({ length: voxels }, (_, v) => v) }, { gzip: true }),
    labels: await writeNifti(
      { geometry: GRID, data: Uint8Array.from({ length: voxels }, (_, v) => v % 2) },
      { gzip: true },
    ),
  };
  const begun = await fetch(`${address}/datasets`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({
      slug: 'door',
      name: 'Door',
      licence: 'CC0-1.0',
      description: '',
      labels: [{ value: 1, name: 'liver' }],
      channels: [{ name: 'CT' }],
    }),
  });
  expect(begun.status).toBe(201);
}, 120_000);
afterAll(async () => {
  await database?.close();
  await small?.remove();
}, 120_000);

async function sendCase(name: string, image: Uint8Array, labels: Uint8Array) {
  const form = new FormData();
  form.set('case', JSON.stringify({ name, patient: name, facts: {}, references: [{ reader: 'A', consensus: true }] }));
  for (const [field, bytes] of [
    ['image', image],
    ['reference', labels],
  ] as const)
    form.append(field, new Blob([new Uint8Array(bytes)]), `${field}.nii.gz`);
  const answer = await fetch(`${address}/datasets/door/cases`, {
    method: 'POST',
    headers: { authorization },
    body: form,
  });
  return { status: answer.status, body: (await answer.json()) as { code: string; detail: string } };
}

async function store(files: readonly Uint8Array[]) {
  const parts = files.flatMap((bytes) => [
    Buffer.from('--b\r\nContent-Type: application/dicom\r\n\r\n'),
    bytes,
    Buffer.from('\r\n'),
  ]);
  const answer = await fetch(`${address}/datasets/door/dicomweb/studies`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'multipart/related; type="application/dicom"; boundary=b' },
    body: Buffer.concat([...parts, Buffer.from('--b--\r\n')]),
  });
  const { code } = (await answer.json()) as { code?: string };
  return { status: answer.status, code, warning: answer.headers.get('warning') ?? '' };
}

/** Rows by table and files by path. What is written for each look at pixels, and each file turned away, is meant to stay. */
async function inventory(): Promise<Record<string, number>> {
  const query = (text: string) => database.dataSource.query(text) as Promise<Record<string, string>[]>;
  const counts: Record<string, number> = {};
  for (const { name } of await query(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  )) {
    if (/^(access_event|dataset_inbox_refusal)$/.test(name)) continue;
    counts[`rows of ${name}`] = Number((await query(`select count(*) as n from "${name}"`))[0].n);
  }
  const folder = small.dataDir;
  for (const place of readdirSync(folder)) {
    if (/postgres|pg/.test(place) || !statSync(join(folder, place)).isDirectory()) continue;
    for (const one of readdirSync(join(folder, place), { recursive: true, withFileTypes: true }))
      if (one.isFile()) counts[join(one.parentPath, one.name)] = statSync(join(one.parentPath, one.name)).size;
  }
  return counts;
}

/** Most resident memory of the API since `forgetPeak`; 0 where the system does not tell. */
function residentPeak(): number {
  if (process.platform !== 'linux') return 0;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${api.pid}/status`, 'utf8'))?.[1]) * 1024;
}
const forgetPeak = (): void => {
  if (process.platform === 'linux') writeFileSync(`/proc/${api.pid}/clear_refs`, '5');
};

it(`${chosen.length} malformed files are refused at every door, each with a code, and leave nothing`, async () => {
  expect(new Set(chosen.map(({ kind }) => kind)).size).toBe(9);
  // a good case goes through, and can be taken out again: what follows is refused for its files, and threads have started
  expect(await sendCase('good', good.image, good.labels)).toMatchObject({ status: 201 });
  expect(
    (await fetch(`${address}/datasets/door/cases/good`, { method: 'DELETE', headers: { authorization } })).status,
  ).toBe(200);
  const before = await inventory();
  forgetPeak();
  const base = residentPeak();

  const got: unknown[] = [];
  const expected: unknown[] = [];
  for (const one of chosen) {
    const [first = new Uint8Array(0)] = one.files();
    const asLabels = one.kind === 'labels';
    const { status, body } = await (asLabels
      ? sendCase('bad', good.image, first)
      : sendCase('bad', first, good.labels));
    got.push([one.kind, one.name, status, body.code, codeIn(body.detail, one)]);
    // the door speaks NIfTI: what is malformed in another format is no NIfTI first of all
    const why = one.kind === 'nifti' || asLabels ? one.code : 'a code of NIfTI';
    expected.push([
      one.kind,
      one.name,
      422,
      ...(first.length === 0 ? ['case-file-empty', null] : ['case-invalid', why]),
    ]);
  }
  expect(got).toEqual(expected);
  expect(await inventory()).toEqual(before);
  expect(residentPeak()).toBeLessThan(base + 300 * MIB);
  expect([api.process.exitCode, api.process.signalCode]).toEqual([null, null]);
}, 600_000);

/** The code of the reader in what the door says; null where the door has one of its own. */
function codeIn(detail: string, { kind }: Malformed): string | null {
  const said = /: ([a-z]+-[a-z-]+): ./.exec(detail)?.[1] ?? null;
  return ['nifti', 'labels'].includes(kind) || !said?.startsWith('nifti-') ? said : 'a code of NIfTI';
}

it(`${forInbox.length} malformed files of DICOM are not kept by an inbox`, async () => {
  await store(forInbox[0].files()); // the inbox gets its key with the first that is sent
  const before = await inventory();
  forgetPeak();
  const base = residentPeak();
  const kept: unknown[] = [];
  for (const { kind, name, files } of forInbox) {
    const { status, warning, code } = await store(files());
    // some say too little of themselves to be asked for more; the others are refused for what is malformed
    const why = code ?? /^299 voxelmark "((?:dicom|deid)-[a-z-]+): ./.exec(warning)?.[1];
    if (![400, 409].includes(status) || why === undefined) kept.push([kind, name, status, warning]);
  }
  expect(kept).toEqual([]);
  expect(await inventory()).toEqual(before);
  expect(residentPeak()).toBeLessThan(base + 300 * MIB);
  expect([api.process.exitCode, api.process.signalCode]).toEqual([null, null]);
}, 600_000);
