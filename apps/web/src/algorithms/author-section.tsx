import { useRef, useState, type ReactNode } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ENDPOINTS, type VersionCardView } from '#contracts';
import { call } from '../api/api-client.js';
import { asApiError } from '../api/api-error.js';
import { TextArea, TextField } from '../ui/field.js';
import { Icon } from '../ui/icons.js';
import { Section } from '../ui/page.js';
import { ErrorState } from '../ui/states.js';
import { CARD_FIELDS, cardChange, fieldFaults, type CardDraft } from './author-card.js';
import type { Version } from './model-facts.js';

/** The author's half of the model card. Whoever may edit it does so in place; words of the manifest stand until then. */
export function AuthorSection({
  slug,
  version,
  lead,
}: {
  readonly slug: string;
  readonly version: Version;
  /** A description that the reader has seen above. */
  readonly lead: string;
}): ReactNode {
  const [editing, setEditing] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setEditing(false);
    requestAnimationFrame(() => opener.current?.focus()); // the button is back only after the form is gone
  };
  return (
    <Section
      title="What the author says"
      actions={
        version.mayEdit &&
        !editing && (
          <button ref={opener} type="button" className="button button-small" onClick={() => setEditing(true)}>
            Edit
          </button>
        )
      }
    >
      {editing ? (
        <CardForm slug={slug} version={version} onClose={close} />
      ) : (
        <dl className="facts facts-stacked">
          {CARD_FIELDS.map(({ key, label }) => (
            <div key={key} className="fact-group">
              <dt>{label}</dt>
              <dd className="pre-line">
                <Statement of={key} card={version.card} />
              </dd>
            </div>
          ))}
          <dt>Made for</dt>
          <dd>
            {version.manifest.inputs[0].channels
              .map(({ name, modality, units }) => [modality ?? name, units && `in ${units}`].filter(Boolean).join(' '))
              .join(', ')}
          </dd>
          <dt>Labels</dt>
          <dd>
            {version.manifest.labels.map(({ value, name }) => (
              <span key={value} className="chip">
                {value} {name}
              </span>
            ))}
          </dd>
          {version.manifest.description !== undefined && version.manifest.description !== lead && (
            <>
              <dt>Description</dt>
              <dd className="pre-line">{version.manifest.description}</dd>
            </>
          )}
        </dl>
      )}
    </Section>
  );
}

function Statement({ of, card }: { readonly of: keyof VersionCardView; readonly card: VersionCardView }): ReactNode {
  const words = card[of];
  if (words === null) return <span className="quiet">not stated</span>;
  if (of !== 'paper') return words;
  const address = /^(?:doi:\s*)?(10\.\d{4,9}\/\S+)$/i.exec(words)?.[1];
  const link = address !== undefined ? `https://doi.org/${address}` : /^https:\/\/\S+$/.test(words) ? words : null;
  if (link === null) return words;
  return (
    <a href={link} rel="noreferrer nofollow">
      {words} <Icon name="external" size={13} />
    </a>
  );
}

function CardForm({
  slug,
  version,
  onClose,
}: {
  readonly slug: string;
  readonly version: Version;
  readonly onClose: () => void;
}): ReactNode {
  const client = useQueryClient();
  const [draft, setDraft] = useState<CardDraft>(() => ({ ...version.card }));
  const saving = useMutation({
    mutationFn: () =>
      call(ENDPOINTS.editCard, {
        params: { slug, version: version.version },
        body: cardChange(version.card, draft),
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['algorithm', slug] });
      onClose();
    },
  });
  const faults = saving.isError ? fieldFaults(asApiError(saving.error).problems) : {};
  const placed = Object.keys(faults).length > 0;
  return (
    <form
      className="form-card"
      aria-label="What the author says"
      onSubmit={(event) => {
        event.preventDefault();
        if (!saving.isPending) saving.mutate();
      }}
    >
      {CARD_FIELDS.map(({ key, label, hint, long, most }, n) => {
        const field = {
          label,
          hint,
          error: faults[key],
          maxLength: most,
          value: draft[key] ?? '',
          autoFocus: n === 0,
          onChange: (event: { readonly target: { readonly value: string } }) =>
            setDraft({ ...draft, [key]: event.target.value }),
        };
        return long ? <TextArea key={key} {...field} /> : <TextField key={key} {...field} />;
      })}
      {saving.isError && !placed && <ErrorState error={saving.error} />}
      <div className="form-actions">
        <button type="submit" className="button button-primary" disabled={saving.isPending}>
          {saving.isPending ? 'Saving…' : 'Save'}
        </button>
        <button type="button" className="button" onClick={onClose}>
          Leave as it was
        </button>
      </div>
    </form>
  );
}
