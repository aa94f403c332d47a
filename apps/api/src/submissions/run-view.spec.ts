import { VISITOR, type Actor, type Resource } from '#domain';
import type { CaseResult, EvaluationCase, EvaluationRun } from '#evaluation';
import { caseResultView, endsLater, runSummaryView, sightOfRun } from './run-view.js';

const NOW = new Date('2026-01-01T00:05:00Z');
const OWNER: Actor = { userId: 'me', role: 'researcher', scopes: null };
const heldOut = (capacities: Resource['capacities'] = []): Resource => ({
  published: true,
  label: 'SEALED',
  phase: 'test',
  ownerId: 'me',
  capacities,
});
const run = (change: Partial<EvaluationRun> = {}): EvaluationRun => ({
  id: 'r',
  submissionId: 's',
  phaseId: 'p',
  state: 'running',
  epoch: 3,
  owner: 'worker-7',
  deadlineAt: new Date('2026-01-01T00:10:00Z'),
  failureCode: null,
  failureDetail: null,
  signature: null,
  createdAt: new Date('2026-01-01T00:00:00Z'),
  queuedAt: null,
  startedAt: new Date('2026-01-01T00:01:02.345Z'),
  finishedAt: null,
  releaseAt: null,
  cases: { total: 36, scored: 5, failed: 1 },
  ...change,
});

describe('a held-out run in the eyes of its submitter', () => {
  const see = (one: EvaluationRun): string =>
    JSON.stringify(runSummaryView(one, { kind: 'test' }, sightOfRun(OWNER, heldOut()), 2, NOW));

  it('looks the same whatever the cases did', () => {
    const seen = new Set(
      [
        run(),
        run({ cases: { total: 36, scored: 35, failed: 0 } }),
        run({ cases: { total: 0, scored: 0, failed: 0 } }),
        run({ startedAt: new Date('2026-01-01T00:01:59Z'), owner: 'w', epoch: 9, deadlineAt: null }),
      ].map(see),
    );
    expect(seen.size).toBe(1);
  });

  it('tells a failure by its code, never by its text', () => {
    const failed = see(
      run({
        state: 'failed',
        failureCode: 'inference-failed',
        failureDetail: 'index 1234 out of bounds',
        finishedAt: new Date('2026-01-01T00:02:03Z'),
      }),
    );
    expect(JSON.parse(failed)).toMatchObject({
      failure: { code: 'inference-failed', advice: expect.stringMatching(/practice cases/), detail: null },
    });
    expect(failed).not.toMatch(/1234|02:03/);
  });

  it('goes on running until it may be known how it ended, and its keepers know at once', () => {
    const at = (minute: string) => new Date(`2026-01-01T00:${minute}:00Z`);
    const ended = (['scoring', 'quarantined', 'failed', 'expired'] as const).map((state) =>
      run({
        state,
        failureCode: state === 'scoring' ? null : 'inference-crashed',
        finishedAt: at('03'),
        releaseAt: at('09'),
        cases: { total: 36, scored: 36, failed: 0 },
      }),
    );
    expect(new Set(ended.map(see))).toEqual(new Set([see(run())]));
    const later = ended.map((one) => ({ ...one, releaseAt: NOW }));
    expect(later.map((one) => (JSON.parse(see(one)) as { state: string }).state)).toEqual(
      ended.map(({ state }) => state),
    );
    const organiser = sightOfRun({ ...OWNER, userId: 'k' }, heldOut(['organiser']));
    expect(ended.map((one) => runSummaryView(one, { kind: 'test' }, organiser, null, NOW).state)).toEqual(
      ended.map(({ state }) => state),
    );
    const admin = sightOfRun({ userId: 'a', role: 'admin', scopes: null }, heldOut());
    expect(ended.filter((one) => !endsLater(one, admin, NOW)).map(({ state }) => state)).toEqual(['quarantined']);
  });

  it('its keepers see it all', () => {
    for (const capacity of ['organiser', 'steward'] as const) {
      const seen = runSummaryView(
        run({ failureCode: 'inference-failed', failureDetail: 'text' }),
        { kind: 'test' },
        sightOfRun({ ...OWNER, userId: 'k' }, heldOut([capacity])),
        null,
        NOW,
      );
      expect(seen).toMatchObject({
        progress: { done: 6, failed: 1, total: 36 },
        startedAt: '2026-01-01T00:01:02.345Z',
        failure: { detail: 'text' },
      });
    }
  });

  it('a reader and an administrator see what the submitter sees', () => {
    for (const [actor, resource] of [
      [{ userId: 'r', role: 'reader', scopes: null }, heldOut(['reader'])],
      [{ userId: 'a', role: 'admin', scopes: null }, heldOut()],
      [VISITOR, heldOut()],
    ] as [Actor, Resource][]) {
      expect(sightOfRun(actor, { ...resource, ownerId: 'me' })).toEqual({
        progress: false,
        caseResults: false,
        errorText: false,
        decides: actor.role === 'admin',
      });
    }
  });
});

describe('the place in the queue', () => {
  it('is told while queued, and not afterwards', () => {
    const sight = sightOfRun(VISITOR, heldOut());
    expect(runSummaryView(run({ state: 'queued' }), { kind: 'test' }, sight, 4, NOW).queuePosition).toBe(4);
    expect(runSummaryView(run({ state: 'running' }), { kind: 'test' }, sight, 4, NOW).queuePosition).toBeNull();
  });
});

describe('a row of the per-case table', () => {
  it('writes values, the unbounded and the undefined so that JSON can say them', () => {
    const result: CaseResult = {
      runId: 'r',
      caseId: 'c',
      state: 'scored',
      attempt: 1,
      failureCode: null,
      failureDetail: null,
      prediction: {
        id: 'o',
        kind: 'prediction',
        mediaType: 'application/gzip',
        label: 'PUBLIC',
        sha256: 'a',
        bytes: 1,
      },
      usage: null,
      receipt: null,
      scores: [
        {
          region: 'liver',
          status: 'empty_prediction',
          values: {
            dice: { kind: 'value', value: 0 },
            hd95: { kind: 'unbounded' },
            nsd: { kind: 'undefined', why: 'prediction-empty' },
          },
        },
      ],
    };
    const of = { id: 'c', name: 'case-1', facts: { site: 'a' } } as unknown as EvaluationCase;
    const sight = sightOfRun(OWNER, { ...heldOut(), label: 'PUBLIC' });
    const view = caseResultView(result, of, sight, true);
    expect(view).toMatchObject({
      predictionObjectId: 'o',
      scores: [
        {
          region: 'liver',
          status: 'empty_prediction',
          values: { dice: 0, hd95: 'Infinity', nsd: null },
          reasons: { nsd: 'prediction-empty' },
        },
      ],
    });
    expect(JSON.stringify(view)).not.toContain('sha256');
    expect(caseResultView(result, of, sight, false).predictionObjectId).toBeNull();
  });
});
