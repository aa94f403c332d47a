import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { findProgram } from './requires.js';

/** What Debian calls the package that `chromiumPath` looks for; for `describeIf`. */
export const CHROMIUM_INSTALL = 'apt-get install chromium';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * Software drawing is asked for by name, so that runs do not depend on what a browser falls back to: WebGL by SwiftShader.
 * Pages are put together without it. Else SwiftShader plays a graphics card for every page, as Debian's start script asks
 * for: a walk through the pages took 70 s of processor time with that and 50 s without, the suite of the viewer 270 and 190.
 */
const FLAGS = [
  '--no-sandbox', // CI runs as root
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-gpu-compositing',
];

/**
 * How long a page may take for what a test waits for, if the test says nothing else, in ms. It ends what hangs before Jest
 * does, which could not say where; Playwright's own 30 s would say how fast a worker has to be beside four suites.
 */
const STEP_MS = 150_000;

/** A Chromium on this machine: CHROMIUM_PATH, or a usual name on the PATH. Null when there is none. */
export function chromiumPath(): string | null {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (!existsSync(given)) throw new Error(`CHROMIUM_PATH is ${given}, where there is no file`);
    return given;
  }
  for (const name of NAMES) {
    const path = findProgram(name);
    if (path) return path;
  }
  return null;
}

/**
 * Starts the machine's Chromium without a window, with WebGL 2 in software. Null when there is none; see `chromiumPath`.
 *
 * @param flags further switches of the browser, for instance to take something away from it
 */
export async function launchBrowser(flags: readonly string[] = []): Promise<Browser | null> {
  const executablePath = chromiumPath();
  if (executablePath === null) return null;
  const browser = await chromium.launch({ executablePath, headless: true, args: [...FLAGS, ...flags] });
  browser.on('context', (context) => context.setDefaultTimeout(STEP_MS));
  return browser;
}

/**
 * Collects what must not happen on a page: uncaught errors, error messages, lost graphics contexts. Call it before the
 * first navigation and expect the list to be empty at the end.
 *
 * @param expected messages that belong to what the test does, for instance the browser's line about an answer of 404
 */
export function collectProblems(page: Page, expected: readonly RegExp[] = []): string[] {
  const problems: string[] = [];
  const note = (text: string): void => {
    if (!expected.some((pattern) => pattern.test(text))) problems.push(text);
  };
  page.on('pageerror', (error) => note(`page error: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || /context lost/i.test(message.text()))
      note(`console ${message.type()}: ${message.text()}`);
  });
  page.on('crash', () => note('the page crashed'));
  return problems;
}
