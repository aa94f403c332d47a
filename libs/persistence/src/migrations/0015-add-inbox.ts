import type { MigrationInterface, QueryRunner } from 'typeorm';

/** DICOM instances that organisers send to a dataset: de-identified, under a key of the dataset's own, until cases are made of them. */
export class AddInbox implements MigrationInterface {
  readonly name = '0015-add-inbox-0000000000015';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table dataset_inbox_key (
      dataset_id uuid not null,
      secret bytea not null,
      constraint pk_dataset_inbox_key primary key (dataset_id),
      constraint ck_dataset_inbox_key_secret check (octet_length(secret) = 32),
      constraint fk_dataset_inbox_key_dataset_id foreign key (dataset_id) references dataset (id) on delete cascade
    )`);
    await runner.query(`create table dataset_inbox_instance (
      dataset_id uuid not null,
      sop_instance_uid text not null,
      series_instance_uid text not null,
      study_instance_uid text not null,
      sop_class_uid text not null,
      patient text not null,
      sha256 text not null,
      bytes bigint not null,
      created_at timestamptz(3) not null default now(),
      constraint pk_dataset_inbox_instance primary key (dataset_id, sop_instance_uid),
      constraint ck_dataset_inbox_instance_sha256 check (sha256 ~ '^[0-9a-f]{64}$'),
      constraint ck_dataset_inbox_instance_bytes check (bytes >= 0),
      constraint fk_dataset_inbox_instance_dataset_id foreign key (dataset_id) references dataset (id) on delete cascade
    )`);
    await runner.query('create index ix_dataset_inbox_instance_sha256 on dataset_inbox_instance (sha256)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table dataset_inbox_instance');
    await runner.query('drop table dataset_inbox_key');
  }
}
