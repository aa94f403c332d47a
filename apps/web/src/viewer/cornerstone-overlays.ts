import type { Types } from '@cornerstonejs/core';
import { Enums, segmentation } from '@cornerstonejs/tools';
import type { Geometry } from '#imaging';
import { addVolume } from './cornerstone-volume.js';
import type { GreyWindow } from './grey-window.js';
import { opacityPerMm } from './overlay-style.js';
import type { OverlayStyle, Rgba } from './overlay-style.js';
import { PLANE_NAMES } from './planes.js';
import { thicken } from './thicken.js';

const LABELMAP = Enums.SegmentationRepresentations.Labelmap;
/** A label map has no grey window, but Cornerstone wants one, and not a very narrow one. */
const ANY_WINDOW: GreyWindow = { center: 128, width: 256 };

/** The label maps over one image. */
export class Overlays {
  readonly #known = new Map<string, { data: Uint8Array; style?: OverlayStyle }>();
  readonly #name: string;
  readonly #geometry: Geometry;
  readonly #image: Types.IImageVolume;

  /** @param name tells the overlays of this opening from those of earlier ones */
  constructor(name: string, geometry: Geometry, image: Types.IImageVolume) {
    this.#name = name;
    this.#geometry = geometry;
    this.#image = image;
  }

  get size(): number {
    return this.#known.size;
  }

  /** Adds a label map, or gives one that is there new content. */
  set(id: string, data: Uint8Array, segmentNames: readonly string[]): void {
    const segmentationId = this.#segmentationId(id);
    const voxels = thicken(data, this.#geometry.sizeXyz);
    const known = this.#known.get(id);
    if (known) {
      known.data.set(voxels);
      segmentation.triggerSegmentationEvents.triggerSegmentationDataModified(segmentationId);
      return;
    }
    this.#known.set(id, { data: voxels });
    addVolume(segmentationId, this.#geometry, voxels, ANY_WINDOW, this.#image);
    const segments = Object.fromEntries(
      segmentNames.map((label, n) => [
        n + 1,
        { segmentIndex: n + 1, label, active: false, locked: true, cachedStats: {} },
      ]),
    );
    segmentation.addSegmentations([
      {
        segmentationId,
        representation: {
          type: LABELMAP,
          data: { volumeId: segmentationId, referencedVolumeId: this.#image.volumeId },
        },
        config: { label: id, segments },
      },
    ]);
  }

  /** Draws a label map in a new manner; what equals its last style is not passed on. */
  style(id: string, style: OverlayStyle): void {
    const known = this.#known.get(id);
    if (!known) return;
    const segmentationId = this.#segmentationId(id);
    const old = known.style;
    known.style = style;
    // Drawing outlines costs the graphics card a neighbourhood per pixel: ask for it only where there is one.
    const outlined = style.outlineOpacity > 0;
    const outlineWidth = outlined ? style.outlineWidthPx : 0;
    segmentation.config.style.setStyle(
      { type: LABELMAP, segmentationId },
      {
        renderOutline: outlined,
        outlineOpacity: style.outlineOpacity,
        outlineWidth,
        renderFill: true,
        fillAlpha: 1, // the opacity of the fill lies in the colours
        // Cornerstone calls one segmentation of a view active; we make no such difference.
        renderOutlineInactive: outlined,
        outlineOpacityInactive: style.outlineOpacity,
        outlineWidthInactive: outlineWidth,
        renderFillInactive: true,
        fillAlphaInactive: 1,
        activeSegmentOutlineWidthDelta: 0,
      },
    );
    const colors = this.#colors(style);
    const oldColors = old && this.#colors(old);
    if (!old) {
      const representation = {
        segmentationId,
        type: LABELMAP,
        config: { colorLUTOrIndex: [[0, 0, 0, 0], ...colors] as Types.ColorLUT },
      };
      segmentation.addLabelmapRepresentationToViewportMap(
        Object.fromEntries(PLANE_NAMES.map((plane) => [plane, [representation]])),
      );
    }
    const shown = (s: OverlayStyle, segment: number): boolean => s.visible && !s.hiddenSegments.includes(segment);
    for (const plane of PLANE_NAMES) {
      colors.forEach((color, n) => {
        const segment = n + 1;
        if (oldColors && color.some((c, i) => c !== oldColors[n][i])) {
          segmentation.config.color.setSegmentIndexColor(plane, segmentationId, segment, [...color]);
        }
        if ((old ? shown(old, segment) : true) !== shown(style, segment)) {
          const which = { segmentationId, type: LABELMAP };
          segmentation.config.visibility.setSegmentIndexVisibility(plane, which, segment, shown(style, segment));
        }
      });
    }
    segmentation.triggerSegmentationEvents.triggerSegmentationModified(segmentationId);
  }

  /** Colours with the opacity that the renderer has to be told. */
  #colors({ colors, fillOpacity }: OverlayStyle): Rgba[] {
    return colors.map(([r, g, b, a]) => [
      r,
      g,
      b,
      255 * opacityPerMm((a / 255) * fillOpacity, this.#geometry.spacingMm),
    ]);
  }

  #segmentationId(id: string): string {
    return `${this.#name}-overlay-${id}`;
  }
}

/** Takes all label maps off all planes. Their voxels go with the cache. */
export function removeOverlays(): void {
  segmentation.removeAllSegmentationRepresentations();
  segmentation.removeAllSegmentations();
  segmentation.config.style.resetToGlobalStyle();
}
