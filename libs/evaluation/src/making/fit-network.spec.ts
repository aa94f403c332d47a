import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManifestText } from '#contracts';
import { manifestProblems } from '#pipeline';
import { fitNetwork } from './fit-network.js';

const read = readManifestText(
  readFileSync(join(import.meta.dirname, '../../../../datasets/phantoms/models/unet-small/voxelmark.json'), 'utf8'),
);
if (!read.ok) throw new Error('the manifest of the demo network cannot be read');
const { manifest } = read;

it('maps labels by name, drops the others, and stays a sound manifest', () => {
  const fitted = fitNetwork(manifest, {
    channels: [{ name: 'image' }],
    labels: [
      { value: 1, name: 'Spleen' },
      { value: 7, name: 'Liver-lesion' },
    ],
  });
  expect(fitted.note).toBe('finds spleen (label 1), liver lesion (label 7); its other labels count as background');
  expect(fitted.manifest?.postprocess.at(-1)).toEqual({ op: 'mapLabels', map: { '1': 0, '2': 1, '3': 0, '4': 7 } });
  expect(fitted.manifest?.labels).toEqual([
    { value: 0, name: 'background' },
    { value: 1, name: 'Spleen' },
    { value: 7, name: 'Liver-lesion' },
  ]);
  expect(manifestProblems(fitted.manifest!)).toEqual([]);
});

it('without a known name, labels stand in their order, and it says that this means nothing', () => {
  const fitted = fitNetwork(manifest, { channels: [{ name: 'CT' }], labels: [{ value: 5, name: 'tumour' }] });
  expect(fitted.manifest?.postprocess.at(-1)).toEqual({ op: 'mapLabels', map: { '1': 5, '2': 0, '3': 0, '4': 0 } });
  expect(fitted.note).toMatch(/mean nothing/);
});

it('its own benchmark needs nothing', () => {
  const labels = manifest.labels.filter(({ value }) => value > 0);
  expect(
    fitNetwork(manifest, { channels: [{ name: 'CT' }], labels }).manifest?.postprocess.some(
      ({ op }) => op === 'mapLabels',
    ),
  ).toBe(false);
});

it('of several images the one of its modality is read; without one it does not fit', () => {
  const labels = [{ value: 1, name: 'liver' }];
  const fitted = fitNetwork(manifest, {
    channels: [
      { name: 'PET', modality: 'PT' },
      { name: 'low dose', modality: 'CT' },
    ],
    labels,
  });
  expect(fitted.manifest?.inputs[0].channels).toEqual([expect.objectContaining({ name: 'low dose' })]);
  expect(
    fitNetwork(manifest, {
      channels: [
        { name: 'T1', modality: 'MR' },
        { name: 'T2', modality: 'MR' },
      ],
      labels,
    }),
  ).toEqual({
    manifest: null,
    note: 'reads CT; the images of a case here are T1, T2',
  });
});
