import { expandManifest } from '../expand.js';
import { manifestProblems } from '../manifest-problems.js';
import type { Manifest, ManifestLabel } from '../manifest.js';

/** A step of a foreign package that the manifest cannot say, and why. */
export interface RefusedStep {
  /** Its name there: a transform, a function, a key. */
  readonly step: string;
  readonly reason: string;
}

export type Imported =
  | {
      readonly ok: true;
      readonly manifest: Manifest;
      /** What an author should look at before submitting. */
      readonly notes: readonly string[];
    }
  | { readonly ok: false; readonly refused: readonly RefusedStep[]; readonly notes: readonly string[] };

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Names of tensors, which none of the packages tells, and files of an ensemble. */
export interface ImportOptions {
  readonly inputTensor?: string;
  readonly outputTensor?: string;
  /** ONNX files, in order. */
  readonly models?: readonly string[];
}

/** Collects what cannot be said, so that all of it is reported at once. */
export class ImportLedger {
  readonly refused: RefusedStep[] = [];
  readonly notes: string[] = [];

  refuse(step: string, reason: string): void {
    if (!this.refused.some((one) => one.step === step && one.reason === reason)) this.refused.push({ step, reason });
  }

  note(sentence: string): void {
    if (!this.notes.includes(sentence)) this.notes.push(sentence);
  }

  /** Notes keys of an object that are not looked at: what they mean is not known here. */
  noteUnknown(where: string, of: JsonObject, known: readonly string[]): void {
    const keys = Object.keys(of).filter((key) => !known.includes(key) && of[key] !== null);
    if (keys.length === 0) return;
    const names = keys.slice(0, 12).map((key) => shortLine(key, 40) ?? '?');
    const more = keys.length > 12 ? ` and ${keys.length - 12} more` : '';
    this.note(`${where} has ${names.join(', ')}${more}, not known here and not looked at`);
  }

  /** The manifest when nothing was refused and it can be run. */
  finish(build: () => Manifest): Imported {
    const { refused, notes } = this;
    if (refused.length > 0) return { ok: false, refused, notes };
    const manifest = expandManifest(build());
    const problems = manifestProblems(manifest);
    if (problems.length > 0)
      return { ok: false, refused: problems.map((reason) => ({ step: 'manifest', reason })), notes };
    return { ok: true, manifest, notes };
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function isNumbers(value: Json | undefined): value is readonly number[] {
  return isList(value) && value.every((x) => typeof x === 'number' && Number.isFinite(x));
}

/** A text as it is, anything else as JSON. */
export function word(value: Json | undefined): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
}

/** One line of at most `most` characters, or undefined. */
export function shortLine(value: Json | undefined, most: number): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const line = String(value)
    .replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ')
    .trim();
  return line === '' ? undefined : [...line].slice(0, most).join('').trim();
}

/** A version that a manifest may carry. */
export function versionOf(value: Json | undefined): string {
  const text = shortLine(value, 32)?.replace(/[^0-9A-Za-z.+_-]/g, '-') ?? '';
  return /^[0-9A-Za-z]/.test(text) ? text : '1.0.0';
}

/** Labels whose names differ: a repeated name gets its value. */
export function distinctLabels(labels: readonly ManifestLabel[]): ManifestLabel[] {
  return labels.map(({ value, name }, n) => {
    const before = labels.slice(0, n).some((other) => other.name === name);
    return { value, name: before ? `${name.slice(0, 56)} ${value}` : name };
  });
}

/** Only the keys that have a value. */
export function present<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** @throws RangeError when it is no JSON object */
export function parseObject(text: string, file: string): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
  } catch (error) {
    throw new RangeError(`${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!isObject(value)) throw new RangeError(`${file} holds no JSON object`);
  return value;
}
