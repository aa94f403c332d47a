import { readFile } from 'node:fs/promises';
import type { NewBenchmarkBody } from '#contracts';
import { text, texts, type Command, type Invocation } from '../command.js';
import { CliError, EXIT, usageError } from '../exit.js';
import { checkFile } from '../files.js';

export const DESCRIPTION_OPTIONS: Command['options'] = {
  dataset: { type: 'string', short: 'd', help: 'dataset@version, a frozen version of a dataset of yours' },
  title: { type: 'string', help: 'title' },
  slug: { type: 'string', help: 'name in addresses; by default made from the title' },
  question: { type: 'string', help: 'the clinical question; by default how well the labels are outlined' },
  summary: { type: 'string', help: 'a few sentences about it' },
  'practice-split': { type: 'string', multiple: true, help: 'cases with this `split` are for practice; may be repeated' },
  'test-split': { type: 'string', multiple: true, help: 'cases with this `split` are held out; may be repeated' },
  'practice-case': { type: 'string', multiple: true, help: 'this case is for practice; may be repeated' },
  'test-case': { type: 'string', multiple: true, help: 'this case is held out; may be repeated' },
  'test-share': { type: 'string', help: 'draw this share of the patients, 0.7 for instance' },
  seed: { type: 'string', help: 'of the drawing; by default 1' },
  'stratify-by': { type: 'string', help: 'draw within each value of this fact' },
  label: { type: 'string', multiple: true, help: 'VALUE=NAME; by default as the dataset says; all of them if any; may be repeated' },
  region: { type: 'string', multiple: true, help: 'NAME=1+2; by default each label; may be repeated' },
  metric: { type: 'string', multiple: true, help: 'id of the catalogue, or ID=PENALTY (a number, or diagonal); may be repeated' },
  'rank-by': { type: 'string', multiple: true, help: 'metric to rank by; several: consensus of their ranks' },
  consensus: { type: 'string', help: 'majority, staple or the name of a reader; by default majority' },
  'practice-label': { type: 'string', help: 'PUBLIC, PARTICIPANT or SEALED' },
  isolation: { type: 'string', help: 'L0 to L3: least isolation of a worker' },
  'case-seconds': { type: 'string', help: 'wall limit of a case' },
  'memory-mib': { type: 'string', help: 'memory limit of a case' },
};

type Description = Record<string, unknown>;

/**
 * What the command line says, over what the file says. Shapes and values are checked by the server, which names every fault.
 *
 * @throws CliError `usage`, or `description-invalid` when the file is no JSON object
 */
export async function readDescription(invocation: Invocation): Promise<NewBenchmarkBody> {
  const [path] = invocation.words;
  const written: Description = path === undefined ? {} : await readJson(path);
  const given = (name: string): Description => {
    const value = text(invocation, name);
    return value === null ? {} : { [name]: value };
  };
  const described: Description = {
    ...written,
    ...given('title'),
    ...given('slug'),
    ...given('question'),
    ...given('summary'),
    ...readDataset(text(invocation, 'dataset')),
    ...readSplit(invocation),
    ...list('labels', texts(invocation, 'label').map(readLabel)),
    ...list('regions', texts(invocation, 'region').map(readRegion)),
    ...list('metrics', texts(invocation, 'metric').map(readMetric)),
    ...readRanking(texts(invocation, 'rank-by')),
    ...readConsensus(text(invocation, 'consensus')),
    ...readLimits(invocation, written),
    ...(text(invocation, 'isolation') === null ? {} : { requiredIsolation: text(invocation, 'isolation') }),
    ...readPracticeLabel(text(invocation, 'practice-label'), written),
  };
  if (described.title === undefined) throw usageError('--title is needed, or a file with a title');
  if (described.dataset === undefined) throw usageError('--dataset is needed, or a file with a dataset');
  const { title } = described;
  described.slug ??= slugOf(typeof title === 'string' ? title : JSON.stringify(title));
  return described as unknown as NewBenchmarkBody;
}

async function readJson(path: string): Promise<Description> {
  await checkFile(path, 'description');
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Description;
  } catch (error) {
    throw new CliError('description-invalid', `${path} is no JSON: ${(error as Error).message}`, EXIT.invalidInput, { cause: error });
  }
  throw new CliError('description-invalid', `${path} is no JSON object; expected {"title": …, "dataset": {"slug": …, "version": …}}`, EXIT.invalidInput);
}

function slugOf(title: string): string {
  const slug = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replace(/^-|-$/g, '');
  if (slug.length < 2) throw usageError(`"${title}" makes no name for addresses; give one with --slug`);
  return slug;
}

const list = (name: string, items: readonly unknown[]): Description => (items.length === 0 ? {} : { [name]: items });

function readDataset(value: string | null): Description {
  if (value === null) return {};
  const [, slug, version] = /^(.+)@(\d+)$/.exec(value) ?? [];
  if (slug === undefined) throw usageError(`--dataset is "${value}"; expected DATASET@VERSION, for instance spleen@1`);
  return { dataset: { slug, version: Number(version) } };
}

function readSplit(invocation: Invocation): Description {
  const of = (name: string): string[] => [...texts(invocation, name)];
  const bySplit = { practice: of('practice-split'), test: of('test-split') };
  const byName = { practice: of('practice-case'), test: of('test-case') };
  const drawn = ['test-share', 'seed', 'stratify-by'].filter((name) => text(invocation, name) !== null);
  const some = ({ practice, test }: typeof byName): boolean => practice.length + test.length > 0;
  if ([some(bySplit), some(byName), drawn.length > 0].filter(Boolean).length > 1)
    throw usageError('cases go to practice and held-out by their split, by name or by drawing; expected options of one of them');
  if (some(bySplit)) return { split: { kind: 'by-split', ...bySplit } };
  if (some(byName)) return { split: { kind: 'by-name', ...byName } };
  if (drawn.length === 0) return {};
  const stratifyBy = text(invocation, 'stratify-by');
  return {
    split: {
      kind: 'random',
      ...numberOf('testShare', 'test-share', invocation),
      ...numberOf('seed', 'seed', invocation),
      ...(stratifyBy === null ? {} : { stratifyBy }),
    },
  };
}

function numberOf(key: string, option: string, invocation: Invocation): Description {
  const value = text(invocation, option);
  if (value === null) return {};
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number)) throw usageError(`--${option} is "${value}"; expected a number`);
  return { [key]: number };
}

function readLabel(value: string): Description {
  const [, number, name] = /^(\d+)=(.+)$/.exec(value) ?? [];
  if (name === undefined) throw usageError(`--label is "${value}"; expected VALUE=NAME, for instance 1=spleen`);
  return { value: Number(number), name };
}

function readRegion(value: string): Description {
  const [, name, labels] = /^([^=]+)=(\d+(?:\+\d+)*)$/.exec(value) ?? [];
  if (name === undefined) throw usageError(`--region is "${value}"; expected NAME=LABEL+LABEL, for instance liver=1+2`);
  return { name, labels: labels.split('+').map(Number) };
}

function readMetric(value: string): Description {
  const [id, penalty] = value.split('=', 2);
  if (penalty === undefined) return { id };
  if (penalty === 'diagonal') return { id, penalty: { kind: 'volume-diagonal' } };
  const number = Number(penalty);
  if (penalty.trim() === '' || !Number.isFinite(number)) throw usageError(`--metric is "${value}"; expected ID=NUMBER or ID=diagonal`);
  return { id, penalty: { kind: 'fixed', value: number } };
}

function readRanking(metrics: readonly string[]): Description {
  if (metrics.length === 0) return {};
  return { ranking: metrics.length === 1 ? { kind: 'mean-then-rank', metric: metrics[0] } : { kind: 'consensus', metrics } };
}

function readConsensus(value: string | null): Description {
  if (value === null) return {};
  return { consensus: value === 'majority' || value === 'staple' ? { kind: value } : { kind: 'reader', reader: value } };
}

function readLimits(invocation: Invocation, written: Description): Description {
  const limits = { ...numberOf('caseSeconds', 'case-seconds', invocation), ...numberOf('memoryMib', 'memory-mib', invocation) };
  return Object.keys(limits).length === 0 ? {} : { limits: { ...(written.limits as object | undefined), ...limits } };
}

function readPracticeLabel(label: string | null, written: Description): Description {
  if (label === null) return {};
  const phases = (written.phases ?? {}) as { readonly practice?: object };
  return { phases: { ...phases, practice: { ...phases.practice, label } } };
}
