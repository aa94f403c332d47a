import type { InferenceMode, Triple } from '../manifest.js';
import type { ImportLedger } from './imported.js';
import { isList, isNumbers, word } from './imported.js';
import { isExpression } from './monai-config.js';
import type { MonaiStep } from './monai.js';

const WINDOWS = ['roi_size', 'overlap', 'mode', 'sigma_scale', 'padding_mode', 'cval', 'with_coord'];
const KNOWN: Readonly<Record<string, readonly string[] | undefined>> = {
  SlidingWindowInferer: WINDOWS,
  SliceInferer: [...WINDOWS, 'spatial_dim'],
  SimpleInferer: [],
};
/** Where and how many at a time, which changes no value. */
const SILENT = [
  ...['_target_', '_desc_', '_requires_', '_disabled_', 'sw_batch_size', 'sw_device', 'device', 'progress'],
  ...['cache_roi_weight_map', 'buffer_steps', 'buffer_dim', 'cpu_thresh'],
];

/** How the network is led over the volume. */
export function importInferer({ shown, name, fields }: MonaiStep, ledger: ImportLedger): InferenceMode | undefined {
  const refuse = (reason: string): undefined => void ledger.refuse(shown, reason);
  const odd = Object.keys(fields).filter(
    (key) => !SILENT.includes(key) && !(KNOWN[name] ?? []).includes(key) && fields[key] !== null,
  );
  if (!KNOWN[name]) return refuse('expected SlidingWindowInferer, SliceInferer or SimpleInferer');
  if (odd.length > 0) return refuse(`${odd.join(', ')} not known`);
  if (name === 'SimpleInferer') return { mode: 'full' };
  const python = [...WINDOWS, 'spatial_dim'].filter((key) => isExpression(fields[key]));
  if (python.length > 0) return refuse(`${python.join(', ')} is an expression in Python, which is not evaluated`);
  const {
    overlap = 0.25,
    mode = 'constant',
    sigma_scale: sigma = 0.125,
    padding_mode: padding = 'constant',
    cval = 0,
  } = fields;
  const shares = isList(overlap) ? overlap : [overlap];
  if (!isNumbers(shares) || shares.length === 0 || shares.some((share) => share !== shares[0]))
    return refuse(`overlap is ${JSON.stringify(overlap)}; expected one share for all axes`);
  const blend = { constant: 'constant', gaussian: 'gaussianMonai' }[word(mode)] as
    'constant' | 'gaussianMonai' | undefined;
  if (!blend) return refuse(`mode is ${JSON.stringify(mode)}; expected constant or gaussian`);
  const sigmas = isList(sigma) ? sigma : [sigma];
  if (!isNumbers(sigmas) || sigmas.length === 0 || sigmas.some((one) => one !== sigmas[0]))
    return refuse(`sigma_scale is ${JSON.stringify(sigma)}; expected one number for all axes`);
  if (typeof cval !== 'number') return refuse(`cval is ${JSON.stringify(cval)}; expected a number`);
  if (fields.with_coord === true) return refuse('with_coord: the network wants the place of each window, too');
  const outside = { constant: 'constant', replicate: 'edge', reflect: 'mirror' }[word(padding)] as
    'constant' | 'edge' | 'mirror' | undefined;
  if (!outside) return refuse(`padding_mode is ${JSON.stringify(padding)}; expected constant, replicate or reflect`);
  const tiles = {
    overlap: shares[0],
    tiling: 'fixedStep',
    blend,
    sigma: sigmas[0],
    pad: { mode: outside, value: cval, align: 'center' },
  } as const;
  const size =
    typeof fields.roi_size === 'number'
      ? Array.from({ length: name === 'SliceInferer' ? 2 : 3 }, () => fields.roi_size as number)
      : fields.roi_size;
  if (!isNumbers(size) || size.some((n) => !(n > 0)))
    return refuse(`roi_size is ${JSON.stringify(fields.roi_size)}; expected positive numbers`);
  if (name === 'SlidingWindowInferer') {
    if (size.length !== 3) return refuse(`roi_size has ${size.length} numbers; expected three`);
    return { mode: 'sliding', patch: size as unknown as Triple<number>, ...tiles };
  }
  if (size.length !== 2) return refuse(`roi_size has ${size.length} numbers; expected two`);
  const axis = fields.spatial_dim ?? 0;
  if (axis !== 0 && axis !== 1 && axis !== 2)
    return refuse(`spatial_dim is ${JSON.stringify(axis)}; expected 0, 1 or 2`);
  return { mode: 'slices', sliceAxis: axis, patch: [size[0], size[1]], ...tiles };
}
