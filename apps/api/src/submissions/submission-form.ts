import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { manifest as manifestSchema, slug as slugSchema } from '#contracts';
import type { z } from 'zod';
import { RequestRefused, VoxelmarkError } from '#domain';
import { faultsOf } from '../http/check-request.js';

/** What comes before the file. */
export interface SubmissionFields {
  readonly benchmark: string;
  readonly manifest: z.output<typeof manifestSchema>;
  /** Slug chosen by the submitter; otherwise it is made from the manifest's name. */
  readonly algorithm: string | null;
}

export interface SubmissionForm {
  readonly fields: SubmissionFields;
  /** The model, as it arrives. Read it to the end, then call `finish`. */
  readonly model: AsyncIterable<Uint8Array>;
  /** Makes sure that nothing follows the file and that the upload was not cut off. */
  finish(): Promise<void>;
}

const MANIFEST_BYTES = 256 * 1024;
const LONGEST_BOUNDARY = 70;
/** So often, and so often in a row, we look whether the parser is stuck: three seconds. */
const TICK_MS = 250;
const STUCK_TICKS = 12;
const TEXT_FIELDS = ['benchmark', 'manifest', 'algorithm'] as const;
type TextField = (typeof TEXT_FIELDS)[number];

/**
 * What the headers of a submission already tell, before anything of it is read.
 *
 * @throws RequestRefused 415 `content-type-unsupported`, 400 `form-malformed`, 413 `upload-too-large`
 */
export function checkFormHeaders(request: FastifyRequest, maxModelBytes: number): void {
  if (!request.isMultipart()) {
    throw new RequestRefused(415, 'content-type-unsupported', 'Send a submission as multipart/form-data.');
  }
  checkBoundary(request.headers['content-type'] ?? '');
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > maxModelBytes + 4 * MANIFEST_BYTES) throw tooLarge(maxModelBytes);
}

/**
 * Reads a submission up to its file: the fields `benchmark`, `manifest` and, if wanted, `algorithm`, then the file `model`,
 * last, so that a wrong field is refused before the bytes of the model are taken in. Its headers have been checked.
 *
 * @param maxModelBytes a file of more is cut, which `finish` and the blob store notice
 * @throws RequestRefused 400, 413, 422 with what was wrong
 */
export async function readSubmissionForm(request: FastifyRequest, maxModelBytes: number): Promise<SubmissionForm> {
  const parts = request.parts({
    limits: {
      fieldNameSize: 100,
      fieldSize: MANIFEST_BYTES,
      fields: 10,
      files: 2,
      parts: 10,
      headerPairs: 50,
      fileSize: maxModelBytes + 1,
    },
    // a part that calls itself JSON comes as it is, like a file: the parser would read it, however deep, before we look
    isPartAFile: (_field, contentType, fileName) =>
      fileName !== undefined || contentType === 'application/octet-stream' || isJson(contentType),
  });
  const texts = new Map<TextField, string>();
  for (;;) {
    const part = await nextPart(parts, request.raw);
    if (part === null)
      throw invalid('model', texts.size === 0 ? 'the form is empty' : 'the file is missing; it comes last');
    if (part.type === 'file' && part.fieldname === 'model') {
      try {
        return { fields: checkFields(texts), model: part.file, finish: () => finish(parts, part, request.raw) };
      } catch (error) {
        part.file.resume();
        throw error;
      }
    }
    const fieldName: string | undefined = part.fieldname; // whatever the type says
    if (fieldName === undefined) {
      if (part.type === 'file') part.file.resume();
      throw malformed('A part of the form has no name.');
    }
    const name = TEXT_FIELDS.find((one) => one === fieldName);
    const fault =
      name === undefined
        ? 'unknown field; known are benchmark, manifest, algorithm and, last, model'
        : texts.has(name)
          ? 'given twice'
          : null;
    if (name === undefined || fault !== null) {
      if (part.type === 'file') part.file.resume();
      throw invalid(printable(part.fieldname), fault ?? 'unknown field');
    }
    texts.set(name, await textOf(part, name));
  }
}

/** A model that is larger than allowed. */
export function tooLarge(maxModelBytes: number): RequestRefused {
  return new RequestRefused(
    413,
    'upload-too-large',
    `A model may have ${Math.floor(maxModelBytes / 1024 / 1024)} MiB at most on this server.`,
  );
}

type Parts = AsyncIterableIterator<Multipart>;

/**
 * The next part; null after the last. The parser may stop without a word in a part that it skips, for instance a long one
 * without a disposition: so when it takes nothing more, or nothing more comes, we wait a moment and no longer.
 */
async function nextPart(parts: Parts, raw: FastifyRequest['raw']): Promise<Multipart | null> {
  let watch: NodeJS.Timeout | undefined;
  const stuck = new Promise<never>((_, reject) => {
    let ticks = 0;
    watch = setInterval(() => {
      const still = raw.readableEnded || raw.destroyed || raw.readableFlowing === false;
      ticks = still ? ticks + 1 : 0;
      if (ticks >= STUCK_TICKS) reject(malformed('A part of the form cannot be read; each needs a name, and an end.'));
    }, TICK_MS);
  });
  try {
    const { value, done } = (await Promise.race([parts.next(), stuck])) as IteratorResult<Multipart, undefined>;
    return done === true || value === undefined ? null : value;
  } catch (cause) {
    throw refusedUpload(cause);
  } finally {
    clearInterval(watch);
  }
}

function truncated(cause?: unknown): RequestRefused {
  return new RequestRefused(400, 'upload-truncated', 'The upload ended before its last boundary. Send it again.', [], {
    cause,
  });
}

/** What a broken or oversized form becomes: every fault of the parser is the sender's. */
export function refusedUpload(cause: unknown): unknown {
  if (cause instanceof VoxelmarkError) return cause;
  const { code, message } = facts(cause);
  if (code === 'FST_PARTS_LIMIT' || code === 'FST_FIELDS_LIMIT' || code === 'FST_FILES_LIMIT') {
    return new RequestRefused(
      400,
      'form-invalid',
      'The form has more parts than benchmark, manifest, algorithm and model.',
      [],
      { cause },
    );
  }
  if (code === 'FST_PROTO_VIOLATION')
    return new RequestRefused(400, 'form-invalid', 'A field of the form has a name that is not allowed.', [], {
      cause,
    });
  if (
    code === 'FST_MP_PREMATURE_CLOSE' ||
    code === 'ECONNRESET' ||
    code === 'ERR_STREAM_PREMATURE_CLOSE' ||
    /unexpected end|terminated early|aborted/i.test(message)
  ) {
    return truncated(cause);
  }
  if (/boundary|multipart|malformed|part header/i.test(message)) {
    return malformed('The form is not well-formed multipart/form-data.', cause);
  }
  return cause;
}

function malformed(message: string, cause?: unknown): RequestRefused {
  return new RequestRefused(400, 'form-malformed', message, [], { cause });
}

/**
 * RFC 2046, section 5.1.1: a boundary has 1 to 70 characters. The parser knows no such limit and fails on long ones.
 *
 * @throws RequestRefused 400 `form-malformed`
 */
function checkBoundary(contentType: string): void {
  const found = /;\s*boundary\s*=\s*(?:"([^"]*)"|([^;\s]*))/i.exec(contentType);
  const boundary = found?.[1] ?? found?.[2] ?? '';
  if (boundary.length >= 1 && boundary.length <= LONGEST_BOUNDARY) return;
  throw malformed(
    `The Content-Type names a boundary of ${boundary.length} characters; expected 1 to ${LONGEST_BOUNDARY}.`,
  );
}

function isJson(contentType: string | undefined): boolean {
  return contentType?.startsWith('application/json') === true;
}

function facts(cause: unknown): { code: string; message: string } {
  const { code = '', message = '' } = (typeof cause === 'object' ? (cause ?? {}) : {}) as {
    code?: unknown;
    message?: unknown;
  };
  return { code: String(code), message: String(message) };
}

async function textOf(part: Multipart, name: TextField): Promise<string> {
  if (part.type === 'field') {
    if (part.valueTruncated === true)
      throw new RequestRefused(413, 'field-too-large', `${name}: longer than ${MANIFEST_BYTES / 1024} KiB.`);
    return String(part.value);
  }
  if (name !== 'manifest') {
    part.file.resume();
    throw invalid(name, `expected text, got ${isJson(part.mimetype) ? 'JSON' : 'a file'}`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of part.file as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= MANIFEST_BYTES) chunks.push(chunk);
    }
  } catch (cause) {
    throw refusedUpload(cause);
  }
  if (bytes > MANIFEST_BYTES)
    throw new RequestRefused(413, 'field-too-large', `${name}: longer than ${MANIFEST_BYTES / 1024} KiB.`);
  return Buffer.concat(chunks).toString('utf8');
}

function checkFields(texts: ReadonlyMap<TextField, string>): SubmissionFields {
  const benchmark = slugSchema.safeParse(texts.get('benchmark'));
  const algorithm = texts.has('algorithm') ? slugSchema.safeParse(texts.get('algorithm')) : null;
  const text = texts.get('manifest');
  const problems: { path: string; message: string }[] = [];
  if (!texts.has('benchmark'))
    problems.push({ path: 'form.benchmark', message: 'missing; fields come before the file' });
  else if (!benchmark.success)
    problems.push({
      path: 'form.benchmark',
      message: 'expected the short name of a benchmark, for instance "phantoms"',
    });
  if (algorithm?.success === false)
    problems.push({
      path: 'form.algorithm',
      message: 'expected lower-case letters and digits, separated by single hyphens',
    });
  if (text === undefined) problems.push({ path: 'form.manifest', message: 'missing; fields come before the file' });
  if (problems.length > 0) throw refusedForm(problems);
  const manifest = readManifest(text as string);
  return { benchmark: benchmark.data as string, manifest, algorithm: algorithm?.data ?? null };
}

function readManifest(text: string): SubmissionFields['manifest'] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new RequestRefused(
      422,
      'manifest-invalid',
      'The manifest is not JSON.',
      [{ path: 'manifest', message: 'not JSON' }],
      { cause },
    );
  }
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = faultsOf('manifest', parsed.error);
  throw new RequestRefused(
    422,
    'manifest-invalid',
    `The manifest cannot be used: ${problems[0].path}: ${problems[0].message}`,
    problems,
  );
}

async function finish(parts: Parts, model: MultipartFile, raw: FastifyRequest['raw']): Promise<void> {
  if (model.file.truncated)
    throw new RequestRefused(413, 'upload-too-large', 'The model is larger than this server accepts.');
  const extra = await nextPart(parts, raw);
  if (extra === null) return;
  if (extra.type === 'file') extra.file.resume();
  throw invalid(printable(extra.fieldname), 'nothing may follow the file; fields come before it');
}

function invalid(field: string, message: string): RequestRefused {
  return refusedForm([{ path: `form.${field}`, message }]);
}

function refusedForm(problems: readonly { path: string; message: string }[]): RequestRefused {
  return new RequestRefused(400, 'form-invalid', `${problems[0].path}: ${problems[0].message}`, problems);
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 64);
}
