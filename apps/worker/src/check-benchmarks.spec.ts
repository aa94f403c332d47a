import type { Benchmark } from '#evaluation';
import { checkBenchmarks } from './check-benchmarks.js';

const asking = (...ids: readonly string[]) => ({
  listBenchmarks: async () => [
    { slug: 'demo', phases: [{ kind: 'test', rules: { metrics: ids.map((id) => ({ id })) } }] } as unknown as Benchmark,
  ],
});

it('lets a worker start that can compute every metric', async () => {
  await expect(checkBenchmarks(asking('dice', 'nsd@2', 'volume_error_ml'))).resolves.toBeUndefined();
});

it('names the benchmark, the phase and the metric that it cannot compute', async () => {
  await expect(checkBenchmarks(asking('dice', 'nicety@3'))).rejects.toThrow('demo, phase test: metric "nicety@3"');
});
