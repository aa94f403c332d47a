import { lazy, StrictMode, Suspense, useState } from 'react';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { decodeView, encodeView } from '../view-link.js';
import { PHANTOM_LABELS } from './phantom.js';

// The viewer on a page of its own, for tests and for working on it. Not part of the product's build.
// ?grid=oblique&prediction=other-grid&reference=none&theme=dark and the parameters of a deep link.

const CaseViewer = lazy(() => import('../case-viewer.js'));
const asked = new URLSearchParams(location.search);
const grid = asked.get('grid') ?? 'straight';
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
            predictions={['prediction', 'reference', 'undeclared'].map((name, n) => ({
              id: name,
              title: `net-${n + 1} 1.0.0`,
              url: `/data/${grid}/${name}.nii.gz`,
              score: `DSC 0.${9 - n}10`,
            }))}
            scores={{
              prediction: [
                ['liver', [1, 4]],
                ['lesion', [4]],
              ].map(([region, labels]) => ({
                region: region as string,
                labels: labels as number[],
                values: [
                  { name: 'DSC', text: '0.912' },
                  { name: 'HD95', text: '∞', words: 'one of the two masks is empty' },
                ],
              })),
            }}
            regions={[
              { name: 'liver', labels: [1, 4] },
              { name: 'spleen', labels: [2] },
              { name: 'kidneys', labels: [3] },
              { name: 'lesion', labels: [4] },
            ]}
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
