import { useRef, useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import type { Watch } from '../api/send-form.js';

export interface Sent {
  readonly bytes: number;
  readonly total: number;
}

export interface UploadState {
  /** While files are on their way; otherwise null. */
  readonly sent: Sent | null;
  /** Why it was refused; null when it was not, or was stopped on purpose. */
  readonly error: Error | null;
  readonly stopped: boolean;
  readonly start: () => void;
  readonly stop: () => void;
  readonly reset: () => void;
}

/** An upload that can be watched and stopped. */
export function useUpload<Receipt>({
  send,
  onSuccess,
}: {
  readonly send: (watch: Watch) => Promise<Receipt>;
  readonly onSuccess: (receipt: Receipt) => unknown;
}): UploadState {
  const [sent, setSent] = useState<Sent | null>(null);
  const stop = useRef<AbortController | null>(null);
  const sending = useMutation({
    mutationFn: () => {
      const controller = new AbortController();
      stop.current = controller;
      setSent({ bytes: 0, total: 0 });
      return send({ onProgress: (bytes, total) => setSent({ bytes, total }), signal: controller.signal });
    },
    onSuccess,
    onSettled: () => setSent(null),
  });
  const stopped = sending.error instanceof DOMException && sending.error.name === 'AbortError';
  return {
    sent,
    error: stopped ? null : sending.error,
    stopped,
    start: () => sending.mutate(),
    stop: () => stop.current?.abort(),
    reset: () => sending.reset(),
  };
}
