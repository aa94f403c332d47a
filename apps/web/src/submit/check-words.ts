import type { PreflightView } from '#contracts';
import { FAILURE_ADVICE, type FailureCode } from '#domain';
import { bigNumber } from '../algorithms/model-facts.js';
import { count, formatBytes, formatDuration, formatShare } from '../format/numbers.js';

export type Check = PreflightView['checks'][number];
export type CheckName = Check['name'];
type Detail = Check['detail'];

export const CHECK_TITLES: Readonly<Record<CheckName, string>> = {
  inspect: 'The file, read without running it',
  'zero-tile': 'One tile of zeros',
  conformance: 'Your own case',
  'practice-case': 'One public practice case',
  budget: 'Time and memory',
};

/** What a check is for, while it has not answered. */
const CHECK_PURPOSE: Readonly<Record<CheckName, string>> = {
  inspect: 'Operators, sizes, inputs and outputs against the manifest.',
  'zero-tile': 'The network runs once in the sandbox; its output has to be finite and of the right size.',
  conformance: 'The platform’s label map against that of your own framework, label by label.',
  'practice-case': 'The whole way from image to score; the overlay can be looked at.',
  budget: 'Tiles × mirror images × networks × measured seconds, against the limits of the benchmark.',
};

export const STATUS_WORDS: Readonly<Record<Check['status'], string>> = {
  waiting: 'waits',
  running: 'running',
  passed: 'passed',
  failed: 'failed',
  skipped: 'skipped',
};

/** What is said below the title of a check. Figures that are not there, or of another kind, are left out. */
export interface CheckWords {
  readonly sentence: string;
  /** What to do about it; null where nothing is to be done. */
  readonly advice: string | null;
  /** Code of a failed check. */
  readonly code: string | null;
  /** Findings that refuse nothing. */
  readonly warnings: readonly string[];
}

export function checkWords({ name, status, detail }: Check): CheckWords {
  const said = (sentence: string, more: Partial<CheckWords> = {}): CheckWords => ({
    sentence,
    advice: null,
    code: null,
    warnings: [],
    ...more,
  });
  switch (status) {
    case 'waiting':
    case 'running':
      return said(CHECK_PURPOSE[name]);
    case 'skipped':
      return said(asSentence(text(detail, 'reason') ?? 'No reason was given'));
    case 'failed': {
      const code = text(detail, 'code');
      return said(asSentence(text(detail, 'message') ?? 'No reason was given'), {
        code,
        advice: code !== null && code in FAILURE_ADVICE ? FAILURE_ADVICE[code as FailureCode] : null,
        warnings: warningsOf(detail),
      });
    }
    case 'passed':
      return said(passedWords(name, detail), { warnings: warningsOf(detail) });
  }
}

function passedWords(name: CheckName, detail: Detail): string {
  switch (name) {
    case 'inspect': {
      const reports = records(detail.models);
      const parameters = reports.map((report) => figure(report, 'parameters'));
      const opsets = [...new Set(reports.flatMap((report) => figure(report, 'opset') ?? []))];
      const all = parameters.every((n) => n !== null) && parameters.length > 0;
      return sentence(
        `${reports.length > 1 ? `${reports.length} files accepted` : 'Accepted'}`,
        all && `${bigNumber(parameters.reduce<number>((sum, n) => sum + (n ?? 0), 0))} parameters`,
        opsets.length > 0 && `opset ${opsets.join(', ')}`,
      );
    }
    case 'zero-tile': {
      const shape = Array.isArray(detail.shape) ? detail.shape.filter((n) => typeof n === 'number').join(' × ') : null;
      const seconds = figure(detail, 'secondsPerRun');
      const memory = figure(detail, 'peakRssBytes');
      const load = figure(detail, 'loadMs');
      return sentence(
        `${shape ?? 'One tile'}${shape === null ? '' : ' voxels'}${seconds === null ? '' : ` in ${formatDuration(seconds * 1000)}`}`,
        load !== null && `started in ${formatDuration(load)}`,
        memory !== null && `${formatBytes(memory)} at most`,
        text(detail, 'isolation') !== null && `isolation ${text(detail, 'isolation')}`,
      );
    }
    case 'conformance': {
      const lowest = figure(detail, 'lowestDice');
      const least = figure(detail, 'minDice');
      const voxels = figure(detail, 'voxelAgreement');
      return sentence(
        lowest === null ? 'Agrees' : `Lowest Dice ${lowest.toFixed(4)}`,
        least !== null && `at least ${least} asked for`,
        voxels !== null && `${formatShare(voxels)} of voxels the same`,
      );
    }
    case 'practice-case':
      return sentence(`${text(detail, 'case') ?? 'One case'} was segmented and scored`);
    case 'budget':
      return budgetWords(detail);
  }
}

function budgetWords(detail: Detail): string {
  const perCase = figure(detail, 'secondsPerCase');
  const total = figure(detail, 'secondsTotal');
  const cases = figure(detail, 'totalCases');
  const limit = figure(detail, 'limitSeconds');
  return sentence(
    perCase === null ? 'Fits' : `About ${formatDuration(perCase * 1000)} for the longest case`,
    limit !== null && `${formatDuration(limit * 1000)} allowed`,
    total !== null && cases !== null && `${formatDuration(total * 1000)} for all ${count(cases, 'case')}`,
  );
}

/** Scores of the practice case, structure by structure. */
export interface PracticeScore {
  readonly region: string;
  readonly values: Readonly<Record<string, number | 'Infinity' | null>>;
  readonly reasons: Readonly<Record<string, string>>;
}

export function practiceScores({ detail }: Check): readonly PracticeScore[] {
  return records(detail.scores).flatMap((score) => {
    const region = text(score, 'region');
    if (region === null) return [];
    const values = Object.entries(recordOf(score.values)).flatMap(([id, value]) =>
      typeof value === 'number' || value === null || value === 'Infinity' ? [[id, value] as const] : [],
    );
    const reasons = Object.entries(recordOf(score.reasons)).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return [{ region, values: Object.fromEntries(values), reasons: Object.fromEntries(reasons) }];
  });
}

/** The checks as they are shown: of a preflight that has ended, nothing waits or runs any more. */
export function shownChecks({ checks, state }: Pick<PreflightView, 'checks' | 'state'>): readonly Check[] {
  if (state === 'queued' || state === 'running') return checks;
  return checks.map((check) =>
    check.status === 'waiting' || check.status === 'running'
      ? { ...check, status: 'skipped', detail: { reason: 'the checks ended before it' } }
      : check,
  );
}

/** One line for screen readers: how many checks are done, and which is under way. */
export function progressWords(preflight: Pick<PreflightView, 'checks' | 'state'>): string {
  const checks = shownChecks(preflight);
  const done = checks.filter(({ status }) => status !== 'waiting' && status !== 'running');
  const failed = checks.filter(({ status }) => status === 'failed').map(({ name }) => CHECK_TITLES[name]);
  const now = checks.find(({ status }) => status === 'running');
  if (preflight.state === 'queued' && done.length < checks.length)
    return `${done.length} of ${checks.length} checks done. The others wait for a free worker.`;
  const under = now === undefined ? '' : ` Now: ${CHECK_TITLES[now.name]}.`;
  const bad = failed.length === 0 ? '' : ` Failed: ${failed.join(', ')}.`;
  return `${done.length} of ${checks.length} checks done.${bad}${under}`;
}

function warningsOf(detail: Detail): string[] {
  const several = records(detail.models).length > 1;
  return records(detail.models).flatMap((report, n) =>
    records(report.findings).flatMap((finding) => {
      if (finding.severity !== 'warning') return [];
      const where = [several && `file ${n + 1}`, text(finding, 'node') && `node “${text(finding, 'node')}”`].filter(
        Boolean,
      );
      return [asSentence(`${where.length > 0 ? `${where.join(', ')}: ` : ''}${text(finding, 'message') ?? ''}`)];
    }),
  );
}

type Fields = Readonly<Record<string, unknown>>;
const recordOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const records = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(recordOf) : []);
const text = (from: Fields, key: string): string | null => (typeof from[key] === 'string' ? from[key] : null);
const figure = (from: Fields, key: string): number | null => (typeof from[key] === 'number' ? from[key] : null);

function sentence(...parts: readonly (string | false)[]): string {
  return `${parts.filter((part) => part !== false).join(', ')}.`;
}

function asSentence(words: string): string {
  const full = /[.!?]$/.test(words) ? words : `${words}.`;
  return full.charAt(0).toUpperCase() + full.slice(1);
}
