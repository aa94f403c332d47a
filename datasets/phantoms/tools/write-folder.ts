/**
 * Writes the benchmark's cases as plain files, for people who want to look at them in another viewer or train on the
 * practice cases: `write-folder.js FOLDER [practice|test]`, practice unless told otherwise.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeNifti, type Volume } from '#imaging';
import { phantomDataset, type PhantomCase } from '../src/cases.js';
import { generateCase } from '../src/generate.js';

const [folder, split = 'practice'] = process.argv.slice(2);
if (!folder || !['practice', 'test'].includes(split)) throw new Error('usage: write-folder.js FOLDER [practice|test]');

const cases = phantomDataset().cases.filter((phantom) => phantom.split === split);
for (const phantom of cases) {
  const { image, readers, consensus } = generateCase(phantom);
  await write(join(folder, 'images'), phantom, image);
  await write(join(folder, 'references', 'consensus'), phantom, consensus);
  for (const { name, labels } of readers) await write(join(folder, 'references', name), phantom, labels);
}
writeTable(join(folder, 'cases.csv'), cases);

async function write(into: string, { name }: PhantomCase, volume: Volume): Promise<void> {
  mkdirSync(into, { recursive: true });
  writeFileSync(join(into, `${name}.nii.gz`), await writeNifti(volume, { gzip: true }));
}

/** One row a case: the columns case, patient and site, then what else is known of the patient and the scanner. */
function writeTable(file: string, rows: readonly PhantomCase[]): void {
  mkdirSync(dirname(file), { recursive: true });
  const lines = rows.map(({ name, clinical: c }) =>
    [name, c.patientId, c.site, c.vendor, c.model, c.ageBand, c.sex, c.bodyMassBand, c.sliceThicknessMm].join(','),
  );
  writeFileSync(
    file,
    `case,patient,site,vendor,model,age_band,sex,body_mass_band,slice_thickness_mm\n${lines.join('\n')}\n`,
  );
}
