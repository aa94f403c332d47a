import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENDPOINTS, manifest as manifestSchema, type SubmissionView } from '#contracts';
import { isTerminal } from '#domain';
import type { ApiClient } from '../api-client.js';
import { required, text, type Command, type Terminal } from '../command.js';
import { connect } from '../credentials.js';
import { CliError, EXIT } from '../exit.js';
import { patiently } from '../patience.js';

export const submit: Command = {
  name: ['submit'],
  summary: 'enter an algorithm version into a benchmark',
  usage: 'MODEL.onnx --benchmark SLUG [--manifest voxelmark.json] [--algorithm SLUG] [--wait]',
  options: {
    benchmark: { type: 'string', short: 'b', help: 'the benchmark' },
    manifest: { type: 'string', help: 'by default voxelmark.json beside the model' },
    algorithm: { type: 'string', help: 'name in addresses; by default made from the manifest’s name' },
    wait: { type: 'boolean', help: 'wait until every run ended or is on hold; exit 8 unless all completed' },
    url: { type: 'string', help: 'server' },
  },
  words: [1, 1],
  async run(invocation) {
    const [model] = invocation.words;
    const benchmark = required(invocation, 'benchmark');
    const manifest = await readManifest(text(invocation, 'manifest') ?? join(dirname(model), 'voxelmark.json'));
    const client = await connect(text(invocation, 'url'), { anonymous: false });
    const submission = await upload(client, { benchmark, manifest, algorithm: text(invocation, 'algorithm'), model });
    const page = `${client.url}/submissions/${submission.id}`;
    if (invocation.options.wait !== true) {
      invocation.terminal.out(submission, `${submission.existing ? 'this submission exists already' : 'submitted'}: ${page}`);
      return EXIT.ok;
    }
    invocation.terminal.say(page);
    const ended = await waitForEnd(client, submission.id, invocation.terminal);
    invocation.terminal.out(ended, ended.runs.map(({ phase, state, failure }) => `${phase}: ${state}${failure ? ` (${failure.code}: ${failure.advice})` : ''}`).join('\n'));
    return ended.runs.every(({ state }) => state === 'completed') ? EXIT.ok : EXIT.runFailed;
  },
};

/** @throws CliError when there is no such file, or it is no manifest */
export async function readManifest(path: string): Promise<string> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    throw new CliError('no-such-file', `the manifest ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, EXIT.notFound, { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new CliError('manifest-invalid', `${path} is not JSON: ${(error as Error).message}`, EXIT.invalidInput, { cause: error });
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path: at, message }) => `\n  ${at.join('.') || '(whole file)'}: ${message}`);
    throw new CliError('manifest-invalid', `${path} is no manifest that we understand:${problems.join('')}`, EXIT.invalidInput);
  }
  return content;
}

/** Sends manifest and model; repeating it with the same files is the same submission. */
export async function upload(
  client: ApiClient,
  entry: { readonly benchmark: string; readonly manifest: string; readonly algorithm: string | null; readonly model: string },
): Promise<SubmissionView & { existing: boolean }> {
  let file: Blob;
  try {
    file = await openAsBlob(entry.model);
  } catch (error) {
    throw new CliError('no-such-file', `the model ${entry.model} cannot be read (${(error as NodeJS.ErrnoException).code})`, EXIT.notFound, { cause: error });
  }
  const form = new FormData();
  form.set('benchmark', entry.benchmark);
  form.set('manifest', entry.manifest);
  if (entry.algorithm) form.set('algorithm', entry.algorithm);
  form.set('model', file, basename(entry.model));
  const digest = createHash('sha256').update(JSON.stringify([entry.benchmark, entry.manifest, entry.algorithm]));
  for await (const chunk of file.stream() as unknown as AsyncIterable<Uint8Array>) digest.update(chunk);
  return client.call(ENDPOINTS.createSubmission, { form, headers: { 'idempotency-key': digest.digest('hex') } });
}

async function waitForEnd(client: ApiClient, id: string, terminal: Terminal): Promise<SubmissionView> {
  for (;;) {
    const submission = await patiently(
      () => client.call(ENDPOINTS.getSubmission, { params: { id } }),
      ({ message }) => terminal.progress(`${message} trying again`),
    );
    // a run on hold may wait for its organiser for weeks, and later runs wait behind it
    if (submission.runs.every(({ state }) => isTerminal(state)) || submission.runs.some(({ state }) => state === 'quarantined')) return submission;
    terminal.progress(submission.runs.map(({ phase, state, progress }) => `${phase} ${state}${progress ? ` ${progress.done}/${progress.total}` : ''}`).join(', '));
    await sleep(1000);
  }
}
