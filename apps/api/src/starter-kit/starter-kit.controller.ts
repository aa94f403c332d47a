import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Controller, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ENDPOINTS, manifestJsonSchema, type StarterKit } from '#contracts';
import { notFound } from '#domain';
import type { AccessLog, Benchmark, BlobStore, EvaluationCase, EvaluationRecords, StoredObject } from '#evaluation';
import { Sight } from '../benchmarks/sight.js';
import { geometryView } from '../cases/case-view.js';
import { consensusOf, openCases } from '../cases/open-cases.js';
import { allowLongAnswer } from '../http/linger.js';
import { Mount, type Ask } from '../http/mount.js';
import { permit } from '../http/permit.js';
import { ACCESS_LOG, BLOBS, RECORDS, SETTINGS, type ApiSettings } from '../settings.js';
import { kitNames, type KitFiles } from './kit-names.js';
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
    const all = await openCases(this.records, this.sight, actor, benchmark, resource);
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
    const files = kitNames(
      cases.map(({ name }) => name),
      benchmark.channels.map(({ name }) => name),
    );
    const entries = [
      text('README.md', readme),
      text('voxelmark.json', json(manifestTemplate(benchmark, all))),
      text('manifest.schema.json', json(manifestJsonSchema())),
      text('benchmark.json', json(kitContents(benchmark, all, files))),
      ...(await this.scripts()),
      ...this.caseEntries(cases, files),
    ];
    await reply
      .code(200)
      .headers(headers)
      .send(Readable.from(zipStream(entries, benchmark.createdAt), { objectMode: false }));
  }

  private caseEntries(cases: readonly EvaluationCase[], files: ReadonlyMap<string, KitFiles>): ArchiveEntry[] {
    const blob = (path: string, { sha256 }: StoredObject): ArchiveEntry => ({
      path,
      stored: true,
      content: () => this.blobs.open(sha256),
    });
    return cases.flatMap((one) => {
      const paths = files.get(one.name);
      if (paths === undefined) throw new Error(`case ${one.id} has no file name`);
      return [...one.images.map((image, n) => blob(paths.images[n], image)), blob(paths.reference, consensusOf(one))];
    });
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

/** The benchmark as `model check` needs to know it, with the sizes of all open cases. */
function kitContents(
  { slug, channels, labels, phases }: Benchmark,
  cases: readonly EvaluationCase[],
  files: ReadonlyMap<string, KitFiles>,
): StarterKit {
  return {
    format: 'voxelmark-starter-kit-1',
    slug,
    channels: [...channels],
    labels: labels.map(({ value, name }) => ({ value, name })),
    phases: phases.map(({ kind, rules: { regions, metrics, limits, ignoreLabel } }) => ({
      kind,
      rules: {
        regions: regions.map((region) => ({ ...region, labels: [...region.labels] })),
        metrics: [...metrics],
        limits,
        ...(ignoreLabel === undefined ? {} : { ignoreLabel }),
      },
    })),
    cases: cases.map((one) => {
      const found = files.get(one.name);
      return {
        name: one.name,
        geometry: geometryView(one),
        files: found ? { images: [...found.images], reference: found.reference } : null,
      };
    }),
  };
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
