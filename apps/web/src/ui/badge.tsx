import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons.js';
import type { Tone } from '../runs/run-words.js';

/** A short word in a rounded box; its tone is repeated by an icon, so colour is never the only sign. */
export function Badge({
  tone = 'neutral',
  icon,
  children,
  title,
}: {
  readonly tone?: Tone;
  readonly icon?: IconName;
  readonly children: ReactNode;
  readonly title?: string;
}): ReactNode {
  return (
    <span className={`badge badge-${tone}`} title={title}>
      {icon !== undefined && <Icon name={icon} size={13} />}
      {children}
    </span>
  );
}

/** A small square in a structure's colour, beside its name. */
export function Swatch({ color }: { readonly color: string | undefined }): ReactNode {
  return <span className="swatch" style={{ backgroundColor: color ?? 'var(--vm-text-muted)' }} aria-hidden="true" />;
}
