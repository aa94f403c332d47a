import { Column, Entity, Index, JoinColumn, ManyToOne, OneToMany, PrimaryColumn, Unique, type Relation } from 'typeorm';
import type { Manifest } from '#pipeline';
import { AccountEntity } from './account.entity.js';
import { BenchmarkEntity } from './benchmark.entity.js';
import { CREATED } from './columns.js';
import { EvaluationRunEntity } from './evaluation-run.entity.js';
import { StoredObjectEntity } from './stored-object.entity.js';

@Entity('algorithm')
@Unique(['slug'])
export class AlgorithmEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  slug!: string;

  @Column('text')
  name!: string;

  @Index()
  @Column('uuid')
  ownerId!: string;

  @ManyToOne(() => AccountEntity)
  @JoinColumn({ name: 'owner_id' })
  owner?: Relation<AccountEntity>;

  @Column('text')
  description!: string;

  @Column(CREATED)
  createdAt!: Date;
}

/** One immutable bundle of manifest and model. */
@Entity('algorithm_version')
@Unique(['algorithmId', 'version'])
export class AlgorithmVersionEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  algorithmId!: string;

  @ManyToOne(() => AlgorithmEntity)
  @JoinColumn({ name: 'algorithm_id' })
  algorithm?: Relation<AlgorithmEntity>;

  @Column('text')
  version!: string;

  @Column('jsonb')
  manifest!: Manifest;

  @Column('text')
  manifestSha256!: string;

  @Index()
  @Column('uuid')
  modelId!: string;

  @ManyToOne(() => StoredObjectEntity)
  @JoinColumn({ name: 'model_id' })
  model?: Relation<StoredObjectEntity>;

  @Column(CREATED)
  createdAt!: Date;
}

@Entity('submission')
@Unique(['benchmarkId', 'algorithmVersionId'])
@Index(['createdAt', 'id'])
@Index(['submitterId', 'createdAt', 'id'])
@Index(['benchmarkId', 'createdAt', 'id'])
export class SubmissionEntity {
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

  @Index()
  @Column('uuid')
  algorithmVersionId!: string;

  @ManyToOne(() => AlgorithmVersionEntity)
  @JoinColumn({ name: 'algorithm_version_id' })
  algorithmVersion?: Relation<AlgorithmVersionEntity>;

  @OneToMany(() => EvaluationRunEntity, (run) => run.submission)
  runs?: Relation<EvaluationRunEntity[]>;

  @Column(CREATED)
  createdAt!: Date;
}

/** Which submission a submitter's Idempotency-Key led to. Several keys may lead to one. */
@Entity('idempotency_key')
export class IdempotencyKeyEntity {
  @PrimaryColumn('uuid')
  submitterId!: string;

  @ManyToOne(() => AccountEntity)
  @JoinColumn({ name: 'submitter_id' })
  submitter?: Relation<AccountEntity>;

  @PrimaryColumn('text')
  key!: string;

  @Index()
  @Column('uuid')
  submissionId!: string;

  @ManyToOne(() => SubmissionEntity)
  @JoinColumn({ name: 'submission_id' })
  submission?: Relation<SubmissionEntity>;

  @Column(CREATED)
  createdAt!: Date;
}
