import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Instances that an inbox did not keep, counted by code: nothing else of them is there. And which holds somebody has looked at. */
export class CountWhatIsTurnedAway implements MigrationInterface {
  readonly name = '0017-count-what-is-turned-away-0000000000017';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table dataset_inbox_refusal (
      dataset_id uuid not null,
      code text not null,
      held boolean not null,
      times integer not null,
      last_at timestamptz(3) not null default now(),
      constraint pk_dataset_inbox_refusal primary key (dataset_id, code),
      constraint ck_dataset_inbox_refusal_times check (times > 0),
      constraint fk_dataset_inbox_refusal_dataset_id foreign key (dataset_id) references dataset (id) on delete cascade
    )`);
    await runner.query(`create table dataset_inbox_accepted (
      dataset_id uuid not null,
      code text not null,
      since timestamptz(3) not null default now(),
      constraint pk_dataset_inbox_accepted primary key (dataset_id, code),
      constraint fk_dataset_inbox_accepted_dataset_id foreign key (dataset_id) references dataset (id) on delete cascade
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table dataset_inbox_accepted');
    await runner.query('drop table dataset_inbox_refusal');
  }
}
