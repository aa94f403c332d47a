import type { ReactNode } from 'react';
import type { BenchmarkView } from '#contracts';
import { Pipeline } from '../algorithms/pipeline.js';
import { formatBytes } from '../format/numbers.js';
import { Icon } from '../ui/icons.js';
import { Notice } from '../ui/notice.js';
import type { Chosen, ChosenManifest, ChosenModel } from './chosen-files.js';
import { labelDifferences } from './manifest-file.js';

/** The files as the page understood them, with every fault it found. */
export function ChosenFiles({
  chosen,
  benchmark,
  busy,
  onRemove,
}: {
  readonly chosen: Chosen;
  readonly benchmark: BenchmarkView | undefined;
  readonly busy: boolean;
  readonly onRemove: (which: 'model' | 'manifest') => void;
}): ReactNode {
  return (
    <div className="chosen" aria-live="polite">
      {busy && <p className="fine">Looking at the files…</p>}
      {chosen.ignored.length > 0 && (
        <Notice tone="caution" title="Not used">
          <p>{chosen.ignored.join(', ')}: neither an .onnx nor a .json file, or a second one of its kind.</p>
        </Notice>
      )}
      {chosen.model && <ModelRow model={chosen.model} onRemove={() => onRemove('model')} />}
      {chosen.manifest && (
        <ManifestRow manifest={chosen.manifest} benchmark={benchmark} onRemove={() => onRemove('manifest')} />
      )}
    </div>
  );
}

function FileHead({
  ok,
  name,
  note,
  onRemove,
}: {
  readonly ok: boolean;
  readonly name: string;
  readonly note: string;
  readonly onRemove: () => void;
}): ReactNode {
  return (
    <div className="file-head">
      <span className={ok ? 'file-mark file-ok' : 'file-mark file-bad'}>
        <Icon name={ok ? 'check' : 'alert'} size={15} />
        <span className="visually-hidden">{ok ? 'Good:' : 'Needs correcting:'}</span>
      </span>
      <span className="file-name">{name}</span>
      <span className="quiet">{note}</span>
      <button type="button" className="icon-button" onClick={onRemove} aria-label={`Take ${name} out`}>
        <Icon name="cross" size={14} />
      </button>
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
  readonly onRemove: () => void;
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
