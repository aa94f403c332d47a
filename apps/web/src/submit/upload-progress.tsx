import type { ReactNode } from 'react';
import { formatBytes, percent } from '../format/numbers.js';
import { ProgressBar } from '../ui/progress.js';
import type { Sent } from './use-upload.js';

/** How much of the files has gone out, and that the server looks at them afterwards. */
export function UploadProgress({
  sent: { bytes, total },
  label,
}: {
  readonly sent: Sent;
  readonly label: string;
}): ReactNode {
  return (
    <ProgressBar
      done={bytes}
      total={total}
      label={label}
      words={
        total > 0 && bytes >= total
          ? 'Sent. The server checks and stores the files…'
          : `${formatBytes(bytes)} of ${formatBytes(total)} (${percent(bytes, total)} %)`
      }
    />
  );
}
