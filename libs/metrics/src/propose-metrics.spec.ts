import { metricDefinition } from './catalogue.js';
import { PROBLEM_FACTS, PROBLEM_KINDS } from './metric-definition.js';
import { proposeMetrics } from './propose-metrics.js';
import type { Problem } from './propose-metrics.js';

const ids = (problem: Problem): string[] => proposeMetrics(problem).map(({ id }) => id);

describe('proposing metrics', () => {
  it('pairs overlap with the boundary for an organ', () => {
    expect(ids({ kind: 'organ' })).toEqual(['dice', 'hd95', 'nsd@2']);
    expect(ids({ kind: 'organ', facts: ['volume-matters'] })).toEqual(
      expect.arrayContaining(['volume_error_ml', 'relative_volume_error']),
    );
  });

  it('never proposes overlap alone for a small structure', () => {
    expect(ids({ kind: 'small-structure', toleranceMm: 1 })).toEqual(['dice', 'nsd@1', 'lesion_sensitivity']);
  });

  it('detects and rates lesions one by one where there are many', () => {
    const many = ids({ kind: 'many-lesions', minLesionMm3: 10, facts: ['boundary-matters', 'unequal-costs'] });
    expect(many).toEqual(
      expect.arrayContaining(['pq', 'lesion_f1@10mm3', 'lesion_sensitivity@10mm3', 'lesion_false_positives@10mm3']),
    );
    for (const id of ['dice', 'sensitivity', 'hd95', 'assd']) expect(many).not.toContain(id);
  });

  it('follows centre lines for tubes', () => {
    expect(ids({ kind: 'tubular' })).toEqual(['dice', 'nsd@2', 'cldice']);
    for (const kind of PROBLEM_KINDS.filter((other) => other !== 'tubular'))
      expect(ids({ kind })).not.toContain('cldice');
  });

  it('gives the tolerance that the organiser has measured', () => {
    expect(ids({ kind: 'organ', facts: ['reference-uncertain'], toleranceMm: 3.5 })).toContain('nsd@3.5');
    expect(() => ids({ kind: 'organ', toleranceMm: 0 })).toThrow('metric is "nsd@0"');
  });

  it('proposes metrics that exist, may be ranked or shown, each with sentences, for every problem', () => {
    for (const kind of PROBLEM_KINDS) {
      for (const facts of [[], ...PROBLEM_FACTS.map((fact) => [fact]), [...PROBLEM_FACTS]]) {
        const proposals = proposeMetrics({ kind, facts });
        expect(proposals.length).toBeGreaterThanOrEqual(2);
        expect(proposals.some(({ id }) => metricDefinition(id).role === 'rank')).toBe(true);
        for (const { why } of proposals) expect(why).toMatch(/^[A-Z].*\.$/);
      }
    }
  });
});
