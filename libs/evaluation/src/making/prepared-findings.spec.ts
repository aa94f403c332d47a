import type { BenchmarkDefinition } from '#contracts';
import type { IsolationLevel } from '#domain';
import type { Benchmark, EvaluationCase, Phase } from '../records.js';
import type { DryRun } from './making-records.js';
import { isPrepared, preparedFindings, regionShares } from './prepared-findings.js';

const REGIONS: BenchmarkDefinition['regions'] = [{ name: 'organ', labels: [1] }];
const one = (patient: string, ml: number | null, consensus = true) =>
  ({
    patient,
    references: [{ reader: 'A', consensus }],
    referenceStudy: ml === null ? null : { volumesMl: { organ: ml }, agreement: [] },
  }) as unknown as EvaluationCase;
const many = (count: number, ml: number) => Array.from({ length: count }, (_, n) => one(`p${n}`, ml));
const phase = (kind: 'practice' | 'test', requiredIsolation?: IsolationLevel) =>
  ({ kind, label: kind === 'test' ? 'SEALED' : 'PUBLIC', rules: { requiredIsolation } }) as unknown as Phase;
const tried = (more: Partial<DryRun> = {}) =>
  ({
    state: 'done',
    definitionSha256: 'd',
    isolation: 'L2',
    failure: null,
    progress: [],
    ...more,
  }) as unknown as DryRun;

function codes(
  practice: readonly EvaluationCase[],
  test: readonly EvaluationCase[],
  dryRun: DryRun | null,
  required?: IsolationLevel,
): string[] {
  const shares = regionShares(
    [
      { kind: 'practice', cases: practice },
      { kind: 'test', cases: test },
    ],
    REGIONS,
  );
  const benchmark = { synthetic: false, phases: [phase('practice'), phase('test', required)] } as Pick<
    Benchmark,
    'synthetic' | 'phases'
  >;
  const definition = { regions: REGIONS } as unknown as BenchmarkDefinition;
  return preparedFindings(benchmark, { definition, definitionSha256: 'd' }, [...practice, ...test], shares, dryRun).map(
    ({ severity, code }) => `${severity} ${code}`,
  );
}

it('a case is prepared once it is measured and its consensus is there', () => {
  expect([one('p', 1), one('p', null), one('p', 1, false)].map(isPrepared)).toEqual([true, false, false]);
});

it('counts cases, patients and ml of each region, where there are voxels of it', () => {
  expect(
    regionShares([{ kind: 'test', cases: [one('p', 2), one('p', 3), one('q', 0), one('r', null)] }], REGIONS),
  ).toEqual([{ region: 'organ', phase: 'test', cases: 2, patients: 1, ml: 5 }]);
});

it('nothing stands in the way of what is measured, tried, and large enough', () => {
  expect(codes(many(2, 5), many(10, 5), tried())).toEqual([]);
});

it('says what does', () => {
  expect(codes(many(1, 5), [one('q', null)], tried())).toEqual(['error not-prepared']);
  expect(codes(many(1, 0), many(10, 0), tried())).toEqual(['warning region-not-in-practice', 'error region-empty']);
  expect(codes(many(1, 5), many(9, 5), tried())).toEqual(['warning region-few-patients']);
});

it('says what became of the dry run', () => {
  const of = (dryRun: DryRun | null) => codes(many(1, 5), many(10, 5), dryRun);
  expect(of(null)).toEqual(['warning dry-run-missing']);
  expect(of(tried({ definitionSha256: 'another' }))).toEqual(['warning dry-run-missing']);
  expect(of(tried({ state: 'running', isolation: null }))).toEqual(['warning dry-run-open']);
  expect(of(tried({ state: 'failed', failure: { code: 'defect', message: '…' } }))).toEqual(['warning dry-run-failed']);
  const row = { state: 'failed', failure: { code: 'inference-failed', message: '…' } };
  expect(of(tried({ progress: [{ network: 'n', cases: [row, row] }] as unknown as DryRun['progress'] }))).toEqual([
    'warning dry-run-all-failed',
  ]);
  expect(
    of(tried({ progress: [{ network: 'n', cases: [row, { state: 'scored' }] }] as unknown as DryRun['progress'] })),
  ).toEqual([]);
});

it('says that runs would wait for a worker that is cut off further', () => {
  const of = (isolation: IsolationLevel, required?: IsolationLevel) =>
    codes(many(1, 5), many(10, 5), tried({ isolation }), required);
  expect(of('L1')).toEqual(['warning isolation-unreached']); // L2 for sealed images of people
  expect(of('L1', 'L1')).toEqual([]);
  expect(of('L2', 'L3')).toEqual(['warning isolation-unreached']);
});
