import type { PreprocessOp } from '../manifest.js';
import type { ImportLedger } from './imported.js';
import { shortLine, word } from './imported.js';
import { keepsValues, keysOf } from './monai-config.js';
import { SILENT, translate } from './monai-transforms.js';
import type { MonaiStep } from './monai.js';

/** Steps that change no value that a network sees, and the fields by which they would not. */
const NOTHING: Readonly<Record<string, readonly string[] | undefined>> = {
  LoadImage: [
    ...['reader', 'overwriting', 'image_only', 'ensure_channel_first', 'simple_keys', 'prune_meta_pattern'],
    ...['prune_meta_sep', 'expanduser'],
  ],
  EnsureChannelFirst: ['strict_check', 'channel_dim'],
  AddChannel: [],
  AsChannelFirst: ['channel_dim'],
  EnsureType: ['data_type', 'wrap_sequence', 'track_meta'],
  ToTensor: ['wrap_sequence', 'track_meta'],
  ToDevice: ['non_blocking'],
  CastToType: [],
  Identity: [],
  SelectItems: [],
  DeleteItems: ['sep', 'use_re'],
};
/** What an image is put through, in MONAI's tensor order (channel, x, y, z of the oriented array). */
export function importPreprocess(
  steps: readonly MonaiStep[],
  inputChannels: number | null,
  knownNames: readonly string[],
  ledger: ImportLedger,
): { readonly ops: readonly PreprocessOp[]; readonly channelNames: readonly string[] } {
  const ops: PreprocessOp[] = [];
  let images = imageKeys(steps);
  let channelNames = [...images];
  for (const [n, step] of steps.entries()) {
    const keys = keysOf(step.fields.keys);
    if (keys.length > 0 && !keys.some((key) => images.includes(key))) {
      if (!NOTHING[step.name] && !keys.every((key) => /label|mask|seg/i.test(key)))
        ledger.refuse(step.shown, `works on ${keys.join(', ')}, which no image of the network is`);
      continue;
    }
    if (NOTHING[step.name]) {
      checkNothing(step, ledger);
      continue;
    }
    if (step.name === 'ConcatItems') {
      if (images.length === keys.length && images.every((key, n) => key === keys[n])) {
        channelNames = keys;
        images = [word(step.fields.name ?? 'image')];
      } else
        ledger.refuse(
          step.shown,
          `joins ${keys.join(', ')}; expected all images, ${images.join(', ')}, in the order in which they are loaded`,
        );
      continue;
    }
    if (images.some((key) => !keys.includes(key)) && keys.length > 0)
      ledger.refuse(step.shown, `works on ${keys.join(', ')} only, not on all of ${images.join(', ')}`);
    const before = ledger.refused.length;
    ops.push(...translate(step, images, inputChannels ?? channelNames.length, ledger));
    // what an unknown step made goes on under another key: later steps are not to blame
    const made = ledger.refused.length > before ? outputKey(step, steps.slice(n + 1), images) : undefined;
    if (made !== undefined) images = [made];
  }
  if (images.length > 1)
    ledger.refuse(
      'preprocessing',
      `ends with ${images.length} images, ${images.join(', ')}; expected ConcatItemsd to join them`,
    );
  if (!ops.some(({ op }) => op === 'orient')) {
    ops.unshift({ op: 'orient', axes: 'storedXYZ' });
    ledger.note(
      'no Orientationd: axes stay as they are stored (storedXYZ), so images must be stored as the training images were',
    );
  }
  const wanted = inputChannels ?? channelNames.length;
  if (channelNames.length !== wanted) {
    const named = knownNames.length === wanted ? knownNames : Array.from({ length: wanted }, (_, c) => `channel ${c}`);
    if (wanted > 1) ledger.note(`the ${wanted} channels are given as one image each: ${named.join(', ')}`);
    channelNames = [...named];
  } else if (wanted === 1 && knownNames.length === 1) channelNames = [...knownNames];
  return { ops, channelNames: channelNames.map((name) => shortLine(name, 40) ?? 'image') };
}

function imageKeys(steps: readonly MonaiStep[]): string[] {
  const load = steps.find(({ name }) => name === 'LoadImage');
  const keys = keysOf(load?.fields.keys).filter((key) => !/label|mask|seg/i.test(key));
  return keys.length > 0 ? keys : ['image'];
}

/** A text in the fields of a step that later steps use as a key, and that is no image yet. */
function outputKey({ fields }: MonaiStep, later: readonly MonaiStep[], images: readonly string[]): string | undefined {
  const used = later.flatMap((step) => keysOf(step.fields.keys));
  return keysOf(Object.values(fields)).find((key) => used.includes(key) && !images.includes(key));
}

/** Fields of a step without a value of its own that would give it one. */
function checkNothing({ shown, name, fields }: MonaiStep, ledger: ImportLedger): void {
  const known = NOTHING[name] ?? [];
  const odd = Object.keys(fields).filter(
    (key) => !SILENT.includes(key) && !known.includes(key) && fields[key] !== null,
  );
  if (odd.length > 0) ledger.refuse(shown, `${odd.join(', ')} not known`);
  if (!keepsValues(fields.dtype)) {
    ledger.refuse(
      shown,
      `dtype is ${word(fields.dtype)}; expected float32 or wider: leave it out, or write the manifest by hand with "cast"`,
    );
  }
  const reader = fields.reader ?? null;
  const geometric = ['ITKReader', 'NibabelReader', 'NrrdReader', 'PydicomReader'];
  if (name === 'LoadImage' && reader !== null && !geometric.includes(word(reader)))
    ledger.refuse(shown, `reader is ${word(reader)}; expected ${geometric.join(', ')}, or none`);
}
