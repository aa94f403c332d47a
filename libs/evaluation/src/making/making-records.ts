import type { BenchmarkDefinition, BenchmarkMakingView, DryRunView } from '#contracts';
import type { Capacity, ConsensusRecipe, IsolationLevel } from '#domain';
import type { Manifest } from '#pipeline';
import type { StoredBlob } from '../ports.js';
import type { Benchmark, NewBenchmark, ReferenceStudy } from '../records.js';
import type { SharedImage } from './publishing-findings.js';

/** Something that the organiser should know before a benchmark is published; errors stand in the way. */
export type MakingFinding = Readonly<BenchmarkMakingView['findings'][number]>;

export type MakingAct = BenchmarkMakingView['history'][number]['act'];

/** Who did what with a benchmark. The list only grows, and outlives the benchmark. */
export interface MakingEvent {
  readonly at: Date;
  readonly userId: string | null;
  readonly act: MakingAct;
  readonly definitionSha256: string | null;
  /** Who was appointed or removed, as what. */
  readonly member: { readonly userId: string; readonly capacity: Capacity } | null;
}

/** A benchmark that was made from a frozen version of a dataset. */
export interface Making {
  readonly benchmarkId: string;
  readonly datasetId: string;
  readonly definition: BenchmarkDefinition;
  /** Of the canonical JSON of the definition. */
  readonly definitionSha256: string;
}

/** What a draft is made from: in place of the dataset's words, the version that is there. */
export interface MadeFrom {
  readonly datasetVersionId: string;
  readonly definition: BenchmarkDefinition;
  readonly definitionSha256: string;
  readonly by: string;
}

/** A network of a dry run, ready to be run: its manifest fits the images and labels of the benchmark. */
export interface DryRunNetwork {
  /** As it was asked for. */
  readonly network: string;
  readonly name: string;
  /** How its labels were matched, or why it is skipped. */
  readonly note: string | null;
  readonly manifest: Manifest;
  readonly models: readonly (StoredBlob & { readonly file: string })[];
}

/** How far a dry run is: as the contract shows it. */
export type DryRunProgress = DryRunView['networks'];

export interface NewDryRun {
  readonly benchmarkId: string;
  readonly by: string;
  readonly definitionSha256: string;
  /** None: it only prepares the cases, which every dry run does first. */
  readonly networks: readonly DryRunNetwork[];
}

export interface DryRun extends NewDryRun {
  readonly id: string;
  readonly state: DryRunView['state'];
  readonly progress: DryRunProgress;
  /** Of the process that ran the networks; null before one did. */
  readonly isolation: IsolationLevel | null;
  readonly failure: DryRunView['failure'];
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** A dry run taken by a worker: only the holder of the latest attempt can write. */
export interface DryRunClaim {
  readonly dryRun: DryRun;
  readonly attempt: number;
}

/** What was found out about the references of a case: as the benchmark's rules want it. */
export interface PreparedCase {
  /** The consensus, where it had to be derived. */
  readonly consensus: { readonly blob: StoredBlob; readonly recipe: ConsensusRecipe } | null;
  readonly study: ReferenceStudy;
}

/** Benchmarks while their organisers make them. Each method is one transaction. */
export interface MakingRecords {
  /**
   * A draft: seen by its organiser and administrators only. A job that prepares its cases is owed with it.
   * @throws RequestRefused 409 `benchmark-exists`
   */
  createDraft(benchmark: NewBenchmark, from: MadeFrom): Promise<Benchmark>;
  /**
   * Everything but its id and its members anew; what was running for it is given up. `digests` are those of blobs to which
   * nothing may refer any more.
   * @param expected digest of the definition that is replaced
   * @throws RequestRefused 409 `benchmark-published`, `benchmark-changed` when it is another one, `benchmark-exists` when the
   *   new address is taken
   */
  replaceDraft(
    benchmarkId: string,
    benchmark: NewBenchmark,
    from: MadeFrom,
    expected: string,
  ): Promise<{ readonly benchmark: Benchmark; readonly digests: readonly string[] }>;
  /**
   * With its cases, objects and dry runs. Returns digests of blobs to which nothing may refer any more.
   * @throws RequestRefused 409 `benchmark-published`
   */
  deleteDraft(benchmarkId: string, by: string): Promise<readonly string[]>;
  /**
   * Publishes it, and writes the digests of its phases anew from the cases as they are now, derived consensus included. False:
   * it was changed or published meanwhile, or holds a case that is not prepared or was withdrawn.
   */
  publishDraft(benchmarkId: string, by: string, definitionSha256: string): Promise<boolean>;
  /** Images of this benchmark that are, byte for byte, in a SEALED phase of another one that is published. */
  sharedImages(benchmarkId: string): Promise<readonly SharedImage[]>;
  /** Null for benchmarks that came with their files. */
  findMaking(benchmarkId: string): Promise<Making | null>;
  /** Oldest first. */
  makingEvents(benchmarkId: string): Promise<readonly MakingEvent[]>;
  /** False, and nothing is written, for a case that is prepared already, or gone. */
  prepareCase(caseId: string, prepared: PreparedCase): Promise<boolean>;

  createDryRun(dryRun: NewDryRun): Promise<DryRun>;
  findDryRun(id: string): Promise<DryRun | null>;
  /** The newest that runs networks, or that prepares. */
  newestDryRun(benchmarkId: string, kind: 'networks' | 'preparation'): Promise<DryRun | null>;
  /** Dry runs of a person begun within the last hour. */
  recentDryRuns(userId: string): Promise<number>;
  claimDryRun(id: string, owner: string, leaseSeconds: number): Promise<DryRunClaim | null>;
  /** Extends the lease and writes what is known so far. False: overtaken, or the draft is another one now. */
  writeDryRun(
    claim: DryRunClaim,
    leaseSeconds: number,
    known: Pick<DryRun, 'progress' | 'isolation'>,
  ): Promise<boolean>;
  endDryRun(claim: DryRunClaim, end: Pick<DryRun, 'progress' | 'isolation' | 'failure'>): Promise<boolean>;
}
