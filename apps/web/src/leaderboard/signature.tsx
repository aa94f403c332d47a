import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import { CopyButton } from '../ui/copy.js';

/** The string of every choice that could change a figure, part by part, and what it is for. */
export function SignatureLine({ signature }: { readonly signature: string }): ReactNode {
  return (
    <details className="signature">
      <summary>How these numbers were made</summary>
      <div className="signature-body">
        <p>
          The signature names every choice that could change a figure: metrics and their version, regions, what empty
          masks count, penalties, how means are formed, the data, the runtime and its threads. Only equal signatures
          share a leaderboard.
        </p>
        <div className="signature-code">
          <ul>
            {signature.split('|').map((part, n) => (
              <li key={n}>
                <code>{part}</code>
              </li>
            ))}
          </ul>
          <CopyButton text={signature} label="Copy the signature" />
        </div>
        <p className="fine">
          <Link to="/about" hash="numbers">
            How means, penalties and ranks are computed
          </Link>
        </p>
      </div>
    </details>
  );
}
