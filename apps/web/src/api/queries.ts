import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ENDPOINTS } from '#contracts';
import type { PhaseKind } from '#domain';
import { call } from './api-client.js';

/** What the pages read, each with the key under which it is kept. Keys start with a noun so that a change can drop a family. */
export const queries = {
  session: () =>
    queryOptions({
      queryKey: ['session'],
      queryFn: ({ signal }) => call(ENDPOINTS.whoami, { signal }),
      staleTime: 60_000,
    }),

  health: () =>
    queryOptions({
      queryKey: ['health'],
      queryFn: ({ signal }) => call(ENDPOINTS.health, { signal }),
      staleTime: 60_000,
    }),

  benchmarks: () =>
    queryOptions({ queryKey: ['benchmarks'], queryFn: ({ signal }) => call(ENDPOINTS.listBenchmarks, { signal }) }),

  benchmark: (slug: string) =>
    queryOptions({
      queryKey: ['benchmark', slug],
      queryFn: ({ signal }) => call(ENDPOINTS.getBenchmark, { params: { slug }, signal }),
    }),

  leaderboard: (slug: string, phase: PhaseKind) =>
    infiniteQueryOptions({
      queryKey: ['leaderboard', slug, phase],
      queryFn: ({ pageParam, signal }) =>
        call(ENDPOINTS.getLeaderboard, { params: { slug }, query: { phase, limit: 100, cursor: pageParam }, signal }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (last) => last.nextCursor ?? undefined,
    }),

  cases: (slug: string, phase: PhaseKind) =>
    queryOptions({
      queryKey: ['cases', slug, phase],
      queryFn: ({ signal }) => call(ENDPOINTS.listCases, { params: { slug }, query: { phase }, signal }),
      staleTime: 300_000,
    }),

  caseView: (id: string) =>
    queryOptions({
      queryKey: ['case', id],
      queryFn: ({ signal }) => call(ENDPOINTS.getCase, { params: { id }, signal }),
    }),

  algorithms: (mine: boolean) =>
    infiniteQueryOptions({
      queryKey: ['algorithms', mine],
      queryFn: ({ pageParam, signal }) =>
        call(ENDPOINTS.listAlgorithms, {
          query: { limit: 50, cursor: pageParam, mine: mine ? 'true' : undefined },
          signal,
        }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (last) => last.nextCursor ?? undefined,
    }),

  algorithm: (slug: string) =>
    queryOptions({
      queryKey: ['algorithm', slug],
      queryFn: ({ signal }) => call(ENDPOINTS.getAlgorithm, { params: { slug }, signal }),
    }),

  submissions: () =>
    infiniteQueryOptions({
      queryKey: ['submissions'],
      queryFn: ({ pageParam, signal }) =>
        call(ENDPOINTS.listSubmissions, { query: { limit: 30, cursor: pageParam }, signal }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (last) => last.nextCursor ?? undefined,
    }),

  submission: (id: string) =>
    queryOptions({
      queryKey: ['submission', id],
      queryFn: ({ signal }) => call(ENDPOINTS.getSubmission, { params: { id }, signal }),
    }),

  run: (id: string) =>
    queryOptions({
      queryKey: ['run', id],
      queryFn: ({ signal }) => call(ENDPOINTS.getRun, { params: { id }, signal }),
    }),

  caseResults: (runId: string) =>
    queryOptions({
      queryKey: ['case-results', runId],
      queryFn: ({ signal }) => call(ENDPOINTS.listCaseResults, { params: { id: runId }, signal }),
    }),

  tokens: () => queryOptions({ queryKey: ['tokens'], queryFn: ({ signal }) => call(ENDPOINTS.listTokens, { signal }) }),

  users: () =>
    infiniteQueryOptions({
      queryKey: ['users'],
      queryFn: ({ pageParam, signal }) =>
        call(ENDPOINTS.listUsers, { query: { limit: 50, cursor: pageParam }, signal }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (last) => last.nextCursor ?? undefined,
    }),

  accessEvents: (slug: string) =>
    infiniteQueryOptions({
      queryKey: ['access-events', slug],
      queryFn: ({ pageParam, signal }) =>
        call(ENDPOINTS.listAccessEvents, { params: { slug }, query: { limit: 100, cursor: pageParam }, signal }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (last) => last.nextCursor ?? undefined,
    }),
} as const;
