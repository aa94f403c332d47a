import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FAILURE_ADVICE, FAILURE_CODES } from '#domain';

const root = resolve(import.meta.dirname, '..');

function sources(): { file: string; text: string }[] {
  return ['libs', 'apps'].flatMap((ring) =>
    readdirSync(join(root, ring), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && /\.(tsx?|mjs)$/.test(entry.name) && !/\.(spec|integration|e2e)\.tsx?$/.test(entry.name))
      .filter((entry) => !/test-support|testing|harness/.test(entry.parentPath))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => ({ file, text: readFileSync(file, 'utf8') })),
  );
}

/** Codes given to an error's constructor as a string literal. */
function codesThrown(): Map<string, string> {
  const pattern =
    /new (?:RequestRefused\(\s*\d{3},\s*|(?:SubmissionRejected|BenchmarkMisconfigured|EngineUnavailable|ImageFormatError|UsageError|CliError)\(\s*)'([a-z0-9]+(?:-[a-z0-9]+)*)'/g;
  return new Map(sources().flatMap(({ file, text }) => [...text.matchAll(pattern)].map((match) => [match[1], file] as const)));
}

const documented = new Set(
  [...readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map((match) => match[1]),
);

describe('docs/errors.md', () => {
  it('lists every failure code with the sentence that submitters read', () => {
    const text = readFileSync(join(root, 'docs/errors.md'), 'utf8');
    expect(FAILURE_CODES.filter((code) => !text.includes(`| \`${code}\` | ${FAILURE_ADVICE[code]}`))).toEqual([]);
  });

  it('lists every code that the sources throw', () => {
    const thrown = codesThrown();
    expect(thrown.size).toBeGreaterThan(10);
    expect([...thrown].filter(([code]) => !documented.has(code)).map(([code, file]) => `${code} (${file.replace(root, '')})`)).toEqual([]);
  });

  it('lists nothing that does not exist', () => {
    const all = sources().map(({ text }) => text).join('\n');
    expect([...documented].filter((code) => !all.includes(`'${code}'`))).toEqual([]);
  });
});
