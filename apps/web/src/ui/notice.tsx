import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons.js';

export type NoticeTone = 'info' | 'good' | 'caution' | 'bad';
const ICONS: Readonly<Record<NoticeTone, IconName>> = { info: 'info', good: 'check', caution: 'alert', bad: 'alert' };

/** A boxed message. `live` makes screen readers say it when it appears. */
export function Notice({
  tone = 'info',
  icon,
  title,
  children,
  actions,
  live = false,
}: {
  readonly tone?: NoticeTone;
  readonly icon?: IconName;
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  readonly live?: boolean;
}): ReactNode {
  return (
    <div className={`notice notice-${tone}`} role={live ? (tone === 'bad' ? 'alert' : 'status') : undefined}>
      <Icon name={icon ?? ICONS[tone]} size={18} />
      <div className="notice-body">
        {title !== undefined && <p className="notice-title">{title}</p>}
        {children}
        {actions !== undefined && <div className="notice-actions">{actions}</div>}
      </div>
    </div>
  );
}
