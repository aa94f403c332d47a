import { isList, isObject } from './imported.js';
import type { Json, JsonObject } from './imported.js';

/** How deep references may lead to references. */
const MOST_HOPS = 32;

/**
 * A MONAI configuration read as data. `@name` and `$@name` are references and are followed; any other text that begins with
 * `$` is Python and stays the text it is, never evaluated.
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
      const path = typeof now === 'string' ? /^\$?@([A-Za-z_][\w:#]*)$/.exec(now.trim())?.[1] : undefined;
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

/** A piece of Python, which is not evaluated. */
export function isExpression(value: Json | undefined): value is string {
  return typeof value === 'string' && value.trim().startsWith('$');
}

/** `monai.transforms.Spacingd` and `SpacingD` are Spacing; a name with another prefix keeps it. */
export function transformName(target: string): { readonly name: string; readonly shown: string } {
  const bare = target.replace(/^monai\.(transforms|inferers)\.([\w]+\.)*/, '');
  return { name: bare.includes('.') ? bare : bare.replace(/(?<=[a-z])(d|D|Dict)$/, ''), shown: bare };
}
