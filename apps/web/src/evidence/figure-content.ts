/** The drawing library, loaded when the first figure is drawn. */
export type PlotLibrary = typeof import('@observablehq/plot');
export type PlotOptions = import('@observablehq/plot').PlotOptions;

export type Cell = string | number | boolean | null;

/** The figures behind a drawing. */
export interface DataTable {
  readonly columns: readonly { readonly name: string; readonly numeric?: boolean }[];
  readonly rows: readonly DataRow[];
}

export interface DataRow {
  /** As many as there are columns; the first names the row. */
  readonly cells: readonly Cell[];
  /** Where the row's picture is: the case in the viewer, with the prediction of a run. */
  readonly seen?: CaseLink;
}

export interface CaseLink {
  readonly caseId: string;
  readonly runId?: string;
}

/** A figure before it is drawn: words for everybody, a table for whoever cannot see it, a drawing for whoever can. */
export interface FigureContent {
  /** Of files; lower case with hyphens. */
  readonly name: string;
  readonly title: string;
  /** Explains the figure to a clinician. */
  readonly sentence: string;
  /** What a screen reader says instead of the drawing: what is found, not how it looks. */
  readonly description: string;
  readonly table: DataTable;
  /** @param width in CSS pixels */
  draw(plot: PlotLibrary, width: number): Element;
}

/** Address of a case in the viewer. */
export function caseHref({ caseId, runId }: CaseLink): string {
  return `/cases/${caseId}${runId === undefined ? '' : `?run=${runId}`}`;
}
