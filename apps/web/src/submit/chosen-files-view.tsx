import { useId, type ReactNode } from 'react';
import type { BenchmarkView } from '#contracts';
import { Pipeline } from '../algorithms/pipeline.js';
import { formatBytes } from '../format/numbers.js';
import { Icon } from '../ui/icons.js';
import { Notice } from '../ui/notice.js';
import type { BundleFaults } from './bundle-faults.js';
import { effectiveManifest, type Chosen, type ChosenManifest, type ChosenModel } from './chosen-files.js';
import { labelDifferences } from './manifest-file.js';

/** The files as the page understood them; each fault stands with the file that it concerns. */
export function ChosenFiles({
  chosen,
  faults,
  benchmark,
  busy,
  onChange,
}: {
  readonly chosen: Chosen;
  readonly faults: BundleFaults;
  readonly benchmark: BenchmarkView | undefined;
  readonly busy: boolean;
  readonly onChange: (next: Chosen) => void;
}): ReactNode {
  const { models, ignored } = chosen;
  const manifest = effectiveManifest(chosen);
  return (
    <div className="chosen" aria-live="polite">
      {busy && <p className="fine">Looking at the files…</p>}
      {ignored.length > 0 && (
        <Notice tone="caution" title="Not used">
          <p>{ignored.join(', ')}: neither an .onnx, nor a .json, nor a .nii file, or a second manifest.</p>
        </Notice>
      )}
      {(models.length > 0 || faults.models.length > 0) && (
        <Group
          title={models.length > 1 ? `Model files, an ensemble of ${models.length}` : 'Model'}
          faults={faults.models}
        >
          {models.map((model) => (
            <ModelRow
              key={model.file.name}
              model={model}
              onRemove={() => onChange({ ...chosen, models: models.filter((one) => one !== model), ignored: [] })}
            />
          ))}
        </Group>
      )}
      {(manifest !== null || faults.manifest.length > 0) && (
        <Group title="Manifest" faults={faults.manifest}>
          {manifest !== null && (
            <ManifestRow
              manifest={manifest}
              benchmark={benchmark}
              onRemove={chosen.manifest === null ? null : () => onChange({ ...chosen, manifest: null, ignored: [] })}
            />
          )}
        </Group>
      )}
    </div>
  );
}

/** Files of one kind with what is wrong about them together, read out as one. */
export function Group({
  title,
  faults,
  children,
}: {
  readonly title: string;
  readonly faults: readonly string[];
  readonly children: ReactNode;
}): ReactNode {
  const id = useId();
  return (
    <section className={faults.length > 0 ? 'file-group file-group-bad' : 'file-group'} aria-labelledby={id}>
      <h3 id={id} className="file-group-title">
        {title}
      </h3>
      {children}
      {faults.length > 0 && (
        <div role="alert">
          <ul className="problems">
            {faults.map((fault, n) => (
              <li key={n}>{fault}</li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

export function FileHead({
  ok,
  name,
  note,
  onRemove,
}: {
  readonly ok: boolean;
  readonly name: string;
  readonly note: string;
  readonly onRemove: (() => void) | null;
}): ReactNode {
  return (
    <div className="file-head">
      <span className={ok ? 'file-mark file-ok' : 'file-mark file-bad'}>
        <Icon name={ok ? 'check' : 'alert'} size={15} />
        <span className="visually-hidden">{ok ? 'Good:' : 'Needs correcting:'}</span>
      </span>
      <span className="file-name">{name}</span>
      <span className="quiet">{note}</span>
      {onRemove !== null && (
        <button type="button" className="icon-button" onClick={onRemove} aria-label={`Take ${name} out`}>
          <Icon name="cross" size={14} />
        </button>
      )}
    </div>
  );
}

function ModelRow({ model, onRemove }: { readonly model: ChosenModel; readonly onRemove: () => void }): ReactNode {
  return (
    <div className="file-card">
      <FileHead
        ok={model.fault === null}
        name={model.file.name}
        note={formatBytes(model.file.size)}
        onRemove={onRemove}
      />
      {model.fault !== null && <p className="file-fault">{model.fault}</p>}
      {model.sha256 !== null && (
        <p className="fine">
          SHA-256 <code className="wrap">{model.sha256}</code>
        </p>
      )}
    </div>
  );
}

function ManifestRow({
  manifest: { name, reading },
  benchmark,
  onRemove,
}: {
  readonly manifest: ChosenManifest;
  readonly benchmark: BenchmarkView | undefined;
  readonly onRemove: (() => void) | null;
}): ReactNode {
  if (!reading.ok) {
    return (
      <div className="file-card">
        <FileHead
          ok={false}
          name={name}
          note={reading.problems.length === 1 ? '1 fault' : `${reading.problems.length} faults`}
          onRemove={onRemove}
        />
        <ul className="problems">
          {reading.problems.map(({ where, sentence }, n) => (
            <li key={n}>
              <code>{where}</code> {sentence}
            </li>
          ))}
        </ul>
      </div>
    );
  }
  const { manifest } = reading;
  const { missing, unknown } = benchmark
    ? labelDifferences(manifest.labels, benchmark.labels)
    : { missing: [], unknown: [] };
  return (
    <div className="file-card">
      <FileHead ok name={name} note={`${manifest.name} ${manifest.version}`} onRemove={onRemove} />
      {missing.length > 0 && (
        <Notice tone="caution" title="Labels that this model does not produce">
          <p>{missing.join(', ')}. These structures will count as missed in every case.</p>
        </Notice>
      )}
      {unknown.length > 0 && (
        <Notice tone="caution" title="Labels that this benchmark does not have">
          <p>{unknown.join(', ')}. Compare the values with those of the benchmark.</p>
        </Notice>
      )}
      <details className="raw">
        <summary>What will be done to each image</summary>
        <Pipeline manifest={manifest} />
      </details>
    </div>
  );
}
