import {
  Check,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { CAPACITIES, type Capacity, type IsolationLevel } from '#domain';
import type { DryRun, DryRunNetwork, DryRunProgress, MakingAct } from '#evaluation';
import { AccountEntity } from './account.entity.js';
import { BenchmarkEntity } from './benchmark.entity.js';
import { BIGINT, CREATED, INSTANT, oneOf } from './columns.js';

export const MAKING_ACTS = [
  'created',
  'changed',
  'dry-run',
  'published',
  'deleted',
  'member-added',
  'member-removed',
] as const satisfies readonly MakingAct[];
const DRY_RUN_STATES = ['queued', 'running', 'done', 'failed'] as const satisfies readonly DryRun['state'][];

/** Who did what with a benchmark. The database refuses to change or delete a row; no foreign keys: it outlives the benchmark. */
@Entity('benchmark_event')
@Index(['benchmarkId', 'id'])
@Check('ck_benchmark_event_act', oneOf('act', MAKING_ACTS))
@Check('ck_benchmark_event_capacity', oneOf('capacity', CAPACITIES))
@Check(
  'ck_benchmark_event_member',
  `(member_id is not null) = (${oneOf('act', ['member-added', 'member-removed'])}) and (capacity is not null) = (member_id is not null)`,
)
export class BenchmarkEventEntity {
  @PrimaryGeneratedColumn('identity', { ...BIGINT, type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column({ ...CREATED, default: () => 'clock_timestamp()' })
  at!: Date;

  @Column('uuid')
  benchmarkId!: string;

  @Column('text')
  slug!: string;

  @Column('uuid', { nullable: true })
  userId!: string | null;

  @Column('text')
  act!: MakingAct;

  @Column('text', { nullable: true })
  definitionSha256!: string | null;

  /** Who was appointed or removed, and as what. */
  @Column('uuid', { nullable: true })
  memberId!: string | null;

  @Column('text', { nullable: true })
  capacity!: Capacity | null;
}

/** Networks run on the practice cases of a draft; without networks, its cases are prepared only. */
@Entity('dry_run')
@Index(['benchmarkId', 'createdAt'])
@Index(['userId', 'createdAt'])
@Check('ck_dry_run_state', oneOf('state', DRY_RUN_STATES))
@Check('ck_dry_run_finished', `(finished_at is not null) = (${oneOf('state', ['done', 'failed'])})`)
@Check('ck_dry_run_failure', `(failure is not null) = (state = 'failed')`)
export class DryRunEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  benchmarkId!: string;

  @ManyToOne(() => BenchmarkEntity)
  @JoinColumn({ name: 'benchmark_id' })
  benchmark?: Relation<BenchmarkEntity>;

  /** Who asked for it. */
  @Column('uuid')
  userId!: string;

  @ManyToOne(() => AccountEntity)
  @JoinColumn({ name: 'user_id' })
  user?: Relation<AccountEntity>;

  @Column('text')
  definitionSha256!: string;

  @Column('jsonb')
  networks!: readonly DryRunNetwork[];

  /** SHA-256 of every file it needs. */
  @Column('text', { array: true })
  digests!: string[];

  @Column('jsonb')
  progress!: DryRunProgress;

  @Column('text', { nullable: true })
  isolation!: IsolationLevel | null;

  @Column('text')
  state!: DryRun['state'];

  @Column('text', { nullable: true })
  owner!: string | null;

  @Column({ ...INSTANT, nullable: true })
  leaseUntil!: Date | null;

  /** How many workers took it, and the last part of the id of its job. */
  @Column('smallint', { default: 0 })
  attempts!: number;

  @Column('jsonb', { nullable: true })
  failure!: DryRun['failure'];

  @Index('ix_dry_run_open', { where: oneOf('state', ['queued', 'running']) })
  @Column(CREATED)
  createdAt!: Date;

  @Column({ ...INSTANT, nullable: true })
  finishedAt!: Date | null;
}
