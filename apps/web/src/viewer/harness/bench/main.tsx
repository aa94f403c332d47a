import { lazy, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { beginCase } from '../../early-case.js';
import type { LayerSource } from '../../use-case.js';
import { decodeView } from '../../view-link.js';
import { PHANTOM_LABELS } from '../phantom.js';

// The viewer and nothing else, for measurements: ?case=NAME and the parameters of a deep link. Files are /data/NAME/*.

const CaseViewer = lazy(() => import('../../case-viewer.js'));
const name = new URLSearchParams(location.search).get('case') ?? 'small';
const drawing = new URLSearchParams(location.search).get('drawing');
const IMAGE = `/data/${name}/image.nii.gz`;
const LAYERS: readonly LayerSource[] = [
  { id: 'reference', kind: 'reference', title: 'Reference segmentation', url: `/data/${name}/reference.nii.gz` },
  { id: 'prediction', kind: 'prediction', title: 'unet-small 1.0.0', url: `/data/${name}/prediction.nii.gz` },
];
// As the page of a case does.
beginCase({ imageUrl: IMAGE, layers: LAYERS, labelValues: PHANTOM_LABELS.map(({ value }) => value), near: null });

const root = document.getElementById('root');
if (!root) throw new Error('the page has no root element');
createRoot(root).render(
  <>
    <h1>Case {name}</h1>
    <Suspense fallback={<p>Loading the viewer …</p>}>
      <CaseViewer
        caseName={name}
        {...(drawing === 'graphics' || drawing === 'painter' ? { drawing } : {})}
        imageUrl={IMAGE}
        layers={LAYERS}
        labels={PHANTOM_LABELS}
        modality="CT"
        windowPresets={[{ name: 'Soft tissue', center: 40, width: 400 }]}
        initialView={decodeView(location.search)}
      />
    </Suspense>
  </>,
);
