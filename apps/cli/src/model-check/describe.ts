import type { PreflightCheck } from '#evaluation';

const SIGNS = { passed: '✓', failed: '✗', skipped: '–' } as const;

/** One check in a line or a few, for people. */
export function describeCheck({ name, status, detail }: PreflightCheck): string {
  const head = `${SIGNS[status]} ${name.padEnd(14)} ${status}`;
  if (status === 'skipped') return lines(`${head}: ${String(detail.reason)}`, figures(name, detail));
  if (status === 'failed')
    return lines(`${head}: ${String(detail.code)}: ${String(detail.message)}`, figures(name, detail));
  return lines(head, figures(name, detail));
}

function lines(head: string, rest: readonly string[]): string {
  return harmless([head, ...rest.map((line) => `    ${line}`)].join('\n'));
}

/** Names come from files; a terminal must not obey them. */
function harmless(text: string): string {
  return text.replace(/[^\P{Cc}\n]|\p{Cf}/gu, '\uFFFD');
}

type Detail = PreflightCheck['detail'];

function figures(name: PreflightCheck['name'], detail: Detail): readonly string[] {
  switch (name) {
    case 'inspect':
      return (
        (detail.models as
          | readonly {
              file?: string;
              findings: readonly { severity: string; code: string; message: string }[];
              parameters?: number | null;
            }[]
          | undefined) ?? []
      ).flatMap(({ file, findings, parameters }) => [
        parameters == null
          ? `${file ?? 'model'}`
          : `${file ?? 'model'}: ${parameters.toLocaleString('en-GB')} parameters`,
        ...findings.map(({ severity, code, message }) => `${severity} ${code}: ${message}`),
      ]);
    case 'zero-tile':
      if (detail.shape === undefined) return [];
      return [
        `${(detail.shape as number[]).join(' x ')} in ${seconds(detail.secondsPerRun)}, loaded in ${seconds(Number(detail.loadMs) / 1000)}, ${mebibytes(detail.peakRssBytes)}, isolation ${String(detail.isolation)}`,
      ];
    case 'conformance':
      if (detail.labels === undefined) return [];
      return [
        ...Object.entries(detail.labels as Record<string, { dice: number; voxels: number }>).map(
          ([label, { dice, voxels }]) =>
            `label ${label}: Dice ${dice.toFixed(5)}, ${(100 * voxels).toFixed(3)} % of voxels agree`,
        ),
        `all labels: ${(100 * Number(detail.voxelAgreement)).toFixed(3)} % of voxels agree; expected is Dice ${String(detail.minDice)} for each label`,
      ];
    case 'practice-case':
      if (detail.scores === undefined) return [];
      return [
        `case ${String(detail.case)}`,
        ...(detail.scores as readonly { region: string; values: Record<string, number | string | null> }[]).map(
          ({ region, values }) =>
            `${region}: ${Object.entries(values)
              .map(([id, value]) => `${id} ${typeof value === 'number' ? value.toPrecision(4) : (value ?? 'none')}`)
              .join(', ')}`,
        ),
      ];
    case 'budget': {
      if (detail.secondsPerRun === undefined) return [];
      const measured = `${seconds(detail.secondsPerRun)} a run on this machine, ${mebibytes(detail.peakMemoryBytes)} of ${mebibytes(detail.limitMemoryBytes)}`;
      if (detail.secondsPerCase === undefined) {
        const cases = (detail.measuredSeconds as readonly number[]).map((one) => `the case above took ${seconds(one)}`);
        return [...cases, measured];
      }
      return [
        `${boundWords(detail)} ${seconds(detail.secondsPerCase)} a case (${String(detail.tiles)} tiles, ${String(detail.runs)} runs); the limit is ${seconds(detail.limitSeconds)}`,
        measured,
      ];
    }
  }
}

/** How sure the time of a case is. */
function boundWords({ exact, croppedTo }: Detail): string {
  if (exact !== false) return 'at most';
  return typeof croppedTo === 'number' ? 'cropped like the practice case about' : 'without its crops at most';
}

function seconds(value: unknown): string {
  return `${Number(value) < 10 ? Number(value).toPrecision(3) : Math.ceil(Number(value))} s`;
}

function mebibytes(value: unknown): string {
  return `${Math.ceil(Number(value) / 2 ** 20).toLocaleString('en-GB')} MiB`;
}
