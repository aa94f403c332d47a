import type { Vec3 } from '#imaging';
import type {
  BegunImage,
  ComparedParts,
  Comparison,
  DisplayVoxels,
  GreyFacts,
  ImageFacts,
  ShownLabelMap,
} from './case-volumes.js';
import type { ErrorList } from './error-list.js';

/** What the page asks of the loading worker. One worker serves one opening of a case and is ended with it. */
export type LoaderRequest =
  | {
      readonly kind: 'open';
      readonly imageUrl: string;
      readonly layers: readonly { readonly id: string; readonly url: string }[];
      readonly labelValues: readonly number[];
      /** What is looked at first, in LPS mm; null: the middle of the image. */
      readonly near: Vec3 | null;
    }
  /** The first slices are on the screen: the rest may follow. */
  | { readonly kind: 'go-on' }
  /** One more label map of the case that is open; it can be shown, but not compared. */
  | { readonly kind: 'add'; readonly id: string; readonly url: string }
  | {
      readonly kind: 'compare';
      readonly ticket: number;
      readonly referenceId: string;
      readonly predictionId: string;
      readonly parts: ComparedParts;
    };

/** What the worker tells the page. `source` is 'image' or the id of a layer. */
export type LoaderMessage =
  | { readonly kind: 'progress'; readonly source: string; readonly received: number; readonly total: number | null }
  /** The image has begun to arrive; its slices follow, and `image` when all of them have come. */
  | { readonly kind: 'begun'; readonly image: BegunImage }
  | { readonly kind: 'slices'; readonly firstSlice: number; readonly voxels: DisplayVoxels; readonly known: GreyFacts }
  | { readonly kind: 'image'; readonly facts: ImageFacts }
  | { readonly kind: 'layer'; readonly id: string; readonly map: ShownLabelMap }
  | { readonly kind: 'refused'; readonly source: string; readonly sentence: string }
  | { readonly kind: 'loaded' }
  | { readonly kind: 'compared'; readonly ticket: number; readonly comparison: Comparison }
  /** Follows `compared`, unless another comparison was asked for meanwhile. */
  | { readonly kind: 'listed'; readonly ticket: number; readonly list: ErrorList };
