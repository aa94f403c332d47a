import { hashKey, MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './api-error.js';
import { queries } from './queries.js';

/**
 * Reads are repeated when the fault may pass (no answer, 429, 5xx), writes never on their own.
 * An answer 401 means that the session has ended: who we are is asked again, and the pages follow. Asking that is no reason
 * to ask it again: a server that answers it by 401 would be asked without end.
 */
export function makeQueryClient(): QueryClient {
  const session = queries.session().queryKey;
  const onError = (error: unknown): void => {
    if (error instanceof ApiError && error.status === 401) void client.invalidateQueries({ queryKey: session });
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, { queryKey }) => {
        if (hashKey(queryKey) !== hashKey(session)) onError(error);
      },
    }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => error instanceof ApiError && error.transient && failures < 3,
        retryDelay: (failures) => Math.min(500 * 2 ** failures, 4000),
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  });
  return client;
}
