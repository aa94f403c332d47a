/**
 * Writes one small oblique volume in the formats of ITK, as samples that none of our code has touched.
 *
 *   node make_samples.mjs     (here; @itk-wasm/image-io 1.6.1)
 *
 * 5 x 4 x 3 voxels with values 100 i + 10 j + k - 200, so that each value says where it belongs. Its axes are turned by
 * 30 degrees about z and then by 20 about x; the third axis is flipped, so the determinant is negative.
 */
import { resolve } from 'node:path';
import { readImageNode, writeImageNode } from '@itk-wasm/image-io';

const [sizeXyz, spacing, origin] = [
  [5, 4, 3],
  [0.7, 1.1, 2.5],
  [-12.5, 40.25, -300.125],
];
const radians = (degrees) => (degrees * Math.PI) / 180;
const [cz, sz, cx, sx] = [Math.cos(radians(30)), Math.sin(radians(30)), Math.cos(radians(20)), Math.sin(radians(20))];
const direction = Float64Array.of(cz, -sz, 0, cx * sz, cx * cz, sx, sx * sz, sx * cz, -cx); // row-major; columns are the axes
const data = Int16Array.from(
  { length: 60 },
  (_, v) => 100 * (v % 5) + 10 * (Math.floor(v / 5) % 4) + Math.floor(v / 20) - 200,
);

for (const [componentType, array] of [
  ['int16', data],
  ['float32', Float32Array.from(data, (x) => x / 8)],
]) {
  const image = {
    imageType: { dimension: 3, componentType, pixelType: 'Scalar', components: 1 },
    name: 'oblique',
    origin,
    spacing,
    direction,
    size: sizeXyz,
    metadata: new Map(),
    data: array,
  };
  for (const [extension, useCompression] of [
    ['nrrd', false],
    ['nrrd', true],
    ['mha', false],
    ['mha', true],
    ['nii', false],
  ]) {
    const path = resolve(
      import.meta.dirname,
      `oblique-${componentType}${useCompression ? '-compressed' : ''}.${extension}`,
    );
    await writeImageNode(image, path, { useCompression });
    const back = await readImageNode(path);
    if (back.data.some((x, v) => x !== array[v])) throw new Error(`${path} does not read back`);
  }
}
process.exit(0);
