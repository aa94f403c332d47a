import { frame, FrameReader, MAX_REPLY_BYTES, parseReply, ProtocolError, type Reply } from './protocol.js';

const STAGES = { read: 1, prepare: 1, network: 9, restore: 1 };
const PREDICTED: Reply = {
  kind: 'predicted',
  case: 3,
  geometry: {
    sizeXyz: [2, 3, 4],
    spacingMm: [1, 1, 2.5],
    originLps: [-10, 0, 5],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  },
  dtype: 'uint8',
  usage: { elapsedMs: 12, cpuMs: 11.5, peakRssBytes: 1e8, sessionMs: 9, stagesMs: STAGES },
};

describe('frames', () => {
  it('come back whole whatever the chunks', () => {
    const stream = Buffer.concat([
      frame(PREDICTED),
      frame({ kind: 'failed', case: 0, code: 'defect', detail: 'é', usage: null }),
    ]);
    for (const step of [1, 3, 7, 1000]) {
      const reader = new FrameReader(MAX_REPLY_BYTES);
      const messages: unknown[] = [];
      for (let at = 0; at < stream.length; at += step) messages.push(...reader.push(stream.subarray(at, at + step)));
      expect(messages).toEqual([PREDICTED, { kind: 'failed', case: 0, code: 'defect', detail: 'é', usage: null }]);
    }
  });

  it('refuse a length beyond the limit before reading that much, and anything that is not JSON', () => {
    expect(() => new FrameReader(100).push(Buffer.from([0, 0, 1, 0]))).toThrow(
      'a frame of 256 bytes; at most 100 are accepted',
    );
    expect(() => new FrameReader(100).push(Buffer.from([0, 0, 0, 1, 0x7b]))).toThrow(ProtocolError);
  });
});

describe('replies', () => {
  it('pass when every field is what it should be', () => {
    expect(parseReply(JSON.parse(JSON.stringify(PREDICTED)))).toEqual(PREDICTED);
  });

  it('drop fields that nobody asked for', () => {
    expect(parseReply({ ...PREDICTED, pixels: [1, 2, 3] })).toEqual(PREDICTED);
  });

  it.each([
    ['null', null],
    ['a list', []],
    ['an unknown kind', { kind: 'predicted!' }],
    ['an unknown code', { kind: 'failed', case: 1, code: 'pixel-17', detail: '', usage: null }],
    ['a very long detail', { kind: 'failed', case: 1, code: 'defect', detail: 'x'.repeat(2001), usage: null }],
    ['a failure that says nothing of what it used', { kind: 'failed', case: 1, code: 'defect', detail: '' }],
    ['a size of 0', { ...PREDICTED, geometry: { ...PREDICTED.geometry, sizeXyz: [0, 3, 4] } }],
    ['half a voxel', { ...PREDICTED, geometry: { ...PREDICTED.geometry, sizeXyz: [1.5, 3, 4] } }],
    ['negative spacing', { ...PREDICTED, geometry: { ...PREDICTED.geometry, spacingMm: [-1, 1, 1] } }],
    [
      'eight direction cosines',
      { ...PREDICTED, geometry: { ...PREDICTED.geometry, direction: [1, 0, 0, 0, 1, 0, 0, 0] } },
    ],
    ['another voxel type', { ...PREDICTED, dtype: 'float64' }],
    ['null for a time (JSON writes NaN so)', { ...PREDICTED, usage: { ...PREDICTED.usage, elapsedMs: null } }],
    ['a negative time', { ...PREDICTED, usage: { ...PREDICTED.usage, cpuMs: -1 } }],
    ['half a case', { ...PREDICTED, case: 1.5 }],
    ['no case', { kind: 'running' }],
    ['case 0, which is the loading', { ...PREDICTED, case: 0 }],
    [
      'a stage without a time',
      { ...PREDICTED, usage: { ...PREDICTED.usage, stagesMs: { ...STAGES, restore: undefined } } },
    ],
    ['facts without inputs', { kind: 'loaded', facts: { outputs: [], runtime: 'x' } }],
  ])('are refused with %s', (_, message) => {
    expect(() => parseReply(message)).toThrow(ProtocolError);
  });
});
