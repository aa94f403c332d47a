import { QueryObserver } from '@tanstack/react-query';
import { toApiError } from './api-error.js';
import { queries } from './queries.js';
import { makeQueryClient } from './query-client.js';

const refused = () => Promise.reject(toApiError(401, undefined));

describe('a session that has ended', () => {
  it('is asked for again once when something else was refused, and not when it was refused itself', async () => {
    const client = makeQueryClient();
    let asked = 0;
    const session = new QueryObserver(client, {
      queryKey: queries.session().queryKey,
      queryFn: () => {
        asked++;
        return asked > 10 ? new Promise<never>(() => undefined) : refused(); // without end it would fill the memory
      },
    });
    const leave = session.subscribe(() => undefined);
    await client.prefetchQuery({ queryKey: ['submissions'], queryFn: refused });
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve));
    leave();
    client.clear();
    expect(asked).toBeLessThanOrEqual(2); // when the page opened, and after the refusal
    expect(asked).toBeGreaterThan(0);
  });
});
