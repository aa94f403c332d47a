import type { BenchmarkDefinition } from '#contracts';
import type { Capacity, IsolationLevel, RevealRule, SecrecyLabel } from '#domain';

export const LABEL_WORDS: Readonly<Record<SecrecyLabel, { readonly name: string; readonly hint: string }>> = {
  PUBLIC: { name: 'everybody', hint: 'Without an account, and for download.' },
  PARTICIPANT: { name: 'whoever is signed in', hint: 'In the viewer and for download, by people with an account.' },
  SEALED: { name: 'nobody but organisers and stewards', hint: 'Sealed: every look is written into the access log.' },
};

export const REVEAL_WORDS: Readonly<Record<RevealRule['kind'], { readonly name: string; readonly hint: string }>> = {
  all: { name: 'whoever may see the case', hint: 'As open as the images.' },
  never: {
    name: 'organisers and stewards only',
    hint: 'No overlay, no error map, no worst slice, for nobody else, ever.',
  },
  showcase: {
    name: 'signed-in people, for chosen cases',
    hint: 'Those cases are shown whole, images and predictions too.',
  },
  'after-close': {
    name: 'signed-in people, after the closing time',
    hint: 'The whole case opens when the phase has closed.',
  },
  readers: { name: 'the readers of the benchmark', hint: 'Clinicians whom you appoint.' },
};

export const ISOLATION_WORDS: Readonly<Record<IsolationLevel, string>> = {
  L0: 'A process of its own with limits; enough for generated or public images.',
  L1: 'L0, and without network.',
  L2: 'L1, with its own view of the file system and a filter on system calls; what sealed images of people need.',
  L3: 'L2, in a machine of its own.',
};

export const CAPACITY_WORDS: Readonly<Record<Capacity, { readonly name: string; readonly sentence: string }>> = {
  organiser: {
    name: 'Organiser',
    sentence: 'Sees everything, appoints people, and with the role of an organiser changes and publishes the draft.',
  },
  reader: {
    name: 'Reader',
    sentence: 'Sees the images, and the references where the reveal rule says readers.',
  },
  steward: { name: 'Data steward', sentence: 'Sees images, references, predictions and the access log.' },
};

export interface PublicSummary {
  readonly shown: readonly string[];
  readonly never: readonly string[];
}

/** What strangers will see of a benchmark, and what they never will, in sentences. */
export function publicSummary(
  { phases, regions, metrics, dataset }: BenchmarkDefinition,
  cases: { readonly practice: number; readonly test: number },
): PublicSummary {
  const shown = [
    'Title, question, summary, rules, regions, metrics with their penalties, ranking rule and limits.',
    `That there are ${cases.practice} practice and ${cases.test} held-out cases, and the digest of version ${dataset.version}.`,
    `The board: means over ${regions.length === 1 ? 'one region' : `${regions.length} regions`} and ${metrics.length === 1 ? 'one metric' : `${metrics.length} metrics`}, ranks, intervals.`,
  ];
  const never = ['Names and accounts of whoever is behind a case: they were never sent.'];
  for (const [kind, words] of [
    ['practice', 'Practice cases'],
    ['test', 'Held-out cases'],
  ] as const) {
    const { label } = phases[kind];
    const reveal = phases[kind].reveal ?? { kind: kind === 'practice' ? 'all' : 'never' };
    if (label === 'SEALED') {
      never.push(`${words}: images, names, facts, predictions and figures of single cases.`);
    } else {
      shown.push(`${words}: names, facts, images and figures, to ${LABEL_WORDS[label].name}.`);
    }
    switch (reveal.kind) {
      case 'all':
        if (label !== 'SEALED')
          shown.push(`${words}: reference segmentations, error maps and worst slices, to ${LABEL_WORDS[label].name}.`);
        break;
      case 'never':
        never.push(`${words}: reference segmentations, and whatever they could be worked out from.`);
        break;
      case 'readers':
        never.push(`${words}: reference segmentations, but to the readers whom you appoint.`);
        break;
      case 'showcase':
        shown.push(`${words}: ${reveal.cases.join(', ')} as a whole, references too, to whoever is signed in.`);
        never.push(`${words}: reference segmentations of all others.`);
        break;
      case 'after-close':
        shown.push(`${words}: everything, to whoever is signed in, once the phase has closed.`);
        break;
    }
  }
  return { shown, never };
}
