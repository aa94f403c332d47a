import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import { later } from './undo.mjs';

/** As the tests start it, test/browser.ts: software drawing asked for by name. */
const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

export function chromiumPath() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = [...folders, '/usr/bin'].flatMap((folder) => NAMES.map((name) => join(folder, name))).find(existsSync);
  if (!found) throw new Error('there is no Chromium on the PATH; CHROMIUM_PATH may name one');
  return found;
}

/** A new browser with nothing kept from another one, and an empty page in it; everything the page complains of fails. */
export async function coldPage(viewport = { width: 1200, height: 820 }) {
  const browser = await chromium.launch({ executablePath: chromiumPath(), headless: true, args: FLAGS });
  later(() => browser.close());
  const page = await browser.newPage({ viewport });
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.stack ?? error.message));
  page.on('crash', () => problems.push('the page crashed'));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  return { browser, page, problems };
}
