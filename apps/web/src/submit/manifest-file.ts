import { manifest } from '#contracts';
import type { ExpandedManifest } from '#pipeline';
import { parseJson } from '../api/api-client.js';

/** One fault of a manifest: where, and a sentence that says what was found and what is expected. */
export interface ManifestProblem {
  readonly where: string;
  readonly sentence: string;
}

export type ManifestReading =
  | { readonly ok: true; readonly manifest: ExpandedManifest }
  | { readonly ok: false; readonly problems: readonly ManifestProblem[] };

/** Reads `voxelmark.json` and lists every fault at once, in plain language. */
export function readManifest(text: string): ManifestReading {
  const json = parseJson(text.replace(/^\uFEFF/, ''));
  if (json === undefined) {
    return { ok: false, problems: [{ where: 'the file', sentence: `This is not valid JSON${jsonHint(text)}.` }] };
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return {
      ok: false,
      problems: [
        { where: 'the file', sentence: `Found ${kindOf(json)}; expected one JSON object with the keys of a manifest.` },
      ],
    };
  }
  const parsed = manifest.safeParse(json);
  if (parsed.success) return { ok: true, manifest: parsed.data };
  return { ok: false, problems: parsed.error.issues.flatMap((issue) => toProblems(issue as Issue, json)) };
}

/** The part of a zod issue that we read. */
interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly expected?: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly origin?: string;
  readonly inclusive?: boolean;
  readonly discriminator?: string;
  readonly errors?: readonly (readonly Issue[])[];
}

function toProblems(issue: Issue, json: unknown): ManifestProblem[] {
  const where = pathWords(issue.path);
  const got = describe(valueAt(json, issue.path));
  switch (issue.code) {
    case 'invalid_type':
      return [
        {
          where,
          sentence:
            got === 'nothing'
              ? `Missing; expected ${article(issue.expected)}.`
              : `Found ${got}; expected ${article(issue.expected)}.`,
        },
      ];
    case 'invalid_value':
      return [
        {
          where,
          sentence: `${got === 'nothing' ? 'Missing' : `Found ${got}`}; expected ${list((issue.values ?? []).map((value) => JSON.stringify(value)))}.`,
        },
      ];
    case 'unrecognized_keys':
      return (issue.keys ?? []).map((key) => ({
        where: pathWords([...issue.path, key]),
        sentence: 'Not a key of the manifest. Check the spelling or take it out.',
      }));
    case 'too_small':
      return [
        {
          where,
          sentence: `Found ${got}; expected ${issue.inclusive === false ? 'more than' : 'at least'} ${bound(issue.minimum, issue.origin)}.`,
        },
      ];
    case 'too_big':
      return [
        {
          where,
          sentence: `Found ${got}; expected ${issue.inclusive === false ? 'less than' : 'at most'} ${bound(issue.maximum, issue.origin)}.`,
        },
      ];
    case 'invalid_union':
      if (issue.discriminator !== undefined) {
        return [
          {
            where,
            sentence: `${got === 'nothing' ? 'Missing' : `Found ${got}`}; this is not one of the operations that the platform knows.`,
          },
        ];
      }
      return unionProblems(issue, json);
    default:
      return [{ where, sentence: `Found ${got}; ${lowerFirst(issue.message)}.` }];
  }
}

/** A union of plain values (for instance 0 or 1): all its expectations in one sentence. */
function unionProblems(issue: Issue, json: unknown): ManifestProblem[] {
  const expected = (issue.errors ?? []).flatMap((branch) =>
    branch.flatMap((inner) => (inner.values ?? []).map((value) => JSON.stringify(value))),
  );
  const got = describe(valueAt(json, issue.path));
  return [
    {
      where: pathWords(issue.path),
      sentence:
        expected.length > 0
          ? `Found ${got}; expected ${list(expected)}.`
          : `Found ${got}; none of the allowed forms fits.`,
    },
  ];
}

/** `inputs[0].channels[0].name` */
export function pathWords(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the file';
  return path
    .map((key, depth) => (typeof key === 'number' ? `[${key}]` : `${depth === 0 ? '' : '.'}${String(key)}`))
    .join('');
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string')
    return value.length > 40 ? `a text of ${value.length} characters` : JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  return kindOf(value);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object' : article(typeof value);
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
};

function article(kind: string | undefined): string {
  return kind === undefined ? 'something else' : (KINDS[kind] ?? kind);
}

function bound(limit: number | undefined, origin: string | undefined): string {
  if (origin === 'string') return `${limit} characters`;
  return origin === 'array' ? `${limit} entries` : String(limit);
}

function list(words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? 'something else';
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}

/** The two slips that we see most often. */
function jsonHint(text: string): string {
  if (text.trim() === '') return ': the file is empty';
  if (/,\s*[}\]]/.test(text)) return ': there is a comma before a closing bracket';
  return /(^|[\s{,])'[^']*'\s*:/.test(text) ? ': keys and texts need double quotes' : '';
}

/** Labels of the benchmark that the manifest does not produce, and the reverse: worth knowing before a submission is spent. */
export function labelDifferences(
  made: ExpandedManifest['labels'],
  wanted: readonly { readonly value: number; readonly name: string }[],
): { readonly missing: readonly string[]; readonly unknown: readonly string[] } {
  const wantedValues = new Set(wanted.map(({ value }) => value));
  const madeValues = new Set(made.map(({ value }) => value));
  const words = ({ value, name }: { value: number; name: string }): string => `${value} (${name})`;
  return {
    missing: wanted.filter(({ value }) => value !== 0 && !madeValues.has(value)).map(words),
    unknown: made.filter(({ value }) => value !== 0 && !wantedValues.has(value)).map(words),
  };
}
