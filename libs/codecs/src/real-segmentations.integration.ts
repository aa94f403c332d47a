import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { orientTo, readDicomSegmentation, readDicomSeries, readNrrd, sameGrid } from '#imaging';
import type { DicomSegmentation, Geometry, Volume } from '#imaging';
import { createPixelCodecs } from './pixel-codecs.js';

const FOLDER = resolve(import.meta.dirname, '../../../../shared/data/real/dcmqi');
const present = existsSync(FOLDER);
const codecs = createPixelCodecs();
const bytesOf = (name: string): Buffer => readFileSync(join(FOLDER, name));

const ct = (): Promise<Volume> =>
  readDicomSeries(
    ['02', '03', '01'].map((name) => bytesOf(`ct-3slice/${name}.dcm`)),
    codecs,
  );
const read = (name: string, grid: Geometry): Promise<DicomSegmentation> =>
  readDicomSegmentation(bytesOf(name), grid, codecs);

const foreground = (data: ArrayLike<number>): number => Array.from(data).filter((x) => x > 0).length;

(present ? describe : describe.skip)(
  `real DICOM segmentations${present ? '' : ' [data absent: ../shared/data/real]'}`,
  () => {
    it('equals the NRRD from which it was made', async () => {
      const { geometry } = await ct();
      const { kind, segments, layers } = await read('liver.dcm', geometry);
      expect(kind).toBe('binary');
      expect(segments).toMatchObject([
        { number: 1, label: 'Liver', type: { scheme: 'SRT', code: 'T-62000', meaning: 'Liver' } },
      ]);
      const twin = await readNrrd(bytesOf('liver_seg.nrrd'));
      expect(sameGrid(twin.geometry, geometry)).toBe(true);
      expect(foreground(twin.data)).toBeGreaterThan(1000);
      expect(layers).toHaveLength(1);
      expect(Array.from(layers[0].labelMap.data)).toEqual(Array.from(twin.data, (x) => (x > 0 ? 1 : 0)));
    });

    it('puts overlapping segments into layers and loses none', async () => {
      const { geometry } = await ct();
      const { segments, layers } = await read('partial_overlaps.dcm', geometry);
      expect(segments.map(({ label }) => label)).toEqual(['GREEN', 'ORANGE', 'PURPLE', 'LIGHT_BLUE', 'DARK_BLUE']);
      expect(layers.length).toBeGreaterThan(1);
      expect(layers.flatMap((layer) => layer.segments).sort()).toEqual([1, 2, 3, 4, 5]);
      // pixels of each as pydicom 2.3.1 counts them
      const pixels = [0, 9602, 11888, 10743, 6693, 4713];
      for (const { segments: own, labelMap } of layers) {
        const values = Array.from(labelMap.data);
        for (const number of own) expect(values.filter((x) => x === number)).toHaveLength(pixels[number]);
        expect(foreground(values)).toBe(own.reduce((sum, number) => sum + pixels[number], 0));
      }
    });

    it('reads a label map of part of a grid', async () => {
      const grid: Geometry = {
        sizeXyz: [24, 38, 4],
        spacingMm: [0.7, 0.7, 2.5],
        originLps: [46.464901, 5.0188098, -177.75],
        direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
      };
      const { kind, layers } = await read('sparse-labelmap-noppv.dcm', grid);
      expect(kind).toBe('labelmap');
      const slice = (k: number): number => foreground(layers[0].labelMap.data.subarray(k * 24 * 38, (k + 1) * 24 * 38));
      expect([0, 1, 2, 3].map(slice)).toEqual([315, 0, 315, 0]); // pydicom counts 315 in each frame
    });

    it('lands on a grid that is stored another way round', async () => {
      const image = await ct();
      const straight = await read('liver.dcm', image.geometry);
      for (const code of ['RAS', 'SAR', 'AIL'] as const) {
        const turned = orientTo(image, code);
        const { layers } = await read('liver.dcm', turned.geometry);
        const expected = orientTo(straight.layers[0].labelMap as Volume, code);
        expect(Array.from(layers[0].labelMap.data)).toEqual(Array.from(expected.data));
      }
    });

    it('refuses a grid that it does not lie on', async () => {
      const { geometry } = await ct();
      const shifted = {
        ...geometry,
        originLps: [geometry.originLps[0] + 0.3, geometry.originLps[1], geometry.originLps[2]] as const,
      };
      await expect(read('liver.dcm', shifted)).rejects.toMatchObject({ code: 'grid-differs' });
      const short = { ...geometry, sizeXyz: [512, 512, 2] as const };
      await expect(read('liver.dcm', short)).rejects.toMatchObject({ code: 'grid-differs' });
    });
  },
);
