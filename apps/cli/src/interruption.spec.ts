import { EventEmitter } from 'node:events';
import { orInterrupted } from './interruption.js';

const forever = new Promise<never>(() => undefined);

it.each(['SIGINT', 'SIGTERM'])('%s ends a command that is under way, with exit code 130', async (signal) => {
  const signals = new EventEmitter();
  const outcome = orInterrupted(forever, signals);
  signals.emit(signal);
  await expect(outcome).rejects.toMatchObject({ code: 'interrupted', exit: 130 });
  expect(signals.listenerCount(signal)).toBe(0);
});

it('gives what the command gave, good or bad, and listens no longer', async () => {
  const signals = new EventEmitter();
  expect(await orInterrupted(Promise.resolve(8), signals)).toBe(8);
  await expect(orInterrupted(Promise.reject(new Error('no')), signals)).rejects.toThrow('no');
  expect(signals.eventNames()).toEqual([]);
});
