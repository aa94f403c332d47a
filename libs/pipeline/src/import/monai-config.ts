import { isList, isObject } from './imported.js';
import type { Json, JsonObject } from './imported.js';

/** How deep references may lead to references. */
const MOST_HOPS = 32;

/**
 * A MONAI configuration read as data. `@name`, `$@name` and, within the file, `%name` are references and are followed; any
 * other text that begins with `$` is Python and stays the text it is, never evaluated.
 */
export class MonaiConfig {
  constructor(private readonly root: JsonObject) {}

  /** The value of a top-level key, references followed; undefined when there is none. */
  get(key: string): Json | undefined {
    return this.follow(this.root[key]);
  }

  /** A value with the reference that it may be replaced by what it refers to. */
  follow(value: Json | undefined): Json | undefined {
    let now = value;
    for (let hop = 0; hop < MOST_HOPS; hop++) {
      const path = typeof now === 'string' ? /^(?:\$?@|%)([A-Za-z_][\w:#]*)$/.exec(now.trim())?.[1] : undefined;
      if (path === undefined) return now;
      now = this.at(path);
    }
    return undefined;
  }

  /** A field of an object, reference followed. */
  field(of: JsonObject, key: string): Json | undefined {
    return this.follow(of[key]);
  }

  private at(path: string): Json | undefined {
    let value: Json | undefined = this.root;
    for (const key of path.split(/#|::/)) {
      value = this.follow(value);
      if (isList(value)) value = value[Number(key)];
      else if (isObject(value)) value = value[key];
      else return undefined;
    }
    return value;
  }
}

/** Python, which is not evaluated, or a reference that leads nowhere. Also as an item of a list. */
export function isExpression(value: Json | undefined): boolean {
  if (isList(value)) return value.some(isExpression);
  return typeof value === 'string' && /^\s*[$@%]/.test(value);
}

/**
 * Whether a step is left out, as MONAI reads `_disabled_`: a text is true when it says so, anything else as Python takes it.
 *
 * @returns null when only an expression would tell
 */
export function isDisabled(value: Json | undefined): boolean | null {
  if (isExpression(value)) return null;
  if (typeof value === 'string') return value.trim().toLowerCase() === 'true';
  return isList(value) ? value.length > 0 : isObject(value) ? Object.keys(value).length > 0 : Boolean(value);
}

/**
 * The value of a field that may be a list of one for each of a step's keys, for those of `keys` that are `wanted`.
 *
 * @returns undefined when these differ, or a list has another length
 */
export function ofKeys(
  value: Json | undefined,
  keys: readonly string[],
  wanted: (key: string) => boolean,
): Json | undefined {
  if (!isList(value)) return value ?? null;
  const many = keys.length === 0 ? 1 : keys.length;
  if (value.length !== many) return undefined;
  const chosen = value.filter((_, n) => keys.length === 0 || wanted(keys[n]));
  return chosen.every((one) => JSON.stringify(one) === JSON.stringify(chosen[0])) ? chosen[0] : undefined;
}

/** A text, or the texts of a list. */
export function keysOf(value: Json | undefined): string[] {
  const list = isList(value) ? value : [value];
  return list.filter((key): key is string => typeof key === 'string');
}

/** Whether a type of grey values keeps what they are: none given, or float32 and wider, however it is written. */
export function keepsValues(dtype: Json | undefined): boolean {
  const bare = (one: Json): boolean =>
    one === null ||
    (typeof one === 'string' && /^\$?\s*(?:(?:np|numpy|torch)\.)?(?:float|float32|float64|double)$/.test(one.trim()));
  return isList(dtype) ? dtype.every(bare) : bare(dtype ?? null);
}

/** Array transforms whose names end in d by themselves. */
const WHOLE = /(?:Foreground|Pad)$/;

/** `monai.transforms.Spacingd` and `SpacingD` are Spacing, `CropForeground` is itself; a name with another prefix keeps it. */
export function transformName(target: string): { readonly name: string; readonly shown: string } {
  const bare = target.replace(/^monai\.(transforms|inferers)\.([\w]+\.)*/, '');
  const name = bare.includes('.') || WHOLE.test(bare) ? bare : bare.replace(/(?<=[a-z])(d|D|Dict)$/, '');
  return { name, shown: bare };
}
