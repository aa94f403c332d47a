import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RequestRefused, type Actor } from '#domain';
import { addCase, type BlobStore, type Dataset, type DatasetCase, type EvaluationRecords, type SentCase } from '#evaluation';
import { allowLongAnswer } from '../http/linger.js';
import { BLOBS, RECORDS } from '../settings.js';
import { TakeIn } from '../submissions/take-in.js';
import { UploadSpool, type Spooled } from '../submissions/upload-spool.js';
import { MOST_CASE_FILE_BYTES, readCaseForm, type CaseForm } from './case-form.js';

/** The way of a case through the door: form, files, checks, blobs, row. */
@Injectable()
export class CaseIntake {
  /** The last case in line. Volumes are held in memory while they are checked, so there is one at a time. */
  private line: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(RECORDS) private readonly records: Pick<EvaluationRecords, 'findDatasetCase' | 'addDatasetCase'>,
    @Inject(BLOBS) private readonly blobs: Pick<BlobStore, 'put'>,
    private readonly spool: UploadSpool,
    private readonly takeIn: TakeIn,
  ) {}

  /** @throws RequestRefused as each step says */
  async receive(dataset: Dataset, { request, actor }: { readonly request: FastifyRequest; readonly actor: Actor }): Promise<{ readonly case: DatasetCase; readonly existing: boolean }> {
    const done = this.takeIn.countUpload(actor.userId as string); // the policy asks for an account
    const files: Spooled[] = [];
    try {
      await this.spool.checkRoom(Number(request.headers['content-length'] ?? 0) || 0);
      const form = await readCaseForm(request);
      const sent = await this.spoolFiles(form, files);
      allowLongAnswer(request);
      return await this.inLine(() => addCase({ records: this.records, blobs: this.blobs }, dataset, sent));
    } finally {
      for (const file of files) await file.remove();
      done();
    }
  }

  private async spoolFiles({ fields, files }: CaseForm, spooled: Spooled[]): Promise<SentCase> {
    const [images, references]: Spooled[][] = [[], []];
    for await (const { field, content } of files()) {
      const file = await this.spool.receive(content, 'case', MOST_CASE_FILE_BYTES);
      spooled.push(file);
      (field === 'image' ? images : references).push(file);
    }
    if (references.length !== fields.references.length) {
      const message = `${references.length} files and ${fields.references.length} readers; expected a file \`reference\` for each of \`references\``;
      throw new RequestRefused(422, 'case-invalid', `The case cannot be used: ${message}`, [{ path: 'form.reference', message }]);
    }
    return {
      ...fields,
      images: images.map(volumeOf),
      references: fields.references.map((reference, n) => ({ ...reference, file: volumeOf(references[n]) })),
    };
  }

  private inLine<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.line.then(work, work);
    this.line = turn.catch(() => undefined); // its own caller is told
    return turn;
  }
}

const volumeOf = (file: Spooled) => ({
  sha256: file.sha256,
  read: async () => {
    const bytes = new Uint8Array(file.bytes);
    let at = 0;
    for await (const piece of file.read()) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  },
});
