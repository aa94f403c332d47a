import { decodeMeasurement, encodeMeasurement } from './measurement-link.js';
import { LAYOUTS } from './view-state.js';
import type { ViewState } from './view-state.js';

/**
 * A view as search parameters, for links that reopen what somebody saw:
 * `at=12.5,-30,48&w=40,400&mode=errors&layout=axial&invert=1&hide=reference&off=4&region=lesion&with=reader-b`, and
 * `surface=distances` and `m=length,axial,…` for what is coloured and measured.
 *
 * Positions are LPS mm with a tenth of a millimetre; defaults are left out. The inverse is `decodeView`.
 */
export function encodeView(view: ViewState): string {
  const search = new URLSearchParams();
  search.set('at', view.positionLps.map((mm) => String(Math.round(mm * 10) / 10 + 0)).join(','));
  search.set('w', `${view.window.center},${view.window.width}`);
  if (view.mode !== 'overlays') search.set('mode', view.mode);
  if (view.layout !== 'planes') search.set('layout', view.layout);
  if (view.inverted) search.set('invert', '1');
  for (const id of view.hiddenLayers) search.append('hide', id);
  if (view.hiddenLabels.length > 0) search.set('off', view.hiddenLabels.join(','));
  if (view.region !== null) search.set('region', view.region);
  for (const id of view.addedLayers) search.append('with', id);
  if (view.distances) search.set('surface', 'distances');
  for (const measurement of view.measurements) search.append('m', encodeMeasurement(measurement));
  return search.toString().replaceAll('%2C', ',');
}

/**
 * The parts of a view that a link carries. A link is typed and shortened by people: whatever cannot be read is left out,
 * never guessed.
 *
 * @param search a query string with or without its question mark; unknown parameters are ignored
 */
export function decodeView(search: string): Partial<ViewState> {
  const given = new URLSearchParams(search);
  const view: { -readonly [K in keyof ViewState]?: ViewState[K] } = {};
  const at = numbers(given.get('at'));
  if (at?.length === 3) view.positionLps = [at[0], at[1], at[2]];
  const window = numbers(given.get('w'));
  if (window?.length === 2 && window[1] > 0) view.window = { center: window[0], width: window[1] };
  const mode = given.get('mode');
  if (mode === 'errors' || mode === 'overlays') view.mode = mode;
  const layout = given.get('layout');
  const known = LAYOUTS.find((name) => name === layout);
  if (known) view.layout = known;
  if (given.get('invert') === '1') view.inverted = true;
  if (given.has('hide')) view.hiddenLayers = given.getAll('hide');
  const off = numbers(given.get('off'));
  if (off?.every((value) => Number.isInteger(value) && value > 0)) view.hiddenLabels = off;
  const region = given.get('region');
  if (region) view.region = region;
  const added = [...new Set(given.getAll('with').filter((id) => id !== ''))];
  if (added.length > 0) view.addedLayers = added;
  if (given.get('surface') === 'distances') view.distances = true;
  const measured = given.getAll('m').flatMap((text) => decodeMeasurement(text) ?? []);
  if (measured.length > 0) view.measurements = measured;
  return view;
}

/** Comma-separated finite numbers, or null when the text is anything else. */
function numbers(text: string | null): number[] | null {
  if (text === null || text === '') return null;
  const parsed = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  return parsed.every(Number.isFinite) ? parsed : null;
}
