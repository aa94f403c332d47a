import type { Benchmark } from '#evaluation';

export interface KitFacts {
  readonly benchmark: Pick<Benchmark, 'slug' | 'title' | 'question' | 'labels' | 'channels' | 'phases' | 'dataset'>;
  /** Names of the cases in the kit. */
  readonly cases: readonly string[];
  /** Of all practice cases; more than are in the kit when the rest was left out. */
  readonly practiceCases: number;
  readonly publicUrl: string;
}

/** What whoever unpacks the kit reads first. */
export function kitReadme({ benchmark, cases, practiceCases, publicUrl }: KitFacts): string {
  const { slug, title, question, labels, channels, phases, dataset } = benchmark;
  const limits = phases.map(({ rules }) => rules.limits);
  const seconds = Math.min(...limits.map(({ caseSeconds }) => caseSeconds));
  const memory = Math.min(...limits.map(({ memoryMib }) => memoryMib));
  const several = channels.length > 1;
  const left = practiceCases - cases.length;
  return `# ${title}: starter kit

${question}

Page of the benchmark: ${publicUrl}/benchmarks/${slug}

## What is in here

- \`images/\`: ${cases.length} practice cases${left > 0 ? ` (${left} more are on the page)` : ''}, NIfTI, ${
    several
      ? `one file for each channel: \`CASE_CHANNEL.nii.gz\` (${channels.map(({ name }) => name).join(', ')})`
      : '`CASE.nii.gz`'
  }
- \`references/\`: the reference segmentation of each, on the grid of its image
- \`voxelmark.json\`: a manifest to start from, with the labels of this benchmark; change what is your network's own
- \`manifest.schema.json\`: with it an editor completes and checks the manifest
- \`benchmark.json\`: limits, structures, metrics and the sizes of the practice cases, for \`model check\`
- \`export/\`: scripts that turn a torch module, or the folds of an nnU-Net, into ONNX

| value | structure |
| --- | --- |
${labels.map(({ value, name }) => `| ${value} | ${name} |`).join('\n')}

Data: ${dataset.name}, licence ${dataset.licence}. Held-out cases are not in here and never leave the server.

## From a trained network to the leaderboard

1. Export it: \`python export/export_torch.py --help\`, or \`python export/export_nnunet.py --help\` and then
   \`npx voxelmark model import nnunet FOLDER -o voxelmark.json\`.
2. Write into \`voxelmark.json\` what is done to an image before and after the network.
3. Check it on your own machine, in this folder; nothing is sent, and no server is needed:

   \`\`\`
   npx voxelmark model check model.onnx --manifest voxelmark.json --kit .
   \`\`\`

   With \`--conformance IMAGE LABELS\` it also compares with what your own framework makes of an image.
4. Submit it:

   \`\`\`
   npx voxelmark submit model.onnx --manifest voxelmark.json --benchmark ${slug} --url ${publicUrl}
   \`\`\`

A case may take ${seconds} s and ${memory} MiB on ${limits[0].threads === 1 ? 'one thread' : `${limits[0].threads} threads`}.
`;
}
