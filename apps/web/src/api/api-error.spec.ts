import { ApiError, asApiError, offline, toApiError, unexpectedAnswer } from './api-error.js';

const problem = {
  type: 'about:blank',
  title: 'Unprocessable Content',
  status: 422,
  code: 'manifest-invalid',
  detail: 'The manifest names no label.',
  problems: [{ path: 'labels', message: 'expected at least 2 entries' }],
  requestId: 'r-17',
};

describe('toApiError', () => {
  it('keeps code, sentence, places and request id of a problem+json answer', () => {
    const error = toApiError(422, problem);
    expect(error).toMatchObject({
      status: 422,
      code: 'manifest-invalid',
      detail: 'The manifest names no label.',
      requestId: 'r-17',
    });
    expect(error.problems).toEqual(problem.problems);
    expect(error.transient).toBe(false);
  });

  it('says something sensible of an answer that is not problem+json, and calls a 5xx passing', () => {
    const gateway = toApiError(502, undefined);
    expect(gateway.code).toBe('server-unavailable');
    expect(gateway.detail).toContain('502');
    expect(gateway.transient).toBe(true);
    expect(toApiError(404, '<html>').code).toBe('refused');
  });

  it('shows no text of a body that only looks like a problem', () => {
    expect(toApiError(400, { code: 1, detail: '<script>' }).detail).not.toContain('script');
  });
});

describe('transient', () => {
  it.each([
    [0, true],
    [400, false],
    [401, false],
    [404, false],
    [429, true],
    [503, true],
  ])('status %d: %s', (status, transient) => {
    expect(new ApiError(status, 'x', 'x', 'x').transient).toBe(transient);
  });
});

describe('asApiError', () => {
  it('passes its own kind through and wraps the rest, keeping the cause but not its text', () => {
    const own = offline(new Error('socket'));
    expect(asApiError(own)).toBe(own);
    const wrapped = asApiError(new Error('undefined is not a function'));
    expect(wrapped.code).toBe('defect');
    expect(wrapped.detail).not.toContain('undefined');
    expect(wrapped.cause).toBeInstanceOf(Error);
  });

  it('names the call whose answer was not understood', () => {
    expect(unexpectedAnswer('My submissions', null).detail).toContain('My submissions');
  });
});
