import type { ReactNode } from 'react';
import { CopyButton } from '../ui/copy.js';

/** What a page does, as commands. */
export function CommandLine({
  what,
  lines,
  children,
}: {
  readonly what: string;
  readonly lines: readonly string[];
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <aside className="submit-aside" aria-label={what}>
      <h2>{what}</h2>
      {lines.map((line) => (
        <p key={line} className="command">
          <code>{line}</code>
          <CopyButton text={line} label={`Copy: ${line}`} />
        </p>
      ))}
      {children !== undefined && <p className="fine">{children}</p>}
    </aside>
  );
}
