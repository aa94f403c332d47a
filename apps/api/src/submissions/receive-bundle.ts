import { RequestRefused } from '#domain';
import type { ConformanceFiles, SentModel } from '#evaluation';
import { MOST_CONFORMANCE_BYTES, type SubmissionForm } from './submission-form.js';
import type { Spooled, UploadSpool } from './upload-spool.js';

/** The files of a form, complete and hashed, on the spool. */
export interface Bundle {
  /** As they came. */
  readonly models: readonly SentModel[];
  readonly conformance: ConformanceFiles | null;
  /** Every file once, whatever it is. */
  readonly files: readonly Spooled[];
  readonly bytes: number;
  /** Takes them off the spool. */
  remove(): Promise<void>;
}

/**
 * Takes in the files of a form, one after the other; on any fault nothing stays.
 *
 * @param maxModelBytes of all models together
 * @throws RequestRefused as `UploadSpool.receive` and the form say, and 400 `form-invalid` for half a conformance case
 */
export async function receiveBundle(
  spool: Pick<UploadSpool, 'receive'>,
  form: Pick<SubmissionForm, 'files'>,
  maxModelBytes: number,
): Promise<Bundle> {
  const models: (Spooled & { readonly file: string })[] = [];
  const images: Spooled[] = [];
  const expected: Spooled[] = [];
  const all = (): Spooled[] => [...models, ...images, ...expected];
  const remove = async (): Promise<void> => {
    for (const upload of all()) await upload.remove();
  };
  try {
    for await (const { field, fileName, content } of form.files()) {
      if (field === 'model') {
        const room = maxModelBytes - models.reduce((sum, { bytes }) => sum + bytes, 0);
        models.push({ ...(await spool.receive(content, 'model', room)), file: fileName });
      } else {
        const part = await spool.receive(content, 'conformance', MOST_CONFORMANCE_BYTES);
        (field === 'conformanceImage' ? images : expected).push(part);
      }
    }
    if (images.length > 0 !== expected.length > 0) {
      const missing = images.length === 0 ? 'conformanceImage' : 'conformanceLabels';
      const message = 'missing; a conformance case has images and a label map';
      throw new RequestRefused(400, 'form-invalid', `form.${missing}: ${message}`, [
        { path: `form.${missing}`, message },
      ]);
    }
  } catch (error) {
    await remove();
    throw error;
  }
  const files = [...new Map(all().map((upload) => [upload.sha256, upload])).values()];
  return {
    models,
    conformance: expected.length === 0 ? null : { images, expected: expected[0] },
    files,
    bytes: all().reduce((sum, { bytes }) => sum + bytes, 0),
    remove,
  };
}
