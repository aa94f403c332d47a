import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspectModel } from '#inference';
import { HOSTILE } from './hostile.js';

const CONTROLS = join(import.meta.dirname, 'controls');

describe('hostile corpus', () => {
  it('has at least 120 models, each with a name of its own', () => {
    expect(HOSTILE.length).toBeGreaterThanOrEqual(120);
    expect(new Set(HOSTILE.map(({ kind, name }) => `${kind}: ${name}`)).size).toBe(HOSTILE.length);
  });

  it.each(HOSTILE.map((hostile) => [`${hostile.kind}: ${hostile.name}`, hostile] as const))(
    '%s',
    (_, { code, make }) => {
      const { accepted, findings } = inspectModel(make());
      const [first] = findings.filter(({ severity }) => severity === 'refusal');
      expect(accepted ? 'walls' : first.code).toBe(code);
      for (const { message } of findings) expect(message.length).toBeLessThan(2000);
    },
  );
});

describe('controls: networks that people really export', () => {
  const files = readdirSync(CONTROLS).filter((name) => name.endsWith('.onnx'));

  it('are at least 24', () => expect(files.length).toBeGreaterThanOrEqual(24));

  it.each(files)('%s', (name) => {
    const inspection = inspectModel(readFileSync(join(CONTROLS, name)));
    expect(inspection.findings.filter(({ severity }) => severity === 'refusal')).toEqual([]);
    expect(inspection.accepted).toBe(true);
    expect(inspection.parameters).toBeGreaterThan(0);
    expect(inspection.memoryEstimateBytes).toBeGreaterThan(0);
  });
});
