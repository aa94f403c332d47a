import { EngineUnavailable } from '#domain';
import { asEngineFault, isTransient, violates } from './engine-fault.js';

const withCode = (code: string, more: object = {}): Error =>
  Object.assign(new Error(`failed with ${code}`), { code, ...more });
const wrapped = (driverError: Error): Error => Object.assign(new Error('QueryFailedError'), { driverError });

test.each([
  ['refused', withCode('ECONNREFUSED')],
  ['no socket file', withCode('ENOENT')],
  ['both address families refused', new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')])],
  ['shutting down', wrapped(withCode('57P01'))],
  ['starting up', withCode('57P03')],
  ['too many connections', wrapped(withCode('53300'))],
  ['disk full', wrapped(withCode('53100'))],
  ['connection broke', new Error('Connection terminated unexpectedly')],
  ['pool full', new Error('timeout exceeded when trying to connect')],
])('%s: the engine is away', (_, error) => {
  expect(asEngineFault(error)).toBeInstanceOf(EngineUnavailable);
  expect(asEngineFault(error)).toMatchObject({ code: 'database-unavailable', cause: error });
});

test.each([
  ['a broken constraint', wrapped(withCode('23505'))],
  ['a wrong statement', wrapped(withCode('42601'))],
  ['a defect of ours', new TypeError('x is undefined')],
  ['something thrown that is no error', 'text'],
])('%s stays what it is', (_, error) => {
  expect(asEngineFault(error)).toBe(error);
});

test('deadlocks and serialisation failures may be tried again, others not', () => {
  expect([withCode('40P01'), wrapped(withCode('40001')), withCode('23505')].map(isTransient)).toEqual([
    true,
    true,
    false,
  ]);
});

test('a broken unique key is recognised by name', () => {
  const taken = wrapped(withCode('23505', { constraint: 'uq_account_email' }));
  expect(violates(taken, 'uq_account_email')).toBe(true);
  expect(violates(taken, 'uq_other')).toBe(false);
  expect(violates(withCode('23503', { constraint: 'uq_account_email' }), 'uq_account_email')).toBe(false);
});
