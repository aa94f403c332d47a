import type { PhaseRules } from '#domain';
import { runSignature } from './signature.js';

const RULES: PhaseRules = {
  regions: [{ name: 'liver', labels: [1, 4] }],
  metrics: [
    { id: 'dice', penalty: { kind: 'fixed', value: 0 } },
    { id: 'hd95', penalty: { kind: 'volume-diagonal' } },
  ],
  ranking: { kind: 'mean-then-rank', metric: 'dice', ties: 'min' },
  limits: { loadSeconds: 30, caseSeconds: 60, memoryMib: 1024, threads: 1 },
};
const DIGEST = 'ab'.repeat(32);
const sign = (rules: Partial<PhaseRules> = {}, runtime = 'onnxruntime-node 1.30.0', datasetDigest = DIGEST) =>
  runSignature(
    { phase: { rules: { ...RULES, ...rules }, datasetDigest } } as Parameters<typeof runSignature>[0],
    runtime,
  );

describe('signature of a run', () => {
  it('is one readable line', () => {
    expect(sign()).toContain('liver=1+4');
    expect(sign()).toContain('penalty dice:0,hd95:diagonal.intended');
    expect(sign()).toMatch(/\|data\.abababababababab\|onnxruntime-node-1\.30\.0\|threads\.1$/);
    expect(sign()).not.toMatch(/\n/);
  });

  it('changes with everything that could change a number', () => {
    const others = [
      sign({ metrics: [...RULES.metrics, { id: 'nsd@2', penalty: { kind: 'fixed', value: 0 } }] }),
      sign({ metrics: [{ id: 'dice', penalty: { kind: 'fixed', value: 0.1 } }, RULES.metrics[1]] }),
      sign({ regions: [{ name: 'liver', labels: [1] }] }),
      sign({ limits: { ...RULES.limits, threads: 2 } }),
      sign({}, 'onnxruntime-node 1.31.0'),
      sign({}, undefined, 'cd'.repeat(32)),
      sign({ predictionGrid: 'nearest' }),
      sign({ ignoreLabel: 255 }),
    ];
    expect(new Set([sign(), ...others]).size).toBe(9);
    expect(sign({ ignoreLabel: 255 })).toContain('|ignore.255');
  });

  it('does not change with what cannot: order of metrics, limits of time and memory, how places are given', () => {
    expect(sign({ metrics: [...RULES.metrics].reverse() })).toBe(sign());
    expect(sign({ predictionGrid: 'reference' })).toBe(sign());
    expect(sign({ limits: { ...RULES.limits, loadSeconds: 5, caseSeconds: 5, memoryMib: 99 } })).toBe(sign());
    expect(sign({ ranking: { kind: 'consensus', metrics: ['dice', 'hd95'], ties: 'min' } })).toBe(sign());
  });
});
