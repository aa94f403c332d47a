import { useEffect, useState, type ReactNode } from 'react';
import { Icon } from './icons.js';

/** Copies a text; says so for two seconds, to the eye and to screen readers. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  const [outcome, setOutcome] = useState<'idle' | 'copied' | 'refused'>('idle');
  useEffect(() => {
    if (outcome === 'idle') return;
    const timer = setTimeout(() => setOutcome('idle'), 2000);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = (): void => {
    const writing = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'));
    writing.then(
      () => setOutcome('copied'),
      () => setOutcome('refused'),
    );
  };
  return (
    <>
      <button type="button" className="icon-button" onClick={copy} aria-label={label} title={label}>
        <Icon name={outcome === 'copied' ? 'check' : outcome === 'refused' ? 'cross' : 'copy'} size={15} />
      </button>
      <span className="visually-hidden" role="status">
        {outcome === 'copied'
          ? 'Copied'
          : outcome === 'refused'
            ? 'The browser did not allow copying; select the text instead'
            : ''}
      </span>
    </>
  );
}

/** A digest, short to the eye, whole to the clipboard and on hover. */
export function Digest({ value, what }: { readonly value: string; readonly what: string }): ReactNode {
  return (
    <span className="digest">
      <code title={value}>
        {value.slice(0, 12)}…{value.slice(-4)}
      </code>
      <CopyButton text={value} label={`Copy the SHA-256 of ${what}`} />
    </span>
  );
}
