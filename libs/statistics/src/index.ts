export { exactSum, interquartileRange, mean, median, quantile, quantiles, standardDeviation } from './summary.js';
export { createRandom } from './random.js';
export type { Random } from './random.js';
export { bootstrapMean } from './bootstrap.js';
export type { BootstrapOptions, MeanInterval } from './bootstrap.js';
