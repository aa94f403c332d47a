import type { BenchmarkDefinition } from '#contracts';
import { checkableBody, faultsOf, held, sectionOf } from './choices.js';
import { publicSummary } from './making-words.js';
import { idOf } from './metrics-section.js';
import { moved, sideOf } from './split-section.js';

const dataset = { slug: 'spleen', version: 1 };

describe('what an organiser has said', () => {
  it('can be checked as soon as a version is chosen', () => {
    expect(checkableBody({})).toBeNull();
    expect(checkableBody({ dataset })).toMatchObject({ dataset, title: 'Untitled', slug: 'draft-without-a-name' });
    expect(checkableBody({ dataset, title: 'Spleen on CT' })).toMatchObject({ slug: 'spleen-on-ct' });
    expect(checkableBody({ dataset, regions: [{ name: 'x', labels: [] }] })).toBeNull();
  });

  it('is told what is missing, in words', () => {
    expect(faultsOf({ dataset, title: 'Spleen', slug: 'A b' }).map(({ path }) => path)).toEqual(['slug']);
    expect(
      faultsOf({})
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['dataset', 'slug', 'title']);
    expect(faultsOf({ dataset, title: 'Spleen', question: ' ' })).toEqual([]);
  });

  it('holds before a default', () => {
    const definition = { predictionGrid: 'reference' } as BenchmarkDefinition;
    expect(held('predictionGrid', {}, definition)).toBe('reference');
    expect(held('predictionGrid', { predictionGrid: 'nearest' }, definition)).toBe('nearest');
    expect(held('predictionGrid', {}, null)).toBeUndefined();
  });

  it('finds the section that a finding is about', () => {
    expect(sectionOf('metrics.hd95')).toBe('metrics');
    expect(sectionOf('regions[0].labels')).toBe('regions');
    expect(sectionOf('dryRun')).toBeNull();
  });

  it('moves a name to one side only', () => {
    const lists = { practice: ['a', 'b'], test: ['c'] };
    expect(moved(lists, 'a', 'test')).toEqual({ practice: ['b'], test: ['c', 'a'] });
    expect(moved(lists, 'c', '')).toEqual({ practice: ['a', 'b'], test: [] });
    expect(sideOf(lists, 'c')).toBe('test');
    expect(sideOf(lists, 'z')).toBe('');
  });

  it('writes ids of metrics in their shortest form', () => {
    expect(idOf('dice', '2')).toBe('dice');
    expect(idOf('nsd', '2.0')).toBe('nsd@2');
    expect(idOf('boundary_iou', '2')).toBe('boundary_iou@2mm');
    expect(idOf('pq', '0.5')).toBe('pq');
    expect(idOf('pq', '0.3')).toBe('pq@0.3');
  });
});

describe('what will be public', () => {
  const definition = (phases: BenchmarkDefinition['phases']): BenchmarkDefinition =>
    ({
      dataset,
      regions: [{ name: 'spleen', labels: [1] }],
      metrics: [{ id: 'dice' }],
      phases,
    }) as unknown as BenchmarkDefinition;
  const counts = { practice: 2, test: 5 };

  it('names no held-out case, image or reference by default', () => {
    const { shown, never } = publicSummary(
      definition({ practice: { title: 'p', label: 'PUBLIC' }, test: { title: 't', label: 'SEALED' } }),
      counts,
    );
    expect(shown.join(' ')).toContain('Practice cases: names, facts, images and figures, to everybody');
    expect(shown.join(' ')).not.toMatch(/Held-out cases/);
    expect(never.join(' ')).toContain('Held-out cases: images, names, facts, predictions');
    expect(never.join(' ')).toContain('Held-out cases: reference segmentations');
  });

  it('says what a reveal rule opens', () => {
    const after = publicSummary(
      definition({
        practice: { title: 'p', label: 'PUBLIC' },
        test: { title: 't', label: 'SEALED', reveal: { kind: 'after-close' } },
      }),
      counts,
    );
    expect(after.shown.join(' ')).toContain('once the phase has closed');
    const showcase = publicSummary(
      definition({
        practice: { title: 'p', label: 'PUBLIC' },
        test: { title: 't', label: 'SEALED', reveal: { kind: 'showcase', cases: ['c7'] } },
      }),
      counts,
    );
    expect(showcase.shown.join(' ')).toContain('c7');
    expect(showcase.never.join(' ')).toContain('of all others');
  });
});
