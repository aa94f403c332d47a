import { DEFAULT_ALPHA, SINGLE_KINDS, type SingleScheme, type Ties } from '#ranking';
import { ADJUSTMENTS, type Adjustment } from '#statistics';
import { required, text, type Invocation } from '../command.js';
import { usageError } from '../exit.js';
import { LARGEST } from './read-scores.js';

/** Name of the one metric that a file of scores holds. */
export const METRIC = 'value';

const MISSING = ['worst', 'remove', 'last'] as const;
const TIES = ['min', 'average'] as const;
const DIRECTIONS = ['higher', 'lower'] as const;
const WHOLE = /^\d+$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const DEFAULT_SEED = 1;

export interface RankSettings {
  readonly kind: SingleScheme['kind'];
  readonly missing: (typeof MISSING)[number];
  /** Null when it was not told. */
  readonly worst: number | null;
  readonly ties: Ties;
  readonly direction: 'higher' | 'lower';
  readonly adjust: Adjustment;
  readonly alpha: number;
  /** Random draws, draws of a file, or none. */
  readonly draws:
    | { readonly kind: 'random'; readonly count: number; readonly seed: number }
    | { readonly kind: 'file'; readonly path: string }
    | null;
  /** Options that were given and change nothing. */
  readonly idle: readonly string[];
}

/** @throws CliError `usage` for settings that are unknown, out of range, or contradict one another */
export function readSettings(invocation: Pick<Invocation, 'options'>): RankSettings {
  const kind = oneOf('scheme', required(invocation, 'scheme'), SINGLE_KINDS);
  const choose = <T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
    const given = text(invocation, name);
    return given === null ? fallback : oneOf(name, given, allowed);
  };
  const byPlaces = kind === 'rank-then-mean' || kind === 'rank-then-median';
  const missing = choose('missing', MISSING, byPlaces ? 'last' : 'worst');
  if (!byPlaces && missing === 'last') {
    throw usageError(
      `--missing last asks for places within cases, which ${kind} has not; use worst${kind === 'test-then-rank' ? '' : ' or remove'}`,
    );
  }
  if (kind === 'test-then-rank' && missing === 'remove') {
    throw usageError(
      'test-then-rank compares algorithms on the same cases: missing values are filled by --worst, not removed',
    );
  }
  const alpha = number(invocation, 'alpha') ?? DEFAULT_ALPHA;
  if (!(alpha > 0 && alpha < 1)) throw usageError(`--alpha is ${alpha}; expected a number between 0 and 1`);
  const idle = kind === 'test-then-rank' ? [] : ['adjust', 'alpha'].filter((name) => text(invocation, name) !== null);
  if (text(invocation, 'seed') !== null && text(invocation, 'draws') === null) idle.push('seed');
  return {
    kind,
    missing,
    worst: number(invocation, 'worst'),
    ties: choose('ties', TIES, 'min'),
    direction: choose('direction', DIRECTIONS, 'higher'),
    adjust: choose('adjust', ADJUSTMENTS, 'holm'),
    alpha,
    draws: drawsOf(invocation),
    idle: idle.map((name) => `--${name}`),
  };
}

/** The rule as the ranking library words it. */
export function schemeOf({ kind, missing, ties, adjust, alpha }: RankSettings): SingleScheme {
  if (kind === 'test-then-rank') return { kind, metric: METRIC, ties, adjust, alpha };
  const rule = missing === 'worst' ? 'penalty' : missing;
  if (kind === 'rank-then-mean' || kind === 'rank-then-median') return { kind, metric: METRIC, ties, missing: rule };
  if (rule === 'last') throw new TypeError(`${kind} has no place for missing values; expected worst or remove`);
  return { kind, metric: METRIC, ties, missing: rule };
}

function drawsOf(invocation: Pick<Invocation, 'options'>): RankSettings['draws'] {
  const path = text(invocation, 'draws-file');
  const draws = text(invocation, 'draws');
  if (path !== null && draws !== null) throw usageError('--draws and --draws-file are given; expected one of them');
  const seed = whole(invocation, 'seed', 0, 0xffffffff) ?? DEFAULT_SEED;
  if (path !== null) return { kind: 'file', path };
  const count = whole(invocation, 'draws', 1, 100_000_000);
  return count === null ? null : { kind: 'random', count, seed };
}

function oneOf<T extends string>(name: string, given: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === given);
  if (found === undefined) throw usageError(`--${name} is "${given}"; expected ${allowed.join(', ')}`);
  return found;
}

function number(invocation: Pick<Invocation, 'options'>, name: string): number | null {
  const given = text(invocation, name);
  if (given === null) return null;
  if (!DECIMAL.test(given) || !(Math.abs(Number(given)) <= LARGEST))
    throw usageError(`--${name} is "${given}"; expected a number of at most ${LARGEST} in size`);
  return Number(given);
}

function whole(invocation: Pick<Invocation, 'options'>, name: string, least: number, most: number): number | null {
  const given = text(invocation, name);
  if (given === null) return null;
  const value = WHOLE.test(given) ? Number(given) : NaN;
  if (!(value >= least && value <= most))
    throw usageError(`--${name} is "${given}"; expected a whole number from ${least} to ${most}`);
  return value;
}
