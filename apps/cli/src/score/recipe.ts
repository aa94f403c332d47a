import { z } from 'zod';
import { CliError, EXIT } from '../exit.js';

const label = z.int().min(1).max(65535);
const positiveMm = z.number().positive().finite();

/** How to score, as a file that a study can keep: the same settings as the options of `voxelmark score`. */
export const scoreRecipe = z.strictObject({
  labels: z.array(label).min(1).optional(),
  /** Labels of each region, by its name. */
  regions: z.record(z.string().min(1), z.array(label).min(1)).optional(),
  ignoreLabel: label.optional(),
  toleranceMm: z.array(positiveMm).min(1).optional(),
  boundaryMm: z.array(positiveMm).min(1).optional(),
  minLesionMm3: z.number().min(0).finite().optional(),
  resample: z.literal('nearest').optional(),
});
export type ScoreRecipe = z.infer<typeof scoreRecipe>;

/** @throws CliError `recipe-invalid` with every fault of the file */
export function readRecipe(text: string, path: string): ScoreRecipe {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw invalid(path, [`it is not JSON: ${(error as Error).message}`], error);
  }
  const read = scoreRecipe.safeParse(content);
  if (read.success) return read.data;
  throw invalid(
    path,
    read.error.issues.map(({ path: at, message }) => `${at.length > 0 ? `${at.join('.')}: ` : ''}${message}`),
    read.error,
  );
}

function invalid(path: string, faults: readonly string[], cause: unknown): CliError {
  const list = faults.map((fault) => `\n  ${fault}`).join('');
  return new CliError(
    'recipe-invalid',
    `the recipe ${path} is not what we expect (labels, regions, ignoreLabel, toleranceMm, boundaryMm, minLesionMm3, resample):${list}`,
    EXIT.invalidInput,
    { cause },
  );
}
