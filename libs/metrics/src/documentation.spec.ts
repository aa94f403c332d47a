import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRIC_CATALOGUE } from './catalogue-entries.js';
import { BRATS_RULES } from './brats-lesionwise.js';
import { definitions, overviewTable, parameterList, proposalTable } from './documentation.js';
import { METRIC_SET_VERSION } from './signature.js';
import { TOLERANCE_SLACK_MM } from './surface-distances.js';

describe('docs/metrics.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8');

  it.each([
    ['the table of metrics', overviewTable],
    ['the parameters of ids', parameterList],
    ['every definition', definitions],
    ['the proposals', proposalTable],
  ])('holds %s as the catalogue has it', (_, part) => {
    expect(page).toContain(part());
  });

  it('names the constants that numbers depend on', () => {
    expect(page).toContain(`metrics.${METRIC_SET_VERSION}|`);
    expect(TOLERANCE_SLACK_MM).toBe(0.000001);
    expect(page).toContain('1e-6 mm');
    expect(page).toContain(`${BRATS_RULES.gli.penaltyMm} mm`);
    expect(METRIC_CATALOGUE.every(({ key }) => page.includes(`\`${key}`))).toBe(true);
  });
});
