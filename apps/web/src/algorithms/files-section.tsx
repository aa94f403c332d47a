import type { ReactNode } from 'react';
import { ENDPOINTS } from '#contracts';
import { addressOf } from '../api/api-client.js';
import { formatBytes } from '../format/numbers.js';
import { Digest } from '../ui/copy.js';
import { Icon } from '../ui/icons.js';
import { Section } from '../ui/page.js';
import { Time } from '../ui/time.js';
import { bigNumber, tensorWords, type Version } from './model-facts.js';

/** The model files of a version with what identifies them; their owner may download them. */
export function FilesSection({
  slug,
  version,
  mine,
}: {
  readonly slug: string;
  readonly version: Version;
  readonly mine: boolean;
}): ReactNode {
  const caption = version.models.length === 1 ? 'Model file' : 'Model files of the ensemble';
  return (
    <Section
      title={version.models.length === 1 ? 'Model file' : 'Model files'}
      note={
        <p>
          First submitted <Time at={version.createdAt} />. A version never changes; a correction is a new version.
        </p>
      }
    >
      <div className="table-scroll" role="region" aria-label={caption} tabIndex={0}>
        <table className="plain">
          <caption className="visually-hidden">{caption}</caption>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col" className="numeric">
                Size
              </th>
              <th scope="col" className="numeric">
                Parameters
              </th>
              <th scope="col">Inputs and outputs</th>
              <th scope="col">SHA-256</th>
              {mine && (
                <th scope="col">
                  <span className="visually-hidden">Download</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {version.models.map(({ file, bytes, sha256, facts }, n) => (
              <tr key={n}>
                <th scope="row">{file}</th>
                <td className="numeric nowrap">{formatBytes(bytes)}</td>
                <td className="numeric nowrap">{facts?.parameters == null ? '–' : bigNumber(facts.parameters)}</td>
                <td>
                  {(facts?.inputs ?? []).map((face) => (
                    <code key={face.name} className="tensor-line">
                      {tensorWords(face)}
                    </code>
                  ))}
                  {(facts?.outputs ?? []).map((face) => (
                    <code key={face.name} className="tensor-line">
                      → {tensorWords(face)}
                    </code>
                  ))}
                </td>
                <td className="nowrap">
                  <Digest value={sha256} what={file} />
                </td>
                {mine && (
                  <td className="nowrap">
                    <a
                      href={addressOf(ENDPOINTS.getModel, { slug, version: version.version }, { file: n })}
                      download={version.models.length === 1 ? `${slug}-${version.version}.onnx` : file}
                    >
                      <Icon name="download" size={14} /> download
                    </a>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
