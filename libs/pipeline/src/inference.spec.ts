import type { Mat3, Vec3, Volume } from '#imaging';
import { expandManifest } from './expand.js';
import { infer } from './infer.js';
import type { Manifest } from './manifest.js';
import { manifestProblems } from './manifest-problems.js';
import type { NnunetProfile } from './nnunet-profile.js';
import { prepare } from './prepare.js';
import { runPipeline } from './run-pipeline.js';
import { convolutions } from './test-support/convolutions.js';
import type { Head } from './test-support/convolutions.js';
import { agreement, asVolume, goldenCases, worst } from './test-support/golden.js';

/** What numpy and scipy make of the same networks and arrays: test/golden/pipeline/make_inference.py. */
interface Case {
  readonly name: string;
  /** Channel maps on the network's grid, or labels on the image's own. */
  readonly kind: 'infer' | 'chain';
  readonly images: readonly string[];
  readonly spacing?: Vec3;
  /** Where x, y, z of the file lead in LPS: columns of a matrix, written by rows. */
  readonly direction?: Mat3;
  readonly networks: readonly string[];
  readonly manifest: Omit<Manifest | NnunetProfile, 'manifestVersion' | 'name' | 'version'>;
  readonly within?: number;
}

const { array, cases } = goldenCases<Case>('inference');
const of = (kind: Case['kind']) => cases.flatMap((one) => (one.kind === kind ? [[one.name, one] as const] : []));

function opened({ images, spacing, direction, networks, manifest: written }: Case) {
  const given = { manifestVersion: 1, name: 'golden', version: '1', ...written } as Manifest | NnunetProfile;
  const expanded = expandManifest(given);
  expect(manifestProblems(expanded)).toEqual([]);
  const manifest = 'profile' in given ? expanded : (given as Manifest);
  const volumes: Volume[] = images.map((image) => {
    const { data, shape } = array(image);
    const volume = asVolume(data, shape, spacing);
    return { ...volume, geometry: { ...volume.geometry, direction: direction ?? volume.geometry.direction } };
  });
  const network = convolutions(
    networks.map((name) => [array(`${name}/kernels`), array(`${name}/bias`)]),
    {
      ...tensors(written),
      meaning: written.output.meaning,
      regions: expanded.postprocess.some(({ op }) => op === 'regions'),
    },
  );
  return { manifest, expanded, volumes, network };
}

/** How the tensors of a network lie, as the case itself says it. */
function tensors({ inputs, output, ...rest }: Case['manifest']): Omit<Head, 'meaning' | 'regions'> {
  const mode = (rest as Partial<Manifest>).inference; // the short form for nnU-Net has none: slices across axis 0
  const sliced = mode?.mode === 'slices' || mode?.mode === 'stack25d';
  if (!inputs[0].layout || !output.layout) throw new Error('a case says how its tensors lie');
  return {
    inputLayout: inputs[0].layout,
    inputType: inputs[0].dtype ?? 'float32',
    outputLayout: output.layout,
    outputType: output.dtype ?? (output.meaning === 'labels' ? 'int64' : 'float32'),
    sliceAxis: mode ? (sliced ? (mode.sliceAxis ?? 2) : undefined) : 0,
  };
}

describe('a network over a volume gives the maps of numpy and scipy', () => {
  it.each(of('infer'))('%s', async (name, one) => {
    const { expanded, volumes, network } = opened(one);
    const { maps } = await infer(prepare(volumes, expanded), expanded, network);
    const wanted = array(name);
    expect(maps).toHaveLength(wanted.shape[0]);
    const voxels = maps[0].length;
    for (const [c, map] of maps.entries())
      expect(worst(map, wanted.data.subarray(c * voxels, (c + 1) * voxels))).toBeLessThanOrEqual(one.within ?? 0);
  });
});

describe('an image comes back with the labels of numpy and scipy', () => {
  it.each(of('chain'))('%s', async (name, one) => {
    const { manifest, volumes, network } = opened(one);
    const { labels } = await runPipeline(volumes, manifest, network);
    expect(labels.geometry).toEqual(volumes[0].geometry);
    const { equal, dice } = agreement(labels.data, array(name).data);
    expect(equal).toBeGreaterThanOrEqual(0.9999);
    expect(dice).toBeGreaterThanOrEqual(0.999);
  });
});
