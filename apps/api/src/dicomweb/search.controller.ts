import { Controller, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { API_PREFIX, ENDPOINTS } from '#contracts';
import type { Actor } from '#domain';
import { instanceNumberOf } from '#evaluation';
import type { DicomJson } from '#imaging';
import { Mount, type Ask } from '../http/mount.js';
import { SETTINGS, type ApiSettings } from '../settings.js';
import { choose } from './accept.js';
import { Instances } from './instances.js';
import { instanceRecord, seriesRecord, studyCounts, studyRecord } from './records.js';
import { matches, MOST_RESULTS, MOST_STUDIES, ofStudy, readSearch, uidsWanted, type Search } from './search.js';
import { Studies, type Series, type Study } from './studies.js';

export const JSON_OFFERS = ['application/dicom+json', 'application/json'].map((type) => ({ type, multipart: false, transferSyntaxes: [] }));

type Query = Ask<typeof ENDPOINTS.searchStudies>['query'];
interface Asked {
  readonly actor: Actor;
  readonly query: Query;
  readonly request: Ask['request'];
}

/** A search, and where to say what of it was not done. */
interface Told extends Search {
  readonly tell: (sentence: string) => void;
}

/** QIDO-RS: which studies, series and instances there are, of those that the asking person may see. */
@Controller()
export class DicomSearchController {
  constructor(
    private readonly studies: Studies,
    private readonly instances: Instances,
    @Inject(SETTINGS) private readonly settings: Pick<ApiSettings, 'publicUrl'>,
  ) {}

  @Mount(ENDPOINTS.searchStudies)
  async searchStudies(ask: Ask<typeof ENDPOINTS.searchStudies>, reply: FastifyReply): Promise<void> {
    await this.answer(ask, reply, async function* (this: DicomSearchController, search) {
      for await (const study of this.candidates(ask.actor, search)) {
        if (!matches(studyRecord(this.root, study, false), ofStudy(search))) continue;
        const record = studyRecord(this.root, study, await this.studies.seesSegmentations(ask.actor, study));
        if (matches(record, search)) yield async () => ({ ...record, ...studyCounts(await this.studies.seriesOf(ask.actor, study)) });
      }
    });
  }

  @Mount(ENDPOINTS.searchSeries)
  searchSeries(ask: Ask<typeof ENDPOINTS.searchSeries>, reply: FastifyReply): Promise<void> {
    return this.answerSeries(ask, reply, (search) => this.candidates(ask.actor, search));
  }

  @Mount(ENDPOINTS.searchStudySeries)
  searchStudySeries(ask: Ask<typeof ENDPOINTS.searchStudySeries>, reply: FastifyReply): Promise<void> {
    return this.answerSeries(ask, reply, () => this.one(ask.actor, ask.params.study));
  }

  @Mount(ENDPOINTS.searchInstances)
  searchInstances(ask: Ask<typeof ENDPOINTS.searchInstances>, reply: FastifyReply): Promise<void> {
    return this.answerInstances(ask, reply, (search) => this.seriesIn(ask.actor, this.candidates(ask.actor, search), search));
  }

  @Mount(ENDPOINTS.searchStudyInstances)
  searchStudyInstances(ask: Ask<typeof ENDPOINTS.searchStudyInstances>, reply: FastifyReply): Promise<void> {
    return this.answerInstances(ask, reply, (search) => this.seriesIn(ask.actor, this.one(ask.actor, ask.params.study), search));
  }

  @Mount(ENDPOINTS.searchSeriesInstances)
  searchSeriesInstances(ask: Ask<typeof ENDPOINTS.searchSeriesInstances>, reply: FastifyReply): Promise<void> {
    const { study, series } = ask.params;
    const { studies } = this;
    return this.answerInstances(ask, reply, async function* () {
      yield await studies.findSeries(ask.actor, study, series);
    });
  }

  private get root(): string {
    return `${this.settings.publicUrl.replace(/\/$/, '')}${API_PREFIX}/dicomweb`;
  }

  private answerSeries(ask: Asked, reply: FastifyReply, among: (search: Told) => AsyncIterable<Study>): Promise<void> {
    return this.answer(ask, reply, async function* (this: DicomSearchController, search) {
      for await (const series of this.seriesIn(ask.actor, among(search), search)) {
        const record = { ...studyRecord(this.root, series.study, series.modality === 'SEG'), ...seriesRecord(this.root, series) };
        if (matches(record, search)) yield async () => record;
      }
    });
  }

  private answerInstances(ask: Asked, reply: FastifyReply, among: (search: Told) => AsyncIterable<Series>): Promise<void> {
    return this.answer(ask, reply, async function* (this: DicomSearchController, search) {
      const wanted = uidsWanted(search, '00080018');
      const seriesWanted = uidsWanted(search, '0020000E');
      for await (const series of among(search)) {
        if (seriesWanted?.includes(series.uid) === false) continue;
        const above = { ...studyRecord(this.root, series.study, series.modality === 'SEG'), ...seriesRecord(this.root, series) };
        const sopClass = this.instances.sopClassOf(series);
        const numbers = wanted?.map((uid) => instanceNumberOf(series.uid, uid)) ?? Array.from({ length: series.instanceCount }, (_, n) => n + 1);
        for (const number of numbers) {
          if (number === null || number > series.instanceCount) continue;
          const record = { ...above, ...instanceRecord(this.root, series, sopClass, number) };
          if (matches(record, search)) yield async () => record;
        }
      }
    });
  }

  /**
   * Passes over `offset` answers, gives `limit`, and looks whether there is one more. Only what is given is completed.
   * What is sent is in the order of the benchmarks, phases and cases, so that pages fit together.
   */
  private async answer(
    { query, request }: Asked,
    reply: FastifyReply,
    find: (this: DicomSearchController, search: Told) => AsyncIterable<() => Promise<DicomJson>>,
  ): Promise<void> {
    const { offer } = choose(request.headers.accept, [query.accept].flat()[0], JSON_OFFERS);
    const read = readSearch(query);
    const found: DicomJson[] = [];
    const warnings = [...read.warnings];
    const search: Told = { ...read, tell: (sentence) => void warnings.push(sentence) };
    let passed = 0;
    for await (const complete of find.call(this, search)) {
      if (passed++ < search.offset) continue;
      if (found.length === search.limit) {
        if (search.limit === MOST_RESULTS) warnings.push(`there are more than ${MOST_RESULTS} results; use offset to go on`);
        break;
      }
      found.push(await complete());
    }
    for (const warning of warnings) reply.header('warning', `299 voxelmark "${warning.replaceAll(/[^\x20-\x7e]|["\\]/g, '?')}"`);
    await reply.code(200).header('content-type', offer.type).header('cache-control', 'private, no-store').send(Buffer.from(JSON.stringify(found)));
  }

  /** Studies that can be in the answer; a search by UID does not go through all of them. */
  private async *candidates(actor: Actor, search: Told): AsyncGenerator<Study, void, void> {
    const wanted = uidsWanted(search, '0020000D');
    let looked = 0;
    if (wanted === null) {
      for await (const study of this.studies.all(actor)) {
        if (++looked > MOST_STUDIES) return search.tell(`only the first ${MOST_STUDIES} studies were looked at; ask for studies by their UID to find others`);
        yield study;
      }
    } else {
      for (const uid of new Set(wanted)) {
        if (++looked > MOST_STUDIES) return search.tell(`only the first ${MOST_STUDIES} UIDs were looked at`);
        yield* this.studies.findIfAny(actor, uid);
      }
    }
  }

  private async *one(actor: Actor, uid: string): AsyncGenerator<Study, void, void> {
    yield await this.studies.find(actor, uid);
  }

  /** Series are read of studies only that can be in the answer. */
  private async *seriesIn(actor: Actor, studies: AsyncIterable<Study>, search: Search): AsyncGenerator<Series, void, void> {
    const wanted = ofStudy(search);
    for await (const study of studies) {
      if (matches(studyRecord(this.root, study, false), wanted)) yield* await this.studies.seriesOf(actor, study);
    }
  }
}
