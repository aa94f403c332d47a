import { expandManifest, type Manifest } from '#pipeline';
import { channelOrder, plainName } from '../channels.js';

export interface FittedNetwork {
  /** Null: the network does not take the images of this benchmark. */
  readonly manifest: Manifest | null;
  /** What was done to it, or why it does not fit. */
  readonly note: string;
}

/**
 * A manifest for a dry run on another benchmark than the one that its network was made for. A single channel reads the
 * benchmark's single image, or the one of its name or modality. Labels are matched by name ("Spleen" is "spleen") and
 * mapped to the benchmark's values. Where no name is known here, labels keep the order of their values: the scores are then
 * nonsense, but every step is walked.
 */
export function fitNetwork(
  written: Manifest,
  {
    channels,
    labels,
  }: {
    readonly channels: readonly { readonly name: string; readonly modality?: string }[];
    readonly labels: readonly { readonly value: number; readonly name: string }[];
  },
): FittedNetwork {
  const manifest = expandManifest(written); // spelled out: what an operation does by default hangs on the labels
  const wanted = manifest.inputs[0].channels;
  let inputs: Manifest['inputs'] = manifest.inputs;
  if (
    channelOrder(
      wanted.map(({ name }) => name),
      channels.map(({ name }) => name),
    ) === null
  ) {
    const { modality } = wanted[0];
    const like =
      wanted.length === 1 && modality !== undefined
        ? channels.find((channel) => channel.modality === modality)
        : undefined;
    if (like === undefined) {
      const offered = channels.map(({ name }) => name).join(', ');
      return {
        manifest: null,
        note: `reads ${wanted.map(({ name }) => name).join(', ')}; the images of a case here are ${offered}`,
      };
    }
    const [input, ...more] = manifest.inputs;
    inputs = [{ ...input, channels: [{ ...wanted[0], name: like.name }] }, ...more] as Manifest['inputs'];
  }
  const own = manifest.labels.filter(({ value }) => value !== 0);
  const named = own.flatMap(({ value, name }) => {
    const same = labels.find((label) => plainName(label.name) === plainName(name));
    return same === undefined ? [] : [{ value, name, to: same.value }];
  });
  const inOrder = [...labels].sort((a, b) => a.value - b.value);
  const pairs =
    named.length > 0
      ? named
      : own.slice(0, inOrder.length).map(({ value, name }, n) => ({ value, name, to: inOrder[n].value }));
  const map = Object.fromEntries(
    own.map(({ value }) => [String(value), pairs.find((pair) => pair.value === value)?.to ?? 0]),
  );
  const same = own.every(({ value }) => map[String(value)] === value);
  const note =
    named.length === 0
      ? 'none of its labels is known here by name: they stand for the labels in their order, and the scores mean nothing'
      : `finds ${named.map(({ name, to }) => `${name} (label ${to})`).join(', ')}${named.length < own.length ? '; its other labels count as background' : ''}`;
  return {
    note,
    manifest: {
      ...manifest,
      inputs,
      labels: [
        ...manifest.labels.filter(({ value }) => value === 0),
        ...pairs.map(({ to }) => ({ value: to, name: labels.find(({ value }) => value === to)!.name })),
      ],
      postprocess: same ? manifest.postprocess : [...manifest.postprocess, { op: 'mapLabels', map }],
    },
  };
}
