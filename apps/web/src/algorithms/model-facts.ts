import type { IsolationLevel } from '#domain';
import type { AlgorithmView } from '#contracts';

export type Version = AlgorithmView['versionList'][number];
export type ModelOfVersion = Version['models'][number];
type Facts = NonNullable<ModelOfVersion['facts']>;

/** What the inspector found in the files of a version. */
export interface OperatorSummary {
  /** Most frequent first. */
  readonly operators: Facts['operators'];
  /** Whether the counts are those of each file, or of all files together. */
  readonly of: 'each' | 'all';
  /** Nodes of the graph. */
  readonly nodes: number;
}

/** Operators of a bundle; null where some file was stored before they were counted. */
export function operatorSummary(models: readonly Pick<ModelOfVersion, 'facts'>[]): OperatorSummary | null {
  const all = models.map(({ facts }) => facts?.operators);
  if (all.length === 0 || all.some((operators) => operators === undefined)) return null;
  const lists = all as readonly Facts['operators'][];
  const same = lists.every((list) => JSON.stringify(list) === JSON.stringify(lists[0]));
  const operators = same ? lists[0] : merged(lists);
  return { operators, of: same ? 'each' : 'all', nodes: operators.reduce((sum, { count }) => sum + count, 0) };
}

function merged(lists: readonly Facts['operators'][]): Facts['operators'] {
  const counts = new Map<string, number>();
  for (const { op, count } of lists.flat()) counts.set(op, (counts.get(op) ?? 0) + count);
  return [...counts]
    .map(([op, count]) => ({ op, count }))
    .sort((a, b) => b.count - a.count || a.op.localeCompare(b.op, 'en'));
}

/** Learnt numbers of all files together; null where one is not known. */
export function parameterSum(models: readonly Pick<ModelOfVersion, 'facts'>[]): number | null {
  return models.reduce<number | null>((sum, { facts }) => {
    const own = facts?.parameters ?? null;
    return sum === null || own === null ? null : sum + own;
  }, 0);
}

/** "85,324", "31.2 million" */
export function bigNumber(n: number): string {
  if (n < 1e6) return n.toLocaleString('en-GB');
  return n < 1e9 ? `${(n / 1e6).toFixed(1)} million` : `${(n / 1e9).toFixed(2)} billion`;
}

/** "image [1, 1, D, H, W] float32" */
export function tensorWords({ name, dtype, shape }: NonNullable<Facts['inputs']>[number]): string {
  return `${name} ${shape === null ? 'of any shape' : `[${shape.join(', ')}]`} ${dtype}`;
}

export const ISOLATION_WORDS: Readonly<Record<IsolationLevel, string>> = {
  L0: 'a process of its own, with limits',
  L1: 'a process without a network',
  L2: 'a process without a network and without files but its own',
  L3: 'a container of its own',
};
