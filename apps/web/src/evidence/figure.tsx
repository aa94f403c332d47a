import { useEffect, useId, useRef, useState, type MouseEvent, type ReactNode } from 'react';
import { Link, useRouter } from '@tanstack/react-router';
import { count } from '../format/numbers.js';
import { Icon } from '../ui/icons.js';
import { download, toCsv } from './csv.js';
import type { Cell, DataTable, FigureContent } from './figure-content.js';
import { svgFile } from './svg-file.js';

/**
 * A drawing with its title, a sentence that explains it, its figures as a table, and both as files. The drawing is hidden
 * from screen readers: they hear the description, and find every link of the drawing in the table.
 *
 * @param content keep it the same object while nothing changes: a new one is drawn anew
 */
export function Figure({
  content,
  wide = false,
  children,
}: {
  readonly content: FigureContent;
  readonly wide?: boolean;
  /** Choices that belong to this figure. */
  readonly children?: ReactNode;
}): ReactNode {
  const { box, fault } = useDrawing(content);
  const titleId = useId();
  const { title, sentence, description, table, name } = content;
  const saveSvg = (): void => {
    const drawing = box.current?.querySelector('svg');
    if (drawing) download(svgFile(drawing, title), `${name}.svg`, 'image/svg+xml');
  };
  return (
    <figure className={wide ? 'figure card figure-wide' : 'figure card'} aria-labelledby={titleId} data-figure={name}>
      <figcaption>
        <h2 id={titleId}>{title}</h2>
        <p>{sentence}</p>
      </figcaption>
      {children}
      {fault !== null && (
        <p className="stale" role="alert">
          {fault}
        </p>
      )}
      <DrawingBox box={box} />
      <p className="visually-hidden">{description}</p>
      <div className="figure-foot">
        <FigureTable title={title} table={table} />
        <div className="figure-files">
          <button
            type="button"
            className="button button-small"
            onClick={() => download(toCsv(table), `${name}.csv`, 'text/csv;charset=utf-8')}
            aria-label={`Download the figures of “${title}” as CSV`}
          >
            <Icon name="download" size={13} /> CSV
          </button>
          <button
            type="button"
            className="button button-small"
            onClick={saveSvg}
            aria-label={`Download “${title}” as SVG`}
          >
            <Icon name="download" size={13} /> SVG
          </button>
        </div>
      </div>
    </figure>
  );
}

const LEAST_WIDTH = 240;

/** Where the drawing goes. Its links are followed without loading the page anew. */
function DrawingBox({ box }: { readonly box: React.RefObject<HTMLDivElement | null> }): ReactNode {
  const router = useRouter();
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const href = link?.getAttribute('href') ?? link?.getAttributeNS('http://www.w3.org/1999/xlink', 'href');
    if (!href?.startsWith('/')) return;
    event.preventDefault();
    void router.history.push(href);
  };
  return <div className="drawing" ref={box} aria-hidden="true" onClick={follow} />;
}

function useDrawing(content: FigureContent): {
  readonly box: React.RefObject<HTMLDivElement | null>;
  readonly fault: string | null;
} {
  const box = useRef<HTMLDivElement>(null);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    const target = box.current;
    if (target === null) return;
    let gone = false;
    let drawnWidth = 0;
    const draw = async (): Promise<void> => {
      const width = Math.floor(target.clientWidth);
      if (width === 0 || width === drawnWidth) return;
      drawnWidth = width;
      const plot = await import('@observablehq/plot');
      if (gone) return;
      // what is narrower still is scaled down: axes and names need their room
      const drawing = content.draw(plot, Math.max(width, LEAST_WIDTH));
      for (const link of drawing.querySelectorAll('a')) link.setAttribute('tabindex', '-1');
      target.replaceChildren(drawing);
      setFault(null);
    };
    const run = (): void =>
      void draw().catch((error: unknown) => {
        console.error(`the figure "${content.name}" could not be drawn`, error);
        if (!gone) setFault('This figure could not be drawn; its table below is complete.');
      });
    const watch = new ResizeObserver(run);
    watch.observe(target);
    return () => {
      gone = true;
      watch.disconnect();
    };
  }, [content]);
  return { box, fault };
}

const shown = (cell: Cell): string => {
  if (cell === null) return '–';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  if (typeof cell === 'string') return cell;
  return Number.isInteger(cell) ? String(cell).replace('-', '−') : cell.toFixed(3).replace('-', '−');
};

/** The figures behind a drawing; its rows are made when somebody opens it. */
function FigureTable({ title, table }: { readonly title: string; readonly table: DataTable }): ReactNode {
  const [open, setOpen] = useState(false);
  const linked = table.rows.some(({ seen }) => seen !== undefined);
  return (
    <details className="figure-table" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        Table <span className="quiet">({count(table.rows.length, 'row')})</span>
      </summary>
      {open && (
        <div className="table-scroll" role="region" aria-label={`Figures of “${title}”`} tabIndex={0}>
          <table className="plain">
            <caption className="visually-hidden">{title}</caption>
            <thead>
              <tr>
                {table.columns.map(({ name, numeric }) => (
                  <th key={name} scope="col" className={numeric ? 'numeric' : undefined}>
                    {name}
                  </th>
                ))}
                {linked && <th scope="col">Picture</th>}
              </tr>
            </thead>
            <tbody>
              {table.rows.map(({ cells, seen }, r) => (
                <tr key={r}>
                  {cells.map((cell, c) =>
                    c === 0 ? (
                      <th key={c} scope="row">
                        {shown(cell)}
                      </th>
                    ) : (
                      <td key={c} className={table.columns[c].numeric ? 'numeric' : undefined}>
                        {shown(cell)}
                      </td>
                    ),
                  )}
                  {linked && (
                    <td>
                      {seen && (
                        <Link
                          to="/cases/$id"
                          params={{ id: seen.caseId }}
                          search={{ run: seen.runId }}
                          aria-label={`view ${cells.slice(0, 2).map(shown).join(', ')}`}
                        >
                          view
                        </Link>
                      )}
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
