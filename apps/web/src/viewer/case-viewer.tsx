import type { Drawing } from './drawing.js';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { OpenCase } from './open-case.js';
import type { Finding } from './find-cause.js';
import type { ShownLabel } from './overlay-style.js';
import type { NamedWindow } from './window-presets.js';
import type { LayerSource } from './use-case.js';
import type { ViewState } from './view-state.js';
import './viewer.css';

export interface ScoredRegion {
  readonly name: string;
  /** Label values. */
  readonly labels: readonly number[];
}

/** A prediction of the case, to be laid side by side with others. */
export interface SidePrediction {
  readonly id: string;
  readonly title: string;
  /** As for `LayerSource`. */
  readonly url: string;
  /** What it scored on this case, in words; null without a score. */
  readonly score: string | null;
  /** Place on the leaderboard of the phase; absent or null without one. */
  readonly rank?: number | null;
}

/** What a prediction scored on a region, as the platform says it. */
export interface RegionScores {
  readonly region: string;
  /** Label values of the region. */
  readonly labels: readonly number[];
  /** The same metrics in the same order for each region. `words` say why a figure is not one. */
  readonly values: readonly {
    /** Of the metric: `hd95`, `nsd@2`. */
    readonly id: string;
    readonly name: string;
    readonly text: string;
    readonly words?: string;
  }[];
}

export interface CaseViewerProps {
  readonly caseName: string;
  /** Who draws the planes; left out, what the browser is better at. */
  readonly drawing?: Drawing;
  /** GET gives a NIfTI image, gzipped or not, with the session's cookie. */
  readonly imageUrl: string;
  /** Label maps; the reference may be absent. The first prediction that is shown is the one compared. */
  readonly layers: readonly LayerSource[];
  /** Label maps that a person may add: other readers, other predictions. Those in `layers` are left out by their address. */
  readonly moreLayers?: readonly LayerSource[];
  /** Declared labels other than background, in the order of the legend. */
  readonly labels: readonly ShownLabel[];
  /** Sets of labels that the benchmark scores as one. */
  readonly regions?: readonly ScoredRegion[];
  /** One of `labels`: where the reference has it, voxels count neither for nor against. */
  readonly ignoreLabel?: number;
  /** Every prediction that may be shown, best on this case first: what can be laid side by side. */
  readonly predictions?: readonly SidePrediction[];
  /** What each reader drew, to be laid side by side. */
  readonly readers?: readonly SidePrediction[];
  /** A figure whose cause is to be gone to. */
  readonly find?: Finding | null;
  /** Called when a person wants one of `predictions` alone. */
  readonly onPrediction?: (id: string) => void;
  /** The same for one of `readers`. */
  readonly onReader?: (id: string) => void;
  /** Scores by id of the layer. */
  readonly scores?: Readonly<Record<string, readonly RegionScores[]>>;
  /** Of the image, as the benchmark names it ('CT', 'MR'): which windows are offered. */
  readonly modality?: string;
  readonly windowPresets: readonly NamedWindow[];
  /** Unit of the grey values; absent: HU for a CT, else not known, and none is shown. */
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
