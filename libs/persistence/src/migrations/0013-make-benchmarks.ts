import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Benchmarks that organisers make from a frozen version of a dataset: their description, who did what with them, and dry
 * runs, whose jobs go through the outbox as those of preflights do.
 */
export class MakeBenchmarks implements MigrationInterface {
  readonly name = '0013-make-benchmarks-0000000000013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table benchmark
      add column definition jsonb,
      add column definition_sha256 text,
      add constraint ck_benchmark_definition check ((definition is null) = (definition_sha256 is null))`);
    await runner.query(`create table benchmark_event (
      id bigint generated always as identity,
      at timestamptz(3) not null default clock_timestamp(),
      benchmark_id uuid not null,
      slug text not null,
      user_id uuid,
      act text not null,
      definition_sha256 text,
      constraint pk_benchmark_event primary key (id),
      constraint ck_benchmark_event_act check (act in ('created', 'changed', 'dry-run', 'published', 'deleted'))
    )`);
    await runner.query('create index ix_benchmark_event_benchmark_id_id on benchmark_event (benchmark_id, id)');
    await runner.query(`create trigger benchmark_event_only_grows before update or delete or truncate on benchmark_event
      for each statement execute function refuse_change()`);
    await runner.query(`create table dry_run (
      id uuid not null,
      benchmark_id uuid not null,
      user_id uuid not null,
      definition_sha256 text not null,
      networks jsonb not null,
      digests text[] not null,
      progress jsonb not null,
      isolation text,
      state text not null,
      owner text,
      lease_until timestamptz(3),
      attempts smallint not null default 0,
      failure jsonb,
      created_at timestamptz(3) not null default now(),
      finished_at timestamptz(3),
      constraint pk_dry_run primary key (id),
      constraint fk_dry_run_benchmark_id foreign key (benchmark_id) references benchmark (id),
      constraint fk_dry_run_user_id foreign key (user_id) references account (id),
      constraint ck_dry_run_state check (state in ('queued', 'running', 'done', 'failed')),
      constraint ck_dry_run_finished check ((finished_at is not null) = (state in ('done', 'failed'))),
      constraint ck_dry_run_failure check ((failure is not null) = (state = 'failed'))
    )`);
    await runner.query('create index ix_dry_run_benchmark_id_created_at on dry_run (benchmark_id, created_at)');
    await runner.query('create index ix_dry_run_user_id_created_at on dry_run (user_id, created_at)');
    await runner.query(`create index ix_dry_run_open on dry_run (created_at) where state in ('queued', 'running')`);
    await runner.query('alter table outbox add column dry_run_id uuid');
    await runner.query(
      'alter table outbox add constraint fk_outbox_dry_run_id foreign key (dry_run_id) references dry_run (id)',
    );
    await runner.query('create index ix_outbox_dry_run_id on outbox (dry_run_id)');
    await runner.query('alter table outbox drop constraint ck_outbox_name, drop constraint ck_outbox_run');
    await runner.query(`alter table outbox
      add constraint ck_outbox_name check (name in ('validate-model', 'evaluate-case', 'close-run', 'preflight', 'dry-run')),
      add constraint ck_outbox_dry_run check ((name = 'dry-run') = (dry_run_id is not null)),
      add constraint ck_outbox_run check ((name not in ('preflight', 'dry-run')) = (run_id is not null) and (run_id is null) = (epoch is null))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`delete from outbox where name = 'dry-run'`);
    await runner.query(`alter table outbox
      drop constraint ck_outbox_run, drop constraint ck_outbox_dry_run, drop constraint ck_outbox_name, drop column dry_run_id`);
    await runner.query(`alter table outbox
      add constraint ck_outbox_name check (name in ('validate-model', 'evaluate-case', 'close-run', 'preflight')),
      add constraint ck_outbox_run check ((name <> 'preflight') = (run_id is not null) and (run_id is null) = (epoch is null))`);
    await runner.query('drop table dry_run');
    await runner.query('drop table benchmark_event');
    await runner.query(
      'alter table benchmark drop constraint ck_benchmark_definition, drop column definition, drop column definition_sha256',
    );
  }
}
