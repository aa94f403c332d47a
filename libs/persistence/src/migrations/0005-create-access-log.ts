import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who asked for which pixels: a table that only grows. */
export class CreateAccessLog implements MigrationInterface {
  readonly name = '0005-create-access-log-0000000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table access_event (
      id bigint generated always as identity,
      at timestamptz(3) not null default clock_timestamp(),
      user_id uuid,
      action text not null,
      object_id uuid,
      case_id uuid,
      benchmark_id uuid,
      allowed boolean not null,
      constraint pk_access_event primary key (id)
    )`);
    await runner.query('create index ix_access_event_benchmark_id_id on access_event (benchmark_id, id)');
    await runner.query('create index ix_access_event_case_id_id on access_event (case_id, id)');
    await runner.query('create index ix_access_event_user_id_id on access_event (user_id, id)');
    await runner.query(`create function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'table % only grows: % refused', tg_table_name, lower(tg_op) using errcode = 'restrict_violation';
    end
    $$`);
    await runner.query(`create trigger access_event_only_grows before update or delete or truncate on access_event
      for each statement execute function refuse_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table access_event');
    await runner.query('drop function refuse_change()');
  }
}
