import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Images get a second form for DICOMweb: their slices, each compressed by itself. */
export class AddFrames implements MigrationInterface {
  readonly name = '0014-add-frames-0000000000014';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table stored_object drop constraint ck_stored_object_kind');
    await runner.query(
      `alter table stored_object add constraint ck_stored_object_kind check (kind in ('model', 'image', 'reference', 'prediction', 'conformance', 'frames'))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`delete from stored_object_input where object_id in (select id from stored_object where kind = 'frames')`);
    await runner.query(`delete from stored_object where kind = 'frames'`);
    await runner.query('alter table stored_object drop constraint ck_stored_object_kind');
    await runner.query(
      `alter table stored_object add constraint ck_stored_object_kind check (kind in ('model', 'image', 'reference', 'prediction', 'conformance'))`,
    );
  }
}
