import {
  ACTION_SCOPE,
  decide,
  notFound,
  RequestRefused,
  type Action,
  type Actor,
  type Decision,
  type Resource,
} from '#domain';

/**
 * Asks the one policy and turns its no into an answer: 401 when signing in may help, 403 when the thing may be known but
 * not this act, 404 when nobody may learn that it exists.
 *
 * @param what noun for the 404, the same one that is used when the thing does not exist
 * @throws RequestRefused
 */
export function permit(actor: Actor, action: Action, resource: Resource, what: string): void {
  refuse(decide(actor, action, resource), actor, action, what);
}

/** True when the policy says yes: for parts of an answer that are left out otherwise. */
export function may(actor: Actor, action: Action, resource: Resource): boolean {
  return decide(actor, action, resource).allowed;
}

export function refuse(decision: Decision, actor: Actor, action: Action, what: string): void {
  if (decision.allowed) return;
  switch (decision.why) {
    case 'sign-in':
      throw new RequestRefused(401, 'sign-in-required', 'Sign in first, or send a personal access token.');
    case 'scope':
      throw new RequestRefused(
        403,
        'token-scope',
        `This token has the scopes ${(actor.scopes ?? []).join(', ')}; this request needs ${ACTION_SCOPE[action]}.`,
      );
    case 'forbidden':
      throw new RequestRefused(403, 'forbidden', FORBIDDEN[action] ?? 'Your account may not do this.');
    case 'hidden':
      throw notFound(what);
  }
}

/** Why not, where the general sentence would leave a person guessing. */
const FORBIDDEN: Partial<Record<Action, string>> = {
  'session.secure': 'Passwords and tokens are changed in a signed-in browser session, not with a token.',
  'submission.create':
    'Organisers, stewards and readers of a benchmark may see its held-out cases, so they do not compete on it, also not when they are it no more; and nobody enters a draft.',
  'submission.control': 'Only the submitter, an organiser of the benchmark or an administrator may cancel or retry.',
  'algorithm.edit': 'Only the author edits what is said about a version.',
  'user.manage': 'Only an administrator manages accounts.',
  'benchmark.create': 'Only organisers and administrators make benchmarks.',
  'benchmark.manage': 'Only organisers of this benchmark see how it is made.',
  'member.manage':
    'Only organisers of this benchmark and administrators say who has a part in it; an administrator appoints others, not himself.',
  'dataset.create': 'Only organisers and administrators bring datasets.',
  'access-log.view': 'Only organisers and stewards of this benchmark, and administrators, may read its access log.',
};
