import { ENDPOINTS } from '#contracts';
import { emptyBoardState, nextBoardState } from '#evaluation';
import type { ApiClient } from '../api-client.js';
import { CliError } from '../exit.js';
import type { Findings } from './findings.js';
import type { ReadManifest } from './read-manifest.js';

/**
 * Checks that the released figures are those which the address of the board's state fixes: an address is the digest of the
 * address before it and of what the run added, so that no figure can be changed afterwards without another address.
 *
 * Asks the server for the address before; a server that does not know the board leaves this unchecked, and says so.
 */
export async function checkChain({ manifest }: ReadManifest, client: ApiClient, findings: Findings): Promise<void> {
  const { algorithm, run, results, state } = manifest;
  let previous: string | null;
  try {
    previous = await stateBefore(manifest, client);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    findings.notChecked.push(`the address of the board's state: ${error.message}`);
    return;
  }
  if (previous === null) {
    findings.notChecked.push("the address of the board's state: the server does not list the state before it");
    return;
  }
  const link = {
    runId: run.id,
    algorithm: algorithm.slug,
    version: algorithm.version,
    modelSha256: algorithm.modelSha256,
    manifestSha256: algorithm.manifestSha256,
    metrics: results.metrics,
    aggregates: results.aggregates,
    cases: results.cases,
  };
  findings.field('state.hash', state.hash, nextBoardState(previous, link));
}

async function stateBefore(
  { benchmark, run, state }: ReadManifest['manifest'],
  client: ApiClient,
): Promise<string | null> {
  const params = { slug: benchmark.slug };
  if (state.sequence === 1) {
    const { phases } = await client.call(ENDPOINTS.getBenchmark, { params });
    const phase = phases.find(({ kind }) => kind === benchmark.phase);
    return phase ? emptyBoardState({ phaseId: phase.id, signature: run.signature }) : null;
  }
  const query = { phase: benchmark.phase, asOf: state.hash, limit: 200 };
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await client.call(ENDPOINTS.listBoardStates, { params, query: { ...query, cursor } });
    const found = items.find(({ sequence }) => sequence === state.sequence - 1);
    if (found) return found.hash;
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  return null;
}
