import type { ReactNode } from 'react';
import { ISOLATION_LEVELS, REVEAL_KINDS, SECRECY_LABELS, type IsolationLevel, type SecrecyLabel } from '#domain';
import { isMetricId, metricDefinition } from '#metrics';
import { SelectField, TextField } from '../ui/field.js';
import { held } from './choices.js';
import { FormSection, type SectionProps } from './form-parts.js';
import { ISOLATION_WORDS, LABEL_WORDS, REVEAL_WORDS } from './making-words.js';

const nameOf = (id: string): string => (isMetricId(id) ? metricDefinition(id).name : id);

/** Which figure decides, and how places are given. */
export function RankingSection({ choices, onChoices, definition, check, faults }: SectionProps): ReactNode {
  const ranking = held('ranking', choices, definition);
  const metrics = (held('metrics', choices, definition) ?? []).filter(
    ({ id }) => !isMetricId(id) || metricDefinition(id).role === 'rank',
  );
  return (
    <FormSection
      section="ranking"
      n={5}
      lead="Declared before anybody submits. Boards also show what other rules would have said."
      check={check}
      faults={faults}
    >
      {ranking && (
        <>
          <div className="choice-row">
            <label className="check-line">
              <input
                type="radio"
                name="ranking"
                checked={ranking.kind === 'mean-then-rank'}
                onChange={() =>
                  onChoices({ ranking: { kind: 'mean-then-rank', metric: metrics[0]?.id ?? 'dice', ties: 'min' } })
                }
              />{' '}
              By the mean of one metric
            </label>
            <label className="check-line">
              <input
                type="radio"
                name="ranking"
                checked={ranking.kind === 'consensus'}
                onChange={() =>
                  onChoices({ ranking: { kind: 'consensus', metrics: metrics.map(({ id }) => id), ties: 'min' } })
                }
              />{' '}
              By the mean of the places in several
            </label>
          </div>
          {ranking.kind === 'mean-then-rank' ? (
            <SelectField
              label="Metric that decides"
              value={ranking.metric}
              onChange={(event) => onChoices({ ranking: { ...ranking, metric: event.target.value } })}
            >
              {metrics.map(({ id }) => (
                <option key={id} value={id}>
                  {nameOf(id)} ({id})
                </option>
              ))}
              {metrics.every(({ id }) => id !== ranking.metric) && (
                <option value={ranking.metric}>{ranking.metric}</option>
              )}
            </SelectField>
          ) : (
            <fieldset className="checks">
              <legend>Metrics that decide</legend>
              {metrics.map(({ id }) => (
                <label key={id}>
                  <input
                    type="checkbox"
                    checked={ranking.metrics.includes(id)}
                    onChange={(event) =>
                      onChoices({
                        ranking: {
                          ...ranking,
                          metrics: event.target.checked
                            ? [...ranking.metrics, id]
                            : ranking.metrics.filter((one) => one !== id),
                        },
                      })
                    }
                  />{' '}
                  {nameOf(id)} ({id})
                </label>
              ))}
            </fieldset>
          )}
        </>
      )}
    </FormSection>
  );
}

/** What a model may take, and how far it is shut in. */
export function LimitsSection({ choices, onChoices, definition, check, faults }: SectionProps): ReactNode {
  const limits = held('limits', choices, definition);
  const isolation = choices.requiredIsolation ?? definition?.requiredIsolation;
  const number = (
    key: 'loadSeconds' | 'caseSeconds' | 'memoryMib' | 'threads',
    label: string,
    hint?: string,
  ): ReactNode =>
    limits && (
      <TextField
        label={label}
        hint={hint}
        type="number"
        min={1}
        value={limits[key]}
        onChange={(event) => onChoices({ limits: { ...limits, [key]: Math.trunc(Number(event.target.value) || 0) } })}
      />
    );
  return (
    <FormSection
      section="limits"
      n={6}
      lead="A model runs without network, in a process of its own. Whoever exceeds a limit has a failed case, not a stopped run."
      check={check}
      faults={faults}
    >
      <div className="form-row">
        {number('loadSeconds', 'Loading the model, s')}
        {number('caseSeconds', 'One case, s')}
        {number('memoryMib', 'Memory, MiB')}
        {number('threads', 'Threads', 'Part of the signature: another number is another board.')}
      </div>
      <div className="form-row">
        <SelectField
          label="Isolation that a worker must have"
          hint={isolation === undefined ? undefined : ISOLATION_WORDS[isolation]}
          value={isolation ?? ''}
          onChange={(event) =>
            onChoices({
              requiredIsolation: event.target.value === '' ? undefined : (event.target.value as IsolationLevel),
            })
          }
        >
          <option value="">by the secrecy of the cases</option>
          {ISOLATION_LEVELS.map((level) => (
            <option key={level} value={level}>
              {level}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="Grid of a prediction"
          hint="Models bring their output back to the grid of the image as a rule."
          value={held('predictionGrid', choices, definition) ?? 'reference'}
          onChange={(event) => onChoices({ predictionGrid: event.target.value as 'reference' | 'nearest' })}
        >
          <option value="reference">the grid of the reference, exactly</option>
          <option value="nearest">any: taken to it by nearest neighbour</option>
        </SelectField>
      </div>
    </FormSection>
  );
}

/** Secrecy of each phase, and who may ever see its references. */
export function SecrecySection({ choices, onChoices, definition, check, faults }: SectionProps): ReactNode {
  return (
    <FormSection
      section="secrecy"
      n={7}
      lead="The label says who may see images; the reveal rule, who may see reference segmentations and all that is made of them."
      check={check}
      faults={faults}
    >
      {(['practice', 'test'] as const).map((phase) => {
        const said = choices.phases?.[phase];
        const phaseNow = { ...definition?.phases[phase], ...said };
        const set = (change: NonNullable<typeof said>): void =>
          onChoices({ phases: { ...choices.phases, [phase]: { ...said, ...change } } });
        const reveal = phaseNow.reveal;
        const names = check?.cases?.[phase] ?? [];
        return (
          <fieldset key={phase} className="phase-choice">
            <legend>{phase === 'practice' ? 'Practice cases' : 'Held-out cases'}</legend>
            <div className="form-row">
              <SelectField
                label="Images are seen by"
                hint={phaseNow.label && LABEL_WORDS[phaseNow.label].hint}
                value={phaseNow.label ?? ''}
                onChange={(event) => set({ label: event.target.value as SecrecyLabel })}
              >
                {phaseNow.label === undefined && <option value="">…</option>}
                {SECRECY_LABELS.map((label) => (
                  <option key={label} value={label}>
                    {LABEL_WORDS[label].name}
                  </option>
                ))}
              </SelectField>
              <SelectField
                label="References are seen by"
                hint={reveal && REVEAL_WORDS[reveal.kind].hint}
                value={reveal?.kind ?? ''}
                onChange={(event) => {
                  const kind = event.target.value as (typeof REVEAL_KINDS)[number] | '';
                  set({
                    reveal:
                      kind === '' ? undefined : kind === 'showcase' ? { kind, cases: names.slice(0, 1) } : { kind },
                  });
                }}
              >
                <option value="">
                  {phase === 'practice' ? 'whoever may see the case' : 'organisers and stewards only'}
                </option>
                {REVEAL_KINDS.map((kind) => (
                  <option key={kind} value={kind}>
                    {REVEAL_WORDS[kind].name}
                  </option>
                ))}
              </SelectField>
              <TextField
                label="Takes submissions until"
                type="datetime-local"
                hint="Left empty, it stays open."
                value={phaseNow.closesAt === undefined ? '' : localMinute(phaseNow.closesAt)}
                onChange={(event) =>
                  set({ closesAt: event.target.value === '' ? undefined : new Date(event.target.value).toISOString() })
                }
              />
            </div>
            {reveal?.kind === 'showcase' && (
              <fieldset className="checks showcase">
                <legend>Cases that are shown</legend>
                {names.map((name) => (
                  <label key={name}>
                    <input
                      type="checkbox"
                      checked={reveal.cases.includes(name)}
                      onChange={(event) =>
                        set({
                          reveal: {
                            kind: 'showcase',
                            cases: event.target.checked
                              ? [...reveal.cases, name]
                              : reveal.cases.filter((one) => one !== name),
                          },
                        })
                      }
                    />{' '}
                    {name}
                  </label>
                ))}
              </fieldset>
            )}
          </fieldset>
        );
      })}
    </FormSection>
  );
}

/** An instant as the input of date and time wants it: in the reader's time zone, to the minute. */
function localMinute(instant: string): string {
  const at = new Date(instant);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
