import type { ReactNode } from 'react';
import type { ExpandedManifest } from '#pipeline';
import { Icon } from '../ui/icons.js';
import { pipelineInWords, type BackwardLine, type PipelineLine } from './pipeline-in-words.js';

/**
 * The manifest as two columns: on the left the way from the scan to the network, on the right the way back to labels, with
 * the inverse that we derive, the last change of the grid undone first. Steps are numbered through.
 */
export function Pipeline({ manifest }: { readonly manifest: ExpandedManifest }): ReactNode {
  const { axes, before, network, after } = pipelineInWords(manifest);
  const scanFrom = after.findIndex(({ grid }) => grid === 'scan');
  return (
    <div className="pipeline">
      <section className="pipeline-way" aria-label="From the scan to the network">
        <p className="pipeline-end">
          <Icon name="layers" size={15} /> Scan
        </p>
        <ol className="pipeline-steps">
          {before.map((line, n) => (
            <Step key={n} number={n + 1} line={line} />
          ))}
          <Step number={before.length + 1} line={network} className="pipeline-network" />
        </ol>
      </section>
      <section className="pipeline-way" aria-label="From the network to the label map">
        <p className="pipeline-end">
          <Icon name="arrow" size={15} /> Channels of the network, on its grid
        </p>
        <ol className="pipeline-steps" start={before.length + 2}>
          {after.map((line, n) => (
            <Step key={n} number={before.length + 2 + n} line={line}>
              <Undone line={line} />
              {n === scanFrom - 1 && <span className="pipeline-grid">From here on the scan’s own grid</span>}
            </Step>
          ))}
        </ol>
        <p className="pipeline-end">
          <Icon name="check" size={15} /> Label map on the scan’s own grid
        </p>
      </section>
      <p className="fine pipeline-axes">{axes}.</p>
    </div>
  );
}

function Step({
  number,
  line: { words, notes, op },
  className,
  children,
}: {
  readonly number: number;
  readonly line: PipelineLine;
  readonly className?: string;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <li className={className} data-op={op}>
      <span className="pipeline-number">{number}</span>
      <span className="pipeline-words">{words}</span>
      {notes.length > 0 && (
        <span className="pipeline-notes">
          {notes.map((note) => (
            <span key={note}>{note}. </span>
          ))}
        </span>
      )}
      {children}
    </li>
  );
}

function Undone({ line }: { readonly line: BackwardLine }): ReactNode {
  if (line.op !== 'invert') return null;
  if (line.undone.length === 0) return <span className="pipeline-notes">No step changed the grid.</span>;
  return (
    <ol className="pipeline-undone" aria-label="Derived inverse, in this order">
      {line.undone.map(({ step, words }) => (
        <li key={step}>
          <span className="pipeline-undo">undoes {step}</span> {words}
        </li>
      ))}
    </ol>
  );
}
