import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { SECRECY_LABELS, type SecrecyLabel } from '#domain';
import type { ObjectKind } from '#evaluation';
import { BIGINT, CREATED, oneOf } from './columns.js';

export const OBJECT_KINDS = ['model', 'image', 'reference', 'prediction', 'conformance', 'frames'] as const satisfies readonly ObjectKind[];

/** One use of a blob, with its secrecy label. The same bytes used twice are one blob and two objects. */
@Entity('stored_object')
@Check('ck_stored_object_kind', oneOf('kind', OBJECT_KINDS))
@Check('ck_stored_object_label', oneOf('label', SECRECY_LABELS))
@Check('ck_stored_object_sha256', `sha256 ~ '^[0-9a-f]{64}$'`)
@Check('ck_stored_object_bytes', 'bytes >= 0')
export class StoredObjectEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Index()
  @Column('text')
  sha256!: string;

  @Column(BIGINT)
  bytes!: number;

  @Column('text')
  kind!: ObjectKind;

  @Column('text')
  mediaType!: string;

  @Column('text')
  label!: SecrecyLabel;

  @Column(CREATED)
  createdAt!: Date;
}

/** What an object was computed from; its label is the highest of theirs. */
@Entity('stored_object_input')
export class StoredObjectInputEntity {
  @PrimaryColumn('uuid')
  objectId!: string;

  @ManyToOne(() => StoredObjectEntity)
  @JoinColumn({ name: 'object_id' })
  object?: Relation<StoredObjectEntity>;

  @Index()
  @PrimaryColumn('uuid')
  inputId!: string;

  @ManyToOne(() => StoredObjectEntity)
  @JoinColumn({ name: 'input_id' })
  input?: Relation<StoredObjectEntity>;
}
