import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { starterKit } from '#contracts';
import type { ExpandedManifest } from '#pipeline';
import { CliError, EXIT } from '../exit.js';
import { unreadable } from '../files.js';
import { benchmarkFacts, geometryOf, type BenchmarkFacts } from './benchmark.js';

/** A real one is far below; cases are a few hundred bytes each. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * The benchmark of an unpacked starter kit: nothing of it is asked of a server.
 *
 * @param folder that holds `benchmark.json`
 * @throws CliError `no-such-file`, or `kit-invalid` when the file is not that of a starter kit
 */
export async function kitFacts(folder: string, manifest: ExpandedManifest): Promise<BenchmarkFacts> {
  const path = join(folder, 'benchmark.json');
  const parsed = starterKit.safeParse(json(await load(path, 'starter kit', MOST_BYTES), path));
  if (!parsed.success) {
    const [{ path: at, message }] = parsed.error.issues;
    throw invalid(path, `${at.join('.') || 'it'}: ${message}`);
  }
  const { cases, ...benchmark } = parsed.data;
  const open = cases.map(({ name, geometry, files }) => ({
    name,
    geometry: geometryOf(geometry),
    files: files && {
      images: files.images.map((image) => () => load(join(folder, image), 'image')),
      reference: () => load(join(folder, files.reference), 'reference'),
    },
  }));
  return benchmarkFacts(benchmark, open, manifest, (error) => {
    throw error;
  });
}

async function load(path: string, what: string, most = Infinity): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, what, error.code ?? String(error), error);
  });
  if (bytes.length > most) throw invalid(path, `${bytes.length} bytes; expected at most ${most}`);
  return bytes;
}

function json(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw invalid(path, `it is not JSON (${String(error)})`, error);
  }
}

function invalid(path: string, why: string, cause?: unknown): CliError {
  const message = `${path} is not the benchmark.json of a starter kit: ${why}`;
  return new CliError('kit-invalid', message, EXIT.invalidInput, { cause });
}
