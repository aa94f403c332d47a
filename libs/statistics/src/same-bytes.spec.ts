import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exponential, logarithm } from './elementary.js';
import { normalUpperTail } from './normal.js';
import { createRandom } from './random.js';

/** Functions whose last bits ECMAScript leaves to the engine. Powers of two are exact everywhere. */
const INEXACT =
  /\bMath\.(exp|expm1|log|log1p|log2|log10|pow|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|cbrt|hypot)\b|(?<!\b2 )\*\* |\blocaleCompare\b|\bIntl\b/;

const LIBRARIES = resolve(import.meta.dirname, '../..');

describe('the same seed gives the same bytes in every engine', () => {
  it.each(['statistics', 'ranking'])('%s uses nothing that engines may round in their own way', (library) => {
    const folder = join(LIBRARIES, library, 'src');
    const sources = readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
      .map((entry) => join(entry.parentPath, entry.name));
    expect(sources.length).toBeGreaterThan(5);
    const found = sources.filter((file) =>
      INEXACT.test(readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')),
    );
    expect(found).toEqual([]);
  });

  it('notices what it should', () => {
    for (const planted of ['Math.exp(1)', 'x ** 2', 'a.localeCompare(b)']) expect(planted).toMatch(INEXACT);
    for (const allowed of ['2 ** 53', 'Math.sqrt(2)', 'Math.abs(x)']) expect(allowed).not.toMatch(INEXACT);
  });

  it('has the bits that it had when this was written', () => {
    const random = createRandom(20);
    const numbers = new Float64Array(3000);
    for (let n = 0; n < 1000; n++) {
      const x = random.uniform();
      numbers[3 * n] = exponential(40 * (x - 0.5));
      numbers[3 * n + 1] = logarithm(x);
      numbers[3 * n + 2] = normalUpperTail(12 * (x - 0.5));
    }
    const bytes = new DataView(new ArrayBuffer(numbers.byteLength));
    numbers.forEach((x, n) => bytes.setFloat64(8 * n, x, true));
    expect(createHash('sha256').update(new Uint8Array(bytes.buffer)).digest('hex')).toBe(
      '8fe365903759d3f5b87ba4e018ee3e26764b435aca8a39c233a119fae290ddd3',
    );
  });
});
