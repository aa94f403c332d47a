import type { ReactNode } from 'react';
import type { ForecastView } from '#contracts';
import { count, formatBytes, formatDuration } from '../format/numbers.js';

const CROPPED = ' How much a crop leaves of an image is not known beforehand: it may well be quicker than this.';
const GUESSED =
  ' That is over a limit only if all time and memory grow with the image, which they may not: it is not refused for that.';

/** Time and memory that a version will take, against the limits of one case. */
export function Forecast({ forecast }: { readonly forecast: ForecastView }): ReactNode {
  const { tiles, runs, secondsPerRun, secondsPerCase, secondsAround, limitSeconds, exact, fits } = forecast;
  const { peakMemoryBytes, limitMemoryBytes } = forecast;
  return (
    <div className="forecast">
      <Meter
        label="Longest case"
        value={secondsPerCase}
        limit={limitSeconds}
        words={`${formatDuration(secondsPerCase * 1000)} of ${formatDuration(limitSeconds * 1000)}`}
      />
      <Meter
        label="Memory"
        value={peakMemoryBytes}
        limit={limitMemoryBytes}
        words={`${formatBytes(peakMemoryBytes)} of ${formatBytes(limitMemoryBytes)}`}
      />
      <p className="fine">
        {count(tiles, 'tile')}, {count(runs, 'run')} of a network at {formatDuration(secondsPerRun * 1000)} each.
        {secondsAround === null && ' What comes before and after the network was not measured, and is not in it.'}{' '}
        Held-out cases are taken to be like the open ones.
        {fits === null && (exact ? GUESSED : CROPPED)}
      </p>
    </div>
  );
}

/** How much of a limit is used; beyond it the bar is full and says so by its words. */
function Meter({
  label,
  value,
  limit,
  words,
}: {
  readonly label: string;
  readonly value: number;
  readonly limit: number;
  readonly words: string;
}): ReactNode {
  const over = value > limit;
  return (
    <div className={over ? 'meter meter-over' : 'meter'}>
      <span className="meter-label">{label}</span>
      <span className="meter-track" aria-hidden="true">
        <span className="meter-fill" style={{ width: `${Math.min(100, (100 * value) / limit)}%` }} />
      </span>
      <span className="meter-words">
        {words}
        {over && ', too much'}
      </span>
    </div>
  );
}
