import type { Actor, Resource } from '#domain';
import type { EvaluationRecords, Phase } from '#evaluation';
import { Sight } from './sight.js';

const VISITOR: Actor = { userId: null, role: 'visitor', scopes: null };
const KEEPER: Actor = { userId: 'u', role: 'organiser', scopes: null };
const HELD_OUT = { id: 'phase', kind: 'test', label: 'SEALED', rules: {} } as Phase;
const RESEARCHER: Actor = { userId: 'r', role: 'researcher', scopes: null };

/** Sight over a phase of twelve cases; the first answers of the records are faults when told. */
function sightOf(patients: number, faults = 0) {
  const reads: string[] = [];
  const cases = (phaseId: string) => {
    reads.push(phaseId);
    if (reads.length <= faults) return Promise.reject(new Error('the database is away'));
    return Promise.resolve(Array.from({ length: 12 }, (_, c) => ({ patient: `p${c % patients}`, name: `case-${c}`, label: 'SEALED' })));
  };
  return { reads, sight: new Sight({ cases } as unknown as EvaluationRecords, { now: () => new Date(0), monotonicMs: () => 0 }) };
}
const open = { published: true, capacities: [] };

describe('what may be known of the results of held-out cases', () => {
  it('counts, of ten patients or more; how many cases these have does not matter', async () => {
    expect(await sightOf(10).sight.ofResults(VISITOR, open, HELD_OUT)).toEqual({ openCases: 'none', seesCases: false, seesTimes: false, seesCounts: true });
    expect(await sightOf(9).sight.ofResults(VISITOR, open, HELD_OUT)).toEqual({ openCases: 'none', seesCases: false, seesTimes: false, seesCounts: false });
  });

  it('counts, where ten patients or more stay when those of opened cases are taken out', async () => {
    const counts = async (patients: number, opened: number, actor = RESEARCHER) => {
      const reveal = { kind: 'showcase', cases: Array.from({ length: opened }, (_, c) => `case-${c}`) } as Phase['rules']['reveal'];
      const { openCases, seesCounts } = await sightOf(patients).sight.ofResults(actor, open, { ...HELD_OUT, rules: { reveal } } as Phase);
      return [openCases, seesCounts];
    };
    expect(await counts(12, 2)).toEqual(['some', true]);
    expect(await counts(12, 3)).toEqual(['some', false]);
    expect(await counts(12, 11)).toEqual(['some', false]);
    expect(await counts(12, 12)).toEqual(['all', true]);
    expect(await counts(10, 2)).toEqual(['some', true]); // the two have other cases, which stay closed
    expect(await counts(10, 3)).toEqual(['some', false]);
    expect(await counts(12, 11, VISITOR)).toEqual(['none', true]); // to whom nothing is opened
  });

  it('everything, for whoever may see single cases: then nobody counts patients', async () => {
    const { sight, reads } = sightOf(3);
    const keeps = { published: true, capacities: ['organiser' as const] };
    expect(await sight.ofResults(KEEPER, keeps, HELD_OUT)).toEqual({ openCases: 'all', seesCases: true, seesTimes: true, seesCounts: true });
    expect(await sight.ofResults(VISITOR, open, { ...HELD_OUT, label: 'PUBLIC', kind: 'practice' })).toEqual({
      openCases: 'all',
      seesCases: true,
      seesTimes: true,
      seesCounts: true,
    });
    expect(reads).toEqual([]);
  });

  it('of cases that a rule opens, figures and no times: of these, or of all, for whom the rule names', async () => {
    const opens = async (reveal: Phase['rules']['reveal'], actor = RESEARCHER, resource = open as Resource, closesAt?: string) => {
      const { openCases, seesTimes } = await sightOf(12).sight.ofResults(actor, resource, { ...HELD_OUT, rules: { reveal, closesAt } } as Phase);
      return `${openCases}${seesTimes ? ' and times' : ''}`;
    };
    const showcase = { kind: 'showcase', cases: ['case-3'] } as const;
    expect(await opens(showcase)).toBe('some');
    expect(await opens(showcase, VISITOR)).toBe('none');
    expect(await opens(showcase, RESEARCHER, { ...open, published: false })).toBe('none');
    expect(await opens(showcase, KEEPER, { published: true, capacities: ['organiser'] })).toBe('all and times');
    const [past, future] = ['1969-12-31T23:59:59Z', '1970-01-01T00:00:01Z'];
    expect(await opens({ kind: 'after-close' }, RESEARCHER, open, future)).toBe('none');
    expect(await opens({ kind: 'after-close' }, RESEARCHER, open, past)).toBe('all');
    expect(await opens({ kind: 'after-close' }, VISITOR, open, past)).toBe('none');
    expect(await opens({ kind: 'readers' })).toBe('none');
    expect(await opens({ kind: 'readers' }, RESEARCHER, { published: true, capacities: ['reader'] })).toBe('all');
    expect(await opens({ kind: 'never' }, RESEARCHER, { published: true, capacities: ['reader'] })).toBe('none');
  });

  it('reads the cases of a phase once, and again after a fault', async () => {
    const { sight, reads } = sightOf(12, 1);
    await expect(sight.ofResults(VISITOR, open, HELD_OUT)).rejects.toThrow('the database is away');
    const twice = [sight.ofResults(VISITOR, open, HELD_OUT), sight.ofResults(VISITOR, open, HELD_OUT)];
    expect((await Promise.all(twice)).map(({ seesCounts }) => seesCounts)).toEqual([true, true]);
    expect(reads).toEqual(['phase', 'phase']);
  });
});
