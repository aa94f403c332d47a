import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { OrganiserOnly } from '../accounts/organiser-only.js';
import { queries } from '../api/queries.js';
import { Badge } from '../ui/badge.js';
import { Icon } from '../ui/icons.js';
import { Page } from '../ui/page.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { EmptyState, QueryView } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { CommandLine } from './command-line.js';

/** Datasets of one's own. */
export function DatasetsPage(): ReactNode {
  return (
    <Page
      title="My datasets"
      lead={<p>Cases that you brought. Nobody else sees that they exist, until you make a benchmark of them.</p>}
      actions={
        <Link to="/import" className="button button-primary">
          <Icon name="upload" /> Import a dataset
        </Link>
      }
    >
      <OrganiserOnly>{() => <List />}</OrganiserOnly>
    </Page>
  );
}

function List(): ReactNode {
  const query = useQuery(queries.datasets());
  return (
    <QueryView query={query} skeleton={<SkeletonBlocks count={3} height={60} label="Loading your datasets" />}>
      {({ items }) =>
        items.length === 0 ? (
          <div className="side-by-side">
            <EmptyState
              icon="layers"
              title="No dataset yet"
              action={
                <Link to="/import" className="button button-primary">
                  Import the first
                </Link>
              }
            >
              <p>
                Images with reference segmentations: a DICOM folder, NIfTI pairs, nnU-Net, BIDS. They are checked on
                your machine, frozen as a version with a digest, and then become a benchmark.
              </p>
            </EmptyState>
            <CommandLine
              what="From a terminal"
              lines={['npx voxelmark dataset check FOLDER', 'npx voxelmark dataset import FOLDER --yes']}
            />
          </div>
        ) : (
          <div className="table-scroll" role="region" aria-label="My datasets" tabIndex={0}>
            <table className="plain">
              <thead>
                <tr>
                  <th scope="col">Dataset</th>
                  <th scope="col" className="numeric">
                    Cases
                  </th>
                  <th scope="col">Licence</th>
                  <th scope="col">Begun</th>
                </tr>
              </thead>
              <tbody>
                {items.map((item) => (
                  <tr key={item.id}>
                    <th scope="row">
                      <Link to="/datasets/$slug" params={{ slug: item.slug }}>
                        {item.name}
                      </Link>{' '}
                      {item.synthetic && <Badge title="Made by a program, of no person">Synthetic</Badge>}
                      <br />
                      <code className="quiet">{item.slug}</code>
                    </th>
                    <td className="numeric">{item.caseCount}</td>
                    <td>{item.licence}</td>
                    <td>
                      <Time at={item.createdAt} day />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )
      }
    </QueryView>
  );
}
