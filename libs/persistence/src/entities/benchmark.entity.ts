import {
  Check,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  Unique,
  type Relation,
} from 'typeorm';
import {
  CAPACITIES,
  PHASE_KINDS,
  SECRECY_LABELS,
  type BenchmarkChannel,
  type Capacity,
  type ConsensusRecipe,
  type ReferenceReading,
  type PhaseKind,
  type PhaseRules,
  type SecrecyLabel,
  type WindowPreset,
} from '#domain';
import type { BenchmarkDefinition } from '#contracts';
import type { DataDictionary, ReferenceStudy } from '#evaluation';
import type { Geometry } from '#imaging';
import { AccountEntity } from './account.entity.js';
import { CREATED, oneOf } from './columns.js';
import { StoredObjectEntity } from './stored-object.entity.js';

@Entity('dataset')
@Unique(['ownerId', 'slug'])
@Index('ix_dataset_slug_without_owner', ['slug'], { unique: true, where: 'owner_id is null' })
export class DatasetEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  slug!: string;

  @Column('text')
  name!: string;

  @Column('text')
  licence!: string;

  @Column('text')
  description!: string;

  /** Who brought it; null for data that came with a benchmark. */
  @Index()
  @Column('uuid', { nullable: true })
  ownerId!: string | null;

  @ManyToOne(() => AccountEntity)
  @JoinColumn({ name: 'owner_id' })
  owner?: Relation<AccountEntity>;

  @Column('boolean', { default: false })
  synthetic!: boolean;

  @Column('jsonb', { default: [] })
  labels!: { value: number; name: string }[];

  /** Voxels of this label are not scored. */
  @Column('integer', { nullable: true })
  ignoreLabel!: number | null;

  @Column('jsonb', { default: [] })
  regions!: { name: string; labels: number[] }[];

  @Column('jsonb', { default: [] })
  channels!: BenchmarkChannel[];

  /** What the columns of its clinical table mean. */
  @Column('jsonb', { default: {} })
  dictionary!: DataDictionary;

  @Column(CREATED)
  createdAt!: Date;
}

/** A frozen state of a dataset; its digest covers every case of every phase. */
@Entity('dataset_version')
@Unique(['datasetId', 'version'])
export class DatasetVersionEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  datasetId!: string;

  @ManyToOne(() => DatasetEntity)
  @JoinColumn({ name: 'dataset_id' })
  dataset?: Relation<DatasetEntity>;

  @Column('integer')
  version!: number;

  @Column('text')
  digest!: string;

  @Column(CREATED)
  createdAt!: Date;
}

@Entity('benchmark')
@Unique(['slug'])
@Check('ck_benchmark_definition', '(definition is null) = (definition_sha256 is null)')
export class BenchmarkEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  slug!: string;

  @Column('text')
  title!: string;

  @Column('text')
  question!: string;

  @Column('text')
  summary!: string;

  /** Markdown. */
  @Column('text')
  rules!: string;

  @Column('boolean')
  published!: boolean;

  @Column('boolean')
  synthetic!: boolean;

  @Column('jsonb')
  labels!: { value: number; name: string; color?: string }[];

  /** The images of a case, in order. */
  @Column('jsonb')
  channels!: BenchmarkChannel[];

  @Column('jsonb')
  windowPresets!: WindowPreset[];

  @Column('uuid')
  datasetVersionId!: string;

  @ManyToOne(() => DatasetVersionEntity)
  @JoinColumn({ name: 'dataset_version_id' })
  datasetVersion?: Relation<DatasetVersionEntity>;

  /**
   * As its organiser described it, every default in its place; null for one that came with its files. It may name thousands
   * of cases, so it is read only where it is asked for.
   */
  @Column('jsonb', { nullable: true, select: false })
  definition?: BenchmarkDefinition | null;

  /** Of the canonical JSON of the definition. */
  @Column('text', { nullable: true })
  definitionSha256!: string | null;

  @OneToMany(() => PhaseEntity, (phase) => phase.benchmark)
  phases?: Relation<PhaseEntity[]>;

  @Column(CREATED)
  createdAt!: Date;
}

@Entity('membership')
@Check('ck_membership_capacity', oneOf('capacity', CAPACITIES))
export class MembershipEntity {
  @PrimaryColumn('uuid')
  benchmarkId!: string;

  @ManyToOne(() => BenchmarkEntity)
  @JoinColumn({ name: 'benchmark_id' })
  benchmark?: Relation<BenchmarkEntity>;

  @Index()
  @PrimaryColumn('uuid')
  accountId!: string;

  @ManyToOne(() => AccountEntity)
  @JoinColumn({ name: 'account_id' })
  account?: Relation<AccountEntity>;

  @PrimaryColumn('text')
  capacity!: Capacity;
}

@Entity('phase')
@Unique(['benchmarkId', 'kind'])
@Unique(['benchmarkId', 'ordinal'])
@Check('ck_phase_kind', oneOf('kind', PHASE_KINDS))
@Check('ck_phase_label', oneOf('label', SECRECY_LABELS))
export class PhaseEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  benchmarkId!: string;

  @ManyToOne(() => BenchmarkEntity, (benchmark) => benchmark.phases)
  @JoinColumn({ name: 'benchmark_id' })
  benchmark?: Relation<BenchmarkEntity>;

  @Column('text')
  kind!: PhaseKind;

  /** Phases run in this order, from 0. */
  @Column('smallint')
  ordinal!: number;

  @Column('text')
  title!: string;

  @Column('text')
  label!: SecrecyLabel;

  @Column('jsonb')
  rules!: PhaseRules;

  @Column('integer')
  caseCount!: number;

  @Column('text')
  datasetDigest!: string;
}

@Entity('evaluation_case')
@Unique(['phaseId', 'ordinal'])
@Unique(['phaseId', 'name'])
@Check('ck_evaluation_case_label', oneOf('label', SECRECY_LABELS))
export class EvaluationCaseEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  phaseId!: string;

  @ManyToOne(() => PhaseEntity)
  @JoinColumn({ name: 'phase_id' })
  phase?: Relation<PhaseEntity>;

  @Column('integer')
  ordinal!: number;

  @Column('text')
  name!: string;

  @Column('text')
  patient!: string;

  /** The highest label of its image and references. */
  @Column('text')
  label!: SecrecyLabel;

  @Column('jsonb')
  facts!: Record<string, string | number>;

  @Column('jsonb')
  geometry!: Geometry;

  /** Null for cases imported before it was measured. */
  @Column('jsonb', { nullable: true })
  referenceStudy!: ReferenceStudy | null;

  @OneToMany(() => CaseImageEntity, (image) => image.case)
  images?: Relation<CaseImageEntity[]>;

  @OneToMany(() => CaseReferenceEntity, (reference) => reference.case)
  references?: Relation<CaseReferenceEntity[]>;
}

/** The image of one channel of the benchmark. */
@Entity('case_image')
@Unique(['caseId', 'channel'])
export class CaseImageEntity {
  @PrimaryColumn('uuid')
  caseId!: string;

  @ManyToOne(() => EvaluationCaseEntity, (evaluationCase) => evaluationCase.images)
  @JoinColumn({ name: 'case_id' })
  case?: Relation<EvaluationCaseEntity>;

  /** Of the channel in the benchmark, from 0. */
  @PrimaryColumn('smallint')
  ordinal!: number;

  @Column('text')
  channel!: string;

  @Index()
  @Column('uuid')
  objectId!: string;

  @ManyToOne(() => StoredObjectEntity)
  @JoinColumn({ name: 'object_id' })
  object?: Relation<StoredObjectEntity>;
}

@Entity('case_reference')
export class CaseReferenceEntity {
  @PrimaryColumn('uuid')
  caseId!: string;

  @ManyToOne(() => EvaluationCaseEntity, (evaluationCase) => evaluationCase.references)
  @JoinColumn({ name: 'case_id' })
  case?: Relation<EvaluationCaseEntity>;

  /** Who drew it; the consensus has a name of its own. */
  @PrimaryColumn('text')
  reader!: string;

  @Column('smallint')
  ordinal!: number;

  @Column('boolean')
  consensus!: boolean;

  /** Where it was derived from the others. */
  @Column('jsonb', { nullable: true })
  recipe!: ConsensusRecipe | null;

  /** What was decided when its file was read; null where there was nothing to decide. */
  @Column('jsonb', { nullable: true })
  reading!: ReferenceReading | null;

  @Index()
  @Column('uuid')
  objectId!: string;

  @ManyToOne(() => StoredObjectEntity)
  @JoinColumn({ name: 'object_id' })
  object?: Relation<StoredObjectEntity>;
}
