import { useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Vec3 } from '#imaging';
import type { SidePrediction } from './case-viewer.js';
import type { ShownImage } from './case-volumes.js';
import { draggedWindow } from './grey-window.js';
import type { GreyWindow } from './grey-window.js';
import { labelColor, parseHexColor, UNDECLARED_COLOR } from './overlay-style.js';
import type { LayerPen, Rgba, ShownLabel } from './overlay-style.js';
import { panBy, planeCamera, WHOLE_VOLUME, zoomAbout } from './plane-camera.js';
import type { PlaneCamera, PlaneFraming } from './plane-camera.js';
import { placeOnGrid, PLANE_NAMES, PLANES, stepSlices } from './planes.js';
import type { PlaneName } from './planes.js';
import { Icon } from './icons.js';
import { SideTile } from './side-tile.js';
import {
  cutSlice,
  ERROR_PEN,
  errorClassOf,
  errorColors,
  paintClasses,
  paintGrey,
  votesAt,
  voteColors,
} from './slice-painter.js';
import { Swatch } from './swatch.js';
import type { LayerState } from './use-case.js';
import { MOST_TILES } from './use-tiles.js';
import type { DragTool } from './use-plane-gestures.js';
import type { OverlayMode } from './view-state.js';

/** What moves in all pictures at once. */
const LINKS = { slice: 'Slices and crosshair', framing: 'Zoom and pan', window: 'Window' } as const;
type Link = keyof typeof LINKS;

/** What a picture that is not linked has of its own. */
interface Own {
  readonly slice?: Vec3;
  readonly framing?: PlaneFraming;
  readonly window?: GreyWindow;
}

export interface SideBySideProps {
  readonly image: ShownImage;
  readonly plane: PlaneName;
  readonly onPlane: (plane: PlaneName) => void;
  readonly positionLps: Vec3;
  readonly window: GreyWindow;
  readonly inverted: boolean;
  readonly mode: OverlayMode;
  readonly reference: { readonly title: string; readonly segments: Uint8Array; readonly pen: LayerPen } | null;
  /** What is laid side by side: predictions, or what readers drew. */
  readonly predictions: readonly SidePrediction[];
  readonly ofReaders: boolean;
  /** Null where there is no choice. */
  readonly readers: { readonly shown: boolean; readonly onShown: (shown: boolean) => void } | null;
  /** Of how many `predictions` are a part. */
  readonly pages: { readonly page: number; readonly count: number; readonly onPage: (page: number) => void };
  readonly layerOf: (prediction: SidePrediction) => LayerState | undefined;
  readonly predictionPen: LayerPen;
  readonly labels: readonly ShownLabel[];
  /** Segments that are not drawn and not compared. */
  readonly hiddenSegments: readonly number[];
  /** Segments of a region that is compared as one, or null. */
  readonly regionSegments: readonly number[] | null;
  readonly ignoredSegment: number | null;
  readonly tool: DragTool;
  readonly showCrosshair: boolean;
  readonly onMove: (point: Vec3) => void;
  readonly onScroll: (plane: PlaneName, slices: number) => void;
  readonly onWindow: (window: GreyWindow) => void;
  readonly onOpen: (id: string) => void;
}

/**
 * One plane of the case as the reference has it and as each prediction has it, best first, all moving together. Give it
 * the plane as its key: zoom and what was unlinked belong to one plane.
 */
export function SideBySide(props: SideBySideProps): ReactNode {
  const { image, plane, labels, hiddenSegments, regionSegments, predictions: shown, ofReaders } = props;
  const { geometry } = image;
  const first = props.pages.page * MOST_TILES; // place of the first one shown
  const [links, setLinks] = useState<Readonly<Record<Link, boolean>>>({ slice: true, framing: true, window: true });
  const [framing, setFraming] = useState(WHOLE_VOLUME);
  const [own, setOwn] = useState<Readonly<Record<string, Own>>>({});
  const dragFrom = useRef<GreyWindow>(props.window);

  const toggleLink = (link: Link): void => {
    setLinks((old) => ({ ...old, [link]: !old[link] }));
    setOwn((old) => Object.fromEntries(Object.entries(old).map(([id, mine]) => [id, { ...mine, [link]: undefined }])));
  };

  // ---- colours and classes, by segment
  const look = useMemo(() => {
    const kept = Uint8Array.from({ length: 256 }, (_, segment) =>
      (regionSegments ? regionSegments.includes(segment) : !hiddenSegments.includes(segment)) ? segment : 0,
    );
    const compared = kept.map((segment) => (regionSegments && segment > 0 ? 1 : segment));
    const colors = [...labels.map((_, n) => labelColor(labels, n)), UNDECLARED_COLOR].map((hex): Rgba => {
      const [r, g, b] = parseHexColor(hex) ?? [255, 255, 255];
      return [r, g, b, 255];
    });
    return { kept, compared, colors, errors: errorColors(parseHexColor) };
  }, [labels, hiddenSegments, regionSegments]);

  // The grey picture and the cut are the same for all that are linked: the last one is kept.
  const last = useRef<{ key: string; grey: Uint8ClampedArray<ArrayBuffer>; cut: Int32Array }>(undefined);
  const groundOf = (
    camera: PlaneCamera,
    window: GreyWindow,
  ): { grey: Uint8ClampedArray<ArrayBuffer>; cut: Int32Array } => {
    const { focalPointLps, mmPerPx, widthPx, heightPx } = camera;
    const key = JSON.stringify([plane, focalPointLps, mmPerPx, widthPx, heightPx, window, props.inverted]);
    if (last.current?.key !== key) {
      last.current = {
        key,
        grey: paintGrey(geometry, image.voxels, camera, window, props.inverted),
        cut: cutSlice(geometry, camera),
      };
    }
    return { grey: last.current.grey.slice(), cut: last.current.cut };
  };
  type Draw = (picture: Uint8ClampedArray, width: number, cut: Int32Array) => void;
  const painter =
    (id: string, draw: Draw) =>
    (camera: PlaneCamera): Uint8ClampedArray<ArrayBuffer> => {
      const { grey, cut } = groundOf(camera, own[id]?.window ?? props.window);
      draw(grey, camera.widthPx, cut);
      return grey;
    };

  const { reference } = props;
  const drawReference: Draw = (picture, width, cut) =>
    reference && paintClasses(picture, width, cut, (v) => look.kept[reference.segments[v]], look.colors, reference.pen);
  const drawPrediction =
    (segments: Uint8Array): Draw =>
    (picture, width, cut) => {
      if (props.mode === 'errors' && reference) {
        const classOf = (v: number): number =>
          reference.segments[v] === props.ignoredSegment
            ? 0
            : errorClassOf(look.compared[reference.segments[v]], look.compared[segments[v]]);
        return paintClasses(picture, width, cut, classOf, look.errors, ERROR_PEN);
      }
      drawReference(picture, width, cut);
      paintClasses(picture, width, cut, (v) => look.kept[segments[v]], look.colors, props.predictionPen);
    };
  const arrived = shown.flatMap((prediction) => {
    const layer = props.layerOf(prediction);
    return layer?.status === 'shown' ? [layer.map.segments] : [];
  });
  const votes = voteColors(arrived.length);
  const drawVotes: Draw = (picture, width, cut) =>
    paintClasses(picture, width, cut, (v) => votesAt(arrived, look.kept, v), votes, {
      manner: 'filled',
      opacity: 0.85,
      widthPx: 1,
    });

  const tile = (
    id: string,
    title: string,
    note: string,
    draw: Draw | null,
    status: string | null,
    onOpen: (() => void) | null,
  ): ReactNode => {
    const mine = own[id] ?? {};
    const at = mine.slice ?? props.positionLps;
    const put = (change: Own): void => setOwn((old) => ({ ...old, [id]: { ...old[id], ...change } }));
    const reframe = (next: (now: PlaneFraming) => PlaneFraming): void =>
      links.framing ? setFraming(next) : put({ framing: next(mine.framing ?? framing) });
    return (
      <SideTile
        key={id}
        title={title}
        note={note}
        plane={plane}
        geometry={geometry}
        positionLps={at}
        unreadable={image.unreadable}
        camera={(size) => planeCamera(geometry, PLANES[plane], at, mine.framing ?? framing, size)}
        paint={draw && painter(id, draw)}
        status={status}
        tool={props.tool}
        showCrosshair={props.showCrosshair}
        onPoint={(point) => (links.slice ? props.onMove(point) : put({ slice: placeOnGrid(geometry, point) }))}
        onScroll={(slices) =>
          links.slice ? props.onScroll(plane, slices) : put({ slice: stepSlices(geometry, PLANES[plane], at, slices) })
        }
        onPan={(camera, dx, dy) => reframe((now) => panBy(now, camera, dx, dy))}
        onZoom={(camera, factor, about) => reframe((now) => zoomAbout(now, camera, factor, about))}
        onWindowStart={() => (dragFrom.current = mine.window ?? props.window)}
        onWindowDrag={(dx, dy) => {
          const window = draggedWindow(dragFrom.current, dx, dy);
          if (links.window) props.onWindow(window);
          else put({ window });
        }}
        onOpen={onOpen}
      />
    );
  };

  const count = shown.length + Number(reference !== null) + Number(arrived.length > 1);
  return (
    <div className="vmv-sides">
      <div className="vmv-side-bar">
        <div className="vmv-group" role="group" aria-label="Plane of the pictures">
          {PLANE_NAMES.map((name) => (
            <button
              key={name}
              type="button"
              className="vmv-button"
              aria-pressed={plane === name}
              onClick={() => props.onPlane(name)}
            >
              {PLANES[name].title}
            </button>
          ))}
        </div>
        <div className="vmv-group" role="group" aria-label="What moves together">
          {(Object.keys(LINKS) as Link[]).map((link) => (
            <label key={link} className="vmv-check">
              <input type="checkbox" checked={links[link]} onChange={() => toggleLink(link)} />
              {LINKS[link]}
            </label>
          ))}
        </div>
        {props.readers && (
          <div className="vmv-group" role="group" aria-label="What is laid side by side">
            {[false, true].map((readers) => (
              <button
                key={String(readers)}
                type="button"
                className="vmv-button"
                aria-pressed={ofReaders === readers}
                onClick={() => props.readers?.onShown(readers)}
              >
                {readers ? 'Readers' : 'Predictions'}
              </button>
            ))}
          </div>
        )}
        {arrived.length > 1 && <Votes colors={votes} />}
        {props.pages.count > MOST_TILES && <Pages {...props.pages} />}
      </div>
      <div className={`vmv-side-tiles vmv-columns-${count <= 2 ? 2 : count <= 6 ? 3 : 4}`}>
        {reference && tile('reference', reference.title, 'reference', drawReference, null, null)}
        {arrived.length > 1 &&
          tile(
            'agreement',
            'Agreement',
            `of ${arrived.length} ${ofReaders ? 'readers' : 'predictions'}`,
            drawVotes,
            null,
            null,
          )}
        {shown.map((prediction, n) => {
          const layer = props.layerOf(prediction);
          return tile(
            prediction.id,
            prediction.title,
            ofReaders ? 'reader' : placeWords(prediction, first + n + 1),
            layer?.status === 'shown' ? drawPrediction(layer.map.segments) : null,
            layer?.status === 'shown' ? null : layer?.status === 'refused' ? layer.sentence : 'loading …',
            () => props.onOpen(prediction.id),
          );
        })}
      </div>
    </div>
  );
}

/** '1. DSC 0.931, rank 2': place on this case, score on it, place on the leaderboard. */
function placeWords({ score, rank }: SidePrediction, place: number): string {
  return `${place}. ${score ?? 'no score'}${rank == null ? '' : `, rank ${rank}`}`;
}

function Pages({ page, count, onPage }: SideBySideProps['pages']): ReactNode {
  const last = Math.ceil(count / MOST_TILES) - 1;
  return (
    <div className="vmv-group" role="group" aria-label="Which are shown">
      <button type="button" className="vmv-button" disabled={page === 0} onClick={() => onPage(page - 1)}>
        <Icon name="previous" />
        <span className="vmv-unseen">Better ones</span>
      </button>
      <span className="vmv-number" role="status">
        {page * MOST_TILES + 1} to {Math.min(count, (page + 1) * MOST_TILES)} of {count}
      </span>
      <button type="button" className="vmv-button" disabled={page === last} onClick={() => onPage(page + 1)}>
        <Icon name="next" />
        <span className="vmv-unseen">Worse ones</span>
      </button>
    </div>
  );
}

function Votes({ colors }: { readonly colors: readonly Rgba[] }): ReactNode {
  const hex = ([r, g, b]: Rgba): string => `rgb(${r} ${g} ${b})`;
  return (
    <p className="vmv-votes">
      <span>Agreement:</span>
      {colors.map((color, n) => (
        <span key={n}>
          <Swatch color={hex(color)} /> {n + 1} of {colors.length}
        </span>
      ))}
    </p>
  );
}
