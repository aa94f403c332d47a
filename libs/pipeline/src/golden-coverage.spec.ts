import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { goldenCases } from './test-support/golden.js';

/**
 * The published schema against the cases that Python answered: whatever a manifest can say about how an image is treated
 * must occur in at least one of them. A field or a value that is added to the schema has to come with its arrays.
 */
interface Schema {
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
}

const file = resolve(import.meta.dirname, '../../../docs/manifest.schema.json');
const schema = JSON.parse(readFileSync(file, 'utf8')) as Schema;
const profiled = (profile: string): Readonly<Record<string, Schema>> =>
  (schema.oneOf ?? []).find(({ properties }) => properties?.profile.const === profile)?.properties ?? {};
const written = profiled('none');

type Manifest = Readonly<Record<string, unknown>>;
const operations = goldenCases<{ readonly name: string } & Manifest>('operations').cases;
const inference = goldenCases<{ readonly name: string; readonly manifest: Manifest }>('inference').cases;
const manifests: readonly Manifest[] = [...operations, ...inference.map(({ manifest }) => manifest)];
const short = manifests.filter(({ profile }) => profile === 'nnunet-v2');

/** What says how an image is treated; names, licences and digests do not. */
const RUN = ['models', 'ensemble', 'inputs', 'output', 'preprocess', 'inference', 'postprocess'];
const NOT_RUN = /^(models\.(file|sha256)|inputs\.(tensor|channels\.\w+)|output\.tensor)$/;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Whether a value could be meant by a schema: enough to tell the branches of a union apart. */
function fits(one: Schema, value: unknown): boolean {
  const branches = one.oneOf ?? one.anyOf;
  if (branches) return branches.some((branch) => fits(branch, value));
  if ('const' in one) return same(one.const, value);
  if (one.enum) return one.enum.includes(value);
  if (one.type === 'array') return Array.isArray(value);
  if (one.type === 'null') return value === null;
  if (one.type === 'object') {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
    const fixed = Object.entries(one.properties ?? {}).filter(([, property]) => 'const' in property);
    return fixed.every(([key, property]) => !(key in value) || fits(property, (value as Manifest)[key]));
  }
  return typeof value === (one.type === 'integer' ? 'number' : one.type);
}

/** What a schema allows and none of the values is. */
function missing(one: Schema, values: readonly unknown[], path: string): string[] {
  if (NOT_RUN.test(path)) return [];
  const branches = one.oneOf ?? one.anyOf;
  if (branches) {
    return branches.flatMap((branch) => {
      const name = (branch.properties?.op ?? branch.properties?.mode)?.const as string | undefined;
      const chosen = values.filter((value) => fits(branch, value));
      return missing(branch, chosen, name === undefined ? path : `${path}.${name}`);
    });
  }
  if (values.length === 0) return [`${path}${'const' in one ? ` ${JSON.stringify(one.const)}` : ''}`];
  if (one.enum) return one.enum.filter((each) => !values.includes(each)).map((each) => `${path} "${String(each)}"`);
  if (one.type === 'boolean' && !('const' in one))
    return [true, false].filter((each) => !values.includes(each)).map((each) => `${path} ${each}`);
  if (one.type === 'array') {
    const lists = values as readonly (readonly unknown[])[];
    if (!one.prefixItems) return missing(one.items as Schema, lists.flat(), path);
    return one.prefixItems.flatMap((item, n) =>
      missing(
        item,
        lists.map((list) => list[n]),
        path,
      ),
    );
  }
  if (one.type !== 'object') return [];
  return Object.entries(one.properties ?? {}).flatMap(([key, property]) => {
    // a case that leaves a field out is one for the default; where every case writes something else, the default is missing
    const given = values.flatMap((value) =>
      key in (value as Manifest) ? [(value as Manifest)[key]] : 'default' in property ? [property.default] : [],
    );
    const open = 'default' in property && !property.enum && !('const' in property) && property.type !== 'boolean';
    if (open && !given.some((value) => !same(value, property.default))) return [`${path}.${key} other than by default`];
    return missing(property, given, `${path}.${key}`);
  });
}

it.each(RUN)('every field and value of "%s" occurs in a case that Python answered', (part) => {
  const values = manifests.flatMap((manifest) => (part in manifest ? [manifest[part]] : []));
  expect(missing(written[part], values, part)).toEqual([]);
});

it.each(['axes', 'spacing', 'patch', 'intensity', 'mirror', 'overlap', 'regions'])(
  'and so does every one of "%s" of the profile nnunet-v2',
  (part) => {
    const values = short.flatMap((manifest) => (part in manifest ? [manifest[part]] : []));
    expect(missing(profiled('nnunet-v2')[part], values, part)).toEqual([]);
  },
);

/** Fields of a resampling whose values meet those of the way back in the code, and how a case comes back. */
function wayBack({ preprocess, postprocess }: Manifest): Manifest[] {
  const [before, after] = [preprocess, postprocess].map((ops) => (ops ?? []) as readonly Manifest[]);
  const invert = after.findIndex(({ op }) => op === 'invert');
  if (invert < 0) return [];
  const onLabels = after.slice(0, invert).some(({ op }) => op === 'argmax' || op === 'regions');
  const way = onLabels ? 'labels' : (after[invert].order ?? 1) === 1 ? 'channels 1' : 'channels 0';
  const said = (op: string, field: string): unknown => fields(op)[field]?.default;
  return before.flatMap((step) => {
    const op = String(step.op);
    if (op !== 'resample' && op !== 'resize') return [];
    const { grid = said(op, 'grid'), boundary = said(op, 'boundary'), order = said(op, 'order') } = step;
    const anisotropy = step.anisotropy as Manifest | null | undefined;
    const through = anisotropy ? (anisotropy.orderThrough ?? 0) : undefined;
    return [{ op, grid, boundary, order, through, way }];
  });
}

const fields = (op: string): Readonly<Record<string, Schema>> =>
  (written.preprocess.items?.oneOf ?? []).find(({ properties }) => same(properties?.op.const, op))?.properties ?? {};

describe('what meets on the way back occurs together', () => {
  const cases = inference.flatMap(({ name, manifest }) => (name.startsWith('back/') ? wayBack(manifest) : []));
  /** Values of a field; a schema lists numbers as constants. */
  const valuesOf = (one: Schema): readonly unknown[] =>
    one.enum ??
    (one.oneOf ?? one.anyOf ?? []).flatMap((branch) => ('const' in branch ? [branch.const] : valuesOf(branch)));
  const { grid, boundary, order } = fields('resample');
  const values: Readonly<Record<string, readonly unknown[]>> = {
    grid: valuesOf(grid),
    boundary: valuesOf(boundary),
    order: valuesOf(order),
    through: valuesOf(order),
    way: ['channels 1', 'channels 0', 'labels'],
  };

  it.each([
    ['resample', 'grid', 'way'],
    ['resample', 'boundary', 'way'],
    ['resample', 'order', 'way'],
    ['resample', 'through', 'way'],
    ['resample', 'grid', 'boundary'],
    ['resample', 'grid', 'order'],
    ['resample', 'boundary', 'order'],
    ['resize', 'boundary', 'way'],
    ['resize', 'boundary', 'order'],
    ['resize', 'order', 'way'],
  ])('%s: %s and %s', (op, a, b) => {
    expect([values[a].length, values[b].length].every((n) => n > 2)).toBe(true);
    const wanted = values[a].flatMap((x) => values[b].map((y) => [x, y]));
    expect(wanted.filter(([x, y]) => !cases.some((one) => one.op === op && one[a] === x && one[b] === y))).toEqual([]);
  });
});

it('finds what is not there', () => {
  const [window] = (written.preprocess.items?.oneOf ?? []).filter(
    ({ properties }) => properties?.op.const === 'window',
  );
  const given = [{ op: 'window', in: [0, 1], out: [0, 1] }];
  expect(missing(window, given, 'w')).toEqual(['w.clip false', 'w.channels other than by default']);
});

it('uses no field that the schema does not know', () => {
  const strange = (one: Schema, value: unknown): string[] => {
    const branch = (one.oneOf ?? one.anyOf)?.find((each) => fits(each, value)) ?? one;
    if (Array.isArray(value)) {
      const items = branch.prefixItems ?? value.map(() => branch.items ?? {});
      return value.flatMap((item, n) => strange(items[n], item));
    }
    if (value === null || typeof value !== 'object' || !branch.properties) return [];
    const known = branch.properties;
    return Object.entries(value).flatMap(([key, inner]) => (key in known ? strange(known[key], inner) : [key]));
  };
  const found = manifests.flatMap((manifest) =>
    RUN.flatMap((part) => (part in manifest ? strange(written[part], manifest[part]) : [])),
  );
  expect(found).toEqual([]);
});
