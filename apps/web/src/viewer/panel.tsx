import type { ReactNode } from 'react';
import type { ConnectedRegion } from './connected-regions.js';
import { Icon } from './icons.js';
import { ERROR_LEGEND } from './overlay-style.js';
import { millilitres } from './segments.js';
import type { ErrorCounts } from './segments.js';
import type { OverlayMode } from './view-state.js';

/** A label map in the list of layers. */
export interface LayerRow {
  readonly id: string;
  readonly kind: 'reference' | 'prediction';
  readonly title: string;
  readonly visible: boolean;
  readonly opacity: number;
  readonly status: 'loading' | 'shown' | 'refused';
  /** Why it is not shown, or what is odd about it. */
  readonly notice: string | null;
}

/** A structure in the legend. Volumes are null where the layer has not arrived or does not exist. */
export interface StructureRow {
  readonly value: number;
  readonly name: string;
  readonly color: string;
  readonly visible: boolean;
  readonly referenceVoxels: number | null;
  readonly predictionVoxels: number | null;
  readonly findable: boolean;
}

export interface ErrorPart {
  readonly counts: ErrorCounts;
  readonly regions: readonly ConnectedRegion[];
  readonly regionCount: number;
  /** Which region is looked at; null before the first jump. */
  readonly current: number | null;
  /** The region looked at, in words. */
  readonly currentText: string;
}

export interface ReadingRow {
  readonly name: string;
  readonly text: string;
}

export interface PanelProps {
  readonly layers: readonly LayerRow[];
  readonly structures: readonly StructureRow[];
  readonly voxelVolumeMm3: number;
  readonly mode: OverlayMode;
  /** Null while nothing can be compared; `comparable` says whether that will change. */
  readonly errors: ErrorPart | null;
  readonly comparable: boolean;
  readonly reading: readonly ReadingRow[];
  readonly onToggleLayer: (id: string) => void;
  readonly onOpacity: (id: string, opacity: number) => void;
  readonly onToggleStructure: (value: number) => void;
  readonly onOnlyStructure: (value: number) => void;
  readonly onShowAll: () => void;
  readonly onFindStructure: (value: number) => void;
  readonly onError: (n: number) => void;
}

export function Panel(props: PanelProps): ReactNode {
  return (
    <div className="vmv-panel">
      <Layers {...props} />
      <Structures {...props} />
      <Errors {...props} />
      <Reading rows={props.reading} />
    </div>
  );
}

function Layers({ layers, mode, onToggleLayer, onOpacity }: PanelProps): ReactNode {
  return (
    <section className="vmv-card" aria-labelledby="vmv-layers">
      <h2 id="vmv-layers">Layers</h2>
      {layers.length === 0 && <p className="vmv-note">No segmentation to show for this case.</p>}
      <ul className="vmv-list">
        {layers.map((layer) => (
          <li key={layer.id} className="vmv-layer">
            <button
              type="button"
              className="vmv-button vmv-small"
              aria-pressed={layer.visible}
              aria-label={`Show ${layer.title}`}
              title={`${layer.visible ? 'Hide' : 'Show'} (${layer.kind === 'reference' ? 'r' : 'p'})`}
              disabled={layer.status !== 'shown'}
              onClick={() => onToggleLayer(layer.id)}
            >
              <Icon name={layer.visible ? 'shown' : 'hidden'} />
            </button>
            <span className="vmv-layer-name">
              <span className={`vmv-sample vmv-sample-${layer.kind}`} aria-hidden="true" />
              <span>
                <span className="vmv-layer-title">{layer.title}</span>
                <span className="vmv-faint">{manner(layer, mode)}</span>
              </span>
            </span>
            <input
              type="range"
              className="vmv-range"
              min="0"
              max="100"
              step="5"
              aria-label={`Opacity of ${layer.title}`}
              title="Opacity"
              value={Math.round(layer.opacity * 100)}
              disabled={layer.status !== 'shown' || mode === 'errors'}
              onChange={(event) => onOpacity(layer.id, event.target.valueAsNumber / 100)}
            />
            {layer.notice && (
              <p className="vmv-notice" role="status">
                <Icon name="warning" />
                <span>{layer.notice}</span>
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function manner(layer: LayerRow, mode: OverlayMode): string {
  if (layer.status !== 'shown') return layer.status === 'loading' ? 'loading' : 'not shown';
  if (mode === 'errors') return layer.kind === 'reference' ? 'white line' : 'not drawn on the error map';
  return layer.kind === 'reference' ? 'filled' : 'outline';
}

function Structures(props: PanelProps): ReactNode {
  const { structures, voxelVolumeMm3: mm3 } = props;
  const hasReference = props.layers.some(({ kind }) => kind === 'reference');
  const hasPrediction = props.layers.some(({ kind }) => kind === 'prediction');
  const volume = (voxels: number | null): string => (voxels === null ? '–' : millilitres(voxels, mm3));
  return (
    <section className="vmv-card" aria-labelledby="vmv-structures">
      <div className="vmv-card-head">
        <h2 id="vmv-structures">Structures</h2>
        {structures.some(({ visible }) => !visible) && (
          <button type="button" className="vmv-link" onClick={props.onShowAll}>
            Show all
          </button>
        )}
      </div>
      <table className="vmv-table">
        <thead>
          <tr>
            <th scope="col">Structure</th>
            {hasReference && <th scope="col">Reference</th>}
            {hasPrediction && <th scope="col">Prediction</th>}
            <th scope="col">
              <span className="vmv-unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {structures.map((s, n) => (
            <tr key={s.value} data-hidden={!s.visible || undefined}>
              <th scope="row">
                <button
                  type="button"
                  className="vmv-structure"
                  aria-pressed={s.visible}
                  title={`${s.visible ? 'Hide' : 'Show'}${n < 9 ? ` (${n + 1})` : ''}`}
                  onClick={() => props.onToggleStructure(s.value)}
                >
                  <Swatch color={s.color} hollow={!s.visible} />
                  <span>{s.name}</span>
                </button>
              </th>
              {hasReference && <td className="vmv-number">{volume(s.referenceVoxels)}</td>}
              {hasPrediction && <td className="vmv-number">{volume(s.predictionVoxels)}</td>}
              <td className="vmv-actions">
                <button
                  type="button"
                  className="vmv-button vmv-small"
                  aria-label={`Show only ${s.name}`}
                  title="Only this"
                  onClick={() => props.onOnlyStructure(s.value)}
                >
                  <Icon name="only" />
                </button>
                <button
                  type="button"
                  className="vmv-button vmv-small"
                  aria-label={`Go to ${s.name}`}
                  title="Go to"
                  disabled={!s.findable}
                  onClick={() => props.onFindStructure(s.value)}
                >
                  <Icon name="locate" />
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** SVG rather than a styled box: a colour from the benchmark then needs no inline style. */
function Swatch({ color, hollow = false }: { readonly color: string; readonly hollow?: boolean }): ReactNode {
  return (
    <svg className="vmv-swatch" width="14" height="14" aria-hidden="true">
      <rect
        x="1.5"
        y="1.5"
        width="11"
        height="11"
        rx="3"
        fill={hollow ? 'none' : color}
        stroke={color}
        strokeWidth="2"
      />
    </svg>
  );
}

function Errors({ errors, comparable, voxelVolumeMm3, onError }: PanelProps): ReactNode {
  if (!comparable) return null;
  return (
    <section className="vmv-card" aria-labelledby="vmv-errors">
      <h2 id="vmv-errors">Errors of what is shown</h2>
      {!errors && <p className="vmv-note">Comparing with the reference …</p>}
      {errors && (
        <>
          <dl className="vmv-legend">
            {ERROR_LEGEND.map(({ key, short, name, color }) => (
              <div key={key}>
                <dt>
                  <Swatch color={color} />
                  {name} <span className="vmv-faint">{short}</span>
                </dt>
                <dd className="vmv-number">{millilitres(errors.counts[key], voxelVolumeMm3)}</dd>
              </div>
            ))}
          </dl>
          <ErrorSteps errors={errors} onError={onError} />
        </>
      )}
    </section>
  );
}

function ErrorSteps({
  errors,
  onError,
}: {
  readonly errors: ErrorPart;
  readonly onError: (n: number) => void;
}): ReactNode {
  const { regions, regionCount, current } = errors;
  if (regions.length === 0) return <p className="vmv-note">No difference at all.</p>;
  return (
    <div className="vmv-steps">
      <button type="button" className="vmv-button vmv-plain" onClick={() => onError(0)}>
        <Icon name="locate" />
        Largest error
      </button>
      <button
        type="button"
        className="vmv-button vmv-small"
        aria-label="Larger error"
        title="Back to the larger (b)"
        disabled={current === null || current === 0}
        onClick={() => onError((current ?? 1) - 1)}
      >
        <Icon name="previous" />
      </button>
      <button
        type="button"
        className="vmv-button vmv-small"
        aria-label="Next smaller error"
        title="Next smaller (n)"
        disabled={current !== null && current >= regions.length - 1}
        onClick={() => onError(current === null ? 0 : current + 1)}
      >
        <Icon name="next" />
      </button>
      <p className="vmv-note" role="status">
        {current === null ? `${regionCount} connected ${regionCount === 1 ? 'error' : 'errors'}` : errors.currentText}
      </p>
    </div>
  );
}

function Reading({ rows }: { readonly rows: readonly ReadingRow[] }): ReactNode {
  return (
    <section className="vmv-card" aria-labelledby="vmv-reading">
      <h2 id="vmv-reading">At the crosshair</h2>
      <dl className="vmv-reading">
        {rows.map(({ name, text }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="vmv-number">{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
