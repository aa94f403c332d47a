import { createRoom } from './ahead.js';

describe('room for preparing ahead', () => {
  it('is none before a case has been through alone', () => {
    expect(createRoom(1e9).allows(10, 10)).toBe(false);
  });

  it('is there while what was measured fits into the planned part of the limit', () => {
    const room = createRoom(1000);
    room.note({ imageBytes: 10, preparedBytes: 100, peakBytes: 700 });
    expect(room.allows(10, 10)).toBe(true); // 700 + 100 of 850
    room.note({ imageBytes: 10, preparedBytes: 160, peakBytes: 600 });
    expect(room.allows(10, 10)).toBe(false); // 700 + 160: the most of each counts
  });

  it('shrinks with larger images, the running one and the next, and does not grow with smaller ones', () => {
    const room = createRoom(1000);
    room.note({ imageBytes: 10, preparedBytes: 100, peakBytes: 600 });
    expect(room.allows(10, 25)).toBe(true); // 600 + 250
    expect(room.allows(10, 26)).toBe(false);
    expect(room.allows(12.5, 10)).toBe(true); // 750 + 100
    expect(room.allows(13, 10)).toBe(false);
    expect(room.allows(1, 25)).toBe(true);
    expect(room.allows(1, 26)).toBe(false);
  });
});
