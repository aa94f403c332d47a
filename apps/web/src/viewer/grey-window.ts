/** A window of grey values: what is darker than its lower edge is black, what is brighter than its upper edge white. */
export interface GreyWindow {
  readonly center: number;
  readonly width: number;
}

/** Edges of a window as the renderer wants them. */
export function windowRange({ center, width }: GreyWindow): { lower: number; upper: number } {
  return { lower: center - width / 2, upper: center + width / 2 };
}

/** Window that shows a range of values from black to white. A range of no extent becomes one unit wide. */
export function windowOfRange(lower: number, upper: number): GreyWindow {
  return { center: (lower + upper) / 2, width: Math.max(upper - lower, 1) };
}

/**
 * Window after a drag. Right widens, down raises the centre (darker), as in other viewers; the step grows with the
 * width, so that a CT bone window and an image of values 0 to 1 are equally comfortable.
 *
 * @param dxPx,dyPx drag in CSS pixels since `start`
 */
export function draggedWindow(start: GreyWindow, dxPx: number, dyPx: number): GreyWindow {
  const unitsPerPx = Math.max(start.width, Number.EPSILON) / 256;
  return tidyWindow({ center: start.center + dyPx * unitsPerPx, width: start.width + dxPx * unitsPerPx });
}

/** A window as a person would write it: three significant digits of the width, positive and finite. */
export function tidyWindow({ center, width }: GreyWindow): GreyWindow {
  const positive = Number.isFinite(width) && width > 0 ? width : 1e-3;
  const unit = positive >= 100 ? 1 : 10 ** (Math.floor(Math.log10(positive)) - 2);
  const round = (x: number): number => Number((Math.round(x / unit) * unit).toPrecision(12));
  return { center: Number.isFinite(center) ? round(center) : 0, width: Math.max(round(positive), unit) };
}

/** The preset that a window equals, if any. */
export function matchingPreset<T extends GreyWindow>(
  presets: readonly T[],
  { center, width }: GreyWindow,
): T | undefined {
  return presets.find((p) => p.center === center && p.width === width);
}
