import { useState, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { ENDPOINTS } from '#contracts';
import { callText } from '../api/api-client.js';
import { CopyButton } from '../ui/copy.js';
import { Dialog } from '../ui/dialog.js';
import { Skeleton } from '../ui/skeleton.js';
import { QueryView } from '../ui/states.js';
import { exportAddress, type ExportOf } from './export-menu.js';
import { citableUrl } from './states-menu.js';

/** Everything that a paper needs to cite this state: address, methods paragraph, BibTeX. */
export function CiteButton({ of }: { readonly of: ExportOf }): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button button-small" onClick={() => setOpen(true)} aria-haspopup="dialog">
        Cite
      </button>
      {open && (
        <Dialog title="Cite this state of the board" onClose={() => setOpen(false)}>
          <div className="dialog-body cite">
            <h3>Address</h3>
            <p className="address">
              <code className="wrap">{citableUrl(of.asOf)}</code>
              <CopyButton text={citableUrl(of.asOf)} label="Copy the address" />
            </p>
            <p className="fine">It always shows the board as it is now, whatever is entered later.</p>
            <CiteText of={of} format="methods" title="Methods paragraph" />
            <CiteText of={of} format="bibtex" title="BibTeX" />
            <p className="fine">
              Also as{' '}
              <a href={exportAddress(of, 'cff')} download>
                CITATION.cff
              </a>{' '}
              and as a{' '}
              <a href={exportAddress(of, 'latex')} download>
                LaTeX table
              </a>
              .
            </p>
          </div>
        </Dialog>
      )}
    </>
  );
}

function CiteText({
  of,
  format,
  title,
}: {
  readonly of: ExportOf;
  readonly format: 'methods' | 'bibtex';
  readonly title: string;
}): ReactNode {
  const { slug, ...board } = of;
  const query = useQuery({
    queryKey: ['export', of, format],
    queryFn: ({ signal }) =>
      callText(ENDPOINTS.exportLeaderboard, { params: { slug }, query: { ...board, format }, signal }),
    staleTime: Infinity,
  });
  return (
    <>
      <h3>
        {title}
        {query.data !== undefined && <CopyButton text={query.data} label={`Copy the ${title}`} />}
      </h3>
      <QueryView query={query} skeleton={<Skeleton lines={3} label={`Loading the ${title}`} />}>
        {(text) =>
          format === 'bibtex' ? (
            <pre tabIndex={0} aria-label={title}>
              {text.trim()}
            </pre>
          ) : (
            <p className="cite-text">{text.trim()}</p>
          )
        }
      </QueryView>
    </>
  );
}
