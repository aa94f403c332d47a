import { jest } from '@jest/globals';
import {
  ACCOUNT_ROLES,
  CAPACITIES,
  CASE_STATES,
  ISOLATION_LEVELS,
  PHASE_KINDS,
  RUN_STATES,
  SCOPES,
  SECRECY_LABELS,
  TERMINAL_STATES,
} from '#domain';
import { createAccountRecords } from './repositories/account-records.js';
import { createEvaluationRecords } from './repositories/evaluation-records.js';
import { migrate, pendingMigrations } from './migrate.js';
import { MIGRATIONS } from './migrations/index.js';
import { completed, newSubmission, runOf, smallBenchmark, somebody } from './testing/small-benchmark.js';
import { scratchDatabase, type ScratchDatabase } from './testing/scratch-database.js';

jest.setTimeout(180_000);

let scratch: ScratchDatabase;
let empty: Awaited<ReturnType<ScratchDatabase['empty']>>;
const query = <Row>(sql: string): Promise<Row[]> => empty.database.dataSource.query<Row[]>(sql);
const tables = async (): Promise<string[]> =>
  (
    await query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
    )
  ).map(({ name }) => name);

beforeAll(async () => {
  scratch = await scratchDatabase();
});
beforeEach(async () => {
  empty = await scratch.empty();
});
afterAll(() => scratch.remove());

test('from empty, and nothing is pending afterwards', async () => {
  expect(await pendingMigrations(empty.database)).toHaveLength(MIGRATIONS.length);
  expect(await tables()).toEqual([]); // asking what is pending writes nothing

  const done = await migrate(empty.database);
  expect(done).toHaveLength(MIGRATIONS.length);
  expect(done[0]).toMatch(/^0001-create-accounts/);
  expect(await pendingMigrations(empty.database)).toEqual([]);
  expect(await migrate(empty.database)).toEqual([]);
});

test('several processes migrate at once: each migration runs once', async () => {
  const others = await Promise.all([empty.open(), empty.open(), empty.open()]);
  const done = (await Promise.all(others.map(migrate))).flat();
  expect([...done].sort()).toEqual([...new Set(done)].sort());
  expect(done).toHaveLength(MIGRATIONS.length);
});

test('down to nothing, and up again', async () => {
  await migrate(empty.database);
  const afterUp = await tables();
  for (let undone = 0; undone < MIGRATIONS.length; undone++)
    await empty.database.dataSource.undoLastMigration({ transaction: 'each' });
  expect(await tables()).toEqual(['schema_migration']);
  expect(await query(`select proname from pg_proc where pronamespace = 'public'::regnamespace`)).toEqual([]);
  await migrate(empty.database);
  expect(await tables()).toEqual(afterUp);
});

test('rows of the release before bundles keep their meaning: one file, one image, the same digests', async () => {
  await migrate(empty.database);
  const records = createEvaluationRecords(empty.database);
  const made = await records.createBenchmark(smallBenchmark({ practice: 1, test: 1 }));
  const person = await somebody(createAccountRecords(empty.database));
  const { submission } = await records.createSubmission(newSubmission(made, person));
  await completed(records, runOf(submission, 0));
  const read = async () => ({
    benchmark: await records.findBenchmark('small'),
    cases: await records.cases(made.phases[1].id),
    submission: await records.findSubmission(submission.id),
    entry: await records.boardEntry(runOf(submission, 0)),
    results: await records.caseResults(runOf(submission, 0)),
  });
  const before = await read();

  const since = MIGRATIONS.length - MIGRATIONS.findIndex(({ name }) => name === 'BundlesChannelsReceipts');
  for (let undone = 0; undone < since; undone++)
    await empty.database.dataSource.undoLastMigration({ transaction: 'each' });
  const [old] = await query<{ images: number; models: number }>(
    `select (select count(image_id)::int from evaluation_case) as images, (select count(model_id)::int from algorithm_version) as models`,
  );
  expect(old).toEqual({ images: 2, models: 1 });
  await migrate(empty.database);
  expect(await read()).toEqual(before);
  expect(before.benchmark?.channels).toEqual([{ name: 'image' }]);
  expect(before.entry?.modelSha256).toBe(before.submission?.version.models[0].sha256);
});

test('there is no way back from withdrawn cases: they would be part of later versions', async () => {
  await migrate(empty.database);
  const id = '00000000-0000-7000-8000-000000000001';
  await query(`insert into dataset (id, slug, name, licence, description) values ('${id}', 'd', 'D', 'L', '')`);
  await query(
    `insert into dataset_case (id, dataset_id, name, patient, facts, geometry, digest, withdrawn_at)
     values ('${id}', '${id}', 'c', 'p', '{}', '{}', '', now())`,
  );
  const undo = () => empty.database.dataSource.undoLastMigration({ transaction: 'each' });
  const since = MIGRATIONS.length - MIGRATIONS.findIndex(({ name }) => name === 'WithdrawCasesKeepRecipes');
  for (let undone = 1; undone < since; undone++) await undo();
  await expect(undo()).rejects.toThrow('1 case(s) were withdrawn');
  expect(await query('select name from dataset_case where withdrawn_at is not null')).toEqual([{ name: 'c' }]);
  await query('delete from dataset_case');
  await undo();
});

test('entities and schema agree', async () => {
  await migrate(empty.database);
  const difference = await empty.database.dataSource.driver.createSchemaBuilder().log();
  expect(difference.upQueries.map(({ query: sql }) => sql)).toEqual([]);

  // TypeORM compares check constraints by name only; here, what they say
  const declared = empty.database.dataSource.entityMetadatas.flatMap((entity) =>
    entity.checks.map(({ name, expression }) => [name, wordsOf(expression)] as const),
  );
  const stored = await query<{ name: string; definition: string }>(
    `select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint where contype = 'c' and connamespace = 'public'::regnamespace`,
  );
  expect(Object.fromEntries(stored.map(({ name, definition }) => [name, wordsOf(definition)]))).toEqual(
    Object.fromEntries(declared),
  );
});

test('check constraints allow exactly the words of the domain', async () => {
  await migrate(empty.database);
  const stored = await query<{ name: string; definition: string }>(
    `select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint where contype = 'c'`,
  );
  const words = new Map(stored.map(({ name, definition }) => [name, wordsOf(definition)]));
  for (const [constraint, expected] of Object.entries({
    ck_evaluation_run_state: RUN_STATES,
    ck_evaluation_run_deadline: TERMINAL_STATES,
    ck_case_result_state: CASE_STATES,
    ck_case_result_isolation: ISOLATION_LEVELS,
    ck_stored_object_label: SECRECY_LABELS,
    ck_phase_kind: PHASE_KINDS,
    ck_account_role: ACCOUNT_ROLES,
    ck_membership_capacity: CAPACITIES,
    ck_access_token_scopes: SCOPES,
  })) {
    expect([constraint, words.get(constraint)]).toEqual([constraint, [...expected].sort()]);
  }
});

function wordsOf(sql: string): string[] {
  return [...sql.matchAll(/'([^']*)'/g)].map(([, word]) => word).sort();
}
