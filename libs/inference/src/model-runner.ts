import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cpus } from 'node:os';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CaseUsage, Log, ModelFacts, ModelRunner, ModelSession } from '#evaluation';
import {
  EngineUnavailable,
  ModelFailure,
  SessionLost,
  type IsolationLevel as Level,
  type RunLimits,
  type SeenUsage,
} from '#domain';
import { voxelCount, type Geometry, type LabelMap } from '#imaging';
import type { Manifest } from '#pipeline';
import type { FailedUsage, Reply } from './protocol.js';
import type { Isolation, IsolationLevel } from './isolation.js';
import { probeIsolation } from './isolation-probe.js';
import { spawnChild } from './child-link.js';
import { readFromChild, removeExchanged, writeForChild } from './exchange.js';
import { askHost, remoteChild } from './remote-child.js';
import { RunnerProcess, START_SECONDS } from './runner-process.js';
import { bytesWithin, freeBytesOf, ScratchClaims } from './scratch-claims.js';
import { createScratch, removeScratch, sweepScratch, type Scratch } from './scratch.js';

export interface ModelRunnerOptions {
  /** Scratch folders of sessions are made and removed below it. Not shared with another worker's model files. */
  readonly scratchDir: string;
  readonly log: Log;
  /** Node to run the child with; by default the one that runs us. */
  readonly nodePath?: string;
  /** Compiled child, by default `child/runner-child.js` beside this file. */
  readonly childScript?: string;
  /** False: models are loaded unseen. For tests of the walls behind the inspector only. Default true. */
  readonly inspect?: boolean;
  /**
   * Unix socket of a container that runs the models instead of this one (`startRunnerHost`); `scratchDir` then lies on a
   * volume of both, under the same path or another.
   */
  readonly hostSocket?: string;
  /** How far to cut the process off; by default as far as works here, which is found out at the start. */
  readonly level?: IsolationLevel;
}

/** Opens models in child processes, one a session. Folders that a killed worker left behind are removed at the start. */
export async function createModelRunner(options: ModelRunnerOptions): Promise<ModelRunner> {
  const { scratchDir, log } = options;
  const swept = await sweepScratch(scratchDir);
  if (swept > 0) log.info('inference.scratch-swept', { folders: swept });
  const sessions = new Set<ChildSession>();
  const machine = `node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus()[0]?.model ?? 'unknown processor'}`;
  const processOptions = {
    nodePath: options.nodePath ?? process.execPath,
    childScript: options.childScript ?? fileURLToPath(new URL('./child/runner-child.js', import.meta.url)),
  };

  const { hostSocket } = options;
  const here = hostSocket === undefined ? await localIsolation(options, processOptions) : null;
  const { level, because } = here ?? (await askHost(hostSocket!));
  const isolation: Level = `L${level}`;
  log.info('inference.isolation', { level: isolation, because });
  const start = (session: string, limits: RunLimits) => {
    const { memoryMib } = limits;
    const cpuSeconds = sessionCpuSeconds(limits);
    return here
      ? spawnChild({ ...processOptions, session, memoryMib, cpuSeconds, level: here.level })
      : remoteChild(hostSocket!, { session: basename(session), memoryMib, cpuSeconds });
  };

  const claims = new ScratchClaims(() => freeBytesOf(scratchDir));

  return {
    async open(models, manifest, limits, { sparing = false } = {}) {
      const listed = manifest.models?.length ?? 1;
      if (models.length !== listed)
        throw new ModelFailure(
          'manifest-invalid',
          `the manifest lists ${listed} model(s); ${models.length} were given`,
        );
      const algorithm = models.map(({ sha256 }) => sha256).join();
      const scratch = await inScratch(() => createScratch(scratchDir));
      let child: RunnerProcess | null = null;
      try {
        const files = models.map((_, n) => `model-${n}.onnx`);
        for (const [n, model] of models.entries()) {
          const path = join(scratch.modelDir, files[n]);
          await model.copyTo(path);
          await verifyDigest(path, model.sha256);
        }
        const own = () => bytesWithin(scratch.root);
        child = new RunnerProcess(start(scratch.root, limits), limits.memoryMib);
        const load = {
          kind: 'load',
          models: files,
          manifest,
          threads: limits.threads,
          sparing,
          inspect: options.inspect ?? true,
        } as const;
        const { reply } = await child.request(load, limits.loadSeconds);
        if (reply.kind !== 'loaded') throw await failureOf(reply, 'loaded', () => claims.believe(algorithm, own));
        const session = new ChildSession(
          child,
          scratch,
          manifest,
          limits,
          { ...reply.facts, machine },
          isolation,
          { worked: () => claims.worked(algorithm), believe: () => claims.believe(algorithm, own) },
          log,
          () => sessions.delete(session),
        );
        sessions.add(session);
        return session;
      } catch (error) {
        await child?.close();
        await remove(scratch, child, log);
        throw error;
      }
    },

    async close() {
      await Promise.all([...sessions].map((session) => session.close()));
    },
  };
}

/** The folders of a session, as far as its process lets go of them. */
async function remove(scratch: Scratch, child: RunnerProcess | null, log: Log): Promise<void> {
  const gone = child?.gone ?? true;
  await removeScratch(scratch, gone);
  if (!gone) log.warn('inference.scratch-left', { folder: basename(scratch.root) });
}

function localIsolation(
  { level, scratchDir }: ModelRunnerOptions,
  { childScript, nodePath }: { readonly childScript: string; readonly nodePath: string },
): Promise<Isolation> | Isolation {
  return level === undefined ? probeIsolation(scratchDir, childScript, nodePath) : { level, because: null };
}

/** A session that had so many cases takes no more: its process has a limit of processor time for its whole life. */
const MOST_CASES = 200;
/** A case begins before the last one of a session ends. */
const CASES_ON_THEIR_WAY = 2;
/** Threads that compute beside those of ONNX Runtime: the light table, the engine, and those that collect garbage. */
const OTHER_THREADS = 4;

/**
 * Most processor time that an honest session can use, s: all its threads busy for as long as the worker would wait. It is
 * the outer limit, for a process that the worker does not look after, because it stands still.
 */
export function sessionCpuSeconds({ loadSeconds, caseSeconds, threads }: RunLimits): number {
  const wallSeconds = START_SECONDS + loadSeconds + (MOST_CASES + CASES_ON_THEIR_WAY) * 2 * caseSeconds;
  return Math.ceil((threads + OTHER_THREADS) * wallSeconds);
}

class ChildSession implements ModelSession {
  private cases = 0;
  /** Images of one case after the other, so that cases run in the order of their calls. */
  private writing: Promise<void> = Promise.resolve();
  /** Cases that use the folder, up to their last file. */
  private readonly onTheirWay = new Set<Promise<unknown>>();
  private closing: Promise<void> | null = null;

  constructor(
    private readonly child: RunnerProcess,
    private readonly scratch: Scratch,
    private readonly manifest: Manifest,
    private readonly limits: RunLimits,
    readonly facts: ModelFacts,
    readonly isolation: Level,
    /** What the word of the process is worth that it cannot use its folder. */
    private readonly folder: { worked(): void; believe(): Promise<boolean> },
    private readonly log: Log,
    private readonly onClosed: () => void,
  ) {}

  get alive(): boolean {
    return this.closing === null && this.child.alive && this.cases < MOST_CASES;
  }

  async predict(
    images: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<{ readonly labels: LabelMap; readonly usage: CaseUsage }> {
    signal.throwIfAborted();
    if (this.closing) throw new SessionLost('the session was closed before this case began');
    const answered = this.oneCase(images, signal);
    const settled = answered.then(
      () => undefined,
      () => undefined, // told to whoever asked
    );
    this.onTheirWay.add(settled);
    void settled.then(() => this.onTheirWay.delete(settled));
    return answered;
  }

  private async oneCase(
    images: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<{ readonly labels: LabelMap; readonly usage: CaseUsage }> {
    const number = ++this.cases;
    const at = (name: string) => join(this.scratch.exchange, `${number}.${name}`);
    const imagePaths = images.map((_, channel) => at(`${channel}.nii.gz`));
    const labelsPath = at('labels');
    try {
      const written = this.writing.then(async () => {
        for (const [channel, path] of imagePaths.entries()) await writeForChild(path, images[channel]);
      });
      this.writing = written.catch(() => undefined); // told to whom it concerns
      await written;
      const { reply, seen } = await this.child.request(
        {
          kind: 'predict',
          case: number,
          images: imagePaths.map((path) => this.asSeenByChild(path)),
          labels: this.asSeenByChild(labelsPath),
        },
        this.limits.caseSeconds,
        signal,
      );
      if (reply.kind !== 'predicted') {
        const failure = await failureOf(reply, 'predicted', () => this.folder.believe());
        throw failure instanceof ModelFailure && reply.kind === 'failed' && reply.usage
          ? failure.after(higher(reply.usage, seen))
          : failure;
      }
      const usage = {
        ...reply.usage,
        peakRssBytes: Math.max(reply.usage.peakRssBytes, seen?.peakRssBytes ?? 0),
      };
      const labels = await readLabels(labelsPath, reply.geometry, reply.dtype, this.manifest).catch(
        (error: unknown) => {
          throw error instanceof ModelFailure ? error.after(usage) : error;
        },
      );
      this.folder.worked();
      return { labels, usage };
    } finally {
      await Promise.all([...imagePaths, labelsPath].map(removeExchanged));
    }
  }

  close(): Promise<void> {
    this.closing ??= this.child.close().then(async () => {
      // they name files by the folder that is held open, and its number is somebody else's once it is let go of
      await Promise.all(this.onTheirWay);
      await remove(this.scratch, this.child, this.log);
      this.onClosed();
    });
    return this.closing;
  }

  private asSeenByChild(path: string): string {
    return join(relative(this.scratch.modelDir, this.scratch.casesDir), basename(path));
  }
}

/** Of what the process says and what we saw, the higher: it has no reason to say too much. */
function higher(said: FailedUsage, seen: SeenUsage | null): SeenUsage {
  return {
    elapsedMs: Math.max(said.elapsedMs, seen?.elapsedMs ?? 0),
    cpuMs: Math.max(said.cpuMs, seen?.cpuMs ?? 0),
    peakRssBytes: Math.max(said.peakRssBytes, seen?.peakRssBytes ?? 0),
  };
}

/** The child's own account of a failure. Two codes are not the model's fault and become what they are, as long as we believe it. */
async function failureOf(reply: Reply, expected: string, believe: () => Promise<boolean>): Promise<Error> {
  if (reply.kind !== 'failed')
    return new ModelFailure('inference-crashed', `the process answered "${reply.kind}"; expected "${expected}"`);
  if (reply.code === 'runner-scratch' && !(await believe()))
    return new ModelFailure(
      'inference-crashed',
      `the process says again and again that it cannot use its folder, which others can: ${reply.detail}`,
    );
  if (reply.code === 'runner-scratch')
    return new EngineUnavailable(
      'runner-scratch',
      `the process that runs models cannot use its folder: ${reply.detail}`,
    );
  if (reply.code === 'defect') return new Error(`defect in the process that runs models: ${reply.detail}`);
  return new ModelFailure(reply.code, reply.detail);
}

/**
 * The label map that the child wrote, checked: exactly the bytes that its grid needs, and no value that the manifest does
 * not declare.
 */
async function readLabels(
  path: string,
  geometry: Geometry,
  dtype: 'uint8' | 'uint16',
  manifest: Manifest,
): Promise<LabelMap> {
  const expected = voxelCount(geometry) * (dtype === 'uint8' ? 1 : 2);
  const bytes = await readFromChild(
    path,
    expected,
    (found) =>
      `the label map has ${found} bytes; a grid of ${geometry.sizeXyz.join(' x ')} of ${dtype} has ${expected}`,
  );
  const data = dtype === 'uint8' ? bytes : new Uint16Array(bytes.buffer);
  const declared = new Uint8Array(65_536);
  for (const { value } of manifest.labels) declared[value] = 1;
  for (let v = 0; v < data.length; v++) {
    if (declared[data[v]] === 0) {
      throw new ModelFailure(
        'output-shape',
        `the label map holds ${data[v]}; the manifest declares ${manifest.labels.map(({ value }) => value).join(', ')}`,
      );
    }
  }
  return { geometry, data } as LabelMap;
}

/** What is loaded is what was submitted, or nothing is. */
async function verifyDigest(path: string, expected: string): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const got = hash.digest('hex');
  if (got !== expected) throw new Error(`the model file has digest ${got}; the submission has ${expected}`);
}

/** Trouble with our own disk is not the model's fault. */
async function inScratch<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new EngineUnavailable('runner-scratch', `the scratch folder of the worker cannot be used: ${String(error)}`, {
      cause: error,
    });
  }
}
