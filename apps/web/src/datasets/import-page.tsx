import { useState, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { DatasetView } from '#contracts';
import { ACCEPTABLE, STEWARD_CODES, type AcceptableCode } from '#datasets';
import { OrganiserOnly } from '../accounts/organiser-only.js';
import { queries } from '../api/queries.js';
import { count, formatBytes } from '../format/numbers.js';
import { Icon } from '../ui/icons.js';
import { Digest } from '../ui/copy.js';
import { Notice } from '../ui/notice.js';
import { Page } from '../ui/page.js';
import { BusyBar, ProgressBar } from '../ui/progress.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { ErrorState, QueryView } from '../ui/states.js';
import { ChangedSince, type Checked } from './check-client.js';
import { ChooseFiles } from './choose-files.js';
import { ChooseInbox } from './choose-inbox.js';
import { CommandLine } from './command-line.js';
import {
  forgetKey,
  keepKey,
  keyFileName,
  keyFileText,
  newKey,
  parseKey,
  storedKey,
  type DatasetKey,
} from './dataset-key.js';
import { codeWords } from './finding-words.js';
import { findingCounts, FindingsList } from './findings-list.js';
import { OutgoingForm } from './outgoing-form.js';
import { openChoices, ReferenceRulesForm } from './reference-rules.js';
import { canDigest } from './sha256.js';
import { useImport, type Import, type Sending } from './use-import.js';

/** Bringing a dataset in: files, check, what would be sent, and the sending. */
export function ImportPage(): ReactNode {
  return (
    <Page
      title="Import a dataset"
      trail={<Link to="/datasets">My datasets</Link>}
      lead={
        <p>
          Choose it where it lies. Everything is checked on this machine first, and you see what would leave it before
          anything does.
        </p>
      }
    >
      <OrganiserOnly>{() => (canDigest() ? <Target /> : <NeedsHttps />)}</OrganiserOnly>
    </Page>
  );
}

function NeedsHttps(): ReactNode {
  return (
    <Notice tone="caution" title="This page needs HTTPS">
      <p>
        Browsers compute digests only on pages that came over HTTPS or from this machine. Ask the operator for HTTPS, or
        use the command line: <code>npx voxelmark dataset import FOLDER</code>.
      </p>
    </Notice>
  );
}

/** A new dataset, or further cases of one that is there. */
function Target(): ReactNode {
  const { dataset: slug, from } = useSearch({ from: '/import' });
  const query = useQuery({ ...queries.dataset(slug ?? ''), enabled: slug !== undefined });
  if (slug === undefined) return <ImportSteps target={null} />;
  return (
    <QueryView query={query} skeleton={<SkeletonBlocks count={2} height={120} label="Loading the dataset" />}>
      {(dataset) => <ImportSteps key={dataset.slug} target={dataset} inbox={from === 'inbox'} />}
    </QueryView>
  );
}

function ImportSteps({
  target,
  inbox = false,
}: {
  readonly target: DatasetView | null;
  /** The files are in the inbox of the target. */
  readonly inbox?: boolean;
}): ReactNode {
  const work = useImport();
  const [key, setKey] = useState<DatasetKey | null>(() => keyFor(target));
  const { state } = work;
  return (
    <div className="submit-layout">
      <div className="import-steps">
        <section className="form-part" aria-labelledby="choose-title">
          <h2 id="choose-title" className="form-part-title">
            1. Choose
          </h2>
          {/* stays mounted, so that what was chosen is there after a check */}
          <div hidden={state.stage !== 'choosing' && state.stage !== 'broken'}>
            {key === null && target !== null ? (
              <KeyNeeded slug={target.slug} onKey={setKey} />
            ) : inbox && target !== null ? (
              <ChooseInbox slug={target.slug} names={key?.names ?? {}} onCheck={work.check} />
            ) : (
              <ChooseFiles names={key?.names ?? {}} onCheck={work.check} />
            )}
          </div>
          {(state.stage === 'checking' || state.stage === 'checked') && (
            <p>
              <button type="button" className="button button-small" onClick={work.reset}>
                <Icon name="left" size={14} /> {state.stage === 'checking' ? 'Stop the check' : 'Choose other files'}
              </button>
            </p>
          )}
          {state.stage === 'broken' && <ErrorState error={state.error} />}
        </section>
        {state.stage === 'checking' && (
          <section className="form-part" aria-labelledby="check-title">
            <h2 id="check-title" className="form-part-title">
              2. Check
            </h2>
            {state.of === 0 ? (
              <>
                <BusyBar label="Finding out what is there" />
                <p className="fine">Reading descriptions and headers…</p>
              </>
            ) : (
              <ProgressBar
                label="Cases checked"
                done={state.done}
                total={state.of}
                words={`${state.done} of ${state.of} cases checked, now ${state.name}`}
              />
            )}
          </section>
        )}
        {state.stage === 'checked' && key !== null && (
          <CheckedPart work={work} state={state} target={target} secret={key} inbox={inbox} />
        )}
      </div>
      <div className="submit-side">
        <WhatItMayLookLike />
        <CommandLine
          what="The same, from a terminal"
          lines={[
            'npx voxelmark dataset check FOLDER',
            'npx voxelmark dataset import FOLDER --licence CC-BY-4.0 --yes',
          ]}
        >
          It reads datasets larger than a browser likes.
        </CommandLine>
      </div>
    </div>
  );
}

/** A dataset without cases has no patients that would have to be known again. */
function keyFor(target: DatasetView | null): DatasetKey | null {
  if (target === null) return newKey();
  return storedKey(target.slug) ?? (target.cases.length === 0 ? newKey() : null);
}

function CheckedPart({
  work,
  state: { report, dataset, sending, rules },
  target,
  secret,
  inbox,
}: {
  readonly work: Import;
  readonly state: Extract<Import['state'], { stage: 'checked' }>;
  readonly target: DatasetView | null;
  readonly secret: DatasetKey;
  readonly inbox: boolean;
}): ReactNode {
  const { findings, ok } = report;
  const [kept, setKept] = useState<{ readonly slug: string; readonly key: DatasetKey; readonly here: boolean } | null>(
    null,
  );
  const faces = findings.some(({ code }) => STEWARD_CODES.includes(code));
  return (
    <>
      <section className="form-part" aria-labelledby="check-title">
        <h2 id="check-title" className="form-part-title">
          2. Check
        </h2>
        <Notice
          tone={ok ? 'good' : 'bad'}
          live
          title={ok ? `${count(report.cases, 'case')}, fit to be imported` : 'It cannot be imported yet'}
        >
          <p>
            {dataset !== null && <>Layout: {dataset.layout}. </>}
            {findings.length === 0 ? 'Nothing stood out.' : `The check says ${findingCounts(findings)}.`}
            {!ok && ' Every one of them is below; nothing was sent.'}
          </p>
        </Notice>
        {findings.length > 0 && <FindingsList findings={findings} />}
        {sending?.stage !== 'done' && sending?.stage !== 'under-way' && (
          <ReferenceRulesForm
            choices={openChoices(findings)}
            rules={rules}
            onRules={(changed) => work.recheck({ rules: changed })}
          />
        )}
        {!ok && <WaysOn work={work} report={report} />}
      </section>
      {ok && dataset !== null && (
        <section className="form-part" aria-labelledby="send-title">
          <h2 id="send-title" className="form-part-title">
            3. Look, and import
          </h2>
          {sending?.stage !== 'done' && (
            <OutgoingForm
              dataset={dataset}
              facts={report.facts}
              target={target}
              faces={faces}
              disabled={sending?.stage === 'under-way'}
              onSend={(body, facts, consensus) => {
                // before anything is sent, so that what is sent can be told apart again
                const known = kept?.slug === body.slug ? kept.key : (storedKey(body.slug) ?? secret);
                const key = { key: known.key, names: { ...known.names, ...dataset.names } };
                setKept({ slug: body.slug, key, here: keepKey(body.slug, key) });
                work.send(body, { facts, consensus, key });
              }}
            />
          )}
          {sending !== null && <SendingView sending={sending} inbox={inbox} onStop={work.stopSending} />}
          {sending !== null && kept !== null && <KeepTheKey slug={kept.slug} secret={kept.key} here={kept.here} />}
        </section>
      )}
    </>
  );
}

/** Errors that can be accepted, or that other names mend. */
function WaysOn({
  work,
  report: { findings },
}: {
  readonly work: Import;
  readonly report: Checked['report'];
}): ReactNode {
  const errors = new Set(findings.filter(({ severity }) => severity === 'error').map(({ code }) => code));
  const acceptable = ACCEPTABLE.filter((code) => errors.has(code));
  const [accepted, setAccepted] = useState<readonly AcceptableCode[]>([]);
  const personal = errors.has('case-name-personal');
  if (acceptable.length === 0 && !personal) return null;
  return (
    <div className="form-part">
      {acceptable.map((code) => (
        <label key={code} className="check-line">
          <input
            type="checkbox"
            checked={accepted.includes(code)}
            onChange={(event) =>
              setAccepted(event.target.checked ? [...accepted, code] : accepted.filter((one) => one !== code))
            }
          />
          <span>I have looked at “{codeWords(code).toLowerCase()}”, and accept it.</span>
        </label>
      ))}
      <div className="form-actions">
        {acceptable.length > 0 && (
          <button
            type="button"
            className="button"
            disabled={accepted.length === 0}
            onClick={() => work.recheck({ accepted })}
          >
            Check again, so
          </button>
        )}
        {personal && (
          <button type="button" className="button" onClick={() => work.recheck({ rename: true })}>
            Call the cases case-0001 … and check again
          </button>
        )}
      </div>
    </div>
  );
}

/** Further cases need the key of the first: without it, the same patients would get other pseudonyms. */
function KeyNeeded({ slug, onKey }: { readonly slug: string; readonly onKey: (key: DatasetKey) => void }): ReactNode {
  const [fault, setFault] = useState<string | null>(null);
  return (
    <Notice tone="caution" title="The key of this dataset is not in this browser">
      <p>
        Patients have pseudonyms under a key that stays with you: <code>{keyFileName(slug)}</code>. With it, a patient
        who is there already is known again.
      </p>
      <div className="field">
        <label htmlFor="key-file">Key file</label>
        <input
          id="key-file"
          type="file"
          accept=".json,application/json"
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file === undefined) return;
            file
              .text()
              .then((text) => onKey(parseKey(text)))
              .catch((error: unknown) => setFault(error instanceof Error ? error.message : String(error)));
          }}
        />
        {fault !== null && (
          <p className="field-error" role="alert">
            {fault}
          </p>
        )}
      </div>
      <p>
        <button type="button" className="button button-small" onClick={() => onKey(newKey())}>
          None of these patients is there yet: begin a new key
        </button>
      </p>
    </Notice>
  );
}

function KeepTheKey({
  slug,
  secret,
  here,
}: {
  readonly slug: string;
  readonly secret: DatasetKey;
  readonly here: boolean;
}): ReactNode {
  const [saved, setSaved] = useState(false);
  const [forgotten, setForgotten] = useState(false);
  const save = (): void => {
    const address = URL.createObjectURL(new Blob([keyFileText(secret)], { type: 'application/json' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = keyFileName(slug);
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    setSaved(true);
  };
  const forget = (): void => {
    forgetKey(slug);
    setForgotten(true);
  };
  return (
    <Notice
      icon="lock"
      title="Keep the key of this dataset"
      actions={
        <>
          <button type="button" className="button" onClick={save}>
            <Icon name="download" /> Save {keyFileName(slug)}
          </button>
          {here && saved && !forgotten && (
            <button type="button" className="button" onClick={forget}>
              Remove it from this browser
            </button>
          )}
        </>
      }
    >
      <p>
        It tells patients apart in later imports and holds the names that cases had. It was not sent
        {forgotten
          ? ', and this browser has it no longer: the next import asks for the file'
          : here
            ? ', and this browser keeps it'
            : '; this browser could not keep it'}
        . The command line uses the same file.
      </p>
      {here && !forgotten && <p>Do others use this browser, too? Save the file, and remove it from here.</p>}
    </Notice>
  );
}

function SendingView({
  sending,
  inbox,
  onStop,
}: {
  readonly sending: Sending;
  readonly inbox: boolean;
  readonly onStop: () => void;
}): ReactNode {
  switch (sending.stage) {
    case 'under-way': {
      const { state } = sending;
      return (
        <div className="import-sending">
          {state === null || state.name === null ? (
            <BusyBar label="Import" />
          ) : (
            <ProgressBar
              label="Cases imported"
              done={state.done}
              total={state.of}
              words={
                state.waiting
                  ? 'The server does not answer; trying again…'
                  : `${state.done} of ${state.of} cases, now ${state.name}${state.total > 0 ? `: ${formatBytes(state.bytes)} of ${formatBytes(state.total)}` : ''}`
              }
            />
          )}
          <button type="button" className="button" onClick={onStop}>
            Stop
          </button>
        </div>
      );
    }
    case 'stopped':
      return (
        <Notice live title="Stopped">
          <p>The cases that were sent are there. Press import again to go on; none of them is sent a second time.</p>
        </Notice>
      );
    case 'refused':
      if (sending.error instanceof ChangedSince) {
        return (
          <Notice tone="bad" live title="A file has changed since it was checked">
            <p>{sending.error.message}. Check it again.</p>
          </Notice>
        );
      }
      return (
        <>
          <ErrorState error={sending.error} />
          <p className="fine">What was sent before is there; press import again to go on.</p>
        </>
      );
    case 'done': {
      const { sent } = sending;
      return (
        <Notice
          tone="good"
          live
          title={`Imported: version ${sent.version.version} of ${count(sent.version.caseCount, 'case')}`}
          actions={
            <>
              <Link
                to="/make-benchmark"
                search={{ dataset: sent.slug, version: String(sent.version.version) }}
                className="button button-primary"
              >
                Make a benchmark of it
              </Link>
              <Link to="/datasets/$slug" params={{ slug: sent.slug }} className="button">
                See the dataset
              </Link>
            </>
          }
        >
          <p>
            {count(sent.imported, 'case')} imported, {sent.existing} there already. The version is frozen:{' '}
            <Digest value={sent.version.digest} what="the version" />
          </p>
          {inbox && <p>The inbox is as it was: empty it on the page of the dataset when you need it no more.</p>}
          {sent.kept.length > 0 && <p>Kept as it was, since a version has it: {sent.kept.join(', ')}.</p>}
        </Notice>
      );
    }
  }
}

function WhatItMayLookLike(): ReactNode {
  return (
    <aside className="submit-aside" aria-label="What a dataset may look like">
      <h2>What it may look like</h2>
      <ul className="plain-list">
        <li>
          <strong>A folder of DICOM studies</strong>, with SEG or RTSTRUCT files among them.
        </li>
        <li>
          <strong>An image and its label map</strong>: NIfTI, NRRD or MetaImage, or a folder of DICOM files beside them.
        </li>
        <li>
          <strong>images/ and references/</strong>, files of one name in both; references/READER/ where there are
          several readers.
        </li>
        <li>
          <strong>nnU-Net, Medical Decathlon, BIDS</strong> as they are, or any of these in one .zip, .tar or .tar.gz.
        </li>
      </ul>
      <p className="fine">
        Clinical facts come as a CSV with a column <code>case</code>; <code>patient</code>, <code>site</code> and{' '}
        <code>split</code> mean what they say.
      </p>
    </aside>
  );
}
