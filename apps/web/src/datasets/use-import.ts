import { useEffect, useRef, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import type { NewDatasetBody } from '#contracts';
import type { ReferenceRules } from '#datasets';
import { startCheck, type CheckClient, type Checked, type CheckWorker } from './check-client.js';
import type { Preparation } from './check-messages.js';
import type { CheckQuestion } from './open-chosen.js';
import { sendDataset, type SendingState, type SentDataset } from './send-dataset.js';

export type ImportState =
  | { readonly stage: 'choosing' }
  | { readonly stage: 'checking'; readonly name: string; readonly done: number; readonly of: number }
  | { readonly stage: 'broken'; readonly error: unknown }
  | ({ readonly stage: 'checked'; readonly sending: Sending | null; readonly rules: ReferenceRules } & Checked);

export type Sending =
  | { readonly stage: 'under-way'; readonly state: SendingState | null }
  | { readonly stage: 'stopped' }
  | { readonly stage: 'refused'; readonly error: unknown }
  | { readonly stage: 'done'; readonly sent: SentDataset };

export interface Import {
  readonly state: ImportState;
  check(question: CheckQuestion): void;
  /** Again, with something accepted or renamed. */
  recheck(change: Partial<CheckQuestion>): void;
  send(body: NewDatasetBody, how: Preparation): void;
  stopSending(): void;
  /** Back to the choice of files; a check under way is ended. */
  reset(): void;
}

const startWorker = (): CheckWorker =>
  new Worker(new URL('./check.worker.ts', import.meta.url), { type: 'module' }) as CheckWorker;

/** The way of a dataset from files on a disk to the server. Leaving the page ends it. */
export function useImport(): Import {
  const [state, setState] = useState<ImportState>({ stage: 'choosing' });
  const client = useRef<CheckClient | null>(null);
  const question = useRef<CheckQuestion | null>(null);
  const upload = useRef<AbortController | null>(null);
  const cache = useQueryClient();
  const end = (): void => {
    upload.current?.abort();
    client.current?.end();
    client.current = null;
  };
  useEffect(() => end, []);

  const busy = state.stage === 'checked' && state.sending?.stage === 'under-way';
  useEffect(() => {
    if (!busy) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [busy]);

  const check = (asked: CheckQuestion): void => {
    end();
    question.current = asked;
    setState({ stage: 'checking', name: '', done: 0, of: 0 });
    const started = startCheck(
      asked,
      (progress) => client.current === started && setState({ stage: 'checking', ...progress }),
      startWorker,
    );
    client.current = started;
    started.checked.then(
      (checked) =>
        client.current === started && setState({ stage: 'checked', sending: null, rules: asked.rules, ...checked }),
      (error: unknown) => client.current === started && setState({ stage: 'broken', error }),
    );
  };

  const say = (sending: Sending): void => setState((now) => (now.stage === 'checked' ? { ...now, sending } : now));

  const recheck = (change: Partial<CheckQuestion>): void => {
    if (question.current !== null) check({ ...question.current, ...change });
  };

  const send = (body: NewDatasetBody, how: Preparation): void => {
    const { current } = client;
    if (state.stage !== 'checked' || state.dataset === null || current === null) return;
    const controller = new AbortController();
    upload.current = controller;
    const names = state.dataset.cases.map(({ name }) => name);
    say({ stage: 'under-way', state: null });
    sendDataset(current, body, names, how, {
      signal: controller.signal,
      say: (now) => say({ stage: 'under-way', state: now }),
    })
      .then(
        (sent) => say({ stage: 'done', sent }),
        (error: unknown) => say(controller.signal.aborted ? { stage: 'stopped' } : { stage: 'refused', error }),
      )
      .finally(() => {
        for (const key of ['datasets', 'dataset']) void cache.invalidateQueries({ queryKey: [key] });
      });
  };

  return {
    state,
    check,
    recheck,
    send,
    stopSending: () => upload.current?.abort(),
    reset: () => {
      end();
      setState({ stage: 'choosing' });
    },
  };
}
