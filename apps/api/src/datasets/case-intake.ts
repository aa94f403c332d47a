import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { MOST_CASE_FILE_BYTES, type SentCaseFields } from '#contracts';
import { RequestRefused, type Actor } from '#domain';
import { addCase, removeUnused, type BlobStore, type CaseForm as FormOfCases, type Dataset, type DatasetCase, type EvaluationRecords, type RewrittenCase, type SentCase, type SentVolume } from '#evaluation';
import { ImageFormatError } from '#imaging';
import { allowLongAnswer } from '../http/linger.js';
import { BLOBS, CASES, RECORDS } from '../settings.js';
import { TakeIn } from '../submissions/take-in.js';
import { UploadSpool, type SpooledFile } from '../submissions/upload-spool.js';
import type { CaseEngine } from './case-engine.js';
import { readCaseForm, type CaseForm } from './case-form.js';

interface SpooledVolume extends SentVolume {
  readonly path: string;
}

/** The way of a case through the door: form, files, checks, blobs, row. */
@Injectable()
export class CaseIntake implements OnModuleDestroy {
  /** The last case in line. A volume is held in memory while it is checked, so there is one case at a time. */
  private line: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(RECORDS) private readonly records: Pick<EvaluationRecords, 'findDatasetCase' | 'addDatasetCase' | 'blobInUse' | 'withLock'>,
    @Inject(BLOBS) private readonly blobs: Pick<BlobStore, 'put' | 'head' | 'delete'>,
    @Inject(CASES) private readonly engine: CaseEngine,
    private readonly spool: UploadSpool,
    private readonly takeIn: TakeIn,
  ) {}

  onModuleDestroy(): Promise<void> {
    return this.engine.close();
  }

  /** Removes blobs of rows that are gone, unless others refer to them. */
  forget(digests: readonly string[]): Promise<void> {
    return removeUnused({ records: this.records, blobs: this.blobs }, digests);
  }

  /** @throws RequestRefused as each step says */
  async receive(dataset: Dataset, { request, actor }: { readonly request: FastifyRequest; readonly actor: Actor }): Promise<{ readonly case: DatasetCase; readonly existing: boolean }> {
    const done = this.takeIn.countUpload(actor.userId as string); // the policy asks for an account
    const files: SpooledFile[] = [];
    try {
      await this.spool.checkRoom(Number(request.headers['content-length'] ?? 0) || 0);
      const form = await readCaseForm(request);
      const received = await this.receiveFiles(form, files);
      allowLongAnswer(request);
      return await this.inLine(async () => {
        const sent = await this.digested(form.fields, received);
        const rewriter = { rewrite: (of: FormOfCases, one: SentCase<SpooledVolume>) => this.rewrite(of, one) };
        return addCase({ records: this.records, blobs: this.blobs, rewriter }, dataset, sent);
      });
    } finally {
      done();
      for (const file of files) await file.remove();
    }
  }

  private async receiveFiles({ fields, files }: CaseForm, spooled: SpooledFile[]): Promise<{ readonly images: SpooledFile[]; readonly references: SpooledFile[] }> {
    const [images, references]: SpooledFile[][] = [[], []];
    for await (const { field, content } of files()) {
      const file = await this.spool.receive(content, 'case', MOST_CASE_FILE_BYTES);
      spooled.push(file);
      (field === 'image' ? images : references).push(file);
    }
    if (references.length !== fields.references.length) {
      throw invalid('form.reference', `${references.length} files and ${fields.references.length} readers; expected a file \`reference\` for each of \`references\``);
    }
    return { images, references };
  }

  private async digested(fields: SentCaseFields, { images, references }: { readonly images: readonly SpooledFile[]; readonly references: readonly SpooledFile[] }): Promise<SentCase<SpooledVolume>> {
    const volume = async ({ path }: SpooledFile): Promise<SpooledVolume> => {
      try {
        return { path, sha256: await this.engine.digest(path) };
      } catch (error) {
        if (error instanceof ImageFormatError) throw invalid('form', `${error.code}: ${error.message}`, error);
        throw error;
      }
    };
    const [ofImages, ofReferences]: SpooledVolume[][] = [[], []];
    for (const file of images) ofImages.push(await volume(file));
    for (const file of references) ofReferences.push(await volume(file));
    return { ...fields, images: ofImages, references: fields.references.map((reference, n) => ({ ...reference, file: ofReferences[n] })) };
  }

  private async rewrite(form: FormOfCases, { images, references }: SentCase<SpooledVolume>): Promise<RewrittenCase> {
    const outputs = [...images, ...references].map(() => this.spool.newPath());
    const discard = async (): Promise<void> => {
      for (const path of outputs) await rm(path, { force: true });
    };
    try {
      const { labels, ignoreLabel, channels } = form;
      const { geometry, files } = await this.engine.rewrite({
        form: { labels, ignoreLabel, channels },
        images: images.map(({ path }) => path),
        references: references.map(({ reader, file }) => ({ reader, path: file.path })),
        outputs,
      });
      const stored = files.map((file, n) => ({ ...file, read: () => createReadStream(outputs[n]) }));
      return { geometry, images: stored.slice(0, images.length), references: stored.slice(images.length), discard };
    } catch (error) {
      await discard();
      throw error;
    }
  }

  private inLine<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.line.then(work, work);
    this.line = turn.catch(() => undefined); // its own caller is told
    return turn;
  }
}

function invalid(path: string, message: string, cause?: Error): RequestRefused {
  return new RequestRefused(422, 'case-invalid', `The case cannot be used: ${message}`, [{ path, message }], { cause });
}
