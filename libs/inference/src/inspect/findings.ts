import { FAILURE_CODES, type FailureCode } from '#domain';

/**
 * What the inspector may say about a model, each with its own stable code. Listed in docs/errors.md. The last ones are
 * failure codes of a run as well: the process that runs models looks for the same faults again.
 */
export const INSPECTION_CODES = [
  'model-too-large',
  'model-too-complex',
  'model-nested-too-deep',
  'model-ir-version',
  'model-opset',
  'model-opset-missing',
  'model-foreign-domain',
  'model-unused-domain',
  'model-local-function',
  'model-training-info',
  'model-operator',
  'model-operator-inputs',
  'model-attribute',
  'model-loop-unbounded',
  'model-too-many-nodes',
  'model-too-many-inputs',
  'model-too-many-outputs',
  'model-name-invalid',
  'model-name-duplicate',
  'model-name-unknown',
  'model-cycle',
  'model-sparse-tensor',
  'model-tensor-type',
  'model-tensor-size',
  'model-tensor-too-large',
  'model-constant-too-large',
  'model-memory',
  'model-too-much-work',
  'model-shape-from-voxels',
  'model-shape-unknown',
  'model-integer-division',
  'manifest-overridden',
  'model-not-onnx',
  'model-external-data',
  'model-input-missing',
  'model-input-rank',
  'model-input-dtype',
  'model-output-missing',
  'output-shape',
  'manifest-invalid',
] as const;
export type InspectionCode = (typeof INSPECTION_CODES)[number];

export interface Finding {
  /** A refusal means: this model does not run here. A warning is worth reading. */
  readonly severity: 'refusal' | 'warning';
  readonly code: InspectionCode;
  /** What we got and what we expected. */
  readonly message: string;
  /** Name of the node, or its operator and place when it has no name; null when it is about the whole file. */
  readonly node: string | null;
}

/**
 * Told of each fault that the arithmetic finds. `certain`: it lies in the construction, and no choice of sizes would mend it.
 */
export type Report = (code: InspectionCode, message: string, node: string | null, certain?: boolean) => void;

/** More of them help nobody. */
const MOST_FINDINGS = 100;

/** Collects findings: all of them, each once. */
export class Findings {
  private readonly list: Finding[] = [];
  private readonly seen = new Set<string>();

  refuse(code: InspectionCode, message: string, node: string | null = null): void {
    this.add({ severity: 'refusal', code, message, node });
  }

  warn(code: InspectionCode, message: string, node: string | null = null): void {
    this.add({ severity: 'warning', code, message, node });
  }

  /** The first finding of a code at a node counts; the same fault is often met on several ways. */
  private add(finding: Finding): void {
    const key = `${finding.code}\0${finding.node ?? ''}\0${finding.node === null ? finding.message : ''}`;
    if (this.seen.has(key)) return;
    // warnings never push a refusal out
    if (this.list.length >= MOST_FINDINGS && (finding.severity === 'warning' || this.refused)) return;
    this.seen.add(key);
    this.list.push(finding);
  }

  get refused(): boolean {
    return this.list.some(({ severity }) => severity === 'refusal');
  }

  /** Refusals first, otherwise in the order in which they were found. */
  all(): readonly Finding[] {
    return [
      ...this.list.filter(({ severity }) => severity === 'refusal'),
      ...this.list.filter(({ severity }) => severity === 'warning'),
    ];
  }
}

/** The code under which a run fails for a finding: its own where a run knows it, `model-refused` otherwise. */
export function failureCodeOf(code: InspectionCode): FailureCode {
  return (FAILURE_CODES as readonly string[]).includes(code) ? (code as FailureCode) : 'model-refused';
}
