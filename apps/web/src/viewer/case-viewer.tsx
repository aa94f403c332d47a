import { useState } from 'react';
import type { ReactNode } from 'react';
import { OpenCase } from './open-case.js';
import type { ShownLabel } from './overlay-style.js';
import type { NamedWindow } from './toolbar.js';
import type { LayerSource } from './use-case.js';
import type { ViewState } from './view-state.js';
import './viewer.css';

export interface CaseViewerProps {
  readonly caseName: string;
  /** GET gives a NIfTI image, gzipped or not, with the session's cookie. */
  readonly imageUrl: string;
  /** Label maps; the reference may be absent. The first prediction that is shown is the one compared. */
  readonly layers: readonly LayerSource[];
  /** Declared labels other than background, in the order of the legend. */
  readonly labels: readonly ShownLabel[];
  readonly windowPresets: readonly NamedWindow[];
  /** Unit of the grey values. */
  readonly valueUnit?: string;
  /** What a link asked for (`decodeView`); the rest starts at its default. */
  readonly initialView?: Partial<ViewState>;
  /** Called shortly after the view came to rest somewhere else, for `encodeView`. */
  readonly onViewChange?: (view: ViewState) => void;
}

/** The case page's viewer: three linked planes, label maps over them, and where they differ. */
export default function CaseViewer(props: CaseViewerProps): ReactNode {
  const what = JSON.stringify([props.imageUrl, props.layers, props.labels]);
  const [retried, setRetried] = useState<{ attempts: number; what: string; view: ViewState } | null>(null);
  // Another case, or another attempt at this one, is a fresh start; only the view outlives an attempt.
  const attempts = retried?.attempts ?? 0;
  return (
    <OpenCase
      {...props}
      key={`${attempts} ${what}`}
      initialView={retried?.what === what ? retried.view : props.initialView}
      onRetry={(view) => setRetried({ attempts: attempts + 1, what, view })}
    />
  );
}
