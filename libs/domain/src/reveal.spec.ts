import { CAPACITIES, decide, ROLES, VISITOR, type Action, type Actor, type Capacity, type Resource } from './access.js';
import {
  hasClosed,
  patientsBesideShowcase,
  revealFaults,
  revealOf,
  revealRule,
  type Reveal,
  type RevealRule,
} from './reveal.js';
import { SECRECY_LABELS } from './secrecy.js';

const CLOSES = '2027-01-01T00:00:00Z';
const BEFORE = new Date('2026-12-31T23:59:59Z');
const AFTER = new Date(CLOSES);

/**
 * Who sees what of a case, said a second time: I image, R reference, P prediction; - nothing.
 * AN visitor, RR researcher, RD reader, OR organiser, DS steward, AD administrator.
 */
const TABLE = `
                                AN   RR   RD   OR   DS   AD
absent       practice PUBLIC    IRP  IRP  IRP  IRP  IRP  IRP
absent       practice SEALED    -    -    I    IRP  IRP  -
absent       test     PUBLIC    IP   IP   IP   IRP  IRP  IP
absent       test     SEALED    -    -    I    IRP  IRP  -
all          practice PARTICIPANT -  IRP  IRP  IRP  IRP  IRP
all          test     SEALED    -    -    I    IRP  IRP  -
never        practice PUBLIC    IP   IP   IP   IRP  IRP  IP
never        test     SEALED    -    -    I    IRP  IRP  -
showcase     practice PUBLIC    IRP  IRP  IRP  IRP  IRP  IRP
showcase     test     SEALED    -    IRP  IRP  IRP  IRP  IRP
other-case   practice PUBLIC    IP   IP   IP   IRP  IRP  IP
other-case   test     SEALED    -    -    I    IRP  IRP  -
after-close  test     SEALED    -    -    I    IRP  IRP  -
closed       test     SEALED    -    IRP  IRP  IRP  IRP  IRP
closed       practice PUBLIC    IRP  IRP  IRP  IRP  IRP  IRP
readers      test     SEALED    -    -    IRP  IRP  IRP  -
readers      practice PARTICIPANT -  IP   IRP  IRP  IRP  IP
`;

const RULES: Readonly<Record<string, { rule: RevealRule | undefined; at: Date }>> = {
  absent: { rule: undefined, at: AFTER },
  all: { rule: { kind: 'all' }, at: BEFORE },
  never: { rule: { kind: 'never' }, at: AFTER },
  showcase: { rule: { kind: 'showcase', cases: ['case-1', 'case-2'] }, at: BEFORE },
  'other-case': { rule: { kind: 'showcase', cases: ['case-2'] }, at: AFTER },
  'after-close': { rule: { kind: 'after-close' }, at: BEFORE },
  closed: { rule: { kind: 'after-close' }, at: AFTER },
  readers: { rule: { kind: 'readers' }, at: AFTER },
};

const person = (role: Actor['role']): Actor => ({ userId: 'me', role, scopes: null });
const PEOPLE: Readonly<Record<string, { actor: Actor; capacities: readonly Capacity[] }>> = {
  AN: { actor: VISITOR, capacities: [] },
  RR: { actor: person('researcher'), capacities: [] },
  RD: { actor: person('reader'), capacities: ['reader'] },
  OR: { actor: person('organiser'), capacities: ['organiser'] },
  DS: { actor: person('steward'), capacities: ['steward'] },
  AD: { actor: person('admin'), capacities: [] },
};
const KINDS = [
  ['I', 'image'],
  ['R', 'reference'],
  ['P', 'prediction'],
] as const;

const [header, ...lines] = TABLE.trim().split('\n');
const columns = header.trim().split(/\s+/);
const rows = lines.flatMap((line) => {
  const [rule, phase, label, ...seen] = line.trim().split(/\s+/);
  return columns.map((who, n) => ({ rule, phase, label, who, seen: seen[n] }));
});

function allowed(actor: Actor, action: Action, resource: Resource): boolean {
  return decide(actor, action, resource).allowed;
}

describe('the reveal rule, by rule, person and kind of object', () => {
  it.each(rows)('$rule, $phase, $label: $who sees $seen', ({ rule, phase, label, who, seen }) => {
    const { actor, capacities } = PEOPLE[who];
    const rules = { closesAt: CLOSES, ...(RULES[rule].rule && { reveal: RULES[rule].rule }) };
    const resource: Resource = {
      label: label as (typeof SECRECY_LABELS)[number],
      published: true,
      capacities,
      reveal: revealOf({ kind: phase as 'practice' | 'test', rules }, 'case-1', capacities, RULES[rule].at),
    };
    const shown = KINDS.filter(([, kind]) => allowed(actor, 'object.view', { ...resource, kind }));
    expect(shown.map(([letter]) => letter).join('') || '-').toBe(seen);
  });
});

describe('whatever else holds', () => {
  const reveals: readonly (Reveal | undefined)[] = [undefined, 'by-label', 'withheld', 'opened'];
  const all = [VISITOR, ...ROLES.filter((role) => role !== 'visitor').map(person)].flatMap((actor) =>
    [undefined, ...SECRECY_LABELS].flatMap((label) =>
      ([undefined, 'image', 'reference', 'prediction', 'model', 'conformance', 'frames'] as const).flatMap((kind) =>
        [true, false].flatMap((published) =>
          [[], ...CAPACITIES.map((one) => [one])].flatMap((capacities) =>
            reveals.map((reveal) => ({ actor, resource: { label, kind, published, capacities, reveal } })),
          ),
        ),
      ),
    ),
  );
  const sees = (actor: Actor, resource: Resource): boolean => allowed(actor, 'object.view', resource);
  const isKeeper = ({ capacities = [] }: Resource): boolean => capacities.some((one) => one !== 'reader');
  const breaches = (rule: (actor: Actor, resource: Resource) => boolean): unknown[] =>
    all.filter(({ actor, resource }) => !rule(actor, resource)).slice(0, 5);

  it('a reference that is withheld, or of which nothing is said, is for keepers only', () => {
    expect(
      breaches(
        (actor, resource) =>
          resource.kind !== 'reference' ||
          !(resource.reveal === undefined || resource.reveal === 'withheld') ||
          !sees(actor, resource) ||
          isKeeper(resource),
      ),
    ).toEqual([]);
  });

  it('no rule shows a sealed object to somebody unknown, nor one of a draft, nor a model', () => {
    const shown = (actor: Actor, resource: Resource): boolean => sees(actor, resource) && !isKeeper(resource);
    expect(
      breaches((actor, resource) => !(shown(actor, resource) && resource.label === 'SEALED' && actor.userId === null)),
    ).toEqual([]);
    expect(
      breaches((actor, resource) => {
        if (resource.published !== false || !shown(actor, resource)) return true;
        return sees(actor, { ...resource, reveal: 'by-label' }); // no more than without the rule
      }),
    ).toEqual([]);
    expect(
      breaches((actor, { kind = 'model', ...rest }) => kind !== 'model' || !sees(actor, { ...rest, kind })),
    ).toEqual([]);
  });

  it('opening only adds, withholding only takes away', () => {
    expect(
      breaches(
        (actor, resource) =>
          !sees(actor, { ...resource, reveal: 'by-label' }) ||
          resource.published === false ||
          sees(actor, { ...resource, reveal: 'opened' }),
      ),
    ).toEqual([]);
    expect(
      breaches(
        (actor, resource) =>
          !sees(actor, { ...resource, reveal: 'withheld' }) || sees(actor, { ...resource, reveal: 'by-label' }),
      ),
    ).toEqual([]);
  });
});

describe('closing and the rule itself', () => {
  it('a phase closes at its moment, and never without one', () => {
    expect(hasClosed({ closesAt: CLOSES }, BEFORE)).toBe(false);
    expect(hasClosed({ closesAt: CLOSES }, AFTER)).toBe(true);
    expect(hasClosed({}, AFTER)).toBe(false);
    expect(revealOf({ kind: 'test', rules: { reveal: { kind: 'after-close' } } }, 'a', [], AFTER)).toBe('withheld');
  });

  it('without a word practice shows what labels show, and held-out references stay', () => {
    expect([revealRule({}, 'practice').kind, revealRule({}, 'test').kind]).toEqual(['all', 'never']);
  });

  it('counts the patients whose cases stay closed beside a showcase', () => {
    const cases = ['a', 'b', 'c', 'd'].map((name, n) => ({ name, patient: `p${Math.min(n, 2)}` })); // c and d are of one
    const beside = (shown: readonly string[], label: (typeof SECRECY_LABELS)[number] = 'SEALED') =>
      patientsBesideShowcase({ label, rules: { reveal: { kind: 'showcase', cases: shown } } }, cases);
    expect([beside(['a']), beside(['c']), beside(['b', 'c', 'd'])]).toEqual([2, 3, 1]);
    expect([beside(['a', 'b', 'c', 'd']), beside(['a'], 'PARTICIPANT'), beside(['a'], 'PUBLIC')]).toEqual([
      null,
      null,
      null,
    ]);
    expect(patientsBesideShowcase({ label: 'SEALED', rules: { reveal: { kind: 'readers' } } }, cases)).toBeNull();
    expect(patientsBesideShowcase({ label: 'SEALED', rules: {} }, cases)).toBeNull();
  });

  it('says what is wrong with a rule', () => {
    expect(revealFaults({}, [])).toEqual([]);
    expect(revealFaults({ reveal: { kind: 'after-close' } }, [])).toEqual([
      'references are revealed after the phase closes, but it has no closing time',
    ]);
    expect(revealFaults({ closesAt: 'tomorrow' }, [])).toEqual([
      'closing time is "tomorrow"; expected a moment like 2027-03-31T23:59:59Z',
    ]);
    expect(revealFaults({ reveal: { kind: 'showcase', cases: ['a', 'b'] } }, ['a'])).toEqual([
      'showcase cases b are not among the cases of the phase',
    ]);
    expect(revealFaults({ reveal: { kind: 'showcase', cases: [] } }, ['a'])).toEqual([
      'no showcase case is named; expected at least one',
    ]);
  });
});
