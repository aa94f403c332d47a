import { DatasetFileFault, type DatasetFile, type DatasetFiles } from '#datasets';

/** A file that was chosen or dropped, with its path: `FOLDER/sub/file.dcm`, or `file.nii.gz` by itself. */
export interface ChosenFile {
  readonly path: string;
  readonly file: Blob;
}

/** What somebody put on the page. */
export interface ChosenFiles {
  readonly files: readonly ChosenFile[];
  readonly passedOver: DatasetFiles['passedOver'];
}

export const NO_FILES: ChosenFiles = { files: [], passedOver: [] };

/** A browser holds no more of one file; the command line takes as much. */
const MOST_BYTES = 2 ** 31 - 2 ** 20;

/** Parts at the top: folders with their number of files, and files by themselves. In the order in which they came. */
export function topParts(chosen: ChosenFiles): {
  readonly folders: readonly { readonly name: string; readonly count: number }[];
  readonly files: readonly string[];
} {
  const folders = new Map<string, number>();
  const files: string[] = [];
  for (const { path } of chosen.files) {
    const slash = path.indexOf('/');
    if (slash < 0) files.push(path);
    else folders.set(path.slice(0, slash), (folders.get(path.slice(0, slash)) ?? 0) + 1);
  }
  return { folders: [...folders].map(([name, count]) => ({ name, count })), files };
}

/** Both, the later in place of the earlier where they are the same path. */
export function joinFiles(first: ChosenFiles, second: ChosenFiles): ChosenFiles {
  const byPath = new Map([...first.files, ...second.files].map((one) => [one.path, one]));
  return { files: [...byPath.values()], passedOver: [...first.passedOver, ...second.passedOver] };
}

/** Without a folder, or without a file by itself. */
export function withoutPart({ files, passedOver }: ChosenFiles, name: string): ChosenFiles {
  const stays = ({ path }: { readonly path: string }): boolean => path !== name && !path.startsWith(`${name}/`);
  return { files: files.filter(stays), passedOver: passedOver.filter(stays) };
}

/** Files as a dataset: a folder that is the only part is the dataset itself. */
export function browserFiles({ files, passedOver }: ChosenFiles): DatasetFiles {
  const { folders, files: alone } = topParts({ files, passedOver });
  const prefix = folders.length === 1 && alone.length === 0 ? `${folders[0].name}/` : '';
  const inside = (path: string): string => path.slice(prefix.length);
  const byPath = new Map(files.map(({ path, file }) => [inside(path), file]));
  const listed = [...byPath].map(([path, { size }]): DatasetFile => ({ path, bytes: size }));
  return {
    name: folders[0]?.name ?? alone[0] ?? '',
    files: listed.sort((a, b) => (a.path < b.path ? -1 : 1)),
    passedOver: passedOver
      .filter(({ path }) => path.startsWith(prefix))
      .map((one) => ({ ...one, path: inside(one.path) })),
    read: (path) => readFrom(byPath.get(path), path, MOST_BYTES, true),
    readStart: (path, most) => readFrom(byPath.get(path), path, most, false),
  };
}

/** Reads nothing but the part that is asked for, and only now. */
async function readFrom(file: Blob | undefined, path: string, most: number, whole: boolean): Promise<Uint8Array> {
  if (file === undefined) throw new DatasetFileFault('file-unreadable', `no file ${path}`, 'a file of the dataset');
  if (whole && file.size > most) {
    throw new DatasetFileFault(
      'file-too-large',
      `a file of ${file.size} bytes`,
      `at most ${most} bytes in a browser; the command line reads larger ones`,
    );
  }
  try {
    return new Uint8Array(await file.slice(0, most).arrayBuffer());
  } catch (error) {
    // the browser's way of saying so: NotReadableError, NotFoundError when it has changed or gone since it was chosen
    if (!(error instanceof DOMException)) throw error;
    const found = `a file that cannot be read (${error.name})`;
    throw new DatasetFileFault('file-unreadable', found, 'a file that is still as it was when you chose it', {
      cause: error,
    });
  }
}
