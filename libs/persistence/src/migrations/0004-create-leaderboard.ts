import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Completed runs as the board shows them. */
export class CreateLeaderboard implements MigrationInterface {
  readonly name = '0004-create-leaderboard-0000000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table leaderboard_row (
      run_id uuid not null,
      phase_id uuid not null,
      signature text not null,
      rank integer not null,
      algorithm_slug text not null,
      version text not null,
      metrics jsonb not null,
      aggregates jsonb not null,
      case_scored integer not null,
      case_failed integer not null,
      practice_elapsed_ms double precision,
      practice_cpu_ms double precision,
      practice_peak_rss_bytes double precision,
      finished_at timestamptz(3) not null,
      constraint pk_leaderboard_row primary key (run_id),
      constraint fk_leaderboard_row_run_id foreign key (run_id) references evaluation_run (id),
      constraint fk_leaderboard_row_phase_id foreign key (phase_id) references phase (id)
    )`);
    await runner.query(
      'create index ix_leaderboard_row_board on leaderboard_row (phase_id, signature, rank, algorithm_slug, version)',
    );
    await runner.query(
      'create index ix_leaderboard_row_phase_id_signature_finished_at on leaderboard_row (phase_id, signature, finished_at)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table leaderboard_row');
  }
}
