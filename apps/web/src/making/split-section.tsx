import type { ReactNode } from 'react';
import type { NewBenchmarkBody } from '#contracts';
import { count } from '../format/numbers.js';
import { SelectField, TextField } from '../ui/field.js';
import { held } from './choices.js';
import { FormSection, type SectionProps } from './form-parts.js';

type Split = NonNullable<NewBenchmarkBody['split']>;
type Side = 'practice' | 'test' | '';

/** Which cases are for practice, and which nobody sees. */
export function SplitSection({ choices, onChoices, definition, check, dataset, faults }: SectionProps): ReactNode {
  const split = held('split', choices, definition) as Split | undefined;
  const drawn = check?.cases;
  const cases = (dataset?.cases ?? []).filter(({ withdrawnAt }) => withdrawnAt === null);
  const splits = [...new Set(cases.map((one) => one.split).filter((value): value is string => value !== null))].sort();
  const facts = [...new Set(cases.flatMap((one) => Object.keys(one.facts)))].sort();
  const several = cases.some(({ readers }) => readers.length > 1 && readers.every(({ consensus }) => !consensus));
  const consensus = held('consensus', choices, definition);
  const readers = [...new Set(cases.flatMap((one) => one.readers.map(({ reader }) => reader)))].sort();
  const set = (next: Split): void => onChoices({ split: next });
  return (
    <FormSection
      section="split"
      n={2}
      lead="Practice cases are for trying out, with every figure and picture. Held-out cases decide; no patient is in both."
      check={check}
      faults={faults}
    >
      <fieldset className="choice-row">
        <legend className="visually-hidden">How cases are divided</legend>
        {(
          [
            ['by-split', 'As the dataset says', splits.length === 0],
            ['random', 'Drawn at random, by patient', false],
            ['by-name', 'Case by case', cases.length === 0],
          ] as const
        ).map(([kind, words, off]) => (
          <label key={kind} className="check-line">
            <input
              type="radio"
              name="split"
              checked={split?.kind === kind}
              disabled={off || split === undefined}
              onChange={() =>
                set(
                  kind === 'random'
                    ? { kind, seed: 1, testShare: 0.7, stratifyBy: null }
                    : kind === 'by-split'
                      ? { kind, practice: splits.slice(0, 1), test: splits.slice(1) }
                      : { kind, practice: [...(drawn?.practice ?? [])], test: [...(drawn?.test ?? [])] },
                )
              }
            />{' '}
            {words}
          </label>
        ))}
      </fieldset>
      {split?.kind === 'by-split' && (
        <Sides
          caption="Splits of the dataset"
          rows={splits.map((name) => ({ name, note: count(cases.filter((one) => one.split === name).length, 'case') }))}
          sideOf={(name) => sideOf(split, name)}
          onSide={(name, side) => set({ kind: 'by-split', ...moved(split, name, side) })}
        />
      )}
      {split?.kind === 'by-name' && (
        <Sides
          caption="Cases"
          rows={cases.map(({ name, patient }) => ({ name, note: patient === name ? '' : `patient ${patient}` }))}
          sideOf={(name) => sideOf(split, name)}
          onSide={(name, side) => set({ kind: 'by-name', ...moved(split, name, side) })}
        />
      )}
      {split?.kind === 'random' && (
        <div className="form-row">
          <TextField
            label="Held-out share of the patients, %"
            type="number"
            min={1}
            max={99}
            value={Math.round((split.testShare ?? 0.7) * 100)}
            onChange={(event) =>
              set({ ...split, testShare: Math.min(99, Math.max(1, Number(event.target.value) || 1)) / 100 })
            }
          />
          <TextField
            label="Seed"
            type="number"
            min={0}
            max={2147483647}
            hint="Another seed is another draw; the list of cases is kept."
            value={split.seed ?? 1}
            onChange={(event) => set({ ...split, seed: Math.max(0, Math.trunc(Number(event.target.value) || 0)) })}
          />
          <SelectField
            label="Alike in"
            hint="Patients are drawn within each value of this fact."
            value={split.stratifyBy ?? ''}
            onChange={(event) => set({ ...split, stratifyBy: event.target.value === '' ? null : event.target.value })}
          >
            <option value="">nothing in particular</option>
            {facts.map((fact) => (
              <option key={fact} value={fact}>
                {fact}
              </option>
            ))}
          </SelectField>
        </div>
      )}
      {several && consensus !== undefined && (
        <SelectField
          label="Scored against"
          hint="Several readers drew these cases, and none of them is the consensus."
          value={consensus.kind === 'reader' ? `reader:${consensus.reader}` : consensus.kind}
          onChange={(event) => {
            const { value } = event.target;
            onChoices({
              consensus: value.startsWith('reader:')
                ? { kind: 'reader', reader: value.slice(7) }
                : { kind: value as 'majority' | 'staple' },
            });
          }}
        >
          <option value="majority">the majority of the readers, voxel by voxel</option>
          <option value="staple">STAPLE: readers weighted by how well they agree</option>
          {readers.map((reader) => (
            <option key={reader} value={`reader:${reader}`}>
              {reader} alone
            </option>
          ))}
        </SelectField>
      )}
      {drawn && (
        <div className="split-picture">
          <p role="status">
            <strong>{count(drawn.practice.length, 'practice case')}</strong> of{' '}
            {count(drawn.patients.practice, 'patient')} · <strong>{drawn.test.length} held out</strong> of{' '}
            {count(drawn.patients.test, 'patient')}
            {drawn.left.length > 0 && <> · {drawn.left.length} left out</>}
          </p>
          <div className="split-bar" aria-hidden="true">
            <span className="split-practice" style={{ flexGrow: drawn.practice.length }} />
            <span className="split-test" style={{ flexGrow: drawn.test.length }} />
            <span className="split-left" style={{ flexGrow: drawn.left.length }} />
          </div>
          <details className="disclosed">
            <summary>Which ones</summary>
            <dl className="facts facts-spaced">
              <dt>Practice</dt>
              <dd className="wrap">{drawn.practice.join(', ') || 'none'}</dd>
              <dt>Held out</dt>
              <dd className="wrap">{drawn.test.join(', ') || 'none'}</dd>
              {drawn.left.length > 0 && (
                <>
                  <dt>Left out</dt>
                  <dd className="wrap">{drawn.left.join(', ')}</dd>
                </>
              )}
            </dl>
          </details>
        </div>
      )}
    </FormSection>
  );
}

interface Lists {
  readonly practice: readonly string[];
  readonly test: readonly string[];
}

export function sideOf({ practice, test }: Lists, name: string): Side {
  return practice.includes(name) ? 'practice' : test.includes(name) ? 'test' : '';
}

/** The lists with one name on a side, and on no other. */
export function moved({ practice, test }: Lists, name: string, side: Side): { practice: string[]; test: string[] } {
  const without = (list: readonly string[]): string[] => list.filter((one) => one !== name);
  return {
    practice: side === 'practice' ? [...without(practice), name] : without(practice),
    test: side === 'test' ? [...without(test), name] : without(test),
  };
}

function Sides({
  caption,
  rows,
  sideOf: sideOfRow,
  onSide,
}: {
  readonly caption: string;
  readonly rows: readonly { readonly name: string; readonly note: string }[];
  readonly sideOf: (name: string) => Side;
  readonly onSide: (name: string, side: Side) => void;
}): ReactNode {
  return (
    <div className="table-scroll table-tall" role="region" aria-label={caption} tabIndex={0}>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">{caption}</th>
            <th scope="col">Used for</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, note }) => (
            <tr key={name}>
              <th scope="row">
                {name} <span className="quiet">{note}</span>
              </th>
              <td>
                <select
                  aria-label={`Use of ${name}`}
                  value={sideOfRow(name)}
                  onChange={(event) => onSide(name, event.target.value as Side)}
                >
                  <option value="practice">practice</option>
                  <option value="test">held out</option>
                  <option value="">left out</option>
                </select>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
