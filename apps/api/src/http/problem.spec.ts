import { BadRequestException, NotFoundException } from '@nestjs/common';
import { problem } from '#contracts';
import { BenchmarkMisconfigured, EngineUnavailable, notFound, RequestRefused, SubmissionRejected } from '#domain';
import { problemOf, problemText } from './problem.js';

const request = { method: 'GET', url: '/api/v1/benchmarks', id: 'request-1' };
const of = (error: unknown, change: Partial<typeof request> = {}) => problemOf(error, { ...request, ...change });

describe('every error has one form outside', () => {
  it.each<[string, unknown, number, string]>([
    ['a refusal', new RequestRefused(409, 'version-exists', 'There is one.'), 409, 'version-exists'],
    [
      'a rejected submission',
      new SubmissionRejected('model-input-rank', 'input "x" has 3 dimensions'),
      422,
      'model-input-rank',
    ],
    [
      'a benchmark at fault',
      new BenchmarkMisconfigured('reference-geometry-differs', 'case 7'),
      409,
      'reference-geometry-differs',
    ],
    [
      'an engine that is away',
      new EngineUnavailable('database-unavailable', 'connect ECONNREFUSED 10.1.2.3:5432'),
      503,
      'database-unavailable',
    ],
    ['a defect', new TypeError('x is undefined'), 500, 'defect'],
    ['a thrown text', 'oops', 500, 'defect'],
    ['nothing thrown', undefined, 500, 'defect'],
    [
      'a foreign error with a status of its own',
      Object.assign(new Error('teapot'), { statusCode: 418 }),
      500,
      'defect',
    ],
    ['Nest: malformed', new BadRequestException('Unexpected token } in JSON'), 400, 'json-malformed'],
  ])('%s', (_, error, status, code) => {
    const { body, defect } = of(error);
    expect(problem.parse(body)).toMatchObject({ status, code });
    expect(defect).toBe(code === 'defect');
    expect(body.title).not.toBe('Refused');
  });

  it('keeps inside what is ours: addresses, cases, stacks', () => {
    const texts = [
      new EngineUnavailable('database-unavailable', 'connect ECONNREFUSED 10.1.2.3:5432'),
      new BenchmarkMisconfigured('x', 'case held-out-7'),
      new TypeError('secret'),
    ].map((error) => JSON.stringify(of(error).body));
    expect(texts.join()).not.toMatch(/10\.1\.2\.3|held-out-7|secret|at .*:\d+:\d+/);
    for (const text of texts) expect(text).toContain('request-1');
  });

  it('what does not exist and what is hidden have no number that tells them apart', () => {
    const [a, b] = ['request-1', 'request-2'].map((id) => problemText(of(notFound('case'), { id })));
    expect(a).toEqual(b);
  });

  it('says when to come back, and how to sign in', () => {
    expect(of(new EngineUnavailable('x', 'y')).headers).toEqual({ 'retry-after': '5' });
    expect(of(new RequestRefused(429, 'x', 'y')).headers).toEqual({ 'retry-after': '60' });
    expect(of(new RequestRefused(401, 'x', 'y')).headers).toEqual({ 'www-authenticate': 'Bearer realm="voxelmark"' });
  });

  it('tells a wrong method from a wrong address', () => {
    const wrong = of(new NotFoundException(), { method: 'DELETE' });
    expect([wrong.body.status, wrong.headers.allow]).toEqual([405, 'GET, HEAD, POST']);
    expect(of(new NotFoundException(), { url: '/api/v1/benchmarkz?x' }).body.status).toBe(404);
    expect(of(new NotFoundException(), { method: 'PUT', url: '/api/v1/tokens/1?x=1' }).headers.allow).toBe('DELETE');
  });
});
