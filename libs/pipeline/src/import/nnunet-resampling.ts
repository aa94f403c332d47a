import type { Anisotropy, Order } from '../manifest.js';
import type { ImportLedger, JsonObject } from './imported.js';
import { isObject, word } from './imported.js';

/** How a configuration resamples grey values, and logits back. */
export interface ResamplingRule {
  readonly order: Order;
  readonly backOrder: 0 | 1;
  readonly anisotropy: Anisotropy | null;
}

export function resamplingOf(configuration: JsonObject, ledger: ImportLedger): ResamplingRule {
  const read = (
    which: 'data' | 'probabilities',
    usual: Order,
  ): { readonly order: Order; readonly anisotropy: Anisotropy | null } => {
    const name = `resampling_fn_${which}`;
    const fn = configuration[name] ?? 'resample_data_or_seg_to_shape';
    if (fn !== 'resample_data_or_seg_to_shape')
      ledger.refuse(word(fn), `${name} is not resample_data_or_seg_to_shape, the one that is known`);
    const given = configuration[`${name}_kwargs`];
    if (given !== undefined && !isObject(given))
      ledger.refuse(`${name}_kwargs`, `is ${word(given)}; expected an object`);
    const {
      is_seg: seg,
      order = usual,
      order_z: through = 0,
      force_separate_z: force = null,
      separate_z_anisotropy_threshold: threshold = 3,
      ...rest
    } = isObject(given) ? given : {};
    const unknown = Object.keys(rest);
    if (unknown.length > 0) ledger.refuse(`${name}_kwargs`, `${unknown.join(', ')} not known`);
    if (seg === true) ledger.refuse(`${name}_kwargs`, 'is_seg is true; expected false');
    for (const one of [order, through]) {
      if (![0, 1, 3].includes(one as number))
        ledger.refuse(`${name}_kwargs`, `order ${JSON.stringify(one)}; expected 0, 1 or 3`);
    }
    if (![true, false, null].includes(force as boolean | null))
      ledger.refuse(`${name}_kwargs`, `force_separate_z is ${JSON.stringify(force)}; expected null, true or false`);
    if (typeof threshold !== 'number' || !(threshold > 0))
      ledger.refuse(
        `${name}_kwargs`,
        `separate_z_anisotropy_threshold is ${word(threshold)}; expected a number above 0`,
      );
    // forced: the largest spacing is never below half of the smallest
    const rule = { threshold: force === true ? 0.5 : Number(threshold), orderThrough: through as Order };
    return { order: order as Order, anisotropy: force === false ? null : rule };
  };
  const there = read('data', 3);
  const back = read('probabilities', 1);
  if (back.order === 3)
    ledger.refuse('resampling_fn_probabilities_kwargs', 'order 3; logits are brought back with order 0 or 1');
  if (JSON.stringify(there.anisotropy) !== JSON.stringify(back.anisotropy)) {
    ledger.refuse(
      'resampling_fn_probabilities_kwargs',
      'its rule for thick slices differs from that of the data; one rule serves both ways',
    );
  }
  return { order: there.order, backOrder: back.order === 0 ? 0 : 1, anisotropy: there.anisotropy };
}
