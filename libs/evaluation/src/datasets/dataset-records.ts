import type { BenchmarkChannel } from '#domain';
import type { Geometry } from '#imaging';
import type { StoredBlob } from '../ports.js';
import type { StoredObject } from '../records.js';
import type { DeclaredLabel } from './planned.js';

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
  readonly references: readonly { readonly reader: string; readonly consensus: boolean; readonly blob: StoredBlob }[];
}

export interface DatasetCase extends Omit<NewDatasetCase, 'images' | 'references'> {
  readonly id: string;
  readonly images: readonly StoredObject[];
  readonly references: readonly { readonly reader: string; readonly consensus: boolean; readonly object: StoredObject }[];
}

/** A frozen state: these cases, and never others. */
export interface DatasetVersion {
  readonly id: string;
  readonly version: number;
  /** SHA-256 over names, patients, splits, facts, geometry and bytes of its cases. */
  readonly digest: string;
  readonly caseCount: number;
  readonly createdAt: Date;
}

/** Datasets that organisers brought. Those that came with a benchmark have no owner and are not among them. */
export interface DatasetRecords {
  /**
   * The same by the same owner is the same dataset: `existing` says so.
   * @throws RequestRefused 409 `dataset-exists` when the address has another owner, or the dataset other labels or channels
   */
  createDataset(dataset: NewDataset): Promise<{ readonly dataset: Dataset; readonly existing: boolean }>;
  findDataset(slug: string): Promise<Dataset | null>;
  /** Newest first. */
  listDatasets(ownerId: string): Promise<readonly (Dataset & { readonly caseCount: number })[]>;
  /** In the order of their names. */
  datasetCases(datasetId: string): Promise<readonly DatasetCase[]>;
  findDatasetCase(datasetId: string, name: string): Promise<DatasetCase | null>;
  /**
   * Images and references become objects of the highest label. The same digest under the same name is the same case.
   * @throws RequestRefused 409 `dataset-case-exists` when the name belongs to another case
   */
  addDatasetCase(datasetId: string, one: NewDatasetCase): Promise<{ readonly case: DatasetCase; readonly existing: boolean }>;
  /**
   * Freezes the cases as they are; again without a change, it is the version that exists.
   * @throws RequestRefused 409 `dataset-empty`
   */
  freezeDataset(datasetId: string): Promise<{ readonly version: DatasetVersion; readonly existing: boolean }>;
  /** Oldest first. */
  datasetVersions(datasetId: string): Promise<readonly DatasetVersion[]>;
  /** In the order of their names; none when there is no such version. */
  versionCases(datasetId: string, version: number): Promise<readonly DatasetCase[]>;
}
