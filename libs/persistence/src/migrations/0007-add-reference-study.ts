import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Volumes of the reference and agreement of its readers, measured when a case is imported. */
export class AddReferenceStudy implements MigrationInterface {
  readonly name = '0007-add-reference-study-0000000000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table evaluation_case add column reference_study jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table evaluation_case drop column reference_study');
  }
}
