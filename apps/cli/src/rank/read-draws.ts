import { CliError, EXIT } from '../exit.js';

/**
 * Draws of a file: a JSON array of arrays of zero-based places in the sorted list of cases.
 *
 * @param cases number of cases
 * @throws CliError `draws-invalid`
 */
export function readDraws(text: string, cases: number): number[][] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw invalid(`the draws are not JSON: ${(error as Error).message}`, error);
  }
  if (!Array.isArray(parsed) || parsed.length === 0) {
    throw invalid('the draws are not what we expect: a JSON array of at least one array of case indices');
  }
  return parsed.map((draw: unknown, d) => {
    if (!Array.isArray(draw) || draw.length === 0)
      throw invalid(`draw ${d} is not an array of at least one case index`);
    return draw.map((index: unknown) => {
      if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= cases) {
        throw invalid(
          `draw ${d} has the index ${JSON.stringify(index)}; expected a whole number from 0 to ${cases - 1}, as there are ${cases} cases`,
        );
      }
      return index;
    });
  });
}

function invalid(message: string, cause?: unknown): CliError {
  return new CliError('draws-invalid', message, EXIT.invalidInput, { cause });
}
