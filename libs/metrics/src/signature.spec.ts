import { metricSignature } from './signature.js';

const REGIONS = [
  { name: 'liver', labels: [1, 4] },
  { name: 'spleen', labels: [2] },
  { name: 'lesion', labels: [4] },
  { name: 'stone', labels: [9] },
];

describe('signature', () => {
  it('is one text for one way of computing', () => {
    const text = metricSignature(['nsd@2', 'dice'], REGIONS);
    expect(text).toBe(
      'metrics.1|dice,nsd@2|lesion=4,liver=1+4,spleen=2,stone=9|surface.elements|slack.0.000001mm|spacing.intended|empty.agree',
    );
    expect(metricSignature(['dice', 'nsd@2', 'dice'], REGIONS.toReversed())).toBe(text);
    expect(metricSignature(['dice', 'nsd@3'], REGIONS)).not.toBe(text);
    expect(metricSignature(['dice'], [{ name: 'a|b', labels: [1] }])).toContain('a%7Cb=1');
    expect(metricSignature(['dice'], REGIONS, 255)).toBe(`${metricSignature(['dice'], REGIONS)}|ignore.255`);
    expect(metricSignature(['dice'], REGIONS, undefined, 'reference')).toBe(metricSignature(['dice'], REGIONS));
    expect(metricSignature(['dice'], REGIONS, 255, 'nearest')).toMatch(/\|ignore\.255\|grid\.nearest$/);
    expect(() => metricSignature(['dise'], REGIONS)).toThrow('metric is "dise"');
  });
});
