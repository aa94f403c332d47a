import { Column, Entity, Index, JoinColumn, ManyToOne, OneToMany, PrimaryColumn, Unique, type Relation } from 'typeorm';
import type { ModelFileFacts, VersionCard, VersionChecks } from '#evaluation';
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

/** One immutable bundle of manifest and model files. */
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

  /** Digest of the bundle of models. */
  @Column('text')
  modelSha256!: string;

  /** What the author says beside the manifest; null: the manifest's words stand. */
  @Column('jsonb', { nullable: true })
  card!: VersionCard | null;

  /** What was found out before its first case, on which benchmark; null: not yet. */
  @Column('jsonb', { nullable: true })
  checks!: VersionChecks | null;

  @OneToMany(() => VersionModelEntity, (model) => model.version)
  models?: Relation<VersionModelEntity[]>;

  @OneToMany(() => ConformanceObjectEntity, (object) => object.version)
  conformance?: Relation<ConformanceObjectEntity[]>;

  @Column(CREATED)
  createdAt!: Date;
}

/** One ONNX file of a version, in the order of the manifest. */
@Entity('algorithm_version_model')
export class VersionModelEntity {
  @PrimaryColumn('uuid')
  versionId!: string;

  @ManyToOne(() => AlgorithmVersionEntity, (version) => version.models)
  @JoinColumn({ name: 'version_id' })
  version?: Relation<AlgorithmVersionEntity>;

  @PrimaryColumn('smallint')
  ordinal!: number;

  /** The author's name of the file, for showing. */
  @Column('text')
  file!: string;

  /** What the inspector read in it; null for files of before that was kept. */
  @Column('jsonb', { nullable: true })
  facts!: ModelFileFacts | null;

  @Index()
  @Column('uuid')
  objectId!: string;

  @ManyToOne(() => StoredObjectEntity)
  @JoinColumn({ name: 'object_id' })
  object?: Relation<StoredObjectEntity>;
}

/** The author's own case: an image for each channel of the manifest, and last the label map that was expected. */
@Entity('conformance_object')
export class ConformanceObjectEntity {
  @PrimaryColumn('uuid')
  versionId!: string;

  @ManyToOne(() => AlgorithmVersionEntity, (version) => version.conformance)
  @JoinColumn({ name: 'version_id' })
  version?: Relation<AlgorithmVersionEntity>;

  @PrimaryColumn('smallint')
  ordinal!: number;

  @Column('boolean')
  expected!: boolean;

  @Index()
  @Column('uuid')
  objectId!: string;

  @ManyToOne(() => StoredObjectEntity)
  @JoinColumn({ name: 'object_id' })
  object?: Relation<StoredObjectEntity>;
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
