import type { ReactNode } from 'react';
import { pipelineSteps, type Manifest } from './pipeline-words.js';

const STAGES = { before: 'Before', model: 'Model', after: 'After' } as const;

/** The manifest as steps from image to label map, in order. */
export function Pipeline({ manifest }: { readonly manifest: Manifest }): ReactNode {
  return (
    <ol className="pipeline">
      {pipelineSteps(manifest).map((step, n) => (
        <li key={n} className={`step step-${step.stage}`}>
          <span className="step-stage">{STAGES[step.stage]}</span>
          <strong>{step.title}</strong>
          <span className="step-figure">{step.figure}</span>
          <span className="step-sentence">{step.sentence}</span>
        </li>
      ))}
    </ol>
  );
}
