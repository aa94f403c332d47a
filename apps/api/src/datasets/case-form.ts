import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { MOST_CASE_FILE_BYTES, sentCase, type SentCaseFields } from '#contracts';
import { RequestRefused } from '#domain';
import { faultsOf } from '../http/check-request.js';
import { checkBoundary, nextPart, refusedUpload } from '../submissions/submission-form.js';

const CASE_BYTES = 256 * 1024;
const FILES = ['image', 'reference'] as const;
type FileField = (typeof FILES)[number];
/** As many channels as a dataset may have, and as many readers as a case. */
const MOST_FILES = 16 + 32;

/** A case as it arrives: what is said of it first, then its files. */
export interface CaseForm {
  readonly fields: SentCaseFields;
  /** Read each to its end before asking for the next. Ends when the form has ended in order. */
  files(): AsyncIterable<{ readonly field: FileField; readonly content: AsyncIterable<Uint8Array> }>;
}

/**
 * Reads the form of a case up to its first file.
 *
 * @throws RequestRefused 415, 400, 413 and 422 with what was wrong
 */
export async function readCaseForm(request: FastifyRequest): Promise<CaseForm> {
  if (!request.isMultipart()) throw new RequestRefused(415, 'content-type-unsupported', 'Send a case as multipart/form-data.');
  checkBoundary(request.headers['content-type'] ?? '');
  const parts = request.parts({
    limits: {
      fieldNameSize: 100,
      fieldSize: CASE_BYTES,
      fields: 1,
      files: MOST_FILES,
      parts: MOST_FILES + 1,
      headerPairs: 50,
      fileSize: MOST_CASE_FILE_BYTES + 1,
    },
    // also JSON that says so comes as it is: the parser would read it before its size is known
    isPartAFile: (_field, contentType, fileName) => fileName !== undefined || contentType === 'application/octet-stream' || contentType?.startsWith('application/json') === true,
  });
  const first = await nextPart(parts, request.raw);
  if (first === null || (first.fieldname as string | undefined) !== 'case') {
    if (first?.type === 'file') first.file.resume();
    throw invalid('case', 'missing; the field `case` comes first, the files after it');
  }
  const fields = readFields(await textOf(first));
  return { fields, files: () => sentFiles(parts, request.raw) };
}

async function* sentFiles(parts: AsyncIterableIterator<Multipart>, raw: FastifyRequest['raw']): AsyncGenerator<{ field: FileField; content: AsyncIterable<Uint8Array> }, void, void> {
  for (let part = await nextPart(parts, raw); part !== null; part = await nextPart(parts, raw)) {
    const field = FILES.find((one) => one === part?.fieldname);
    if (part.type !== 'file' || field === undefined) {
      if (part.type === 'file') part.file.resume();
      throw invalid('case', `a part that is neither of ${FILES.join(', ')}, or no file; expected files only after \`case\``);
    }
    yield { field, content: contentOf(part) };
  }
}

async function* contentOf(part: MultipartFile): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* part.file as AsyncIterable<Buffer>;
  } catch (cause) {
    throw refusedUpload(cause);
  }
}

async function textOf(part: Multipart): Promise<string> {
  if (part.type === 'field') {
    if (part.valueTruncated === true) throw tooLong();
    return String(part.value);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of contentOf(part)) {
    bytes += chunk.length;
    if (bytes <= CASE_BYTES) chunks.push(chunk);
  }
  if (bytes > CASE_BYTES) throw tooLong();
  return Buffer.concat(chunks).toString('utf8');
}

function readFields(text: string): SentCaseFields {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid('case', 'no JSON');
  }
  const parsed = sentCase.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = faultsOf('form.case', parsed.error);
  throw new RequestRefused(422, 'case-invalid', `The case cannot be used: ${problems[0].path}: ${problems[0].message}`, problems);
}

const tooLong = () => new RequestRefused(413, 'field-too-large', `case: longer than ${CASE_BYTES / 1024} KiB.`);

function invalid(field: string, message: string): RequestRefused {
  return new RequestRefused(400, 'form-invalid', `form.${field}: ${message}`, [{ path: `form.${field}`, message }]);
}
