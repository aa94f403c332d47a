import { chownSync } from 'node:fs';

/** Rights bind everybody but root: as root, `work` is done as a user without any, who owns the folder. */
export async function boundByRights(folder: string, work: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return work();
  chownSync(folder, 65_534, 65_534);
  process.seteuid!(65_534);
  try {
    await work();
  } finally {
    process.seteuid!(0);
  }
}
