import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { phantomDataset } from '../src/cases.js';
import { digestCase, type CaseDigests } from './digests.js';

const committed = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'digests.json'), 'utf8')) as Record<
  string,
  CaseDigests
>;

describe('digests.json', () => {
  it('has an entry for every case of the set and for no other', () => {
    expect(Object.keys(committed)).toEqual(phantomDataset().cases.map(({ name }) => name));
  });

  it.each(['practice-02', 'test-a-07', 'test-c-11'])(
    '%s is generated with the committed voxels and header',
    async (name) => {
      const phantom = phantomDataset().cases.find((one) => one.name === name)!;
      expect(await digestCase(phantom)).toEqual(committed[name]);
    },
  );
});
