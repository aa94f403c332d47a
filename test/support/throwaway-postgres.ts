import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../libs/persistence/src/embedded-postgres.js';

export type { EmbeddedPostgres };

/** A server in a data folder of its own, for tests. `discard` stops it and deletes everything, wherever it lies. */
export async function throwawayPostgres(): Promise<{
  readonly server: EmbeddedPostgres;
  readonly discard: () => Promise<void>;
}> {
  const dataDir = mkdtempSync(join(tmpdir(), 'voxelmark-test-'));
  const server = await startEmbeddedPostgres({ dataDir, durable: false });
  return {
    server,
    discard: async () => {
      await server.stop();
      removeEmbeddedPostgres(dataDir);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
