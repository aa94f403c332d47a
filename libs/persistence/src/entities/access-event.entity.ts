import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { BIGINT, CREATED } from './columns.js';

/**
 * Who asked for which pixels, and what the policy said. The database refuses to change or delete a row (trigger in the
 * first migration). No foreign keys: the log outlives what it speaks of.
 */
@Entity('access_event')
@Index(['benchmarkId', 'id'])
@Index(['caseId', 'id'])
@Index(['userId', 'id'])
export class AccessEventEntity {
  @PrimaryGeneratedColumn('identity', { ...BIGINT, type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column({ ...CREATED, default: () => 'clock_timestamp()' })
  at!: Date;

  @Column('uuid', { nullable: true })
  userId!: string | null;

  @Column('text')
  action!: string;

  @Column('uuid', { nullable: true })
  objectId!: string | null;

  @Column('uuid', { nullable: true })
  caseId!: string | null;

  @Column('uuid', { nullable: true })
  benchmarkId!: string | null;

  @Column('boolean')
  allowed!: boolean;
}
