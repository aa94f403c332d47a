import { Column, Entity, Index, JoinColumn, ManyToOne, OneToMany, PrimaryColumn, Unique, type Relation } from 'typeorm';
import type { ConsensusRecipe, ReferenceReading } from '#domain';
import type { Geometry } from '#imaging';
import { DatasetEntity, DatasetVersionEntity } from './benchmark.entity.js';
import { CREATED, INSTANT } from './columns.js';
import { StoredObjectEntity } from './stored-object.entity.js';

/** A case that an organiser brought. It never changes; it may be withdrawn. */
@Entity('dataset_case')
@Unique(['datasetId', 'name'])
export class DatasetCaseEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  datasetId!: string;

  @ManyToOne(() => DatasetEntity)
  @JoinColumn({ name: 'dataset_id' })
  dataset?: Relation<DatasetEntity>;

  @Column('text')
  name!: string;

  @Column('text')
  patient!: string;

  @Column('text', { nullable: true })
  split!: string | null;

  @Column('jsonb')
  facts!: Record<string, string | number>;

  @Column('jsonb')
  geometry!: Geometry;

  /** SHA-256 over all that was sent for it. */
  @Column('text')
  digest!: string;

  @Column(CREATED)
  createdAt!: Date;

  /** Since when new versions leave it out. */
  @Column({ ...INSTANT, nullable: true })
  withdrawnAt!: Date | null;

  @OneToMany(() => DatasetCaseImageEntity, (image) => image.case)
  images?: Relation<DatasetCaseImageEntity[]>;

  @OneToMany(() => DatasetCaseReferenceEntity, (reference) => reference.case)
  references?: Relation<DatasetCaseReferenceEntity[]>;
}

/** The image of one channel of the dataset. */
@Entity('dataset_case_image')
export class DatasetCaseImageEntity {
  @PrimaryColumn('uuid')
  caseId!: string;

  @ManyToOne(() => DatasetCaseEntity, (one) => one.images)
  @JoinColumn({ name: 'case_id' })
  case?: Relation<DatasetCaseEntity>;

  /** Of the channel in the dataset, from 0. */
  @PrimaryColumn('smallint')
  ordinal!: number;

  @Index()
  @Column('uuid')
  objectId!: string;

  @ManyToOne(() => StoredObjectEntity)
  @JoinColumn({ name: 'object_id' })
  object?: Relation<StoredObjectEntity>;
}

@Entity('dataset_case_reference')
@Unique(['caseId', 'reader'])
export class DatasetCaseReferenceEntity {
  @PrimaryColumn('uuid')
  caseId!: string;

  @ManyToOne(() => DatasetCaseEntity, (one) => one.references)
  @JoinColumn({ name: 'case_id' })
  case?: Relation<DatasetCaseEntity>;

  @PrimaryColumn('smallint')
  ordinal!: number;

  @Column('text')
  reader!: string;

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

/** Which cases a frozen state of a dataset has. */
@Entity('dataset_version_case')
export class DatasetVersionCaseEntity {
  @PrimaryColumn('uuid')
  versionId!: string;

  @ManyToOne(() => DatasetVersionEntity)
  @JoinColumn({ name: 'version_id' })
  version?: Relation<DatasetVersionEntity>;

  @Index()
  @PrimaryColumn('uuid')
  caseId!: string;

  @ManyToOne(() => DatasetCaseEntity)
  @JoinColumn({ name: 'case_id' })
  case?: Relation<DatasetCaseEntity>;
}
