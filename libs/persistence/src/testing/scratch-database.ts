import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../database.js';
import { removeEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from '../embedded-postgres.js';
import { migrate } from '../migrate.js';

export interface ScratchDatabase {
  readonly server: EmbeddedPostgres;
  readonly database: Database;
  /** Another process's view of the same database. */
  open(): Promise<Database>;
  /** Another, empty database on the same server, not migrated. */
  empty(): Promise<{ readonly database: Database; open(): Promise<Database> }>;
  remove(): Promise<void>;
}

/** A real server of its own in a temporary folder, migrated. */
export async function scratchDatabase({ poolSize = 20 } = {}): Promise<ScratchDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), 'voxelmark-db-'));
  const server = await startEmbeddedPostgres({ dataDir, durable: false });
  const opened: Database[] = [];
  const open = async (name = server.options.database): Promise<Database> => {
    const database = await openDatabase({
      ...server.options,
      database: name,
      poolSize,
      applicationName: 'voxelmark-test',
    });
    opened.push(database);
    return database;
  };
  const empty = async (): Promise<{ database: Database; open(): Promise<Database> }> => {
    const name = `empty_${opened.length}`;
    await database.dataSource.query(`create database ${name}`);
    return { database: await open(name), open: () => open(name) };
  };
  const database = await open();
  await migrate(database);
  return {
    server,
    database,
    open: () => open(),
    empty,
    remove: async () => {
      for (const one of opened) await one.close();
      await server.stop();
      removeEmbeddedPostgres(dataDir);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Lets time pass for everything that has a deadline, without waiting for it. */
export async function elapse(database: Database, seconds: number): Promise<void> {
  const past = (column: string): string => `${column} = ${column} - make_interval(secs => $1)`;
  const { manager } = database.dataSource;
  await manager.query(
    `update evaluation_run set ${['deadline_at', 'resend_at', 'sign_of_life_at', 'fault_since', 'fault_at', 'created_at', 'queued_at', 'started_at', 'release_at'].map(past).join(', ')}`,
    [seconds],
  );
  await manager.query(`update case_result set ${['lease_until', 'resend_at'].map(past).join(', ')}`, [seconds]);
}
