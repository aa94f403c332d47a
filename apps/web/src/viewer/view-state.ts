import type { Vec3 } from '#imaging';
import type { GreyWindow } from './grey-window.js';
import type { SavedMeasurement } from './measurement-link.js';
import type { LayerPen } from './overlay-style.js';
import type { FramedPlane } from './plane-camera.js';
import { PLANE_NAMES } from './planes.js';
import type { PlaneName } from './planes.js';

/** What is drawn over the image: the label maps themselves, or where they disagree. */
export type OverlayMode = 'overlays' | 'errors';

/** Three planes at once, one of them alone, three and a view of the surfaces, or one plane of every prediction side by side. */
export type Layout = 'planes' | PlaneName | 'surfaces' | SideLayout;
export type SideLayout = `sides-${PlaneName}`;

export const LAYOUTS: readonly Layout[] = [
  'planes',
  ...PLANE_NAMES,
  'surfaces',
  ...PLANE_NAMES.map((plane): SideLayout => `sides-${plane}`),
];

/** The plane that pictures side by side show; null in other layouts. */
export function sidePlane(layout: Layout): PlaneName | null {
  return PLANE_NAMES.find((plane) => layout === `sides-${plane}`) ?? null;
}

/** The one plane that is shown large; null where there are several, or none. */
export function singlePlane(layout: Layout): PlaneName | null {
  return PLANE_NAMES.find((plane) => layout === plane) ?? null;
}

/** The layout after this one: three planes, one alone, with surfaces, and side by side if there is something to compare. */
export function nextLayout(layout: Layout, plane: PlaneName, canCompare: boolean): Layout {
  if (layout === 'planes') return plane;
  if (singlePlane(layout)) return 'surfaces';
  if (layout === 'surfaces' && canCompare) return `sides-${plane}`;
  return 'planes';
}

/** Everything that a link must carry so that somebody else sees the same. */
export interface ViewState {
  /** Point at which the three planes meet, LPS mm. */
  readonly positionLps: Vec3;
  readonly window: GreyWindow;
  readonly inverted: boolean;
  readonly mode: OverlayMode;
  readonly layout: Layout;
  /** Ids of layers and values of labels that are switched off. What is not named is shown. */
  readonly hiddenLayers: readonly string[];
  readonly hiddenLabels: readonly number[];
  /** Name of the scored region that errors are shown of; null: structure by structure. */
  readonly region: string | null;
  /** Ids of layers that a person added to those of the page. */
  readonly addedLayers: readonly string[];
  /** Whether surfaces are coloured by their distance to the other label map. */
  readonly distances: boolean;
  readonly measurements: readonly SavedMeasurement[];
  /** Planes that are zoomed or moved. */
  readonly framed: readonly FramedPlane[];
  /** Layers that are drawn in another way than usual, by their id. */
  readonly pens: Readonly<Record<string, LayerPen>>;
}

/** Everything that has the same default in every case. */
export const PLAIN_VIEW: Omit<ViewState, 'positionLps' | 'window'> = {
  inverted: false,
  mode: 'overlays',
  layout: 'planes',
  hiddenLayers: [],
  hiddenLabels: [],
  region: null,
  addedLayers: [],
  distances: false,
  measurements: [],
  framed: [],
  pens: {},
};

export type ViewAction =
  | { readonly kind: 'move'; readonly to: Vec3 }
  | { readonly kind: 'window'; readonly window: GreyWindow }
  | { readonly kind: 'invert' }
  | { readonly kind: 'mode'; readonly mode: OverlayMode }
  | { readonly kind: 'layout'; readonly layout: Layout }
  | { readonly kind: 'toggle-layers'; readonly ids: readonly string[] }
  | { readonly kind: 'toggle-label'; readonly value: number }
  | { readonly kind: 'only-label'; readonly value: number; readonly all: readonly number[] }
  | { readonly kind: 'show-all-labels' }
  | { readonly kind: 'region'; readonly region: string | null }
  | { readonly kind: 'add-layer'; readonly id: string }
  | { readonly kind: 'remove-layer'; readonly id: string }
  | { readonly kind: 'distances'; readonly shown: boolean }
  | { readonly kind: 'measurements'; readonly measurements: readonly SavedMeasurement[] }
  | { readonly kind: 'framed'; readonly framed: readonly FramedPlane[] }
  /** Null: as usual. */
  | { readonly kind: 'pens'; readonly pens: Readonly<Record<string, LayerPen | null>> }
  | { readonly kind: 'replace'; readonly view: ViewState };

const sameFramed = (a: readonly FramedPlane[], b: readonly FramedPlane[]): boolean =>
  a.length === b.length &&
  a.every(({ plane, shownMm, centreMm: [x, y] }, n) => {
    const other = b[n];
    return plane === other.plane && shownMm === other.shownMm && x === other.centreMm[0] && y === other.centreMm[1];
  });

const toggled = <T>(list: readonly T[], item: T): readonly T[] =>
  list.includes(item) ? list.filter((x) => x !== item) : [...list, item];

/** The next view; returns the very same object when nothing changes, so that nobody re-renders for nothing. */
export function viewReducer(view: ViewState, action: ViewAction): ViewState {
  switch (action.kind) {
    case 'move':
      return action.to.every((mm, w) => mm === view.positionLps[w]) ? view : { ...view, positionLps: action.to };
    case 'window':
      return action.window.center === view.window.center && action.window.width === view.window.width
        ? view
        : { ...view, window: action.window };
    case 'invert':
      return { ...view, inverted: !view.inverted };
    case 'mode':
      return action.mode === view.mode ? view : { ...view, mode: action.mode };
    case 'layout':
      return action.layout === view.layout ? view : { ...view, layout: action.layout };
    case 'toggle-layers': {
      // Several at once (all predictions): if any is shown, hide them all; otherwise show them all.
      const anyShown = action.ids.some((id) => !view.hiddenLayers.includes(id));
      const others = view.hiddenLayers.filter((id) => !action.ids.includes(id));
      return { ...view, hiddenLayers: anyShown ? [...others, ...action.ids] : others };
    }
    case 'toggle-label':
      return { ...view, hiddenLabels: toggled(view.hiddenLabels, action.value) };
    case 'only-label':
      return { ...view, hiddenLabels: action.all.filter((value) => value !== action.value) };
    case 'show-all-labels':
      return view.hiddenLabels.length === 0 ? view : { ...view, hiddenLabels: [] };
    case 'region':
      return action.region === view.region ? view : { ...view, region: action.region };
    case 'add-layer':
      return view.addedLayers.includes(action.id) ? view : { ...view, addedLayers: [...view.addedLayers, action.id] };
    case 'remove-layer': {
      const without = (ids: readonly string[]): readonly string[] => ids.filter((id) => id !== action.id);
      const { [action.id]: _, ...pens } = view.pens;
      return { ...view, addedLayers: without(view.addedLayers), hiddenLayers: without(view.hiddenLayers), pens };
    }
    case 'distances':
      return action.shown === view.distances ? view : { ...view, distances: action.shown };
    case 'measurements':
      return { ...view, measurements: action.measurements };
    case 'framed':
      return sameFramed(action.framed, view.framed) ? view : { ...view, framed: action.framed };
    case 'pens': {
      const pens = Object.entries({ ...view.pens, ...action.pens }).filter(
        (entry): entry is [string, LayerPen] => entry[1] !== null,
      );
      return { ...view, pens: Object.fromEntries(pens) };
    }
    case 'replace':
      return action.view;
  }
}
