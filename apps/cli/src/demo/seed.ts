import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { SubmissionView } from '#contracts';
import { importBenchmark, type ImportedBenchmark, type ImportedCase } from '#evaluation';
import type { Platform } from '#platform';
import { PHANTOM_ALGORITHMS, PHANTOM_BENCHMARK, phantomDataset, type PhantomCase } from '#phantoms';
import { ApiClient } from '../api-client.js';
import { upload } from '../submit/upload.js';
import { packageRoot } from '../package-root.js';
import { DEMO_ACCOUNTS, DEMO_PASSWORD, ensureDemoAccounts } from './accounts.js';

type CaseFiles = Awaited<ReturnType<ImportedCase['files']>>;

/** Makes phantoms in a thread, one after the other, so that nobody else waits for them. */
class PhantomThread {
  private readonly thread = new Worker(new URL('./phantom-thread.js', import.meta.url));

  make(description: PhantomCase): Promise<CaseFiles> {
    return new Promise((resolve, reject) => {
      const settled = () => {
        this.thread.off('message', done).off('error', failed).off('exit', ended);
      };
      const done = (files: CaseFiles) => {
        settled();
        resolve(files);
      };
      const failed = (error: Error) => {
        settled();
        reject(error);
      };
      const ended = () => failed(new Error('the thread that makes phantoms ended'));
      this.thread.on('message', done).on('error', failed).on('exit', ended);
      this.thread.postMessage(description);
    });
  }

  async close(): Promise<void> {
    await this.thread.terminate();
  }
}

/**
 * Makes the demo benchmark unless it is there. Held-out cases are SEALED, practice cases PUBLIC.
 * @param onCase told the name of each case that is done
 */
export async function seedBenchmark(platform: Platform, onCase: (name: string, done: number, of: number) => void): Promise<{ existing: boolean }> {
  const people = await ensureDemoAccounts(platform.accounts);
  const person = (role: 'organiser' | 'steward' | 'reader') => {
    const userId = people.get(role);
    if (!userId) throw new Error(`there is no demo account for the role ${role}`);
    return { userId, capacity: role };
  };
  const { cases } = phantomDataset();
  const thread = new PhantomThread();
  let done = 0;
  try {
    const { phases, regions, metrics, ranking, limits, ...benchmark } = PHANTOM_BENCHMARK;
    const imported: ImportedBenchmark = {
      ...benchmark,
      phases: phases.map(({ kind, title, split }) => ({
        kind,
        title,
        label: kind === 'practice' ? ('PUBLIC' as const) : ('SEALED' as const),
        rules: { regions, metrics, ranking, limits },
        cases: cases
          .filter((description) => description.split === split)
          .map((description) => {
            const { patientId, ...facts } = description.clinical;
            return { name: description.name, patient: patientId, facts, files: () => thread.make(description) };
          }),
      })),
      members: [person('organiser'), person('steward'), person('reader')],
    };
    return await importBenchmark(platform, imported, (name) => onCase(name, ++done, cases.length));
  } finally {
    await thread.close();
  }
}

/** Submits the five algorithms through the API, as the demo researcher. Those that are there already stay. */
export async function submitAlgorithms(url: string): Promise<readonly SubmissionView[]> {
  const researcher = DEMO_ACCOUNTS.find(({ role }) => role === 'researcher');
  if (!researcher) throw new Error('there is no demo researcher');
  const client = await ApiClient.signIn(url, researcher.email, DEMO_PASSWORD);
  const submissions: SubmissionView[] = [];
  for (const { slug } of PHANTOM_ALGORITHMS) {
    const folder = join(packageRoot(), 'datasets/phantoms/models', slug);
    const manifest = await readFile(join(folder, 'voxelmark.json'), 'utf8');
    submissions.push(await upload(client, { benchmark: PHANTOM_BENCHMARK.slug, manifest, algorithm: slug, models: [{ path: join(folder, 'model.onnx'), file: 'model.onnx' }] }));
  }
  return submissions;
}
