import type { ReactNode } from 'react';
import type { Vec3 } from '#imaging';
import { ErrorsCard } from './errors-card.js';
import type { ErrorsCardProps } from './errors-card.js';
import { GeometryCard } from './geometry-card.js';
import type { ReceiptRow } from './geometry-card.js';
import { Icon } from './icons.js';
import { LAYER_COLORS, MANNERS, WIDTHS_PX } from './overlay-style.js';
import type { LayerPen, Manner } from './overlay-style.js';
import { ScoresCard } from './scores-card.js';
import type { ScoresCardProps } from './scores-card.js';
import { millilitres } from './segments.js';
import { Swatch } from './swatch.js';
import type { MeasurementsState } from './use-measurements.js';
import type { OverlayMode } from './view-state.js';

/** A label map in the list of layers. */
export interface LayerRow {
  readonly id: string;
  readonly kind: 'reference' | 'prediction';
  readonly title: string;
  readonly visible: boolean;
  readonly pen: LayerPen;
  /** A person added it, and may take it away. */
  readonly added: boolean;
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
  /** Of the two label maps, 0 to 1, for a label that the benchmark does not score by itself; null: it does, or there is none. */
  readonly dice: number | null;
  readonly findable: boolean;
}

export interface ReadingRow {
  readonly name: string;
  readonly text: string;
}

export interface PanelProps {
  /** What is wrong with the image itself; null: nothing. */
  readonly imageNotice: string | null;
  readonly layers: readonly LayerRow[];
  readonly structures: readonly StructureRow[];
  readonly voxelVolumeMm3: number;
  readonly mode: OverlayMode;
  /** Null when there is nothing to compare. */
  readonly errors: Omit<ErrorsCardProps, 'voxelVolumeMm3'> | null;
  readonly reading: readonly ReadingRow[];
  /** Null without scores. */
  readonly scores: ScoresCardProps | null;
  readonly receipt: readonly ReceiptRow[];
  readonly gridWords: string;
  readonly safeColors: boolean;
  readonly onSafeColors: () => void;
  readonly measurements: MeasurementsState;
  readonly onMeasurement: (point: Vec3) => void;
  /** Layers that could be added. */
  readonly offered: readonly Pick<LayerRow, 'id' | 'kind' | 'title'>[];
  readonly onAddLayer: (id: string) => void;
  readonly onRemoveLayer: (id: string) => void;
  readonly onToggleLayer: (id: string) => void;
  readonly onPen: (id: string, pen: LayerPen) => void;
  readonly onToggleStructure: (value: number) => void;
  readonly onOnlyStructure: (value: number) => void;
  readonly onShowAll: () => void;
  readonly onFindStructure: (value: number) => void;
}

export function Panel(props: PanelProps): ReactNode {
  return (
    <div className="vmv-panel">
      <Layers {...props} />
      <Structures {...props} />
      {props.scores && <ScoresCard {...props.scores} />}
      <MeasurementsCard state={props.measurements} onGo={props.onMeasurement} />
      {props.errors && <ErrorsCard {...props.errors} voxelVolumeMm3={props.voxelVolumeMm3} />}
      <Reading rows={props.reading} />
      {props.receipt.length > 0 && <GeometryCard rows={props.receipt} grid={props.gridWords} />}
    </div>
  );
}

function Layers(props: PanelProps): ReactNode {
  const { imageNotice, layers, mode, offered, onAddLayer, onRemoveLayer, onToggleLayer, onPen } = props;
  return (
    <section className="vmv-card" aria-labelledby="vmv-layers">
      <h2 id="vmv-layers">Layers</h2>
      {imageNotice && (
        <p className="vmv-notice vmv-image-notice" role="status">
          <Icon name="warning" />
          <span>{imageNotice}</span>
        </p>
      )}
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
              <span
                className={`vmv-sample vmv-sample-${layer.kind}`}
                style={layer.pen.color === undefined ? undefined : { color: layer.pen.color }}
                aria-hidden="true"
              />
              <span>
                <span className="vmv-layer-title">{layer.title}</span>
                {layer.status === 'shown' && mode === 'overlays' ? (
                  <Pen layer={layer} several={layers.length > 2} onPen={(pen) => onPen(layer.id, pen)} />
                ) : (
                  <span className="vmv-faint">{fate(layer)}</span>
                )}
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
              value={Math.round(layer.pen.opacity * 100)}
              disabled={layer.status !== 'shown' || mode === 'errors'}
              onChange={(event) => onPen(layer.id, { ...layer.pen, opacity: event.target.valueAsNumber / 100 })}
            />
            {layer.added && (
              <button
                type="button"
                className="vmv-button vmv-small vmv-take-away"
                aria-label={`Take ${layer.title} away`}
                title="Take away"
                onClick={() => onRemoveLayer(layer.id)}
              >
                <Icon name="remove" />
              </button>
            )}
            {layer.notice && (
              <p className="vmv-notice" role="status">
                <Icon name="warning" />
                <span>{layer.notice}</span>
              </p>
            )}
          </li>
        ))}
      </ul>
      {offered.length > 0 && (
        <select
          className="vmv-field vmv-add-layer"
          aria-label="Add a layer"
          value=""
          onChange={(event) => onAddLayer(event.target.value)}
        >
          <option value="" disabled>
            Add a layer …
          </option>
          {(['reference', 'prediction'] as const).map((kind) => {
            const group = offered.filter((layer) => layer.kind === kind);
            return (
              group.length > 0 && (
                <optgroup key={kind} label={kind === 'reference' ? 'Reference segmentations' : 'Predictions'}>
                  {group.map(({ id, title }) => (
                    <option key={id} value={id}>
                      {title}
                    </option>
                  ))}
                </optgroup>
              )
            );
          })}
        </select>
      )}
    </section>
  );
}

function fate(layer: LayerRow): string {
  if (layer.status !== 'shown') return layer.status === 'loading' ? 'loading' : 'not shown';
  if (layer.kind === 'prediction') return 'not drawn on the error map';
  return layer.pen.color === undefined ? 'white line' : 'thin line';
}

const MANNER_WORDS: Readonly<Record<Manner, string>> = { filled: 'filled', outline: 'outline', both: 'fill and line' };

function Pen({
  layer,
  several,
  onPen,
}: {
  readonly layer: LayerRow;
  /** There are so many layers that colours of their own tell them apart. */
  readonly several: boolean;
  readonly onPen: (pen: LayerPen) => void;
}): ReactNode {
  return (
    <span className="vmv-pen">
      <select
        className="vmv-field"
        aria-label={`How ${layer.title} is drawn`}
        value={layer.pen.manner}
        onChange={(event) => onPen({ ...layer.pen, manner: event.target.value as Manner })}
      >
        {MANNERS.map((manner) => (
          <option key={manner} value={manner}>
            {MANNER_WORDS[manner]}
          </option>
        ))}
      </select>
      {layer.pen.manner !== 'filled' && (
        <select
          className="vmv-field vmv-px"
          aria-label={`Width of the line of ${layer.title}`}
          value={layer.pen.widthPx}
          onChange={(event) => onPen({ ...layer.pen, widthPx: Number(event.target.value) })}
        >
          {WIDTHS_PX.map((px) => (
            <option key={px} value={px}>
              {px} px
            </option>
          ))}
        </select>
      )}
      {(several || layer.pen.color !== undefined) && (
        <select
          className="vmv-field"
          aria-label={`Colour of ${layer.title}`}
          value={layer.pen.color ?? ''}
          onChange={(event) =>
            onPen({ ...layer.pen, color: event.target.value === '' ? undefined : event.target.value })
          }
        >
          <option value="">by structure</option>
          {LAYER_COLORS.map(([name, color]) => (
            <option key={color} value={color}>
              {name}
            </option>
          ))}
        </select>
      )}
    </span>
  );
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
        <button
          type="button"
          className="vmv-link"
          aria-pressed={props.safeColors}
          title="Colours of Okabe and Ito, which stay apart for colour-blind readers"
          onClick={props.onSafeColors}
        >
          {props.safeColors ? 'Safe colours on' : 'Safe colours'}
        </button>
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
                {s.dice !== null && <span className="vmv-own-figure vmv-number">DSC {s.dice.toFixed(3)}</span>}
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
      {structures.some(({ dice }) => dice !== null) && (
        <p className="vmv-note">
          DSC below a name: of this label alone, counted here. The benchmark does not score it by itself.
        </p>
      )}
    </section>
  );
}

function MeasurementsCard({
  state,
  onGo,
}: {
  readonly state: MeasurementsState;
  readonly onGo: (point: Vec3) => void;
}): ReactNode {
  if (state.listed.length === 0) return null;
  return (
    <section className="vmv-card" aria-labelledby="vmv-measurements">
      <div className="vmv-card-head">
        <h2 id="vmv-measurements">Measurements</h2>
        <button type="button" className="vmv-link" onClick={state.clear}>
          Remove all
        </button>
      </div>
      <ul className="vmv-list" aria-live="polite">
        {state.listed.map(({ measurement, text }) => (
          <li key={measurement.id} className="vmv-measurement">
            <Icon name={measurement.kind} />
            <span className="vmv-number">{text}</span>
            <button
              type="button"
              className="vmv-button vmv-small"
              aria-label={`Go to ${text}`}
              title="Go to"
              onClick={() => onGo(measurement.points[0])}
            >
              <Icon name="locate" />
            </button>
            <button
              type="button"
              className="vmv-button vmv-small"
              aria-label={`Remove ${text}`}
              title="Remove"
              onClick={() => state.remove(measurement.id)}
            >
              <Icon name="remove" />
            </button>
          </li>
        ))}
      </ul>
    </section>
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
