import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { phantomDataset } from '../src/cases.js';
import { digestCase, type CaseDigests } from './digests.js';

it('every file of all 44 cases is generated with the committed voxels and header', async () => {
  const file = join(import.meta.dirname, '..', 'digests.json');
  const committed = JSON.parse(readFileSync(file, 'utf8')) as Record<string, CaseDigests>;
  for (const phantom of phantomDataset().cases) {
    expect({ [phantom.name]: await digestCase(phantom) }).toEqual({ [phantom.name]: committed[phantom.name] });
  }
}, 120_000);
