import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Controller, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ENDPOINTS, manifestJsonSchema } from '#contracts';
import { notFound, type Resource } from '#domain';
import type { AccessLog, Benchmark, BlobStore, EvaluationCase, EvaluationRecords, StoredObject } from '#evaluation';
import { inPhase, Sight } from '../benchmarks/sight.js';
import { allowLongAnswer } from '../http/linger.js';
import { Mount, type Ask } from '../http/mount.js';
import { may, permit } from '../http/permit.js';
import { ACCESS_LOG, BLOBS, RECORDS, SETTINGS, type ApiSettings } from '../settings.js';
import { kitReadme } from './kit-readme.js';
import { manifestTemplate } from './manifest-template.js';
import { zipStream, type ArchiveEntry } from './zip-stream.js';

/** Images and references of a kit together; whole cases beyond are left out, and the kit says so. */
const MOST_BYTES = 1024 ** 3;

/** What somebody needs to begin: open data, a manifest, scripts, commands. */
@Controller()
export class StarterKitController {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(ACCESS_LOG) private readonly accessLog: AccessLog,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(SETTINGS) private readonly settings: Pick<ApiSettings, 'publicUrl' | 'starterKitDir'>,
    private readonly sight: Sight,
  ) {}

  /** As with single objects: policy, then the access events, committed, then bytes. */
  @Mount(ENDPOINTS.getStarterKit)
  async get({ actor, params, request }: Ask<typeof ENDPOINTS.getStarterKit>, reply: FastifyReply): Promise<void> {
    const benchmark = await this.records.findBenchmark(params.slug);
    if (benchmark === null) throw notFound('benchmark');
    const resource = await this.sight.ofBenchmark(actor, benchmark);
    permit(actor, 'benchmark.view', resource, 'benchmark');
    const all = await this.openCases(actor, benchmark, resource);
    const cases = fitting(all, MOST_BYTES);
    const headers = {
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="${benchmark.slug}-starter-kit.zip"`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    };
    if (request.method === 'HEAD') {
      await reply.code(200).headers(headers).send();
      return;
    }
    for (const one of cases) {
      for (const { id: objectId } of [...one.images, consensusOf(one)]) {
        const about = { objectId, caseId: one.id, benchmarkId: benchmark.id };
        await this.accessLog.append({ userId: actor.userId, action: 'object.view', ...about, allowed: true });
      }
    }
    allowLongAnswer(request);
    const { publicUrl } = this.settings;
    const readme = kitReadme({
      benchmark,
      cases: cases.map(({ name }) => name),
      practiceCases: all.length,
      publicUrl,
    });
    const entries = [
      text('README.md', readme),
      text('voxelmark.json', json(manifestTemplate(benchmark, all))),
      text('manifest.schema.json', json(manifestJsonSchema())),
      ...(await this.scripts()),
      ...cases.flatMap((one) => this.entriesOf(one, benchmark)),
    ];
    await reply
      .code(200)
      .headers(headers)
      .send(Readable.from(zipStream(entries, benchmark.createdAt), { objectMode: false }));
  }

  /** Practice cases whose images and reference this person may load. What is sealed is in no kit, whoever asks. */
  private async openCases(
    actor: Ask['actor'],
    { phases }: Benchmark,
    resource: Resource,
  ): Promise<readonly EvaluationCase[]> {
    const open: EvaluationCase[] = [];
    for (const phase of phases.filter(({ kind }) => kind === 'practice')) {
      const here = inPhase(resource, phase);
      const shown = ({ label }: StoredObject, kind: 'image' | 'reference'): boolean =>
        label !== 'SEALED' && may(actor, 'object.view', { ...here, label, kind });
      for (const one of await this.records.cases(phase.id)) {
        const reference = one.references.find(({ consensus }) => consensus)?.object;
        const whole = one.images.every((image) => shown(image, 'image')) && reference && shown(reference, 'reference');
        if (one.label !== 'SEALED' && whole) open.push(one);
      }
    }
    return open;
  }

  private entriesOf(one: EvaluationCase, { channels }: Benchmark): ArchiveEntry[] {
    const name = fileName(one.name);
    const blob = (path: string, { sha256 }: StoredObject): ArchiveEntry => ({
      path,
      stored: true,
      content: () => this.blobs.open(sha256),
    });
    const images = one.images.map((image) =>
      blob(`images/${name}${channels.length > 1 ? `_${fileName(image.channel)}` : ''}.nii.gz`, image),
    );
    return [...images, blob(`references/${name}.nii.gz`, consensusOf(one))];
  }

  private async scripts(): Promise<ArchiveEntry[]> {
    const folder = this.settings.starterKitDir;
    if (folder === null) return [];
    const names = (await readdir(folder)).filter((name) => name.endsWith('.py')).sort();
    return names.map((name) => ({
      path: `export/${name}`,
      stored: false,
      content: () => createReadStream(join(folder, name)),
    }));
  }
}

function consensusOf({ id, references }: EvaluationCase): StoredObject {
  const found = references.find(({ consensus }) => consensus);
  if (found === undefined) throw new Error(`case ${id} has no consensus`);
  return found.object;
}

/** The first cases that fit, at least one. */
function fitting(cases: readonly EvaluationCase[], most: number): readonly EvaluationCase[] {
  let bytes = 0;
  return cases.filter((one, n) => {
    bytes += [...one.images, consensusOf(one)].reduce((sum, object) => sum + object.bytes, 0);
    return n === 0 || bytes <= most;
  });
}

function text(path: string, content: string): ArchiveEntry {
  return {
    path,
    stored: false,
    content: async function* () {
      yield Buffer.from(content);
    },
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** A name that every system takes, and that leads nowhere else. */
function fileName(name: string): string {
  return name.replace(/[^0-9A-Za-z._-]/g, '_').replace(/^[._]+/, '') || 'case';
}
