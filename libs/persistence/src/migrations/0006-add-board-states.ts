import type { MigrationInterface, QueryRunner } from 'typeorm';
import { emptyBoardState, nextBoardState, type BoardLink } from '#evaluation';

interface Row extends BoardLink {
  readonly phaseId: string;
  readonly signature: string;
}

/**
 * Gives each completion on a board its number and the address of the state that it made, also those that are there
 * already, in the order in which they finished. The index that orders a board also holds the run, so that pages are
 * passed over without reading rows.
 */
export class AddBoardStates implements MigrationInterface {
  readonly name = '0006-add-board-states-0000000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table leaderboard_row add column sequence integer, add column state_hash text');
    const rows = (await runner.query(
      `select l.run_id as "runId", l.phase_id as "phaseId", l.signature, l.algorithm_slug as algorithm, l.version,
              o.sha256 as "modelSha256", v.manifest_sha256 as "manifestSha256", l.metrics, l.aggregates,
              json_build_object('scored', l.case_scored, 'failed', l.case_failed) as cases
         from leaderboard_row l
         join evaluation_run r on r.id = l.run_id
         join submission s on s.id = r.submission_id
         join algorithm_version v on v.id = s.algorithm_version_id
         join stored_object o on o.id = v.model_id
        order by l.phase_id, l.signature, l.finished_at, l.run_id`,
    )) as Row[];
    let board = '';
    let sequence = 0;
    let state = '';
    for (const row of rows) {
      const key = JSON.stringify([row.phaseId, row.signature]);
      if (key !== board) {
        board = key;
        sequence = 0;
        state = emptyBoardState(row);
      }
      sequence += 1;
      state = nextBoardState(state, row);
      await runner.query('update leaderboard_row set sequence = $2, state_hash = $3 where run_id = $1', [
        row.runId,
        sequence,
        state,
      ]);
    }
    await runner.query(
      'alter table leaderboard_row alter column sequence set not null, alter column state_hash set not null',
    );
    await runner.query(
      'create unique index uq_leaderboard_row_state on leaderboard_row (phase_id, signature, sequence)',
    );
    await runner.query('create unique index uq_leaderboard_row_state_hash on leaderboard_row (state_hash)');
    await runner.query('drop index ix_leaderboard_row_board');
    await runner.query(
      'create index ix_leaderboard_row_board on leaderboard_row (phase_id, signature, rank, algorithm_slug, version, run_id)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index ix_leaderboard_row_board');
    await runner.query(
      'create index ix_leaderboard_row_board on leaderboard_row (phase_id, signature, rank, algorithm_slug, version)',
    );
    await runner.query('drop index uq_leaderboard_row_state_hash');
    await runner.query('drop index uq_leaderboard_row_state');
    await runner.query('alter table leaderboard_row drop column state_hash, drop column sequence');
  }
}
