import { gatherFindings, placesInWords } from './gather-findings.js';

const rare = (where: string) => ({ severity: 'warning', code: 'rare', where, message: 'few have it' });

test('what is said of several places is said once, where it was said first', () => {
  const empty = { ...rare('liver'), severity: 'error', code: 'empty' };
  const other = { ...rare('liver'), message: 'one has it' };
  expect(gatherFindings([rare('liver'), empty, rare('spleen'), other])).toEqual([
    { finding: rare('liver'), places: ['liver', 'spleen'] },
    { finding: empty, places: ['liver'] },
    { finding: other, places: ['liver'] },
  ]);
});

test('six places by name, the others by number', () => {
  const places = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  expect([placesInWords(places.slice(0, 6)), placesInWords(places)]).toEqual(['a, b, c, d, e, f', 'a, b, c, d, e, f and 2 more']);
});
