export { PHANTOM_ALGORITHMS } from './algorithms.js';
export { PHANTOM_BENCHMARK } from './benchmark.js';
export { phantomDataset, trainingCase } from './cases.js';
export type { Clinical, PhantomCase, PhantomDataset, Split } from './cases.js';
export { generateCase } from './generate.js';
export type { GeneratedCase } from './generate.js';
export { LABEL, READERS } from './readers.js';
export { SITES } from './sites.js';
export type { Site, SiteId } from './sites.js';
