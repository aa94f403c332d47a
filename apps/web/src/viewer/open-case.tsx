import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { describeGrid, pointLps, voxelVolumeMm3 } from '#imaging';
import type { Vec3 } from '#imaging';
import type { CaseViewerProps, ScoredRegion, SidePrediction } from './case-viewer.js';
import type { ShownImage } from './case-volumes.js';
import { fnv1a } from './checksum.js';
import { largestRegionOf } from './connected-regions.js';
import { draggedWindow, matchingPreset } from './grey-window.js';
import type { GreyWindow } from './grey-window.js';
import { homeView, spokenView } from './home-view.js';
import { HelpSheet } from './help-sheet.js';
import { commandFor } from './keyboard.js';
import type { Command } from './keyboard.js';
import { useKeys } from './use-keys.js';
import { useCine } from './use-cine.js';
import { useMeasurements } from './use-measurements.js';
import { windowPresets as presetsFor } from './window-presets.js';
import { addedPen, DEFAULT_PEN, inSafeColors, labelColor, nextManner } from './overlay-style.js';
import type { LayerPen, ShownLabel } from './overlay-style.js';
import { Panel } from './panel.js';
import { paintedOverlays } from './painted-overlays.js';
import { PlanePreview } from './plane-preview.js';
import type { PreviewPicture } from './plane-preview.js';
import { PlaneView } from './plane-view.js';
import { endSlice, nudgeInPlane, PLANE_NAMES, PLANES } from './planes.js';
import type { PlaneName } from './planes.js';
import { readPoint, shortReading } from './point-reading.js';
import type { PointReading } from './point-reading.js';
import { SideBySide } from './side-by-side.js';
import { captionLines, pictureName, saveFile, takePicture } from './screenshot.js';
import { StatusTile } from './status-tile.js';
import { Toolbar } from './toolbar.js';
import { SurfaceView } from './surface-view.js';
import { useAddedLayers } from './use-added-layers.js';
import { useCase } from './use-case.js';
import type { LayerSource } from './use-case.js';
import { useFinding } from './use-finding.js';
import { useMoves } from './use-moves.js';
import { useComparison } from './use-comparison.js';
import { useErrorList } from './use-error-list.js';
import { useOverlays } from './use-overlays.js';
import type { DrawnLayer } from './use-overlays.js';
import { isMeasure } from './use-plane-gestures.js';
import type { DragTool } from './use-plane-gestures.js';
import { usePlanes } from './use-planes.js';
import { useProbe } from './use-probe.js';
import { useScene } from './use-scene.js';
import { useSurfaceErrors } from './use-surface-errors.js';
import type { MeasuredPair } from './use-surface-errors.js';
import { useTiles } from './use-tiles.js';
import {
  damageNotice,
  damageWords,
  layerRows,
  readingRows,
  receiptRows,
  statusOf,
  structureRows,
} from './viewer-rows.js';
import { nextLayout, sidePlane, singlePlane, viewReducer } from './view-state.js';
import type { ViewState } from './view-state.js';

const NO_REGIONS: NonNullable<CaseViewerProps['regions']> = [];
const NO_PREDICTIONS: NonNullable<CaseViewerProps['predictions']> = [];
const NO_LAYERS: NonNullable<CaseViewerProps['moreLayers']> = [];
const NO_SLICES: ShownImage['unreadable'] = [];
const REST_MS = 300;
const SPEECH_MS = 600;

/** One opening of a case: everything that starts afresh with another case or another attempt. */
export function OpenCase(props: CaseViewerProps & { readonly onRetry: (view: ViewState) => void }): ReactNode {
  const {
    caseName,
    imageUrl,
    layers: sources,
    moreLayers = NO_LAYERS,
    labels: ownLabels,
    regions = NO_REGIONS,
    ignoreLabel,
    predictions = NO_PREDICTIONS,
    readers = NO_PREDICTIONS,
    windowPresets,
    modality,
    valueUnit = modality?.toUpperCase() === 'CT' ? 'HU' : '',
    initialView,
    onViewChange,
  } = props;
  const [safeColors, setSafeColors] = useState(false);
  const labels = useMemo(() => (safeColors ? inSafeColors(ownLabels) : ownLabels), [ownLabels, safeColors]);
  const loaded = useCase({
    imageUrl,
    layers: sources,
    labelValues: labels.map(({ value }) => value),
    near: initialView?.positionLps ?? null,
  });
  const { image } = loaded;
  const seen = image ?? loaded.arriving; // its arrays fill up while slices arrive
  const geometry = seen?.geometry ?? null;
  const unreadable = image?.unreadable ?? NO_SLICES;

  // ---- what is looked at
  const [view, dispatch] = useReducer(viewReducer, null, () =>
    homeView(null, presetsFor(windowPresets, modality, valueUnit, null), initialView),
  );
  const [tool, setTool] = useState<DragTool>(firstTool);
  const [showCrosshair, setShowCrosshair] = useState(true);
  const { keys, setKeys, reset: resetKeys } = useKeys();
  const [helpOpen, setHelpOpen] = useState(false);
  const arrived = useRef<ViewState>(view);
  const openedWith = useRef({ windowPresets, modality, valueUnit, initialView });
  const first = useRef(seen);
  const latest = useRef(view);
  useEffect(() => {
    first.current ??= seen;
    latest.current = view;
  });
  useEffect(() => {
    const known = image ?? first.current;
    if (!known || known.geometry !== geometry) return;
    const { windowPresets: declared, modality: kind, valueUnit: unit, initialView: asked } = openedWith.current;
    const home = homeView(known, presetsFor(declared, kind, unit, known), asked);
    const now = latest.current;
    const moved = now.positionLps.every(Number.isFinite); // this is not the first that is known of the image
    if (moved && (now.window !== arrived.current.window || sameWindow(now.window, home.window))) return;
    const untouched = now === arrived.current;
    const next = moved ? { ...now, window: home.window } : home;
    if (untouched) arrived.current = next;
    dispatch({ kind: 'replace', view: next });
  }, [geometry, image]);
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
    () => presetsFor(windowPresets, modality, valueUnit, image),
    [image, windowPresets, modality, valueUnit],
  );

  // ---- the renderer
  const elements = useRef<Partial<Record<PlaneName, HTMLDivElement>>>({});
  const onElement = useCallback((plane: PlaneName, element: HTMLDivElement | null) => {
    if (element) elements.current[plane] = element;
    else delete elements.current[plane];
  }, []);
  const { sceneState, onPreviewPainted, onComplete } = useScene(elements, image, view.window, props.drawing);
  const scene = sceneState.status === 'open' ? sceneState.scene : null;
  const planes = usePlanes(scene, geometry, view.positionLps, view.framed);
  useEffect(() => dispatch({ kind: 'framed', framed: planes.framed }), [planes.framed]);
  useEffect(() => scene?.setWindow(view.window, view.inverted), [scene, view.window, view.inverted]);

  // ---- label maps
  const hiddenSegments = useMemo(
    () => labels.flatMap(({ value }, n) => (view.hiddenLabels.includes(value) ? [n + 1] : [])),
    [labels, view.hiddenLabels],
  );
  const added = useAddedLayers(sources, moreLayers, view.addedLayers, loaded);
  const { all, load } = added;
  const usualPen = useCallback(
    ({ id, kind }: Pick<LayerSource, 'id' | 'kind'>): LayerPen => {
      const place = view.addedLayers.indexOf(id);
      return place < 0 ? DEFAULT_PEN[kind] : addedPen(place);
    },
    [view.addedLayers],
  );
  const penOf = useCallback(
    (source: Pick<LayerSource, 'id' | 'kind'>): LayerPen => view.pens[source.id] ?? usualPen(source),
    [view.pens, usualPen],
  );
  const setPens = (changed: readonly (readonly [LayerSource, LayerPen])[]): void => {
    const unusual = ([source, pen]: readonly [LayerSource, LayerPen]): LayerPen | null =>
      samePen(pen, usualPen(source)) ? null : pen;
    dispatch({ kind: 'pens', pens: Object.fromEntries(changed.map((one) => [one[0].id, unusual(one)])) });
  };
  const drawn = useMemo(
    () =>
      all.flatMap((source): DrawnLayer[] => {
        const layer = loaded.layers[source.id];
        if (layer?.status !== 'shown') return [];
        const visible = !view.hiddenLayers.includes(source.id);
        return [
          {
            id: source.id,
            kind: source.kind,
            segments: layer.map.segments,
            visible,
            pen: penOf(source),
          },
        ];
      }),
    [all, loaded.layers, view.hiddenLayers, penOf],
  );
  // What was added is looked at, not compared.
  const ofPage = useMemo(() => drawn.filter(({ id }) => sources.some((source) => source.id === id)), [drawn, sources]);
  const referenceId = idOf(sources, ofPage, 'reference');
  const predictionId = idOf(sources, ofPage, 'prediction');
  const bothThere = drawn.some(({ id }) => id === referenceId) && drawn.some(({ id }) => id === predictionId);
  const region = useMemo(() => regions.find(({ name }) => name === view.region) ?? null, [regions, view.region]);
  const ignoredSegment = labels.findIndex(({ value }) => value === ignoreLabel) + 1 || null;
  const pair =
    bothThere && referenceId !== null && predictionId !== null
      ? {
          referenceId,
          predictionId,
          hiddenSegments,
          regionSegments: region && segmentsOfRegion(region, labels),
          ignoredSegment,
        }
      : null;
  const canTile = predictions.length > 0 || readers.length > 1;
  const sides = canTile ? sidePlane(view.layout) : null;
  const { comparison, list: listed, current: comparisonIsCurrent } = useComparison(loaded.loader, pair);
  const list = comparisonIsCurrent ? listed : null; // names of another region would stand in an older one
  const errorList = useErrorList(list, geometry, labels, region?.name ?? null);
  const refused = sources.some(
    ({ id, kind }) => loaded.layers[id]?.status === 'refused' && !drawn.some((d) => d.kind === kind),
  );
  const comparable = referenceId !== null && predictionId !== null && !refused && loaded.refused === null;
  const mode = comparable ? view.mode : 'overlays'; // a link may ask for an error map that this case cannot have
  // The white line on the error map of a region goes around that region only.
  const undrawnSegments = useMemo(
    () =>
      region && mode === 'errors'
        ? labels.flatMap(({ value }, n) => (region.labels.includes(value) ? [] : [n + 1]))
        : hiddenSegments,
    [region, mode, labels, hiddenSegments],
  );
  useOverlays(scene, drawn, labels, undrawnSegments, mode, comparison);

  // ---- side by side
  const layerIdOf = useCallback(
    ({ id, url }: SidePrediction) => [...sources, ...moreLayers].find((layer) => layer.url === url)?.id ?? `side:${id}`,
    [sources, moreLayers],
  );
  const { tiled, page, onPage, ofReaders, onReaders } = useTiles(predictions, readers);
  useEffect(() => {
    if (!sides) return;
    for (const prediction of tiled) {
      const id = layerIdOf(prediction);
      if (!sources.some((source) => source.id === id)) load({ id, url: prediction.url });
    }
  }, [sides, tiled, sources, layerIdOf, load]);
  const referenceLayer = drawn.find(({ id }) => id === referenceId);
  const sideReference = useMemo(
    () =>
      referenceLayer?.visible
        ? {
            title: sources.find(({ id }) => id === referenceLayer.id)?.title ?? 'Reference',
            segments: referenceLayer.segments,
            pen: referenceLayer.pen,
          }
        : null,
    [referenceLayer, sources],
  );

  const surfaceLayers = useMemo(
    () =>
      [...drawn]
        .sort((a, b) => Number(a.kind === 'prediction') - Number(b.kind === 'prediction'))
        .filter(({ visible }) => visible)
        .map(({ id, segments }) => ({ id, segments, title: all.find((source) => source.id === id)?.title ?? id })),
    [drawn, all],
  );

  // ---- how far the surfaces lie apart
  const segmentsOf = (id: string | null): Uint8Array | null => drawn.find((layer) => layer.id === id)?.segments ?? null;
  const [referenceSegments, predictionSegments] = [segmentsOf(referenceId), segmentsOf(predictionId)];
  const measurable = useMemo((): MeasuredPair | null => {
    if (!geometry || !comparable || !referenceSegments || !predictionSegments) return null;
    const regionSegments = region && segmentsOfRegion(region, labels);
    const parts = { hiddenSegments, regionSegments, ignoredSegment };
    return { geometry, reference: referenceSegments, prediction: predictionSegments, parts };
  }, [geometry, comparable, referenceSegments, predictionSegments, hiddenSegments, region, labels, ignoredSegment]);
  const surfaceErrors = useSurfaceErrors(view.layout === 'surfaces' && view.distances ? measurable : null);

  // ---- reading values
  const read = useCallback(
    (point: Vec3): PointReading | null => {
      if (!geometry || !seen || !point.every(Number.isFinite)) return null;
      const { voxels } = seen;
      const [nx, ny] = geometry.sizeXyz;
      const valueAt = ([i, j, k]: Vec3): number => (scene ? scene.valueAt([i, j, k]) : voxels[(k * ny + j) * nx + i]);
      const segments = Object.fromEntries(drawn.map((layer) => [layer.id, layer.segments]));
      const errors = comparison?.errors ?? null;
      return readPoint({ geometry, valueAt, layers: segments, errors, unreadable: seen.unreadable }, point);
    },
    [geometry, seen, scene, drawn, comparison],
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

  const cine = useCine(geometry, () => latestView().positionLps, onScroll, moveTo);
  const usualPlane: PlaneName = singlePlane(view.layout) ?? sides ?? 'axial';

  // ---- measuring
  const valueAt = useCallback((point: Vec3) => read(point)?.value ?? null, [read]);
  const measurements = useMeasurements(geometry, view.positionLps, valueUnit, valueAt, describe, view.measurements);
  const { done } = measurements.state;
  const toldDone = useRef(done);
  useEffect(() => {
    if (done === toldDone.current) return;
    toldDone.current = done;
    dispatch({ kind: 'measurements', measurements: done.map(({ kind, plane, points }) => ({ kind, plane, points })) });
  }, [done]);

  const setMode = (mode: ViewState['mode']): void => dispatch({ kind: 'mode', mode });
  const lookAtError = (point: Vec3 | null): void => {
    if (!point) return;
    dispatch({ kind: 'mode', mode: 'errors' });
    moveTo(point);
  };
  const findStructure = (value: number): void => {
    const segment = labels.findIndex((label) => label.value === value) + 1;
    if (!geometry || segment === 0) return;
    for (const id of [referenceId, predictionId]) {
      const layer = id === null ? undefined : loaded.layers[id];
      if (layer?.status !== 'shown') continue;
      const at = largestRegionOf(segment, layer.map.segments, geometry.sizeXyz);
      if (at) return moveTo(pointLps(geometry, at));
    }
  };
  // ---- from a figure to its cause
  const ready = useMemo(
    () =>
      region && list && comparisonIsCurrent && measurable ? { region: region.name, list, pair: measurable } : null,
    [region, list, comparisonIsCurrent, measurable],
  );
  const { find: asked = null } = props;
  const finding = useFinding(
    asked && regions.some(({ name }) => name === asked.region) ? asked : null,
    ready,
    loaded.loaded ? comparable && bothThere : null,
    ({ region: name }) => {
      dispatch({ kind: 'region', region: name });
      setMode('errors');
    },
    moveTo,
    ({ region: name }) => {
      const label = regions.find((one) => one.name === name)?.labels[0];
      if (label !== undefined) findStructure(label);
    },
  );

  const reset = (): void => {
    if (!image) return;
    const home = homeView(image, presets, undefined);
    dispatch({
      kind: 'replace',
      view: { ...view, positionLps: home.positionLps, window: home.window, inverted: false },
    });
    resetFraming();
    errorList.forget();
  };
  const stage = useRef<HTMLDivElement>(null);
  const savePicture = (): void => {
    if (!image || !stage.current) return;
    const visible = drawn.filter((layer) => layer.visible);
    const lines = captionLines({
      caseName,
      layers: sides
        ? [...(sideReference ? [sideReference.title] : []), ...tiled.map(({ title }) => title)]
        : visible.map(({ id }) => all.find((source) => source.id === id)?.title ?? id),
      positionLps: view.positionLps,
      window: view.window,
      inverted: view.inverted,
      unit: valueUnit,
      errorsOf: mode === 'errors' ? (region?.name ?? 'all structures shown') : null,
      damage: damageWords(image),
      gridHash: image.grid.hash,
      voxelHash: fnv1a(image.voxels),
    });
    takePicture(stage.current, lines).then(
      (blob) => saveFile(blob, pictureName(caseName, view.positionLps)),
      reportError,
    );
  };
  const toggleKind = (kind: LayerSource['kind']): void =>
    dispatch({ kind: 'toggle-layers', ids: all.filter((source) => source.kind === kind).map(({ id }) => id) });

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
        return lookAtError(errorList.step(1));
      case 'previous-error':
        return lookAtError(errorList.step(-1));
      case 'worst-slice':
        return lookAtError(errorList.worst(plane ?? usualPlane));
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
        return dispatch({
          kind: 'layout',
          layout: nextLayout(view.layout, plane ?? usualPlane, canTile),
        });
      case 'reset':
        return reset();
      case 'cine':
        return cine.toggle(plane ?? usualPlane);
      case 'place':
        return plane && isMeasure(tool) ? measurements.onMeasure(plane, 'press', view.positionLps, tool) : undefined;
      case 'cancel':
        return measurements.cancel();
      case 'tool-crosshair':
      case 'tool-scroll':
      case 'tool-window':
      case 'tool-pan':
      case 'tool-zoom':
      case 'tool-length':
      case 'tool-angle':
      case 'tool-roi':
      case 'tool-probe':
        return setTool(command.do.slice('tool-'.length) as DragTool);
      case 'toggle-fill':
        return setPens(
          all
            .filter(({ kind }) => kind === 'prediction')
            .map((source, _, [first]) => [source, { ...penOf(source), manner: nextManner(penOf(first).manner) }]),
        );
      case 'screenshot':
        return savePicture();
      case 'help':
        return setHelpOpen(true);
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const target = event.target as HTMLElement;
    if (target.closest('input, select, textarea, dialog')) return;
    const plane = PLANE_NAMES.find((name) => (target.dataset.plane ?? target.dataset.tilePlane) === name) ?? null;
    const command = commandFor(event, plane !== null, keys);
    if (!command) return;
    event.preventDefault();
    obey(command, plane);
  };

  // ---- what is said about it
  const status = useMemo(() => statusOf(loaded, sceneState), [loaded, sceneState]);
  const regionNames = useMemo(
    () =>
      regions.map(({ name, labels: values }) => ({
        name,
        of: labels.flatMap((label) => (values.includes(label.value) ? [label.name] : [])).join(' + '),
      })),
    [regions, labels],
  );
  const voxelMm3 = geometry ? voxelVolumeMm3(geometry) : 0;
  const errors = comparable
    ? {
        counts: comparison?.counts ?? null,
        list,
        state: errorList,
        regions: regionNames,
        region: region?.name ?? null,
        onRegion: (name: string | null) => dispatch({ kind: 'region', region: name }),
        onChoose: (n: number) => lookAtError(errorList.choose(n)),
        onStep: (by: 1 | -1) => lookAtError(errorList.step(by)),
        onWorst: (plane: PlaneName) => lookAtError(errorList.worst(plane)),
      }
    : null;
  const scores = predictionId === null ? undefined : props.scores?.[predictionId];
  const drawnByPainter = useMemo(
    () => paintedOverlays(drawn, labels, undrawnSegments, mode, comparison),
    [drawn, labels, undrawnSegments, mode, comparison],
  );
  const complete = loaded.loaded && added.complete && (pair === null || comparisonIsCurrent);
  useEffect(() => {
    if (complete) onComplete();
  }, [complete, onComplete]);
  const viewerState = useProbe({
    scene,
    painted: sceneState.status === 'painted' && image ? image.voxels : null,
    refused: status?.kind === 'problem',
    complete,
    view,
    reading,
    labels,
    cameras: planes.cameras,
  });
  // Until the renderer has all of it, planes are painted slice by slice from what has arrived.
  const preview = useMemo((): PreviewPicture | null => {
    if (!seen || status !== null || (viewerState !== 'loading' && sceneState.status !== 'painted')) return null;
    return {
      geometry: seen.geometry,
      voxels: seen.voxels,
      arriving: image ? null : loaded.arriving,
      window: view.window,
      inverted: view.inverted,
      overlays: drawnByPainter,
    };
  }, [
    viewerState,
    sceneState.status,
    seen,
    image,
    loaded.arriving,
    status,
    view.window,
    view.inverted,
    drawnByPainter,
  ]);

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
          disabled={!scene && !preview}
          keys={keys}
          cine={cine}
          onCine={() => cine.toggle(usualPlane)}
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
          layout={view.layout}
          canCompare={canTile}
          onLayout={(layout) => dispatch({ kind: 'layout', layout })}
          onPicture={savePicture}
          onReset={reset}
          onHelp={() => setHelpOpen(true)}
        />
        <div className="vmv-stage" ref={stage} data-layout={view.layout}>
          {PLANE_NAMES.map((plane) => (
            <PlaneView
              key={plane}
              plane={plane}
              geometry={geometry}
              positionLps={view.positionLps}
              camera={scene || preview ? planes.cameras[plane] : null}
              tool={tool}
              showCrosshair={showCrosshair}
              hidden={sides !== null || (singlePlane(view.layout) !== null && view.layout !== plane)}
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
              measurements={measurements.onSlice[plane]}
              unreadable={unreadable}
              onMeasure={measurements.onMeasure}
            >
              {preview && planes.cameras[plane] && (
                <PlanePreview picture={preview} camera={planes.cameras[plane]} onPainted={onPreviewPainted} />
              )}
            </PlaneView>
          ))}
          {view.layout === 'surfaces' && !status && (
            <SurfaceView
              geometry={geometry}
              layers={surfaceLayers}
              labels={labels}
              hiddenSegments={hiddenSegments}
              distances={
                measurable && referenceId !== null && predictionId !== null
                  ? {
                      shown: view.distances,
                      onShown: (shown) => dispatch({ kind: 'distances', shown }),
                      state: surfaceErrors,
                      referenceId,
                      predictionId,
                      region: region?.name ?? null,
                    }
                  : null
              }
              onPoint={moveTo}
            />
          )}
          {sides && image && !status && (
            <SideBySide
              key={sides}
              image={image}
              plane={sides}
              onPlane={(plane) => dispatch({ kind: 'layout', layout: `sides-${plane}` })}
              positionLps={view.positionLps}
              window={view.window}
              inverted={view.inverted}
              mode={mode}
              reference={sideReference}
              predictions={tiled}
              readers={readers.length > 1 && predictions.length > 0 ? { shown: ofReaders, onShown: onReaders } : null}
              ofReaders={ofReaders}
              pages={{ page, count: (ofReaders ? readers : predictions).length, onPage }}
              layerOf={(prediction) => loaded.layers[layerIdOf(prediction)]}
              predictionPen={view.pens[predictionId ?? ''] ?? DEFAULT_PEN.prediction}
              labels={labels}
              hiddenSegments={hiddenSegments}
              regionSegments={region && mode === 'errors' ? segmentsOfRegion(region, labels) : null}
              ignoredSegment={ignoredSegment}
              tool={tool}
              showCrosshair={showCrosshair}
              onMove={moveTo}
              onScroll={onScroll}
              onWindow={(window) => dispatch({ kind: 'window', window })}
              onOpen={(id) => {
                dispatch({ kind: 'layout', layout: 'planes' });
                (ofReaders ? props.onReader : props.onPrediction)?.(id);
              }}
            />
          )}
          {status && <StatusTile status={status} onRetry={() => props.onRetry(view)} />}
        </div>
        <Panel
          imageNotice={damageNotice(image)}
          layers={layerRows(
            all,
            loaded,
            (id) => !view.hiddenLayers.includes(id),
            penOf,
            (id) => view.addedLayers.includes(id),
          )}
          offered={added.offered}
          onAddLayer={(id) => dispatch({ kind: 'add-layer', id })}
          onRemoveLayer={(id) => dispatch({ kind: 'remove-layer', id })}
          structures={structureRows(
            labels,
            loaded,
            referenceId,
            predictionId,
            view.hiddenLabels,
            regions,
            comparisonIsCurrent && ignoredSegment === null ? (comparison?.shared ?? null) : null,
          )}
          voxelVolumeMm3={voxelMm3}
          mode={mode}
          errors={errors}
          reading={readingRows(view.positionLps, reading, valueUnit, all, labels, image?.storedGeometry ?? null)}
          scores={
            scores
              ? {
                  title: sources.find(({ id }) => id === predictionId)?.title ?? '',
                  scores,
                  colorOf: (values) => {
                    const n = labels.findIndex(({ value }) => value === values[0]);
                    return n < 0 ? '#b0b7bf' : labelColor(labels, n);
                  },
                  region: region?.name ?? null,
                  onRegion: (name) => {
                    dispatch({ kind: 'region', region: name });
                    if (name !== null && comparable) setMode('errors');
                  },
                  onFind: finding.find,
                  found: finding.words,
                }
              : null
          }
          receipt={receiptRows(all, loaded)}
          gridWords={image ? describeGrid(image.storedGeometry) : ''}
          safeColors={safeColors}
          onSafeColors={() => setSafeColors((on) => !on)}
          measurements={measurements}
          onMeasurement={moveTo}
          onToggleLayer={(id) => dispatch({ kind: 'toggle-layers', ids: [id] })}
          onPen={(id, pen) => setPens(all.filter((source) => source.id === id).map((source) => [source, pen]))}
          onToggleStructure={(value) => dispatch({ kind: 'toggle-label', value })}
          onOnlyStructure={(value) => dispatch({ kind: 'only-label', value, all: labels.map((label) => label.value) })}
          onShowAll={() => dispatch({ kind: 'show-all-labels' })}
          onFindStructure={findStructure}
        />
      </div>
      <p className="vmv-unseen" id="vmv-plane-keys">
        Arrow keys scroll slices, Shift and arrows move the crosshair, question mark lists all keys.
      </p>
      <LiveText text={geometry ? spokenView(geometry, view.positionLps, describe(view.positionLps)) : ''} />
      <HelpSheet
        open={helpOpen}
        keys={keys}
        onKeys={setKeys}
        onResetKeys={resetKeys}
        onClose={() => setHelpOpen(false)}
      />
    </div>
  );
}

const sameWindow = (a: GreyWindow, b: GreyWindow): boolean => a.center === b.center && a.width === b.width;

const samePen = (a: LayerPen, b: LayerPen): boolean =>
  a.manner === b.manner && a.opacity === b.opacity && a.widthPx === b.widthPx && a.color === b.color;

/** Where fingers are all there is, one of them scrolls; a tap sets the crosshair. */
const firstTool = (): DragTool => (matchMedia('(pointer: coarse)').matches ? 'scroll' : 'crosshair');

/** Segments of the labels that a region is made of. */
function segmentsOfRegion({ labels: values }: ScoredRegion, labels: readonly ShownLabel[]): number[] {
  return labels.flatMap(({ value }, n) => (values.includes(value) ? [n + 1] : []));
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
