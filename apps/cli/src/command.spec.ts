import { findCommand, overview, parse, takeJson, usageOf, type Command } from './command.js';
import { CliError, EXIT, explain } from './exit.js';
import { EngineUnavailable, SubmissionRejected } from '#domain';
import { ConfigurationError } from '#platform';

const command = (name: string[], words: [number, number] = [0, 1]): Command => ({
  name,
  summary: 'does it',
  usage: '[X]',
  options: { phase: { type: 'string', short: 'p', help: 'which' }, wait: { type: 'boolean', help: 'stay' } },
  words,
  run: async () => EXIT.ok,
});
const commands = [command(['run', 'show']), command(['run']), command(['start'])];

describe('findCommand', () => {
  it('takes the longest name', () => {
    expect(findCommand(commands, ['run', 'show', 'x'])?.name).toEqual(['run', 'show']);
    expect(findCommand(commands, ['run', 'x'])?.name).toEqual(['run']);
    expect(findCommand(commands, ['runs'])).toBeNull();
    expect(findCommand(commands, [])).toBeNull();
  });
});

it('--json may stand anywhere before `--`', () => {
  expect(takeJson(['--json', 'run', 'show', 'x'])).toEqual({ json: true, rest: ['run', 'show', 'x'] });
  expect(takeJson(['run', '--json', 'show', 'x', '--json'])).toEqual({ json: true, rest: ['run', 'show', 'x'] });
  expect(takeJson(['submit', '--', '--json'])).toEqual({ json: false, rest: ['submit', '--', '--json'] });
});

describe('parse', () => {
  it('separates options from words, in any order', () => {
    expect(parse(commands[0], ['run', 'show', '--phase', 'test', 'abc', '--wait'])).toEqual({
      options: { phase: 'test', wait: true },
      words: ['abc'],
      help: false,
    });
  });

  it.each([
    ['an unknown option', ['--colour']],
    ['a missing value', ['--phase']],
    ['too many words', ['a', 'b']],
    ['a value for a flag', ['--wait=yes']],
  ])('refuses %s as a usage error', (_what, rest) => {
    expect(() => parse(commands[0], ['run', 'show', ...rest])).toThrow(expect.objectContaining({ code: 'usage', exit: 2 }));
  });

  it('takes several words for an option that wants them', () => {
    const pair: Command = { ...command(['check'], [1, 2]), options: { case: { type: 'string', takes: ['IMAGE', 'LABELS'], help: '' } } };
    const parsed = { options: { case: ['a', 'b'] }, words: ['m'], help: false };
    expect(parse(pair, ['check', 'm', '--case', 'a', 'b'])).toEqual(parsed);
    expect(parse(pair, ['check', '--case', 'a', 'b', 'm'])).toEqual(parsed);
    expect(parse(pair, ['check', 'm', '--', '--case'])).toEqual({ options: {}, words: ['m', '--case'], help: false });
    for (const wrong of [['--case', 'a'], ['--case', 'a', '--wait'], ['--case=a', 'b']]) {
      expect(() => parse(pair, ['check', 'm', ...wrong])).toThrow(/--case takes IMAGE and LABELS/);
    }
    expect(() => parse(pair, ['check', '--case', 'a', 'b', '--case', 'c', 'd', 'm'])).toThrow(CliError);
    expect(usageOf(pair)).toContain('--case IMAGE LABELS');
  });

  it('asks for too few words only when help is not wanted', () => {
    const needsOne = command(['submit'], [1, 1]);
    expect(() => parse(needsOne, ['submit'])).toThrow(CliError);
    expect(parse(needsOne, ['submit', '--help']).help).toBe(true);
  });
});

it('usage and overview name every option and command', () => {
  expect(usageOf(commands[0])).toMatch(/-p, --phase VALUE[\s\S]*--wait[\s\S]*--json/);
  expect(overview(commands)).toMatch(/run show[\s\S]*start/);
  for (const code of Object.values(EXIT)) expect(overview(commands)).toMatch(new RegExp(`^ +${code}  \\w`, 'm'));
});

it('every kind of error has its exit code', () => {
  expect(explain(new CliError('x', 'y', EXIT.runFailed))).toMatchObject({ exit: 8, defect: false });
  expect(explain(new ConfigurationError(['a']))).toMatchObject({ exit: 2, code: 'configuration' });
  expect(explain(new EngineUnavailable('database-unavailable', 'x'))).toMatchObject({ exit: 10 });
  expect(explain(new SubmissionRejected('model-input-rank', 'x'))).toMatchObject({ exit: 6 });
  expect(explain(new TypeError('oops'))).toMatchObject({ exit: 1, code: 'defect', defect: true });
});
