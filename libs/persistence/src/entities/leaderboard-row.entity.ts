import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { Aggregate } from '#evaluation';
import { PhaseEntity } from './benchmark.entity.js';
import { INSTANT } from './columns.js';
import { EvaluationRunEntity } from './evaluation-run.entity.js';

/**
 * A completed run on the board of its phase and signature. Written by the transaction that completes the run, ranks
 * renewed by each that follows; reading a page is one walk along `ix_leaderboard_row_board`.
 */
@Entity('leaderboard_row')
@Index('ix_leaderboard_row_board', ['phaseId', 'signature', 'rank', 'algorithmSlug', 'version', 'runId'])
@Index(['phaseId', 'signature', 'finishedAt'])
@Index('uq_leaderboard_row_state', ['phaseId', 'signature', 'sequence'], { unique: true })
export class LeaderboardRowEntity {
  @PrimaryColumn('uuid')
  runId!: string;

  @ManyToOne(() => EvaluationRunEntity)
  @JoinColumn({ name: 'run_id' })
  run?: Relation<EvaluationRunEntity>;

  @Column('uuid')
  phaseId!: string;

  @ManyToOne(() => PhaseEntity)
  @JoinColumn({ name: 'phase_id' })
  phase?: Relation<PhaseEntity>;

  @Column('text')
  signature!: string;

  @Column('integer')
  rank!: number;

  /** 1 for the first completion on the board, and so on. */
  @Column('integer')
  sequence!: number;

  /** Address of the state that the board was in when this run had completed (`nextBoardState`). */
  @Index('uq_leaderboard_row_state_hash', { unique: true })
  @Column('text')
  stateHash!: string;

  /** Copies of words that never change, so that the index gives the order of tied rows. */
  @Column('text')
  algorithmSlug!: string;

  @Column('text')
  version!: string;

  @Column('jsonb')
  metrics!: Record<string, number>;

  @Column('jsonb')
  aggregates!: Aggregate[];

  @Column('integer')
  caseScored!: number;

  @Column('integer')
  caseFailed!: number;

  /** Medians over PUBLIC cases of the same submission; null when it has none. */
  @Column('double precision', { nullable: true })
  practiceElapsedMs!: number | null;

  @Column('double precision', { nullable: true })
  practiceCpuMs!: number | null;

  @Column('double precision', { nullable: true })
  practicePeakRssBytes!: number | null;

  @Column(INSTANT)
  finishedAt!: Date;
}
