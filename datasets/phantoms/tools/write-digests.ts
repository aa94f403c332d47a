/** Writes digests.json. Run after a deliberate change of the generator: `node dist/datasets/phantoms/tools/write-digests.js`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { phantomDataset } from '../src/cases.js';
import { digestCase } from './digests.js';
import { phantomsFolder } from './places.js';

const entries = [];
for (const phantom of phantomDataset().cases) entries.push([phantom.name, await digestCase(phantom)]);
writeFileSync(join(phantomsFolder(), 'digests.json'), `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
