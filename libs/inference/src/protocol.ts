import type { CaseUsage, ModelFacts, StageTimes } from '#evaluation';
import { FAILURE_CODES, type FailureCode } from '#domain';
import type { Geometry } from '#imaging';
import type { Manifest } from '#pipeline';

/**
 * What the worker and the process that runs a model say to each other: frames of a four-byte big-endian length and that
 * many bytes of JSON. Voxels never travel here, they lie in files of the scratch folder.
 */

/** First request of a session, answered by `loaded` or `failed`. Paths are relative to the child's working directory. */
export interface LoadRequest {
  readonly kind: 'load';
  /** In the order of `manifest.models`. */
  readonly models: readonly string[];
  readonly manifest: Manifest;
  readonly threads: number;
  /** As little memory as can be: after the process ran out of it. */
  readonly sparing: boolean;
  /** False only where the walls behind the inspector are tested: the files are then loaded unseen. */
  readonly inspect: boolean;
}

/**
 * One case: `running` when the network begins on it, then `predicted` or `failed`. Cases run one after the other in the
 * order of the requests; the next one is prepared meanwhile.
 */
export interface PredictRequest {
  readonly kind: 'predict';
  /** Number of the case in this session, from 1, growing. */
  readonly case: number;
  /** Paths of NIfTI files to read, one a channel. */
  readonly images: readonly string[];
  /** Path of a file to write: labels in memory order, as uint8 or little-endian uint16. */
  readonly labels: string;
}

export type Request = LoadRequest | PredictRequest;

/** Sent once, unasked: the child has started and has touched nothing of the model yet. */
export interface Ready {
  readonly kind: 'ready';
}

/** The case is prepared and the network begins on it. */
export interface Running {
  readonly kind: 'running';
  readonly case: number;
}

/** `case` 0 is the loading. */
export type Reply =
  | { readonly kind: 'loaded'; readonly facts: ModelFacts }
  | {
      readonly kind: 'predicted';
      readonly case: number;
      readonly geometry: Geometry;
      readonly dtype: 'uint8' | 'uint16';
      readonly usage: CaseUsage;
    }
  | {
      readonly kind: 'failed';
      readonly case: number;
      readonly code: ReplyCode;
      readonly detail: string;
      /** Null for the loading. */
      readonly usage: FailedUsage | null;
    };

/** As of a case with a prediction, up to its failure. */
export type FailedUsage = Pick<CaseUsage, 'elapsedMs' | 'cpuMs' | 'peakRssBytes'>;

/** `runner-scratch`: a file of the exchange, or of the models, could not be read or written. That is our disk's doing. */
export type ReplyCode = FailureCode | 'runner-scratch';
const REPLY_CODES: readonly ReplyCode[] = [...FAILURE_CODES, 'runner-scratch'];

/** Replies carry names and a few numbers; anything longer is not a reply. */
export const MAX_REPLY_BYTES = 256 * 1024;
/** Requests carry a manifest of at most 64 KiB. */
export const MAX_REQUEST_BYTES = 1024 * 1024;
/** Longest detail that is kept of an error. */
export const MAX_DETAIL = 2000;

/** The other side does not keep to the protocol. */
export class ProtocolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProtocolError';
  }
}

export function frame(message: Request | Reply | Ready | Running): Buffer {
  const body = Buffer.from(JSON.stringify(message), 'utf8');
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/** Takes chunks as they arrive and gives each complete frame, parsed as JSON. */
export class FrameReader {
  private pending: Buffer = Buffer.alloc(0);

  constructor(private readonly maxBytes: number) {}

  /** @throws ProtocolError on a frame that is too long or not JSON */
  push(chunk: Buffer): unknown[] {
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    const messages: unknown[] = [];
    while (this.pending.length >= 4) {
      const length = this.pending.readUInt32BE(0);
      if (length > this.maxBytes)
        throw new ProtocolError(`a frame of ${length} bytes; at most ${this.maxBytes} are accepted`);
      if (this.pending.length < 4 + length) break;
      messages.push(parse(this.pending.subarray(4, 4 + length)));
      this.pending = this.pending.subarray(4 + length);
    }
    return messages;
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new ProtocolError(`a frame that is not JSON: ${String(error)}`);
  }
}

/**
 * Checks every field of a reply. The process that sends it has run a stranger's model, so nothing is believed because of
 * where it comes from.
 *
 * @throws ProtocolError naming the field
 */
export function parseReply(message: unknown): Reply | Ready | Running {
  const reply = record(message, 'reply');
  switch (reply.kind) {
    case 'ready':
      return { kind: 'ready' };
    case 'running':
      return { kind: 'running', case: caseNumber(reply.case, 1) };
    case 'loaded':
      return { kind: 'loaded', facts: parseFacts(reply.facts) };
    case 'predicted': {
      if (reply.dtype !== 'uint8' && reply.dtype !== 'uint16')
        throw new ProtocolError('dtype is neither uint8 nor uint16');
      return {
        kind: 'predicted',
        case: caseNumber(reply.case, 1),
        geometry: parseGeometry(reply.geometry),
        dtype: reply.dtype,
        usage: parseUsage(reply.usage),
      };
    }
    case 'failed': {
      const number = caseNumber(reply.case, 0);
      const code = (REPLY_CODES as readonly unknown[]).indexOf(reply.code);
      if (code < 0) throw new ProtocolError('code is not one of the failure codes');
      return {
        kind: 'failed',
        case: number,
        code: REPLY_CODES[code],
        detail: string(reply.detail, 'detail', MAX_DETAIL),
        usage: number === 0 ? null : parseFailedUsage(record(reply.usage, 'usage')),
      };
    }
    default:
      throw new ProtocolError('kind is none of ready, loaded, running, predicted, failed');
  }
}

function parseFacts(value: unknown): ModelFacts {
  const facts = record(value, 'facts');
  const tensors = (list: unknown, name: string) =>
    array(list, name, 0, 64).map((entry) => {
      const tensor = record(entry, name);
      const shape = array(tensor.shape, `${name}.shape`, 0, 64).map((size) =>
        typeof size === 'number'
          ? finite(size, `${name}.shape`, 0, Number.MAX_SAFE_INTEGER)
          : string(size, `${name}.shape`, 1024),
      );
      return {
        name: string(tensor.name, `${name}.name`, 1024),
        dtype: string(tensor.dtype, `${name}.dtype`, 64),
        shape,
      };
    });
  return {
    inputs: tensors(facts.inputs, 'inputs'),
    outputs: tensors(facts.outputs, 'outputs'),
    runtime: string(facts.runtime, 'runtime', 100),
    ...(facts.lanes === undefined ? {} : { lanes: finite(facts.lanes, 'lanes', 1, 256) }),
  };
}

function parseGeometry(value: unknown): Geometry {
  const geometry = record(value, 'geometry');
  const numbers = (list: unknown, name: string, count: number, low: number, high: number) =>
    array(list, name, count, count).map((entry) => finite(entry, name, low, high));
  const sizeXyz = numbers(geometry.sizeXyz, 'sizeXyz', 3, 1, 65_535);
  if (!sizeXyz.every(Number.isInteger)) throw new ProtocolError('sizeXyz is not made of whole numbers');
  return {
    sizeXyz: sizeXyz as unknown as Geometry['sizeXyz'],
    spacingMm: numbers(geometry.spacingMm, 'spacingMm', 3, Number.MIN_VALUE, 1e6) as unknown as Geometry['spacingMm'],
    originLps: numbers(geometry.originLps, 'originLps', 3, -1e9, 1e9) as unknown as Geometry['originLps'],
    direction: numbers(geometry.direction, 'direction', 9, -1.001, 1.001) as unknown as Geometry['direction'],
  };
}

function parseUsage(value: unknown): CaseUsage {
  const usage = record(value, 'usage');
  return {
    ...parseFailedUsage(usage),
    sessionMs: finite(usage.sessionMs, 'sessionMs', 0, 1e9),
    stagesMs: parseStages(usage.stagesMs),
  };
}

function parseFailedUsage(usage: Record<string, unknown>): FailedUsage {
  return {
    elapsedMs: finite(usage.elapsedMs, 'elapsedMs', 0, 1e9),
    cpuMs: finite(usage.cpuMs, 'cpuMs', 0, 1e11),
    peakRssBytes: finite(usage.peakRssBytes, 'peakRssBytes', 0, 1e13),
  };
}

function parseStages(value: unknown): StageTimes {
  const stages = record(value, 'stagesMs');
  const time = (name: keyof StageTimes) => finite(stages[name], name, 0, 1e9);
  return { read: time('read'), prepare: time('prepare'), network: time('network'), restore: time('restore') };
}

function caseNumber(value: unknown, least: number): number {
  const number = finite(value, 'case', least, Number.MAX_SAFE_INTEGER);
  if (!Number.isInteger(number)) throw new ProtocolError('case is not a whole number');
  return number;
}

function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ProtocolError(`${name} is not an object`);
  return value as Record<string, unknown>;
}

function array(value: unknown, name: string, least: number, most: number): unknown[] {
  if (!Array.isArray(value) || value.length < least || value.length > most) {
    throw new ProtocolError(`${name} is not a list of ${least} to ${most}`);
  }
  return value;
}

function string(value: unknown, name: string, longest: number): string {
  if (typeof value !== 'string' || value.length > longest)
    throw new ProtocolError(`${name} is not a text of up to ${longest}`);
  return value;
}

function finite(value: unknown, name: string, low: number, high: number): number {
  if (typeof value !== 'number' || !(value >= low && value <= high)) {
    throw new ProtocolError(`${name} is not a number from ${low} to ${high}`);
  }
  return value;
}
