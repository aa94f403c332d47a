import type { ChosenFile, ChosenFiles } from './browser-files.js';

/** As much of the browser's entries as is used here. */
export interface DroppedEntry {
  readonly name: string;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  file?(done: (file: File) => void, failed: (error: DOMException) => void): void;
  createReader?(): {
    readEntries(done: (entries: DroppedEntry[]) => void, failed: (error: DOMException) => void): void;
  };
}

const DEEPEST = 16;
const MOST_FILES = 200_000;

/** Too many files for a page to hold; said in words. */
export class TooManyFiles extends Error {
  constructor() {
    super(`more than ${MOST_FILES.toLocaleString('en-GB')} files; use the command line for a dataset of this size`);
    this.name = 'TooManyFiles';
  }
}

/** What was dropped. The entries have to be taken at once: they are gone when the event has ended. */
export function entriesOf(items: Iterable<DataTransferItem>): DroppedEntry[] {
  return Array.from(items).flatMap((item) => {
    const entry = item.kind === 'file' ? (item.webkitGetAsEntry() as DroppedEntry | null) : null;
    return entry === null ? [] : [entry];
  });
}

/** Goes through folders that were dropped. What cannot be listed is passed over, and said so. @throws TooManyFiles */
export async function filesOfEntries(entries: readonly DroppedEntry[]): Promise<ChosenFiles> {
  const files: ChosenFile[] = [];
  const passedOver: ChosenFiles['passedOver'][number][] = [];
  const walk = async (entry: DroppedEntry, above: string, depth: number): Promise<void> => {
    const path = above + entry.name;
    if (depth > DEEPEST) return void passedOver.push({ path, why: 'too-deep' });
    try {
      if (entry.isFile) files.push({ path, file: await fileOf(entry) });
      else for (const inner of await listOf(entry)) await walk(inner, `${path}/`, depth + 1);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      passedOver.push({ path, why: 'entry' });
    }
    if (files.length > MOST_FILES) throw new TooManyFiles();
  };
  for (const entry of entries) await walk(entry, '', 0);
  return { files, passedOver };
}

/** What was chosen in a dialog: with the folder in the path where a folder was chosen. @throws TooManyFiles */
export function filesOfInput(list: Iterable<File>): ChosenFiles {
  const files = Array.from(list, (file) => ({ path: file.webkitRelativePath || file.name, file }));
  if (files.length > MOST_FILES) throw new TooManyFiles();
  return { files, passedOver: [] };
}

const fileOf = (entry: DroppedEntry): Promise<File> => new Promise((resolve, reject) => entry.file!(resolve, reject));

/** A reader gives a hundred entries or so at a time, and none at the end. */
async function listOf(entry: DroppedEntry): Promise<DroppedEntry[]> {
  const reader = entry.createReader!();
  const all: DroppedEntry[] = [];
  for (;;) {
    const some = await new Promise<DroppedEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}
