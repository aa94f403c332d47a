import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { DatasetView } from '#contracts';
import { writeZip } from '../../libs/datasets/src/test-support/archive-writer.js';
import { ctSlice, writeDicom } from '../../libs/imaging/src/test-support/dicom-writer.js';
import { declared, group, segmentation } from '../../libs/imaging/src/test-support/segmentation-writer.js';
import { accessibilityFaults } from './accessibility.js';

/** Two CT slices of 3 x 2 voxels. */
const slices = (name: string, first: number) =>
  [0, 1].map((instance) => ({
    name: `data/images/${name}/${instance}.dcm`,
    content: writeDicom(
      ctSlice({
        instance,
        pixels: Array.from({ length: 6 }, (_, v) => first + v + instance),
        with: [[0x00180015, 'CS', 'ABDOMEN']],
      }),
    ),
    deflated: true,
  }));
const place = '-10\\20\\0';

/** Of one case two segments share a voxel, of the other they are fractional. */
const archive = () =>
  writeZip([
    ...slices('a', 1),
    ...slices('b', 40),
    {
      name: 'data/references/a.dcm',
      content: segmentation({
        segments: [declared(1), declared(2)],
        groups: [group(place, 1), group(place, 2)],
        pixels: Uint8Array.of(0b10000011, 0b1),
        with: [[0x0020000e, 'UI', '1.9']],
      }),
    },
    {
      name: 'data/references/b.dcm',
      content: segmentation({
        type: 'FRACTIONAL',
        fractionalMaximum: 100,
        segments: [declared(1), declared(2)],
        groups: [group(place, 1), group('-10\\20\\2.5', 2)],
        pixels: Uint8Array.of(100, 50, 49, 0, 0, 0, 0, 60, 30, 0, 0, 0),
        with: [[0x0020000e, 'UI', '1.9']],
      }),
    },
  ]);

/**
 * Walks through the import of an archive whose segmentations leave choices: damaged archives are refused, overlap and threshold
 * asked for, and what was chosen is kept with the cases.
 *
 * @param desk a page of an organiser who is signed in
 */
export async function bringArchive(desk: Page, url: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'voxelmark-archive-'));
  try {
    await writeFile(join(folder, 'study.zip'), archive());
    await writeFile(join(folder, 'broken.tar.gz'), archive());
    await desk.goto(`${url}/import`);
    const files = desk.getByLabel('Files of a case, an archive, or a table');
    const checkIt = desk.getByRole('button', { name: 'Check it' });

    await files.setInputFiles(join(folder, 'broken.tar.gz'));
    await checkIt.click();
    await desk.getByText('archive-damaged').waitFor();
    await desk.getByRole('button', { name: 'Choose other files' }).click();
    await files.setInputFiles(join(folder, 'study.zip'));
    await desk.getByText('choose it alone').waitFor(); // two archives are two datasets
    expect(await checkIt.isDisabled()).toBe(true);
    await desk.getByRole('button', { name: 'Remove broken.tar.gz' }).click();

    await checkIt.click();
    await desk.getByText('structures share 1 voxel(s), by their labels 1 and 2: 1 voxel').waitFor();
    await desk.getByText('read from 0.5 of its maximum on').waitFor();
    expect(await accessibilityFaults(desk)).toEqual([]);
    const again = desk.getByRole('button', { name: 'Check again with this' });
    await desk.getByLabel('Where structures share voxels').selectOption('last');
    const share = desk.getByLabel('Fractional segments');
    await share.fill('0');
    expect(await again.isDisabled()).toBe(true);
    await share.fill('0.3');
    await again.click();
    await desk.getByText('2 cases, fit to be imported').waitFor();
    await desk.getByText('read from 0.3 of its maximum on').waitFor();

    await desk.getByRole('textbox', { name: 'Name', exact: true }).fill('From an archive');
    await desk.getByRole('textbox', { name: 'Licence' }).fill('CC0-1.0');
    await desk.getByRole('checkbox', { name: /I have looked at the names/ }).check();
    await desk.getByRole('button', { name: 'Import 2 cases' }).click();
    await desk.getByText('Imported: version 1 of 2 cases').waitFor();
    const answer = await desk.request.get(`${url}/api/v1/datasets/from-an-archive`);
    const { cases, labels } = (await answer.json()) as DatasetView;
    expect(labels).toEqual([
      { value: 1, name: 'Segment 1' },
      { value: 2, name: 'Segment 2' },
    ]);
    expect(cases.map(({ name, readers }) => [name, readers[0].reading])).toEqual([
      ['a', { overlap: { rule: 'last', voxels: 1, pairs: [{ labels: [1, 2], voxels: 1 }] } }],
      ['b', { fractionalThreshold: 0.3 }],
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
