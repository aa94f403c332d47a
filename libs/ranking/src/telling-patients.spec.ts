import { tellingPatients } from './telling-patients.js';

describe('patients behind a figure', () => {
  const patients = Array.from({ length: 12 }, (_, c) => `p${c}`);

  it('are all of them where values differ', () => {
    expect(tellingPatients(patients.map((_, c) => c / 7), patients)).toBe(12);
  });

  it('are not those with a value that many share: both empty, missed', () => {
    expect(tellingPatients([1, 1, 1, 1, 1, 0, 0, 0, 0, 0.5, 0.6, 0.7], patients)).toBe(3);
    expect(tellingPatients(new Float64Array(12).fill(1), patients)).toBe(0);
  });

  it('are counted once, whatever cases they have', () => {
    expect(tellingPatients([0.1, 0.2, 0.3, 0.4], ['p', 'p', 'q', 'q'])).toBe(2);
    expect(tellingPatients([1, 1, 0.3, 0.4], ['p', 'p', 'q', 'q'])).toBe(2); // a value that one patient has twice is his own
  });
});
