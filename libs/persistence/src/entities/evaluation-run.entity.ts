import {
  Check,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  Unique,
  type Relation,
} from 'typeorm';
import { RUN_STATES, TERMINAL_STATES, type FailureCode, type RunState } from '#domain';
import { PhaseEntity } from './benchmark.entity.js';
import { BIGINT, CREATED, INSTANT, KEBAB_FAILURE_CODE, oneOf } from './columns.js';
import { SubmissionEntity } from './submission.entity.js';

/** One execution of a submission in one phase. A state that is not terminal always has a deadline. */
@Entity('evaluation_run')
@Unique(['submissionId', 'phaseId'])
@Unique(['submissionId', 'ordinal'])
@Check('ck_evaluation_run_state', oneOf('state', RUN_STATES))
@Check('ck_evaluation_run_failure_code', KEBAB_FAILURE_CODE)
@Check('ck_evaluation_run_deadline', `(deadline_at is null) = (${oneOf('state', TERMINAL_STATES)})`)
@Check('ck_evaluation_run_finished', `(finished_at is not null) = (${oneOf('state', TERMINAL_STATES)})`)
@Check('ck_evaluation_run_epoch', 'epoch >= 1')
export class EvaluationRunEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  submissionId!: string;

  @ManyToOne(() => SubmissionEntity, (submission) => submission.runs)
  @JoinColumn({ name: 'submission_id' })
  submission?: Relation<SubmissionEntity>;

  @Index()
  @Column('uuid')
  phaseId!: string;

  @ManyToOne(() => PhaseEntity)
  @JoinColumn({ name: 'phase_id' })
  phase?: Relation<PhaseEntity>;

  /** Of its phase; runs of a submission go in this order. */
  @Column('smallint')
  ordinal!: number;

  @Index({ where: "state = 'quarantined'" })
  @Column('text')
  state!: RunState;

  /** Grows with every requeue, cancel and retry; writes of an older epoch change nothing. */
  @Column('integer', { default: 1 })
  epoch!: number;

  @Column('text', { nullable: true })
  owner!: string | null;

  @Index({ where: 'deadline_at is not null' })
  @Column({ ...INSTANT, nullable: true })
  deadlineAt!: Date | null;

  /** When a worker last showed that it works on this run. */
  @Column({ ...INSTANT, nullable: true })
  signOfLifeAt!: Date | null;

  /** Lost workers since the last finished case. */
  @Column('smallint', { default: 0 })
  losses!: number;

  /** Since when faults of ours have kept work on it from succeeding; null when the last thing tried went well. */
  @Index({ where: 'fault_since is not null' })
  @Column({ ...INSTANT, nullable: true })
  faultSince!: Date | null;

  /** When one did so last. */
  @Column({ ...INSTANT, nullable: true })
  faultAt!: Date | null;

  /** Last part of the id of its current job. */
  @Column('integer', { default: 0 })
  jobSerial!: number;

  /** How often that job was added again under the same id. */
  @Column('integer', { default: 0 })
  jobResends!: number;

  /** When to add it again; null while no job of the run itself (validate-model, close-run) is due. */
  @Index({ where: 'resend_at is not null' })
  @Column({ ...INSTANT, nullable: true })
  resendAt!: Date | null;

  @Column('text', { nullable: true })
  failureCode!: FailureCode | null;

  @Column('text', { nullable: true })
  failureDetail!: string | null;

  @Column('text', { nullable: true })
  signature!: string | null;

  @Column('integer')
  caseTotal!: number;

  @Column('integer', { default: 0 })
  caseScored!: number;

  @Column('integer', { default: 0 })
  caseFailed!: number;

  @Column(CREATED)
  createdAt!: Date;

  @Index({ where: "state in ('queued', 'validating', 'running', 'scoring')" })
  @Column({ ...INSTANT, nullable: true })
  queuedAt!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  startedAt!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  finishedAt!: Date | null;

  /** Of a sealed run on images of people, from when its cases are settled: how it ended is shown to nobody else before. */
  @Column({ ...INSTANT, nullable: true })
  releaseAt!: Date | null;
}

/** What happened to a run, in order; an open page is told from here. */
@Entity('run_event')
@Index(['runId', 'id'])
@Index(['submissionId', 'id'])
@Check('ck_run_event_state', oneOf('state', RUN_STATES))
export class RunEventEntity {
  @PrimaryGeneratedColumn('identity', { ...BIGINT, type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('uuid')
  runId!: string;

  @ManyToOne(() => EvaluationRunEntity)
  @JoinColumn({ name: 'run_id' })
  run?: Relation<EvaluationRunEntity>;

  @Column('uuid')
  submissionId!: string;

  @ManyToOne(() => SubmissionEntity)
  @JoinColumn({ name: 'submission_id' })
  submission?: Relation<SubmissionEntity>;

  @Column({ ...INSTANT, default: () => 'clock_timestamp()' })
  at!: Date;

  @Column('text')
  state!: RunState;

  /** Present when a case ended. */
  @Column('uuid', { nullable: true })
  caseId!: string | null;
}
