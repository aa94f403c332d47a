import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { Preflight, PreflightState } from '#evaluation';
import type { Manifest } from '#pipeline';
import { AccountEntity } from './account.entity.js';
import { BenchmarkEntity, EvaluationCaseEntity } from './benchmark.entity.js';
import { CREATED, INSTANT, oneOf } from './columns.js';
import { StoredObjectEntity } from './stored-object.entity.js';

const PREFLIGHT_STATES = ['queued', 'running', 'done', 'failed'] as const satisfies readonly PreflightState[];

/** A bundle that is tried before it is submitted. Its files are blobs without stored objects: they go a while after it ended. */
@Entity('preflight')
@Index(['submitterId', 'createdAt'])
@Index('ix_preflight_bundle', ['modelSha256', 'manifestSha256', 'benchmarkId', 'finishedAt'])
@Check('ck_preflight_state', oneOf('state', PREFLIGHT_STATES))
@Check('ck_preflight_finished', `(finished_at is not null) = (${oneOf('state', ['done', 'failed'])})`)
@Check('ck_preflight_failure', `(failure is not null) = (state = 'failed')`)
export class PreflightEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  benchmarkId!: string;

  @ManyToOne(() => BenchmarkEntity)
  @JoinColumn({ name: 'benchmark_id' })
  benchmark?: Relation<BenchmarkEntity>;

  @Column('uuid')
  submitterId!: string;

  @ManyToOne(() => AccountEntity)
  @JoinColumn({ name: 'submitter_id' })
  submitter?: Relation<AccountEntity>;

  @Column('jsonb')
  manifest!: Manifest;

  @Column('text')
  manifestSha256!: string;

  @Column('jsonb')
  models!: Preflight['models'];

  /** Digest of the bundle of models. */
  @Column('text')
  modelSha256!: string;

  @Column('jsonb', { nullable: true })
  conformance!: Preflight['conformance'];

  /** SHA-256 of every file it needs. */
  @Column('text', { array: true })
  digests!: string[];

  @Column('jsonb')
  checks!: Preflight['checks'];

  /** The practice case, and what became of it. */
  @Column('uuid', { nullable: true })
  caseId!: string | null;

  @ManyToOne(() => EvaluationCaseEntity)
  @JoinColumn({ name: 'case_id' })
  case?: Relation<EvaluationCaseEntity> | null;

  @Index()
  @Column('uuid', { nullable: true })
  predictionId!: string | null;

  @ManyToOne(() => StoredObjectEntity)
  @JoinColumn({ name: 'prediction_id' })
  prediction?: Relation<StoredObjectEntity> | null;

  @Column('text')
  state!: PreflightState;

  @Column('text', { nullable: true })
  owner!: string | null;

  @Column({ ...INSTANT, nullable: true })
  leaseUntil!: Date | null;

  /** How many workers took it, and the last part of the id of its job. */
  @Column('smallint', { default: 0 })
  attempts!: number;

  @Column('jsonb', { nullable: true })
  failure!: Preflight['failure'];

  @Index({ where: oneOf('state', ['queued', 'running']) })
  @Column(CREATED)
  createdAt!: Date;

  @Index()
  @Column({ ...INSTANT, nullable: true })
  finishedAt!: Date | null;

  /** Set when it ends: until then it can be submitted as it is, afterwards its files are removed; null once they are. */
  @Index({ where: 'files_until is not null' })
  @Column({ ...INSTANT, nullable: true })
  filesUntil!: Date | null;
}
