import { z } from 'zod';
import type { Endpoint } from '#contracts';
import { checkAnswer } from './contract.interceptor.js';

const endpoint: Endpoint = {
  method: 'GET',
  path: '/runs',
  action: 'public',
  tag: 't',
  summary: 's',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: null,
  response: z.object({ items: z.array(z.object({ name: z.string(), facts: z.record(z.string(), z.number()) })) }),
  status: 200,
};
const fitting = { items: [{ name: 'a', facts: { site: 1 } }] };
const leaky = { items: [{ name: 'a', facts: { site: 1 }, detail: 'secret text' }], patient: 'secret name' };

describe('answers are read through the contract', () => {
  it('lets through what fits', () => {
    expect(checkAnswer(endpoint, fitting, true)).toEqual(fitting);
    expect(checkAnswer({ ...endpoint, response: null }, 'anything', true)).toBeUndefined();
  });

  it('drops what is not listed, wherever it sits', () => {
    expect(checkAnswer(endpoint, leaky, false)).toEqual(fitting);
  });

  it('makes it a defect where people develop, naming places and no values', () => {
    let message = '';
    try {
      checkAnswer(endpoint, leaky, true);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toBe('answer of GET /runs has fields outside the contract: items.0.detail, patient');
    expect(message).not.toContain('secret');
  });

  it('an answer of another type is a defect everywhere, without its values', () => {
    for (const strict of [true, false]) {
      expect(() => checkAnswer(endpoint, { items: [{ name: 5, facts: { site: 'secret' } }] }, strict)).toThrow(
        /breaks the contract at items\.0\.name \(invalid_type\), items\.0\.facts\.site \(invalid_type\)$/,
      );
      expect(() => checkAnswer(endpoint, undefined, strict)).toThrow();
    }
  });
});
