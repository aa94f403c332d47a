import { useId, useState, type ReactNode } from 'react';
import { newDataset, type DatasetView, type NewDatasetBody } from '#contracts';
import { ACQUISITION_FACTS, ofModality } from '#datasets';
import type { ConsensusMethod } from '#domain';
import { count } from '../format/numbers.js';
import { SelectField, TextArea, TextField } from '../ui/field.js';
import type { CheckedDataset } from './check-messages.js';
import { plain } from './finding-words.js';
import { slugOf } from './slug-of.js';

/** Cases whose names are shown; all of them are sent. */
const SHOWN = 200;

/** What would be sent, word for word, and the form that says how the dataset is called. Everything else stays here. */
export function OutgoingForm({
  dataset,
  facts,
  target,
  faces,
  disabled,
  onSend,
}: {
  readonly dataset: CheckedDataset;
  readonly facts: readonly string[];
  /** The dataset that cases are added to; null: a new one. */
  readonly target: DatasetView | null;
  /** Images of heads, from which a face may be drawn. */
  readonly faces: boolean;
  readonly disabled: boolean;
  readonly onSend: (body: NewDatasetBody, facts: readonly string[], consensus: ConsensusMethod | null) => void;
}): ReactNode {
  const [name, setName] = useState(target?.name ?? dataset.name);
  const [slug, setSlug] = useState<string | null>(target?.slug ?? null);
  const [licence, setLicence] = useState(target?.licence ?? dataset.licence);
  const [description, setDescription] = useState(target?.description ?? dataset.description);
  const [modalities, setModalities] = useState<Readonly<Record<string, string>>>({});
  const [synthetic, setSynthetic] = useState(target?.synthetic ?? false);
  const [consensus, setConsensus] = useState<ConsensusMethod | ''>('');
  const [seen, setSeen] = useState(false);
  // what headers say of the acquisition says nothing of the person; what a table says is ticked by hand
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set(facts.filter((fact) => ACQUISITION_FACTS.includes(fact))),
  );
  const [meanings, setMeanings] = useState<Readonly<Record<string, { description: string; unit: string }>>>({});
  const [labelNames, setLabelNames] = useState<Readonly<Record<number, string>>>({});
  const [looked, setLooked] = useState(false);
  const [tried, setTried] = useState(false);

  const sentFacts = facts.filter((fact) => chosen.has(fact));
  const entries = sentFacts.flatMap((fact) => {
    const { description: words, unit } = meanings[fact] ?? { description: '', unit: '' };
    const entry = { ...(words.trim() && { description: words.trim() }), ...(unit.trim() && { unit: unit.trim() }) };
    return Object.keys(entry).length === 0 ? [] : [[fact, entry] as const];
  });
  const body: NewDatasetBody = {
    slug: slug ?? slugOf(name),
    name: name.trim(),
    licence: licence.trim(),
    description,
    synthetic,
    // further cases come under the labels and channels that are there
    labels:
      target?.labels ??
      dataset.labels.map(({ value, name: label }) => ({ value, name: (labelNames[value] ?? label).trim() })),
    ignoreLabel: target === null ? dataset.ignoreLabel : target.ignoreLabel,
    regions: target?.regions ?? dataset.regions.map((region) => ({ name: region.name, labels: [...region.labels] })),
    channels:
      target?.channels ??
      dataset.channels.map((channel) =>
        modalities[channel.name] ? { name: channel.name, ...ofModality(modalities[channel.name]) } : { ...channel },
      ),
    dictionary: { ...target?.dictionary, ...Object.fromEntries(entries) },
  };
  const parsed = newDataset.safeParse(body);
  const faultOf = (field: string): string | null =>
    tried ? (parsed.error?.issues.find(({ path }) => path[0] === field)?.message ?? null) : null;
  const other = parsed.error?.issues.find(
    ({ path }) => !['slug', 'name', 'licence', 'description'].includes(String(path[0])),
  );

  return (
    <form
      className="import-form"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (parsed.success && looked && (seen || !faces)) onSend(body, sentFacts, consensus === '' ? null : consensus);
      }}
    >
      <fieldset disabled={disabled} className="form-card card">
        <legend className="visually-hidden">The dataset</legend>
        <div className="form-row">
          <TextField
            label="Name"
            required
            maxLength={200}
            value={name}
            error={faultOf('name')}
            onChange={(event) => setName(event.target.value)}
          />
          <TextField
            label="Name in addresses"
            required
            maxLength={64}
            value={slug ?? slugOf(name)}
            error={faultOf('slug')}
            disabled={target !== null}
            hint="Lower-case letters, digits and hyphens."
            onChange={(event) => setSlug(event.target.value)}
          />
          <TextField
            label="Licence"
            required
            maxLength={200}
            value={licence}
            error={faultOf('licence')}
            hint="SPDX id such as CC-BY-4.0, or words such as “internal use”."
            onChange={(event) => setLicence(event.target.value)}
          />
        </div>
        <TextArea
          label="Description"
          value={description}
          maxLength={20_000}
          error={faultOf('description')}
          onChange={(event) => setDescription(event.target.value)}
        />
        {target === null && <ModalityChoice channels={dataset.channels} chosen={modalities} onChosen={setModalities} />}
        <label className="check-line">
          <input type="checkbox" checked={synthetic} onChange={(event) => setSynthetic(event.target.checked)} /> Made by
          a program, of no person
        </label>
      </fieldset>

      <h3>What leaves this machine</h3>
      <ul className="leaves">
        <li>
          <strong>Voxels</strong> of {count(dataset.cases.length, 'case')} ({channelWords(body)}) and their reference
          segmentations, with their place in the patient; written anew as NIfTI.
        </li>
        <li>
          <strong>Labels</strong>, {count(dataset.labels.length, 'of them', 'of them')}, by the names below.
        </li>
        <li>
          <strong>Names of cases, splits and readers</strong> as below, and a pseudonym for each patient.
        </li>
        <li>
          <strong>Facts</strong> that you tick. Nothing else of any header or table: neither names nor numbers nor
          dates.
        </li>
      </ul>
      {target === null && (
        <fieldset className="label-names" disabled={disabled}>
          <legend>What the labels mean</legend>
          {dataset.labels.map(({ value, name: label }) => (
            <label key={value}>
              <span className="numeric">{value}</span>
              <input
                maxLength={100}
                value={labelNames[value] ?? label}
                onChange={(event) => setLabelNames({ ...labelNames, [value]: event.target.value })}
              />
            </label>
          ))}
        </fieldset>
      )}
      <CaseTable dataset={dataset} />
      <FactChoice
        facts={facts}
        chosen={chosen}
        onChosen={setChosen}
        meanings={meanings}
        onMeanings={setMeanings}
        disabled={disabled}
      />
      {dataset.undecided > 0 && (
        <SelectField
          label="Several readers"
          hint={`${count(dataset.undecided, 'case')} of several readers and no consensus. It can also be derived when a benchmark is made.`}
          value={consensus}
          onChange={(event) => setConsensus(event.target.value as ConsensusMethod | '')}
        >
          <option value="">send what each of them drew</option>
          <option value="majority">and derive a consensus by majority</option>
          <option value="staple">and derive a consensus by STAPLE</option>
        </SelectField>
      )}
      {tried && other !== undefined && (
        <p className="field-error" role="alert">
          {other.path.join('.')}: {other.message}
        </p>
      )}
      <label className="check-line">
        <input
          type="checkbox"
          checked={looked}
          disabled={disabled}
          onChange={(event) => setLooked(event.target.checked)}
        />
        <span>I have looked at the names and facts above: they say of nobody who he or she is.</span>
      </label>
      {faces && (
        <label className="check-line">
          <input
            type="checkbox"
            checked={seen}
            disabled={disabled}
            onChange={(event) => setSeen(event.target.checked)}
          />
          <span>
            There are images of heads: whoever answers for the data has looked, and agrees that they are sent as they
            are.
          </span>
        </label>
      )}
      {tried && faces && !seen && (
        <p className="field-error" role="alert">
          A face can be drawn from an image of a head. Remove it, or have it looked at.
        </p>
      )}
      {tried && !looked && (
        <p className="field-error" role="alert">
          Look at the names and the facts first; then tick this.
        </p>
      )}
      <div className="form-actions">
        <button type="submit" className="button button-primary button-large" disabled={disabled}>
          Import {count(dataset.cases.length, 'case')}
        </button>
        <p className="fine">
          A dataset is sealed: nobody but you sees that it exists, until a benchmark is made of it.
        </p>
      </div>
    </form>
  );
}

const channelWords = ({ channels }: Pick<NewDatasetBody, 'channels'>): string =>
  channels
    .map(({ name, modality, unit }) =>
      [plain(name), modality !== undefined && modality !== name && `: ${modality}`, unit !== undefined && ` in ${unit}`]
        .filter(Boolean)
        .join(''),
    )
    .join(', ');

/** Asks for the modality of channels of which neither a header nor the name says one. */
function ModalityChoice({
  channels,
  chosen,
  onChosen,
}: {
  readonly channels: CheckedDataset['channels'];
  readonly chosen: Readonly<Record<string, string>>;
  readonly onChosen: (chosen: Readonly<Record<string, string>>) => void;
}): ReactNode {
  return channels
    .filter(({ modality }) => modality === undefined)
    .map(({ name }) => (
      <SelectField
        key={name}
        label={`Modality of ${plain(name)}`}
        hint="The files do not say it. The viewer offers the windows and the unit that go with it."
        value={chosen[name] ?? ''}
        onChange={(event) => onChosen({ ...chosen, [name]: event.target.value })}
      >
        <option value="">not stated</option>
        <option value="CT">CT, values in HU</option>
        <option value="MR">MR</option>
        <option value="PT">PET</option>
      </SelectField>
    ));
}

function CaseTable({ dataset: { cases, withoutReference } }: { readonly dataset: CheckedDataset }): ReactNode {
  return (
    <div className="table-scroll table-tall" role="region" aria-label="Cases that would be sent" tabIndex={0}>
      <table className="plain">
        <caption className="fine">
          {count(cases.length, 'case')} would be sent
          {withoutReference > 0 && `; ${withoutReference} without a reference segmentation stay behind`}
          {cases.length > SHOWN && `; the first ${SHOWN} are shown`}
        </caption>
        <thead>
          <tr>
            <th scope="col">Case</th>
            <th scope="col">Patient</th>
            <th scope="col">Split</th>
            <th scope="col">Readers</th>
          </tr>
        </thead>
        <tbody>
          {cases.slice(0, SHOWN).map((one) => (
            <tr key={one.name}>
              <th scope="row">{plain(one.name)}</th>
              <td>
                {one.sameAs === null ? <span className="quiet">of its own</span> : `that of ${plain(one.sameAs)}`}
              </td>
              <td>{one.split === null ? '–' : plain(one.split)}</td>
              <td>{one.readers.map(plain).join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function FactChoice({
  facts,
  chosen,
  onChosen,
  meanings,
  onMeanings,
  disabled,
}: {
  readonly facts: readonly string[];
  readonly chosen: ReadonlySet<string>;
  readonly onChosen: (chosen: ReadonlySet<string>) => void;
  readonly meanings: Readonly<Record<string, { description: string; unit: string }>>;
  readonly onMeanings: (meanings: Readonly<Record<string, { description: string; unit: string }>>) => void;
  readonly disabled: boolean;
}): ReactNode {
  const legend = useId();
  if (facts.length === 0) return <p className="fine">No facts were found beside the images; a CSV can bring some.</p>;
  const ofTables = facts.filter((fact) => !ACQUISITION_FACTS.includes(fact));
  const ordered = [...ofTables, ...facts.filter((fact) => ACQUISITION_FACTS.includes(fact))];
  const toggle = (fact: string, on: boolean): void => {
    const next = new Set(chosen);
    if (on) next.add(fact);
    else next.delete(fact);
    onChosen(next);
  };
  const mean = (fact: string, key: 'description' | 'unit', words: string): void =>
    onMeanings({ ...meanings, [fact]: { ...(meanings[fact] ?? { description: '', unit: '' }), [key]: words } });
  return (
    <fieldset className="fact-choice" disabled={disabled} aria-labelledby={legend}>
      <p id={legend} className="fact-title">
        <strong>Facts of the cases.</strong> Tick what shall go along{ofTables.length > 0 && ', and say what it means'}.
        What headers say of the acquisition is ticked already. Boards are sliced by facts later.{' '}
        <button
          type="button"
          className="button button-small"
          onClick={() => onChosen(new Set(chosen.size === facts.length ? [] : facts))}
        >
          {chosen.size === facts.length ? 'Tick none' : 'Tick all'}
        </button>
      </p>
      <ul>
        {ordered.map((fact) => (
          <li key={fact} className={ACQUISITION_FACTS.includes(fact) ? 'fact-row fact-short' : 'fact-row'}>
            <label className="check-line">
              <input
                type="checkbox"
                checked={chosen.has(fact)}
                onChange={(event) => toggle(fact, event.target.checked)}
              />{' '}
              {plain(fact)}
            </label>
            {chosen.has(fact) && !ACQUISITION_FACTS.includes(fact) && (
              <>
                <input
                  aria-label={`Meaning of ${fact}`}
                  placeholder="what it means"
                  maxLength={2000}
                  value={meanings[fact]?.description ?? ''}
                  onChange={(event) => mean(fact, 'description', event.target.value)}
                />
                <input
                  aria-label={`Unit of ${fact}`}
                  placeholder="unit"
                  maxLength={32}
                  value={meanings[fact]?.unit ?? ''}
                  onChange={(event) => mean(fact, 'unit', event.target.value)}
                />
              </>
            )}
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
