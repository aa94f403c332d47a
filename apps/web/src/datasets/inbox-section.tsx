import { useState, type ReactNode } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ENDPOINTS, type InboxView } from '#contracts';
import { call } from '../api/api-client.js';
import { queries } from '../api/queries.js';
import { count, formatBytes } from '../format/numbers.js';
import { Badge } from '../ui/badge.js';
import { ConfirmDialog } from '../ui/dialog.js';
import { Section } from '../ui/page.js';
import { ErrorState } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { codeWords } from './finding-words.js';

/** What a PACS sent to the dataset, until cases are made of it, and what was not kept. Nothing while nothing was sent. */
export function InboxSection({ slug }: { readonly slug: string }): ReactNode {
  const query = useQuery(queries.inbox(slug));
  const [asked, setAsked] = useState(false);
  const client = useQueryClient();
  const empty = useMutation({
    mutationFn: () => call(ENDPOINTS.emptyInbox, { params: { slug } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['inbox', slug] }),
    onSettled: () => setAsked(false),
  });
  if (query.isError) return <ErrorState error={query.error} />;
  const { data: inbox } = query;
  if (
    inbox === undefined ||
    (inbox.instanceCount === 0 && inbox.turnedAway.length === 0 && inbox.accepted.length === 0)
  )
    return null;
  const patients = new Set(inbox.series.map(({ patient }) => patient)).size;
  return (
    <Section
      title="Inbox"
      note="DICOM that was sent to this dataset, de-identified on arrival. Cases are made of it by the same check as of files on your machine."
      actions={
        <div className="row-actions">
          {inbox.instanceCount > 0 && (
            <Link to="/import" search={{ dataset: slug, from: 'inbox' }} className="button button-small button-primary">
              Import these
            </Link>
          )}
          <button type="button" className="button button-small" onClick={() => setAsked(true)}>
            Empty it
          </button>
        </div>
      }
    >
      <div className="making-publish">
        {empty.isError && <ErrorState error={empty.error} />}
        <p>
          {inbox.instanceCount === 0
            ? 'It holds nothing.'
            : `${count(inbox.series.length, 'series', 'series')} of ${count(patients, 'patient')}: ${count(inbox.instanceCount, 'instance')}, ${formatBytes(inbox.bytes)}.`}
        </p>
        {inbox.turnedAway.length > 0 && <TurnedAway inbox={inbox} />}
        <Accepted slug={slug} inbox={inbox} />
      </div>
      {asked && (
        <ConfirmDialog
          title="Empty the inbox?"
          confirm="Empty it"
          tone="danger"
          busy={empty.isPending}
          onConfirm={() => empty.mutate()}
          onClose={() => setAsked(false)}
        >
          <p>What was sent is removed, with the list of what was not kept. Cases that were made of it stay.</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}

function TurnedAway({ inbox: { turnedAway } }: { readonly inbox: InboxView }): ReactNode {
  return (
    <div className="table-scroll" role="region" aria-label="Not kept" tabIndex={0}>
      <table className="plain">
        <caption className="fine">Sent, and not kept: nothing of it is here but this count.</caption>
        <thead>
          <tr>
            <th scope="col">Why</th>
            <th scope="col" className="numeric">
              Instances
            </th>
            <th scope="col">Last</th>
          </tr>
        </thead>
        <tbody>
          {turnedAway.map(({ code, held, times, lastAt }) => (
            <tr key={code}>
              <th scope="row">
                {holdWords(code)}{' '}
                <Badge tone={held ? 'caution' : 'bad'}>{held ? 'somebody has to look' : 'refused'}</Badge>{' '}
                <code className="quiet">{code}</code>
              </th>
              <td className="numeric">{times}</td>
              <td>
                <Time at={lastAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What somebody has looked at: it is kept when it is sent again, and later. */
function Accepted({ slug, inbox }: { readonly slug: string; readonly inbox: InboxView }): ReactNode {
  const client = useQueryClient();
  const since = new Map(inbox.accepted.map((one) => [one.code, one.since]));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(since.keys()));
  const accept = useMutation({
    mutationFn: () => call(ENDPOINTS.acceptInInbox, { params: { slug }, body: { codes: [...chosen] } }),
    onSuccess: (next) => client.setQueryData(queries.inbox(slug).queryKey, next),
  });
  const codes = [...new Set([...inbox.turnedAway.flatMap(({ code, held }) => (held ? [code] : [])), ...since.keys()])];
  if (codes.length === 0) return null;
  const same = chosen.size === since.size && [...chosen].every((code) => since.has(code));
  return (
    <form
      className="making-publish"
      onSubmit={(event) => {
        event.preventDefault();
        accept.mutate();
      }}
    >
      <fieldset className="checks">
        <legend>Somebody has looked, where the images are, and agrees that they are kept</legend>
        {codes.map((code) => (
          <label key={code}>
            <input
              type="checkbox"
              checked={chosen.has(code)}
              onChange={(event) => {
                const next = new Set(chosen);
                if (event.target.checked) next.add(code);
                else next.delete(code);
                setChosen(next);
              }}
            />
            <span>
              {holdWords(code)} <code className="quiet">{code}</code>
              {since.has(code) && (
                <span className="quiet">
                  {' '}
                  since <Time at={since.get(code)!} />
                </span>
              )}
            </span>
          </label>
        ))}
      </fieldset>
      {accept.isError && <ErrorState error={accept.error} />}
      <p>
        <button type="submit" className="button button-small" disabled={same || accept.isPending}>
          Save this
        </button>{' '}
        <span className="fine">
          It counts from now on, for all that is sent to this inbox: have what was held sent again.
        </span>
      </p>
    </form>
  );
}

const holdWords = (code: string): string => codeWords(code.replace(/^deid-/, ''));
