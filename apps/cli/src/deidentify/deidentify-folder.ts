import { mkdir, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { deidentifyDicom, type ActionCounts, type DeidentifyOptions, type Hold } from '#deidentification';
import { CliError, EXIT, usageError } from '../exit.js';
import { unreadable } from '../files.js';
import { writeOutput } from '../output-file.js';

/** What became of one file. Its name may hold a patient's, so it is known by its place in the sorted list, from 1. */
export interface FileReport {
  readonly file: number;
  readonly status: 'done' | 'held' | 'refused';
  readonly code: string | null;
  readonly because: string | null;
  readonly counts: ActionCounts | null;
  /** New names; null for refused files. */
  readonly sopInstanceUid: string | null;
  readonly seriesInstanceUid: string | null;
  readonly patient: string | null;
  readonly ageBand: string | null;
  /** Where it was written, below the output folder; null unless done. */
  readonly output: string | null;
}

/** Beyond this a file cannot be read at once. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * Files below a folder, sorted by name; or the one file that a path names. Links are not followed. Hidden files and
 * directories of discs (DICOMDIR) are passed over.
 *
 * @throws CliError `no-such-file`
 */
export async function filesBelow(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && entry.name.toUpperCase() !== 'DICOMDIR')
      .map((entry) => join(entry.parentPath, entry.name))
      .filter(
        (file) =>
          !relative(path, file)
            .split(sep)
            .some((part) => part.startsWith('.')),
      )
      .sort();
  } catch (error) {
    throw unreadable(path, 'folder', (error as NodeJS.ErrnoException).code ?? String(error), error);
  }
}

/**
 * Makes the output folder, which has to be empty, so that nothing of another time or policy is among the files.
 *
 * @throws CliError `usage`, `output-not-empty` or `not-writable`
 */
export async function prepareOutput(input: string, output: string): Promise<void> {
  const [from, to] = [await realpath(input), resolve(output)];
  const inside = relative(from, to);
  if (inside.split(sep)[0] !== '..' && !isAbsolute(inside)) {
    throw usageError(
      `${output} lies inside of ${input}; expected another folder, or a second run would read its own files`,
    );
  }
  try {
    await mkdir(to, { recursive: true });
    if ((await readdir(to)).length === 0) return;
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new CliError('not-writable', `${output} cannot be made a folder (${why})`, EXIT.unexpected, { cause });
  }
  throw new CliError('output-not-empty', `${output} holds files; expected an empty folder or none`, EXIT.invalidInput);
}

/** Treats files one at a time and writes those that are done: never more than one of them, twice, in memory. */
export async function* deidentifyFiles(
  input: string,
  output: string,
  files: readonly string[],
  options: DeidentifyOptions,
): AsyncGenerator<{ readonly path: string; readonly report: FileReport }> {
  const written = new Set<string>();
  for (const [index, path] of files.entries()) {
    yield { path, report: await deidentifyFile(input, output, path, index + 1, options, written) };
  }
}

async function deidentifyFile(
  input: string,
  output: string,
  path: string,
  file: number,
  options: DeidentifyOptions,
  written: Set<string>,
): Promise<FileReport> {
  const nothing = {
    counts: null,
    sopInstanceUid: null,
    seriesInstanceUid: null,
    patient: null,
    ageBand: null,
    output: null,
  };
  const refused = (code: string, because: string): FileReport => ({
    file,
    status: 'refused',
    code,
    because,
    ...nothing,
  });
  let bytes: Uint8Array;
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) return refused('dicom-too-large', `file has ${size} bytes; at most ${MOST_BYTES} are read`);
    bytes = await readFile(path);
  } catch (error) {
    return refused('no-such-file', `the file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
  const standIn = `${basename(input)}/${relative(input, dirname(path)).split(sep).join('/')}`;
  const after = await deidentifyDicom(bytes, { ...options, standIn });
  if (after.status === 'refused') return refused(after.code, after.message);
  const { status, holds, counts, sopInstanceUid, seriesInstanceUid, patient, ageBand } = after;
  const made = { counts, sopInstanceUid, seriesInstanceUid, patient, ageBand };
  if (status === 'held') {
    return { file, status, code: holds[0].code, because: sentences(holds), ...made, output: null };
  }
  if (written.has(sopInstanceUid)) {
    return refused(
      'deid-instance-twice',
      'another file of this folder is the same instance; expected each instance once',
    );
  }
  const place = join(patient, seriesInstanceUid, `${sopInstanceUid}.dcm`);
  await mkdir(dirname(join(output, place)), { recursive: true });
  await writeOutput(join(output, place), Buffer.concat(after.pieces));
  written.add(sopInstanceUid);
  return { file, status, code: null, because: null, ...made, output: place.split(sep).join('/') };
}

const sentences = (holds: readonly Hold[]): string =>
  holds.map(({ code, because }) => `${code}: ${because}`).join('; ');
