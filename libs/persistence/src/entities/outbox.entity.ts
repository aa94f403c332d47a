import {
  Check,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  Unique,
  type Relation,
} from 'typeorm';
import { BIGINT, CREATED, INSTANT, oneOf } from './columns.js';
import { EvaluationRunEntity } from './evaluation-run.entity.js';
import { DryRunEntity } from './making.entity.js';
import { PreflightEntity } from './preflight.entity.js';
import type { Job } from '#evaluation';

export const JOB_NAMES = ['validate-model', 'evaluate-case', 'close-run', 'preflight', 'dry-run'] as const satisfies readonly Job['name'][];

/** Jobs that the transaction which wrote them owes to the queue. */
@Entity('outbox')
@Unique(['jobId'])
@Check('ck_outbox_name', oneOf('name', JOB_NAMES))
@Check('ck_outbox_preflight', `(name = 'preflight') = (preflight_id is not null)`)
@Check('ck_outbox_dry_run', `(name = 'dry-run') = (dry_run_id is not null)`)
@Check('ck_outbox_run', `(name not in ('preflight', 'dry-run')) = (run_id is not null) and (run_id is null) = (epoch is null)`)
@Check('ck_outbox_case', `(name = 'evaluate-case') = (case_id is not null)`)
export class OutboxEntity {
  @Index('ix_outbox_unsent', { where: 'sent_at is null' })
  @PrimaryGeneratedColumn('identity', { ...BIGINT, type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('text')
  jobId!: string;

  @Column('text')
  name!: Job['name'];

  @Index()
  @Column('uuid', { nullable: true })
  runId!: string | null;

  @ManyToOne(() => EvaluationRunEntity)
  @JoinColumn({ name: 'run_id' })
  run?: Relation<EvaluationRunEntity> | null;

  @Column('integer', { nullable: true })
  epoch!: number | null;

  @Column('uuid', { nullable: true })
  caseId!: string | null;

  @Index()
  @Column('uuid', { nullable: true })
  preflightId!: string | null;

  @ManyToOne(() => PreflightEntity)
  @JoinColumn({ name: 'preflight_id' })
  preflight?: Relation<PreflightEntity> | null;

  @Index()
  @Column('uuid', { nullable: true })
  dryRunId!: string | null;

  @ManyToOne(() => DryRunEntity)
  @JoinColumn({ name: 'dry_run_id' })
  dryRun?: Relation<DryRunEntity> | null;

  /** 1 is first. */
  @Column('smallint')
  priority!: number;

  @Column(CREATED)
  createdAt!: Date;

  @Index({ where: 'sent_at is not null' })
  @Column({ ...INSTANT, nullable: true })
  sentAt!: Date | null;
}
