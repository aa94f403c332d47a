import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ENDPOINTS } from '#contracts';
import type { PhaseKind } from '#domain';
import type { SchemeChoice } from '../evidence/scheme-choice.js';
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

  /** @param asOf address of a state of the board; absent: the newest */
  leaderboard: (slug: string, phase: PhaseKind, asOf?: string) =>
    infiniteQueryOptions({
      queryKey: ['leaderboard', slug, phase, asOf ?? 'newest'],
      queryFn: ({ pageParam, signal }) =>
        call(ENDPOINTS.getLeaderboard, {
          params: { slug },
          query: { phase, limit: 100, cursor: pageParam, asOf },
          signal,
        }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (last) => last.nextCursor ?? undefined,
    }),

  /** @param asOf address of a state of a board: every later state is listed from the newest of the same board on */
  boardStates: (slug: string, phase: PhaseKind, asOf?: string) =>
    infiniteQueryOptions({
      queryKey: ['board-states', slug, phase, asOf ?? 'newest'],
      queryFn: ({ pageParam, signal }) =>
        call(ENDPOINTS.listBoardStates, { params: { slug }, query: { phase, asOf, cursor: pageParam }, signal }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (last) => last.nextCursor ?? undefined,
    }),

  boardState: (hash: string) =>
    queryOptions({
      queryKey: ['board-state', hash],
      queryFn: ({ signal }) => call(ENDPOINTS.getBoardState, { params: { hash }, signal }),
      staleTime: Infinity,
    }),

  /** Evidence of one state of a board: it never changes, so it is asked for once. */
  evidence: (slug: string, phase: PhaseKind, asOf: string, choice: SchemeChoice) =>
    queryOptions({
      queryKey: ['evidence', slug, phase, asOf, choice.scheme, choice.metric ?? '', choice.region ?? 'all'],
      queryFn: ({ signal }) =>
        call(ENDPOINTS.getEvidence, { params: { slug }, query: { phase, asOf, ...choice }, signal }),
      staleTime: Infinity,
    }),

  /** Intervals of the means of one state of a board. */
  boardMeans: (slug: string, phase: PhaseKind, asOf: string) =>
    queryOptions({
      queryKey: ['board-means', slug, phase, asOf],
      queryFn: ({ signal }) => call(ENDPOINTS.getBoardMeans, { params: { slug }, query: { phase, asOf }, signal }),
      staleTime: Infinity,
    }),

  boardValues: (slug: string, phase: PhaseKind, asOf: string) =>
    queryOptions({
      queryKey: ['board-values', slug, phase, asOf],
      queryFn: ({ signal }) => call(ENDPOINTS.getBoardValues, { params: { slug }, query: { phase, asOf }, signal }),
      staleTime: Infinity,
    }),

  comparison: (
    slug: string,
    which: {
      readonly phase: PhaseKind;
      readonly asOf: string;
      readonly first: string;
      readonly second: string;
      readonly metric?: string;
      readonly region?: string;
    },
  ) =>
    queryOptions({
      queryKey: ['comparison', slug, which],
      queryFn: ({ signal }) => call(ENDPOINTS.compareRuns, { params: { slug }, query: which, signal }),
      staleTime: Infinity,
    }),

  cases: (slug: string, phase: PhaseKind) =>
    queryOptions({
      queryKey: ['cases', slug, phase],
      queryFn: ({ signal }) => call(ENDPOINTS.listCases, { params: { slug }, query: { phase }, signal }),
      staleTime: 300_000,
    }),

  /** @param preflight of one's own: its prediction is shown, too */
  caseView: (id: string, preflight?: string) =>
    queryOptions({
      queryKey: preflight === undefined ? ['case', id] : ['case', id, preflight],
      queryFn: ({ signal }) => call(ENDPOINTS.getCase, { params: { id }, query: { preflight }, signal }),
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

  onHold: (slug: string) =>
    infiniteQueryOptions({
      queryKey: ['on-hold', slug],
      queryFn: ({ pageParam, signal }) =>
        call(ENDPOINTS.listOnHold, { params: { slug }, query: { limit: 30, cursor: pageParam }, signal }),
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

  /** Asked for each second until it has ended. */
  preflight: (id: string) =>
    queryOptions({
      queryKey: ['preflight', id],
      queryFn: ({ signal }) => call(ENDPOINTS.getPreflight, { params: { id }, signal }),
      refetchInterval: ({ state }) =>
        state.data === undefined || state.data.state === 'queued' || state.data.state === 'running' ? 1000 : false,
    }),

  datasets: () =>
    queryOptions({ queryKey: ['datasets'], queryFn: ({ signal }) => call(ENDPOINTS.listDatasets, { signal }) }),

  dataset: (slug: string) =>
    queryOptions({
      queryKey: ['dataset', slug],
      queryFn: ({ signal }) => call(ENDPOINTS.getDataset, { params: { slug }, signal }),
    }),

  /** What was sent to a dataset by DICOMweb, until cases are made of it. */
  inbox: (slug: string) =>
    queryOptions({
      queryKey: ['inbox', slug],
      queryFn: ({ signal }) => call(ENDPOINTS.getInbox, { params: { slug }, signal }),
    }),

  /** A benchmark on its organiser's desk. */
  benchmarkMaking: (slug: string) =>
    queryOptions({
      queryKey: ['benchmark-making', slug],
      queryFn: ({ signal }) => call(ENDPOINTS.getBenchmarkMaking, { params: { slug }, signal }),
    }),

  /** Who has a part in a benchmark. */
  benchmarkMembers: (slug: string) =>
    queryOptions({
      queryKey: ['benchmark-members', slug],
      queryFn: ({ signal }) => call(ENDPOINTS.listMembers, { params: { slug }, signal }),
    }),

  /** Asked for each second until it has ended. */
  dryRun: (slug: string, id: string) =>
    queryOptions({
      queryKey: ['dry-run', slug, id],
      queryFn: ({ signal }) => call(ENDPOINTS.getDryRun, { params: { slug, id }, signal }),
      refetchInterval: ({ state }) =>
        state.data === undefined || state.data.state === 'queued' || state.data.state === 'running' ? 1000 : false,
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
