import { createHash, type Hash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { ENDPOINTS, type PreflightView, type SubmissionView } from '#contracts';
import type { ApiClient } from '../api-client.js';
import { checkFile, unreadable } from '../files.js';

/** What is sent. */
export interface Entry {
  readonly benchmark: string;
  /** As text; null: the first model carries it. */
  readonly manifest: string | null;
  readonly algorithm: string | null;
  readonly models: readonly { readonly path: string; readonly file: string }[];
  /** Id of a preflight that has manifest and files. */
  readonly preflight?: string;
  /** Paths of the author's own case. */
  readonly conformance?: { readonly images: readonly string[]; readonly labels: string } | null;
}

/** Sends manifest and files; repeating it with the same files is the same submission. */
export async function upload(client: ApiClient, entry: Entry): Promise<SubmissionView & { existing: boolean }> {
  const form = new FormData();
  form.set('benchmark', entry.benchmark);
  if (entry.algorithm) form.set('algorithm', entry.algorithm);
  if (entry.preflight !== undefined) form.set('preflight', entry.preflight);
  const head = [entry.benchmark, entry.manifest, entry.algorithm, entry.preflight];
  const digest = createHash('sha256').update(JSON.stringify(head));
  await addFiles(form, entry, digest);
  return client.call(ENDPOINTS.createSubmission, { form, headers: { 'idempotency-key': digest.digest('hex') } });
}

/** Has them tried on the server, where nothing counts yet. */
export async function askPreflight(client: ApiClient, entry: Entry): Promise<PreflightView> {
  const form = new FormData();
  await addFiles(form, entry, null);
  return client.call(ENDPOINTS.createPreflight, { params: { slug: entry.benchmark }, form });
}

async function addFiles(form: FormData, entry: Entry, digest: Hash | null): Promise<void> {
  const add = async (field: string, path: string, name: string, what: string): Promise<void> => {
    const file = await open(path, what);
    form.append(field, file, name);
    if (digest === null) return;
    digest.update(JSON.stringify([field, name]));
    for await (const chunk of file.stream() as unknown as AsyncIterable<Uint8Array>) digest.update(chunk);
  };
  if (entry.manifest !== null) form.set('manifest', entry.manifest);
  for (const image of entry.conformance?.images ?? []) await add('conformanceImage', image, basename(image), 'image');
  if (entry.conformance) {
    const { labels } = entry.conformance;
    await add('conformanceLabels', labels, basename(labels), 'label map');
  }
  for (const { path, file } of entry.models) await add('model', path, file, 'model');
}

async function open(path: string, what: string): Promise<Blob> {
  await checkFile(path, what);
  try {
    return await openAsBlob(path);
  } catch (error) {
    throw unreadable(path, what, (error as NodeJS.ErrnoException).code ?? String(error), error);
  }
}
