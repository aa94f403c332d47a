import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A version has one or more model files and perhaps a conformance case of its author; a case has an image for each channel
 * of its benchmark; a result has a receipt; bundles can be tried before they are submitted. What is there becomes a bundle
 * of one file and a case of one channel.
 */
export class BundlesChannelsReceipts implements MigrationInterface {
  readonly name = '0009-bundles-channels-receipts-0000000000009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table benchmark add column channels jsonb not null default '[{"name": "image"}]'`);
    await runner.query('alter table benchmark alter column channels drop default');

    await runner.query(`create table case_image (
      case_id uuid not null,
      ordinal smallint not null,
      channel text not null,
      object_id uuid not null,
      constraint pk_case_image primary key (case_id, ordinal),
      constraint uq_case_image_case_id_channel unique (case_id, channel),
      constraint fk_case_image_case_id foreign key (case_id) references evaluation_case (id),
      constraint fk_case_image_object_id foreign key (object_id) references stored_object (id)
    )`);
    await runner.query('create index ix_case_image_object_id on case_image (object_id)');
    await runner.query(
      `insert into case_image (case_id, ordinal, channel, object_id) select id, 0, 'image', image_id from evaluation_case`,
    );
    await runner.query('alter table evaluation_case drop column image_id');

    await runner.query(`create table algorithm_version_model (
      version_id uuid not null,
      ordinal smallint not null,
      file text not null,
      facts jsonb,
      object_id uuid not null,
      constraint pk_algorithm_version_model primary key (version_id, ordinal),
      constraint fk_algorithm_version_model_version_id foreign key (version_id) references algorithm_version (id),
      constraint fk_algorithm_version_model_object_id foreign key (object_id) references stored_object (id)
    )`);
    await runner.query('create index ix_algorithm_version_model_object_id on algorithm_version_model (object_id)');
    await runner.query(
      `insert into algorithm_version_model (version_id, ordinal, file, object_id)
       select id, 0, coalesce(manifest -> 'models' -> 0 ->> 'file', 'model.onnx'), model_id from algorithm_version`,
    );
    await runner.query(
      'alter table algorithm_version add column model_sha256 text, add column card jsonb, add column checks jsonb',
    );
    await runner.query(
      'update algorithm_version set model_sha256 = sha256 from stored_object where stored_object.id = model_id',
    );
    await runner.query('alter table algorithm_version alter column model_sha256 set not null, drop column model_id');

    await runner.query('alter table stored_object drop constraint ck_stored_object_kind');
    await runner.query(
      `alter table stored_object add constraint ck_stored_object_kind check (kind in ('model', 'image', 'reference', 'prediction', 'conformance'))`,
    );
    await runner.query(`create table conformance_object (
      version_id uuid not null,
      ordinal smallint not null,
      expected boolean not null,
      object_id uuid not null,
      constraint pk_conformance_object primary key (version_id, ordinal),
      constraint fk_conformance_object_version_id foreign key (version_id) references algorithm_version (id),
      constraint fk_conformance_object_object_id foreign key (object_id) references stored_object (id)
    )`);
    await runner.query('create index ix_conformance_object_object_id on conformance_object (object_id)');

    await runner.query(
      'alter table case_result add column isolation text, add column runtime text, add column stages_ms jsonb',
    );
    await runner.query(
      `alter table case_result add constraint ck_case_result_isolation check (isolation in ('L0', 'L1', 'L2', 'L3'))`,
    );

    await runner.query(`create table preflight (
      id uuid not null,
      benchmark_id uuid not null,
      submitter_id uuid not null,
      manifest jsonb not null,
      manifest_sha256 text not null,
      models jsonb not null,
      model_sha256 text not null,
      conformance jsonb,
      digests text array not null,
      checks jsonb not null,
      case_id uuid,
      prediction_id uuid,
      state text not null,
      owner text,
      lease_until timestamptz(3),
      attempts smallint not null default 0,
      failure jsonb,
      created_at timestamptz(3) not null default now(),
      finished_at timestamptz(3),
      constraint pk_preflight primary key (id),
      constraint fk_preflight_benchmark_id foreign key (benchmark_id) references benchmark (id),
      constraint fk_preflight_submitter_id foreign key (submitter_id) references account (id),
      constraint fk_preflight_case_id foreign key (case_id) references evaluation_case (id),
      constraint fk_preflight_prediction_id foreign key (prediction_id) references stored_object (id),
      constraint ck_preflight_state check (state in ('queued', 'running', 'done', 'failed')),
      constraint ck_preflight_finished check ((finished_at is not null) = (state in ('done', 'failed'))),
      constraint ck_preflight_failure check ((failure is not null) = (state = 'failed'))
    )`);
    await runner.query('create index ix_preflight_prediction_id on preflight (prediction_id)');
    await runner.query('create index ix_preflight_submitter_id_created_at on preflight (submitter_id, created_at)');
    await runner.query(
      'create index ix_preflight_bundle on preflight (model_sha256, manifest_sha256, benchmark_id, finished_at)',
    );
    await runner.query(
      `create index ix_preflight_created_at on preflight (created_at) where state in ('queued', 'running')`,
    );

    await runner.query(
      'alter table outbox add column preflight_id uuid, alter column run_id drop not null, alter column epoch drop not null',
    );
    await runner.query('create index ix_outbox_preflight_id on outbox (preflight_id)');
    await runner.query(
      'alter table outbox add constraint fk_outbox_preflight_id foreign key (preflight_id) references preflight (id)',
    );
    await runner.query('alter table outbox drop constraint ck_outbox_name');
    await runner.query(
      `alter table outbox add constraint ck_outbox_name check (name in ('validate-model', 'evaluate-case', 'close-run', 'preflight'))`,
    );
    await runner.query(
      `alter table outbox add constraint ck_outbox_preflight check ((name = 'preflight') = (preflight_id is not null))`,
    );
    await runner.query(
      `alter table outbox add constraint ck_outbox_run check ((name <> 'preflight') = (run_id is not null) and (run_id is null) = (epoch is null))`,
    );
  }

  /** Keeps the first file of a bundle and the first image of a case. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`delete from outbox where name = 'preflight'`);
    await runner.query(
      'alter table outbox drop constraint ck_outbox_run, drop constraint ck_outbox_preflight, drop constraint ck_outbox_name, drop column preflight_id',
    );
    await runner.query(
      `alter table outbox add constraint ck_outbox_name check (name in ('validate-model', 'evaluate-case', 'close-run'))`,
    );
    await runner.query('alter table outbox alter column run_id set not null, alter column epoch set not null');
    await runner.query('drop table preflight');
    await runner.query('alter table case_result drop column isolation, drop column runtime, drop column stages_ms');
    await runner.query('drop table conformance_object');
    await runner.query(`delete from stored_object where kind = 'conformance'`);
    await runner.query('alter table stored_object drop constraint ck_stored_object_kind');
    await runner.query(
      `alter table stored_object add constraint ck_stored_object_kind check (kind in ('model', 'image', 'reference', 'prediction'))`,
    );
    await runner.query('alter table algorithm_version add column model_id uuid');
    await runner.query(
      'update algorithm_version v set model_id = m.object_id from algorithm_version_model m where m.version_id = v.id and m.ordinal = 0',
    );
    await runner.query(
      'alter table algorithm_version alter column model_id set not null, drop column model_sha256, drop column card, drop column checks',
    );
    await runner.query(
      'alter table algorithm_version add constraint fk_algorithm_version_model_id foreign key (model_id) references stored_object (id)',
    );
    await runner.query('create index ix_algorithm_version_model_id on algorithm_version (model_id)');
    await runner.query('drop table algorithm_version_model');
    await runner.query('alter table evaluation_case add column image_id uuid');
    await runner.query(
      'update evaluation_case c set image_id = i.object_id from case_image i where i.case_id = c.id and i.ordinal = 0',
    );
    await runner.query('alter table evaluation_case alter column image_id set not null');
    await runner.query(
      'alter table evaluation_case add constraint fk_evaluation_case_image_id foreign key (image_id) references stored_object (id)',
    );
    await runner.query('create index ix_evaluation_case_image_id on evaluation_case (image_id)');
    await runner.query('drop table case_image');
    await runner.query('alter table benchmark drop column channels');
  }
}
