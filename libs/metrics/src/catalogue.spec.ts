import { METRIC_CATALOGUE } from './catalogue-entries.js';
import { isMetricId, metricDefinition, parseMetricId, writtenForm } from './catalogue.js';
import { PROBLEM_FACTS, PROBLEM_KINDS } from './metric-definition.js';

describe('catalogue', () => {
  it('defines every metric once, with all that a reader needs', () => {
    const keys = METRIC_CATALOGUE.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { key, name, abbreviation, unit, range, description, source, direction } of METRIC_CATALOGUE) {
      expect(key).toMatch(/^[a-z][a-z0-9_]*$/);
      for (const text of [name, abbreviation, source]) expect(text).toMatch(/\S/);
      expect(description).toMatch(/^[A-Z].*\.$/);
      expect(['', 'mm', 'ml', 'mm3']).toContain(unit);
      expect(['higher', 'lower']).toContain(direction);
      if (range.max !== null) expect(range.max).toBeGreaterThan(range.min);
    }
  });

  it('says of every metric whether two empty masks have a value', () => {
    const silent = METRIC_CATALOGUE.filter(
      ({ description }) => !/[Bb]oth masks empty: |no value|Nothing at all: 0|nothing invented: 1/.test(description),
    );
    expect(silent.map(({ key }) => key)).toEqual(['lesion_false_positives']); // a count: 0
  });

  it('has hints as sentences, for known problems, and proposes nothing where it warns', () => {
    const known: readonly string[] = [...PROBLEM_KINDS, ...PROBLEM_FACTS];
    for (const { hints } of METRIC_CATALOGUE) {
      for (const trait of [...Object.keys(hints.proposedFor), ...Object.keys(hints.unsuitedFor)])
        expect(known).toContain(trait);
      for (const sentence of [...Object.values(hints.proposedFor), ...Object.values(hints.unsuitedFor)]) {
        expect(sentence).toMatch(/^[A-Z].*\.$/);
      }
      expect(Object.keys(hints.proposedFor).filter((trait) => trait in hints.unsuitedFor)).toEqual([]);
    }
  });
});

describe('metric ids', () => {
  it('carry a parameter in its shortest form only', () => {
    expect(metricDefinition('nsd@2')).toMatchObject({
      id: 'nsd@2',
      name: 'Normalised surface Dice at 2 mm',
      abbreviation: 'NSD 2 mm',
    });
    expect(parseMetricId('nsd@0.5').parameter).toBe(0.5);
    expect(metricDefinition('boundary_iou@2mm')).toMatchObject({
      name: 'Boundary IoU within 2 mm',
      abbreviation: 'BIoU 2 mm',
    });
    expect(metricDefinition('pq')).toMatchObject({ name: 'Panoptic quality', abbreviation: 'PQ' });
    expect(parseMetricId('pq').parameter).toBe(0.5);
    expect(metricDefinition('pq@0.1')).toMatchObject({ name: 'Panoptic quality at IoU 0.1', abbreviation: 'PQ 0.1' });
    expect(parseMetricId('lesion_f1').parameter).toBe(0);
    expect(metricDefinition('lesion_f1@50mm3')).toMatchObject({
      name: 'Lesion F1, lesions from 50 mm3',
      abbreviation: 'Lesion F1 from 50 mm3',
    });
  });

  it.each([
    ...['nsd', 'nsd@', 'nsd@2.0', 'nsd@0', 'nsd@-1', 'nsd@1e999', 'nsd@x', 'nsd@1@2', 'nsd@2mm', 'nsd@ 2'],
    ...['boundary_iou', 'boundary_iou@2', 'boundary_iou@mm', 'boundary_iou@02mm'],
    ...['pq@0.5', 'pq@0', 'pq@1.5', 'pq@'],
    ...['lesion_f1@0mm3', 'lesion_f1@50', 'dice@2', '', 'toString', '__proto__'],
  ])('%p is none', (id) => {
    expect(isMetricId(id)).toBe(false);
    expect(() => parseMetricId(id)).toThrow(RangeError);
  });

  it('are listed for whoever mistypes one', () => {
    expect(() => parseMetricId('dise')).toThrow('metric is "dise"; expected one of dice, iou');
    expect(() => parseMetricId('dise')).toThrow('nsd@T');
    expect(() => parseMetricId('nsd@2.0')).toThrow('expected a tolerance in mm, in its shortest form, behind "nsd"');
    expect(METRIC_CATALOGUE.map(writtenForm)).toEqual(expect.arrayContaining(['boundary_iou@Dmm', 'pq or pq@I']));
  });
});
