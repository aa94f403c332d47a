import { Inject, Injectable } from '@nestjs/common';
import { notFound, type Actor, type Resource, type SecrecyLabel } from '#domain';
import type { AccessLog, EvaluationRecords, Log } from '#evaluation';
import { Sight } from '../benchmarks/sight.js';
import { may } from '../http/permit.js';
import { ACCESS_LOG, LOG, RECORDS } from '../settings.js';

/** An object never changes. Sealed pixels stay in no cache; what needs a sign-in is asked for again; none is shared. */
export const CACHING: Readonly<Record<SecrecyLabel, string>> = {
  PUBLIC: 'private, max-age=31536000, immutable',
  PARTICIPANT: 'private, no-cache',
  SEALED: 'private, no-store',
};

/**
 * How an object may be kept, by its label, unless what shows it to the person may end or is not what shows it to others: a
 * capacity, a draft, a rule of the phase. Then nobody keeps it, not even the browser of whoever looked.
 */
export function cachingOf(
  { label = 'SEALED', kind, published, reveal }: Resource,
  byLabel: Readonly<Record<SecrecyLabel, string>> = CACHING,
): string {
  const lasting = published !== false && (kind !== 'reference' || reveal === 'by-label');
  return byLabel[lasting ? label : 'SEALED'];
}

export type FoundObject = NonNullable<Awaited<ReturnType<EvaluationRecords['findObject']>>>;

/** The door in front of stored voxels: policy with the reveal rule, then the access event, committed, then bytes. */
@Injectable()
export class ObjectAccess {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(ACCESS_LOG) private readonly accessLog: AccessLog,
    @Inject(LOG) private readonly log: Log,
    private readonly sight: Sight,
  ) {}

  /**
   * Finds an object that the person may see. A refusal is recorded too, but after the answer: it must take no longer than an
   * object that does not exist.
   *
   * @throws RequestRefused 404, the same in both cases
   */
  async find(actor: Actor, objectId: string): Promise<FoundObject & { readonly caching: string }> {
    const found = await this.records.findObject(objectId);
    if (found === null) throw notFound('object');
    const resource = await this.resourceOf(actor, found);
    if (may(actor, 'object.view', resource)) return { ...found, caching: cachingOf(resource) };
    setImmediate(() => {
      this.accessLog
        .append({ ...eventOf(actor, found), allowed: false })
        .catch((error: unknown) => this.log.error('access-log.failed', error, { objectId: found.object.id }));
    });
    throw notFound('object');
  }

  /** To be waited for before the first byte goes out. */
  async record(actor: Actor, found: FoundObject): Promise<void> {
    await this.accessLog.append({ ...eventOf(actor, found), allowed: true });
  }

  private async resourceOf(actor: Actor, { object, caseName, phaseId, benchmarkId }: FoundObject): Promise<Resource> {
    const { kind, label } = object;
    const benchmark = benchmarkId === null ? null : await this.records.findBenchmark(benchmarkId);
    const phase = benchmark?.phases.find(({ id }) => id === phaseId);
    if (benchmark === null || phase === undefined || caseName === null) return { label, kind };
    const base = await this.sight.ofBenchmark(actor, benchmark);
    return { ...this.sight.ofCase(base, phase, { name: caseName, label }), kind };
  }
}

const eventOf = ({ userId }: Actor, { object, caseId, benchmarkId }: FoundObject) => ({
  userId,
  action: 'object.view',
  objectId: object.id,
  caseId,
  benchmarkId,
});
