import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { ctSlice, writeDicom, type Written } from '../../imaging/src/test-support/dicom-writer.js';
import { declared, group, segmentation } from '../../imaging/src/test-support/segmentation-writer.js';
import { createPixelCodecs } from '#codecs';
import { readLabelMap, type Geometry } from '#imaging';
import { checkDataset, type DatasetReport } from './check-dataset.js';
import type { DatasetFiles } from './dataset-files.js';
import { readTable } from './dataset-table.js';
import { Findings, type AcceptableCode } from './finding.js';
import { planDataset, planOneCase } from './plan-dataset.js';
import type { DatasetLayout, PlannedDataset } from './planned.js';
import type { PreparedCase } from './prepare-case.js';
import { prepareCase } from './prepare-case.js';
import type { ReferenceRules } from './read-case.js';
import { GRID, image, labels, memoryFiles, type Contents } from './test-support/memory-files.js';

const codecs = () => Promise.resolve(createPixelCodecs());
const sha256 = (bytes: Uint8Array) => Promise.resolve(createHash('sha256').update(bytes).digest('hex'));

async function check(
  contents: Contents,
  {
    layout = null,
    table,
    passedOver,
    accepted,
    rules,
  }: {
    layout?: DatasetLayout | null;
    table?: string;
    passedOver?: DatasetFiles['passedOver'];
    accepted?: ReadonlySet<AcceptableCode>;
    rules?: ReferenceRules;
  } = {},
): Promise<DatasetReport & { layout: DatasetLayout | null; planned: PlannedDataset | null }> {
  const findings = new Findings(accepted);
  const files = memoryFiles(contents, passedOver);
  const planned = await planDataset(files, layout, table === undefined ? null : readTable('table.csv', table, findings), findings);
  const report = planned
    ? await checkDataset({ files, codecs, sha256, rules }, planned, findings)
    : { ok: findings.errors === 0, cases: 0, findings: findings.list, labels: [], channels: [], describedChannels: [], splits: {}, facts: [] };
  return { ...report, layout: planned?.layout ?? null, planned };
}

/** Said of most datasets here; have tests of their own. */
const USUAL = ['patient-unknown', 'body-part-unstated', 'consensus-missing'];

/** Codes with the case or file that they are about. */
const told = ({ findings }: DatasetReport): string[] => findings.filter(({ code }) => !USUAL.includes(code)).map(({ code, case: name, file }) => [code, name ?? file].filter(Boolean).join(' '));

const NNUNET = {
  channel_names: { 0: 'CT' },
  labels: { background: 0, liver: 1, lesion: 2 },
  numTraining: 2,
  file_ending: '.nii.gz',
};
const nnunet = async (): Promise<Record<string, Uint8Array | object>> => ({
  'dataset.json': NNUNET,
  'imagesTr/a_0000.nii.gz': await image(1),
  'imagesTr/b_0000.nii.gz': await image(2),
  'labelsTr/a.nii.gz': await labels([1, 2]),
  'labelsTr/b.nii.gz': await labels([2]),
});
const shifted: Geometry = { ...GRID, originLps: [-10, 20.5, 5] };

describe('dataset check: layouts', () => {
  it('reads nnU-Net v2, also within the one folder of an archive', async () => {
    const contents = Object.fromEntries(Object.entries(await nnunet()).map(([path, content]) => [`Dataset007_Liver/${path}`, content]));
    const report = await check(contents);
    expect(told(report)).toEqual([]);
    expect(report).toMatchObject({ ok: true, layout: 'nnunet', cases: 2, channels: ['CT'], splits: { training: 2 } });
    expect(report.labels).toEqual([{ value: 1, name: 'liver' }, { value: 2, name: 'lesion' }]);
    expect(report.planned?.name).toBe('Dataset007_Liver');
  });

  it('reads several channels, regions, the ignore label and labelsTs of nnU-Net', async () => {
    const report = await check({
      'dataset.json': {
        channel_names: { 0: 'T1', 1: 'FLAIR' },
        labels: { background: 0, whole: [1, 2], core: [2], ignore: 3 },
        regions_class_order: [1, 2],
        numTraining: 1,
        file_ending: '.nii.gz',
      },
      'imagesTr/a_0000.nii.gz': await image(1),
      'imagesTr/a_0001.nii.gz': await image(2),
      'labelsTr/a.nii.gz': await labels([1, 2, 3]),
      'imagesTs/b_0000.nii.gz': await image(3),
      'imagesTs/b_0001.nii.gz': await image(4),
      'labelsTs/b.nii.gz': await labels([1]),
    });
    expect(told(report)).toEqual([]);
    expect(report).toMatchObject({ ok: true, cases: 2, channels: ['T1', 'FLAIR'], describedChannels: [{ name: 'T1', modality: 'MR' }, { name: 'FLAIR', modality: 'MR' }], splits: { training: 1, test: 1 } });
    expect(report.planned?.labels).toMatchObject({ ignore: 3, regions: [{ name: 'whole', labels: [1, 2] }, { name: 'core', labels: [2] }] });
  });

  it('reads the Decathlon with its loose spellings, and notes what it passed over', async () => {
    const report = await check({
      'dataset.json': {
        name: 'Liver',
        license: 'CC-BY-SA 4.0',
        relase: '1.0',
        modality: { 0: 'CT' },
        labels: { 0: 'background', 1: 'liver' },
        numTraining: 1,
        numTest: 1,
        training: [{ image: './imagesTr/a.nii.gz', label: './labelsTr/a.nii.gz' }],
        test: ['./imagesTs/b.nii.gz'],
      },
      'imagesTr/a.nii.gz': await image(1),
      'imagesTr/._a.nii.gz': new Uint8Array(4),
      'labelsTr/a.nii.gz': await labels([1], GRID, 'float'),
      'imagesTs/b.nii.gz': await image(2),
    });
    expect(report).toMatchObject({ ok: true, layout: 'msd', cases: 2 });
    expect(told(report)).toEqual([
      'dataset-ghost imagesTr/._a.nii.gz',
      'reference-none b',
      'dataset-description-loose dataset.json',
      'dataset-description-loose dataset.json',
    ]);
    expect(report.planned).toMatchObject({ name: 'Liver', licence: 'CC-BY-SA 4.0' });
  });

  it('splits a file of several channels', async () => {
    const volume = await import('#imaging');
    const four = await volume.writeNifti({ geometry: { ...GRID, sizeXyz: [4, 3, 4] }, data: Int16Array.from({ length: 48 }, (_, v) => v) });
    new DataView(four.buffer).setInt16(40, 4, true); // four axes: 4 x 3 x 2 x 2
    [4, 3, 2, 2].forEach((n, at) => new DataView(four.buffer).setInt16(42 + 2 * at, n, true));
    const description = (modality: object) => ({ modality, labels: { 0: 'background', 1: 'x' }, training: [{ image: 'imagesTr/a.nii', label: 'labelsTr/a.nii.gz' }] });
    const files = { 'imagesTr/a.nii': four, 'labelsTr/a.nii.gz': await labels([1]) };
    expect(told(await check({ ...files, 'dataset.json': description({ 0: 'T1', 1: 'T2' }) }))).toEqual([]);
    expect(told(await check({ ...files, 'dataset.json': description({ 0: 'T1' }) }))).toEqual(['channels-differ a', 'label-unused']);
    expect(told(await check({ ...files, 'dataset.json': description({ 0: 'T1', 1: 'T2', 2: 'T3' }) }))).toEqual(['channels-differ a', 'label-unused']);
  });

  it('reads BIDS with derivatives, participants, sidecars and a look-up table', async () => {
    const report = await check({
      'dataset_description.json': { Name: 'Heads', BIDSVersion: '1.9.0', License: 'CC0' },
      'participants.tsv': 'participant_id\tage\tsex\nsub-01\t61\tF\nsub-02\tn/a\tM\n',
      'sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz': await image(1),
      'sub-01/ses-1/anat/sub-01_ses-1_T1w.json': { Manufacturer: 'Acme', MagneticFieldStrength: 3, RepetitionTime: 2.5 },
      'sub-02/ses-1/anat/sub-02_ses-1_T1w.nii.gz': await image(2),
      'derivatives/manual/sub-01/ses-1/anat/sub-01_ses-1_desc-a_dseg.nii.gz': await labels([1]),
      'derivatives/manual/sub-01/ses-1/anat/sub-01_ses-1_desc-b_dseg.nii.gz': await labels([1, 1]),
      'derivatives/manual/sub-02/ses-1/anat/sub-02_ses-1_desc-a_dseg.nii.gz': await labels([1]),
      'derivatives/manual/desc-a_dseg.tsv': 'index\tname\n1\thippocampus\n',
    });
    expect(told(report)).toEqual([]);
    expect(report).toMatchObject({ ok: true, layout: 'bids', cases: 2, channels: ['T1w'], describedChannels: [{ name: 'T1w', modality: 'MR' }], labels: [{ value: 1, name: 'hippocampus' }] });
    const [first, second] = report.planned!.cases;
    expect(first).toMatchObject({ name: 'sub-01_ses-1', patient: 'sub-01', facts: { age: 61, sex: 'F', manufacturer: 'Acme', fieldStrengthT: 3, repetitionTimeMs: 2500 } });
    expect(first.references.map(({ reader }) => reader)).toEqual(['manual-a', 'manual-b']);
    expect(second.facts).toEqual({ sex: 'M' });
  });

  it('reads the plain form, with readers, labels and DICOM folders', async () => {
    const report = await check({
      'labels.json': { liver: 1 },
      'images/a.nii.gz': await image(1),
      'images/b/1.dcm': writeDicom(ctSlice({ instance: 0 })),
      'images/b/2.dcm': writeDicom(ctSlice({ instance: 1 })),
      'references/first/a.nii.gz': await labels([1]),
      'references/second/a.nii.gz': await labels([1, 1]),
      'references/first/b.nii.gz': await labels([1], { ...GRID, sizeXyz: [3, 2, 2], originLps: [-10, 20, 0] }),
    });
    expect(told(report)).toEqual([]);
    expect(report).toMatchObject({ ok: true, layout: 'folder', cases: 2 });
  });

  it('reads a table of paths, and facts of it', async () => {
    const contents = {
      'cases.csv': 'case,image,reference,reader,patient,site,split,age\nx,scans/1.nii.gz,masks/1a.nii.gz,A,p1,Leeds,train,61\nx,scans/1.nii.gz,masks/1b.nii.gz,B,p1,Leeds,train,61\ny,scans/2.nii.gz,masks/2.nii.gz,A,p2,York,test,\n',
      'scans/1.nii.gz': await image(1),
      'scans/2.nii.gz': await image(2),
      'masks/1a.nii.gz': await labels([1]),
      'masks/1b.nii.gz': await labels([1, 1]),
      'masks/2.nii.gz': await labels([1]),
    };
    const report = await check(contents);
    expect(told(report)).toEqual([]);
    expect(report).toMatchObject({ ok: true, layout: 'folder', cases: 2, splits: { train: 1, test: 1 } });
    expect(report.planned!.cases.map(({ facts }) => facts)).toEqual([{ site: 'Leeds', age: 61 }, { site: 'York' }]);
  });

  it('reads DICOM series with a SEG that names its series, and a label map beside the folder', async () => {
    const slices = (series: string, study: string, place: string): Uint8Array[] =>
      [0, 1].map((n) =>
        writeDicom(ctSlice({ instance: Number(series.replaceAll('.', '')) * 10 + n, position: `-10\\20\\${2.5 * n}`, pixels: [0, 1, 2, 3, 4, Number(study.slice(-1))], with: [[0x0020000d, 'UI', study], [0x0020000e, 'UI', series], [0x00200052, 'UI', place], [0x00100020, 'LO', 'patient 7']] })),
      );
    const [a, b] = [slices('1.1', '9.1', '5.1'), slices('1.2', '9.2', '5.2')];
    const contents = {
      'one/ct/1': a[0],
      'one/ct/2': a[1],
      'one/seg.dcm': segmentation({ with: [[0x00081115, 'SQ', [[[0x0020000e, 'UI', '1.1']]]], [0x0020000e, 'UI', '1.9']] as Written[] }),
      'two/ct/1': b[0],
      'two/ct/2': b[1],
      'two/mask.nii.gz': await labels([1, 2], { ...GRID, sizeXyz: [3, 2, 2], originLps: [-10, 20, 0] }),
      'report.pdf': 'x',
    };
    const report = await check(contents);
    expect(told(report)).toEqual([]);
    expect(report).toMatchObject({ ok: true, layout: 'dicom', cases: 2, channels: ['CT'], describedChannels: [{ name: 'CT', modality: 'CT', unit: 'HU' }] });
    expect(report.planned!.cases.map(({ name }) => name)).toEqual(['one', 'two']);
    expect(report.labels).toEqual([{ value: 1, name: 'Segment 1' }, { value: 2, name: 'Segment 2' }]);
    // the number of the patient is compared and never shown
    const split = await check(contents, { table: 'case,split\none,train\ntwo,test\n' });
    expect(told(split)).toEqual(['patient-in-two-splits two']);
    expect(JSON.stringify(split.findings)).not.toContain('patient 7');
  });

  it('gives the segments of a SEG the labels that they were written from, where all say so', async () => {
    const described = (number: number, text: string): Written[] => [...declared(number), [0x00620006, 'ST', text]];
    const seg = (...texts: readonly [string, string]) => ({
      'images/a/1.dcm': writeDicom(ctSlice({ instance: 0 })),
      'images/a/2.dcm': writeDicom(ctSlice({ instance: 1 })),
      'references/a.dcm': segmentation({
        segments: texts.map((text, n) => described(n + 1, text)),
        groups: [group('-10\\20\\0', 1), group('-10\\20\\0', 2)],
        pixels: Uint8Array.of(0b10000001, 0b0),
        with: [[0x0020000e, 'UI', '1.9']],
      }),
    });
    const labelsOf = async (...texts: readonly [string, string]) => (await check(seg(...texts))).labels.map(({ value }) => value);
    expect(await labelsOf('Label 3', 'Label 7')).toEqual([3, 7]);
    expect(await labelsOf('Label 3', 'Label 3')).toEqual([1, 2]);
    expect(await labelsOf('Label 3', 'of the liver')).toEqual([1, 2]);
    expect(await labelsOf('Label 3', 'Label 70000')).toEqual([1, 2]);
  });

  const ofSeg = (seg: Uint8Array) => ({
    'images/a/1.dcm': writeDicom(ctSlice({ instance: 0 })),
    'images/a/2.dcm': writeDicom(ctSlice({ instance: 1 })),
    'references/a.dcm': seg,
  });
  // both segments on the first slice: 1 is voxels 0 and 1, 2 is voxels 1 and 2
  const overlapping = segmentation({
    segments: [declared(1), declared(2)],
    groups: [group('-10\\20\\0', 1), group('-10\\20\\0', 2)],
    pixels: Uint8Array.of(0b10000011, 0b1),
    with: [[0x0020000e, 'UI', '1.9']],
  });
  /** What would be sent of the only case. */
  async function sent(
    contents: Contents,
    rules?: ReferenceRules,
  ): Promise<{ readonly data: number[]; readonly reading: PreparedCase['readers'][number]['reading'] }> {
    const { planned } = await check(contents);
    const { references, readers } = await prepareCase(
      { files: memoryFiles(contents), codecs, sha256, labels: planned!.labels, rules },
      planned!.cases[0],
      'p',
      planned!.channels,
    );
    return { data: Array.from((await readLabelMap(references[0])).data), reading: readers[0].reading };
  }
  const rest = Array<number>(9).fill(0);

  it('refuses a SEG whose segments share voxels until somebody says which label they keep, or names those that count', async () => {
    const contents = ofSeg(overlapping);
    const refused = await check(contents);
    expect(told(refused)).toEqual(['reference-overlap a']);
    expect(refused.findings.find(({ code }) => code === 'reference-overlap')?.found).toBe(
      'structures share 1 voxel(s), by their labels 1 and 2: 1 voxel',
    );
    await expect(sent(contents)).rejects.toThrow('structures share 1 voxel(s)');
    const chosen = await check({ ...contents, 'labels.json': { 'Segment 2': 7 } });
    expect(told(chosen)).toEqual(['structure-left-out a']);
    expect(chosen.labels).toEqual([{ value: 7, name: 'Segment 2' }]);
    expect(await sent({ ...contents, 'labels.json': { 'Segment 2': 7 } })).toEqual({
      data: [0, 7, 7, ...rest],
      reading: null,
    });
  });

  it.each([
    ['last', [1, 2, 2, ...rest]],
    ['first', [1, 1, 2, ...rest]],
  ] as const)(
    'reads overlapping segments as was chosen (%s), and keeps how many voxels they shared',
    async (overlap, data) => {
      const contents = ofSeg(overlapping);
      const report = await check(contents, { rules: { overlap } });
      expect(report.ok).toBe(true);
      expect(told(report)).toEqual(['reference-overlap-settled a']);
      expect(await sent(contents, { overlap })).toEqual({
        data,
        reading: { overlap: { rule: overlap, voxels: 1, pairs: [{ labels: [1, 2], voxels: 1 }] } },
      });
      // with declared labels it is these that decide, not the numbers in the file
      const turned = await sent({ ...contents, 'labels.json': { 'Segment 1': 9, 'Segment 2': 4 } }, { overlap });
      expect(turned.data).toEqual([9, overlap === 'last' ? 9 : 4, 4, ...rest]);
    },
  );

  it('cuts a fractional SEG where it is told, and says where', async () => {
    const fractional = segmentation({
      type: 'FRACTIONAL',
      fractionalMaximum: 100,
      segments: [declared(1)],
      groups: [group('-10\\20\\0', 1)],
      pixels: Uint8Array.of(100, 50, 49, 7, 6, 0),
      with: [[0x0020000e, 'UI', '1.9']],
    });
    const contents = ofSeg(fractional);
    const report = await check(contents);
    expect(told(report)).toEqual(['reference-fractional a']);
    expect(report.findings.find(({ code }) => code === 'reference-fractional')?.found).toBe(
      'a fractional segmentation, read from 0.5 of its maximum on',
    );
    const first = async (rules?: ReferenceRules) => {
      const { data, reading } = await sent(contents, rules);
      return [data.slice(0, 6).join(''), reading] as const;
    };
    expect(await first()).toEqual(['110000', { fractionalThreshold: 0.5 }]);
    expect(await first({ fractionalThreshold: 0.49 })).toEqual(['111000', { fractionalThreshold: 0.49 }]);
    expect(await first({ fractionalThreshold: 0.07 })).toEqual(['111100', { fractionalThreshold: 0.07 }]);
    expect(await first({ fractionalThreshold: 1 })).toEqual(['100000', { fractionalThreshold: 1 }]);
  });
});

describe('dataset check: findings', () => {
  const changes: readonly (readonly [string, () => Promise<Record<string, unknown>>, readonly string[]])[] = [
    ['another grid', async () => ({ 'labelsTr/b.nii.gz': await labels([2], shifted) }), ['grid-differs b']],
    ['another size', async () => ({ 'labelsTr/b.nii.gz': await labels([2], { ...GRID, sizeXyz: [4, 3, 3] }) }), ['grid-differs b']],
    ['an undeclared label', async () => ({ 'labelsTr/b.nii.gz': await labels([2, 9]) }), ['label-undeclared b']],
    ['fractions', async () => ({ 'labelsTr/b.nii.gz': await labels([1.5], GRID, 'float') }), ['label-values b']],
    ['background only', async () => ({ 'labelsTr/b.nii.gz': await labels([]) }), ['reference-empty b']],
    ['no reference', async () => ({ 'labelsTr/b.nii.gz': undefined }), ['reference-missing b']],
    ['no image', async () => ({ 'imagesTr/b_0000.nii.gz': undefined }), ['image-missing b', 'dataset-description-loose dataset.json']],
    ['a copy of an image', async () => ({ 'imagesTr/b_0000.nii.gz': await image(1, shifted), 'labelsTr/b.nii.gz': await labels([1], shifted) }), ['case-duplicate b']],
    ['a constant image', async () => ({ 'imagesTr/b_0000.nii.gz': await labels([]) }), ['image-constant b']],
    ['a damaged file', async () => ({ 'imagesTr/b_0000.nii.gz': (await image(2)).subarray(0, 90) }), ['nifti-gzip b']],
    ['a file of no format', async () => ({ 'imagesTr/b_0000.nii.gz': 'no image' }), ['image-format b']],
    ['a channel too many', async () => ({ 'imagesTr/b_0001.nii.gz': await image(3) }), ['channels-differ b']],
    ['a channel missing', async () => ({ 'dataset.json': { ...NNUNET, channel_names: { 0: 'CT', 1: 'PET' } } }), ['channel-missing a', 'channel-missing b']],
    ['a stray file', async () => ({ 'imagesTr/c.nii.gz': await image(3) }), ['dataset-stray imagesTr/c.nii.gz']],
    ['a wrong count', async () => ({ 'dataset.json': { ...NNUNET, numTraining: 5 } }), ['dataset-description-loose dataset.json']],
    ['labels with a gap', async () => ({ 'dataset.json': { ...NNUNET, labels: { background: 0, liver: 1, lesion: 2, x: 4 } } }), ['dataset-labels dataset.json', 'label-unused']],
    ['two names for a label', async () => ({ 'dataset.json': { ...NNUNET, labels: { background: 0, liver: 1, lesion: 2, x: 2 } } }), ['dataset-labels dataset.json']],
    ['ignore that is not the highest', async () => ({ 'dataset.json': { ...NNUNET, labels: { background: 0, ignore: 1, lesion: 2 } } }), ['dataset-labels dataset.json']],
    ['no background', async () => ({ 'dataset.json': { ...NNUNET, labels: { liver: 1, lesion: 2 } } }), ['dataset-labels dataset.json', 'dataset-labels dataset.json']],
    ['regions without order', async () => ({ 'dataset.json': { ...NNUNET, labels: { background: 0, liver: [1, 2], lesion: 2 } } }), ['dataset-labels dataset.json']],
    ['no JSON', async () => ({ 'dataset.json': '{' }), ['dataset-description dataset.json']],
    ['an ending that is not read', async () => ({ 'dataset.json': { ...NNUNET, file_ending: '.png' } }), ['dataset-description dataset.json']],
    ['no channels', async () => ({ 'dataset.json': { ...NNUNET, channel_names: {} } }), ['dataset-description dataset.json']],
    [
      'paths that leave the folder',
      async () => ({
        'dataset.json': { ...NNUNET, numTraining: 3, dataset: { a: { images: ['/etc/passwd'], label: 'labelsTr/a.nii.gz' }, b: { images: ['$HOME/x.nii.gz'], label: 'labelsTr/../../b.nii.gz' }, c: { images: ['imagesTr/b_0000.nii.gz'], label: '~/x' } } },
      }),
      ['dataset-path a', 'dataset-path b', 'dataset-path b', 'dataset-path c', 'label-unused', 'label-unused'],
    ],
  ];

  it.each(changes)('%s', async (_, change, expected) => {
    const contents: Record<string, Uint8Array | string | object> = await nnunet();
    for (const [path, content] of Object.entries(await change())) {
      if (content === undefined) delete contents[path];
      else contents[path] = content as object;
    }
    const report = await check(contents);
    expect(told(report)).toEqual(expected);
    expect(report.findings.every(({ found, expected: wanted }) => found !== '' && wanted !== '')).toBe(true);
    expect(report.ok).toBe(report.findings.every(({ severity }) => severity !== 'error'));
  });

  it('tells everything at once', async () => {
    const contents: Record<string, Uint8Array | object> = await nnunet();
    contents['imagesTr/c_0000.nii.gz'] = (await image(3)).subarray(0, 90);
    contents['labelsTr/c.nii.gz'] = await labels([1.5], GRID, 'float');
    contents['labelsTr/b.nii.gz'] = await labels([9], shifted);
    contents['labelsTr/d.nii.gz'] = await labels([1]);
    expect(told(await check(contents))).toEqual(['image-missing d', 'dataset-description-loose dataset.json', 'grid-differs b', 'nifti-gzip c', 'label-values c']);
  });

  it('says when left and right are a guess, and when millimetres are none', async () => {
    const unplaced = new Uint8Array(await new Response(new Blob([(await image(2)) as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
    const header = new DataView(unplaced.buffer);
    header.setInt16(252, 0, true);
    header.setInt16(254, 0, true);
    header.setFloat32(80, 750, true);
    const report = await check({ 'images/a.nii': unplaced, 'references/a.nii.gz': await labels([1]) });
    expect(told(report)).toEqual(['position-unknown a', 'spacing-implausible a', 'grid-differs a']);
  });

  it('turns a reference that is stored along other axes, and says so', async () => {
    const flipped: Geometry = { ...GRID, direction: [-1, 0, 0, 0, 1, 0, 0, 0, 1], originLps: [-10 + 3 * 0.75, 20, 5] };
    const report = await check({ 'images/a.nii.gz': await image(1), 'references/a.nii.gz': await labels([1], flipped) });
    expect(told(report)).toEqual(['reference-turned a']);
    expect(report.ok).toBe(true);
  });

  it('finds gaps and duplicate slices of DICOM folders', async () => {
    const folder = (heights: readonly number[]) => Object.fromEntries(heights.map((z, n) => [`images/a/${n}.dcm`, writeDicom(ctSlice({ instance: n, position: `-10\\20\\${z}` }))]));
    const reference = { 'references/a.nii.gz': await labels([1]) };
    expect(told(await check({ ...folder([0, 2.5, 7.5, 10]), ...reference }))).toEqual(['dicom-slice-gap a']);
    expect(told(await check({ ...folder([0, 2.5, 2.5, 5]), ...reference }))).toEqual(['dicom-slice-duplicate a']);
  });

  it('joins a table of facts and tells what does not fit', async () => {
    const table = 'case,patient,split,Patient Name,age\na,p1,train,x,61\nz,p3,train,x,1\na,p1,train,x,61\n';
    const report = await check(await nnunet(), { table });
    expect(told(report)).toEqual(['table-personal table.csv', 'table-case-unknown z', 'case-twice a', 'table-case-missing b']);
    const split = await check(await nnunet(), { table: 'case,patient,split\na,p1,train\nb,p1,test\n' });
    expect(told(split)).toEqual(['patient-in-two-splits b']);
    expect(told(await check(await nnunet(), { table: 'name,age\na,1\n' }))).toContain('table-column table.csv');
    expect(told(await check(await nnunet(), { table: 'case,age\na,"1\n' }))).toContain('table-invalid table.csv');
  });

  it('tells faults of a table of paths by line', async () => {
    const report = await check({
      'cases.csv': 'case,image,reference,split\na,1.nii.gz,../x.nii.gz,train\nb,C:\\x.nii,,train\nc,2.nii.gz,r.nii.gz,train\nc,1.nii.gz,r.nii.gz,test\n',
      '1.nii.gz': await image(1),
      'r.nii.gz': await labels([1]),
    });
    expect(told(report)).toEqual(['dataset-path a', 'dataset-path b', 'reference-missing b', 'image-missing c', 'case-twice c', 'case-twice c', 'case-twice c']);
    expect(report.ok).toBe(false);
  });

  it('names links that were not followed, and folders without a layout', async () => {
    const report = await check({ 'readme.txt': 'x' }, { passedOver: [{ path: 'images', why: 'link' }, { path: 'pipe', why: 'entry' }] });
    expect(told(report)).toEqual(['dataset-link images', 'dataset-entry pipe', 'dataset-layout']);
    expect(report.layout).toBeNull();
    expect(told(await check({ 'readme.txt': 'x' }, { layout: 'folder' }))).toEqual(['dataset-no-cases']);
  });

  it('takes the files of one case by their order', async () => {
    const ofOne = async (first: string, ...others: string[]): Promise<DatasetReport> => {
      const files = memoryFiles({ 'ct.nii.gz': await image(-1), 'seg.nii.gz': await labels([1]) });
      const findings = new Findings();
      return checkDataset({ files, codecs, sha256 }, await planOneCase(files, first, others, findings), findings);
    };
    expect(await ofOne('ct.nii.gz', 'seg.nii.gz')).toMatchObject({ ok: true, cases: 1, findings: [] });
    expect(told(await ofOne('seg.nii.gz', 'ct.nii.gz'))).toEqual(['label-values seg']);
    expect(told(await ofOne('ct.nii.gz'))).toEqual(['reference-missing ct']);
  });
});

describe('dataset check: what a hospital would not like to have sent', () => {
  const scan = (more: Written[] = []) => ({
    'images/a/1.dcm': writeDicom(ctSlice({ instance: 0, with: [...more, [0x00081030, 'LO', 'CT ABDOMEN']] })),
    'images/a/2.dcm': writeDicom(ctSlice({ instance: 1, with: [...more, [0x00081030, 'LO', 'CT ABDOMEN']] })),
  });
  const inFolder = async (folder: string, more: Written[] = []) => {
    const { 'images/a/1.dcm': first, 'images/a/2.dcm': second } = scan(more);
    return check({ [`${folder}/1.dcm`]: first, [`${folder}/2.dcm`]: second, [`${folder}/mask.nii.gz`]: await labels([1], { ...GRID, sizeXyz: [3, 2, 2], originLps: [-10, 20, 0] }) });
  };

  it('names cases that are called after people, unless the file says that its names are none', async () => {
    const named: Written[] = [[0x00100010, 'PN', 'Doe^Jane'], [0x00100020, 'LO', '4711234']];
    const report = await inFolder('top/DOE_JANE', named);
    expect(told(report)).toEqual(['case-name-personal DOE_JANE']);
    expect(JSON.stringify(report.findings)).not.toContain('4711234');
    expect(told(await inFolder('top/4711234-b', named))).toEqual(['case-name-personal 4711234-b']);
    expect(told(await inFolder('top/liver-7', named))).toEqual([]);
    expect(told(await inFolder('top/DOE_JANE', [...named, [0x00120062, 'CS', 'YES']]))).toEqual([]);
  });

  it.each<[string, Written[], string[]]>([
    ['text burned in', [[0x00280301, 'CS', 'YES']], ['burned-in a']],
    ['a picture of a screen', [[0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.7'], [0x00280301, 'CS', 'NO']], ['burned-in a']],
    ['a head', [[0x00180015, 'CS', 'HEAD']], ['head-image a']],
    ['a head without a face', [[0x00180015, 'CS', 'HEAD'], [0x00280302, 'CS', 'NO']], []],
    ['a CT without its class', [[0x00080016, 'UI', '']], []],
  ])('holds what somebody has to look at: %s', async (_, more, expected) => {
    const report = await check({ ...scan(more), 'references/a.nii.gz': await labels([1], { ...GRID, sizeXyz: [3, 2, 2], originLps: [-10, 20, 0] }) });
    expect(told(report)).toEqual(expected);
  });

  it('says once that nothing tells what images show', async () => {
    const slices = Object.fromEntries([0, 1].map((n) => [`images/a/${n}.dcm`, writeDicom(ctSlice({ instance: n }))]));
    const { findings } = await check({ ...slices, 'references/a.nii.gz': await labels([1], { ...GRID, sizeXyz: [3, 2, 2], originLps: [-10, 20, 0] }) });
    expect(findings).toMatchObject([{ code: 'body-part-unstated', severity: 'note', case: null }]);
  });
});

describe('dataset check: who is who, and where', () => {
  const place = async (change: (view: DataView) => void): Promise<Uint8Array> => {
    const bytes = gunzipSync(await image(1));
    change(new DataView(bytes.buffer, bytes.byteOffset));
    return bytes;
  };
  const one = async (bytes: Uint8Array, accepted?: ReadonlySet<AcceptableCode>) => check({ 'images/a.nii': bytes, 'references/a.nii.gz': await labels([1]) }, { accepted });

  it('tells sform and qform apart that contradict each other', async () => {
    const mirrored = await place((view) => view.setFloat32(76, -view.getFloat32(76, true), true));
    expect(told(await one(mirrored))).toEqual(['placement-contradicts a']);
    const moved = (mm: number) => place((view) => view.setFloat32(268, view.getFloat32(268, true) + mm, true));
    expect(told(await one(await moved(3)))).toEqual(['placement-contradicts a']);
    expect(told(await one(await moved(0.1)))).toEqual(['placement-differs a']);
    expect(told(await one(await moved(0.001)))).toEqual([]);
    // who has only one of them cannot contradict himself
    expect(told(await one(await place((view) => (view.setFloat32(76, -1, true), view.setInt16(252, 0, true)))))).toEqual([]);
    const accepted = await one(mirrored, new Set(['placement-contradicts'] as const));
    expect(accepted).toMatchObject({ ok: true, facts: ['placement'], findings: [{ code: 'placement-contradicts', severity: 'warning' }] });
  });

  it('tells patients apart by site and number, and says who is not known', async () => {
    const table = (text: string) => async () => check(await nnunet(), { table: text });
    expect((await table('case,split\na,train\nb,test\n')()).findings).toMatchObject([{ code: 'patient-unknown', found: '2 of 2 cases without a patient; each counts as a patient of its own' }]);
    expect(told(await table('case,patient,split,site\na,1,train,York\nb,1,test,Leeds\n')())).toEqual([]);
    expect(told(await table('case,patient,split,site\na,1,train,York\nb,1,test,York\n')())).toEqual(['patient-in-two-splits b']);
  });

  it('takes one structure a file for what it is, and asks about label maps without a reader', async () => {
    const files = memoryFiles({ 'ct.nii.gz': await image(1), 'liver.nii.gz': await labels([1, 1]), 'spleen.nii.gz': await labels([0, 0, 1]), 'again.nii.gz': await labels([1]) });
    const ofOne = async (...references: string[]): Promise<DatasetReport> => {
      const findings = new Findings();
      return checkDataset({ files, codecs, sha256 }, await planOneCase(files, 'ct.nii.gz', references, findings), findings);
    };
    const apart = await ofOne('liver.nii.gz', 'spleen.nii.gz');
    expect(apart).toMatchObject({ ok: false, findings: [{ code: 'references-apart', severity: 'error', found: 'label maps "liver", "spleen" of one case that hardly share a voxel, in each of 1 case(s)' }, { code: 'consensus-missing' }] });
    expect(told(await ofOne('liver.nii.gz', 'again.nii.gz'))).toEqual(['references-as-readers']);
    const stated = await check({ 'images/a.nii.gz': await image(1), 'references/Ann/a.nii.gz': await labels([1, 1]), 'references/Ben/a.nii.gz': await labels([1]), 'references/consensus/a.nii.gz': await labels([1]) });
    expect(stated.findings).toEqual([]);
  });
});
