import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts, their sessions, tokens and one-time links. */
export class CreateAccounts implements MigrationInterface {
  readonly name = '0001-create-accounts-0000000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table account (
      id uuid not null,
      email text not null,
      name text not null,
      role text not null,
      password_hash text,
      demo boolean not null default false,
      disabled_at timestamptz(3),
      created_at timestamptz(3) not null default now(),
      constraint pk_account primary key (id),
      constraint uq_account_email unique (email),
      constraint ck_account_email check (email = lower(email)),
      constraint ck_account_role check (role in ('researcher', 'organiser', 'reader', 'steward', 'admin'))
    )`);

    await runner.query(`create table account_session (
      token_sha256 text not null,
      account_id uuid not null,
      created_at timestamptz(3) not null default now(),
      last_seen_at timestamptz(3) not null default now(),
      constraint pk_account_session primary key (token_sha256),
      constraint fk_account_session_account_id foreign key (account_id) references account (id)
    )`);
    await runner.query('create index ix_account_session_last_seen_at on account_session (last_seen_at)');
    await runner.query('create index ix_account_session_account_id on account_session (account_id)');

    await runner.query(`create table access_token (
      id uuid not null,
      account_id uuid not null,
      name text not null,
      scopes text[] not null,
      token_sha256 text not null,
      expires_at timestamptz(3),
      last_used_at timestamptz(3),
      created_at timestamptz(3) not null default now(),
      constraint pk_access_token primary key (id),
      constraint uq_access_token_token_sha256 unique (token_sha256),
      constraint fk_access_token_account_id foreign key (account_id) references account (id),
      constraint ck_access_token_scopes check (scopes <@ array['read', 'submit', 'data', 'admin'])
    )`);
    await runner.query('create index ix_access_token_account_id on access_token (account_id)');

    await runner.query(`create table one_time_link (
      token_sha256 text not null,
      kind text not null,
      account_id uuid,
      email text not null,
      role text not null,
      expires_at timestamptz(3) not null,
      used_at timestamptz(3),
      created_at timestamptz(3) not null default now(),
      constraint pk_one_time_link primary key (token_sha256),
      constraint fk_one_time_link_account_id foreign key (account_id) references account (id),
      constraint ck_one_time_link_role check (role in ('researcher', 'organiser', 'reader', 'steward', 'admin')),
      constraint ck_one_time_link_kind check (kind in ('reset', 'invite'))
    )`);
    await runner.query('create index ix_one_time_link_email_kind on one_time_link (email, kind)');

    await runner.query(`create table sign_in_attempt (
      id bigint generated always as identity,
      key text not null,
      at timestamptz(3) not null default now(),
      constraint pk_sign_in_attempt primary key (id)
    )`);
    await runner.query('create index ix_sign_in_attempt_key_at on sign_in_attempt (key, at)');
    await runner.query('create index ix_sign_in_attempt_at on sign_in_attempt (at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table sign_in_attempt');
    await runner.query('drop table one_time_link');
    await runner.query('drop table access_token');
    await runner.query('drop table account_session');
    await runner.query('drop table account');
  }
}
