import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import { Notice } from '../ui/notice.js';
import { Page } from '../ui/page.js';
import { EXAMPLE_MANIFEST } from './example-manifest.js';

/** How it works, for those who submit, those who review, and those who treat patients. */
export function AboutPage(): ReactNode {
  return (
    <Page
      title="How it works"
      lead={
        <p>
          Voxelmark measures segmentation algorithms on held-out images. The model travels to the images; the images
          stay.
        </p>
      }
    >
      <div className="about">
        <nav className="about-nav" aria-label="On this page">
          <a href="#path">The path of a submission</a>
          <a href="#submit">Submitting</a>
          <a href="#numbers">How numbers are made</a>
          <a href="#secrecy">What stays hidden</a>
          <a href="#reviewers">For reviewers</a>
          <a href="#clinicians">For clinicians</a>
          <a href="#machines">For scripts</a>
        </nav>
        <div className="prose about-text">
          <Notice icon="alert" tone="caution" title="Research only, not for care">
            <p>
              Figures on these pages describe how algorithms did on fixed sets of images. They say nothing about a
              patient, and no algorithm here is approved for diagnosis or treatment.
            </p>
          </Notice>

          <h2 id="path">The path of a submission</h2>
          <ol className="path">
            <li>
              <strong>Checks that do not count.</strong> Before anything is submitted you may try the model: a reading
              of its files, a tile of zeros, your own case against your framework’s result, one practice case, a
              forecast of time and memory.
            </li>
            <li>
              <strong>Upload.</strong> Each file is streamed, hashed with SHA-256 and stored under that hash. The same
              files twice are one submission.
            </li>
            <li>
              <strong>Model check.</strong> The files are read without being run and compared with the manifest, then
              loaded by a process that has no network and no files but its own.
            </li>
            <li>
              <strong>Practice cases.</strong> They are public: every figure, time, error text and overlay is open to
              everybody.
            </li>
            <li>
              <strong>Held-out cases.</strong> The same steps on images that nobody who submits has seen. They are
              skipped only if every practice case failed.
            </li>
            <li>
              <strong>Scoring.</strong> Each prediction is brought back to the image’s own grid and compared with the
              reference segmentation, case by case. A case on which the algorithm fails stays a row with a reason and
              the declared penalty; it is never left out.
            </li>
            <li>
              <strong>Leaderboard.</strong> Means over the cases of each structure, then over structures, then places;
              each with an interval that says how firmly it stands.
            </li>
          </ol>
          <p>
            Any step may be interrupted and run twice; a result is kept once. A run always shows where it stands: its
            place in the queue, its state and, when it fails, a stable code with a sentence that says what to do.
          </p>

          <h2 id="submit">Submitting</h2>
          <p>
            You need the network as ONNX, one self-contained file or the several of an ensemble, and a manifest: the
            file <code>voxelmark.json</code>, or the same inside the ONNX file. The manifest says how the network wants
            its images (one or more channels, the whole volume, tiles or slices); the platform executes it and derives
            the way back. The starter kit beside the <em>Practice cases</em> of a benchmark has an example of
            everything; <code>npx voxelmark model import</code> writes a manifest from an nnU-Net v2 folder, a MONAI
            bundle or a bioimage.io description.
          </p>
          <pre tabIndex={0} aria-label="An example of a manifest">
            <code>{EXAMPLE_MANIFEST}</code>
          </pre>
          <ul>
            <li>
              <code>orient</code>: three letters, one per tensor axis, for the side of the patient towards which it
              grows. “RAS” grows to the right, the front and the head.
            </li>
            <li>
              <code>resample</code>: spacing in mm along the tensor’s axes; <code>null</code> keeps an axis as it is.
            </li>
            <li>
              <code>window</code>: maps grey values linearly, clipped unless told otherwise.
            </li>
            <li>
              <code>inference</code>: the whole volume padded to a multiple (<code>full</code>), overlapping tiles (
              <code>sliding</code>), or slices.
            </li>
            <li>
              <code>labels</code>: channel <em>c</em> of the output means the <em>c</em>-th label of this list.
            </li>
          </ul>
          <p>
            The <Link to="/submit">submit page</Link> tells at once what it does not understand, shows in words what
            will be done to an image, and runs the checks.
          </p>

          <h2 id="numbers">How numbers are made</h2>
          <dl className="definitions">
            <dt>Dice</dt>
            <dd>Twice the shared volume over the sum of both volumes; 0 to 1, higher is better.</dd>
            <dt>IoU</dt>
            <dd>Shared volume over joint volume; 0 to 1, higher is better.</dd>
            <dt>HD95</dt>
            <dd>
              95th percentile of the distances between the two surfaces, in mm, lower is better; from surface elements
              in physical space.
            </dd>
            <dt>NSD at 2 mm</dt>
            <dd>Share of both surfaces that lies within 2 mm of the other; 0 to 1, higher is better.</dd>
            <dt>Volume error</dt>
            <dd>Difference of the volumes in ml, without sign; lower is better.</dd>
          </dl>
          <p>
            <strong>Empty masks.</strong> If reference and prediction are both empty, that is agreement: overlap 1,
            distance 0. If only one is empty, a distance has no bound; the benchmark declares what that counts.
          </p>
          <p>
            <strong>Failed cases</strong> count with the penalty that the benchmark’s rules declare for each metric.
            Their number stands in its own column, and below it how often a structure of the reference is missing from
            the prediction altogether (empty).
          </p>
          <p>
            <strong>Intervals, tiers and tests.</strong> Patients are drawn again and again, each time as many as there
            are, and everything is ranked anew: 95 % of the means, and of the places, lie within the interval. A line in
            the board begins a new tier, whose algorithms are significantly worse than the first of the tier above.
            Within a tier the order is no evidence. The <em>Evidence</em> of a board shows the draws, the tests, the
            order under other rules, without each hospital and in groups of patients.
          </p>
          <p>
            <strong>Signature.</strong> Every score carries a short text of all choices that could change it: metric
            set, tolerances, treatment of empty masks, penalties, runtime version, thread count, data. Only equal
            signatures share a leaderboard.
          </p>
          <p>
            <strong>Time and memory</strong> are medians over practice cases, because times of held-out cases could tell
            something about their content.
          </p>

          <h2 id="secrecy">What stays hidden</h2>
          <p>
            Held-out images, references, predictions on them, per-case figures, error texts and times never reach a
            submitter or a visitor. Whoever sees a prediction together with its errors has the reference, so all of
            these carry the same label. Every time that pixels leave the store, one rule book decides and an entry is
            written first; organisers and data stewards can read that log.
          </p>

          <h2 id="reviewers">For reviewers</h2>
          <ul>
            <li>
              Every address is a link that can be cited: a leaderboard with its sorting, a run, a case with the slice,
              window and overlays you saw.
            </li>
            <li>
              Each state of a leaderboard has an address that never changes; <em>Cite</em> gives it, <em>Export</em> the
              tables, a methods paragraph and the citation.
            </li>
            <li>Each row leads to the run, the manifest and the SHA-256 of the exact model files.</li>
            <li>Failed cases and penalties are shown beside every mean that contains them.</li>
            <li>
              Another rule, metric, structure or group of cases re-ranks at once, and says what moved. Two algorithms
              can be compared case by case.
            </li>
            <li>
              <code>npx voxelmark run verify</code> recomputes every figure of a run from its manifest and the stored
              masks.
            </li>
            <li>On practice cases you can open any figure in the viewer and see the voxels behind it.</li>
          </ul>

          <h2 id="clinicians">For clinicians</h2>
          <p>
            Pick a benchmark, open <em>Practice cases</em>, and choose one. You see three linked planes with the
            reference as a tint and the algorithm as an outline. The error map shows what was missed and what was added,
            by colour and by name. Scroll with the wheel or the arrow keys; press <kbd>?</kbd> for all keys. Right and
            left follow the radiological convention, and letters at the border say which side you look at.
          </p>
          <p>
            A high Dice does not mean that a result is fit for use: a small lesion can be missed entirely while the mean
            stays high. Look at the structure that matters to you, at its surface distance, and at the worst case,
            before you believe a mean.
          </p>

          <h2 id="machines">For scripts</h2>
          <p>
            Everything on these pages comes from the <a href="/api/docs">documented API</a>. Make a token under{' '}
            <Link to="/account">Account</Link> and use it with <code>npx voxelmark auth login</code> and{' '}
            <code>npx voxelmark submit</code>. Without any server, <code>npx voxelmark model check</code>,{' '}
            <code>predict</code>, <code>score</code> and <code>rank</code> do the same on your own files.
          </p>
        </div>
      </div>
    </Page>
  );
}
