import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Looks before a fault is believed: what a page shows for a moment, on its way from one state to another, is none. */
const LOOKS = 6;

/** Violations of WCAG 2.2 A and AA that the page goes on having, as texts; none: an empty list. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // evaluated as a text, because the content security policy admits no inline scripts
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  for (let look = 1; ; look++) {
    const faults = await faultsNow(page);
    if (faults.length === 0 || look === LOOKS) return faults;
    await page.waitForTimeout(500);
  }
}

async function faultsNow(page: Page): Promise<string[]> {
  const found = await page.evaluate<{ id: string; nodes: { target: string[] }[] }[]>(
    `axe.run(document, { runOnly: ${JSON.stringify(RULES)} }).then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ target }) => ({ target })) })))`,
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ target }) => target.join(' ')).join(', ')}`);
}
