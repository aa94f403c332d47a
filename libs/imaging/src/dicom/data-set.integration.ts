import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import dicomParser from 'dicom-parser';
import { openDicom } from './file.js';
import { SEGMENTATION_STORAGE } from './series.js';
import { TAG } from './tags.js';

const FOLDER = resolve(import.meta.dirname, '../../../../../shared/data/real');
const present = existsSync(FOLDER);
const files = present
  ? readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.dcm'))
      // cut short, headless or deflated: one of the two does not read them
      .filter((name) => !/truncated|too_short|no_?meta\b|NoMeta|Deflated/i.test(name))
  : [];

interface Found {
  readonly length: number;
  readonly dataOffset: number;
  readonly hadUndefinedLength?: boolean;
}

(present ? describe : describe.skip)(
  `elements as dicom-parser finds them${present ? '' : ' [data absent: ../shared/data/real]'}`,
  () => {
    it('has files to compare', () => expect(files.length).toBeGreaterThan(40));

    it.each(files)('%s', async (name) => {
      const bytes = new Uint8Array(readFileSync(join(FOLDER, name)));
      const { dataSet } = await openDicom(bytes, 2 ** 31);
      const expected = dicomParser.parseDicom(bytes);
      const tags = Object.keys(expected.elements).filter((key) => !key.startsWith('x0002'));
      expect([...dataSet.tags()].map((tag) => `x${tag.toString(16).padStart(8, '0')}`).sort()).toEqual(tags.sort());
      for (const key of tags) {
        const [ours, theirs] = [dataSet.element(parseInt(key.slice(1), 16))!, expected.elements[key] as Found];
        expect([key, ours.at, ours.open]).toEqual([key, theirs.dataOffset, theirs.hadUndefinedLength ?? false]);
        if (!ours.open) expect([key, ours.length]).toEqual([key, theirs.length]);
      }
      if (!SEGMENTATION_STORAGE.test(dataSet.text(TAG.sopClassUid) ?? '')) return;
      // sequences, item by item
      const items = [...dataSet.items(TAG.perFrameGroups)];
      const theirs = expected.elements.x52009230.items ?? [];
      expect(items).toHaveLength(theirs.length);
      items.forEach((item, n) => {
        expect(item.item(TAG.planePositions)?.texts(TAG.imagePosition).join('\\')).toBe(
          theirs[n].dataSet?.elements.x00209113.items?.[0].dataSet?.string('x00200032'),
        );
      });
    });
  },
);
