import { useState, type ReactNode } from 'react';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { BenchmarkView } from '#contracts';
import { asApiError } from '../api/api-error.js';
import { queries } from '../api/queries.js';
import { SelectField } from '../ui/field.js';
import { Notice } from '../ui/notice.js';
import { ErrorState } from '../ui/states.js';
import { bundleFaults, mergeFaults, NO_FAULTS, placeProblems, whatIsMissing } from './bundle-faults.js';
import { ChosenFiles } from './chosen-files-view.js';
import { examineFiles, NOTHING_CHOSEN, type Chosen } from './chosen-files.js';
import { ConformanceFiles } from './conformance-files.js';
import { DropZone } from './drop-zone.js';
import { PreflightList } from './preflight-list.js';
import { UploadProgress } from './upload-progress.js';
import { uploadPreflight, uploadSubmission } from './upload.js';
import { useUpload } from './use-upload.js';

/**
 * Where to, which files, the checks, and the submission itself. The checks may be left out: the same ones are made before a
 * run starts. What failed in them has to be corrected first.
 */
export function SubmitForm({
  benchmarks,
  slug,
  initialAlgorithm,
  onBenchmark,
}: {
  readonly benchmarks: readonly Pick<BenchmarkView, 'slug' | 'title'>[];
  readonly slug: string;
  readonly initialAlgorithm: string | undefined;
  readonly onBenchmark: (slug: string) => void;
}): ReactNode {
  const algorithms = useInfiniteQuery(queries.algorithms(true));
  const target = useQuery(queries.benchmark(slug));
  const client = useQueryClient();
  const navigate = useNavigate();
  const [algorithm, setAlgorithm] = useState(initialAlgorithm ?? '');
  const [chosen, setChosen] = useState<Chosen>(NOTHING_CHOSEN);
  const [key, setKey] = useState(newKey);
  const [preflightId, setPreflightId] = useState<string | null>(null);

  const checking = useUpload({
    send: (watch) => uploadPreflight(slug, chosen, watch),
    onSuccess: (receipt) => {
      client.setQueryData(queries.preflight(receipt.id).queryKey, receipt);
      setPreflightId(receipt.id);
    },
  });
  const submitting = useUpload({
    send: (watch) => {
      const preflight = checks !== undefined && checks.submittableUntil !== null ? checks.id : null;
      const name = algorithm === '' ? undefined : algorithm;
      return uploadSubmission({ benchmark: slug, algorithm: name, chosen, preflight }, key, watch);
    },
    onSuccess: async (receipt) => {
      void client.invalidateQueries({ queryKey: ['submissions'] });
      void client.invalidateQueries({ queryKey: ['algorithms'] });
      void client.invalidateQueries({ queryKey: ['algorithm'] });
      await navigate({
        to: '/submissions/$id',
        params: { id: receipt.id },
        search: receipt.existing ? { existing: true } : {},
      });
    },
  });
  const preflight = useQuery({ ...queries.preflight(preflightId ?? ''), enabled: preflightId !== null });
  const checks = preflightId === null ? undefined : preflight.data;

  /** Another content is another attempt; what was found about the former no longer holds. */
  const change = (next: () => void): void => {
    next();
    setKey(newKey());
    setPreflightId(null);
    checking.reset();
    submitting.reset();
  };
  const looking = useMutation({
    mutationFn: (files: File[]) => examineFiles(files, chosen),
    onSuccess: (next) => change(() => setChosen(next)),
  });

  const refusal = submitting.error ?? checking.error;
  const refused = refusal === null ? NO_FAULTS : placeProblems(asApiError(refusal).problems);
  const own = bundleFaults(chosen);
  const faults = mergeFaults(own, refused);
  const missing = whatIsMissing(chosen);
  const sending = checking.sent !== null || submitting.sent !== null;
  const underWay = checks?.state === 'queued' || checks?.state === 'running';
  const failed = checks?.passed === false;
  const why = missing !== '' ? missing : failed ? 'A check failed; correct it before you submit.' : '';

  return (
    <form
      className="submit-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (why === '' && !sending) submitting.start();
      }}
    >
      <fieldset disabled={sending}>
        <legend>1. Where to</legend>
        <SelectField
          label="Benchmark"
          value={slug}
          onChange={(event) => change(() => onBenchmark(event.target.value))}
          hint={target.data?.question}
        >
          {benchmarks.map(({ slug: value, title }) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="Algorithm"
          value={algorithm}
          onChange={(event) => change(() => setAlgorithm(event.target.value))}
          hint={
            algorithm === ''
              ? 'Named after the manifest; a known name of yours gets a new version.'
              : 'This becomes a further version of it; the version in the manifest has to be a new one.'
          }
        >
          <option value="">By the name in the manifest</option>
          {algorithms.data?.pages
            .flatMap((page) => page.items)
            .map(({ slug: value, name }) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
        </SelectField>
      </fieldset>

      <fieldset disabled={sending}>
        <legend>2. Files</legend>
        <DropZone onFiles={(files) => looking.mutate(files)} disabled={sending}>
          <span className="drop-title">Drop the model and its manifest here</span>
          <span className="drop-hint">
            one <code>.onnx</code> file or the several of an ensemble, and <code>voxelmark.json</code> unless the model
            carries it; or press to choose
          </span>
        </DropZone>
        {looking.isError && <ErrorState error={looking.error} />}
        <ChosenFiles
          chosen={chosen}
          faults={faults}
          benchmark={target.data}
          busy={looking.isPending}
          onChange={(next) => change(() => setChosen(next))}
        />
        <ConformanceFiles
          chosen={chosen}
          faults={faults.conformance}
          onChange={(conformance) => change(() => setChosen({ ...chosen, conformance }))}
        />
      </fieldset>

      <section className="form-part" aria-labelledby="checks-title">
        <h2 id="checks-title" className="form-part-title">
          3. Checks before it counts
        </h2>
        {checks === undefined && checking.sent === null && (
          <p className="fine">
            The platform reads the file, runs it on one tile of zeros, on your own case and on one public case, and
            forecasts time and memory. Nothing is submitted yet.
          </p>
        )}
        {checking.sent !== null && <UploadProgress sent={checking.sent} label="Upload for the checks" />}
        {checks !== undefined && <PreflightList preflight={checks} benchmark={target.data} />}
        {preflight.isError && <ErrorState error={preflight.error} onRetry={() => void preflight.refetch()} />}
        <div className="form-actions">
          <button
            type="button"
            className={checks === undefined ? 'button button-primary button-large' : 'button'}
            disabled={missing !== '' || sending || underWay}
            onClick={() => {
              submitting.reset();
              setPreflightId(null);
              checking.start();
            }}
          >
            {checking.sent !== null ? 'Sending…' : checks === undefined ? 'Run the checks' : 'Run the checks again'}
          </button>
          {checking.sent !== null && (
            <button type="button" className="button" onClick={checking.stop}>
              Stop the upload
            </button>
          )}
          {missing !== '' && <p className="fine">{missing}</p>}
        </div>
      </section>

      <section className="form-part" aria-labelledby="submit-title">
        <h2 id="submit-title" className="form-part-title">
          4. Submit
        </h2>
        {submitting.sent !== null && <UploadProgress sent={submitting.sent} label="Upload" />}
        {(submitting.stopped || checking.stopped) && (
          <Notice live>The upload was stopped. Nothing has been submitted.</Notice>
        )}
        {refusal !== null && <ErrorState error={refusal} />}
        <div className="form-actions">
          <button
            type="submit"
            className={checks === undefined ? 'button button-large' : 'button button-primary button-large'}
            disabled={why !== '' || sending}
          >
            {submitting.sent !== null ? 'Sending…' : 'Submit'}
          </button>
          {submitting.sent !== null && (
            <button type="button" className="button" onClick={submitting.stop}>
              Stop the upload
            </button>
          )}
          {why !== '' && !sending && <p className="fine">{why}</p>}
          {why === '' && checks === undefined && !sending && (
            <p className="fine">Without the checks above, a fault shows only when the run has started.</p>
          )}
        </div>
      </section>
    </form>
  );
}

function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
