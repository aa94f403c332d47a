import type { PostprocessOp } from '../manifest.js';
import type { ImportLedger, Json, JsonObject } from './imported.js';
import { isList, isNumbers, isObject, word } from './imported.js';
import { isExpression, keysOf, ofKeys } from './monai-config.js';
import type { MonaiStep } from './monai.js';

/** Steps that change no label: types, places, files. Files are written from what is there already. */
const NOTHING = [
  ...['EnsureType', 'ToTensor', 'ToDevice', 'SaveImage', 'DeleteItems', 'SelectItems', 'Identity', 'CopyItems'],
];
const SILENT = [
  '_target_',
  '_desc_',
  '_requires_',
  '_disabled_',
  '_mode_',
  'keys',
  'allow_missing_keys',
  'device',
  'lazy',
];
/** Of Invert: where it finds and puts what it needs. */
const PLACES = ['transform', 'orig_keys', 'meta_keys', 'orig_meta_keys', 'meta_key_postfix', 'to_tensor'];

export interface MonaiContext {
  /** Channels of the network's output. */
  readonly outputs: number;
  /** What `Invert` must undo. */
  readonly preprocessing: Json;
  readonly resamples: boolean;
}

interface Unmerged {
  readonly shown: string;
  readonly threshold: number;
  readonly refusedBefore: number;
}

/** From channels to labels. */
export function importPostprocess(
  steps: readonly MonaiStep[],
  context: MonaiContext,
  ledger: ImportLedger,
): { readonly ops: readonly PostprocessOp[]; readonly oneRegion: boolean } {
  const ops: PostprocessOp[] = [];
  const state = { discrete: false, oneRegion: false, unmerged: null as Unmerged | null };
  const prediction = predictionKey(steps);
  for (const step of steps) {
    const { shown, name, fields } = step;
    const keys = keysOf(fields.keys);
    if (keys.length > 0 && !keys.includes(prediction)) {
      if (!NOTHING.includes(name) && !keys.every((key) => key === 'label' || key === 'image'))
        ledger.refuse(shown, `works on ${keys.join(', ')}, not on the prediction, ${prediction}`);
      continue;
    }
    if (NOTHING.includes(name)) {
      checkSaving(step, ledger);
      continue;
    }
    const python = Object.keys(fields).filter(
      (key) => !['transform', 'device', 'keys'].includes(key) && isExpression(fields[key]),
    );
    if (python.length > 0)
      ledger.refuse(shown, `${python.join(', ')} needs an expression in Python, which is not evaluated`);
    else translate(step, context, prediction, state, ops, ledger);
  }
  // a step that merges the channels is refused by its own name; without one, the threshold is what says too little
  const { unmerged } = state;
  if (unmerged && ledger.refused.length === unmerged.refusedBefore) {
    ledger.refuse(
      unmerged.shown,
      `${context.outputs} channels are cut at ${unmerged.threshold} each, and nothing says which label wins where they overlap`,
    );
  }
  if (!state.discrete) ledger.refuse('postprocessing', 'nothing in it makes labels; expected AsDiscreted');
  if (!ops.some(({ op }) => op === 'invert')) {
    ops.push({ op: 'invert', order: 0 });
    if (context.resamples)
      ledger.note('no Invertd: labels are brought back to the image with the nearest one, as SaveImaged does');
  }
  return { ops, oneRegion: state.oneRegion };
}

function predictionKey(steps: readonly MonaiStep[]): string {
  const keys = steps.flatMap(({ fields }) => keysOf(fields.keys)).filter((key) => key !== 'label' && key !== 'image');
  return keys.includes('pred') ? 'pred' : (keys[0] ?? 'pred');
}

function checkSaving({ shown, name, fields }: MonaiStep, ledger: ImportLedger): void {
  if (name !== 'SaveImage') return;
  if ((fields.scale ?? null) !== null)
    ledger.note(`${shown} scales what it writes (scale): labels are not scaled here`);
  if (fields.resample !== false && (fields.mode ?? 'nearest') !== 'nearest')
    ledger.note(`${shown} resamples with ${word(fields.mode)}: labels are brought back by invert here`);
}

function translate(
  { shown, name, fields }: MonaiStep,
  { outputs, preprocessing }: MonaiContext,
  prediction: string,
  state: { discrete: boolean; oneRegion: boolean; unmerged: Unmerged | null },
  ops: PostprocessOp[],
  ledger: ImportLedger,
): void {
  const refuse = (reason: string): void => ledger.refuse(shown, reason);
  const only = (...known: string[]): boolean => {
    const bad = Object.keys(fields).filter(
      (key) => !SILENT.includes(key) && !known.includes(key) && fields[key] !== null,
    );
    if (bad.length > 0) refuse(`${bad.join(', ')} not known`);
    return bad.length === 0;
  };
  /** A field as it counts for the prediction; lists have one value a key. */
  const own = (key: string): Json | undefined => ofKeys(fields[key], keysOf(fields.keys), (one) => one === prediction);
  /** Yes, no, or refused. */
  const flag = (key: string, usual = false): boolean | null => {
    const value = own(key);
    if (typeof value === 'boolean' || value === null) return value ?? usual;
    refuse(`${key} is ${JSON.stringify(fields[key])}; expected true or false`);
    return null;
  };
  const none = (key: string): boolean => own(key) === null || own(key) === false;
  const onLabels = (): boolean => {
    if (!state.discrete) refuse('before labels are made; it works on a label map here');
    return state.discrete;
  };
  switch (name) {
    case 'Activations': {
      if (!only('softmax', 'sigmoid', 'other', 'dim')) return;
      const [softmax, sigmoid] = [flag('softmax'), flag('sigmoid')];
      if (!none('other')) return refuse('other: expected softmax or sigmoid');
      if (own('dim') !== null && own('dim') !== 0)
        return refuse(`dim is ${word(fields.dim)}; expected 0, the channels`);
      if (softmax === null || sigmoid === null) return;
      if (state.discrete) return refuse('after labels are made; expected before');
      if (softmax && sigmoid) return refuse('softmax and sigmoid are both true; expected one of them');
      if (softmax) ops.push({ op: 'softmax' });
      if (sigmoid) ops.push({ op: 'sigmoid' });
      return;
    }
    case 'AsDiscrete': {
      if (!only('argmax', 'to_onehot', 'threshold', 'rounding', 'dim', 'keepdim', 'dtype')) return;
      const argmax = flag('argmax');
      const threshold = own('threshold');
      if (argmax === null) return;
      if (state.discrete) return refuse('labels are discrete already');
      if (!none('to_onehot')) return refuse('to_onehot: a label map comes out here, not one channel a label');
      if (!none('rounding')) return refuse('rounding is not known');
      if ((own('dim') ?? 0) !== 0 || (own('keepdim') ?? true) !== true)
        return refuse('dim and keepdim: expected 0, the channels, and true');
      if (threshold !== null && typeof threshold !== 'number')
        return refuse(`threshold is ${JSON.stringify(fields.threshold)}; expected a number`);
      if (argmax && threshold !== null) return refuse('argmax and a threshold of its labels; expected one of them');
      if (!argmax && threshold === null) return refuse('neither argmax nor a number as threshold');
      state.discrete = true;
      if (argmax) ops.push({ op: 'argmax' });
      else if (outputs === 1) {
        state.oneRegion = true;
        ops.push({ op: 'regions', regions: [{ channel: 0, threshold: threshold as number, label: 1 }] });
      } else state.unmerged = { shown, threshold: threshold as number, refusedBefore: ledger.refused.length };
      return;
    }
    case 'Invert': {
      if (!only('nearest_interp', 'post_func', ...PLACES)) return;
      if (!none('post_func')) return refuse('post_func: what it does is not known');
      if (!undoes(fields.transform, preprocessing))
        return refuse(`transform is ${word(fields.transform).slice(0, 80)}; expected what the image was put through`);
      const nearest = flag('nearest_interp', true);
      if (nearest === null) return;
      if (state.discrete && !nearest) {
        ledger.note(
          `${shown} interpolates a label map linearly, which leaves fractions between labels; labels are brought back with the nearest one here`,
        );
      }
      ops.push({ op: 'invert', order: state.discrete || nearest ? 0 : 1 });
      return;
    }
    case 'KeepLargestConnectedComponent': {
      if (!only('applied_labels', 'is_onehot', 'independent', 'connectivity', 'num_components') || !onLabels()) return;
      const connectivity = RANKS[word(fields.connectivity ?? 3)];
      const labels = labelsOf(fields);
      if (labels === null) return refuse(`applied_labels is ${word(fields.applied_labels)}; expected labels`);
      if ((fields.num_components ?? 1) !== 1)
        return refuse(`keeps ${word(fields.num_components)} pieces; one is kept here`);
      if (fields.is_onehot === true) return refuse('is_onehot: a label map is expected');
      if (!connectivity) return refuse(`connectivity is ${word(fields.connectivity)}; expected 1, 2 or 3`);
      ops.push({ op: 'keepLargest', ...labels, connectivity, scope: fields.independent === false ? 'union' : 'each' });
      return;
    }
    case 'FillHoles': {
      if (!only('applied_labels', 'connectivity') || !onLabels()) return;
      const connectivity = RANKS[word(fields.connectivity ?? 3)];
      const labels = labelsOf(fields);
      if (labels === null) return refuse(`applied_labels is ${word(fields.applied_labels)}; expected labels`);
      if (!connectivity) return refuse(`connectivity is ${word(fields.connectivity)}; expected 1, 2 or 3`);
      ops.push({ op: 'fillHoles', ...labels, connectivity });
      return;
    }
    case 'RemoveSmallObjects': {
      if (!only('min_size', 'connectivity', 'independent_channels', 'by_measure', 'pixdim') || !onLabels()) return;
      const size = fields.min_size ?? 64;
      // a rank that is null is the full one, one that is left out is 1
      const connectivity = RANKS[word(fields.connectivity === undefined ? 1 : (fields.connectivity ?? 3))];
      const union = fields.independent_channels === false;
      if (typeof size !== 'number' || !Number.isInteger(size) || size < 1 || fields.by_measure === true)
        return refuse('min_size by measure is not known; expected a whole number of voxels');
      if (!connectivity) return refuse(`connectivity is ${word(fields.connectivity)}; expected 1, 2 or 3`);
      if (!union && outputs > 2)
        return refuse(
          'of several labels all voxels of one are counted there, and those of each piece here; expected independent_channels false',
        );
      ops.push({ op: 'removeSmall', minVoxels: size, connectivity, scope: union ? 'union' : 'each' });
      return;
    }
    default:
      refuse('no operation of the manifest does this');
  }
}

/** MONAI counts orthogonal hops: 1 faces, 2 edges, 3 corners. */
const RANKS: Readonly<Record<string, 6 | 18 | 26 | undefined>> = { '1': 6, '2': 18, '3': 26 };

/** Whether what `Invert` undoes is what the image was put through, its list of transforms or the whole. */
function undoes(transform: Json | undefined, preprocessing: Json): boolean {
  const bare = (value: Json | undefined): Json | undefined =>
    isObject(value) && isList(value.transforms) ? value.transforms : value;
  const [given, wanted] = [bare(transform), bare(preprocessing)];
  return given !== undefined && JSON.stringify(given) === JSON.stringify(wanted);
}

function labelsOf({ applied_labels: labels = null }: JsonObject): { readonly labels?: readonly number[] } | null {
  if (labels === null) return {};
  const list = typeof labels === 'number' ? [labels] : labels;
  return isNumbers(list) && list.length > 0 ? { labels: list } : null;
}
