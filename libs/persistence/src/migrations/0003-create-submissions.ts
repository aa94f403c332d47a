import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Algorithms, submissions, runs, the result of every case, and the jobs owed to the queue. */
export class CreateSubmissions implements MigrationInterface {
  readonly name = '0003-create-submissions-0000000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table algorithm (
      id uuid not null,
      slug text not null,
      name text not null,
      owner_id uuid not null,
      description text not null,
      created_at timestamptz(3) not null default now(),
      constraint pk_algorithm primary key (id),
      constraint uq_algorithm_slug unique (slug),
      constraint fk_algorithm_owner_id foreign key (owner_id) references account (id)
    )`);
    await runner.query('create index ix_algorithm_owner_id on algorithm (owner_id)');

    await runner.query(`create table algorithm_version (
      id uuid not null,
      algorithm_id uuid not null,
      version text not null,
      manifest jsonb not null,
      manifest_sha256 text not null,
      model_id uuid not null,
      created_at timestamptz(3) not null default now(),
      constraint pk_algorithm_version primary key (id),
      constraint uq_algorithm_version_algorithm_id_version unique (algorithm_id, version),
      constraint fk_algorithm_version_algorithm_id foreign key (algorithm_id) references algorithm (id),
      constraint fk_algorithm_version_model_id foreign key (model_id) references stored_object (id)
    )`);
    await runner.query('create index ix_algorithm_version_model_id on algorithm_version (model_id)');

    await runner.query(`create table submission (
      id uuid not null,
      benchmark_id uuid not null,
      submitter_id uuid not null,
      algorithm_version_id uuid not null,
      created_at timestamptz(3) not null default now(),
      constraint pk_submission primary key (id),
      constraint uq_submission_benchmark_id_algorithm_version_id unique (benchmark_id, algorithm_version_id),
      constraint fk_submission_benchmark_id foreign key (benchmark_id) references benchmark (id),
      constraint fk_submission_submitter_id foreign key (submitter_id) references account (id),
      constraint fk_submission_algorithm_version_id foreign key (algorithm_version_id) references algorithm_version (id)
    )`);
    await runner.query('create index ix_submission_created_at_id on submission (created_at, id)');
    await runner.query(
      'create index ix_submission_submitter_id_created_at_id on submission (submitter_id, created_at, id)',
    );
    await runner.query(
      'create index ix_submission_benchmark_id_created_at_id on submission (benchmark_id, created_at, id)',
    );
    await runner.query('create index ix_submission_algorithm_version_id on submission (algorithm_version_id)');

    await runner.query(`create table idempotency_key (
      submitter_id uuid not null,
      key text not null,
      submission_id uuid not null,
      created_at timestamptz(3) not null default now(),
      constraint pk_idempotency_key primary key (submitter_id, key),
      constraint fk_idempotency_key_submitter_id foreign key (submitter_id) references account (id),
      constraint fk_idempotency_key_submission_id foreign key (submission_id) references submission (id)
    )`);
    await runner.query('create index ix_idempotency_key_submission_id on idempotency_key (submission_id)');

    await runner.query(`create table evaluation_run (
      id uuid not null,
      submission_id uuid not null,
      phase_id uuid not null,
      ordinal smallint not null,
      state text not null,
      epoch integer not null default 1,
      owner text,
      deadline_at timestamptz(3),
      sign_of_life_at timestamptz(3),
      losses smallint not null default 0,
      job_serial integer not null default 0,
      job_resends integer not null default 0,
      resend_at timestamptz(3),
      failure_code text,
      failure_detail text,
      signature text,
      case_total integer not null,
      case_scored integer not null default 0,
      case_failed integer not null default 0,
      created_at timestamptz(3) not null default now(),
      queued_at timestamptz(3),
      started_at timestamptz(3),
      finished_at timestamptz(3),
      constraint pk_evaluation_run primary key (id),
      constraint uq_evaluation_run_submission_id_ordinal unique (submission_id, ordinal),
      constraint uq_evaluation_run_submission_id_phase_id unique (submission_id, phase_id),
      constraint fk_evaluation_run_submission_id foreign key (submission_id) references submission (id),
      constraint fk_evaluation_run_phase_id foreign key (phase_id) references phase (id),
      constraint ck_evaluation_run_epoch check (epoch >= 1),
      constraint ck_evaluation_run_finished check ((finished_at is not null) = (state in ('completed', 'failed', 'cancelled', 'expired'))),
      constraint ck_evaluation_run_deadline check ((deadline_at is null) = (state in ('completed', 'failed', 'cancelled', 'expired'))),
      constraint ck_evaluation_run_failure_code check (failure_code ~ '^[a-z][a-z0-9-]*$'),
      constraint ck_evaluation_run_state check (state in ('waiting', 'queued', 'validating', 'running', 'scoring', 'quarantined', 'completed', 'failed', 'cancelled', 'expired'))
    )`);
    await runner.query(
      `create index ix_evaluation_run_queued_at on evaluation_run (queued_at) where state in ('queued', 'validating', 'running', 'scoring')`,
    );
    await runner.query(
      'create index ix_evaluation_run_resend_at on evaluation_run (resend_at) where resend_at is not null',
    );
    await runner.query(
      'create index ix_evaluation_run_deadline_at on evaluation_run (deadline_at) where deadline_at is not null',
    );
    await runner.query('create index ix_evaluation_run_phase_id on evaluation_run (phase_id)');

    await runner.query(`create table run_event (
      id bigint generated always as identity,
      run_id uuid not null,
      submission_id uuid not null,
      at timestamptz(3) not null default clock_timestamp(),
      state text not null,
      case_id uuid,
      constraint pk_run_event primary key (id),
      constraint fk_run_event_run_id foreign key (run_id) references evaluation_run (id),
      constraint fk_run_event_submission_id foreign key (submission_id) references submission (id),
      constraint ck_run_event_state check (state in ('waiting', 'queued', 'validating', 'running', 'scoring', 'quarantined', 'completed', 'failed', 'cancelled', 'expired'))
    )`);
    await runner.query('create index ix_run_event_run_id_id on run_event (run_id, id)');
    await runner.query('create index ix_run_event_submission_id_id on run_event (submission_id, id)');

    await runner.query(`create table case_result (
      run_id uuid not null,
      case_id uuid not null,
      state text not null default 'pending',
      attempt integer not null default 0,
      owner text,
      lease_until timestamptz(3),
      losses smallint not null default 0,
      loss_counted_attempt integer not null default 0,
      job_serial integer not null default 0,
      job_resends integer not null default 0,
      resend_at timestamptz(3),
      failure_code text,
      failure_detail text,
      prediction_id uuid,
      elapsed_ms double precision,
      cpu_ms double precision,
      peak_rss_bytes double precision,
      session_ms double precision,
      finished_at timestamptz(3),
      constraint pk_case_result primary key (run_id, case_id),
      constraint fk_case_result_run_id foreign key (run_id) references evaluation_run (id),
      constraint fk_case_result_case_id foreign key (case_id) references evaluation_case (id),
      constraint fk_case_result_prediction_id foreign key (prediction_id) references stored_object (id),
      constraint ck_case_result_failed check ((state = 'failed') = (failure_code is not null)),
      constraint ck_case_result_failure_code check (failure_code ~ '^[a-z][a-z0-9-]*$'),
      constraint ck_case_result_state check (state in ('pending', 'scored', 'failed'))
    )`);
    await runner.query('create index ix_case_result_prediction_id on case_result (prediction_id)');
    await runner.query('create index ix_case_result_resend_at on case_result (resend_at) where resend_at is not null');
    await runner.query(
      'create index ix_case_result_lease_until on case_result (lease_until) where lease_until is not null',
    );
    await runner.query('create index ix_case_result_case_id on case_result (case_id)');

    await runner.query(`create table metric_value (
      run_id uuid not null,
      case_id uuid not null,
      region text not null,
      metric text not null,
      status text not null,
      kind text not null,
      value double precision,
      why text,
      constraint pk_metric_value primary key (run_id, case_id, region, metric),
      constraint fk_metric_value_run_id_case_id foreign key (run_id, case_id) references case_result (run_id, case_id),
      constraint ck_metric_value_why check ((kind = 'undefined') = (why is not null)),
      constraint ck_metric_value_finite check (value is null or value - value = 0),
      constraint ck_metric_value_value check ((kind = 'value') = (value is not null)),
      constraint ck_metric_value_kind check (kind in ('value', 'unbounded', 'undefined')),
      constraint ck_metric_value_status check (status in ('ok', 'empty_prediction', 'empty_reference', 'both_empty', 'failed'))
    )`);

    await runner.query(`create table outbox (
      id bigint generated always as identity,
      job_id text not null,
      name text not null,
      run_id uuid not null,
      epoch integer not null,
      case_id uuid,
      priority smallint not null,
      created_at timestamptz(3) not null default now(),
      sent_at timestamptz(3),
      constraint pk_outbox primary key (id),
      constraint uq_outbox_job_id unique (job_id),
      constraint fk_outbox_run_id foreign key (run_id) references evaluation_run (id),
      constraint ck_outbox_case check ((name = 'evaluate-case') = (case_id is not null)),
      constraint ck_outbox_name check (name in ('validate-model', 'evaluate-case', 'close-run'))
    )`);
    await runner.query('create index ix_outbox_sent_at on outbox (sent_at) where sent_at is not null');
    await runner.query('create index ix_outbox_run_id on outbox (run_id)');
    await runner.query('create index ix_outbox_unsent on outbox (id) where sent_at is null');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table outbox');
    await runner.query('drop table metric_value');
    await runner.query('drop table case_result');
    await runner.query('drop table run_event');
    await runner.query('drop table evaluation_run');
    await runner.query('drop table idempotency_key');
    await runner.query('drop table submission');
    await runner.query('drop table algorithm_version');
    await runner.query('drop table algorithm');
  }
}
