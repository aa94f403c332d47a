import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Since when faults of ours have kept work on a run from succeeding, and when one did last: the sweeper gives the run up
 * when that lasts. And an index to find the runs that wait for an organiser.
 */
export class HoldAndGiveUpRuns implements MigrationInterface {
  readonly name = '0008-hold-and-give-up-runs-0000000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'alter table evaluation_run add column fault_since timestamptz(3), add column fault_at timestamptz(3)',
    );
    await runner.query(
      'create index ix_evaluation_run_fault_since on evaluation_run (fault_since) where fault_since is not null',
    );
    await runner.query(`create index ix_evaluation_run_state on evaluation_run (state) where state = 'quarantined'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index ix_evaluation_run_state');
    await runner.query('alter table evaluation_run drop column fault_since, drop column fault_at');
  }
}
