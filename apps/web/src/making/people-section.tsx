import { useState, type ReactNode } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ENDPOINTS, type BenchmarkMembersView } from '#contracts';
import { CAPACITIES, type Capacity } from '#domain';
import { call } from '../api/api-client.js';
import { queries } from '../api/queries.js';
import { Badge } from '../ui/badge.js';
import { ConfirmDialog } from '../ui/dialog.js';
import { SelectField, TextField } from '../ui/field.js';
import { Notice } from '../ui/notice.js';
import { Section } from '../ui/page.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { ErrorState, QueryView } from '../ui/states.js';
import { CAPACITY_WORDS } from './making-words.js';

type Member = BenchmarkMembersView['items'][number];
type Part = Pick<Member, 'id' | 'name' | 'email' | 'disabled'> & { readonly capacity: Capacity };

/** Who has a part in a benchmark; people are appointed and removed here, before and after publication. */
export function PeopleSection({ slug }: { readonly slug: string }): ReactNode {
  const query = useQuery(queries.benchmarkMembers(slug));
  return (
    <Section
      title="People"
      note="Organisers run the benchmark, stewards answer for its data, readers look at its images. All of them see held-out images, so none of them competes on it, also not afterwards. Every change is in the history."
    >
      <QueryView query={query} skeleton={<SkeletonBlocks count={2} height={44} label="Loading the people" />}>
        {(members) => <People slug={slug} members={members} />}
      </QueryView>
    </Section>
  );
}

function People({
  slug,
  members: { items },
}: {
  readonly slug: string;
  readonly members: BenchmarkMembersView;
}): ReactNode {
  const [asked, setAsked] = useState<Part | null>(null);
  const keep = useKeep(slug);
  const remove = useMutation({
    mutationFn: ({ id, capacity }: Part) => call(ENDPOINTS.removeMember, { params: { slug, id }, query: { capacity } }),
    onSuccess: keep,
    onSettled: () => setAsked(null),
  });
  const parts = items.flatMap(({ capacities, ...person }) =>
    capacities.map((capacity): Part => ({ ...person, capacity })),
  );
  return (
    <div className="making-publish">
      {remove.isError && <ErrorState error={remove.error} />}
      <div className="table-scroll" role="region" aria-label="People" tabIndex={0}>
        <table className="plain">
          <caption className="visually-hidden">Who has a part in this benchmark</caption>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">E-mail</th>
              <th scope="col">As</th>
              <th scope="col">
                <span className="visually-hidden">Remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {parts.map((part) => (
              <tr key={`${part.id} ${part.capacity}`}>
                <th scope="row">
                  {part.name} {part.disabled && <Badge tone="bad">disabled</Badge>}
                </th>
                <td className="wrap">{part.email}</td>
                <td>{CAPACITY_WORDS[part.capacity].name}</td>
                <td className="row-actions">
                  <button
                    type="button"
                    className="button button-small"
                    aria-label={`Remove ${part.name} as ${part.capacity}`}
                    onClick={() => setAsked(part)}
                  >
                    Remove
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Appoint slug={slug} />
      {asked !== null && (
        <ConfirmDialog
          title={`Remove ${asked.name} as ${asked.capacity}?`}
          confirm="Remove"
          tone="danger"
          busy={remove.isPending}
          onConfirm={() => remove.mutate(asked)}
          onClose={() => setAsked(null)}
        >
          <p>What only this part shows is hidden from them at once. They do not compete on the benchmark afterwards.</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

function Appoint({ slug }: { readonly slug: string }): ReactNode {
  const [email, setEmail] = useState('');
  const [capacity, setCapacity] = useState<Capacity>('reader');
  const keep = useKeep(slug);
  const appoint = useMutation({
    mutationFn: () => call(ENDPOINTS.addMember, { params: { slug }, body: { email: email.trim(), capacity } }),
    onSuccess: (members: BenchmarkMembersView) => {
      keep(members);
      setEmail('');
    },
  });
  return (
    <form
      className="card form-card"
      onSubmit={(event) => {
        event.preventDefault();
        if (!appoint.isPending) appoint.mutate();
      }}
    >
      {appoint.isError && <ErrorState error={appoint.error} />}
      {appoint.isSuccess && (
        <Notice tone="good" live>
          <p>Done: it is so from now on.</p>
        </Notice>
      )}
      <div className="form-row">
        <TextField
          label="E-mail of an account"
          type="email"
          required
          maxLength={254}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <SelectField
          label="As"
          value={capacity}
          hint={CAPACITY_WORDS[capacity].sentence}
          onChange={(event) => setCapacity(event.target.value as Capacity)}
        >
          {CAPACITIES.map((one) => (
            <option key={one} value={one}>
              {CAPACITY_WORDS[one].name}
            </option>
          ))}
        </SelectField>
      </div>
      <div className="form-actions">
        <button type="submit" className="button" disabled={appoint.isPending || email.trim() === ''}>
          Appoint
        </button>
      </div>
    </form>
  );
}

/** Shows the answer of a change, and has what depends on it asked for again: one's own part may have changed. */
function useKeep(slug: string): (members: BenchmarkMembersView) => void {
  const client = useQueryClient();
  return (members) => {
    client.setQueryData(queries.benchmarkMembers(slug).queryKey, members);
    for (const key of ['benchmark-making', 'benchmark', 'benchmarks', 'case', 'cases'])
      void client.invalidateQueries({ queryKey: [key] });
  };
}
