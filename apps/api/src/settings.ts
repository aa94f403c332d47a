import type { AccountRole } from '#domain';
import type { CaseEngine } from './datasets/case-engine.js';
import type { EvidenceEngine } from './evidence/evidence-pool.js';
import type {
  AccessLog,
  AccountRecords,
  BlobStore,
  Clock,
  EvaluationRecords,
  JobQueue,
  Log,
  ModelInspector,
} from '#evaluation';

/** What the API needs to know of the configuration. */
export interface ApiSettings {
  /** Version of the product, shown by the health page and OpenAPI. */
  readonly version: string;
  /** Address to listen on; beyond loopback demo accounts are refused. */
  readonly host: string;
  readonly port: number;
  /** Where people reach the server: origin checks, links in mails, and Secure cookies when it is https. */
  readonly publicUrl: string;
  /** False: derived from the address it listens on, which people may reach by other names. */
  readonly publicUrlGiven: boolean;
  /** Whether X-Forwarded-For and -Proto of the peer are believed. */
  readonly trustProxy: boolean;
  readonly maxModelBytes: number;
  /** Folder where uploads lie until they are wanted. */
  readonly spoolDir: string;
  readonly registration: 'open' | 'invite';
  /** smtp://… ; null: links are handed over by the admin. */
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  /** Demo accounts that the sign-in page offers; none: the demo is off, and whatever is left of it may not sign in. */
  readonly demoSignIns: readonly { readonly email: string; readonly role: AccountRole; readonly password: string }[];
  /** Folder of the built pages; null: API only. */
  readonly webDir: string | null;
  /** Folder of the export scripts that go into starter kits; null: kits have none. */
  readonly starterKitDir: string | null;
  /** Folder of the networks that dry runs can use; null: none come with it. */
  readonly demoModelsDir: string | null;
  /** Refuse answers with fields that the contract does not list, instead of dropping them: for development and tests. */
  readonly strictAnswers: boolean;
}

/** Password hashing, slow on purpose. */
export interface Passwords {
  hash(password: string): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}

/** The outside world of the API: ports, each implemented by one adapter. */
export interface ApiParts {
  readonly records: EvaluationRecords;
  readonly accounts: AccountRecords;
  readonly accessLog: AccessLog;
  readonly blobs: BlobStore;
  readonly queue: Pick<JobQueue, 'depth' | 'workers'>;
  readonly inspector: ModelInspector;
  readonly evidence: EvidenceEngine;
  readonly cases: CaseEngine;
  readonly passwords: Passwords;
  readonly clock: Clock;
  readonly log: Log;
}

/** Injection tokens. */
export const SETTINGS = Symbol('api settings');
export const RECORDS = Symbol('evaluation records');
export const ACCOUNTS = Symbol('account records');
export const ACCESS_LOG = Symbol('access log');
export const BLOBS = Symbol('blob store');
export const QUEUE = Symbol('job queue');
export const INSPECTOR = Symbol('model inspector');
export const EVIDENCE = Symbol('evidence engine');
export const CASES = Symbol('case engine');
export const PASSWORDS = Symbol('passwords');
export const CLOCK = Symbol('clock');
export const LOG = Symbol('log');
