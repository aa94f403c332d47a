import type { CatalogueEntry } from './metric-definition.js';

// The numbers of our golden pairs that these texts quote are in test/golden/pairs.

const RATIO = { unit: '', range: { min: 0, max: 1 }, direction: 'higher', role: 'rank' } as const;
const DISTANCE = {
  unit: 'mm',
  range: { min: 0, max: null },
  direction: 'lower',
  role: 'rank',
  needsSpacing: true,
  parameter: 'none',
} as const;
const NO_HINTS = { proposedFor: {}, unsuitedFor: {} };
const EMPTY_DISTANCE = 'Both masks empty: 0; one empty: unbounded.';
const EMPTY_RATIO = 'Both masks empty: 1; one empty: 0.';
const SURFACE_SOURCE = 'Nikolov et al. 2021, doi:10.2196/26151 (surface elements of google-deepmind/surface-distance)';
const BOUNDARY_SOURCE =
  'Taha and Hanbury 2015, doi:10.1186/s12880-015-0068-x; boundary voxels as in MONAI and MetricsReloaded';
const PQ_SOURCE = 'Kirillov et al. 2019, doi:10.1109/CVPR.2019.00963';
const PQ_PEERS =
  'panoptica also matches at an IoU of at least 0.5; MONAI asks for more than 0.5 and adds 1e-6 to the denominators. With 6 neighbours instead of 26 there are more pieces.';
const MEDPY_OBJECTS =
  "MedPy's obj_tpr divides by the number of predicted objects and obj_fpr by that of reference objects: object precision and miss rate, whatever their names.";
const BRATS_SOURCE = 'BraTS 2023 challenges; Saluja et al., BraTS-2023-Metrics';
const BRATS_PEERS =
  'The challenge code counts the two faces of a single slice as surface; we measure a slice in its plane. Dilation is in voxels, so the number depends on the grid.';

const SMALL_OVERLAP = 'One voxel more or less moves the overlap of a structure of a few voxels by tens of per cent.';
const MANY_OVERLAP = 'One overlap for all lesions hides small ones that were missed behind large ones that were found.';

/** All metrics of this version, in the order in which they are shown. */
export const METRIC_CATALOGUE: readonly CatalogueEntry[] = [
  {
    ...RATIO,
    key: 'dice',
    name: 'Dice similarity coefficient',
    abbreviation: 'Dice',
    needsSpacing: false,
    parameter: 'none',
    description: `Shared voxels over the mean size of the two masks. Costs small structures more than large ones for the same boundary error. ${EMPTY_RATIO}`,
    peers:
      'All tools agree when a mask is not empty. Both empty: nnU-Net and MONAI give NaN and leave the case out, ITK gives 0.',
    source: 'Dice 1945, doi:10.2307/1932409',
    hints: {
      proposedFor: {
        organ: 'Overlap is the common ground of all papers on organs; read it beside a boundary metric.',
        'single-lesion': 'Says how much of the lesion was drawn, comparable with other papers.',
        tubular: 'Overlap beside clDice: thin branches weigh little in it.',
        'small-structure': `For comparison with other papers, never alone: ${SMALL_OVERLAP}`,
      },
      unsuitedFor: { 'many-lesions': MANY_OVERLAP },
    },
  },
  {
    ...RATIO,
    key: 'iou',
    name: 'Intersection over union',
    abbreviation: 'IoU',
    needsSpacing: false,
    parameter: 'none',
    description: `Shared voxels over all voxels of either mask (Jaccard index). Orders two predictions of one case as Dice does. ${EMPTY_RATIO}`,
    peers: 'All tools agree when a mask is not empty. Both empty: MetricsReloaded gives NaN though its Dice is 1.',
    source: 'Jaccard 1912, doi:10.1111/j.1469-8137.1912.tb05611.x',
    hints: { proposedFor: {}, unsuitedFor: { 'many-lesions': MANY_OVERLAP } },
  },
  {
    ...RATIO,
    key: 'sensitivity',
    name: 'Sensitivity',
    abbreviation: 'Sensitivity',
    needsSpacing: false,
    parameter: 'none',
    description:
      'Share of the reference segmentation that was found, voxel by voxel. Without reference it has no value.',
    peers: 'Without reference MedPy gives 0, the BraTS code 1 when the prediction is empty too, MetricsReloaded NaN.',
    source: 'Taha and Hanbury 2015, doi:10.1186/s12880-015-0068-x',
    hints: {
      proposedFor: { 'unequal-costs': 'Shows misses apart from false alarms.' },
      unsuitedFor: { 'many-lesions': MANY_OVERLAP },
    },
  },
  {
    ...RATIO,
    key: 'precision',
    name: 'Precision',
    abbreviation: 'Precision',
    needsSpacing: false,
    parameter: 'none',
    description: 'Share of the prediction that is right, voxel by voxel. Without prediction it has no value.',
    peers: 'Without prediction MedPy gives 0; MetricsReloaded 0, or NaN when the reference is empty too.',
    source: 'Taha and Hanbury 2015, doi:10.1186/s12880-015-0068-x',
    hints: {
      proposedFor: { 'unequal-costs': 'Shows false alarms apart from misses.' },
      unsuitedFor: { 'many-lesions': MANY_OVERLAP },
    },
  },
  {
    ...RATIO,
    key: 'specificity',
    name: 'Specificity',
    abbreviation: 'Specificity',
    role: 'report',
    needsSpacing: false,
    parameter: 'none',
    description:
      'Share of the background that was left alone. Grows with the air around the patient, so it compares nothing but predictions on one volume, and is not ranked. Without background it has no value.',
    peers: 'MetricsReloaded sums in float32.',
    source: 'Taha and Hanbury 2015, doi:10.1186/s12880-015-0068-x',
    hints: NO_HINTS,
  },
  {
    ...DISTANCE,
    key: 'hd',
    name: 'Hausdorff distance',
    abbreviation: 'HD',
    description: `Largest distance from one surface to the other, over both directions. A single stray voxel decides it. ${EMPTY_DISTANCE}`,
    peers:
      'MedPy, MONAI and MetricsReloaded measure between centres of boundary voxels. ITK takes distance 0 inside a mask, so hollow shapes differ (15.03 against 4.69 mm for one of our pairs).',
    source: `Huttenlocher 1993, doi:10.1109/34.232073; ${SURFACE_SOURCE}`,
    hints: {
      proposedFor: {},
      unsuitedFor: {
        'reference-uncertain': 'One voxel drawn differently by the annotator decides it.',
        'many-lesions': 'One missed lesion far away decides it for the whole case.',
      },
    },
  },
  {
    ...DISTANCE,
    key: 'hd95',
    name: '95th percentile Hausdorff distance',
    abbreviation: 'HD95',
    description: `The distance within which 95 % of each surface lies from the other, the larger of both directions, weighted with area, without interpolation. ${EMPTY_DISTANCE}`,
    peers:
      'MedPy and panoptica pool both directions before taking the percentile; MONAI and MetricsReloaded take the larger of two interpolated percentiles over boundary voxels. One of our pairs has 20.54, 12.20 and 10.38 mm by the three.',
    source: SURFACE_SOURCE,
    hints: {
      proposedFor: {
        organ: 'Finds a boundary that is far off somewhere, which overlap hides in a large organ.',
        'single-lesion': 'Finds parts of the lesion that were left out or added far from it.',
        'boundary-matters': 'Says how far off the boundary is at its worst, without single stray voxels.',
      },
      unsuitedFor: { 'many-lesions': 'One missed lesion far away decides it for the whole case.' },
    },
  },
  {
    ...DISTANCE,
    key: 'assd',
    name: 'Average symmetric surface distance',
    abbreviation: 'ASSD',
    description: `Mean distance over both surfaces together, weighted with area. ${EMPTY_DISTANCE}`,
    peers:
      'MedPy, MONAI and MetricsReloaded average over boundary voxels: 23 % away in the median of our pairs. panoptica calls MASD by this name.',
    source: SURFACE_SOURCE,
    hints: {
      proposedFor: { 'boundary-matters': 'Says how far off the boundary is on average.' },
      unsuitedFor: { 'many-lesions': 'Missed lesions far away decide it for the whole case.' },
    },
  },
  {
    ...DISTANCE,
    key: 'masd',
    name: 'Mean average surface distance',
    abbreviation: 'MASD',
    description: `Mean of the two directed mean distances, each weighted with area: both masks weigh the same, however unequal their surfaces. ${EMPTY_DISTANCE}`,
    peers: 'MetricsReloaded averages over boundary voxels; panoptica names this ASSD.',
    source: SURFACE_SOURCE,
    hints: NO_HINTS,
  },
  {
    ...RATIO,
    key: 'nsd',
    name: 'Normalised surface Dice',
    abbreviation: 'NSD',
    needsSpacing: true,
    parameter: 'toleranceMm',
    description: `Share of both surfaces that lies within the tolerance of the other (a slack of 1e-6 mm included). The tolerance should be what people differ by. ${EMPTY_RATIO}`,
    peers:
      'MONAI (default) and MetricsReloaded count boundary voxels, panoptica takes the mean of two shares: 12 % away in the median of our pairs at 1 mm. MONAI with use_subvoxels is ours.',
    source: SURFACE_SOURCE,
    hints: {
      proposedFor: {
        organ: 'Share of the boundary that a reader would accept as it is.',
        'small-structure': 'Forgives boundary errors below the tolerance, which overlap of a small structure does not.',
        'single-lesion': 'Share of the boundary that a reader would accept as it is.',
        tubular: 'Forgives a wall that is off by less than the tolerance.',
        'boundary-matters': 'Share of the boundary that a reader would accept as it is.',
        'reference-uncertain':
          'With the disagreement of readers as its tolerance it asks no more than they do of each other.',
      },
      unsuitedFor: {},
    },
  },
  {
    ...DISTANCE,
    key: 'hd_boundary_voxel',
    name: 'Hausdorff distance between boundary voxels',
    abbreviation: 'HD (voxels)',
    description: `Largest distance from the centre of a boundary voxel of one mask to the nearest of the other. ${EMPTY_DISTANCE}`,
    peers: 'MedPy, MONAI, MetricsReloaded and panoptica agree with this one.',
    source: BOUNDARY_SOURCE,
    hints: {
      proposedFor: {},
      unsuitedFor: { 'reference-uncertain': 'One voxel drawn differently by the annotator decides it.' },
    },
  },
  {
    ...DISTANCE,
    key: 'hd95_boundary_voxel',
    name: '95th percentile Hausdorff distance between boundary voxels',
    abbreviation: 'HD95 (voxels)',
    description: `The larger of the two directed 95th percentiles over boundary voxels, each interpolated linearly. ${EMPTY_DISTANCE}`,
    peers: 'MONAI (in float32) and MetricsReloaded. With one mask empty MONAI gives NaN.',
    source: BOUNDARY_SOURCE,
    hints: NO_HINTS,
  },
  {
    ...DISTANCE,
    key: 'hd95_boundary_voxel_pooled',
    name: 'Pooled 95th percentile Hausdorff distance between boundary voxels',
    abbreviation: 'HD95 (pooled)',
    role: 'report',
    description: `The 95th percentile of both directed lists of boundary voxels thrown together. A large good surface can hide a small bad one (0.0 against 14.0 mm for one of our pairs), so it is for comparison with older papers only. ${EMPTY_DISTANCE}`,
    peers: 'MedPy and panoptica; under debate in MedPy issue 138.',
    source: 'MedPy, medpy.metric.binary.hd95',
    hints: NO_HINTS,
  },
  {
    ...DISTANCE,
    key: 'assd_boundary_voxel',
    name: 'Average symmetric distance between boundary voxels',
    abbreviation: 'ASSD (voxels)',
    description: `Mean distance over the boundary voxels of both masks together. ${EMPTY_DISTANCE}`,
    peers: 'MedPy, MONAI and MetricsReloaded agree with this one.',
    source: BOUNDARY_SOURCE,
    hints: NO_HINTS,
  },
  {
    ...DISTANCE,
    key: 'masd_boundary_voxel',
    name: 'Mean average distance between boundary voxels',
    abbreviation: 'MASD (voxels)',
    description: `Mean of the two directed mean distances over boundary voxels. ${EMPTY_DISTANCE}`,
    peers: 'MetricsReloaded; panoptica calls it ASSD.',
    source: BOUNDARY_SOURCE,
    hints: NO_HINTS,
  },
  {
    ...RATIO,
    key: 'nsd_boundary_voxel',
    name: 'Normalised surface Dice of boundary voxels',
    abbreviation: 'NSD (voxels)',
    needsSpacing: true,
    parameter: 'toleranceMm',
    description: `Share of the boundary voxels of both masks that lie within the tolerance of the other's (a slack of 1e-6 mm included). ${EMPTY_RATIO}`,
    peers:
      'MONAI (default) and MetricsReloaded, both without the slack: spacings such as 0.6 mm put many distances exactly on the tolerance.',
    source: BOUNDARY_SOURCE,
    hints: NO_HINTS,
  },
  {
    ...RATIO,
    key: 'boundary_iou',
    name: 'Boundary IoU',
    abbreviation: 'BIoU',
    needsSpacing: true,
    parameter: 'bandMm',
    description: `Intersection over union of the two inner bands: the voxels of each mask less than so many millimetres deep under its boundary voxels. ${EMPTY_RATIO}`,
    peers:
      'MetricsReloaded counts the depth in voxels and takes 1 by default, which is the boundary voxels alone; on voxels of 1 mm its 2 is our 2 mm. The original paper takes 2 % of the image diagonal.',
    source: 'Cheng et al. 2021, doi:10.1109/CVPR46437.2021.01508',
    hints: {
      proposedFor: { 'boundary-matters': 'Overlap near the boundary, which a large interior cannot hide.' },
      unsuitedFor: { 'small-structure': 'A structure thinner than the band has no interior: the number is its IoU.' },
    },
  },
  {
    ...RATIO,
    key: 'cldice',
    name: 'Centreline Dice',
    abbreviation: 'clDice',
    needsSpacing: false,
    parameter: 'none',
    description: `Harmonic mean of the share of each mask's centre line that lies inside the other mask. A break costs much, a thin wall little. ${EMPTY_RATIO}`,
    peers:
      'panoptica and MetricsReloaded call the same thinning in scikit-image and get the same skeletons. It lets compact pieces of even width vanish; where no skeleton is left at all they give NaN, we keep one voxel a piece. panoptica swaps the names of the two shares, with the same result. The thinning visits voxels in stored order, there as here: the same masks with other axes first can differ by a few hundredths.',
    source:
      'Shit et al. 2021, doi:10.1109/CVPR46437.2021.01629; thinning of Lee et al. 1994, doi:10.1006/cgip.1994.1042',
    hints: {
      proposedFor: { tubular: 'Asks whether the branches are there and hang together, not how thick they are.' },
      unsuitedFor: {
        organ: 'The centre line of a blob is a few voxels and says little.',
        'small-structure': 'The centre line of a blob is a few voxels and says little.',
        'single-lesion': 'The centre line of a blob is a few voxels and says little.',
        'many-lesions': 'The centre line of a blob is a few voxels and says little.',
      },
    },
  },
  {
    ...DISTANCE,
    key: 'volume_error_ml',
    name: 'Absolute volume error',
    abbreviation: 'Volume error',
    unit: 'ml',
    description: 'Difference of the two volumes without its sign. Says nothing about place. Both masks empty: 0.',
    peers: '',
    source: 'definition',
    hints: {
      proposedFor: { 'volume-matters': 'The error of the figure that goes into the report, in its own unit.' },
      unsuitedFor: {},
    },
  },
  {
    ...DISTANCE,
    key: 'volume_error_mm3',
    name: 'Absolute volume error',
    abbreviation: 'Volume error',
    unit: 'mm3',
    description: 'The same in cubic millimetres, for structures far below a millilitre. Both masks empty: 0.',
    peers: '',
    source: 'definition',
    hints: NO_HINTS,
  },
  {
    key: 'relative_volume_error',
    name: 'Relative volume error',
    abbreviation: 'RVE',
    unit: '',
    range: { min: -1, max: null },
    direction: 'lower',
    role: 'report',
    needsSpacing: false,
    parameter: 'none',
    description:
      'Difference of the volumes over that of the reference, with its sign: 0 is right, positive too much. Shows bias; as errors of unlike sign cancel out in a mean, it is not ranked. Without reference it has no value.',
    peers: 'MedPy ravd (signed, in spite of "absolute" in its name) and panoptica RVD.',
    source: 'Taha and Hanbury 2015, doi:10.1186/s12880-015-0068-x',
    hints: {
      proposedFor: { 'volume-matters': 'Shows whether an algorithm draws too much or too little throughout.' },
      unsuitedFor: {},
    },
  },
  {
    key: 'absolute_relative_volume_error',
    name: 'Absolute relative volume error',
    abbreviation: 'ARVE',
    unit: '',
    range: { min: 0, max: null },
    direction: 'lower',
    role: 'rank',
    needsSpacing: false,
    parameter: 'none',
    description:
      'Difference of the volumes over that of the reference, without its sign. Without reference it has no value.',
    peers: 'MetricsReloaded avdr.',
    source: 'definition',
    hints: { proposedFor: {}, unsuitedFor: { 'can-be-empty': 'Has no value where the reference is empty.' } },
  },
  {
    ...RATIO,
    key: 'volumetric_similarity',
    name: 'Volumetric similarity',
    abbreviation: 'VS',
    needsSpacing: false,
    parameter: 'none',
    description: `One less the difference of the volumes over their sum. Two masks that never meet can have 1. ${EMPTY_RATIO}`,
    peers: 'ITK names another number so: 2 (prediction - reference) / (prediction + reference), signed.',
    source: 'Taha and Hanbury 2015, doi:10.1186/s12880-015-0068-x',
    hints: NO_HINTS,
  },
  {
    ...RATIO,
    key: 'pq',
    name: 'Panoptic quality',
    abbreviation: 'PQ',
    needsSpacing: false,
    parameter: 'minIou',
    description: `Connected pieces (26 neighbours) matched one to one at an IoU of at least 0.5: recognition times segmentation quality. ${EMPTY_RATIO}`,
    peers: PQ_PEERS,
    source: PQ_SOURCE,
    hints: {
      proposedFor: {
        'many-lesions': 'Finding lesions and drawing them in one number, each lesion with the same weight.',
      },
      unsuitedFor: { tubular: 'A tube that breaks falls into pieces of which none matches.' },
    },
  },
  {
    ...RATIO,
    key: 'rq',
    name: 'Recognition quality',
    abbreviation: 'RQ',
    needsSpacing: false,
    parameter: 'minIou',
    description: `F1 of the pieces matched as for PQ: matched over the mean number of pieces. ${EMPTY_RATIO}`,
    peers: PQ_PEERS,
    source: PQ_SOURCE,
    hints: NO_HINTS,
  },
  {
    ...RATIO,
    key: 'sq',
    name: 'Segmentation quality',
    abbreviation: 'SQ',
    needsSpacing: false,
    parameter: 'minIou',
    description:
      'Mean IoU of the pieces matched as for PQ. Blind to pieces that were missed or invented, so it stands beside RQ. Nothing matched: 0; both masks empty: 1.',
    peers: 'panoptica gives NaN for two empty masks.',
    source: PQ_SOURCE,
    hints: {
      proposedFor: { 'many-lesions': 'How well the lesions that were found are drawn; read it beside detection.' },
      unsuitedFor: {},
    },
  },
  {
    ...RATIO,
    key: 'lesion_sensitivity',
    name: 'Lesion sensitivity',
    abbreviation: 'Lesion sensitivity',
    needsSpacing: false,
    parameter: 'minLesionMm3',
    description:
      'Share of the reference lesions (26 neighbours) that the prediction touches. Lesions below the smallest volume do not count. Without reference lesions it has no value.',
    peers: MEDPY_OBJECTS,
    source: 'Maier-Hein et al. 2024 (Metrics Reloaded), doi:10.1038/s41592-023-02151-z',
    hints: {
      proposedFor: {
        'many-lesions': 'Share of the lesions that a reader would be led to.',
        'small-structure': 'Whether the structure was found at all, before asking how well it is drawn.',
      },
      unsuitedFor: {},
    },
  },
  {
    ...RATIO,
    key: 'lesion_precision',
    name: 'Lesion precision',
    abbreviation: 'Lesion precision',
    needsSpacing: false,
    parameter: 'minLesionMm3',
    description:
      'Share of the predicted lesions (26 neighbours) that touch a reference lesion. Without predicted lesions it has no value.',
    peers: MEDPY_OBJECTS,
    source: 'Maier-Hein et al. 2024 (Metrics Reloaded), doi:10.1038/s41592-023-02151-z',
    hints: NO_HINTS,
  },
  {
    ...RATIO,
    key: 'lesion_f1',
    name: 'Lesion F1',
    abbreviation: 'Lesion F1',
    needsSpacing: false,
    parameter: 'minLesionMm3',
    description: `Harmonic mean of lesion sensitivity and lesion precision. ${EMPTY_RATIO}`,
    peers: '',
    source: 'Maier-Hein et al. 2024 (Metrics Reloaded), doi:10.1038/s41592-023-02151-z',
    hints: {
      proposedFor: { 'many-lesions': 'Detection of lesions, missed and invented ones weighed alike.' },
      unsuitedFor: {},
    },
  },
  {
    key: 'lesion_false_positives',
    name: 'False positive lesions',
    abbreviation: 'FP lesions',
    unit: '',
    range: { min: 0, max: null },
    direction: 'lower',
    role: 'rank',
    needsSpacing: false,
    parameter: 'minLesionMm3',
    description: 'Number of predicted lesions that touch no reference lesion.',
    peers: MEDPY_OBJECTS,
    source: 'Maier-Hein et al. 2024 (Metrics Reloaded), doi:10.1038/s41592-023-02151-z',
    hints: {
      proposedFor: {
        'many-lesions': 'What each case costs a reader in false alarms.',
        'can-be-empty': 'Has a value where the reference is empty, and tells one false alarm from many.',
      },
      unsuitedFor: {},
    },
  },
  {
    ...RATIO,
    key: 'brats_met_dice',
    name: 'BraTS lesion-wise Dice, metastases',
    abbreviation: 'Lesion-wise Dice (MET)',
    needsSpacing: true,
    parameter: 'none',
    description:
      'Mean Dice over lesions and false positives, which count 0. Lesions closer than one voxel step are one; those up to 2 mm3 are left out. Nothing to find and nothing invented: 1.',
    peers: BRATS_PEERS,
    source: BRATS_SOURCE,
    hints: NO_HINTS,
  },
  {
    ...DISTANCE,
    key: 'brats_met_hd95',
    name: 'BraTS lesion-wise HD95, metastases',
    abbreviation: 'Lesion-wise HD95 (MET)',
    description:
      'Mean HD95 over lesions as for its Dice; a missed or invented lesion counts 374 mm. Nothing at all: 0.',
    peers: BRATS_PEERS,
    source: BRATS_SOURCE,
    hints: NO_HINTS,
  },
  {
    ...RATIO,
    key: 'brats_gli_dice',
    name: 'BraTS lesion-wise Dice, glioma',
    abbreviation: 'Lesion-wise Dice (GLI)',
    needsSpacing: true,
    parameter: 'none',
    description:
      'Mean Dice over lesions and false positives, which count 0. Lesions closer than three voxel steps are one; those up to 50 mm3 are left out. Nothing to find and nothing invented: 1.',
    peers: BRATS_PEERS,
    source: BRATS_SOURCE,
    hints: NO_HINTS,
  },
  {
    ...DISTANCE,
    key: 'brats_gli_hd95',
    name: 'BraTS lesion-wise HD95, glioma',
    abbreviation: 'Lesion-wise HD95 (GLI)',
    description:
      'Mean HD95 over lesions as for its Dice; a missed or invented lesion counts 374 mm. Nothing at all: 0.',
    peers: BRATS_PEERS,
    source: BRATS_SOURCE,
    hints: NO_HINTS,
  },
];
