import type { AccountRole, Scope } from '#domain';

/** What each role may do, in the words of the pages. */
export const ROLE_WORDS: Readonly<Record<AccountRole, { readonly name: string; readonly sentence: string }>> = {
  researcher: { name: 'Researcher', sentence: 'Submits algorithms and sees their results.' },
  organiser: { name: 'Organiser', sentence: 'Runs benchmarks; sees the held-out cases of the own ones.' },
  reader: { name: 'Reader', sentence: 'A clinician who reads images of the benchmarks assigned.' },
  steward: {
    name: 'Data steward',
    sentence: 'Answers for the data of a benchmark; sees its cases and its access log.',
  },
  admin: { name: 'Administrator', sentence: 'Manages accounts; has no standing access to held-out data.' },
};

/** What a token may be used for. */
export const SCOPE_WORDS: Readonly<Record<Scope, string>> = {
  read: 'Read benchmarks, runs and results',
  submit: 'Submit, cancel and retry',
  data: 'Manage benchmarks',
  admin: 'Manage accounts',
};
