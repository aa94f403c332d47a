/**
 * The five algorithm versions that come with the demo benchmark. Each has a folder of its slug below
 * `datasets/phantoms/models` with `model.onnx` and its manifest `voxelmark.json`.
 */
export const PHANTOM_ALGORITHMS = [
  {
    slug: 'unet-small',
    summary: 'A small 3D U-Net trained on phantoms of a separate seed stream.',
  },
  {
    slug: 'threshold-smooth',
    summary: 'Grey-value windows, usual places and smoothing; nothing was trained.',
  },
  {
    slug: 'unet-early',
    summary: 'The same U-Net, stopped after a small part of its training.',
  },
  {
    slug: 'thick-slice-weak',
    summary: 'A U-Net that merges eight stored slices into a slab: made for thin slices, bad on thick ones.',
  },
  {
    slug: 'crashes-sometimes',
    summary: 'A U-Net with a table of 48 slice positions; deeper volumes make it fail.',
  },
] as const;
