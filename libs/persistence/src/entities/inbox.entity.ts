import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { DatasetEntity } from './benchmark.entity.js';
import { BIGINT, CREATED } from './columns.js';

/** What the names of an inbox are derived with. Whoever has it and a list of patients can find out who is who. */
@Entity('dataset_inbox_key')
@Check('ck_dataset_inbox_key_secret', 'octet_length(secret) = 32')
export class InboxKeyEntity {
  @PrimaryColumn('uuid')
  datasetId!: string;

  @ManyToOne(() => DatasetEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'dataset_id' })
  dataset?: Relation<DatasetEntity>;

  @Column('bytea')
  secret!: Buffer;
}

/** A de-identified instance, under its new names. */
@Entity('dataset_inbox_instance')
@Check('ck_dataset_inbox_instance_sha256', `sha256 ~ '^[0-9a-f]{64}$'`)
@Check('ck_dataset_inbox_instance_bytes', 'bytes >= 0')
export class InboxInstanceEntity {
  @PrimaryColumn('uuid')
  datasetId!: string;

  @ManyToOne(() => DatasetEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'dataset_id' })
  dataset?: Relation<DatasetEntity>;

  @PrimaryColumn('text')
  sopInstanceUid!: string;

  @Column('text')
  seriesInstanceUid!: string;

  @Column('text')
  studyInstanceUid!: string;

  @Column('text')
  sopClassUid!: string;

  @Column('text')
  patient!: string;

  @Index()
  @Column('text')
  sha256!: string;

  @Column(BIGINT)
  bytes!: number;

  @Column(CREATED)
  createdAt!: Date;
}

/** Instances that were not kept, by code. */
@Entity('dataset_inbox_refusal')
@Check('ck_dataset_inbox_refusal_times', 'times > 0')
export class InboxRefusalEntity {
  @PrimaryColumn('uuid')
  datasetId!: string;

  @ManyToOne(() => DatasetEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'dataset_id' })
  dataset?: Relation<DatasetEntity>;

  @PrimaryColumn('text')
  code!: string;

  /** Somebody has to look first; otherwise they are refused. */
  @Column('boolean')
  held!: boolean;

  @Column('integer')
  times!: number;

  @Column(CREATED)
  lastAt!: Date;
}

/** A hold that somebody has looked at, for all that is sent to the inbox. */
@Entity('dataset_inbox_accepted')
export class InboxAcceptedEntity {
  @PrimaryColumn('uuid')
  datasetId!: string;

  @ManyToOne(() => DatasetEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'dataset_id' })
  dataset?: Relation<DatasetEntity>;

  @PrimaryColumn('text')
  code!: string;

  @Column(CREATED)
  since!: Date;
}
