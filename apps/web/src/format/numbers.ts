/** A figure as the API sends it: a number, an unbounded distance, or nothing (then a reason stands beside it). */
export type Figure = number | 'Infinity' | null | undefined;

/** How a metric is written: the part of its catalogue entry that matters here. */
export interface MetricForm {
  readonly unit: string;
  readonly direction: 'higher' | 'lower';
}

const MINUS = '−';
const signed = (text: string): string => (text.startsWith('-') ? `${MINUS}${text.slice(1)}` : text);

/** Digits behind the point: 3 for unitless figures, 2 for mm, 1 for ml, 2 for everything else. */
export function decimalsOf(unit: string): number {
  if (unit === '') return 3;
  return unit === 'ml' ? 1 : 2;
}

/** A figure without its unit, which stands in the header; an en dash where there is no value. */
export function formatFigure(value: Figure, unit: string): string {
  if (value === null || value === undefined) return '–';
  if (value === 'Infinity' || value === Infinity) return '∞';
  const text = value.toFixed(decimalsOf(unit));
  return signed(Number(text) === 0 ? text.replace('-', '') : text);
}

/** A figure with its unit, for running text. */
export function formatQuantity(value: Figure, unit: string): string {
  const figure = formatFigure(value, unit);
  return unit === '' || figure === '–' ? figure : `${figure} ${unit}`;
}

const REASONS: Readonly<Record<string, string>> = {
  'reference-empty': 'the reference has none of this structure',
  'prediction-empty': 'the prediction has none of this structure',
  'no-negatives': 'there is no background to compare',
  'no-prediction': 'there is no prediction for this case',
  unbounded: 'one of the two masks is empty, so the distance has no bound',
};

/** Why a figure has no value, as half a sentence. Codes we do not know are shown as they are. */
export function reasonWords(reason: string | undefined): string {
  if (reason === undefined) return 'no value';
  return REASONS[reason] ?? reason.replaceAll('-', ' ');
}

/** `ms` as people say it: 420 ms, 4.2 s, 3 min 20 s, 2 h 05 min. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Seconds with two digits behind the point, without unit: for columns. */
export function formatSeconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

/** Bytes in binary units: 812 B, 41.3 KiB, 1.20 GiB. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = bytes;
  let step = 0;
  while (size >= 1024 && step < units.length - 1) {
    size /= 1024;
    step++;
  }
  return `${step === 0 ? size : size.toFixed(size < 10 ? 2 : 1)} ${units[step]}`;
}

/** Mebibytes without unit: for columns. */
export function formatMib(bytes: number): string {
  return (bytes / 1_048_576).toFixed(0);
}

/** 2.75 × 2.75 × 1.5 (mm stands in the header). */
export function formatTriple(values: readonly [number, number, number]): string {
  return values.map((value) => String(Math.round(value * 1000) / 1000)).join(' × ');
}

/** "1 case", "8 cases". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;
}

/** Share of `total` in whole percent, never 100 before the end and never 0 after the beginning. */
export function percent(done: number, total: number): number {
  if (total <= 0 || done <= 0) return 0;
  if (done >= total) return 100;
  return Math.min(99, Math.max(1, Math.round((100 * done) / total)));
}

/** A share of 1 as "99.998 %", rounded down, so that 100 means all. */
export function formatShare(share: number): string {
  return share === 1 ? '100 %' : `${(Math.floor(share * 1e5) / 1e3).toFixed(3)} %`;
}
