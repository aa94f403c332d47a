import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Addresses of datasets are unique for each owner, and say nothing about those of others; cases can be withdrawn; a consensus
 * keeps its recipe; ignore label and regions of a dataset are kept.
 */
export class WithdrawCasesKeepRecipes implements MigrationInterface {
  readonly name = '0012-withdraw-cases-keep-recipes-0000000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table dataset drop constraint uq_dataset_slug');
    await runner.query(`alter table dataset
      add column ignore_label integer,
      add column regions jsonb not null default '[]',
      add constraint uq_dataset_owner_id_slug unique (owner_id, slug)`);
    await runner.query('create unique index ix_dataset_slug_without_owner on dataset (slug) where owner_id is null');
    await runner.query('alter table dataset_case add column withdrawn_at timestamptz(3)');
    await runner.query('alter table dataset_case_reference add column recipe jsonb');
    await runner.query('alter table case_reference add column recipe jsonb');
  }

  /** @throws Error while there are withdrawn cases: without the column they would be part of every later version */
  async down(runner: QueryRunner): Promise<void> {
    const [{ withdrawn }] = (await runner.query(
      'select count(*)::int as withdrawn from dataset_case where withdrawn_at is not null',
    )) as { withdrawn: number }[];
    if (withdrawn > 0)
      throw new Error(
        `${withdrawn} case(s) were withdrawn, and the tables of before cannot say so: they would come back into later versions; delete their datasets first`,
      );
    await runner.query('alter table case_reference drop column recipe');
    await runner.query('alter table dataset_case_reference drop column recipe');
    await runner.query('alter table dataset_case drop column withdrawn_at');
    await runner.query('drop index ix_dataset_slug_without_owner');
    await runner.query(
      'alter table dataset drop constraint uq_dataset_owner_id_slug, drop column regions, drop column ignore_label',
    );
    // of datasets with one address, the first that has no owner or else the oldest keeps it
    await runner.query(`update dataset set slug = rtrim(left(slug, 27), '-') || '-' || id
      where id in (select id from (select id, row_number() over (partition by slug order by owner_id is not null, created_at, id) as place from dataset) ranked
                    where place > 1)`);
    await runner.query('alter table dataset add constraint uq_dataset_slug unique (slug)');
  }
}
