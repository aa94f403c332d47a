import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { queries } from '../api/queries.js';
import { count } from '../format/numbers.js';
import { SubmissionTable } from '../runs/submission-table.js';
import { Badge } from '../ui/badge.js';
import { CopyButton, Digest } from '../ui/copy.js';
import { Icon } from '../ui/icons.js';
import { Page, Section } from '../ui/page.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { EmptyState, ErrorState } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { AuthorSection } from './author-section.js';
import { FilesSection } from './files-section.js';
import { MeasuredSection } from './measured-section.js';
import type { Version } from './model-facts.js';
import { Pipeline } from './pipeline.js';

export function AlgorithmPage(): ReactNode {
  const { slug } = useParams({ from: '/algorithms/$slug' });
  const search = useSearch({ from: '/algorithms/$slug' });
  const query = useQuery(queries.algorithm(slug));
  if (!query.data) {
    return (
      <Page title={query.isError ? 'Algorithm' : 'Loading algorithm'}>
        {query.isError ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <SkeletonBlocks count={4} height={90} label="Loading the algorithm" />
        )}
      </Page>
    );
  }
  const algorithm = query.data;
  const shown = algorithm.versionList.find(({ version }) => version === search.version) ?? algorithm.versionList[0];
  return (
    <Page
      title={algorithm.name}
      trail={<Link to="/algorithms">Algorithms</Link>}
      heading={
        <>
          {algorithm.name} {shown && <span className="version">{shown.version}</span>}
        </>
      }
      lead={
        <>
          {algorithm.description !== '' && <p>{algorithm.description}</p>}
          <p className="badges">
            <Badge icon="person">{algorithm.owner}</Badge>
            {algorithm.mine && <Badge tone="active">yours</Badge>}
            <Badge icon="layers">{count(algorithm.versions, 'version')}</Badge>
          </p>
        </>
      }
      actions={
        algorithm.mine && (
          <Link to="/submit" search={{ algorithm: algorithm.slug }} className="button button-primary">
            <Icon name="upload" /> Submit a new version
          </Link>
        )
      }
    >
      {algorithm.versionList.length > 1 && (
        <nav className="tabs" aria-label="Versions">
          {algorithm.versionList.map(({ version, createdAt }) => (
            <Link
              key={version}
              to="/algorithms/$slug"
              params={{ slug }}
              search={{ version }}
              aria-current={version === shown?.version ? 'page' : undefined}
              resetScroll={false}
            >
              {version}{' '}
              <span className="segment-note">
                <Time at={createdAt} day />
              </span>
            </Link>
          ))}
        </nav>
      )}
      {shown ? (
        <VersionCard
          key={shown.version}
          slug={slug}
          version={shown}
          mine={algorithm.mine}
          lead={algorithm.description}
        />
      ) : (
        <EmptyState title="This algorithm has no version yet" />
      )}
    </Page>
  );
}

function VersionCard({
  slug,
  version,
  mine,
  lead,
}: {
  readonly slug: string;
  readonly version: Version;
  readonly mine: boolean;
  /** What stands above the card already. */
  readonly lead: string;
}): ReactNode {
  return (
    <>
      <div className="two-columns card-halves">
        <AuthorSection slug={slug} version={version} lead={lead} />
        <MeasuredSection version={version} />
      </div>
      <Section
        title="What it does to an image"
        note={<p>Read from its manifest and carried out by the platform exactly so, for every case alike.</p>}
      >
        <Pipeline manifest={version.manifest} />
        <ManifestJson version={version} />
      </Section>
      <FilesSection slug={slug} version={version} mine={mine} />
      <Section title="Submissions of this version">
        {version.submissions.length === 0 ? (
          <EmptyState title="Not submitted to a benchmark" />
        ) : (
          <SubmissionTable
            submissions={version.submissions}
            caption="Submissions of this version"
            algorithmColumn={false}
          />
        )}
      </Section>
    </>
  );
}

function ManifestJson({ version }: { readonly version: Version }): ReactNode {
  const json = JSON.stringify(version.manifest, null, 2);
  return (
    <details className="raw">
      <summary>
        Manifest as JSON, SHA-256 <code>{version.manifestSha256.slice(0, 12)}…</code>
      </summary>
      <p className="fine">
        Every default is written out. SHA-256 of it: <Digest value={version.manifestSha256} what="the manifest" />
      </p>
      <div className="raw-body">
        <CopyButton text={json} label="Copy the manifest" />
        <pre tabIndex={0}>
          <code>{json}</code>
        </pre>
      </div>
    </details>
  );
}
