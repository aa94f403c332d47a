import type { PostprocessOp } from '../manifest.js';
import type { ImportLedger, JsonObject } from './imported.js';
import { isList, isNumbers, word } from './imported.js';
import { isExpression } from './monai-config.js';
import type { MonaiStep } from './monai.js';

const NOTHING = [
  'EnsureType',
  'ToTensor',
  'ToDevice',
  'SaveImage',
  'DeleteItems',
  'SelectItems',
  'Identity',
  'CopyItems',
];

/** From channels to labels. */
export function importPostprocess(
  steps: readonly MonaiStep[],
  { outputs, resamples }: { readonly outputs: number; readonly resamples: boolean },
  ledger: ImportLedger,
): { readonly ops: readonly PostprocessOp[]; readonly oneRegion: boolean } {
  const ops: PostprocessOp[] = [];
  let discrete = false;
  let oneRegion = false;
  let unmerged: { readonly shown: string; readonly threshold: number; readonly refusedBefore: number } | null = null;
  for (const { shown, name, fields } of steps) {
    if (NOTHING.includes(name) || !worksOnPrediction(fields)) continue;
    const refuse = (reason: string): void => ledger.refuse(shown, reason);
    if (
      Object.entries(fields).some(
        ([key, value]) => isExpression(value) && !['transform', 'device', 'keys'].includes(key),
      )
    ) {
      refuse('needs an expression in Python, which is not evaluated');
      continue;
    }
    switch (name) {
      case 'Activations':
        if (fields.softmax === true) ops.push({ op: 'softmax' });
        else if (fields.sigmoid === true) ops.push({ op: 'sigmoid' });
        if ((fields.other ?? null) !== null) refuse('other: expected softmax or sigmoid');
        break;
      case 'AsDiscrete':
        if (discrete) refuse('labels are discrete already');
        else if ((fields.to_onehot ?? null) !== null && fields.to_onehot !== false)
          refuse('to_onehot: a label map comes out here, not one channel a label');
        else if ((fields.rounding ?? null) !== null) refuse('rounding is not known');
        else if (fields.argmax === true) {
          ops.push({ op: 'argmax' });
          discrete = true;
        } else if (typeof fields.threshold === 'number' && outputs === 1) {
          ops.push({ op: 'regions', regions: [{ channel: 0, threshold: fields.threshold, label: 1 }] });
          discrete = oneRegion = true;
        } else if (typeof fields.threshold === 'number') {
          unmerged = { shown, threshold: fields.threshold, refusedBefore: ledger.refused.length };
          discrete = true;
        } else refuse('neither argmax nor a number as threshold');
        break;
      case 'Invert': {
        const nearest = fields.nearest_interp !== false;
        if (discrete && !nearest) {
          ledger.note(
            `${shown} interpolates a label map linearly, which leaves fractions between labels; labels are brought back with the nearest one here`,
          );
        }
        ops.push({ op: 'invert', order: discrete || nearest ? 0 : 1 });
        break;
      }
      case 'KeepLargestConnectedComponent':
        labelStep(discrete, refuse, () => {
          const connectivity = ranks[word(fields.connectivity ?? 3)];
          if (fields.num_components !== undefined && fields.num_components !== 1)
            return refuse(`keeps ${JSON.stringify(fields.num_components)} pieces; one is kept here`);
          if (fields.is_onehot === true) return refuse('is_onehot: a label map is expected');
          if (!connectivity)
            return refuse(`connectivity is ${JSON.stringify(fields.connectivity)}; expected 1, 2 or 3`);
          ops.push({
            op: 'keepLargest',
            ...labelsOf(fields),
            connectivity,
            scope: fields.independent === false ? 'union' : 'each',
          });
        });
        break;
      case 'FillHoles':
        labelStep(discrete, refuse, () =>
          ops.push({
            op: 'fillHoles',
            ...labelsOf(fields),
            connectivity: ranks[word(fields.connectivity ?? 3)] ?? 26,
          }),
        );
        break;
      case 'RemoveSmallObjects':
        labelStep(discrete, refuse, () => {
          const size = fields.min_size ?? 64;
          if (typeof size !== 'number' || fields.by_measure === true)
            return refuse('min_size by measure is not known; expected a number of voxels');
          ops.push({
            op: 'removeSmall',
            minVoxels: size,
            connectivity: ranks[word(fields.connectivity ?? 1)] ?? 6,
            scope: fields.independent_channels === false ? 'union' : 'each',
          });
        });
        break;
      default:
        refuse('no operation of the manifest does this');
    }
  }
  // a step that merges the channels is refused by its own name; without one, the threshold is what says too little
  if (unmerged && ledger.refused.length === unmerged.refusedBefore) {
    ledger.refuse(
      unmerged.shown,
      `${outputs} channels are cut at ${unmerged.threshold} each, and nothing says which label wins where they overlap`,
    );
  }
  if (!discrete) ledger.refuse('postprocessing', 'nothing in it makes labels; expected AsDiscreted');
  if (!ops.some(({ op }) => op === 'invert')) {
    ops.push({ op: 'invert', order: 0 });
    if (resamples)
      ledger.note('no Invertd: labels are brought back to the image with the nearest one, as SaveImaged does');
  }
  return { ops, oneRegion };
}

/** MONAI counts orthogonal hops: 1 faces, 2 edges, 3 corners. */
const ranks: Readonly<Record<string, 6 | 18 | 26 | undefined>> = { '1': 6, '2': 18, '3': 26 };

function labelStep(discrete: boolean, refuse: (reason: string) => void, add: () => void): void {
  if (discrete) add();
  else refuse('before labels are made; it works on a label map here');
}

function labelsOf(fields: JsonObject): { readonly labels?: readonly number[] } {
  const { applied_labels: labels } = fields;
  if (typeof labels === 'number') return { labels: [labels] };
  return isNumbers(labels) && labels.length > 0 ? { labels } : {};
}

function worksOnPrediction(fields: JsonObject): boolean {
  const { keys } = fields;
  const list = isList(keys) ? keys : keys === undefined ? [] : [keys];
  return list.length === 0 || list.some((key) => typeof key !== 'string' || key !== 'label');
}
