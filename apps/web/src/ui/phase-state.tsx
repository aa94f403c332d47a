import type { ReactNode } from 'react';
import type { RunState } from '#domain';
import { RUN_WORDS, type Tone } from '../runs/run-words.js';
import { Badge } from './badge.js';
import type { IconName } from './icons.js';

const ICONS: Readonly<Record<Tone, IconName>> = {
  neutral: 'clock',
  active: 'retry',
  good: 'check',
  bad: 'cross',
  caution: 'pause',
};

/** State of a run as a badge: word, tone and icon. */
export function StateBadge({ state }: { readonly state: RunState }): ReactNode {
  const { word, tone, sentence } = RUN_WORDS[state];
  return (
    <Badge tone={tone} icon={ICONS[tone]} title={sentence}>
      {word}
    </Badge>
  );
}
