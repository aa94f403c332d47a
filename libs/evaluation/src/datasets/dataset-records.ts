import type { BenchmarkChannel, ConsensusRecipe, ReferenceReading, Region } from '#domain';
import type { Geometry } from '#imaging';
import type { StoredBlob } from '../ports.js';
import type { StoredObject } from '../records.js';
import type { DeclaredLabel } from '#datasets';

/** What the columns of the clinical table mean, by column. */
export type DataDictionary = Readonly<Record<string, { readonly description?: string; readonly unit?: string }>>;

export interface NewDataset {
  readonly slug: string;
  readonly name: string;
  readonly licence: string;
  readonly description: string;
  readonly ownerId: string;
  readonly synthetic: boolean;
  /** Labels of its reference segmentations, without the background. */
  readonly labels: readonly DeclaredLabel[];
  /** Voxels of this label are not scored; none of `labels`. */
  readonly ignoreLabel: number | null;
  /** Labels that are meant to be scored together. */
  readonly regions: readonly Pick<Region, 'name' | 'labels'>[];
  /** The images of a case, in order; at least one. */
  readonly channels: readonly BenchmarkChannel[];
  readonly dictionary: DataDictionary;
}

/** Cases that an organiser brings, growing until versions of them are frozen. */
export interface Dataset extends NewDataset {
  readonly id: string;
  readonly createdAt: Date;
}

export interface NewDatasetCase {
  readonly name: string;
  readonly patient: string;
  readonly split: string | null;
  readonly facts: Readonly<Record<string, string | number>>;
  readonly geometry: Geometry;
  /** SHA-256 over all that was sent for it: sent again, it is the same case. */
  readonly digest: string;
  /** In the order of the dataset's channels. */
  readonly images: readonly StoredBlob[];
  readonly references: readonly NewDatasetReference[];
}

export interface NewDatasetReference {
  readonly reader: string;
  readonly consensus: boolean;
  /** Null where somebody drew it. */
  readonly recipe: ConsensusRecipe | null;
  /** What was decided when its file was read; null where there was nothing to decide. */
  readonly reading: ReferenceReading | null;
  readonly blob: StoredBlob;
}

export interface DatasetCase extends Omit<NewDatasetCase, 'images' | 'references'> {
  readonly id: string;
  readonly images: readonly StoredObject[];
  readonly references: readonly (Omit<NewDatasetReference, 'blob'> & { readonly object: StoredObject })[];
  /** Since when it is left out of new versions; those that hold it keep it. */
  readonly withdrawnAt: Date | null;
}

/** A frozen state: these cases, and never others. */
export interface DatasetVersion {
  readonly id: string;
  readonly version: number;
  /** SHA-256 over names, patients, splits, facts, geometry and bytes of its cases, and over ignore label and regions where there are such. */
  readonly digest: string;
  readonly caseCount: number;
  readonly createdAt: Date;
}

/** What may be put in other words until a dataset has a version. */
export const DATASET_WORDS = ['name', 'licence', 'description', 'dictionary'] as const;
export type DatasetWord = (typeof DATASET_WORDS)[number];

export interface Withdrawal {
  readonly caseId: string;
  /** Numbers of the versions that hold it; none: it is gone. */
  readonly versions: readonly number[];
  readonly digests: readonly string[];
}

/** Datasets that organisers brought. Those that came with a benchmark have no owner and are not among them. */
export interface DatasetRecords {
  /**
   * The same by the same owner is the same dataset: `existing` says so. Until it has a version, its words become those that are
   * given now (`changed`); afterwards they stay (`kept`). Addresses are unique among the datasets of one owner.
   * @throws RequestRefused 409 `dataset-exists` when the owner's dataset of this address has other labels, channels of other names, or of another modality or unit than it states
   */
  createDataset(dataset: NewDataset): Promise<{
    readonly dataset: Dataset;
    readonly existing: boolean;
    readonly changed: readonly DatasetWord[];
    readonly kept: readonly DatasetWord[];
  }>;
  findDataset(ownerId: string, slug: string): Promise<Dataset | null>;
  /** Of one with an owner. */
  findDatasetById(id: string): Promise<Dataset | null>;
  /** Newest first. */
  listDatasets(ownerId: string): Promise<readonly (Dataset & { readonly caseCount: number })[]>;
  /** In the order of their names, withdrawn ones among them. */
  datasetCases(datasetId: string): Promise<readonly DatasetCase[]>;
  findDatasetCase(datasetId: string, name: string): Promise<DatasetCase | null>;
  /**
   * Images and references become objects of the highest label. The same digest under the same name is the same case.
   * @throws RequestRefused 409 `dataset-case-exists` when the name belongs to another case, `dataset-case-withdrawn`
   */
  addDatasetCase(datasetId: string, one: NewDatasetCase): Promise<{ readonly case: DatasetCase; readonly existing: boolean }>;
  /**
   * Takes a case out. While no version holds it, its rows go, and `digests` are those of blobs that it referred to; otherwise it
   * is marked, and new versions leave it out. Null when there is no such case.
   */
  withdrawDatasetCase(datasetId: string, name: string): Promise<Withdrawal | null>;
  /**
   * Removes a dataset, its cases and its inbox. Returns the digests of blobs that they referred to.
   * @throws RequestRefused 409 `dataset-frozen` when it has a version
   */
  deleteDataset(datasetId: string): Promise<readonly string[]>;
  /**
   * Freezes the cases as they are, without those that were withdrawn; again without a change, it is the version that exists.
   * @throws RequestRefused 409 `dataset-empty`
   */
  freezeDataset(datasetId: string): Promise<{ readonly version: DatasetVersion; readonly existing: boolean }>;
  /** Oldest first. */
  datasetVersions(datasetId: string): Promise<readonly DatasetVersion[]>;
  /** In the order of their names; none when there is no such version. */
  versionCases(datasetId: string, version: number): Promise<readonly DatasetCase[]>;
}
