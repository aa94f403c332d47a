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
import { ACCOUNT_ROLES, SCOPES, type AccountRole, type Scope } from '#domain';
import { BIGINT, CREATED, INSTANT, oneOf } from './columns.js';

@Entity('account')
@Unique(['email'])
@Check('ck_account_role', oneOf('role', ACCOUNT_ROLES))
@Check('ck_account_email', 'email = lower(email)')
export class AccountEntity {
  @PrimaryColumn('uuid')
  id!: string;

  /** Lower case. */
  @Column('text')
  email!: string;

  @Column('text')
  name!: string;

  @Column('text')
  role!: AccountRole;

  @Column('text', { nullable: true })
  passwordHash!: string | null;

  @Column('boolean', { default: false })
  demo!: boolean;

  @Column({ ...INSTANT, nullable: true })
  disabledAt!: Date | null;

  @Column(CREATED)
  createdAt!: Date;
}

@Entity('account_session')
export class AccountSessionEntity {
  /** SHA-256 of the secret in the cookie. */
  @PrimaryColumn('text')
  tokenSha256!: string;

  @Index()
  @Column('uuid')
  accountId!: string;

  @ManyToOne(() => AccountEntity)
  @JoinColumn({ name: 'account_id' })
  account?: Relation<AccountEntity>;

  @Column(CREATED)
  createdAt!: Date;

  @Index()
  @Column(CREATED)
  lastSeenAt!: Date;
}

@Entity('access_token')
@Unique(['tokenSha256'])
@Check('ck_access_token_scopes', `scopes <@ array[${SCOPES.map((scope) => `'${scope}'`).join(', ')}]`)
export class AccessTokenEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Index()
  @Column('uuid')
  accountId!: string;

  @ManyToOne(() => AccountEntity)
  @JoinColumn({ name: 'account_id' })
  account?: Relation<AccountEntity>;

  @Column('text')
  name!: string;

  @Column('text', { array: true })
  scopes!: Scope[];

  @Column('text')
  tokenSha256!: string;

  @Column({ ...INSTANT, nullable: true })
  expiresAt!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  lastUsedAt!: Date | null;

  @Column(CREATED)
  createdAt!: Date;
}

@Entity('one_time_link')
@Index(['email', 'kind'])
@Check('ck_one_time_link_kind', oneOf('kind', ['reset', 'invite']))
@Check('ck_one_time_link_role', oneOf('role', ACCOUNT_ROLES))
export class OneTimeLinkEntity {
  @PrimaryColumn('text')
  tokenSha256!: string;

  @Column('text')
  kind!: 'reset' | 'invite';

  @Column('uuid', { nullable: true })
  accountId!: string | null;

  @ManyToOne(() => AccountEntity)
  @JoinColumn({ name: 'account_id' })
  account?: Relation<AccountEntity> | null;

  @Column('text')
  email!: string;

  @Column('text')
  role!: AccountRole;

  @Column(INSTANT)
  expiresAt!: Date;

  @Column({ ...INSTANT, nullable: true })
  usedAt!: Date | null;

  @Column(CREATED)
  createdAt!: Date;
}

@Entity('sign_in_attempt')
@Index(['key', 'at'])
export class SignInAttemptEntity {
  @PrimaryGeneratedColumn('identity', { ...BIGINT, type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('text')
  key!: string;

  @Index()
  @Column(CREATED)
  at!: Date;
}
