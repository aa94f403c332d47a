import { Inject, Injectable } from '@nestjs/common';
import { notFound, RequestRefused, type Actor, type Resource } from '#domain';
import {
  caseIdOfStudy,
  seriesUidOf,
  studyUidOf,
  type AccessLog,
  type Benchmark,
  type CasePrediction,
  type EvaluationCase,
  type EvaluationRecords,
  type Log,
  type Phase,
  type StoredObject,
} from '#evaluation';
import { ACCESS_LOG, LOG, RECORDS } from '../settings.js';
import { Sight } from '../benchmarks/sight.js';
import { cachingOf } from '../cases/object-access.js';
import { may } from '../http/permit.js';

/** A case as DICOM sees it. */
export interface Study {
  readonly uid: string;
  readonly benchmark: Benchmark;
  readonly phase: Phase;
  readonly case: EvaluationCase;
}

/** One image, reference or prediction of a case. */
export interface Series {
  readonly study: Study;
  readonly uid: string;
  /** Images from 1, references from 101, predictions from 1001 in the order in which they were made. */
  readonly number: number;
  readonly kind: 'image' | 'reference' | 'prediction';
  readonly object: StoredObject;
  readonly modality: string;
  readonly description: string;
  /** HU, … of an image, where the benchmark says so. */
  readonly unit?: string;
  /** Who drew or computed a segmentation. */
  readonly author?: { readonly name: string; readonly automatic: boolean };
  readonly instanceCount: number;
  /** How its pixels may be kept: Cache-Control. Absent: not at all. */
  readonly caching?: string;
}

/** Pixels that need a sign-in are kept by nobody on the way; sealed ones not even by whoever asked. */
const KEPT = { PUBLIC: 'private, max-age=86400', PARTICIPANT: 'private, no-cache', SEALED: 'private, no-store' } as const;
/** As many as the page of a case lists. */
const MOST_PREDICTIONS = 200;

/** Which cases, images and segmentations a person may see, found by their UIDs. The policy is asked for each of them. */
@Injectable()
export class Studies {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(ACCESS_LOG) private readonly accessLog: AccessLog,
    @Inject(LOG) private readonly log: Log,
    private readonly sight: Sight,
  ) {}

  /**
   * @throws RequestRefused 404, the same whether there is no such case or the person may not see it; the latter is recorded,
   *   after the answer, for it must take no longer
   */
  async find(actor: Actor, uid: string): Promise<Study> {
    const caseId = caseIdOfStudy(uid);
    const found = caseId === null ? null : await this.records.findCase(caseId);
    const benchmark = found === null ? null : await this.records.findBenchmark(found.phase.benchmarkId);
    if (found === null || benchmark === null) throw notFound('study');
    const study = { uid, benchmark, phase: found.phase, case: found.case };
    if (!this.sees(actor, study, await this.sight.ofBenchmark(actor, benchmark))) {
      this.recordRefusal(actor, study, found.case.images[0]);
      throw notFound('study');
    }
    return study;
  }

  /** As `find`, nothing where that refuses: a search does not say that there is something. */
  async *findIfAny(actor: Actor, uid: string): AsyncGenerator<Study, void, void> {
    const found = await this.find(actor, uid).catch((error: unknown) => {
      if (error instanceof RequestRefused) return null;
      throw error;
    });
    if (found !== null) yield found;
  }

  /** All that the person may see, newest benchmark first. */
  async *all(actor: Actor): AsyncGenerator<Study, void, void> {
    for (const benchmark of await this.records.listBenchmarks()) {
      const sight = await this.sight.ofBenchmark(actor, benchmark);
      if (!may(actor, 'benchmark.view', sight)) continue;
      for (const phase of benchmark.phases) {
        if (!this.sight.mayOpen(actor, sight, phase)) continue;
        for (const one of await this.records.cases(phase.id)) {
          const study = { uid: studyUidOf(one.id), benchmark, phase, case: one };
          if (this.sees(actor, study, sight)) yield study;
        }
      }
    }
  }

  /** Images, and the segmentations that the person may see. */
  async seriesOf(actor: Actor, study: Study): Promise<readonly Series[]> {
    const { all, shown } = await this.known(actor, study);
    return all.filter(({ object }) => shown.has(object.id));
  }

  /** @throws RequestRefused 404, as `find` */
  async findSeries(actor: Actor, studyUid: string, seriesUid: string): Promise<Series> {
    const study = await this.find(actor, studyUid);
    const { all, shown } = await this.known(actor, study);
    const found = all.find(({ uid }) => uid === seriesUid);
    if (found !== undefined && shown.has(found.object.id)) return found;
    if (found !== undefined) this.recordRefusal(actor, study, found.object);
    throw notFound('series');
  }

  /** Whether the person may see a segmentation of the case: a reference, or else a prediction. */
  async seesSegmentations(actor: Actor, study: Study): Promise<boolean> {
    const here = await this.sightOf(actor, study);
    const sees = (kind: 'reference' | 'prediction') => ({ object: { label } }: { readonly object: Pick<StoredObject, 'label'> }) =>
      may(actor, 'object.view', { ...here, label, kind });
    if (study.case.references.some(sees('reference'))) return true;
    if (!may(actor, 'run.case-result', here)) return false;
    return (await this.predictionsOf(actor, study, here, 1)).some(sees('prediction'));
  }

  /** Written, and waited for, before the first byte that pixels were read for. */
  async recordAccess(actor: Actor, { object, study }: Series): Promise<void> {
    await this.accessLog.append({ ...eventOf(actor, study, object), allowed: true });
  }

  /** A case is seen with all its images or not at all, as on its page. */
  private sees(actor: Actor, study: Study, sight: Resource): boolean {
    const here = this.sight.ofCase(sight, study.phase, study.case);
    return (
      may(actor, 'case.view', here) &&
      study.case.images.every(({ label }) => may(actor, 'object.view', { ...here, label, kind: 'image' }))
    );
  }

  private async known(actor: Actor, study: Study): Promise<{ all: readonly Series[]; shown: ReadonlySet<string> }> {
    const here = await this.sightOf(actor, study);
    const predictions = may(actor, 'run.case-result', here)
      ? await this.predictionsOf(actor, study, here, MOST_PREDICTIONS)
      : [];
    const all = [...imagesOf(study), ...referencesOf(study), ...predictionsOf(study, predictions)].map((one): Series => {
      const { object, kind } = one;
      return { ...one, caching: cachingOf({ ...here, label: object.label, kind }, KEPT) };
    });
    const shown = all.filter(({ object: { label }, kind }) => may(actor, 'object.view', { ...here, label, kind }));
    return { all, shown: new Set(shown.map(({ object }) => object.id)) };
  }

  private predictionsOf(actor: Actor, { phase, case: one }: Study, here: Resource, limit: number) {
    return this.records.predictionsOfCase(one.id, limit, this.sight.toldBy(actor, here, phase));
  }

  private async sightOf(actor: Actor, { benchmark, phase, case: one }: Study): Promise<Resource> {
    return this.sight.ofCase(await this.sight.ofBenchmark(actor, benchmark), phase, one);
  }

  private recordRefusal(actor: Actor, study: Study, object: StoredObject): void {
    setImmediate(() => {
      this.accessLog
        .append({ ...eventOf(actor, study, object), allowed: false })
        .catch((error: unknown) => this.log.error('access-log.failed', error, { objectId: object.id }));
    });
  }
}

function eventOf(actor: Actor, { benchmark, case: one }: Study, object: StoredObject) {
  return { userId: actor.userId, action: 'object.view', objectId: object.id, caseId: one.id, benchmarkId: benchmark.id };
}

/** Of an image: as its channel says; of a single channel that says nothing, as the header of its file said; else OT. */
export function modalityOf({ benchmark: { channels }, case: { facts } }: Study, channel: string): string {
  const said = channels.find(({ name }) => name === channel)?.modality ?? (channels.length === 1 ? facts.modality : undefined);
  return /^[A-Z0-9_ ]{1,16}$/.exec(String(said ?? ''))?.[0] ?? 'OT';
}

export function imagesOf(study: Study): Series[] {
  const { case: one, benchmark } = study;
  return one.images.map((object, n): Series => {
    const channel = benchmark.channels.find(({ name }) => name === object.channel);
    return {
      study,
      uid: seriesUidOf(one.id, object.id),
      number: n + 1,
      kind: 'image',
      object,
      modality: modalityOf(study, object.channel),
      description: object.channel,
      ...(channel?.unit === undefined ? {} : { unit: channel.unit }),
      instanceCount: one.geometry.sizeXyz[2],
    };
  });
}

function referencesOf(study: Study): Series[] {
  return study.case.references.map(({ reader, consensus, object }, n): Series => ({
    ...segmentation(study, object),
    number: 101 + n,
    kind: 'reference',
    description: consensus ? `Reference, consensus (${reader})` : `Reference, ${reader}`,
    author: { name: reader, automatic: false },
  }));
}

function predictionsOf(study: Study, predictions: readonly CasePrediction[]): Series[] {
  return [...predictions]
    .sort((a, b) => (a.object.id < b.object.id ? -1 : 1))
    .map(({ algorithm, version, object }, n): Series => ({
      ...segmentation(study, object),
      number: 1001 + n,
      kind: 'prediction',
      description: `Prediction, ${algorithm.name} ${version}`,
      author: { name: `${algorithm.name} ${version}`, automatic: true },
    }));
}

function segmentation(study: Study, object: StoredObject) {
  return { study, uid: seriesUidOf(study.case.id, object.id), object, modality: 'SEG', instanceCount: 1 };
}
