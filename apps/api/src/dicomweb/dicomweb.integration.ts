import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { createPixelCodecs } from '#codecs';
import { checkDataset, Findings, planDataset } from '#datasets';
import { DEFAULT_POLICY, deidentifyDicom, KeyedNames } from '#deidentification';
import { instanceUidOf, seriesUidOf, studyUidOf, type Benchmark, type EvaluationCase } from '#evaluation';
import {
  imageSeries,
  joinedBytes,
  openDicom,
  readDicomSegmentation,
  readDicomSeries,
  readLabelMap,
  readNifti,
  writeDicom,
  writeNifti,
  type DicomJson,
  type Geometry,
  type ImageSeries,
} from '#imaging';
import { memoryFiles } from '../../../../libs/datasets/src/test-support/memory-files.js';
import { describeIf, findProgram } from '../../../../test/requires.js';
import { World, type Who } from '../test-support/world.js';

let world: World;
let benchmark: Benchmark;
let open: EvaluationCase;
let sealed: EvaluationCase;
const codecs = createPixelCodecs();
const HTJ2K = '1.2.840.10008.1.2.4.201';

beforeAll(async () => {
  world = await World.open();
  benchmark = await world.benchmark('abdomen', { channels: [{ name: 'image', modality: 'CT', unit: 'HU' }] });
  open = (await world.parts.records.cases(benchmark.phases[0].id))[0];
  sealed = (await world.parts.records.cases(benchmark.phases[1].id))[0];
  await cameAsDicom(open);
  const done = await world.submission(benchmark, 'finished');
  for (const run of done.runs) await world.complete(run.id);
}, 120_000);
afterAll(() => world?.close());

function scanOf(geometry: Geometry, data: Int16Array, bodyPart: string): ImageSeries {
  return imageSeries({ geometry, data }, {
    studyInstanceUid: '1.2.3',
    frameOfReferenceUid: '1.2.3.9',
    patient: 'Doe, Jane',
    studyDescription: bodyPart,
    seriesInstanceUid: '1.2.3.1',
    seriesNumber: 1,
    seriesDescription: bodyPart,
    sopInstanceUid: (k) => `1.2.3.1.${k + 1}`,
    modality: 'CT',
  });
}

/** Gives a case the image that comes of DICOM files of a scanner once they are de-identified. HU from -1024 to 1527. */
async function cameAsDicom(one: EvaluationCase): Promise<void> {
  const data = Int16Array.from({ length: 256 }, (_, v) => -1024 + ((v * 97) % 2552));
  const scan = scanOf(one.geometry, data, 'Abdomen');
  const names = new KeyedNames((message) => createHmac('sha256', 'a secret').update(message).digest());
  const files = await Promise.all(
    [0, 1, 2, 3].map(async (k) => {
      const treated = await deidentifyDicom(joinedBytes(writeDicom(scan.instance(k))), { policy: DEFAULT_POLICY, names });
      if (treated.status !== 'done') throw new Error(`slice ${k} is ${treated.status}: ${JSON.stringify(treated)}`);
      return joinedBytes(treated.pieces);
    }),
  );
  const volume = await readDicomSeries(files, codecs);
  expect([...volume.data]).toEqual([...data]);
  const blob = await world.store(await writeNifti(volume, { gzip: true }));
  await world.database.dataSource.query('update stored_object set sha256 = $2, bytes = $3 where id = $1', [one.images[0].id, blob.sha256, blob.bytes]);
  open = (await world.parts.records.cases(benchmark.phases[0].id))[0];
}

const study = (): string => `/dicomweb/studies/${studyUidOf(open.id)}`;
const imageUid = (): string => seriesUidOf(open.id, open.images[0].id);
const imagePath = (): string => `${study()}/series/${imageUid()}`;
const referencePath = (): string => `${study()}/series/${seriesUidOf(open.id, open.references[0].object.id)}`;
const slice = (k: number): string => `${imagePath()}/instances/${instanceUidOf(imageUid(), k + 1)}`;

async function json(path: string, who: Who = 'visitor'): Promise<DicomJson[]> {
  const answer = await world.ask(who, 'GET', path);
  expect([path, answer.statusCode]).toEqual([path, 200]);
  expect(answer.headers['content-type']).toBe('application/dicom+json');
  return answer.json();
}

const valuesOf = (records: readonly DicomJson[], tag: string): unknown[] => records.map((record) => record[tag]?.Value?.[0]);

/** Parts of a multipart answer: type and content. */
async function parts(path: string, accept?: string): Promise<{ type: string; content: Uint8Array }[]> {
  const answer = await world.ask('visitor', 'GET', path, { headers: accept === undefined ? {} : { accept } });
  expect([path, answer.statusCode]).toEqual([path, 200]);
  const boundary = /boundary=(\S+)$/.exec(String(answer.headers['content-type']))?.[1] ?? '';
  const body = answer.rawPayload.toString('latin1');
  expect(body.endsWith(`\r\n--${boundary}--\r\n`)).toBe(true);
  return body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const at = part.indexOf('\r\n\r\n');
      return {
        type: /Content-Type: (.*)/.exec(part)?.[1] ?? '',
        content: new Uint8Array(Buffer.from(part.slice(at + 4, -2), 'latin1')),
      };
    });
}

describe('what is made ahead', () => {
  it('each image that came in is compressed before anybody asks', async () => {
    const { records } = world.parts;
    const cases = (await Promise.all(benchmark.phases.map(({ id }) => records.cases(id)))).flat();
    const images = cases.flatMap((one) => one.images);
    expect(images.length).toBeGreaterThan(1);
    while ((await records.imageWithoutFrames([])) !== null) await sleep(100); // ended by the test's limit
    for (const image of images) {
      const frames = await records.findFrames(image.id);
      expect(frames).toMatchObject({ kind: 'frames', label: image.label });
      expect(await world.parts.blobs.head(frames?.sha256 ?? '')).toMatchObject({ bytes: frames?.bytes });
    }
  });
});

describe('QIDO-RS', () => {
  it('a study is a practice case; its series are image, references and predictions', async () => {
    const studies = await json('/dicomweb/studies');
    expect(valuesOf(studies, '00100020')).toEqual(['abdomen-practice-1', 'abdomen-practice-2']);
    expect(studies[0]).toMatchObject({
      '0020000D': { vr: 'UI', Value: [studyUidOf(open.id)] },
      '00081030': { vr: 'LO', Value: ['Benchmark abdomen, Practice'] },
      '00080061': { vr: 'CS', Value: ['CT', 'SEG'] },
      '00201206': { vr: 'IS', Value: [4] },
      '00201208': { vr: 'IS', Value: [4 + 2 + 1] },
    });
    const series = await json(`${study()}/series`);
    expect(valuesOf(series, '00080060')).toEqual(['CT', 'SEG', 'SEG', 'SEG']);
    expect(valuesOf(series, '0008103E')).toEqual(['image', 'Reference, consensus (consensus)', 'Reference, reader-1', 'Prediction, finished 1.0.0']);
    expect(valuesOf(series, '00200011')).toEqual([1, 101, 102, 1001]);
    expect(valuesOf(await json(`${imagePath()}/instances`), '00200013')).toEqual([1, 2, 3, 4]);
    expect(await json(`${study()}/instances`)).toHaveLength(7);
  });

  it('finds by attributes and pages', async () => {
    expect(await json('/dicomweb/studies?PatientName=*practice-2')).toHaveLength(1);
    expect(await json('/dicomweb/studies?StudyInstanceUID=1.2.3')).toEqual([]);
    expect(await json('/dicomweb/studies?limit=1&offset=1')).toHaveLength(1);
    expect(await json('/dicomweb/series?Modality=SEG')).toHaveLength(6);
    expect(await json(`/dicomweb/instances?SeriesInstanceUID=${imageUid()}&InstanceNumber=3`)).toHaveLength(1);
    const warned = await world.ask('visitor', 'GET', '/dicomweb/studies?OperatorsName=x');
    expect(warned.headers.warning).toContain('OperatorsName is not matched');
    expect((await world.ask('visitor', 'GET', '/dicomweb/studies?limit=x')).json().code).toBe('dicomweb-search-invalid');
    expect((await world.ask('visitor', 'GET', '/dicomweb/studies?surplus')).statusCode).toBe(400);
    expect((await world.ask('visitor', 'GET', '/dicomweb/studies', { headers: { accept: 'application/dicom+xml' } })).statusCode).toBe(406);
  });

  it('knows held-out cases for those who may see them, and for nobody else', async () => {
    const count = async (who: Who, path: string): Promise<number> => (await json(path, who)).length;
    for (const who of ['visitor', 'researcher', 'owner', 'admin'] as const) {
      expect([who, await count(who, '/dicomweb/studies')]).toEqual([who, 2]);
      expect([who, await count(who, `/dicomweb/studies?StudyInstanceUID=${studyUidOf(sealed.id)}`)]).toEqual([who, 0]);
      expect([who, await count(who, '/dicomweb/series')]).toEqual([who, 8]);
    }
    expect(await count('reader', '/dicomweb/studies')).toBe(5);
    expect(valuesOf(await json(`/dicomweb/series?StudyInstanceUID=${studyUidOf(sealed.id)}`, 'reader'), '00080060')).toEqual(['CT']);
    expect(await count('organiser', `/dicomweb/series?StudyInstanceUID=${studyUidOf(sealed.id)}`)).toBe(4);
  });
});

describe('WADO-RS', () => {
  it('a series gives back the image, voxel for voxel, in both transfer syntaxes', async () => {
    const stored = await readNifti(await world.parts.blobs.read(open.images[0].sha256));
    for (const syntax of ['1.2.840.10008.1.2.1', HTJ2K]) {
      const files = await parts(imagePath(), `multipart/related; type="application/dicom"; transfer-syntax=${syntax}`);
      expect(files.map(({ type }) => type)).toEqual(Array(4).fill(`application/dicom; transfer-syntax=${syntax}`));
      const [first] = files;
      expect((await openDicom(first.content, 1e6)).transferSyntaxUid).toBe(syntax);
      const volume = await readDicomSeries(files.map(({ content }) => content), codecs);
      expect(volume.geometry).toEqual(stored.geometry);
      expect([...volume.data]).toEqual([...stored.data]);
      expect(volume.data[1]).toBe(-927); // HU as the scanner wrote them, through de-identification and back
    }
  });

  it('a segmentation gives back the label map and names the image', async () => {
    const [file, ...rest] = await parts(referencePath());
    expect(rest).toEqual([]);
    const stored = await readLabelMap(await world.parts.blobs.read(open.references[0].object.sha256));
    const read = await readDicomSegmentation(file.content, stored.geometry, codecs);
    expect(read.segments.map(({ label }) => label)).toEqual(['liver', 'spleen', expect.any(String), 'liver lesion']);
    const { dataSet } = await openDicom(file.content, 1e6);
    expect(dataSet.item(0x00081115)?.text(0x0020000e)).toBe(imageUid());
    expect(read.layers.map(({ labelMap }) => [...labelMap.data])).toEqual([[...stored.data]]); // labels 1 to 4 are segments 1 to 4
  });

  it('metadata says all but the pixels, and where those are', async () => {
    const all = await json(`${study()}/metadata`);
    expect(all).toHaveLength(7);
    const [second] = await json(`${slice(1)}/metadata`);
    expect(second).toEqual(all[1]);
    expect(second).toMatchObject({
      '00080018': { Value: [instanceUidOf(imageUid(), 2)] },
      '00083002': { Value: ['1.2.840.10008.1.2.1', HTJ2K] },
      '00200032': { Value: [0, 0, 3] },
      '00280010': { Value: [8] },
    });
    const address = new URL(second['7FE00010'].BulkDataURI ?? '').pathname;
    const [bulk] = await parts(address);
    const [frame] = await parts(`${slice(1)}/frames/1`);
    expect(bulk.content).toEqual(frame.content);
    expect(frame.content.length).toBe(2 * 8 * 8);
  });

  it('frames as bytes, as a codestream, and of segmentations as bits', async () => {
    const [raw] = await parts(`${slice(2)}/frames/1`, 'multipart/related; type="application/octet-stream"; transfer-syntax=*');
    const [jphc] = await parts(`${slice(2)}/frames/1`, 'multipart/related; type="image/jphc"');
    expect(jphc.type).toBe(`image/jphc; transfer-syntax=${HTJ2K}`);
    expect(await codecs.decode(HTJ2K, jphc.content, { columns: 8, rows: 8, components: 1, bitsPerSample: 16 })).toEqual(raw.content);
    const [{ '00280008': count }] = await json(`${referencePath()}/metadata`);
    const instance = `${referencePath()}/instances/${instanceUidOf(seriesUidOf(open.id, open.references[0].object.id), 1)}`;
    const masks = await parts(`${instance}/frames/1,2`);
    expect(masks.map(({ content }) => content.length)).toEqual([8, 8]);
    const beyond = await world.ask('visitor', 'GET', `${instance}/frames/${Number(count.Value?.[0]) + 1}`);
    expect(beyond.statusCode).toBe(404);
  });

  it('pictures: a window, a viewport, JPEG or PNG', async () => {
    const png = await world.ask('visitor', 'GET', `${slice(1)}/rendered?window=2,4,linear-exact`, { headers: { accept: 'image/png' } });
    expect([png.statusCode, png.headers['content-type']]).toEqual([200, 'image/png']);
    expect(png.rawPayload.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
    expect([png.rawPayload.readUInt32BE(16), png.rawPayload.readUInt32BE(20)]).toEqual([8, 8]);
    for (const path of [`${study()}/thumbnail`, `${imagePath()}/thumbnail`, `${slice(0)}/thumbnail`, `${slice(0)}/frames/1/rendered?viewport=4,4`]) {
      const jpeg = await world.ask('visitor', 'GET', path);
      expect([jpeg.statusCode, jpeg.headers['content-type']]).toEqual([200, 'image/jpeg']);
      expect([...jpeg.rawPayload.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    }
    const refused: [string, string][] = [
      [`${slice(0)}/rendered?window=1`, 'dicomweb-parameter-invalid'],
      [`${slice(0)}/rendered?viewport=0,5`, 'dicomweb-parameter-invalid'],
      [`${referencePath()}/thumbnail`, 'dicomweb-not-rendered'],
    ];
    for (const [path, code] of refused) expect((await world.ask('visitor', 'GET', path)).json().code).toBe(code);
  });

  it('what is compressed once is kept, as secret as the image', async () => {
    await json(`/dicomweb/studies/${studyUidOf(sealed.id)}/metadata`, 'organiser');
    const frames = await world.parts.records.findFrames(sealed.images[0].id);
    expect(frames).toMatchObject({ kind: 'frames', label: 'SEALED' });
    for (const who of ['visitor', 'organiser'] as const) expect((await world.ask(who, 'GET', `/objects/${frames?.id}`)).statusCode).toBe(404);
    const again = await world.parts.records.addFrames(sealed.images[0].id, { sha256: 'f'.repeat(64), bytes: 1 });
    expect(again).toEqual(frames);
  });

  it('writes down who got pixels, and who was refused', async () => {
    const events = async () => world.parts.accessLog.list({ caseId: sealed.id }, { limit: 200 });
    const before = (await events()).length;
    const path = `/dicomweb/studies/${studyUidOf(sealed.id)}/series/${seriesUidOf(sealed.id, sealed.images[0].id)}`;
    expect((await world.ask('reader', 'GET', path)).statusCode).toBe(200);
    expect((await world.ask('researcher', 'GET', path)).statusCode).toBe(404);
    expect((await world.ask('reader', 'GET', path.replace(/[^/]+$/, seriesUidOf(sealed.id, sealed.references[0].object.id)))).statusCode).toBe(404);
    await new Promise((done) => setTimeout(done, 50)); // a refusal is written after its answer
    const added = (await events()).slice(0, -before);
    expect(added.map(({ userId, objectId, allowed }) => [userId, objectId, allowed]).sort()).toEqual(
      [
        [world.account('reader').id, sealed.images[0].id, true],
        [world.account('researcher').id, sealed.images[0].id, false],
        [world.account('reader').id, sealed.references[0].object.id, false],
      ].sort(),
    );
  });
});

describe('STOW-RS into the inbox of a dataset', () => {
  const root = '/datasets/scans';
  const store = async (files: readonly Uint8Array[], query = '') => {
    const payload = Buffer.concat([
      ...files.flatMap((file) => [Buffer.from('--b\r\nContent-Type: application/dicom\r\n\r\n'), file, Buffer.from('\r\n')]),
      Buffer.from('--b--\r\n'),
    ]);
    const headers = { 'content-type': 'multipart/related; type="application/dicom"; boundary=b' };
    return world.ask('organiser', 'POST', `${root}/dicomweb/studies${query}`, { headers, payload });
  };
  const scan = (bodyPart: string): ImageSeries =>
    scanOf(open.geometry, Int16Array.from({ length: 256 }, (_, v) => 5 * v - 1000), bodyPart);

  beforeAll(async () => {
    await world.dataset('scans');
  });

  it('keeps what is de-identified, under new names, and says which', async () => {
    const files = [0, 1, 2, 3].map((k) => joinedBytes(writeDicom(scan('Abdomen').instance(k))));
    for (const _ of ['once', 'and again: no second one']) {
      const answer = await store(files);
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/dicom+json']);
      const said: DicomJson = answer.json();
      expect(said['00081198']).toBeUndefined();
      expect(valuesOf((said['00081199'].Value ?? []) as DicomJson[], '00081155')).toEqual(['1.2.3.1.1', '1.2.3.1.2', '1.2.3.1.3', '1.2.3.1.4']);
    }
    const inbox = (await world.ask('organiser', 'GET', `${root}/inbox`)).json();
    expect(inbox).toMatchObject({ instanceCount: 4, series: [{ instanceCount: 4, patient: expect.stringMatching(/^P[0-9A-Z]{16}$/) }] });
    expect(JSON.stringify(inbox)).not.toMatch(/Doe|1\.2\.3\.1/);

    const archive = await world.ask('organiser', 'GET', `${root}/inbox/archive`);
    const noted = (await world.parts.accessLog.list({}, { limit: 200 })).filter(({ action }) => action.startsWith('inbox.'));
    expect(new Set(noted.map(({ action }) => action))).toEqual(new Set(['inbox.store', 'inbox.read']));
    expect(noted.every(({ objectId, userId, allowed }) => objectId !== null && userId !== null && allowed)).toBe(true);
    const rebuilt = Object.values(unzipSync(archive.rawPayload));
    expect(rebuilt.some((file) => Buffer.from(file).includes('Doe'))).toBe(false);
    const volume = await readDicomSeries(rebuilt, codecs);
    expect([...volume.data]).toEqual(Array.from({ length: 256 }, (_, v) => 5 * v - 1000));
    // the same, series by series and as it lies, as the pages fetch it
    const [{ seriesInstanceUid }] = inbox.series;
    const ofSeries = await world.ask('organiser', 'GET', `${root}/inbox/archive?series=${seriesInstanceUid}&stored=true`);
    expect(Object.values(unzipSync(ofSeries.rawPayload))).toEqual(rebuilt);
    expect(ofSeries.rawPayload.includes(Buffer.from(rebuilt[0]))).toBe(true); // not packed
    expect((await world.ask('organiser', 'GET', `${root}/inbox/archive?series=1.2.3.1`)).statusCode).toBe(404);
  });

  it('keeps no head, no damaged file and nothing of another kind, and says why', async () => {
    const [head] = [joinedBytes(writeDicom(scan('Head').instance(0)))];
    const held = await store([head]);
    expect(held.statusCode).toBe(409);
    expect(held.json()['00081198'].Value).toEqual([
      { '00081150': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.2'] }, '00081155': { vr: 'UI', Value: ['1.2.3.1.1'] }, '00081197': { vr: 'US', Value: [0xc0de] } },
    ]);
    expect(held.headers.warning).toContain('deid-recognisable');
    const mixed = await store([joinedBytes(writeDicom(scan('Abdomen').instance(1))), new Uint8Array([1, 2, 3])]);
    expect(mixed.statusCode).toBe(202);
    expect(mixed.json()['00081198'].Value).toEqual([{ '00081150': { vr: 'UI' }, '00081155': { vr: 'UI' }, '00081197': { vr: 'US', Value: [0xc000] } }]);
    // the head has the UID of a slice that is there: another instance, which does not take its place
    const { blobs } = await world.inventory();
    expect((await store([head], '?accept=deid-recognisable')).json()['00081198'].Value[0]['00081197'].Value).toEqual([0x0111]);
    expect((await world.inventory()).blobs).toBe(blobs);
    expect((await store([head], '?accept=everything')).json().code).toBe('dicomweb-parameter-invalid');
    expect((await store([])).json().code).toBe('multipart-malformed');
    const { instanceCount, turnedAway } = (await world.ask('organiser', 'GET', `${root}/inbox`)).json();
    expect(instanceCount).toBe(4);
    expect(turnedAway.map(({ code, held: waits, times }: Record<string, unknown>) => [code, waits, times])).toEqual([
      ['deid-recognisable', true, 1],
      ['dicom-header', false, 1],
      ['inbox-other-instance', false, 1],
    ]);
  });

  it('is emptied, files and all; then what was looked at can be taken', async () => {
    const before = (await world.inventory()).blobs;
    expect((await world.ask('organiser', 'DELETE', `${root}/inbox`)).statusCode).toBe(204);
    expect((await world.inventory()).blobs).toBe(before - 4);
    expect((await world.ask('organiser', 'GET', `${root}/inbox`)).json()).toEqual({ instanceCount: 0, bytes: 0, series: [], turnedAway: [], accepted: [] });
    expect((await world.ask('organiser', 'GET', `${root}/inbox/archive`)).json().code).toBe('inbox-empty');
    expect((await store([joinedBytes(writeDicom(scan('Head').instance(0)))], '?accept=deid-recognisable')).statusCode).toBe(200);
    // or, for senders that cannot say so, for all that is sent from then on
    const other = joinedBytes(writeDicom(scan('Head').instance(1)));
    const looked = (codes: string[]) => world.ask('organiser', 'PUT', `${root}/inbox/accepted`, { body: { codes } });
    expect((await store([other])).statusCode).toBe(409);
    expect((await looked(['deid-everything'])).json().code).toBe('dicomweb-parameter-invalid');
    expect((await looked(['deid-recognisable', 'deid-recognisable'])).json().accepted).toEqual([{ code: 'deid-recognisable', since: expect.any(String) }]);
    expect((await store([other])).statusCode).toBe(200);
    expect((await looked([])).json().accepted).toEqual([]);
    expect((await store([joinedBytes(writeDicom(scan('Head').instance(2)))])).statusCode).toBe(409);
  });
});

const orthanc = findProgram('Orthanc');
const PLUGIN = '/usr/share/orthanc/plugins/libOrthancDicomWeb.so';

describeIf(orthanc !== null && existsSync(PLUGIN), 'a peer that is not ours: Orthanc', 'apt-get install orthanc-dicomweb', () => {
  let folder: string;
  let peer: ChildProcess;
  let at: string;

  beforeAll(async () => {
    await world.app.listen({ port: 0, host: '127.0.0.1' });
    const ours = world.app.getHttpServer().address() as AddressInfo;
    folder = mkdtempSync(join(tmpdir(), 'voxelmark-orthanc-'));
    const port = await freePort();
    const settings = {
      Name: 'Voxelmark test',
      StorageDirectory: folder,
      IndexDirectory: folder,
      HttpPort: port,
      RemoteAccessAllowed: false,
      AuthenticationEnabled: false,
      DicomServerEnabled: false,
      Plugins: [PLUGIN],
      DicomWeb: {
        Enable: true,
        Servers: {
          ours: { Url: `http://127.0.0.1:${ours.port}/api/v1/dicomweb/` },
          inbox: {
            Url: `http://127.0.0.1:${ours.port}/api/v1/datasets/from-a-peer/dicomweb/`,
            HttpHeaders: { Authorization: `Bearer ${await world.token('organiser', ['data'])}` },
          },
        },
      },
    };
    writeFileSync(join(folder, 'orthanc.json'), JSON.stringify(settings));
    peer = spawn(orthanc as string, [join(folder, 'orthanc.json')], { cwd: folder, stdio: 'ignore' });
    at = `http://127.0.0.1:${port}`;
    for (let tries = 0; tries < 300; tries++) {
      if (await fetch(`${at}/system`).then(({ ok }) => ok, () => false)) return;
      if (peer.exitCode !== null) throw new Error(`Orthanc ended with ${peer.exitCode}`);
      await sleep(100);
    }
    throw new Error('Orthanc did not answer within half a minute');
  }, 60_000);

  afterAll(async () => {
    if (peer?.exitCode === null) {
      const ended = once(peer, 'exit');
      peer.kill();
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  async function ask(path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(at + path, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });
    const text = await answer.text();
    expect([path, answer.status, answer.ok ? '' : text]).toEqual([path, 200, '']);
    return JSON.parse(text);
  }

  it('searches our studies through its own client', async () => {
    const found = (await ask('/dicom-web/servers/ours/qido', { Uri: '/studies', Arguments: { PatientName: '*practice-1' } })) as object[];
    expect(found).toHaveLength(1);
    expect(JSON.stringify(found)).toContain(studyUidOf(open.id));
  });

  it('fetches a study of ours: all instances, every value', async () => {
    const fetched = await ask('/dicom-web/servers/ours/retrieve', { Resources: [{ Study: studyUidOf(open.id) }], Synchronous: true });
    expect(fetched).toBeTruthy();
    const statistics = (await ask('/statistics')) as { CountInstances: number; CountSeries: number };
    expect([statistics.CountSeries, statistics.CountInstances]).toEqual([4, 7]);
    const [series] = (await ask('/tools/find', { Level: 'Series', Query: { SeriesInstanceUID: imageUid() } })) as string[];
    const instances = (await ask(`/series/${series}/instances`)) as { ID: string }[];
    const files = await Promise.all(instances.map(async ({ ID }) => new Uint8Array(await (await fetch(`${at}/instances/${ID}/file`)).arrayBuffer())));
    const volume = await readDicomSeries(files, codecs);
    const stored = await readNifti(await world.parts.blobs.read(open.images[0].sha256));
    expect(volume.geometry).toEqual(stored.geometry);
    expect([...volume.data]).toEqual([...stored.data]);
  });

  it('sends a study into the inbox of a dataset; the importer finds a case in it, with its references', async () => {
    await world.dataset('from-a-peer');
    const [found] = (await ask('/tools/find', { Level: 'Study', Query: { StudyInstanceUID: studyUidOf(open.id) } })) as string[];
    await ask('/dicom-web/servers/inbox/stow', { Resources: [found], Synchronous: true });
    const { instanceCount } = (await world.ask('organiser', 'GET', '/datasets/from-a-peer/inbox')).json();
    expect(instanceCount).toBe(7);
    const archive = await world.ask('organiser', 'GET', '/datasets/from-a-peer/inbox/archive');
    const files = memoryFiles(unzipSync(archive.rawPayload));
    const findings = new Findings();
    const planned = await planDataset(files, null, null, findings);
    expect(planned?.cases.map(({ images, references }) => [images.length, references.length])).toEqual([[1, 3]]);
    const sha256 = (bytes: Uint8Array) => Promise.resolve(createHash('sha256').update(bytes).digest('hex'));
    const report = await checkDataset({ files, codecs: async () => codecs, sha256 }, planned!, findings);
    expect(report.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('takes our instances by STOW-RS', async () => {
    const answer = await world.ask('visitor', 'GET', imagePath());
    const stored = await fetch(`${at}/dicom-web/studies`, {
      method: 'POST',
      headers: { 'content-type': String(answer.headers['content-type']), accept: 'application/dicom+json' },
      // it takes parts of this type without parameters only
      body: Buffer.from(answer.rawPayload.toString('latin1').replaceAll(/(Content-Type: application\/dicom); [^\r]*/g, '$1'), 'latin1'),
    });
    expect(stored.status).toBe(200);
    const said = (await stored.json()) as DicomJson;
    expect(said['00081199'].Value).toHaveLength(4);
    expect(said['00081198']?.Value).toBeUndefined();
  });
});

const dump = findProgram('dcmdump');
describeIf(dump !== null, 'a reader that is not ours: dcmtk', 'apt-get install dcmtk', () => {
  it('finds every element of an instance in order, in both transfer syntaxes', async () => {
    for (const syntax of ['1.2.840.10008.1.2.1', HTJ2K]) {
      const [{ content }] = await parts(slice(0), `multipart/related; type="application/dicom"; transfer-syntax=${syntax}`);
      const folder = mkdtempSync(join(tmpdir(), 'voxelmark-dcmtk-'));
      try {
        writeFileSync(join(folder, 'one.dcm'), content);
        const { stdout, stderr } = await promisify(execFile)(dump as string, ['-q', '+P', '0008,0018', '+P', '7fe0,0010', join(folder, 'one.dcm')]);
        expect(stderr).toBe('');
        expect(stdout).toContain(`[${instanceUidOf(imageUid(), 1)}]`);
        expect(stdout).toContain('PixelData');
      } finally {
        rmSync(folder, { recursive: true });
      }
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
