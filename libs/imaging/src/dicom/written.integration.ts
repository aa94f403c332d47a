import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';
import { readImageDicomFileSeriesNode, readOverlappingSegmentationNode } from '@itk-wasm/dicom';
import { describeIf, findProgram } from '../../../../test/requires.js';
import type { Geometry } from '../geometry.js';
import { imageSeries, type ImageSeries, type SeriesNames } from './image-series.js';
import { joinedBytes, writeDicom, type DicomInstance } from './write.js';
import { writeSegmentation } from './write-segmentation.js';

const STUDY = {
  studyInstanceUid: '2.25.100',
  frameOfReferenceUid: '2.25.200',
  patient: 'case-0001',
  studyDescription: 'Spleen',
};

/** Slices of a whole number of bytes: ITK's reader loses bits of others. Our own reads any; see write-segmentation.spec. */
const GEOMETRY: Geometry = {
  sizeXyz: [8, 5, 3],
  spacingMm: [0.7, 0.9, 2.5],
  originLps: [-123.4, 45.6, -789.1],
  // prettier-ignore
  direction: [Math.cos(0.3), -Math.sin(0.3), 0, Math.sin(0.3), Math.cos(0.3), 0, 0, 0, 1],
};
const CT = Int16Array.from({ length: 120 }, (_, v) => 25 * v - 1024);
const LABELS = Uint8Array.from(CT, (_, v) => (v % 7 === 0 ? 1 : v > 60 && v % 3 === 0 ? 2 : 0));

function series(modality: string): ImageSeries {
  const names: SeriesNames = {
    ...STUDY,
    seriesInstanceUid: '2.25.300',
    seriesNumber: 1,
    seriesDescription: 'image',
    sopInstanceUid: (k) => `2.25.300.${k + 1}`,
    modality,
    windows: [{ name: 'Abdomen', center: 40, width: 400 }],
  };
  return imageSeries({ geometry: GEOMETRY, data: CT }, names);
}

function segmentation(algorithm: string | null): DicomInstance {
  return writeSegmentation(
    { geometry: GEOMETRY, data: LABELS },
    [
      { label: 1, name: 'Left kidney', color: '#0072B2' },
      { label: 2, name: 'kidney cyst left', color: '#E69F00' },
    ],
    {
      ...STUDY,
      seriesInstanceUid: '2.25.400',
      seriesNumber: 101,
      seriesDescription: 'Prediction',
      sopInstanceUid: '2.25.400.1',
      createdAt: '2026-11-22T20:00:00Z',
      softwareVersion: '0.1.0',
      algorithm,
      source: { seriesInstanceUid: '2.25.300', sopClassUid: series('CT').sopClassUid, sopInstanceUid: (k) => `2.25.300.${k + 1}` },
    },
  );
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voxelmark-dicom-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function save(name: string, instance: DicomInstance): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, joinedBytes(writeDicom(instance)));
  return path;
}

describe('what we write, read by ITK', () => {
  it('a series: values and place', async () => {
    const { sliceCount, instance } = series('CT');
    const inputImages = await Promise.all(
      Array.from({ length: sliceCount }, (_, k) => save(`ct-${k}.dcm`, instance(k))),
    );
    const { outputImage } = await readImageDicomFileSeriesNode({ inputImages });
    expect(outputImage.size).toEqual([8, 5, 3]);
    expect(Array.from(outputImage.data as Int16Array)).toEqual(Array.from(CT));
    outputImage.origin.forEach((x, n) => expect(x).toBeCloseTo(GEOMETRY.originLps[n], 6));
    outputImage.spacing.forEach((x, n) => expect(x).toBeCloseTo(GEOMETRY.spacingMm[n], 6));
    Array.from(outputImage.direction as Float64Array).forEach((x, n) => expect(x).toBeCloseTo(GEOMETRY.direction[n], 6));
  });

  it('a segmentation: every voxel, and what its segments are', async () => {
    const path = await save('seg.dcm', segmentation('Threshold 1.0.0'));
    jest.spyOn(console, 'log').mockImplementation(() => undefined); // it tells all it does
    const { segImage, metaInfo } = await readOverlappingSegmentationNode(path);
    jest.restoreAllMocks();
    expect(segImage.size).toEqual([8, 5, 3]);
    // one number for each segment at each voxel
    const { components } = segImage.imageType;
    const data = Array.from(segImage.data as Uint8Array, Number);
    expect(Array.from(LABELS, (_, v) => Math.max(...data.slice(v * components, (v + 1) * components)))).toEqual(
      Array.from(LABELS),
    );
    expect(JSON.stringify(metaInfo)).toContain('Left kidney');
    expect(JSON.stringify(metaInfo)).toContain('64033007');
  });
});

describeIf(findProgram('dciodvfy') !== null, 'what we write, checked by dciodvfy', 'apt-get install dicom3tools', () => {
  it.each([
    ['CT', () => series('CT').instance(0)],
    ['MR', () => series('MR').instance(0)],
    ['PT, as secondary capture with its place', () => series('PT').instance(0)],
    ['a segmentation by people', () => segmentation(null)],
    ['a segmentation by an algorithm', () => segmentation('Threshold 1.0.0')],
  ])('%s: no error', async (name, make) => {
    const path = await save(`${name}.dcm`, make());
    const { stderr, stdout } = await promisify(execFile)(findProgram('dciodvfy')!, [path]).catch(
      (error: { stderr: string; stdout: string }) => error,
    );
    expect(`${stdout}${stderr}`.split('\n').filter((line) => line.startsWith('Error'))).toEqual([]);
    expect(`${stdout}${stderr}`).toMatch(/^(CTImage|MRImage|SCImage|Segmentation)$/m); // it knew what it was looking at
  });
});
