import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { CASE_STATES, ISOLATION_LEVELS, type CaseState, type FailureCode, type IsolationLevel } from '#domain';
import type { StageTimes } from '#evaluation';
import type { RegionStatus } from '#metrics';
import { EvaluationCaseEntity } from './benchmark.entity.js';
import { INSTANT, KEBAB_FAILURE_CODE, oneOf } from './columns.js';
import { EvaluationRunEntity } from './evaluation-run.entity.js';
import { StoredObjectEntity } from './stored-object.entity.js';

/** One reference case within a run: exists from planning on, so that a failed case is a row and never a gap. */
@Entity('case_result')
@Check('ck_case_result_state', oneOf('state', CASE_STATES))
@Check('ck_case_result_failure_code', KEBAB_FAILURE_CODE)
@Check('ck_case_result_isolation', oneOf('isolation', ISOLATION_LEVELS))
@Check('ck_case_result_failed', `(state = 'failed') = (failure_code is not null)`)
export class CaseResultEntity {
  @PrimaryColumn('uuid')
  runId!: string;

  @ManyToOne(() => EvaluationRunEntity)
  @JoinColumn({ name: 'run_id' })
  run?: Relation<EvaluationRunEntity>;

  @Index()
  @PrimaryColumn('uuid')
  caseId!: string;

  @ManyToOne(() => EvaluationCaseEntity)
  @JoinColumn({ name: 'case_id' })
  case?: Relation<EvaluationCaseEntity>;

  @Column('text', { default: 'pending' })
  state!: CaseState;

  /** Grows with every claim. */
  @Column('integer', { default: 0 })
  attempt!: number;

  @Column('text', { nullable: true })
  owner!: string | null;

  /** Until when its holder need not show a sign of life; null while nobody holds it. */
  @Index({ where: 'lease_until is not null' })
  @Column({ ...INSTANT, nullable: true })
  leaseUntil!: Date | null;

  /** Holders that vanished, and the attempt up to which that was counted. */
  @Column('smallint', { default: 0 })
  losses!: number;

  @Column('integer', { default: 0 })
  lossCountedAttempt!: number;

  /** Last part of the id of its current job. */
  @Column('integer', { default: 0 })
  jobSerial!: number;

  @Column('integer', { default: 0 })
  jobResends!: number;

  /** When to add its job again; null while somebody holds it or it is done. */
  @Index({ where: 'resend_at is not null' })
  @Column({ ...INSTANT, nullable: true })
  resendAt!: Date | null;

  @Column('text', { nullable: true })
  failureCode!: FailureCode | null;

  @Column('text', { nullable: true })
  failureDetail!: string | null;

  @Index()
  @Column('uuid', { nullable: true })
  predictionId!: string | null;

  @ManyToOne(() => StoredObjectEntity)
  @JoinColumn({ name: 'prediction_id' })
  prediction?: Relation<StoredObjectEntity> | null;

  @Column('double precision', { nullable: true })
  elapsedMs!: number | null;

  @Column('double precision', { nullable: true })
  cpuMs!: number | null;

  @Column('double precision', { nullable: true })
  peakRssBytes!: number | null;

  @Column('double precision', { nullable: true })
  sessionMs!: number | null;

  /** Wall time by stage; null for results of before it was measured. */
  @Column('jsonb', { nullable: true })
  stagesMs!: StageTimes | null;

  /** How far the process was cut off, and what ran the network in it. */
  @Column('text', { nullable: true })
  isolation!: IsolationLevel | null;

  @Column('text', { nullable: true })
  runtime!: string | null;

  @Column({ ...INSTANT, nullable: true })
  finishedAt!: Date | null;
}

const REGION_STATUSES = [
  'ok',
  'empty_prediction',
  'empty_reference',
  'both_empty',
  'failed',
] as const satisfies readonly RegionStatus[];

/** A number or the reason why there is none. */
@Entity('metric_value')
@Check('ck_metric_value_status', oneOf('status', REGION_STATUSES))
@Check('ck_metric_value_kind', oneOf('kind', ['value', 'unbounded', 'undefined']))
@Check('ck_metric_value_value', `(kind = 'value') = (value is not null)`)
@Check('ck_metric_value_finite', `value is null or value - value = 0`)
@Check('ck_metric_value_why', `(kind = 'undefined') = (why is not null)`)
export class MetricValueEntity {
  @PrimaryColumn('uuid')
  runId!: string;

  @PrimaryColumn('uuid')
  caseId!: string;

  @ManyToOne(() => CaseResultEntity)
  @JoinColumn([
    { name: 'run_id', referencedColumnName: 'runId' },
    { name: 'case_id', referencedColumnName: 'caseId' },
  ])
  caseResult?: Relation<CaseResultEntity>;

  @PrimaryColumn('text')
  region!: string;

  @PrimaryColumn('text')
  metric!: string;

  /** Which masks of the region were empty: the status that all its metrics share. */
  @Column('text')
  status!: RegionStatus;

  @Column('text')
  kind!: 'value' | 'unbounded' | 'undefined';

  @Column('double precision', { nullable: true })
  value!: number | null;

  @Column('text', { nullable: true })
  why!: string | null;
}
