import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ResponseOf, ENDPOINTS } from '#contracts';
import { queries } from '../api/queries.js';
import { count } from '../format/numbers.js';
import { Badge } from '../ui/badge.js';
import { Icon } from '../ui/icons.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { EmptyState, QueryView } from '../ui/states.js';
import { HeroFigure } from './hero-figure.js';

type BenchmarkCard = ResponseOf<typeof ENDPOINTS.listBenchmarks>['items'][number];

/** Entrance: what this is, and the benchmarks. */
export function BenchmarksPage(): ReactNode {
  const query = useQuery(queries.benchmarks());
  return (
    <div className="page">
      <title>Benchmarks · Voxelmark</title>
      <header className="hero">
        <div>
          <h1>Segmentation algorithms, measured on images they have never seen</h1>
          <p className="lead">
            Send a model as ONNX. It travels to the images; the held-out images stay where they are. Every figure says
            how it was made, and on the practice cases you can open the slice behind it.
          </p>
          <p className="hero-actions">
            <Link to="/submit" className="button button-primary">
              <Icon name="upload" /> Submit an algorithm
            </Link>
            <Link to="/about" className="button">
              How it works
            </Link>
          </p>
        </div>
        <HeroFigure />
      </header>

      <section className="section">
        <div className="section-head">
          <h2>Benchmarks</h2>
        </div>
        <QueryView
          query={query}
          skeleton={
            <div className="cards">
              <SkeletonBlocks count={2} height={230} label="Loading the benchmarks" />
            </div>
          }
        >
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState title="No benchmark has been published yet">
                <p>
                  An organiser publishes benchmarks; the demo benchmark appears here when the platform is started with
                  its demo data.
                </p>
              </EmptyState>
            ) : (
              <ul className="cards">
                {items.map((item) => (
                  <li key={item.id}>
                    <Card item={item} />
                  </li>
                ))}
              </ul>
            )
          }
        </QueryView>
      </section>
    </div>
  );
}

function Card({ item }: { readonly item: BenchmarkCard }): ReactNode {
  return (
    <article className="card benchmark-card">
      <div className="card-badges">
        {item.synthetic && <Badge title="Generated images; no patient data">Synthetic images</Badge>}
        {!item.published && (
          <Badge tone="caution" icon="lock">
            Not published
          </Badge>
        )}
      </div>
      <h3>
        <Link to="/benchmarks/$slug" params={{ slug: item.slug }} className="card-link">
          {item.title}
        </Link>
      </h3>
      <p className="card-question">{item.question}</p>
      <p className="structures">
        {item.structures.map((name) => (
          <span key={name} className="chip">
            {name}
          </span>
        ))}
      </p>
      <dl className="card-facts">
        <div>
          <dt>Cases</dt>
          <dd>{item.caseCount}</dd>
        </div>
        <div>
          <dt>Algorithms</dt>
          <dd>{item.algorithmCount}</dd>
        </div>
        <div className="card-leader">
          <dt>Leads</dt>
          <dd>
            {item.leader ? (
              <>
                {item.leader.algorithm} <span className="version">{item.leader.version}</span>
                <span className="leader-figure">
                  {item.leader.metric.abbreviation} <strong>{item.leader.value.toFixed(3)}</strong>
                </span>
              </>
            ) : (
              <span className="quiet">nobody yet: {count(item.caseCount, 'case')} waiting</span>
            )}
          </dd>
        </div>
      </dl>
    </article>
  );
}
