import { accountEndpoints } from './accounts.js';
import { benchmarkMakingEndpoints } from './benchmark-making.js';
import { benchmarkEndpoints } from './benchmarks.js';
import { datasetEndpoints } from './datasets.js';
import { dicomwebEndpoints } from './dicomweb.js';
import { evidenceEndpoints } from './evidence.js';
import { submissionEndpoints } from './submissions.js';
import { operationEndpoints } from './operations.js';

/** Every route of the API under /api/v1. The server refuses to start when one has no handler, or a handler has none. */
export const ENDPOINTS = {
  ...accountEndpoints,
  ...benchmarkEndpoints,
  ...benchmarkMakingEndpoints,
  ...datasetEndpoints,
  ...evidenceEndpoints,
  ...submissionEndpoints,
  ...operationEndpoints,
  ...dicomwebEndpoints,
} as const;
export type EndpointId = keyof typeof ENDPOINTS;
export const API_PREFIX = '/api/v1';
