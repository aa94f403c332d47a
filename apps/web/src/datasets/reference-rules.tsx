import { useId, useState, type ReactNode } from 'react';
import type { DatasetFinding, ReferenceRules } from '#datasets';
import { DEFAULT_FRACTIONAL_THRESHOLD, type OverlapRule } from '#domain';
import { SelectField, TextField } from '../ui/field.js';

const OVERLAP_WORDS: Readonly<Record<OverlapRule, string>> = {
  last: 'the higher label wins (structures numbered from the outermost inwards)',
  first: 'the lower label wins',
};

/** What the findings say about choices that a SEG or RTSTRUCT leaves open. */
export interface OpenChoices {
  readonly overlap: boolean;
  readonly fractional: boolean;
}

export function openChoices(findings: readonly DatasetFinding[]): OpenChoices {
  const has = (...codes: readonly string[]): boolean => findings.some(({ code }) => codes.includes(code));
  return {
    overlap: has('reference-overlap', 'reference-overlap-settled'),
    fractional: has('reference-fractional'),
  };
}

/** Why a threshold cannot be used; empty when it can. */
export function thresholdFault(text: string): string {
  const share = Number(text);
  return text.trim() !== '' && share > 0 && share <= 1 ? '' : 'Expected a number above 0, up to 1.';
}

/** Asks which label shared voxels keep and where fractional segments are cut, and checks again so. */
export function ReferenceRulesForm({
  choices,
  rules,
  onRules,
}: {
  readonly choices: OpenChoices;
  /** Those of the check. */
  readonly rules: ReferenceRules;
  readonly onRules: (rules: ReferenceRules) => void;
}): ReactNode {
  const heading = useId();
  const [overlap, setOverlap] = useState<OverlapRule | ''>(rules.overlap ?? '');
  const before = String(rules.fractionalThreshold ?? DEFAULT_FRACTIONAL_THRESHOLD);
  const [threshold, setThreshold] = useState(before);
  if (!choices.overlap && !choices.fractional) return null;
  const fault = choices.fractional ? thresholdFault(threshold) : '';
  const same = overlap === (rules.overlap ?? '') && Number(threshold) === Number(before);
  return (
    <div className="form-part" role="group" aria-labelledby={heading}>
      <h3 id={heading}>How segmentations are read</h3>
      {choices.overlap && (
        <SelectField
          label="Where structures share voxels"
          hint="A voxel has one label. How many are shared, pair by pair, is said above and kept with the case."
          value={overlap}
          onChange={(event) => setOverlap(event.target.value as OverlapRule | '')}
        >
          <option value="">refuse the case</option>
          {(['last', 'first'] as const).map((rule) => (
            <option key={rule} value={rule}>
              {OVERLAP_WORDS[rule]}
            </option>
          ))}
        </SelectField>
      )}
      {choices.fractional && (
        <TextField
          label="Fractional segments: a voxel belongs to one from this share of the maximum on"
          hint="Above 0, up to 1; the share itself counts. Kept with the case."
          inputMode="decimal"
          value={threshold}
          error={fault}
          onChange={(event) => setThreshold(event.target.value)}
        />
      )}
      <div className="form-actions">
        <button
          type="button"
          className="button"
          disabled={same || fault !== ''}
          onClick={() =>
            onRules({
              ...(overlap === '' ? {} : { overlap }),
              ...(choices.fractional
                ? { fractionalThreshold: Number(threshold) }
                : rules.fractionalThreshold === undefined
                  ? {}
                  : { fractionalThreshold: rules.fractionalThreshold }),
            })
          }
        >
          Check again with this
        </button>
      </div>
    </div>
  );
}
