import type { ReactNode } from 'react';

/** Frame of a page: document title, an optional trail, heading, lead and actions, then the content. */
export function Page({
  title,
  heading,
  trail,
  lead,
  actions,
  wide = false,
  children,
}: {
  /** Of the document, before "Voxelmark". */
  readonly title: string;
  readonly heading?: ReactNode;
  readonly trail?: ReactNode;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly wide?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className={wide ? 'page page-wide' : 'page'}>
      <title>{`${title} · Voxelmark`}</title>
      <header className="page-head">
        <div className="page-head-text">
          {trail !== undefined && (
            <nav className="trail" aria-label="Breadcrumb">
              {trail}
            </nav>
          )}
          <h1>{heading ?? title}</h1>
          {lead !== undefined && <div className="lead">{lead}</div>}
        </div>
        {actions !== undefined && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A titled part of a page. */
export function Section({
  title,
  id,
  note,
  actions,
  children,
}: {
  readonly title: ReactNode;
  readonly id?: string;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <section className="section" id={id}>
      <div className="section-head">
        <h2>{title}</h2>
        {actions}
      </div>
      {note !== undefined && <div className="section-note">{note}</div>}
      {children}
    </section>
  );
}
