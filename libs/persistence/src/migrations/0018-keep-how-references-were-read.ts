import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was decided when a reference segmentation was read: the threshold of a fractional one, the label where structures overlap. */
export class KeepHowReferencesWereRead implements MigrationInterface {
  readonly name = '0018-keep-how-references-were-read-0000000000018';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table dataset_case_reference add column reading jsonb');
    await runner.query('alter table case_reference add column reading jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table case_reference drop column reading');
    await runner.query('alter table dataset_case_reference drop column reading');
  }
}
