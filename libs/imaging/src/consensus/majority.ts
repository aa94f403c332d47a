import { LabelPatterns, type Labels } from './patterns.js';

/**
 * The label that most readers gave each voxel. Where several have the most votes, background wins if it is one of them, and
 * the lowest of them otherwise; so two readers make their intersection, and the order of the readers does not matter.
 *
 * Votes are counted label by label: two readers for background, one each for three structures is background. ITK's
 * LabelVotingImageFilter gives ties a label of their own ("undecided") instead.
 *
 * @param maps one for each reader, on one grid, x fastest
 * @returns 8 bits a voxel where labels allow it, otherwise 16
 * @throws RangeError without maps, or when they differ in length
 */
export function majorityVote(maps: readonly Labels[]): Labels {
  const patterns = new LabelPatterns(maps);
  return patterns.paint(patterns.patterns.map(({ labels }) => mostVoted(labels)));
}

function mostVoted(labels: readonly number[]): number {
  let [winner, most] = [0, 0];
  for (const label of labels) {
    const votes = labels.filter((one) => one === label).length;
    if (votes > most || (votes === most && label < winner)) [winner, most] = [label, votes];
  }
  return winner;
}
