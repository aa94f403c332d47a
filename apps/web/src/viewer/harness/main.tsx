import { lazy, StrictMode, Suspense, useState } from 'react';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { countOverlap, dice, iou } from '#metrics';
import type { MetricValue, Overlap } from '#metrics';
import { decodeFinding } from '../find-cause.js';
import { decodeView, encodeView } from '../view-link.js';
import type { RegionScores } from '../case-viewer.js';
import { PHANTOM_GRIDS, PHANTOM_LABELS, phantomCase, phantomGeometry } from './phantom.js';

// The viewer on a page of its own, for tests and for working on it. Not part of the product's build.
// ?grid=oblique&prediction=other-grid&reference=none&theme=dark and the parameters of a deep link.

const CaseViewer = lazy(() => import('../case-viewer.js'));
const asked = new URLSearchParams(location.search);
const grid = asked.get('grid') ?? 'straight';
// Tests run where graphics are imitated, and most are about what the renderer does where they are not.
const drawing = asked.get('drawing') ?? 'graphics';
const theme = asked.get('theme');
if (theme) document.documentElement.dataset.theme = theme;

// Tests take the graphics context away by this event: the renderer's canvas is not on the page, so it is caught here.
const contexts: WebGL2RenderingContext[] = [];
const getContext = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, ...args: unknown[]) {
  const context = Reflect.apply(getContext, this, args) as RenderingContext | null;
  if (context instanceof WebGL2RenderingContext && !contexts.includes(context)) contexts.push(context);
  return context;
} as typeof getContext;
addEventListener('voxelmark-harness-lose-context', () => {
  for (const context of contexts) context.getExtension('WEBGL_lose_context')?.loseContext();
});

// Scores as a platform would give them; labels of one prediction are changed to one that is not declared.
const phantom = phantomCase(phantomGeometry(PHANTOM_GRIDS.find((name) => name === grid) ?? 'straight'));
const REGIONS = [
  { name: 'liver', labels: [1, 4] },
  { name: 'spleen', labels: [2] },
  { name: 'kidneys', labels: [3] },
  { name: 'lesion', labels: [4] },
];
const figure = (value: MetricValue): number => (value.kind === 'value' ? value.value : NaN);
function overlaps(prediction: Uint8Array): readonly Overlap[] {
  const mask = (data: Uint8Array, labels: readonly number[]): Uint8Array =>
    data.map((label) => (labels.includes(label) ? 1 : 0));
  return REGIONS.map(({ labels }) => countOverlap(mask(phantom.reference.data, labels), mask(prediction, labels)));
}
const scoresOf = (prediction: Uint8Array): RegionScores[] =>
  overlaps(prediction).map((overlap, n) => ({
    region: REGIONS[n].name,
    labels: REGIONS[n].labels,
    values: [
      { id: 'dice', name: 'DSC', text: figure(dice(overlap)).toFixed(3) },
      { id: 'iou', name: 'IoU', text: figure(iou(overlap)).toFixed(3) },
    ],
  }));
const meanDice = (prediction: Uint8Array): string => {
  const all = overlaps(prediction).map((overlap) => figure(dice(overlap)));
  return (all.reduce((sum, one) => sum + one, 0) / all.length).toFixed(3);
};
const PREDICTIONS = [
  { name: 'reference', data: phantom.reference.data },
  { name: 'prediction', data: phantom.prediction.data },
  { name: 'undeclared', data: phantom.prediction.data.map((label) => (label === 3 ? 9 : label)) },
].map(({ name, data }, n) => ({
  id: name,
  title: `net-${n + 1} 1.0.0`,
  url: `/data/${grid}/${name}.nii.gz`,
  score: `DSC ${meanDice(data)}`,
}));

/** What two readers drew. */
const READERS = ['reference', 'prediction'].map((name, n) => ({
  id: name,
  title: `Reader ${n + 1}`,
  url: `/data/${grid}/${name}.nii.gz?reader`,
  score: null,
}));

function Harness(): ReactNode {
  const [open, setOpen] = useState(true);
  const [told, setTold] = useState<readonly string[]>([]); // as a page does that keeps the view in its address
  const reference = asked.get('reference') ?? 'reference';
  const prediction = asked.get('prediction') ?? 'prediction';
  return (
    <>
      <h1>
        Case {grid}{' '}
        <button type="button" id="toggle" onClick={() => setOpen((was) => !was)}>
          {open ? 'Leave' : 'Enter'}
        </button>
      </h1>
      <output hidden>{told.join('\n')}</output>
      {open && (
        <Suspense fallback={<p>Loading the viewer …</p>}>
          <CaseViewer
            caseName={grid}
            drawing={drawing === 'auto' ? undefined : drawing === 'painter' ? 'painter' : 'graphics'}
            imageUrl={`/data/${grid}/${asked.get('image') ?? 'image'}.nii.gz`}
            layers={[
              ...(reference === 'none'
                ? []
                : [
                    {
                      id: 'reference',
                      kind: 'reference' as const,
                      title: 'Reference segmentation',
                      url: `/data/${grid}/${reference}.nii.gz`,
                    },
                  ]),
              ...(prediction === 'none'
                ? []
                : [
                    {
                      id: 'prediction',
                      kind: 'prediction' as const,
                      title: 'unet-small 1.0.0',
                      url: `/data/${grid}/${prediction}.nii.gz`,
                    },
                  ]),
            ]}
            labels={PHANTOM_LABELS}
            predictions={PREDICTIONS}
            moreLayers={READERS.map(({ title, url }) => ({ id: title, kind: 'reference', title, url }))}
            readers={READERS}
            find={decodeFinding(asked.get('find') ?? undefined)}
            scores={{ prediction: scoresOf(phantom.prediction.data) }}
            regions={REGIONS}
            modality="CT"
            windowPresets={[
              { name: 'Soft tissue', center: 40, width: 400 },
              { name: 'Liver', center: 80, width: 150 },
              { name: 'Bone', center: 400, width: 2000 },
            ]}
            initialView={decodeView(location.search)}
            onViewChange={(view) => setTold((before) => [...before, encodeView(view)])}
          />
        </Suspense>
      )}
    </>
  );
}

const root = document.getElementById('root');
if (!root) throw new Error('the page has no root element');
createRoot(root).render(
  <StrictMode>
    <Harness />
  </StrictMode>,
);
