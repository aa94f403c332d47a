import { bigNumber, operatorSummary, parameterSum, tensorWords } from './model-facts.js';

const facts = (operators: { op: string; count: number }[], parameters: number | null = 10) => ({
  facts: { opset: 17, parameters, operators, inputs: null, outputs: null, memoryEstimateBytes: null },
});
const net = facts([
  { op: 'Conv', count: 3 },
  { op: 'Relu', count: 2 },
]);

it('counts operators once where all files of an ensemble are alike', () => {
  expect(operatorSummary([net, net])).toEqual({ operators: net.facts.operators, of: 'each', nodes: 5 });
});

it('adds operators of files that differ, most frequent first', () => {
  const other = facts([{ op: 'Relu', count: 4 }]);
  expect(operatorSummary([net, other])).toEqual({
    operators: [
      { op: 'Relu', count: 6 },
      { op: 'Conv', count: 3 },
    ],
    of: 'all',
    nodes: 9,
  });
});

it('says nothing of files of before they were counted', () => {
  expect(operatorSummary([net, { facts: null }])).toBeNull();
  expect(operatorSummary([])).toBeNull();
});

it('adds parameters, unless some are not known', () => {
  expect(parameterSum([net, net])).toBe(20);
  expect(parameterSum([net, facts([], null)])).toBeNull();
  expect(parameterSum([{ facts: null }])).toBeNull();
});

it('writes large numbers for people', () => {
  expect([999, 85324, 31_240_000, 2_500_000_000].map(bigNumber)).toEqual([
    '999',
    '85,324',
    '31.2 million',
    '2.50 billion',
  ]);
});

it('writes a tensor in a line', () => {
  expect(tensorWords({ name: 'image', dtype: 'float32', shape: [1, 1, 'D', 'H', 'W'] })).toBe(
    'image [1, 1, D, H, W] float32',
  );
  expect(tensorWords({ name: 'y', dtype: 'int64', shape: null })).toBe('y of any shape int64');
});
