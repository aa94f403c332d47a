import { useRef, useState, type ReactNode } from 'react';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { queries } from '../api/queries.js';
import { formatBytes, percent } from '../format/numbers.js';
import { SelectField } from '../ui/field.js';
import { Notice } from '../ui/notice.js';
import { ProgressBar } from '../ui/progress.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { EmptyState, ErrorState, QueryView } from '../ui/states.js';
import { ChosenFiles } from './chosen-files-view.js';
import { examineFiles, NOTHING_CHOSEN, type Chosen } from './chosen-files.js';
import { DropZone } from './drop-zone.js';
import { upload } from './upload.js';
import { whatIsMissing } from './what-is-missing.js';

/** What is sent, and the key under which a repetition of the same attempt is recognised. */
interface Attempt {
  readonly benchmark: string;
  readonly algorithm: string | undefined;
  readonly chosen: Chosen;
  readonly key: string;
}

export function SubmitForm({
  initialBenchmark,
  initialAlgorithm,
}: {
  readonly initialBenchmark: string | undefined;
  readonly initialAlgorithm: string | undefined;
}): ReactNode {
  const benchmarks = useQuery(queries.benchmarks());
  const algorithms = useInfiniteQuery(queries.algorithms(true));
  const client = useQueryClient();
  const navigate = useNavigate();
  const [benchmark, setBenchmark] = useState(initialBenchmark);
  const [algorithm, setAlgorithm] = useState(initialAlgorithm ?? '');
  const [chosen, setChosen] = useState<Chosen>(NOTHING_CHOSEN);
  const [key, setKey] = useState(newKey);
  const [sent, setSent] = useState<{ readonly bytes: number; readonly total: number } | null>(null);
  const stop = useRef<AbortController | null>(null);

  const slug = benchmark ?? benchmarks.data?.items[0]?.slug;
  const target = useQuery({ ...queries.benchmark(slug ?? ''), enabled: slug !== undefined });

  const change = (next: () => void): void => {
    next();
    setKey(newKey()); // another content is another attempt
    sending.reset();
  };
  const looking = useMutation({
    mutationFn: (files: File[]) => examineFiles(files, chosen),
    onSuccess: (next) => change(() => setChosen(next)),
  });
  const sending = useMutation({
    mutationFn: async (attempt: Attempt) => {
      const { model, manifest } = attempt.chosen;
      if (model === null || manifest === null) throw new TypeError('a submission needs a model and a manifest');
      stop.current = new AbortController();
      setSent({ bytes: 0, total: model.file.size });
      const content = {
        benchmark: attempt.benchmark,
        manifest: manifest.text,
        algorithm: attempt.algorithm,
        model: model.file,
      };
      return upload(content, attempt.key, (bytes, total) => setSent({ bytes, total }), stop.current.signal);
    },
    onSuccess: async (receipt) => {
      void client.invalidateQueries({ queryKey: ['submissions'] });
      void client.invalidateQueries({ queryKey: ['algorithms'] });
      await navigate({
        to: '/submissions/$id',
        params: { id: receipt.id },
        search: receipt.existing ? { existing: true } : {},
      });
    },
    onSettled: () => setSent(null),
  });

  const ready =
    slug !== undefined && chosen.model !== null && chosen.model.fault === null && chosen.manifest?.reading.ok === true;
  const stopped = sending.error instanceof DOMException && sending.error.name === 'AbortError';

  return (
    <QueryView query={benchmarks} skeleton={<SkeletonBlocks count={3} height={110} label="Loading the form" />}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState title="No benchmark is open for submissions" />
        ) : (
          <form
            className="submit-form"
            onSubmit={(event) => {
              event.preventDefault();
              if (ready && !sending.isPending)
                sending.mutate({ benchmark: slug, algorithm: algorithm === '' ? undefined : algorithm, chosen, key });
            }}
          >
            <fieldset disabled={sending.isPending}>
              <legend>1. Where to</legend>
              <SelectField
                label="Benchmark"
                value={slug}
                onChange={(event) => change(() => setBenchmark(event.target.value))}
                hint={target.data?.question}
              >
                {items.map(({ slug: value, title }) => (
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

            <fieldset disabled={sending.isPending}>
              <legend>2. Files</legend>
              <DropZone onFiles={(files) => looking.mutate(files)} disabled={sending.isPending}>
                <span className="drop-title">Drop the model and its manifest here</span>
                <span className="drop-hint">
                  <code>model.onnx</code> and <code>voxelmark.json</code>, together or one after the other; or press to
                  choose
                </span>
              </DropZone>
              {looking.isError && <ErrorState error={looking.error} />}
              <ChosenFiles
                chosen={chosen}
                benchmark={target.data}
                busy={looking.isPending}
                onRemove={(which) => change(() => setChosen({ ...chosen, [which]: null, ignored: [] }))}
              />
            </fieldset>

            {sent !== null && (
              <ProgressBar
                done={sent.bytes}
                total={sent.total}
                label="Upload"
                words={
                  sent.total > 0 && sent.bytes >= sent.total
                    ? 'Sent. The server checks and stores the files…'
                    : `${formatBytes(sent.bytes)} of ${formatBytes(sent.total)} (${percent(sent.bytes, sent.total)} %)`
                }
              />
            )}
            {stopped && <Notice live>The upload was stopped. Nothing has been submitted.</Notice>}
            {sending.isError && !stopped && <ErrorState error={sending.error} />}

            <div className="form-actions">
              <button
                type="submit"
                className="button button-primary button-large"
                disabled={!ready || sending.isPending}
              >
                {sending.isPending ? 'Sending…' : 'Submit'}
              </button>
              {sending.isPending && (
                <button type="button" className="button" onClick={() => stop.current?.abort()}>
                  Stop the upload
                </button>
              )}
              {!ready && !sending.isPending && <p className="fine">{whatIsMissing(chosen)}</p>}
            </div>
          </form>
        )
      }
    </QueryView>
  );
}

function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
