import { useEffect, useState } from 'react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ENDPOINTS, type BenchmarkCheckView, type BenchmarkDefinition } from '#contracts';
import { call } from '../api/api-client.js';
import { checkableBody, type Choices } from './choices.js';

/** Milliseconds of quiet before a change is checked. */
const QUIET = 500;

export interface LiveCheck {
  /** The newest that was complete, so that the form does not jump while something is half typed. */
  readonly definition: BenchmarkDefinition | null;
  readonly check: BenchmarkCheckView | undefined;
  /** A change is on its way to the check, or being checked. */
  readonly busy: boolean;
  readonly error: unknown;
}

/** Has the server say what a description would become, a moment after each change. */
export function useDefinition(choices: Choices): LiveCheck {
  const body = checkableBody(choices);
  const now = body === null ? null : JSON.stringify(body);
  const settled = useSettled(now);
  const query = useQuery({
    queryKey: ['benchmark-check', settled],
    queryFn: ({ signal }) =>
      call(ENDPOINTS.checkBenchmark, { body: JSON.parse(settled!) as NonNullable<typeof body>, signal }),
    enabled: settled !== null,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  const [newest, setNewest] = useState<BenchmarkDefinition | null>(null);
  const found = query.data?.definition ?? null;
  if (found !== null && found !== newest) setNewest(found);
  return {
    definition: found ?? newest,
    check: query.data,
    busy: now !== settled || query.isFetching,
    error: query.error,
  };
}

function useSettled(text: string | null): string | null {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), QUIET);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
