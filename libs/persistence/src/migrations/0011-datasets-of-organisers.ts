import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Datasets that organisers bring, case by case, before any benchmark is made of a frozen version of them. */
export class DatasetsOfOrganisers implements MigrationInterface {
  readonly name = '0011-datasets-of-organisers-0000000000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table dataset
      add column owner_id uuid,
      add column synthetic boolean not null default false,
      add column labels jsonb not null default '[]',
      add column channels jsonb not null default '[]',
      add column dictionary jsonb not null default '{}',
      add constraint fk_dataset_owner_id foreign key (owner_id) references account (id)`);
    await runner.query('create index ix_dataset_owner_id on dataset (owner_id)');
    await runner.query(`create table dataset_case (
      id uuid not null,
      dataset_id uuid not null,
      name text not null,
      patient text not null,
      split text,
      facts jsonb not null,
      geometry jsonb not null,
      digest text not null,
      created_at timestamptz(3) not null default now(),
      constraint pk_dataset_case primary key (id),
      constraint uq_dataset_case_dataset_id_name unique (dataset_id, name),
      constraint fk_dataset_case_dataset_id foreign key (dataset_id) references dataset (id)
    )`);
    await runner.query(`create table dataset_case_image (
      case_id uuid not null,
      ordinal smallint not null,
      object_id uuid not null,
      constraint pk_dataset_case_image primary key (case_id, ordinal),
      constraint fk_dataset_case_image_case_id foreign key (case_id) references dataset_case (id),
      constraint fk_dataset_case_image_object_id foreign key (object_id) references stored_object (id)
    )`);
    await runner.query('create index ix_dataset_case_image_object_id on dataset_case_image (object_id)');
    await runner.query(`create table dataset_case_reference (
      case_id uuid not null,
      ordinal smallint not null,
      reader text not null,
      consensus boolean not null,
      object_id uuid not null,
      constraint pk_dataset_case_reference primary key (case_id, ordinal),
      constraint uq_dataset_case_reference_case_id_reader unique (case_id, reader),
      constraint fk_dataset_case_reference_case_id foreign key (case_id) references dataset_case (id),
      constraint fk_dataset_case_reference_object_id foreign key (object_id) references stored_object (id)
    )`);
    await runner.query('create index ix_dataset_case_reference_object_id on dataset_case_reference (object_id)');
    await runner.query(`create table dataset_version_case (
      version_id uuid not null,
      case_id uuid not null,
      constraint pk_dataset_version_case primary key (version_id, case_id),
      constraint fk_dataset_version_case_version_id foreign key (version_id) references dataset_version (id),
      constraint fk_dataset_version_case_case_id foreign key (case_id) references dataset_case (id)
    )`);
    await runner.query('create index ix_dataset_version_case_case_id on dataset_version_case (case_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table dataset_version_case');
    await runner.query('create temporary table gone on commit drop as select object_id from dataset_case_image union select object_id from dataset_case_reference');
    await runner.query('drop table dataset_case_reference');
    await runner.query('drop table dataset_case_image');
    await runner.query('drop table dataset_case');
    await runner.query('delete from stored_object_input where object_id in (select object_id from gone)');
    await runner.query('delete from stored_object where id in (select object_id from gone)');
    await runner.query('drop table gone');
    await runner.query('alter table dataset drop constraint fk_dataset_owner_id');
    await runner.query('drop index ix_dataset_owner_id');
    await runner.query(
      'alter table dataset drop column owner_id, drop column synthetic, drop column labels, drop column channels, drop column dictionary',
    );
  }
}
