import type { ReactNode } from 'react';
import { ENDPOINTS } from '#contracts';
import { addressOf } from '../api/api-client.js';
import { Icon } from '../ui/icons.js';

export function StarterKitLink({ slug, children }: { readonly slug: string; readonly children: ReactNode }): ReactNode {
  return (
    <a className="button" href={addressOf(ENDPOINTS.getStarterKit, { slug })} download={`${slug}-starter-kit.zip`}>
      <Icon name="download" /> {children}
    </a>
  );
}

/** Everything that is needed to begin, for one benchmark. */
export function StarterKit({ slug }: { readonly slug: string }): ReactNode {
  return (
    <aside className="submit-aside" aria-label="Starter kit">
      <h2>Starter kit</h2>
      <p className="fine">
        Practice images and references, a manifest to fill in for this benchmark, a worked export script from PyTorch,
        and the two commands that check and submit.
      </p>
      <p>
        <StarterKitLink slug={slug}>Download (ZIP)</StarterKitLink>
      </p>
    </aside>
  );
}
