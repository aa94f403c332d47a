import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The files of a finished preflight stay for a while and are removed by the coordinator; how a sealed run ended is shown at
 * set times only. Preflights that ended before this had their files removed by their worker, or lost track of them: those are
 * looked at once more.
 */
export class KeepFilesReleaseEnds implements MigrationInterface {
  readonly name = '0010-keep-files-release-ends-0000000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table preflight add column files_until timestamptz(3)');
    await runner.query('update preflight set files_until = now() where finished_at is not null');
    await runner.query(
      'create index ix_preflight_files_until on preflight (files_until) where files_until is not null',
    );
    await runner.query('create index ix_preflight_finished_at on preflight (finished_at)');
    await runner.query('alter table evaluation_run add column release_at timestamptz(3)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table evaluation_run drop column release_at');
    await runner.query('drop index ix_preflight_finished_at');
    await runner.query('alter table preflight drop column files_until');
  }
}
