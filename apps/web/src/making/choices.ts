import { newBenchmark, type BenchmarkDefinition, type NewBenchmarkBody } from '#contracts';
import { slugOf } from '../datasets/slug-of.js';

/** What an organiser has said so far; all else is left to its default. */
export type Choices = Partial<NewBenchmarkBody>;

/** Sections of the form, with the parts of a description that each holds. */
export const SECTIONS = {
  data: { title: 'Data and question', parts: ['dataset', 'slug', 'title', 'question', 'summary', 'rules'] },
  split: { title: 'Practice and held-out cases', parts: ['split', 'cases', 'consensus'] },
  regions: { title: 'Labels and regions', parts: ['labels', 'regions', 'windowPresets'] },
  metrics: { title: 'Metrics', parts: ['metrics'] },
  ranking: { title: 'Ranking', parts: ['ranking'] },
  limits: { title: 'Limits and isolation', parts: ['limits', 'requiredIsolation', 'predictionGrid', 'isolation'] },
  secrecy: { title: 'Who sees what', parts: ['phases', 'reveal'] },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly parts: readonly string[] }>>;
export type SectionKey = keyof typeof SECTIONS;

/** The section that a finding or a fault is about, by the first word of its place; null: none in particular. */
export function sectionOf(where: string): SectionKey | null {
  const part = where.split(/[.[]/)[0];
  const keys = Object.keys(SECTIONS) as SectionKey[];
  return keys.find((key) => (SECTIONS[key].parts as readonly string[]).includes(part)) ?? null;
}

/** The whole as it is sent. The address follows the title until somebody chooses one. */
export function bodyOf(choices: Choices): Choices {
  const question = choices.question?.trim();
  return {
    ...choices,
    question: question === '' ? undefined : question,
    slug: choices.slug ?? slugOf(choices.title ?? ''),
  };
}

/**
 * The same, complete enough to be checked: what has no default and was not said yet is made up, so that defaults of all else
 * can be shown from the first moment. Null while no version of a dataset is chosen, or a field makes no sense by itself.
 */
export function checkableBody(choices: Choices): NewBenchmarkBody | null {
  const body = bodyOf(choices);
  const filled = {
    ...body,
    slug: newBenchmark.shape.slug.safeParse(body.slug).success ? body.slug : 'draft-without-a-name',
    title: body.title?.trim() || 'Untitled',
  };
  return newBenchmark.safeParse(filled).success ? (filled as NewBenchmarkBody) : null;
}

export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** What is missing or makes no sense, by itself; the server's findings come on top. */
export function faultsOf(choices: Choices): Fault[] {
  const parsed = newBenchmark.safeParse(bodyOf(choices));
  const words: Readonly<Record<string, string>> = {
    title: 'Give it a title.',
    slug: 'Lower-case letters, digits and hyphens; at least two.',
    dataset: 'Choose a frozen version of a dataset.',
  };
  const faults = (parsed.error?.issues ?? []).map(({ path, message }) => ({
    path: path.join('.'),
    message: words[String(path[0])] ?? message,
  }));
  return faults.filter(({ path }, n) => faults.findIndex((one) => one.path === path) === n);
}

/** What holds: what was said, else the default of the definition; undefined while neither is known. */
export function held<Key extends keyof NewBenchmarkBody>(
  key: Key,
  choices: Choices,
  definition: BenchmarkDefinition | null,
): BenchmarkDefinition[Key] | undefined {
  return (choices[key] as BenchmarkDefinition[Key] | undefined) ?? definition?.[key];
}
