import type { StoredBlob } from '../ports.js';

/** A DICOM instance of a dataset's inbox, de-identified: all names in it are new ones. */
export interface InboxInstance extends StoredBlob {
  readonly sopInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly studyInstanceUid: string;
  readonly sopClassUid: string;
  readonly patient: string;
}

/** Instances that an inbox did not keep, for one reason. */
export interface TurnedAway {
  readonly code: string;
  /** Somebody has to look first; otherwise they are refused. */
  readonly held: boolean;
  readonly times: number;
  readonly lastAt: Date;
}

/** DICOM instances that organisers send to a dataset, until cases are made of them. */
export interface InboxRecords {
  /** The secret, 32 bytes, that names of this dataset are derived with; drawn when it is first asked for. It never leaves. */
  inboxKey(datasetId: string): Promise<Uint8Array>;
  /** The same instance again is no second one. False: there is another one of this name, and it stays. */
  addToInbox(datasetId: string, instance: InboxInstance): Promise<boolean>;
  /** How much is in it, without reading it. */
  inboxSize(datasetId: string): Promise<{ readonly instances: number; readonly bytes: number }>;
  /** By study, series and instance. */
  inbox(datasetId: string): Promise<readonly InboxInstance[]>;
  /** Counts instances that were not kept. */
  countTurnedAway(datasetId: string, away: readonly Pick<TurnedAway, 'code' | 'held' | 'times'>[]): Promise<void>;
  /** Since it was emptied; by code. */
  turnedAway(datasetId: string): Promise<readonly TurnedAway[]>;
  /** Holds that do not keep an instance from this inbox any more, and since when. */
  acceptedHolds(datasetId: string): Promise<readonly { readonly code: string; readonly since: Date }[]>;
  /** Replaces them; those that stay keep their time. */
  acceptHolds(datasetId: string, codes: readonly string[]): Promise<void>;
  /** Forgets what was turned away, too. Returns the digests of what was in it: blobs to be removed unless others refer to them. The key stays. */
  emptyInbox(datasetId: string): Promise<readonly string[]>;
}
