import { indexIjk } from '#imaging';
import type { Geometry, Vec3 } from '#imaging';
import type { ScoredRegion } from './case-viewer.js';
import type { ShownImage } from './case-volumes.js';
import { labelColor } from './overlay-style.js';
import type { LayerPen, ShownLabel } from './overlay-style.js';
import type { ReceiptRow } from './geometry-card.js';
import type { LayerRow, ReadingRow, StructureRow } from './panel.js';
import { sideDistance } from './planes.js';
import { errorName, segmentName, valueText } from './point-reading.js';
import type { PointReading } from './point-reading.js';
import type { Status } from './status-tile.js';
import { unreadableSentence } from './unreadable.js';
import type { CaseState, LayerSource } from './use-case.js';
import type { SceneState } from './use-scene.js';

// From what is known to what the panel says, without React.

/** The rows of the layer list. */
export function layerRows(
  sources: readonly LayerSource[],
  state: CaseState,
  isVisible: (id: string) => boolean,
  penOf: (source: LayerSource) => LayerPen,
  isAdded: (id: string) => boolean = () => false,
): LayerRow[] {
  return sources.map((source) => {
    const layer = state.layers[source.id];
    const shown = layer?.status === 'shown';
    const undeclared = shown ? layer.map.undeclared : [];
    return {
      id: source.id,
      kind: source.kind,
      title: source.title,
      visible: shown && isVisible(source.id),
      pen: penOf(source),
      added: isAdded(source.id),
      status: state.refused === null ? (layer?.status ?? 'loading') : 'refused',
      notice:
        layer?.status === 'refused'
          ? layer.sentence
          : undeclared.length > 0
            ? `Holds ${undeclared.length === 1 ? 'a label' : 'labels'} that the benchmark does not declare: ${undeclared.slice(0, 8).join(', ')}${undeclared.length > 8 ? ' …' : ''}. Drawn in grey.`
            : null,
    };
  });
}

/**
 * The rows of the legend: one for each declared label, in the benchmark's order.
 *
 * @param regions sets of labels that the benchmark scores
 * @param shared  as a comparison of the two layers has it; null without one
 */
export function structureRows(
  labels: readonly ShownLabel[],
  state: CaseState,
  referenceId: string | null,
  predictionId: string | null,
  hiddenLabels: readonly number[],
  regions: readonly ScoredRegion[],
  shared: readonly number[] | null,
): StructureRow[] {
  const voxelsOf = (id: string | null, segment: number): number | null => {
    const layer = id === null ? undefined : state.layers[id];
    return layer?.status === 'shown' ? layer.map.voxels[segment] : null;
  };
  const isScored = (value: number): boolean => regions.some(({ labels: of }) => of.length === 1 && of[0] === value);
  return labels.map(({ value, name }, n) => {
    const referenceVoxels = voxelsOf(referenceId, n + 1);
    const predictionVoxels = voxelsOf(predictionId, n + 1);
    return {
      value,
      name,
      color: labelColor(labels, n),
      visible: !hiddenLabels.includes(value),
      referenceVoxels,
      predictionVoxels,
      dice: isScored(value) ? null : diceOf(shared?.[n + 1] ?? null, referenceVoxels, predictionVoxels),
      findable: Boolean(referenceVoxels) || Boolean(predictionVoxels),
    };
  });
}

/** Dice of two sets from their sizes, 0 to 1; null where one is not known, or both are empty. */
function diceOf(shared: number | null, reference: number | null, prediction: number | null): number | null {
  if (shared === null || reference === null || prediction === null || reference + prediction === 0) return null;
  return (2 * shared) / (reference + prediction);
}

/** What the panel says about the point under the crosshair. */
export function readingRows(
  point: Vec3,
  reading: PointReading | null,
  unit: string,
  sources: readonly LayerSource[],
  labels: readonly ShownLabel[],
  stored: Geometry | null,
): ReadingRow[] {
  if (!reading || !stored) return [];
  const rows: ReadingRow[] = [
    {
      name: 'Position',
      text: ([0, 1, 2] as const).map((axis) => sideDistance(axis, point[axis]).replace(' mm', '')).join(', ') + ' mm',
    },
    {
      name: 'Voxel in the file',
      text: indexIjk(stored, point)
        .map((n) => Math.round(n) + 0)
        .join(', '),
    },
    { name: 'Value', text: valueText(reading, unit) },
  ];
  for (const { id, title } of sources) {
    if (id in reading.segments)
      rows.push({ name: title, text: segmentName(labels, reading.segments[id]) ?? 'background' });
  }
  if (reading.errorClass !== null)
    rows.push({ name: 'Error map', text: errorName(reading.errorClass) ?? 'both background' });
  return rows;
}

/** Which slices of an image are damaged; null of a sound one. */
export function damageWords(image: Pick<ShownImage, 'geometry' | 'unreadable'> | null): string | null {
  if (!image || image.unreadable.length === 0) return null;
  return image.unreadable.map((slices) => unreadableSentence(image.geometry, slices)).join(' ');
}

/** The same, and what it means. */
export function damageNotice(image: Pick<ShownImage, 'geometry' | 'unreadable'> | null): string | null {
  const words = damageWords(image);
  return words && `${words} All others are shown as they are. The scores of the case do not depend on it.`;
}

/** The grid of each file beside that of the image. */
export function receiptRows(sources: readonly LayerSource[], state: CaseState): ReceiptRow[] {
  if (!state.image) return [];
  return [
    { name: 'Image', grid: state.image.grid, verdict: 'image' },
    ...sources.map(({ id, title }): ReceiptRow => {
      const layer = state.layers[id];
      if (layer?.status === 'shown') return { name: title, grid: layer.map.grid, verdict: 'same' };
      return { name: title, grid: null, verdict: layer?.status === 'refused' ? 'refused' : 'loading' };
    }),
  ];
}

/** What covers the planes instead of a picture; null when there is a picture. */
export function statusOf(state: CaseState, scene: SceneState): Status | null {
  if (state.refused !== null) {
    return {
      kind: 'problem',
      title: 'This image cannot be shown',
      sentence: state.refused,
      advice: 'The scores of the case do not depend on the viewer.',
    };
  }
  if (scene.status === 'failed') {
    const { title, advice } = {
      'webgl-missing': {
        title: 'This browser cannot draw the image',
        advice:
          'Switch on hardware acceleration in the settings of the browser, or use a current Chrome, Edge, Firefox or Safari.',
      },
      'context-lost': {
        title: 'The picture was lost',
        advice: 'Nothing else is lost: position and window are kept. Close other tabs that draw if it happens again.',
      },
      defect: {
        title: 'The viewer failed',
        advice: 'Try again; if it stays, tell the operator of this site what you did.',
      },
    }[scene.why];
    return { kind: 'problem', title, sentence: scene.sentence, advice };
  }
  if (scene.status === 'open' || state.arriving || state.image) return null; // what has arrived is painted meanwhile
  const image = state.received.image;
  return {
    kind: 'loading',
    what: 'Loading the image …',
    bytes: image?.bytes ?? 0,
    total: image?.total ?? null,
  };
}
