import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import {
  DatasetFileFault,
  columnUses,
  headOf,
  isArchive,
  layoutOf,
  mappedTable,
  planDataset,
  planOneCase,
  readTable,
  TableFault,
  usesFault,
  type DatasetFiles,
  type DatasetLayout,
  type DatasetTable,
  type Findings,
  type PlannedDataset,
  type SentTable,
} from '#datasets';
import { usageError, type CliError } from '../exit.js';
import { unreadable } from '../files.js';
import { archiveFiles } from './archive-files.js';
import { folderFiles, namedFiles } from './folder-files.js';

/** What was named on the command line. */
export interface DatasetArguments {
  readonly paths: readonly string[];
  readonly layout: DatasetLayout | null;
  readonly table: string | null;
  /** What columns of the table are used for, by name; others as they are called. */
  readonly columns?: ReadonlyMap<string, string>;
}

/** A dataset whose cases are known and whose voxels have not been read. */
export interface OpenDataset {
  readonly files: DatasetFiles;
  /** Null when it has no layout; then there is a finding that says so. */
  readonly planned: PlannedDataset | null;
  close(): Promise<void>;
}

const MOST_TABLE_BYTES = 2 ** 26;
const NOTHING: DatasetFiles = {
  name: '',
  files: [],
  passedOver: [],
  read: (path) => Promise.reject(new DatasetFileFault('file-unreadable', `no file ${path}`, 'a file of the dataset')),
  readStart: (path) => Promise.reject(new DatasetFileFault('file-unreadable', `no file ${path}`, 'a file of the dataset')),
};

/**
 * Opens what was named: one folder or archive in some layout; several folders, that make one dataset together; a table; or the
 * files of a single case, its image first (a file or a folder of DICOM files) and then its reference segmentations.
 *
 * @throws CliError `no-such-file`, `usage`
 */
export async function openDataset({ paths, layout, table: tablePath, columns = new Map() }: DatasetArguments, findings: Findings): Promise<OpenDataset> {
  const kinds: ('folder' | 'file')[] = [];
  for (const path of paths) {
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      throw unreadable(path, 'dataset', error.code ?? String(error), error);
    });
    kinds.push(found.isDirectory() ? 'folder' : 'file');
  }
  if (columns.size > 0 && tablePath === null && !(paths.length === 1 && /\.(csv|tsv)$/i.test(paths[0]))) throw usageError('--column says what columns of a table are; expected --table as well');
  const table = tablePath === null ? null : await tableAt(tablePath, columns, findings);
  const opened = (files: DatasetFiles, planned: PlannedDataset | null, close = () => Promise.resolve()): OpenDataset => ({ files, planned, close });
  const [first] = paths;
  if (paths.length === 1 && kinds[0] === 'file' && isArchive(first)) {
    try {
      const { files, close } = await archiveFiles(first);
      return opened(files, await planDataset(files, layout, table, findings), close);
    } catch (error) {
      refuseOrExplain(findings, error, first);
      return opened(NOTHING, null);
    }
  }
  if (paths.length === 1 && kinds[0] === 'file' && /\.(csv|tsv)$/i.test(first)) {
    if (table) throw usageError('a table was given as PATH and as --table; expected one');
    const files = await readable(dirname(first), folderFiles(dirname(resolve(first))));
    return opened(
      files,
      await planDataset(files, layout ?? 'folder', await tableAt(first, columns, findings), findings),
    );
  }
  if (kinds.every((kind) => kind === 'folder')) {
    const files = await readable(paths.join(', '), paths.length === 1 ? folderFiles(first) : namedFiles(distinct(paths)));
    const planned = paths.length === 1 ? await planDataset(files, layout, table, findings) : await planTogether(files, paths, layout, table, findings);
    return opened(files, planned);
  }
  if (kinds.slice(1).includes('folder')) {
    throw usageError(`${paths[kinds.indexOf('folder', 1)]} is a folder; expected the files of one case: its image first, a file or a folder of DICOM files, then its reference segmentations`);
  }
  if (layout !== null && layout !== 'folder' && layout !== 'dicom') throw usageError(`--layout ${layout} is a folder; ${paths.join(', ')} are the files of one case`);
  if (table) throw usageError('--table goes with a dataset of several cases');
  const files = await readable(paths.join(', '), namedFiles(distinct(paths)));
  const [image, ...references] = paths.map((path) => basename(resolve(path)));
  return opened(files, await planOneCase(files, image, references, findings));
}

/** @throws CliError `no-such-file` for what the system refuses */
async function readable<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw systemFault(error, path) ?? error;
  }
}

function refuseOrExplain(findings: Findings, error: unknown, path: string): void {
  const fault = systemFault(error, path);
  if (fault) throw fault;
  findings.refuse(error, { file: basename(path) });
}

function systemFault(error: unknown, path: string): CliError | null {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && typeof syscall === 'string' ? unreadable(path, 'dataset', code, error) : null;
}

function distinct(paths: readonly string[]): readonly string[] {
  const names = paths.map((path) => basename(resolve(path)));
  const twice = names.find((name, n) => names.indexOf(name) !== n);
  if (twice !== undefined) throw usageError(`two paths end in "${twice}"; expected names that differ, since findings name them`);
  return paths;
}

/** @throws CliError `no-such-file`, `usage` for columns that cannot be used as was asked */
async function tableAt(
  path: string,
  columns: ReadonlyMap<string, string>,
  findings: Findings,
): Promise<DatasetTable | null> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, 'table', error.code ?? String(error), error);
  });
  const file = basename(path);
  if (bytes.length > MOST_TABLE_BYTES) {
    findings.say('table-invalid', { file }, `${bytes.length} bytes`, `at most ${MOST_TABLE_BYTES}`);
    return null;
  }
  const text = bytes.toString('utf8');
  if (columns.size === 0) return readTable(file, text, findings);
  const mapped = mappedColumns({ file, text: text.replace(/^\ufeff/, '') }, columns);
  return readTable(file.replace(/\.tsv$/i, '.csv'), mapped, findings);
}

function mappedColumns(table: SentTable, asked: ReadonlyMap<string, string>): string {
  try {
    const uses = columnUses(headOf(table.file, table.text), asked);
    const fault = usesFault(uses);
    if (fault !== '') throw new RangeError(`${table.file}: ${fault}`);
    return mappedTable(table, uses).text;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TableFault) throw usageError(`--column: ${error.message}`);
    throw error;
  }
}

/** Several folders: DICOM studies, which may refer to one another, or several datasets of one layout with the same labels. */
async function planTogether(files: DatasetFiles, paths: readonly string[], asked: DatasetLayout | null, table: DatasetTable | null, findings: Findings): Promise<PlannedDataset | null> {
  const parts = paths.map((path): DatasetFiles => {
    const prefix = `${basename(resolve(path))}/`;
    const own = <T extends { readonly path: string }>(list: readonly T[]) => list.filter((one) => one.path.startsWith(prefix));
    return { ...files, name: prefix.slice(0, -1), files: own(files.files), passedOver: own(files.passedOver) };
  });
  const layouts = [...new Set(asked ? [asked] : await Promise.all(parts.map((part) => layoutOf(part, table))))];
  if (layouts.length > 1) throw usageError(`${paths.join(', ')} have several layouts (${layouts.map((layout) => layout ?? 'none').join(', ')}); expected one`);
  if (layouts[0] === 'dicom' || layouts[0] === null) return planDataset(files, layouts[0], table, findings);
  const planned: PlannedDataset[] = [];
  for (const part of parts) {
    const one = await planDataset(part, layouts[0], table, findings);
    if (one) planned.push(one);
  }
  if (planned.length === 0) return null;
  const [first, ...others] = planned;
  for (const other of others) {
    const differs = (['labels', 'channels'] as const).find((key) => JSON.stringify(other[key]) !== JSON.stringify(first[key]));
    if (differs) findings.say('dataset-description', {}, `"${other.name}" declares other ${differs} than "${first.name}"`, 'the same in every folder of one dataset');
  }
  const cases = planned.flatMap((one) => one.cases);
  const twice = cases.find(({ name }, n) => cases.findIndex((one) => one.name === name) !== n);
  if (twice) findings.say('case-twice', { case: twice.name }, 'cases of this name in two folders', 'a name of its own for each case');
  return { ...first, cases };
}
