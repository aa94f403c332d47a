import type { ReactNode } from 'react';
import { Icon } from '../ui/icons.js';
import type { MetricInfo } from './board-columns.js';

/** Under a metric's name: its unit, and an arrow for which way is better, if either is; the word beside it unless `brief`. */
export function MetricNote({
  metric,
  brief = false,
}: {
  readonly metric: Pick<MetricInfo, 'unit' | 'direction' | 'role'>;
  readonly brief?: boolean;
}): ReactNode {
  if (metric.role !== 'rank') {
    return (
      <span className="metric-note" title="shown, never ranked">
        {metric.unit !== '' && <span>{metric.unit}</span>}
        {!brief && <span>not ranked</span>}
      </span>
    );
  }
  const words = metric.direction === 'higher' ? 'higher is better' : 'lower is better';
  return (
    <span className="metric-note" title={words}>
      {metric.unit !== '' && <span>{metric.unit}</span>}
      <Icon name={metric.direction === 'higher' ? 'up' : 'down'} size={11} />
      <span className="visually-hidden">{words}</span>
      {!brief && <span aria-hidden="true">better</span>}
    </span>
  );
}
