import type { Vec3 } from '#imaging';
import { connectedRuns, touchingBorder } from './components.js';
import type { Pieces } from './components.js';
import type { ExpandedLabelOp } from './expanded.js';

type Labels = Uint8Array | Uint16Array;

/**
 * Runs an operation on a label map, in place.
 *
 * @param data     x fastest
 * @param voxelMm3 volume of one voxel of this grid
 */
export function applyLabelOp(op: ExpandedLabelOp, data: Labels, sizeXyz: Vec3, voxelMm3: number): void {
  switch (op.op) {
    case 'keepLargest': {
      const least = op.minVolumeMm3;
      return erasePieces(data, sizeXyz, op, (pieces) => {
        let largest = 0;
        pieces.voxels.forEach((size, piece) => {
          if (size > pieces.voxels[largest]) largest = piece;
        });
        return (piece) => piece !== largest && !(least !== null && pieces.voxels[piece] * voxelMm3 >= least);
      });
    }
    case 'removeSmall': {
      const least = Math.max(op.minVoxels ?? 0, (op.minVolumeMm3 ?? 0) / voxelMm3);
      return erasePieces(
        data,
        sizeXyz,
        op,
        ({ voxels }) =>
          (piece) =>
            voxels[piece] < least,
      );
    }
    case 'fillHoles':
      for (const label of op.labels) fillHoles(data, sizeXyz, label, op.connectivity);
      return;
    case 'mapLabels': {
      const table = Uint16Array.from({ length: 65536 }, (_, label) => label);
      for (const [from, to] of Object.entries(op.map)) table[Number(from)] = to;
      for (let v = 0; v < data.length; v++) data[v] = table[data[v]];
    }
  }
}

function erasePieces(
  data: Labels,
  sizeXyz: Vec3,
  op: { readonly labels: readonly number[]; readonly connectivity: 6 | 18 | 26; readonly scope: 'each' | 'union' },
  choose: (pieces: Pieces) => (piece: number) => boolean,
): void {
  const groups = op.scope === 'union' ? [op.labels] : op.labels.map((label) => [label]);
  for (const group of groups) {
    const pieces = connectedRuns(data, sizeXyz, op.connectivity, membership(group));
    const goes = choose(pieces);
    for (let r = 0; r < pieces.runs; r++) {
      if (!goes(pieces.piece[r])) continue;
      for (let v = pieces.start[r]; v < pieces.end[r]; v++) data[v] = 0; // runs are short: calling fill would cost more
    }
  }
}

/** Background that the label shuts off from the outside, other labels counting as open space; only voxels of label 0 change. */
function fillHoles(data: Labels, sizeXyz: Vec3, label: number, connectivity: 6 | 18 | 26): void {
  const outside = membership([label]).map((is) => 1 - is);
  const pieces = connectedRuns(data, sizeXyz, connectivity, outside);
  const open = touchingBorder(pieces, sizeXyz);
  for (let r = 0; r < pieces.runs; r++) {
    if (open[pieces.piece[r]]) continue;
    for (let v = pieces.start[r]; v < pieces.end[r]; v++) if (data[v] === 0) data[v] = label;
  }
}

function membership(labels: readonly number[]): Uint8Array<ArrayBuffer> {
  const member = new Uint8Array(65536);
  for (const label of labels) member[label] = 1;
  return member;
}
