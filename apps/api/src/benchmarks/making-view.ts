import type { BenchmarkMakingView, DryRunView } from '#contracts';
import type { DrawnCases, DryRun, EvaluationCase, MakingEvent } from '#evaluation';

/** @param definitionSha256 of the draft as it is now */
export function dryRunView(dryRun: DryRun, definitionSha256: string): DryRunView {
  const { id, state, isolation, progress, failure, createdAt, finishedAt } = dryRun;
  return {
    id,
    state,
    stale: dryRun.definitionSha256 !== definitionSha256,
    isolation,
    networks: progress,
    failure,
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}

/** Accounts that a history names. */
export function peopleOf(events: readonly MakingEvent[]): string[] {
  return events.flatMap(({ userId, member }) => [...(userId === null ? [] : [userId]), ...(member === null ? [] : [member.userId])]);
}

export function historyView(
  events: readonly MakingEvent[],
  names: ReadonlyMap<string, string>,
): BenchmarkMakingView['history'] {
  return events.map(({ at, userId, act, definitionSha256, member }) => ({
    at: at.toISOString(),
    userName: userId === null ? null : (names.get(userId) ?? null),
    act,
    definitionSha256,
    member: member && { name: names.get(member.userId) ?? null, capacity: member.capacity },
  }));
}

export function drawnView(
  drawn: DrawnCases,
  cases: readonly Pick<EvaluationCase, 'name' | 'patient'>[],
): BenchmarkMakingView['cases'] {
  const patients = (names: readonly string[]): number => {
    const within = new Set(names);
    return new Set(cases.filter(({ name }) => within.has(name)).map(({ patient }) => patient)).size;
  };
  return {
    practice: [...drawn.practice],
    test: [...drawn.test],
    left: [...drawn.left],
    patients: { practice: patients(drawn.practice), test: patients(drawn.test) },
  };
}
