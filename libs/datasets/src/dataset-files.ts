/** A file of a dataset. Paths are relative to the dataset, with slashes. */
export interface DatasetFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Port: the files of a dataset, in a folder or an archive.
 *
 * Whoever implements it answers for the boundary: nothing outside of what the organiser named is listed or read, whatever
 * links there are and whatever names are asked for. Listing costs no memory but for the names.
 */
export interface DatasetFiles {
  /** What the organiser calls it: the last part of the path. */
  readonly name: string;
  /** In the order of their paths. */
  readonly files: readonly DatasetFile[];
  /** What is there and was not listed. */
  readonly passedOver: readonly { readonly path: string; readonly why: 'link' | 'entry' | 'too-deep' }[];
  /**
   * @throws DatasetFileFault when it is not among `files`, cannot be read, or is larger than a file may be
   */
  read(path: string): Promise<Uint8Array>;
  /** The first bytes of a file, fewer where it is shorter. @throws DatasetFileFault */
  readStart(path: string, most: number): Promise<Uint8Array>;
}

/** Files of the operating system or of a transfer that carry nothing: `._NAME` of macOS, Thumbs.db and the like. */
export function isGhost(path: string): boolean {
  return /(^|\/)(\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini)$|(^|\/)__MACOSX\//i.test(path);
}

/** Hidden files and folders, such as .git or .bidsignore: not ours to look at. */
export function isHidden(path: string): boolean {
  return /(^|\/)\./.test(path);
}

export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Endings of files that hold a volume each. The voxels of a header of two files (.raw, .zraw, .img) are no volume. */
const VOLUME = /\.(nii\.gz|nii|nrrd|nhdr|mha|mhd)$/i;

/** Name of a volume without its ending; null when its ending is none of a volume. */
export function stemOf(name: string): string | null {
  const found = VOLUME.exec(name);
  return found && found.index > 0 ? name.slice(0, found.index) : null;
}

/**
 * Why a path that a description names cannot be used; null when it lies within the folder.
 *
 * Nothing in it is expanded: a dollar or a tilde is refused, since whoever wrote it meant another machine.
 */
export function pathFault(path: string): string | null {
  if (path === '' || path.length > 1000) return `a path of ${path.length} characters`;
  if (/[\0-\x1f\x7f]/.test(path)) return 'a path with control characters';
  const shown = path.length > 120 ? `${path.slice(0, 120)}…` : path;
  if (/[$%`]|^~/.test(path)) return `"${shown}", which has a variable in it`;
  if (/^([/\\]|[a-z]:|[a-z][a-z0-9+.-]*:\/\/)/i.test(path)) return `"${shown}", an absolute path`;
  if (path.split(/[/\\]/).includes('..')) return `"${shown}", which leads out of the folder`;
  if (path.includes('\\')) return `"${shown}", which has a backslash`;
  return null;
}

/** A path of a description as files are listed: without `./` and doubled slashes. */
export function plainPath(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}
