import { decodeMeasurement, encodeMeasurement } from './measurement-link.js';
import { LAYER_COLORS, MANNERS, WIDTHS_PX } from './overlay-style.js';
import type { LayerPen } from './overlay-style.js';
import type { FramedPlane } from './plane-camera.js';
import { PLANE_NAMES } from './planes.js';
import { LAYOUTS } from './view-state.js';
import type { ViewState } from './view-state.js';

/**
 * A view as search parameters, for links that reopen what somebody saw:
 * `at=12.5,-30,48&w=40,400&mode=errors&layout=axial&invert=1&hide=reference&off=4&region=lesion&with=reader-b`, and
 * `surface=distances` and `m=length,axial,…` for what is coloured and measured. `z=axial,120,12.5,-30`: the axial plane shows
 * 120 mm along its shorter side, around a point (the two coordinates that a plane has, x before y before z).
 * `pen=outline,60,3,d55e00,reader-b`: a layer as a line of 60 %, 3 px wide, of a colour, or of none of its own.
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
  for (const { plane, shownMm, centreMm } of view.framed) search.append('z', [plane, shownMm, ...centreMm].join(','));
  for (const [id, { manner, opacity, widthPx, color }] of Object.entries(view.pens))
    search.append('pen', [manner, Math.round(opacity * 100), widthPx, color?.slice(1) ?? '', id].join(','));
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
  const framed = given.getAll('z').flatMap((text) => decodeFramed(text) ?? []);
  const planes = PLANE_NAMES.flatMap((name) => framed.find(({ plane }) => plane === name) ?? []);
  if (planes.length > 0) view.framed = planes;
  const pens = given
    .getAll('pen')
    .map(decodePen)
    .filter((one) => one !== null);
  if (pens.length > 0) view.pens = Object.fromEntries(pens);
  return view;
}

function decodeFramed(text: string): FramedPlane | null {
  const [name, ...rest] = text.split(',');
  const plane = PLANE_NAMES.find((known) => known === name);
  const values = numbers(rest.join(','));
  if (!plane || values?.length !== 3 || values[0] <= 0) return null;
  return { plane, shownMm: values[0], centreMm: [values[1], values[2]] };
}

function decodePen(text: string): [id: string, pen: LayerPen] | null {
  const [mannerWord, percentWord, widthWord, colorWord = '', ...rest] = text.split(',');
  const id = rest.join(','); // an id may have commas of its own
  const manner = MANNERS.find((known) => known === mannerWord);
  const widthPx = WIDTHS_PX.find((px) => String(px) === widthWord);
  const [percent = NaN] = numbers(percentWord ?? null) ?? [];
  const color = LAYER_COLORS.find(([, hex]) => hex === `#${colorWord}`)?.[1];
  if (!manner || !widthPx || !(percent >= 0 && percent <= 100) || id === '' || (colorWord !== '' && !color))
    return null;
  return [id, { manner, opacity: percent / 100, widthPx, ...(color && { color }) }];
}

/** Comma-separated finite numbers, or null when the text is anything else. */
function numbers(text: string | null): number[] | null {
  if (text === null || text === '') return null;
  const parsed = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  return parsed.every(Number.isFinite) ? parsed : null;
}
