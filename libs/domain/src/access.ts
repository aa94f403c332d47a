import type { SecrecyLabel } from './secrecy.js';
import type { PhaseKind } from './benchmark.js';
import type { Reveal } from './reveal.js';

/** What an account may be. A visitor has no account. */
export const ROLES = ['visitor', 'researcher', 'organiser', 'reader', 'steward', 'admin'] as const;
export type Role = (typeof ROLES)[number];
export const ACCOUNT_ROLES = ['researcher', 'organiser', 'reader', 'steward', 'admin'] as const;
export type AccountRole = (typeof ACCOUNT_ROLES)[number];

/** What a person is to one benchmark. */
export const CAPACITIES = ['organiser', 'reader', 'steward'] as const;
export type Capacity = (typeof CAPACITIES)[number];

/** What a personal access token may be used for. A session may do all that its role may. */
export const SCOPES = ['read', 'submit', 'data', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who asks. */
export interface Actor {
  readonly userId: string | null;
  readonly role: Role;
  /** Scopes of the token used; null for a browser session. */
  readonly scopes: readonly Scope[] | null;
}

export const VISITOR: Actor = { userId: null, role: 'visitor', scopes: null };

/** What is asked for. One word per kind of act; a route names exactly one of them, or it does not start. */
export const ACTIONS = [
  'public', // health, OpenAPI, sign-in: for everybody, before anyone is known
  'session.own', // one's own account and the list of one's tokens
  'session.secure', // password and tokens: by a signed-in browser session, never by a token, or a token could breed
  'user.manage',
  'benchmark.view',
  'benchmark.create',
  'benchmark.manage', // a benchmark that one organises: its description, dry runs, publication
  'member.manage', // who organises, keeps and reads a benchmark; `ownerId` is then the account that is appointed
  'leaderboard.view',
  'algorithm.view',
  'submission.create',
  'preflight.view', // how one's own bundle did before it was submitted
  'algorithm.edit', // what the author says about a version
  'submission.list-own',
  'submission.view',
  'submission.control', // cancel, retry
  'run.release', // decide on a run that is on hold for a fault of the benchmark: start it again, or end it
  'run.view', // state of a run
  'run.case-list', // which cases a run has, k of n
  'run.case-result', // figures of one case
  'run.error-text', // full text of what went wrong
  'case.view', // that a case exists, its geometry and clinical facts
  'object.view', // voxels of an image, a reference or a prediction
  'model.download',
  'access-log.view',
  'dataset.create',
  'dataset.withdraw', // a dataset of one's own, or a case of it: also by who may not bring any more, since consent may end
  'dataset.own', // a dataset that has become no benchmark yet: for whoever brought it, and for nobody else
] as const;
export type Action = (typeof ACTIONS)[number];

/** The scope that a token needs for an action. */
export const ACTION_SCOPE: Readonly<Record<Action, Scope | null>> = {
  public: null,
  'session.own': 'read',
  'session.secure': null,
  'user.manage': 'admin',
  'benchmark.view': 'read',
  'benchmark.create': 'data',
  'benchmark.manage': 'data',
  'member.manage': 'data',
  'leaderboard.view': 'read',
  'algorithm.view': 'read',
  'submission.create': 'submit',
  'preflight.view': 'read',
  'algorithm.edit': 'submit',
  'submission.list-own': 'read',
  'submission.view': 'read',
  'submission.control': 'submit',
  'run.release': 'submit',
  'run.view': 'read',
  'run.case-list': 'read',
  'run.case-result': 'read',
  'run.error-text': 'read',
  'case.view': 'read',
  'object.view': 'read',
  'model.download': 'read',
  'access-log.view': 'read',
  'dataset.create': 'data',
  'dataset.withdraw': 'data',
  'dataset.own': 'data',
};

/** The thing asked about, as far as the decision needs it. */
export interface Resource {
  /** Highest label of what the answer is computed from. */
  readonly label?: SecrecyLabel;
  readonly published?: boolean;
  readonly ownerId?: string | null;
  readonly phase?: PhaseKind;
  readonly kind?: 'image' | 'reference' | 'prediction' | 'model' | 'conformance' | 'frames';
  /** The actor's capacities in the benchmark concerned. */
  readonly capacities?: readonly Capacity[];
  /** The actor had a capacity once, and with it sight of held-out cases, or of a draft. */
  readonly wasMember?: boolean;
  /** What the reveal rule of the phase says of the case to the actor. Without it a reference is withheld. */
  readonly reveal?: Reveal;
}

export type Decision =
  { readonly allowed: true } | { readonly allowed: false; readonly why: 'sign-in' | 'scope' | 'forbidden' | 'hidden' };

const ALLOW: Decision = { allowed: true };
const deny = (why: 'sign-in' | 'scope' | 'forbidden' | 'hidden'): Decision => ({ allowed: false, why });

/**
 * The one policy. Deny by default.
 *
 * `hidden` must become the same 404 as a thing that does not exist; `sign-in` 401; `scope` and `forbidden` 403.
 * Held-out (SEALED) images, references, predictions, per-case figures, error texts and times are for the organiser and
 * the steward of the benchmark only, unless the reveal rule of the phase, declared before publication, opens a case; a
 * reader sees held-out images only, unless that rule says readers. References need that rule's word under every label. An
 * administrator has no standing access to sealed data.
 */
export function decide(actor: Actor, action: Action, resource: Resource = {}): Decision {
  const scope = ACTION_SCOPE[action];
  if (actor.scopes !== null && scope !== null && !actor.scopes.includes(scope)) return deny('scope');
  const signedIn = actor.userId !== null;
  const owner = signedIn && resource.ownerId === actor.userId;
  const capacities = signedIn ? (resource.capacities ?? []) : [];
  const organiser = capacities.includes('organiser');
  const keeper = organiser || capacities.includes('steward');
  // what belongs to an unpublished benchmark exists for those who prepare it, and for nobody else
  const unseen = resource.published === false && !keeper && actor.role !== 'admin';
  // what belongs to a case: shown as its label says, or opened by the phase's reveal rule, though never to an unknown person
  // of a draft not even an administrator sees cases: its labels say what they will be once it is published
  const byLabel = (resource.published !== false || keeper) && seesLabel(resource.label, signedIn);
  const opened = resource.published !== false && resource.reveal === 'opened' && (signedIn || byLabel);

  switch (action) {
    case 'public':
      return ALLOW;
    case 'session.own':
    case 'submission.list-own':
      return signedIn ? ALLOW : deny('sign-in');
    case 'session.secure':
      if (!signedIn) return deny('sign-in');
      return actor.scopes === null ? ALLOW : deny('forbidden');
    case 'user.manage':
      return actor.role === 'admin' ? ALLOW : deny(signedIn ? 'forbidden' : 'sign-in');
    case 'benchmark.create':
    case 'dataset.create':
      if (!signedIn) return deny('sign-in');
      return actor.role === 'organiser' || actor.role === 'admin' ? ALLOW : deny('forbidden');
    case 'benchmark.manage':
      if (!signedIn) return deny('sign-in');
      if (unseen) return deny('hidden');
      return organiser ? ALLOW : deny('forbidden');
    case 'member.manage':
      if (!signedIn) return deny('sign-in');
      if (unseen) return deny('hidden');
      // an administrator finds somebody to run a benchmark, and gives himself no sight of what it holds out
      return organiser || (actor.role === 'admin' && !owner) ? ALLOW : deny('forbidden');
    case 'benchmark.view':
    case 'leaderboard.view':
      return unseen ? deny('hidden') : ALLOW;
    case 'algorithm.view':
      return ALLOW;
    case 'submission.create':
      if (!signedIn) return deny('sign-in');
      // nobody enters a draft: its cases may still become others
      if (resource.published === false) return deny(unseen ? 'hidden' : 'forbidden');
      // whoever may look at the held-out set of a benchmark does not compete on it, nor whoever once could
      return capacities.length > 0 || resource.wasMember === true ? deny('forbidden') : ALLOW;
    case 'submission.view':
    case 'run.view':
      // that a run exists and how it stands on the board is public; everything finer is asked for separately
      return unseen && !owner ? deny('hidden') : ALLOW;
    case 'submission.control':
      if (!signedIn) return deny('sign-in');
      if (unseen && !owner) return deny('hidden');
      return owner || organiser || actor.role === 'admin' ? ALLOW : deny('forbidden');
    case 'run.release':
      if (!signedIn) return deny('sign-in');
      if (unseen && !owner) return deny('hidden');
      return organiser || actor.role === 'admin' ? ALLOW : deny('forbidden');
    case 'run.case-list':
      return byLabel || keeper ? ALLOW : deny('hidden');
    case 'run.case-result':
      return byLabel || opened || keeper ? ALLOW : deny('hidden');
    case 'case.view':
      return byLabel || opened || keeper || capacities.includes('reader') ? ALLOW : deny('hidden');
    case 'run.error-text':
      if (resource.label === undefined) return deny('hidden');
      return keeper || (owner && resource.label !== 'SEALED') ? ALLOW : deny('hidden');
    case 'object.view':
      if (resource.kind === undefined || ['model', 'conformance', 'frames'].includes(resource.kind)) return deny('hidden');
      if (keeper || opened) return ALLOW;
      if (resource.kind === 'reference') return byLabel && resource.reveal === 'by-label' ? ALLOW : deny('hidden');
      return byLabel || (resource.kind === 'image' && capacities.includes('reader')) ? ALLOW : deny('hidden');
    case 'algorithm.edit':
      if (!signedIn) return deny('sign-in');
      return owner ? ALLOW : deny('forbidden');
    case 'preflight.view':
    case 'dataset.own':
    case 'dataset.withdraw':
    case 'model.download':
      return owner ? ALLOW : deny(signedIn ? 'hidden' : 'sign-in');
    case 'access-log.view':
      if (!signedIn) return deny('sign-in');
      if (unseen) return deny('hidden');
      return keeper || actor.role === 'admin' ? ALLOW : deny('forbidden');
  }
}

/**
 * What can be said before the thing asked about is known: refuses only what no resource whatever would make allowed, for
 * instance a visitor who wants to submit, or a token without the scope. Whoever passes this door is asked again with the
 * resource.
 */
export function decideAtDoor(actor: Actor, action: Action): Decision {
  const generous: Resource = { label: 'PUBLIC', published: true, ownerId: actor.userId, kind: 'image' };
  const asStranger = decide(actor, action, generous);
  if (asStranger.allowed || actor.userId === null) return asStranger;
  return decide(actor, action, { ...generous, capacities: CAPACITIES });
}

function seesLabel(label: SecrecyLabel | undefined, signedIn: boolean): boolean {
  return label === 'PUBLIC' || (label === 'PARTICIPANT' && signedIn);
}
