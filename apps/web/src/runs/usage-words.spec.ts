import { usageWords } from './usage-words.js';

const usage = (elapsedMs: number, network: number) => ({
  elapsedMs,
  cpuMs: 1,
  peakRssBytes: 1,
  sessionMs: network,
  stagesMs: { read: 10, prepare: 20, network, restore: 30 },
});
const receipt = { isolation: 'L2' as const, runtime: 'ONNX Runtime 1.2, Node 20' };

it('adds up time and stages, and says each receipt once', () => {
  expect(
    usageWords([
      { usage: usage(2000, 140), receipt },
      { usage: usage(1000, 140), receipt },
      { usage: null, receipt: null },
    ]),
  ).toEqual([
    '2 cases took 3.0 s together',
    '5 % reading, 10 % preparing, 70 % the network, 15 % back to the image',
    'isolation L2',
    'ONNX Runtime 1.2, Node 20',
  ]);
});

it('leaves out what runs of before did not keep', () => {
  expect(usageWords([{ usage: { ...usage(500, 1), stagesMs: null }, receipt: null }])).toEqual([
    '1 case took 500 ms together',
  ]);
  expect(usageWords([{ usage: null, receipt: null }])).toEqual([]);
});
