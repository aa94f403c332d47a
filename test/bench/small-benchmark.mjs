import { writeNifti } from '#imaging';
import { createLog, hashPassword, openPlatform, readConfig } from '#platform';
import { importBenchmark } from '#evaluation';
import { PHANTOM_BENCHMARK } from '#phantoms';

export const BENCHMARK = 'bench';
export const PASSWORD = 'a password for the bench only';

/** The records and blobs of a running platform, for the time of `work`. */
export async function withParts(dataDir, work) {
  const parts = await openPlatform(readConfig({ VOXELMARK_DATA_DIR: dataDir }), 'bench', createLog('warn', 'bench'));
  try {
    return await work(parts);
  } finally {
    await parts.close();
  }
}

/** Researchers with accounts of their own. Resolves to their e-mail addresses. */
export async function makeResearchers(parts, count) {
  const passwordHash = await hashPassword(PASSWORD);
  const emails = Array.from({ length: count }, (_, n) => `researcher-${n + 1}@bench.invalid`);
  for (const email of emails)
    await parts.accounts.createAccount({ email, name: `Researcher ${email}`, role: 'researcher', passwordHash });
  return emails;
}

/** The demo benchmark with its rules, phases and numbers of cases, on volumes of 8x8x4 voxels that nobody evaluates. */
export async function makeBenchmark(parts) {
  const { phases, regions, metrics, ranking, limits, ...described } = PHANTOM_BENCHMARK;
  const geometry = {
    sizeXyz: [8, 8, 4],
    spacingMm: [3, 3, 3],
    originLps: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  const image = await writeNifti({ geometry, data: new Int16Array(8 * 8 * 4) });
  const labels = await writeNifti({ geometry, data: new Uint8Array(8 * 8 * 4).fill(1, 100, 120) });
  const references = [{ reader: 'consensus', consensus: true, labels }];
  const cases = { practice: 8, test: 36 };
  const { benchmark } = await importBenchmark(parts, {
    ...described,
    slug: BENCHMARK,
    dataset: { ...described.dataset, slug: BENCHMARK },
    phases: phases.map(({ kind, title }) => ({
      kind,
      title,
      label: kind === 'practice' ? 'PUBLIC' : 'SEALED',
      rules: { regions, metrics, ranking, limits },
      cases: Array.from({ length: cases[kind] }, (_, n) => ({
        name: `${kind}-${n + 1}`,
        patient: `${kind}-${n + 1}`,
        facts: {},
        files: async () => ({ image, references }),
      })),
    })),
    members: [],
  });
  return benchmark;
}
