import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { ENDPOINTS, type AlgorithmView } from '#contracts';
import { addressOf } from '../api/api-client.js';
import { queries } from '../api/queries.js';
import { count, formatBytes } from '../format/numbers.js';
import { SubmissionTable } from '../runs/submission-table.js';
import { Badge } from '../ui/badge.js';
import { CopyButton, Digest } from '../ui/copy.js';
import { Icon } from '../ui/icons.js';
import { Page, Section } from '../ui/page.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { EmptyState, ErrorState } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { Pipeline } from './pipeline.js';

type Version = AlgorithmView['versionList'][number];

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
        <VersionCard slug={slug} version={shown} mine={algorithm.mine} />
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
}: {
  readonly slug: string;
  readonly version: Version;
  readonly mine: boolean;
}): ReactNode {
  const { manifest } = version;
  return (
    <>
      <Section
        title="What it does to an image"
        note={<p>Read from its manifest and executed by the platform exactly so, for every case alike.</p>}
      >
        <Pipeline manifest={manifest} />
      </Section>
      <div className="two-columns">
        <Section title="Card">
          <dl className="facts">
            <dt>Made for</dt>
            <dd>
              {manifest.inputs[0].channels
                .map(({ name, modality, units }) =>
                  [modality ?? name, units && `in ${units}`].filter(Boolean).join(' '),
                )
                .join(', ')}
            </dd>
            <dt>Labels</dt>
            <dd>
              {manifest.labels.map(({ value, name }, channel) => (
                <span key={channel} className="chip">
                  {value} {name}
                </span>
              ))}
            </dd>
            <dt>Trained on</dt>
            <dd>
              {manifest.trainedOn && manifest.trainedOn.length > 0 ? (
                manifest.trainedOn.join('; ')
              ) : (
                <span className="quiet">not stated</span>
              )}
            </dd>
            <dt>Licence</dt>
            <dd>{manifest.licence ?? <span className="quiet">not stated</span>}</dd>
            <dt>To cite</dt>
            <dd>{manifest.citation ?? <span className="quiet">not stated</span>}</dd>
            {manifest.description !== undefined && (
              <>
                <dt>Description</dt>
                <dd className="pre-line">{manifest.description}</dd>
              </>
            )}
          </dl>
        </Section>
        <Section title="Files">
          <dl className="facts">
            <dt>Model</dt>
            <dd>
              {formatBytes(version.modelBytes)}
              {mine && (
                <>
                  {' '}
                  <a
                    className="inline-action"
                    href={addressOf(ENDPOINTS.getModel, { slug, version: version.version })}
                    download={`${slug}-${version.version}.onnx`}
                  >
                    <Icon name="download" size={14} /> download
                  </a>
                </>
              )}
            </dd>
            <dt>SHA-256 of the model</dt>
            <dd>
              <Digest value={version.modelSha256} what="the model" />
            </dd>
            <dt>SHA-256 of the manifest</dt>
            <dd>
              <Digest value={version.manifestSha256} what="the manifest" />
            </dd>
            <dt>First submitted</dt>
            <dd>
              <Time at={version.createdAt} />
            </dd>
          </dl>
          <details className="raw">
            <summary>Manifest as JSON</summary>
            <div className="raw-body">
              <CopyButton text={JSON.stringify(manifest, null, 2)} label="Copy the manifest" />
              <pre tabIndex={0}>
                <code>{JSON.stringify(manifest, null, 2)}</code>
              </pre>
            </div>
          </details>
        </Section>
      </div>
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
