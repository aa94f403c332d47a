import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stored objects with their labels; datasets, benchmarks, phases and cases. */
export class CreateBenchmarks implements MigrationInterface {
  readonly name = '0002-create-benchmarks-0000000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table stored_object (
      id uuid not null,
      sha256 text not null,
      bytes bigint not null,
      kind text not null,
      media_type text not null,
      label text not null,
      created_at timestamptz(3) not null default now(),
      constraint pk_stored_object primary key (id),
      constraint ck_stored_object_bytes check (bytes >= 0),
      constraint ck_stored_object_sha256 check (sha256 ~ '^[0-9a-f]{64}$'),
      constraint ck_stored_object_label check (label in ('PUBLIC', 'PARTICIPANT', 'SEALED')),
      constraint ck_stored_object_kind check (kind in ('model', 'image', 'reference', 'prediction'))
    )`);
    await runner.query('create index ix_stored_object_sha256 on stored_object (sha256)');

    await runner.query(`create table stored_object_input (
      object_id uuid not null,
      input_id uuid not null,
      constraint pk_stored_object_input primary key (object_id, input_id),
      constraint fk_stored_object_input_object_id foreign key (object_id) references stored_object (id),
      constraint fk_stored_object_input_input_id foreign key (input_id) references stored_object (id)
    )`);
    await runner.query('create index ix_stored_object_input_input_id on stored_object_input (input_id)');

    await runner.query(`create table dataset (
      id uuid not null,
      slug text not null,
      name text not null,
      licence text not null,
      description text not null,
      created_at timestamptz(3) not null default now(),
      constraint pk_dataset primary key (id),
      constraint uq_dataset_slug unique (slug)
    )`);

    await runner.query(`create table dataset_version (
      id uuid not null,
      dataset_id uuid not null,
      version integer not null,
      digest text not null,
      created_at timestamptz(3) not null default now(),
      constraint pk_dataset_version primary key (id),
      constraint uq_dataset_version_dataset_id_version unique (dataset_id, version),
      constraint fk_dataset_version_dataset_id foreign key (dataset_id) references dataset (id)
    )`);

    await runner.query(`create table benchmark (
      id uuid not null,
      slug text not null,
      title text not null,
      question text not null,
      summary text not null,
      rules text not null,
      published boolean not null,
      synthetic boolean not null,
      labels jsonb not null,
      window_presets jsonb not null,
      dataset_version_id uuid not null,
      created_at timestamptz(3) not null default now(),
      constraint pk_benchmark primary key (id),
      constraint uq_benchmark_slug unique (slug),
      constraint fk_benchmark_dataset_version_id foreign key (dataset_version_id) references dataset_version (id)
    )`);

    await runner.query(`create table membership (
      benchmark_id uuid not null,
      account_id uuid not null,
      capacity text not null,
      constraint pk_membership primary key (benchmark_id, account_id, capacity),
      constraint fk_membership_benchmark_id foreign key (benchmark_id) references benchmark (id),
      constraint fk_membership_account_id foreign key (account_id) references account (id),
      constraint ck_membership_capacity check (capacity in ('organiser', 'reader', 'steward'))
    )`);
    await runner.query('create index ix_membership_account_id on membership (account_id)');

    await runner.query(`create table phase (
      id uuid not null,
      benchmark_id uuid not null,
      kind text not null,
      ordinal smallint not null,
      title text not null,
      label text not null,
      rules jsonb not null,
      case_count integer not null,
      dataset_digest text not null,
      constraint pk_phase primary key (id),
      constraint uq_phase_benchmark_id_ordinal unique (benchmark_id, ordinal),
      constraint uq_phase_benchmark_id_kind unique (benchmark_id, kind),
      constraint fk_phase_benchmark_id foreign key (benchmark_id) references benchmark (id),
      constraint ck_phase_label check (label in ('PUBLIC', 'PARTICIPANT', 'SEALED')),
      constraint ck_phase_kind check (kind in ('practice', 'test'))
    )`);

    await runner.query(`create table evaluation_case (
      id uuid not null,
      phase_id uuid not null,
      ordinal integer not null,
      name text not null,
      patient text not null,
      label text not null,
      facts jsonb not null,
      geometry jsonb not null,
      image_id uuid not null,
      constraint pk_evaluation_case primary key (id),
      constraint uq_evaluation_case_phase_id_name unique (phase_id, name),
      constraint uq_evaluation_case_phase_id_ordinal unique (phase_id, ordinal),
      constraint fk_evaluation_case_phase_id foreign key (phase_id) references phase (id),
      constraint fk_evaluation_case_image_id foreign key (image_id) references stored_object (id),
      constraint ck_evaluation_case_label check (label in ('PUBLIC', 'PARTICIPANT', 'SEALED'))
    )`);
    await runner.query('create index ix_evaluation_case_image_id on evaluation_case (image_id)');

    await runner.query(`create table case_reference (
      case_id uuid not null,
      reader text not null,
      ordinal smallint not null,
      consensus boolean not null,
      object_id uuid not null,
      constraint pk_case_reference primary key (case_id, reader),
      constraint fk_case_reference_case_id foreign key (case_id) references evaluation_case (id),
      constraint fk_case_reference_object_id foreign key (object_id) references stored_object (id)
    )`);
    await runner.query('create index ix_case_reference_object_id on case_reference (object_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table case_reference');
    await runner.query('drop table evaluation_case');
    await runner.query('drop table phase');
    await runner.query('drop table membership');
    await runner.query('drop table benchmark');
    await runner.query('drop table dataset_version');
    await runner.query('drop table dataset');
    await runner.query('drop table stored_object_input');
    await runner.query('drop table stored_object');
  }
}
