import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { pointLps, voxelVolumeMm3 } from '#imaging';
import type { Vec3 } from '#imaging';
import type { CaseViewerProps } from './case-viewer.js';
import { draggedWindow, matchingPreset, windowOfRange } from './grey-window.js';
import type { GreyWindow } from './grey-window.js';
import { homeView, spokenView } from './home-view.js';
import { HelpSheet } from './help-sheet.js';
import { commandFor } from './keyboard.js';
import type { Command } from './keyboard.js';
import { DEFAULT_OPACITY } from './overlay-style.js';
import { Panel } from './panel.js';
import { PlaneView } from './plane-view.js';
import { endSlice, nudgeInPlane, PLANE_NAMES, PLANES } from './planes.js';
import type { PlaneName } from './planes.js';
import { readPoint, shortReading } from './point-reading.js';
import type { PointReading } from './point-reading.js';
import { StatusTile } from './status-tile.js';
import { Toolbar } from './toolbar.js';
import { useCase } from './use-case.js';
import type { LayerSource } from './use-case.js';
import { useMoves } from './use-moves.js';
import { useComparison } from './use-comparison.js';
import { useOverlays } from './use-overlays.js';
import type { DrawnLayer } from './use-overlays.js';
import type { DragTool } from './use-plane-gestures.js';
import { usePlanes } from './use-planes.js';
import { useProbe } from './use-probe.js';
import { useScene } from './use-scene.js';
import { errorText, layerRows, readingRows, statusOf, structureRows } from './viewer-rows.js';
import { viewReducer } from './view-state.js';
import type { ViewState } from './view-state.js';

const REST_MS = 300;
const SPEECH_MS = 600;

/** One opening of a case: everything that starts afresh with another case or another attempt. */
export function OpenCase(props: CaseViewerProps & { readonly onRetry: (view: ViewState) => void }): ReactNode {
  const {
    caseName,
    imageUrl,
    layers: sources,
    labels,
    windowPresets,
    valueUnit = 'HU',
    initialView,
    onViewChange,
  } = props;
  const loaded = useCase(
    imageUrl,
    sources,
    labels.map(({ value }) => value),
  );
  const { image } = loaded;
  const geometry = image?.geometry ?? null;

  // ---- what is looked at
  const [view, dispatch] = useReducer(viewReducer, null, () => homeView(null, windowPresets, initialView));
  const [tool, setTool] = useState<DragTool>('crosshair');
  const [showCrosshair, setShowCrosshair] = useState(true);
  const [opacities, setOpacities] = useState<Readonly<Record<string, number>>>({});
  const [helpOpen, setHelpOpen] = useState(false);
  const [errorAt, setErrorAt] = useState<number | null>(null);
  const arrived = useRef<ViewState>(view);
  const openedWith = useRef({ windowPresets, initialView });
  useEffect(() => {
    if (!image) return;
    arrived.current = homeView(image, openedWith.current.windowPresets, openedWith.current.initialView);
    dispatch({ kind: 'replace', view: arrived.current });
  }, [image]);
  // Callers may pass a new function at each rendering, and will when they put the view into the address: only a view that
  // changed is told, not a function that did.
  const tell = useRef(onViewChange);
  useEffect(() => {
    tell.current = onViewChange;
  });
  useEffect(() => {
    if (view === arrived.current || !view.positionLps.every(Number.isFinite)) return;
    const resting = setTimeout(() => tell.current?.(view), REST_MS);
    return () => clearTimeout(resting);
  }, [view]);

  const presets = useMemo(
    () =>
      image
        ? [...windowPresets, { name: 'Full range', ...windowOfRange(image.range.lower, image.range.upper) }]
        : windowPresets,
    [image, windowPresets],
  );

  // ---- the renderer
  const elements = useRef<Partial<Record<PlaneName, HTMLDivElement>>>({});
  const onElement = useCallback((plane: PlaneName, element: HTMLDivElement | null) => {
    if (element) elements.current[plane] = element;
    else delete elements.current[plane];
  }, []);
  const sceneState = useScene(elements, image, view.window);
  const scene = sceneState.status === 'open' ? sceneState.scene : null;
  const planes = usePlanes(scene, geometry, view.positionLps);
  useEffect(() => scene?.setWindow(view.window, view.inverted), [scene, view.window, view.inverted]);

  // ---- label maps
  const hiddenSegments = useMemo(
    () => labels.flatMap(({ value }, n) => (view.hiddenLabels.includes(value) ? [n + 1] : [])),
    [labels, view.hiddenLabels],
  );
  const drawn = useMemo(
    () =>
      sources.flatMap((source): DrawnLayer[] => {
        const layer = loaded.layers[source.id];
        if (layer?.status !== 'shown') return [];
        const visible = !view.hiddenLayers.includes(source.id);
        return [
          {
            id: source.id,
            kind: source.kind,
            segments: layer.map.segments,
            visible,
            opacity: opacities[source.id] ?? DEFAULT_OPACITY[source.kind],
          },
        ];
      }),
    [sources, loaded.layers, view.hiddenLayers, opacities],
  );
  const referenceId = idOf(sources, drawn, 'reference');
  const predictionId = idOf(sources, drawn, 'prediction');
  const bothThere = drawn.some(({ id }) => id === referenceId) && drawn.some(({ id }) => id === predictionId);
  const pair =
    bothThere && referenceId !== null && predictionId !== null ? { referenceId, predictionId, hiddenSegments } : null;
  const { comparison, current: comparisonIsCurrent } = useComparison(loaded.loader, pair);
  const refused = sources.some(
    ({ id, kind }) => loaded.layers[id]?.status === 'refused' && !drawn.some((d) => d.kind === kind),
  );
  const comparable = referenceId !== null && predictionId !== null && !refused && loaded.refused === null;
  const mode = comparable ? view.mode : 'overlays'; // a link may ask for an error map that this case cannot have
  useOverlays(scene, drawn, labels, hiddenSegments, mode, comparison);

  // ---- reading values
  const read = useCallback(
    (point: Vec3): PointReading | null => {
      if (!geometry || !scene || !point.every(Number.isFinite)) return null;
      const segments = Object.fromEntries(drawn.map((layer) => [layer.id, layer.segments]));
      return readPoint(
        { geometry, valueAt: (at) => scene.valueAt(at), layers: segments, errors: comparison?.errors ?? null },
        point,
      );
    },
    [geometry, scene, drawn, comparison],
  );
  const describe = useCallback(
    (point: Vec3): string => {
      const reading = read(point);
      return reading ? shortReading(reading, valueUnit, drawn, labels) : '';
    },
    [read, valueUnit, drawn, labels],
  );
  const reading = useMemo(() => read(view.positionLps), [read, view.positionLps]);

  // ---- moving about
  const { follow, pan, zoom, reset: resetFraming } = planes;
  const { moveTo, onScroll, onPoint, latestView } = useMoves(view, geometry, dispatch, follow);
  const dragFrom = useRef<GreyWindow>(view.window);
  const onWindowStart = useCallback(() => (dragFrom.current = latestView().window), [latestView]);
  const onWindowDrag = useCallback(
    (dx: number, dy: number) => dispatch({ kind: 'window', window: draggedWindow(dragFrom.current, dx, dy) }),
    [],
  );
  const onEnlarge = useCallback(
    (plane: PlaneName) => dispatch({ kind: 'layout', layout: latestView().layout === plane ? 'planes' : plane }),
    [latestView],
  );

  const goToError = (n: number): void => {
    const region = comparison?.regions[n];
    if (!region || !geometry) return;
    setErrorAt(n);
    dispatch({ kind: 'mode', mode: 'errors' });
    moveTo(pointLps(geometry, region.atIjk));
  };
  const findStructure = (value: number): void => {
    const segment = labels.findIndex((label) => label.value === value) + 1;
    const maps = [referenceId, predictionId].map((id) => (id === null ? undefined : loaded.layers[id]));
    const at = maps
      .map((layer) => (layer?.status === 'shown' ? layer.map.look[segment] : null))
      .find((index) => index != null);
    if (at && geometry) moveTo(pointLps(geometry, at));
  };
  const reset = (): void => {
    if (!image) return;
    const home = homeView(image, windowPresets, undefined);
    dispatch({
      kind: 'replace',
      view: { ...view, positionLps: home.positionLps, window: home.window, inverted: false },
    });
    resetFraming();
    setErrorAt(null);
  };
  const toggleKind = (kind: LayerSource['kind']): void =>
    dispatch({ kind: 'toggle-layers', ids: sources.filter((source) => source.kind === kind).map(({ id }) => id) });
  const setMode = (mode: ViewState['mode']): void => dispatch({ kind: 'mode', mode });

  const obey = (command: Command, plane: PlaneName | null): void => {
    switch (command.do) {
      case 'scroll':
        return plane ? onScroll(plane, command.slices) : undefined;
      case 'end':
        return plane && geometry ? moveTo(endSlice(geometry, PLANES[plane], view.positionLps, command.end)) : undefined;
      case 'nudge':
        return plane && geometry
          ? moveTo(nudgeInPlane(geometry, PLANES[plane], view.positionLps, command.right, command.up))
          : undefined;
      case 'zoom':
        return plane ? zoom(plane, command.factor) : undefined;
      case 'toggle-label': {
        const label = labels[command.nth - 1];
        return label ? dispatch({ kind: 'toggle-label', value: label.value }) : undefined;
      }
      case 'toggle-reference':
        return toggleKind('reference');
      case 'toggle-prediction':
        return toggleKind('prediction');
      case 'toggle-errors':
        return comparable ? setMode(mode === 'errors' ? 'overlays' : 'errors') : undefined;
      case 'next-error':
        return goToError(errorAt === null ? 0 : errorAt + 1);
      case 'previous-error':
        return goToError(errorAt === null ? 0 : Math.max(0, errorAt - 1));
      case 'next-window': {
        const at = presets.findIndex((preset) => preset === matchingPreset(presets, view.window));
        const next = presets[(at + 1) % presets.length];
        return next ? dispatch({ kind: 'window', window: { center: next.center, width: next.width } }) : undefined;
      }
      case 'toggle-crosshair':
        return setShowCrosshair((shown) => !shown);
      case 'invert':
        return dispatch({ kind: 'invert' });
      case 'layout':
        return dispatch({ kind: 'layout', layout: view.layout === 'planes' ? (plane ?? 'axial') : 'planes' });
      case 'reset':
        return reset();
      case 'help':
        return setHelpOpen(true);
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const target = event.target as HTMLElement;
    if (target.closest('input, select, textarea, dialog')) return;
    const plane = PLANE_NAMES.find((name) => target.dataset.plane === name) ?? null;
    const command = commandFor(event, plane !== null);
    if (!command) return;
    event.preventDefault();
    obey(command, plane);
  };

  // ---- what is said about it
  const status = statusOf(loaded, sceneState);
  const voxelMm3 = geometry ? voxelVolumeMm3(geometry) : 0;
  const region = errorAt === null ? undefined : comparison?.regions[errorAt];
  const regionReading = region && geometry ? read(pointLps(geometry, region.atIjk)) : null;
  const errors = comparison && {
    counts: comparison.counts,
    regions: comparison.regions,
    regionCount: comparison.regionCount,
    current: region ? errorAt : null,
    currentText:
      region && regionReading && errorAt !== null && referenceId !== null && predictionId !== null
        ? errorText(region, errorAt, comparison.regionCount, regionReading, referenceId, predictionId, labels, voxelMm3)
        : '',
  };
  const viewerState = useProbe({
    scene,
    refused: status?.kind === 'problem',
    complete: loaded.loaded && (pair === null || comparisonIsCurrent),
    view,
    reading,
    labels,
    cameras: planes.cameras,
  });

  return (
    <div
      className="vmv"
      role="group"
      aria-label={`Viewer, case ${caseName}`}
      data-viewer-state={viewerState}
      onKeyDown={onKeyDown}
    >
      <div className="vmv-frame">
        <Toolbar
          disabled={!scene}
          tool={tool}
          onTool={setTool}
          presets={presets}
          window={view.window}
          onWindow={(window) => dispatch({ kind: 'window', window })}
          valueUnit={valueUnit}
          inverted={view.inverted}
          onInvert={() => dispatch({ kind: 'invert' })}
          showCrosshair={showCrosshair}
          onCrosshair={() => setShowCrosshair((shown) => !shown)}
          mode={mode}
          onMode={comparable ? setMode : null}
          onReset={reset}
          onHelp={() => setHelpOpen(true)}
        />
        <div className="vmv-stage" data-layout={view.layout}>
          {PLANE_NAMES.map((plane) => (
            <PlaneView
              key={plane}
              plane={plane}
              geometry={geometry}
              positionLps={view.positionLps}
              camera={scene ? planes.cameras[plane] : null}
              tool={tool}
              showCrosshair={showCrosshair}
              hidden={view.layout !== 'planes' && view.layout !== plane}
              enlarged={view.layout === plane}
              describe={describe}
              onElement={onElement}
              onSize={planes.onSize}
              onPoint={onPoint}
              onScroll={onScroll}
              onPan={pan}
              onZoom={zoom}
              onWindowStart={onWindowStart}
              onWindowDrag={onWindowDrag}
              onEnlarge={onEnlarge}
            />
          ))}
          {status && <StatusTile status={status} onRetry={() => props.onRetry(view)} />}
        </div>
        <Panel
          layers={layerRows(
            sources,
            loaded,
            (id) => !view.hiddenLayers.includes(id),
            ({ id, kind }) => opacities[id] ?? DEFAULT_OPACITY[kind],
          )}
          structures={structureRows(labels, loaded, referenceId, predictionId, view.hiddenLabels)}
          voxelVolumeMm3={voxelMm3}
          mode={mode}
          errors={errors}
          comparable={comparable}
          reading={readingRows(view.positionLps, reading, valueUnit, sources, labels, image?.storedGeometry ?? null)}
          onToggleLayer={(id) => dispatch({ kind: 'toggle-layers', ids: [id] })}
          onOpacity={(id, opacity) => setOpacities((old) => ({ ...old, [id]: opacity }))}
          onToggleStructure={(value) => dispatch({ kind: 'toggle-label', value })}
          onOnlyStructure={(value) => dispatch({ kind: 'only-label', value, all: labels.map((label) => label.value) })}
          onShowAll={() => dispatch({ kind: 'show-all-labels' })}
          onFindStructure={findStructure}
          onError={goToError}
        />
      </div>
      <p className="vmv-unseen" id="vmv-plane-keys">
        Arrow keys scroll slices, Shift and arrows move the crosshair, question mark lists all keys.
      </p>
      <LiveText text={geometry ? spokenView(geometry, view.positionLps, describe(view.positionLps)) : ''} />
      <HelpSheet open={helpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  );
}

/** The layer of a kind that is compared: the first that is shown, else the first that has arrived, else the first named. */
function idOf(sources: readonly LayerSource[], drawn: readonly DrawnLayer[], kind: LayerSource['kind']): string | null {
  const there = drawn.filter((layer) => layer.kind === kind);
  return (
    (there.find(({ visible }) => visible) ?? there[0] ?? sources.find((source) => source.kind === kind))?.id ?? null
  );
}

/** Says a text to screen readers once it has stopped changing. */
function LiveText({ text }: { readonly text: string }): ReactNode {
  const [said, setSaid] = useState('');
  useEffect(() => {
    const pause = setTimeout(() => setSaid(text), SPEECH_MS);
    return () => clearTimeout(pause);
  }, [text]);
  return (
    <p className="vmv-unseen" aria-live="polite">
      {said}
    </p>
  );
}
