import type { InspectionCode } from '#inference';
import type { Bytes } from '../parts.js';

/** One model that harms, or tries to. */
export interface HostileModel {
  readonly name: string;
  readonly kind: HostileKind;
  /** The first refusal of the inspector; `walls` marks what it lets pass on purpose, because no look at the file can tell. */
  readonly code: InspectionCode | 'walls';
  readonly make: () => Bytes;
}

export type HostileKind =
  | 'garbage'
  | 'files'
  | 'crash'
  | 'hang'
  | 'memory'
  | 'arithmetic'
  | 'shapes-from-voxels'
  | 'operators'
  | 'structure'
  | 'tensors'
  | 'leaks';

/** A list of models of one kind, to be added to one by one. */
export function collection(kind: HostileKind): {
  readonly models: readonly HostileModel[];
  readonly add: (code: HostileModel['code'], name: string, make: () => Bytes) => void;
} {
  const models: HostileModel[] = [];
  return { models, add: (code, name, make) => void models.push({ kind, code, name, make }) };
}
