import { pathFault, plainPath } from './dataset-files.js';
import type { LayoutInput } from './planned.js';

/** Descriptions are small; a larger one is something else. */
const MOST_BYTES = 1 << 24;

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text of a small file. @throws DatasetFileFault */
export async function readText({ files }: LayoutInput, path: string): Promise<string | null> {
  const bytes = await files.readStart(path, MOST_BYTES + 1);
  return bytes.length > MOST_BYTES ? null : new TextDecoder().decode(bytes).replace(/^\ufeff/, '');
}

/** A JSON object, by its path below the base; null, and a finding, when there is none. */
export async function readJson(input: LayoutInput, path: string): Promise<Fields | null> {
  const whole = input.paths.get(path);
  const place = { file: `${input.base}${path}` };
  const refuse = (found: string): null => {
    input.findings.say('dataset-description', place, found, 'a JSON object');
    return null;
  };
  if (whole === undefined) return refuse('no such file');
  try {
    const text = await readText(input, whole);
    if (text === null) return refuse(`a file of more than ${MOST_BYTES} bytes`);
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : refuse(Array.isArray(value) ? 'a list' : typeof value);
  } catch (error) {
    if (error instanceof SyntaxError) return refuse(`text that is no JSON (${error.message.slice(0, 100)})`);
    input.findings.refuse(error, place);
    return null;
  }
}

/** A field by any of its spellings, as text; the first is the right one, and any other is remarked upon. */
export function textField(input: LayoutInput, file: string, fields: Fields, [right, ...loose]: readonly string[]): string {
  for (const name of [right, ...loose]) {
    const value = fields[name];
    if (typeof value !== 'string') continue;
    if (name !== right) {
      input.findings.say('dataset-description-loose', { file: `${input.base}${file}` }, `field "${name}"`, `"${right}"; it is read as that`);
    }
    return value;
  }
  return '';
}

/**
 * Names by index from 0 on, as `channel_names` and `modality` give them: {"0": "CT"} or ["CT"].
 *
 * @returns null, and a finding, when it is something else
 */
export function indexedNames(input: LayoutInput, file: string, field: string, value: unknown): string[] | null {
  const entries = Array.isArray(value) ? value.map((name: unknown, n) => [String(n), name] as const) : isFields(value) ? Object.entries(value) : [];
  const names = new Map(entries.map(([key, name]) => [key, name]));
  const all = entries.map((_, n) => names.get(String(n)));
  if (all.length > 0 && all.every((name): name is string => typeof name === 'string' && name !== '')) return all;
  input.findings.say(
    'dataset-description',
    { file: `${input.base}${file}` },
    `${field} is ${shown(value)}`,
    `a name for each channel, numbered from 0: {"0": "CT"}`,
  );
  return null;
}

/** A path of a description as it is listed; null, and a finding, when it leaves the folder. */
export function innerPath(input: LayoutInput, file: string, name: string | null, path: unknown): string | null {
  const fault = typeof path === 'string' ? pathFault(path) : shown(path);
  if (fault === null) return plainPath(path as string);
  input.findings.say(
    'dataset-path',
    { case: name, file: `${input.base}${file}` },
    fault,
    'a path relative to the dataset and within it; variables are not expanded',
  );
  return null;
}

/** A value for a message: short, whatever it is. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
