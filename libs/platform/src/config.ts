import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';

const flag = z.stringbool();
const blankIsAbsent = (value: unknown) => (value === '' ? undefined : value);
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(blankIsAbsent, schema.optional());
const withDefault = <T extends z.ZodType>(schema: T, value: z.output<T>) =>
  z.preprocess(blankIsAbsent, (schema as z.ZodType<z.output<T>>).default(value as never));

/** Every setting: name of the environment variable, default, and a sentence. Read once, at the start of a process. */
export const SETTINGS_SCHEMA = z.object({
  VOXELMARK_DATA_DIR: withDefault(z.string().min(1), './.voxelmark').describe('Folder that holds everything: database, blobs, scratch.'),
  VOXELMARK_HOST: withDefault(z.string().min(1), '127.0.0.1').describe('Address to listen on. Beyond loopback, demo accounts are refused.'),
  VOXELMARK_PORT: withDefault(z.coerce.number().int().min(0).max(65535), 4200).describe('Port to listen on; 0 takes any free one.'),
  VOXELMARK_PUBLIC_URL: optional(z.url()).describe('Where people reach the server, for links and origin checks; by default the address it listens on.'),
  VOXELMARK_TRUST_PROXY: withDefault(flag, false).describe('Believe X-Forwarded-For and X-Forwarded-Proto; only behind a proxy that sets them.'),
  VOXELMARK_WORKERS: withDefault(z.coerce.number().int().min(0).max(64), Math.min(2, Math.max(1, availableParallelism()))).describe('Worker processes that `start` runs; 0 when workers run elsewhere. By default 2, or 1 on a single core.'),
  VOXELMARK_WORKER_CONCURRENCY: withDefault(z.coerce.number().int().min(1).max(16), 1).describe('Runs at once in one worker process: each has one process for its models, and two cases in hand. More workers help sooner.'),
  VOXELMARK_SCRATCH_DIR: optional(z.string().min(1)).describe('Folder for the scratch folders of model processes; by default inside the data folder.'),
  VOXELMARK_RUNNER_SOCKET: optional(z.string().min(1)).describe('Unix socket of a container of its own that runs the models of this worker; the scratch folder then lies on a volume of both.'),
  VOXELMARK_DEMO: withDefault(flag, true).describe('Seed the demo benchmark, its accounts and algorithms, and let these accounts sign in: on loopback only, and not with a public address elsewhere or a trusted proxy.'),
  VOXELMARK_REGISTRATION: withDefault(z.enum(['open', 'invite']), 'open').describe('Who may make an account: everybody, or those with an invitation.'),
  VOXELMARK_MAX_MODEL_MIB: withDefault(z.coerce.number().int().min(1).max(2048), 512).describe('Largest that the model files of a submission together may be, in MiB.'),
  VOXELMARK_LOG_LEVEL: withDefault(z.enum(['debug', 'info', 'warn', 'error', 'silent']), 'info').describe('Least severe log lines that are written (to stderr, one JSON object a line).'),
  DATABASE_URL: optional(z.url({ protocol: /^postgres(ql)?$/ })).describe('PostgreSQL 13 or later to use instead of the embedded one.'),
  DATABASE_POOL: withDefault(z.coerce.number().int().min(2).max(100), 10).describe('Connections that one process keeps to the database.'),
  REDIS_URL: optional(z.url({ protocol: /^rediss?$/ })).describe('Redis to carry the queue instead of PostgreSQL.'),
  S3_ENDPOINT: optional(z.url({ protocol: /^https?$/ })).describe('S3-compatible store for blobs instead of the data folder.'),
  S3_BUCKET: withDefault(z.string().min(1), 'voxelmark').describe('Bucket in that store; made if it is missing.'),
  S3_REGION: withDefault(z.string().min(1), 'us-east-1').describe('Region that requests are signed for.'),
  S3_ACCESS_KEY_ID: optional(z.string().min(1)).describe('Key id for the store.'),
  S3_SECRET_ACCESS_KEY: optional(z.string().min(1)).describe('Secret for the store.'),
  SMTP_URL: optional(z.url({ protocol: /^smtps?$/ })).describe('Mail server for invitations and password links; without it an administrator hands the links over.'),
  VOXELMARK_MAIL_FROM: withDefault(z.string().min(3), 'Voxelmark <voxelmark@localhost>').describe('Sender of those mails.'),
});

export type SettingName = keyof z.infer<typeof SETTINGS_SCHEMA>;
const SECRETS: readonly SettingName[] = ['S3_SECRET_ACCESS_KEY', 'S3_ACCESS_KEY_ID'];

export interface Config {
  /** Absolute. */
  readonly dataDir: string;
  readonly scratchDir: string;
  /** null: models run in processes of the worker. */
  readonly runnerSocket: string | null;
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string | null;
  readonly trustProxy: boolean;
  readonly workers: number;
  readonly workerConcurrency: number;
  readonly demo: boolean;
  readonly registration: 'open' | 'invite';
  readonly maxModelBytes: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** null: the embedded server of the data folder. */
  readonly databaseUrl: string | null;
  readonly databasePool: number;
  /** null: the queue lives in the database. */
  readonly redisUrl: string | null;
  /** null: blobs lie in the data folder. */
  readonly s3: { readonly endpoint: string; readonly bucket: string; readonly region: string; readonly accessKeyId: string; readonly secretAccessKey: string } | null;
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
}

/** The settings do not fit together, or one cannot be read. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`the configuration cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigurationError';
  }
}

/**
 * @param env usually `process.env`; unknown variables are ignored, except misspelt ones that begin with VOXELMARK_
 * @throws ConfigurationError with every problem at once
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems = Object.keys(env)
    .filter((name) => /^VOXELMARK_/.test(name) && !/^VOXELMARK_(PARENT_PID|URL|TOKEN|TEST_\w+|BUILD_\w+)$/.test(name) && !(name in SETTINGS_SCHEMA.shape))
    .map((name) => `${name} is not a setting; known are: ${Object.keys(SETTINGS_SCHEMA.shape).join(', ')}`);
  const parsed = SETTINGS_SCHEMA.safeParse(env);
  if (!parsed.success) {
    problems.push(...parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
    throw new ConfigurationError(problems);
  }
  const settings = parsed.data;
  if (settings.S3_ENDPOINT && !(settings.S3_ACCESS_KEY_ID && settings.S3_SECRET_ACCESS_KEY)) {
    problems.push('S3_ENDPOINT needs S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY');
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  const dataDir = resolve(settings.VOXELMARK_DATA_DIR);
  return {
    dataDir,
    scratchDir: settings.VOXELMARK_SCRATCH_DIR ? resolve(settings.VOXELMARK_SCRATCH_DIR) : resolve(dataDir, 'scratch'),
    runnerSocket: settings.VOXELMARK_RUNNER_SOCKET ? resolve(settings.VOXELMARK_RUNNER_SOCKET) : null,
    host: settings.VOXELMARK_HOST,
    port: settings.VOXELMARK_PORT,
    publicUrl: settings.VOXELMARK_PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    trustProxy: settings.VOXELMARK_TRUST_PROXY,
    workers: settings.VOXELMARK_WORKERS,
    workerConcurrency: settings.VOXELMARK_WORKER_CONCURRENCY,
    demo: settings.VOXELMARK_DEMO,
    registration: settings.VOXELMARK_REGISTRATION,
    maxModelBytes: settings.VOXELMARK_MAX_MODEL_MIB * 1024 * 1024,
    logLevel: settings.VOXELMARK_LOG_LEVEL,
    databaseUrl: settings.DATABASE_URL ?? null,
    databasePool: settings.DATABASE_POOL,
    redisUrl: settings.REDIS_URL ?? null,
    s3: settings.S3_ENDPOINT
      ? {
          endpoint: settings.S3_ENDPOINT,
          bucket: settings.S3_BUCKET,
          region: settings.S3_REGION,
          accessKeyId: settings.S3_ACCESS_KEY_ID ?? '',
          secretAccessKey: settings.S3_SECRET_ACCESS_KEY ?? '',
        }
      : null,
    smtpUrl: settings.SMTP_URL ?? null,
    mailFrom: settings.VOXELMARK_MAIL_FROM,
  };
}

/** Which engines a configuration chose, in words for people; passwords masked. */
export function describeProfile(config: Config): { database: string; queue: string; blobs: string; mail: string } {
  return {
    database: config.databaseUrl ? `PostgreSQL at ${maskUrl(config.databaseUrl)}` : 'embedded PostgreSQL',
    queue: config.redisUrl ? `Redis at ${maskUrl(config.redisUrl)}` : 'in the database',
    blobs: config.s3 ? `S3 bucket ${config.s3.bucket} at ${maskUrl(config.s3.endpoint)}` : `files in ${resolve(config.dataDir, 'blobs')}`,
    mail: config.smtpUrl ? `through ${maskUrl(config.smtpUrl)}` : 'not configured; an administrator hands links over',
  };
}

/** A URL without its password, which PostgreSQL also takes from the query. */
export function maskUrl(text: string): string {
  const url = new URL(text);
  if (url.password) url.password = '***';
  for (const name of [...url.searchParams.keys()]) if (/pass/i.test(name)) url.searchParams.set(name, '***');
  return url.toString();
}

/** The table of docs/configuration.md. */
export function settingsTable(): string {
  const rows = Object.entries(SETTINGS_SCHEMA.shape).map(([name, schema]) => {
    const fallback = SETTINGS_SCHEMA.shape[name as SettingName].safeParse(undefined);
    const value = fallback.success ? (fallback.data as string | number | boolean | undefined) : undefined;
    const shown = value === undefined || SECRETS.includes(name as SettingName) ? '' : name === 'VOXELMARK_WORKERS' ? '`2`' : `\`${value}\``;
    return `| \`${name}\` | ${shown} | ${schema.description ?? ''} |`;
  });
  return ['| setting | default | |', '| --- | --- | --- |', ...rows].join('\n');
}
