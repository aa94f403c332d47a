import type { InferenceMode, Triple } from '../manifest.js';
import type { ImportLedger } from './imported.js';
import { isList, isNumbers, word } from './imported.js';
import { isExpression } from './monai-config.js';
import type { MonaiStep } from './monai.js';

const KNOWN = [
  '_target_',
  '_desc_',
  'roi_size',
  'sw_batch_size',
  'overlap',
  'mode',
  'sigma_scale',
  'padding_mode',
  'cval',
];
const SILENT = [
  'sw_device',
  'device',
  'progress',
  'cache_roi_weight_map',
  'buffer_steps',
  'buffer_dim',
  'cpu_thresh',
  'with_coord',
  'spatial_dim',
];

/** How the network is led over the volume. */
export function importInferer({ shown, name, fields }: MonaiStep, ledger: ImportLedger): InferenceMode | undefined {
  const refuse = (reason: string): undefined => void ledger.refuse(shown, reason);
  if (name === 'SimpleInferer') return { mode: 'full' };
  if (name !== 'SlidingWindowInferer' && name !== 'SliceInferer')
    return refuse('expected SlidingWindowInferer, SliceInferer or SimpleInferer');
  const odd = Object.keys(fields).filter((key) => !KNOWN.includes(key) && !SILENT.includes(key));
  if (odd.length > 0) return refuse(`${odd.join(', ')} not known`);
  const python = KNOWN.filter((key) => isExpression(fields[key]));
  if (python.length > 0) return refuse(`${python.join(', ')} is an expression in Python, which is not evaluated`);
  const {
    overlap = 0.25,
    mode = 'constant',
    sigma_scale: sigma = 0.125,
    padding_mode: padding = 'constant',
    cval = 0,
  } = fields;
  const shares = isList(overlap) ? overlap : [overlap];
  if (!isNumbers(shares) || shares.some((share) => share !== shares[0]))
    return refuse(`overlap is ${JSON.stringify(overlap)}; expected one share for all axes`);
  const blend = { constant: 'constant', gaussian: 'gaussianMonai' }[word(mode)] as
    'constant' | 'gaussianMonai' | undefined;
  if (!blend) return refuse(`mode is ${JSON.stringify(mode)}; expected constant or gaussian`);
  if (typeof sigma !== 'number') return refuse(`sigma_scale is ${JSON.stringify(sigma)}; expected one number`);
  const outside = { constant: 'constant', replicate: 'edge', reflect: 'mirror' }[word(padding)] as
    'constant' | 'edge' | 'mirror' | undefined;
  if (!outside) return refuse(`padding_mode is ${JSON.stringify(padding)}; expected constant, replicate or reflect`);
  const tiles = {
    overlap: shares[0],
    tiling: 'fixedStep',
    blend,
    sigma,
    pad: { mode: outside, value: Number(cval), align: 'center' },
  } as const;
  const size =
    typeof fields.roi_size === 'number' ? [fields.roi_size, fields.roi_size, fields.roi_size] : fields.roi_size;
  if (!isNumbers(size) || size.some((n) => !(n > 0)))
    return refuse(`roi_size is ${JSON.stringify(fields.roi_size)}; expected positive numbers`);
  if (name === 'SlidingWindowInferer') {
    if (size.length !== 3) return refuse(`roi_size has ${size.length} numbers; expected three`);
    return { mode: 'sliding', patch: size as unknown as Triple<number>, ...tiles };
  }
  const axis = fields.spatial_dim ?? 0;
  if (axis !== 0 && axis !== 1 && axis !== 2)
    return refuse(`spatial_dim is ${JSON.stringify(axis)}; expected 0, 1 or 2`);
  return { mode: 'slices', sliceAxis: axis, patch: [size[0], size[1]], ...tiles };
}
