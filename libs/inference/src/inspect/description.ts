/** What a model file says about itself, in memory: structure and small constants, no weights. */

/** ONNX element types by number (onnx.proto3, TensorProto.DataType), by the names that numpy and onnxruntime use. */
export const DTYPES = [
  'undefined', 'float32', 'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'string', 'bool', 'float16', 'float64',
  'uint32', 'uint64', 'complex64', 'complex128', 'bfloat16', 'float8e4m3fn', 'float8e4m3fnuz', 'float8e5m2',
  'float8e5m2fnuz', 'uint4', 'int4', 'float4e2m1',
]; // prettier-ignore

const BYTES: Readonly<Record<string, number>> = {
  float32: 4, uint8: 1, int8: 1, uint16: 2, int16: 2, int32: 4, int64: 8, bool: 1, float16: 2, float64: 8, uint32: 4,
  uint64: 8, complex64: 8, complex128: 16, bfloat16: 2, float8e4m3fn: 1, float8e4m3fnuz: 1, float8e5m2: 1,
  float8e5m2fnuz: 1, uint4: 0.5, int4: 0.5, float4e2m1: 0.5,
}; // prettier-ignore

/** Bytes of one element; 4-bit types are packed in pairs. Null for types without a fixed size. */
export function bytesOf(dtype: string | null): number | null {
  return dtype === null ? null : (BYTES[dtype] ?? null);
}

export function dtypeName(number: number): string {
  return DTYPES[number] ?? `type-${number}`;
}

const INTEGERS: ReadonlySet<string | null> = new Set([
  'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'uint32', 'uint64', 'uint4', 'int4',
]); // prettier-ignore

export const isInteger = (dtype: string | null): boolean => INTEGERS.has(dtype);

/** A graph input or output as the file declares it. `shape` is null when the file leaves even the rank open. */
export interface TensorOutline {
  readonly name: string;
  /** `float32`, `int64`, …, `type-N` for numbers we do not know, `not-a-tensor` for sequences and the like. */
  readonly dtype: string;
  /** Fixed sizes as numbers, open ones as their name, or `?` when they have none. */
  readonly shape: readonly (number | string)[] | null;
}

/** A constant of the file. */
export interface TensorDescription {
  readonly name: string;
  readonly dtype: string;
  readonly dims: readonly number[];
  /**
   * Values of small tensors, in memory order, whole numbers beyond 2^53 rounded; null when it is large, or of a type that
   * sizes are not computed from. One value is null when its type cannot hold it.
   */
  readonly values: readonly (number | null)[] | null;
}

export interface AttributeDescription {
  readonly name: string;
  readonly int: number | null;
  readonly float: number | null;
  readonly text: string | null;
  readonly ints: readonly number[] | null;
  readonly floats: readonly number[] | null;
  readonly tensor: TensorDescription | null;
  readonly graphs: readonly GraphDescription[];
}

export interface NodeDescription {
  readonly op: string;
  /** '' and 'ai.onnx' are the standard operators. */
  readonly domain: string;
  /** How messages call it: its name, or its operator and place when it has none. */
  readonly label: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeDescription>;
  /** Names that it reads, including what its subgraphs take from outside. */
  readonly reads: ReadonlySet<string>;
}

export interface GraphDescription {
  readonly nodes: readonly NodeDescription[];
  readonly constants: ReadonlyMap<string, TensorDescription>;
  /** All that are declared, also those that are initialisers. */
  readonly inputs: readonly TensorOutline[];
  readonly outputs: readonly TensorOutline[];
  /** Names that it takes from the graphs around it. */
  readonly takes: ReadonlySet<string>;
}

export interface ModelDescription {
  readonly irVersion: number;
  /** Version by domain, in the order of the file. */
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly graph: GraphDescription;
  /** Nodes of all graphs. */
  readonly nodes: number;
  /** Elements of all initialisers. */
  readonly parameters: number;
  /** Bytes of all constants. */
  readonly constantBytes: number;
  /** Metadata that belongs to us, as text. */
  readonly manifestText: string | null;
}

export const isStandard = (domain: string): boolean => domain === '' || domain === 'ai.onnx';

/** Version of the standard operators; 0 without one. */
export function standardOpset({ opsets }: Pick<ModelDescription, 'opsets'>): number {
  return Math.max(0, ...opsets.filter(({ domain }) => isStandard(domain)).map(({ version }) => version));
}

/** Inputs that have to be fed: those that are not initialisers as well (old exporters list both). */
export function fedInputs({ inputs, constants }: GraphDescription): readonly TensorOutline[] {
  return inputs.filter(({ name }) => !constants.has(name));
}
