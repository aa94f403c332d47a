import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who was appointed to a benchmark or removed from it, in the history that only grows. */
export class AppointMembers implements MigrationInterface {
  readonly name = '0016-appoint-members-0000000000016';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table benchmark_event
      drop constraint ck_benchmark_event_act,
      add column member_id uuid,
      add column capacity text,
      add constraint ck_benchmark_event_act
        check (act in ('created', 'changed', 'dry-run', 'published', 'deleted', 'member-added', 'member-removed')),
      add constraint ck_benchmark_event_capacity check (capacity in ('organiser', 'reader', 'steward')),
      add constraint ck_benchmark_event_member
        check ((member_id is not null) = (act in ('member-added', 'member-removed')) and (capacity is not null) = (member_id is not null))`);
  }

  /** The words of before have none for these rows. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table benchmark_event disable trigger benchmark_event_only_grows');
    await runner.query('delete from benchmark_event where member_id is not null');
    await runner.query('alter table benchmark_event enable trigger benchmark_event_only_grows');
    await runner.query(`alter table benchmark_event
      drop constraint ck_benchmark_event_member, drop constraint ck_benchmark_event_act, drop column capacity, drop column member_id,
      add constraint ck_benchmark_event_act check (act in ('created', 'changed', 'dry-run', 'published', 'deleted'))`);
  }
}
