import { EngineUnavailable } from '#domain';
import { createLog, describeError } from './log.js';

function lines(level: Parameters<typeof createLog>[0], use: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const written: string[] = [];
  use(createLog(level, 'test', (line) => written.push(line)));
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('log', () => {
  it('writes one JSON object a line with event and fields', () => {
    const [line] = lines('info', (log) => log.info('case.scored', { runId: 'r', elapsedMs: 4 }));
    expect(line).toMatchObject({ level: 'info', source: 'test', event: 'case.scored', runId: 'r', elapsedMs: 4 });
    expect(Number.isNaN(Date.parse(String(line.at)))).toBe(false);
  });

  it('leaves out what is less severe than asked for', () => {
    const write = (log: ReturnType<typeof createLog>) => {
      log.debug('a');
      log.info('b');
      log.warn('c');
      log.error('d', new Error('x'));
    };
    expect(lines('warn', write).map(({ event }) => event)).toEqual(['c', 'd']);
    expect(lines('silent', write)).toEqual([]);
  });

  it('keeps code and cause of our errors, and the stack of a defect', () => {
    const cause = new Error('socket hang up');
    expect(describeError(new EngineUnavailable('blob-store-unreachable', 'no answer', { cause }))).toMatchObject({
      code: 'blob-store-unreachable',
      cause: { message: 'socket hang up' },
    });
    expect(describeError(cause).stack).toContain('log.spec');
    expect(describeError('thrown text')).toEqual({ message: 'thrown text' });
  });
});
