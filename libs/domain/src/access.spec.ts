import {
  ACTION_SCOPE,
  ACTIONS,
  CAPACITIES,
  decide,
  decideAtDoor,
  ROLES,
  SCOPES,
  VISITOR,
  type Action,
  type Actor,
  type Capacity,
  type Resource,
  type Scope,
} from './access.js';
import { SECRECY_LABELS } from './secrecy.js';

/**
 * The matrix, said a second time and in another form than the code: one column for each kind of person.
 * AN visitor, RR researcher, SU researcher who owns it, OR organiser of the benchmark, RD reader of it, DS steward of it,
 * AD administrator. y yes, s sign in first (401), f forbidden (403), h hidden (404).
 */
const MATRIX = `
                                     AN RR SU OR RD DS AD
public                               y  y  y  y  y  y  y
session.own                          s  y  y  y  y  y  y
session.secure                       s  y  y  y  y  y  y
user.manage                          s  f  f  f  f  f  y
benchmark.create                     s  f  f  y  f  f  y
benchmark.manage                     s  f  f  y  f  f  f
benchmark.manage unpublished         s  h  h  y  h  f  f
member.manage                        s  f  f  y  f  f  y
member.manage unpublished            s  h  h  y  h  f  y
member.manage oneself                s  f  f  y  f  f  f
benchmark.view                       y  y  y  y  y  y  y
benchmark.view unpublished           h  h  h  y  h  y  y
leaderboard.view                     y  y  y  y  y  y  y
leaderboard.view unpublished         h  h  h  y  h  y  y
algorithm.view                       y  y  y  y  y  y  y
submission.create                    s  y  y  f  f  f  y
submission.create unpublished        s  h  h  f  h  f  f
submission.create was-member         s  f  f  f  f  f  f
preflight.view                       s  h  y  h  h  h  h
algorithm.edit                       s  f  y  f  f  f  f
submission.list-own                  s  y  y  y  y  y  y
submission.view                      y  y  y  y  y  y  y
submission.view unpublished          h  h  y  y  h  y  y
submission.control                   s  f  y  y  f  f  y
submission.control unpublished       s  h  y  y  h  f  y
run.release                          s  f  f  y  f  f  y
run.release unpublished              s  h  f  y  h  f  y
run.view                             y  y  y  y  y  y  y
run.view unpublished                 h  h  y  y  h  y  y
run.case-list PUBLIC                 y  y  y  y  y  y  y
run.case-list PARTICIPANT            h  y  y  y  y  y  y
run.case-list SEALED                 h  h  h  y  h  y  h
run.case-list PUBLIC unpublished     h  h  h  y  h  y  h
run.case-result PUBLIC               y  y  y  y  y  y  y
run.case-result PARTICIPANT          h  y  y  y  y  y  y
run.case-result SEALED               h  h  h  y  h  y  h
run.error-text PUBLIC                h  h  y  y  h  y  h
run.error-text PARTICIPANT           h  h  y  y  h  y  h
run.error-text SEALED                h  h  h  y  h  y  h
case.view PUBLIC                     y  y  y  y  y  y  y
case.view PARTICIPANT                h  y  y  y  y  y  y
case.view SEALED                     h  h  h  y  y  y  h
case.view PUBLIC unpublished         h  h  h  y  y  y  h
object.view image PUBLIC             y  y  y  y  y  y  y
object.view image PARTICIPANT        h  y  y  y  y  y  y
object.view image SEALED             h  h  h  y  y  y  h
object.view image SEALED unpublished h  h  h  y  y  y  h
object.view reference PUBLIC         h  h  h  y  h  y  h
object.view reference PARTICIPANT    h  h  h  y  h  y  h
object.view reference SEALED         h  h  h  y  h  y  h
object.view reference PUBLIC by-label          y  y  y  y  y  y  y
object.view reference PARTICIPANT by-label     h  y  y  y  y  y  y
object.view reference SEALED by-label          h  h  h  y  h  y  h
object.view reference PUBLIC withheld          h  h  h  y  h  y  h
object.view reference SEALED withheld          h  h  h  y  h  y  h
object.view reference PUBLIC opened            y  y  y  y  y  y  y
object.view reference PARTICIPANT opened       h  y  y  y  y  y  y
object.view reference SEALED opened            h  y  y  y  y  y  y
object.view reference SEALED opened unpublished h  h  h  y  h  y  h
object.view reference PUBLIC by-label unpublished h  h  h  y  h  y  h
object.view image PUBLIC unpublished h  h  h  y  y  y  h
object.view image PUBLIC withheld              y  y  y  y  y  y  y
object.view image SEALED withheld              h  h  h  y  y  y  h
object.view image SEALED opened                h  y  y  y  y  y  y
object.view prediction PUBLIC withheld         y  y  y  y  y  y  y
object.view prediction SEALED withheld         h  h  h  y  h  y  h
object.view prediction SEALED opened           h  y  y  y  y  y  y
object.view prediction SEALED by-label         h  h  h  y  h  y  h
object.view model PUBLIC opened                h  h  h  h  h  h  h
object.view conformance SEALED opened          h  h  h  h  h  h  h
case.view SEALED opened              h  y  y  y  y  y  y
case.view SEALED withheld            h  h  h  y  y  y  h
run.case-result SEALED opened        h  y  y  y  y  y  y
run.case-list SEALED opened          h  h  h  y  h  y  h
run.error-text SEALED opened         h  h  h  y  h  y  h
object.view prediction PUBLIC        y  y  y  y  y  y  y
object.view prediction PARTICIPANT   h  y  y  y  y  y  y
object.view prediction SEALED        h  h  h  y  h  y  h
object.view model PUBLIC             h  h  h  h  h  h  h
object.view model PARTICIPANT        h  h  h  h  h  h  h
object.view model SEALED             h  h  h  h  h  h  h
object.view conformance PUBLIC       h  h  h  h  h  h  h
object.view conformance PARTICIPANT  h  h  h  h  h  h  h
model.download                       s  h  y  h  h  h  h
access-log.view                      s  f  f  y  f  y  y
access-log.view unpublished          s  h  h  y  h  y  y
dataset.create                       s  f  f  y  f  f  y
dataset.own                          s  h  y  h  h  h  h
dataset.withdraw                     s  h  y  h  h  h  h
`;

const ME = 'me';
const PEOPLE: Readonly<Record<string, { actor: Actor; owns: boolean; capacities: readonly Capacity[] }>> = {
  AN: { actor: VISITOR, owns: false, capacities: [] },
  RR: { actor: { userId: ME, role: 'researcher', scopes: null }, owns: false, capacities: [] },
  SU: { actor: { userId: ME, role: 'researcher', scopes: null }, owns: true, capacities: [] },
  OR: { actor: { userId: ME, role: 'organiser', scopes: null }, owns: false, capacities: ['organiser'] },
  RD: { actor: { userId: ME, role: 'reader', scopes: null }, owns: false, capacities: ['reader'] },
  DS: { actor: { userId: ME, role: 'steward', scopes: null }, owns: false, capacities: ['steward'] },
  AD: { actor: { userId: ME, role: 'admin', scopes: null }, owns: false, capacities: [] },
};
const ANSWERS = { y: 'yes', s: 'sign-in', f: 'forbidden', h: 'hidden' } as const;

function answer(actor: Actor, action: Action, resource: Resource): string {
  const decision = decide(actor, action, resource);
  return decision.allowed ? 'yes' : decision.why;
}

const [header, ...lines] = MATRIX.trim().split('\n');
const columns = header.trim().split(/\s+/);
const cells = lines.flatMap((line) => {
  const words = line.trim().split(/\s+/);
  const [action, ...about] = words.slice(0, -columns.length);
  const resource: Resource = {
    published: !about.includes('unpublished'),
    ...(about.includes('was-member') && { wasMember: true }),
    ...(about.includes('oneself') && { ownerId: ME }),
    label: SECRECY_LABELS.find((label) => about.includes(label)),
    kind: (['image', 'reference', 'prediction', 'model', 'conformance'] as const).find((kind) => about.includes(kind)),
    reveal: (['by-label', 'withheld', 'opened'] as const).find((reveal) => about.includes(reveal)),
  };
  return columns.map((person, n) => ({
    what: [action, ...about].join(' '),
    action: action as Action,
    person,
    resource,
    expected: ANSWERS[words.slice(-columns.length)[n] as keyof typeof ANSWERS],
  }));
});

describe('the matrix', () => {
  it.each(cells)('$person asks for $what: $expected', ({ action, person, resource, expected }) => {
    const { actor, owns, capacities } = PEOPLE[person];
    expect(answer(actor, action, { ownerId: owns ? ME : 'somebody else', ...resource, capacities })).toBe(expected);
  });

  it('has a row for every action', () => {
    expect(ACTIONS.filter((action) => !cells.some((cell) => cell.action === action))).toEqual([]);
  });
});

/** Every actor and every resource that the policy can tell apart. */
const actors: readonly Actor[] = [
  VISITOR,
  ...ROLES.filter((role) => role !== 'visitor').flatMap((role) =>
    [null, [], ...SCOPES.map((scope) => [scope]), [...SCOPES]].map((scopes): Actor => ({
      userId: ME,
      role,
      scopes: scopes as readonly Scope[] | null,
    })),
  ),
];
const subsets = CAPACITIES.reduce<Capacity[][]>((sets, one) => [...sets, ...sets.map((set) => [...set, one])], [[]]);
const resources: readonly Resource[] = [undefined, ...SECRECY_LABELS].flatMap((label) =>
  ([undefined, 'image', 'reference', 'prediction', 'model', 'conformance'] as const).flatMap((kind) =>
    [undefined, true, false].flatMap((published) =>
      [undefined, null, ME, 'somebody else'].flatMap((ownerId) =>
        subsets.map((capacities): Resource => ({ label, kind, published, ownerId, capacities })),
      ),
    ),
  ),
);

/** Violations of a rule over every combination, in words; a few are enough to see. */
function violations(rule: (actor: Actor, action: Action, resource: Resource) => boolean): string[] {
  const found: string[] = [];
  for (const actor of actors) {
    for (const action of ACTIONS) {
      for (const resource of resources) {
        if (!rule(actor, action, resource))
          found.push(`${JSON.stringify(actor)} ${action} ${JSON.stringify(resource)}`);
        if (found.length > 5) return found;
      }
    }
  }
  return found;
}

describe('rules over every combination', () => {
  const isKeeper = ({ capacities = [] }: Resource): boolean =>
    capacities.includes('organiser') || capacities.includes('steward');
  const FROM_CASES: readonly Action[] = [
    'run.case-list',
    'run.case-result',
    'run.error-text',
    'case.view',
    'object.view',
  ];

  it('nothing computed from sealed cases is for anybody but keepers; images and facts also for readers', () => {
    expect(
      violations((actor, action, resource) => {
        if (!FROM_CASES.includes(action) || resource.label !== 'SEALED' || answer(actor, action, resource) !== 'yes')
          return true;
        if (isKeeper(resource)) return true;
        const readersDue = action === 'case.view' || (action === 'object.view' && resource.kind === 'image');
        return readersDue && resource.capacities?.includes('reader') === true;
      }),
    ).toEqual([]);
  });

  it('no label, no answer: what was forgotten to be labelled is treated as sealed', () => {
    expect(
      violations(
        (actor, action, resource) =>
          !FROM_CASES.includes(action) ||
          resource.label !== undefined ||
          answer(actor, action, resource) !== 'yes' ||
          isKeeper(resource) ||
          resource.capacities?.includes('reader') === true,
      ),
    ).toEqual([]);
  });

  it('a higher label never opens anything', () => {
    expect(
      violations((actor, action, resource) => {
        const at = SECRECY_LABELS.indexOf(resource.label as never);
        return (
          at <= 0 ||
          answer(actor, action, resource) !== 'yes' ||
          answer(actor, action, { ...resource, label: SECRECY_LABELS[at - 1] }) === 'yes'
        );
      }),
    ).toEqual([]);
  });

  it('a role gives no sight of sealed data: only a capacity in the benchmark does', () => {
    expect(
      violations((actor, action, resource) => {
        if (!FROM_CASES.includes(action) || resource.label !== 'SEALED' || actor.userId === null) return true;
        return answer(actor, action, resource) === answer({ ...actor, role: 'researcher' }, action, resource);
      }),
    ).toEqual([]);
  });

  it('a visitor has no capacity, whatever a caller says', () => {
    expect(
      violations(
        (actor, action, resource) =>
          actor.userId !== null ||
          answer(actor, action, resource) === answer(actor, action, { ...resource, capacities: [], ownerId: null }),
      ),
    ).toEqual([]);
  });

  it('a token may do no more than its owner in a browser, and nothing without the scope', () => {
    expect(
      violations((actor, action, resource) => {
        if (actor.scopes === null || answer(actor, action, resource) !== 'yes') return true;
        const scope = ACTION_SCOPE[action];
        return (
          answer({ ...actor, scopes: null }, action, resource) === 'yes' &&
          (scope === null || actor.scopes.includes(scope))
        );
      }),
    ).toEqual([]);
  });

  it('no token touches passwords or tokens', () => {
    expect(
      violations(
        (actor, action, resource) =>
          action !== 'session.secure' || actor.scopes === null || answer(actor, action, resource) !== 'yes',
      ),
    ).toEqual([]);
  });

  it('an unpublished benchmark is there for keepers, administrators and the owner of a submission only', () => {
    const OF_A_BENCHMARK: readonly Action[] = [
      'benchmark.view',
      'leaderboard.view',
      'submission.view',
      'run.view',
      'run.case-list',
      'run.case-result',
    ];
    expect(
      violations((actor, action, resource) => {
        if (
          !OF_A_BENCHMARK.includes(action) ||
          resource.published !== false ||
          answer(actor, action, resource) !== 'yes'
        )
          return true;
        return isKeeper(resource) || actor.role === 'admin' || resource.ownerId === actor.userId;
      }),
    ).toEqual([]);
  });

  it('the door turns away only those whom every resource would', () => {
    const refusedAtTheDoor = violations(
      (actor, action, resource) => decideAtDoor(actor, action).allowed || answer(actor, action, resource) !== 'yes',
    );
    expect(refusedAtTheDoor).toEqual([]);
  });

  it('the door is not open to all', () => {
    const closed = ACTIONS.filter((action) => !decideAtDoor(VISITOR, action).allowed);
    expect(closed).toEqual([
      'session.own',
      'session.secure',
      'user.manage',
      'benchmark.create',
      'benchmark.manage',
      'member.manage',
      'submission.create',
      'preflight.view',
      'algorithm.edit',
      'submission.list-own',
      'submission.control',
      'run.release',
      'run.error-text',
      'model.download',
      'access-log.view',
      'dataset.create',
      'dataset.withdraw',
      'dataset.own',
    ]);
  });
});
