import type { Chosen } from './chosen-files.js';

/** Why nothing can be sent yet, or an empty text. */
export function whatIsMissing({ model, manifest }: Chosen): string {
  const missing = [model === null && 'the model file', manifest === null && 'the manifest'].filter(
    (word) => word !== false,
  );
  if (missing.length > 0) return `Still needed: ${missing.join(' and ')}.`;
  const faulty = [model?.fault != null && 'the model file', manifest?.reading.ok === false && 'the manifest'].filter(
    (word) => word !== false,
  );
  return faulty.length > 0 ? `Needs correcting: ${faulty.join(' and ')}.` : '';
}
