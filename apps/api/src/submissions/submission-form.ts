import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { id as idSchema, manifest as manifestSchema, slug as slugSchema } from '#contracts';
import type { z } from 'zod';
import { RequestRefused, VoxelmarkError } from '#domain';
import { MOST_MODELS } from '#evaluation';
import { faultsOf } from '../http/check-request.js';

/** What comes before the files. */
export interface SubmissionFields {
  /** Null on a form that has no such field. */
  readonly benchmark: string | null;
  /** Null when none was sent: the first model may carry one. */
  readonly manifest: z.output<typeof manifestSchema> | null;
  /** Slug chosen by the submitter; otherwise it is made from the manifest's name. */
  readonly algorithm: string | null;
  /** Id of a preflight whose files and manifest are to be submitted; then no others come. */
  readonly preflight: string | null;
}

export const FILE_FIELDS = ['model', 'conformanceImage', 'conformanceLabels'] as const;
export type FileField = (typeof FILE_FIELDS)[number];

/** A file as it arrives. */
export interface SentFile {
  readonly field: FileField;
  /** As the sender calls it, without folders; printable ASCII. */
  readonly fileName: string;
  /** Read it to the end before asking for the next file. */
  readonly content: AsyncIterable<Uint8Array>;
}

export interface SubmissionForm {
  readonly fields: SubmissionFields;
  /** The files in the order in which they come, at least one model among them. Ends when the form has ended in order. None with `preflight`. */
  files(): AsyncIterable<SentFile>;
}

/** Which form: a preflight has the benchmark in its address and no algorithm yet. */
export type FormKind = 'submission' | 'preflight';

const MANIFEST_BYTES = 256 * 1024;
const MOST_FILES: Readonly<Record<FileField, number>> = {
  model: MOST_MODELS,
  conformanceImage: MOST_MODELS, // a manifest has at most as many channels
  conformanceLabels: 1,
};
/** Of each file of the author's own case: room for a large scan. */
export const MOST_CONFORMANCE_BYTES = 256 * 1024 * 1024;
const MOST_PARTS = 10 + 2 * MOST_MODELS + 1;
const LONGEST_BOUNDARY = 70;
/** So often, and so often in a row, we look whether the parser is stuck: three seconds. */
const TICK_MS = 250;
const STUCK_TICKS = 12;
const TEXT_FIELDS = {
  submission: ['benchmark', 'manifest', 'algorithm', 'preflight'],
  preflight: ['manifest'],
} as const;
type TextField = (typeof TEXT_FIELDS)[FormKind][number];

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
  const most = maxModelBytes + (MOST_FILES.conformanceImage + 1) * MOST_CONFORMANCE_BYTES + 4 * MANIFEST_BYTES;
  if (declared > most) throw tooLarge(maxModelBytes);
}

/**
 * Reads a form up to its first file: the fields come first, so that a wrong one is refused before the bytes of a model are
 * taken in. Its headers have been checked.
 *
 * @param maxModelBytes a file of more is cut, which `files` and the spool notice
 * @throws RequestRefused 400, 413, 422 with what was wrong
 */
export async function readSubmissionForm(
  request: FastifyRequest,
  maxModelBytes: number,
  kind: FormKind,
): Promise<SubmissionForm> {
  const parts = request.parts({
    limits: {
      fieldNameSize: 100,
      fieldSize: MANIFEST_BYTES,
      fields: 10,
      files: MOST_PARTS,
      parts: MOST_PARTS,
      headerPairs: 50,
      fileSize: Math.max(maxModelBytes, MOST_CONFORMANCE_BYTES) + 1,
    },
    // a part that calls itself JSON comes as it is, like a file: the parser would read it, however deep, before we look
    isPartAFile: (_field, contentType, fileName) =>
      fileName !== undefined || contentType === 'application/octet-stream' || isJson(contentType),
  });
  const texts = new Map<TextField, string>();
  for (;;) {
    const part = await nextPart(parts, request.raw);
    if (part === null && texts.has('preflight')) return { fields: checkFields(texts, kind), files: () => noFiles() };
    if (part === null)
      throw invalid('model', texts.size === 0 ? 'the form is empty' : 'the file is missing; files come last');
    if (part.type === 'file' && fileFieldOf(part) !== null) {
      try {
        if (texts.has('preflight')) throw invalid('preflight', 'its files are known; expected no others');
        return { fields: checkFields(texts, kind), files: () => sentFiles(parts, part, request.raw) };
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
    const known: readonly TextField[] = TEXT_FIELDS[kind];
    const name = known.find((one) => one === fieldName);
    const fault =
      name === undefined
        ? `unknown field; known are ${known.join(', ')} and, last, the files ${FILE_FIELDS.join(', ')}`
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
    `The models of a submission may have ${Math.floor(maxModelBytes / 1024 / 1024)} MiB at most on this server.`,
  );
}

type Parts = AsyncIterableIterator<Multipart>;

/**
 * The next part; null after the last. The parser may stop without a word in a part that it skips, for instance a long one
 * without a disposition: so when it takes nothing more, or nothing more comes, we wait a moment and no longer.
 */
export async function nextPart(parts: Parts, raw: FastifyRequest['raw']): Promise<Multipart | null> {
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
      'The form has more parts than a submission: its fields, up to 16 models and one conformance case.',
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
export function checkBoundary(contentType: string): void {
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

function checkFields(texts: ReadonlyMap<TextField, string>, kind: FormKind): SubmissionFields {
  const benchmark = kind === 'preflight' ? null : slugSchema.safeParse(texts.get('benchmark'));
  const algorithm = texts.has('algorithm') ? slugSchema.safeParse(texts.get('algorithm')) : null;
  const text = texts.get('manifest');
  const preflight = texts.has('preflight') ? idSchema.safeParse(texts.get('preflight')) : null;
  const problems: { path: string; message: string }[] = [];
  if (preflight?.success === false)
    problems.push({ path: 'form.preflight', message: 'expected the id of a preflight of yours' });
  if (preflight !== null && text !== undefined)
    problems.push({ path: 'form.manifest', message: 'a preflight has its manifest already; expected none' });
  if (benchmark !== null && !texts.has('benchmark'))
    problems.push({ path: 'form.benchmark', message: 'missing; fields come before the files' });
  else if (benchmark?.success === false)
    problems.push({
      path: 'form.benchmark',
      message: 'expected the short name of a benchmark, for instance "phantoms"',
    });
  if (algorithm?.success === false)
    problems.push({
      path: 'form.algorithm',
      message: 'expected lower-case letters and digits, separated by single hyphens',
    });
  if (problems.length > 0) throw refusedForm(problems);
  const manifest = text === undefined ? null : readManifest(text);
  return {
    benchmark: benchmark?.data ?? null,
    manifest,
    algorithm: algorithm?.data ?? null,
    preflight: preflight?.data ?? null,
  };
}

function readManifest(text: string): z.output<typeof manifestSchema> {
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

async function* noFiles(): AsyncIterable<SentFile> {
  // of a form that names a preflight
}

async function* sentFiles(parts: Parts, first: MultipartFile, raw: FastifyRequest['raw']): AsyncIterable<SentFile> {
  const counts = new Map<FileField, number>();
  for (let part: Multipart | null = first; part !== null; part = await nextPart(parts, raw)) {
    const field = fileFieldOf(part);
    if (part.type !== 'file' || field === null) {
      if (part.type === 'file') part.file.resume();
      throw invalid(printable(part.fieldname ?? ''), `only files may follow a file: ${FILE_FIELDS.join(', ')}`);
    }
    const count = (counts.get(field) ?? 0) + 1;
    counts.set(field, count);
    if (count > MOST_FILES[field]) {
      part.file.resume();
      throw invalid(field, `more than ${MOST_FILES[field]}`);
    }
    try {
      yield { field, fileName: plainFileName(part.filename), content: part.file };
    } finally {
      part.file.resume(); // whoever gave up must not keep the sender waiting
    }
    if (part.file.truncated)
      throw new RequestRefused(413, 'upload-too-large', 'A file is larger than this server accepts.');
  }
  if (!counts.has('model')) throw invalid('model', 'the file is missing');
}

function fileFieldOf(part: Multipart): FileField | null {
  return part.type === 'file' ? (FILE_FIELDS.find((one) => one === part.fieldname) ?? null) : null;
}

/** The last part of a path, printable; the parser takes off folders only where they are written with a slash. */
function plainFileName(name: string | undefined): string {
  const last = (name ?? '').split(/[\\/]/).at(-1) ?? '';
  return last.replace(/[^\x20-\x7e]/g, '_').slice(0, 128) || 'model.onnx';
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
