import { createHash, createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DEFAULT_POLICY, deidentifyDicom, KeyedNames, type HoldCode } from '#deidentification';
import { RequestRefused } from '#domain';
import { removeUnused, storeThenWrite, type BlobStore, type Dataset, type EvaluationRecords, type Log } from '#evaluation';
import { ImageFormatError, joinedBytes, openDicom, type DicomJson, type DicomJsonElement } from '#imaging';
import { BLOBS, LOG, RECORDS } from '../settings.js';
import type { ReceivedPart } from './read-parts.js';

export const STOW_LIMITS = { parts: 5000, bytes: 512 * 2 ** 20 };
/** Instances of an inbox: more than fifty scans of a thousand slices. */
const MOST_INSTANCES = 100_000;
/** Of an inbox, in bytes: what fifty such scans weigh. */
const MOST_INBOX_BYTES = 64 * 2 ** 30;

/** What became of one instance that was sent. */
export interface StowedInstance {
  /** As it was sent; null where that could not be read. */
  readonly sopClassUid: string | null;
  readonly sopInstanceUid: string | null;
  readonly outcome: 'stored' | 'held' | 'refused';
  /** Why, without any value of the file; null when stored. */
  readonly because: string | null;
  readonly code: string | null;
}

/** PS3.18 annex I: failure reasons, and the warning that elements were changed. */
const FAILURE = { duplicate: 0x0111, full: 0xa700, held: 0xc0de, sopClass: 0x0122, unreadable: 0xc000 } as const;
const COERCED = 0xb000;

/**
 * The gate of an inbox: each instance is rebuilt without what says whose it is before a byte of it is kept, and what somebody
 * has to look at first is not kept at all. Names are derived with a key of the dataset that never leaves the server.
 */
@Injectable()
export class Stow {
  /** One instance at a time: it is in memory twice. */
  private line: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(RECORDS) private readonly records: Pick<EvaluationRecords, 'inboxKey' | 'addToInbox' | 'inboxSize' | 'countTurnedAway' | 'blobInUse' | 'withLock'>,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** @param accepted holds that somebody has looked at and set aside for all of these instances */
  async receive(dataset: Dataset, parts: AsyncIterable<ReceivedPart>, accepted: ReadonlySet<HoldCode>): Promise<readonly StowedInstance[]> {
    const secret = await this.records.inboxKey(dataset.id);
    const names = new KeyedNames((message) => createHmac('sha256', secret).update(message).digest());
    const done: StowedInstance[] = [];
    const size = await this.records.inboxSize(dataset.id);
    let [room, roomBytes] = [MOST_INSTANCES - size.instances, MOST_INBOX_BYTES - size.bytes];
    try {
      for await (const { headers, content } of parts) {
        const type = headers['content-type']?.split(';', 1)[0].trim().toLowerCase();
        roomBytes -= content.length;
        let refusal: RequestRefused | null = null;
        if (type !== undefined && type !== 'application/dicom') refusal = new RequestRefused(415, 'content-type-unsupported', 'A part is not application/dicom; others are not taken.');
        else if (roomBytes < 0) refusal = new RequestRefused(409, 'inbox-full', `The inbox holds at most ${MOST_INBOX_BYTES} bytes, and has no room for ${content.length} more; make cases of them, or empty it.`);
        else if (room-- <= 0) refusal = new RequestRefused(409, 'inbox-full', `The inbox holds ${MOST_INSTANCES} instances; make cases of them, or empty it.`);
        if (refusal === null) done.push(await this.inLine(() => this.take(dataset.id, content, names, accepted)));
        else if (done.length === 0) throw refusal;
        else done.push({ ...(await namesOf(content)), outcome: 'refused', code: refusal.code, because: refusal.message });
      }
    } catch (error) {
      // what was stored before has to be told, so the body that cannot be read any further is one more instance that failed
      if (!(error instanceof RequestRefused) || done.length === 0) throw error;
      done.push({ sopClassUid: null, sopInstanceUid: null, outcome: 'refused', code: error.code, because: error.message });
    } finally {
      const away = turnedAway(done);
      if (away.length > 0) await this.records.countTurnedAway(dataset.id, away); // also when the sender broke off
    }
    const count = (outcome: StowedInstance['outcome']): number => done.filter((one) => one.outcome === outcome).length;
    this.log.info('inbox.received', { datasetId: dataset.id, stored: count('stored'), held: count('held'), refused: count('refused') });
    return done;
  }

  private async take(datasetId: string, bytes: Uint8Array, names: KeyedNames, accepted: ReadonlySet<HoldCode>): Promise<StowedInstance> {
    const sent = await namesOf(bytes);
    const treated = await deidentifyDicom(bytes, { policy: DEFAULT_POLICY, names, accepted });
    if (treated.status === 'refused') return { ...sent, outcome: 'refused', code: treated.code, because: treated.message };
    if (treated.status === 'held') {
      return { ...sent, outcome: 'held', code: treated.holds[0].code, because: treated.holds.map(({ because }) => because).join('; ') };
    }
    const rebuilt = joinedBytes(treated.pieces);
    const sha256 = createHash('sha256').update(rebuilt).digest('hex');
    const { sopInstanceUid, seriesInstanceUid, studyInstanceUid, patient } = treated;
    const { dataSet } = await openDicom(rebuilt, rebuilt.length);
    const sopClassUid = dataSet.text(SOP_CLASS) ?? '';
    const instance = { sopInstanceUid, seriesInstanceUid, studyInstanceUid, sopClassUid, patient, sha256, bytes: rebuilt.length };
    async function* read(): AsyncGenerator<Uint8Array, void, void> {
      yield rebuilt;
    }
    const ports = { records: this.records, blobs: this.blobs };
    const kept = await storeThenWrite(ports, [{ sha256, bytes: rebuilt.length, read }], () => this.records.addToInbox(datasetId, instance));
    if (kept) return { ...sent, outcome: 'stored', code: null, because: null };
    await removeUnused(ports, [sha256]);
    return { ...sent, outcome: 'refused', code: 'inbox-other-instance', because: 'the inbox has another instance of this UID' };
  }

  private inLine<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.line.then(work, work);
    this.line = turn.catch(() => undefined); // its own caller is told
    return turn;
  }
}

const SOP_CLASS = 0x00080016;
const SOP_INSTANCE = 0x00080018;

/** The names by which the sender knows the instance. They go back to him and nowhere else. */
async function namesOf(bytes: Uint8Array): Promise<Pick<StowedInstance, 'sopClassUid' | 'sopInstanceUid'>> {
  try {
    const { dataSet } = await openDicom(bytes, STOW_LIMITS.bytes);
    return { sopClassUid: dataSet.text(SOP_CLASS) ?? null, sopInstanceUid: dataSet.text(SOP_INSTANCE) ?? null };
  } catch (error) {
    if (error instanceof ImageFormatError) return { sopClassUid: null, sopInstanceUid: null };
    throw error;
  }
}

/** By code; an instance that waits for somebody to look counts under the first reason. */
function turnedAway(done: readonly StowedInstance[]): { code: string; held: boolean; times: number }[] {
  const counts = new Map<string, { code: string; held: boolean; times: number }>();
  for (const { code, outcome } of done) {
    if (code === null) continue;
    const known = counts.get(code) ?? { code, held: outcome === 'held', times: 0 };
    counts.set(code, { ...known, times: known.times + 1 });
  }
  return [...counts.values()];
}

/** The store instances response, PS3.18 table 10.5.3-2. */
export function stowAnswer(done: readonly StowedInstance[]): { readonly status: 200 | 202 | 409; readonly body: DicomJson; readonly warnings: readonly string[] } {
  const uid = (value: string | null): DicomJsonElement => (value === null ? { vr: 'UI' } : { vr: 'UI', Value: [value] });
  const item = ({ sopClassUid, sopInstanceUid }: StowedInstance): DicomJson => ({ '00081150': uid(sopClassUid), '00081155': uid(sopInstanceUid) });
  const stored = done.filter(({ outcome }) => outcome === 'stored');
  const failed = done.filter(({ outcome }) => outcome !== 'stored');
  const body: DicomJson = {
    ...(stored.length === 0 ? {} : { '00081199': { vr: 'SQ', Value: stored.map((one) => ({ ...item(one), '00081196': { vr: 'US', Value: [COERCED] } })) } }),
    ...(failed.length === 0 ? {} : { '00081198': { vr: 'SQ', Value: failed.map((one) => ({ ...item(one), '00081197': { vr: 'US', Value: [reasonOf(one)] } })) } }),
  };
  const warnings = [...new Set(failed.map(({ code, because }) => `${code}: ${because}`))].slice(0, 10);
  return { status: failed.length === 0 ? 200 : stored.length === 0 ? 409 : 202, body, warnings };
}

function reasonOf({ outcome, code }: StowedInstance): number {
  if (outcome === 'held') return FAILURE.held;
  if (code === 'inbox-other-instance') return FAILURE.duplicate;
  if (code === 'inbox-full') return FAILURE.full;
  return code === 'deid-sop-class' ? FAILURE.sopClass : FAILURE.unreadable;
}
