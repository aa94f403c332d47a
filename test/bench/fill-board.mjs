import pg from 'pg';
import { runSignature } from '#evaluation';
import { findEmbeddedPostgres } from '#persistence';
import { PHANTOM_BENCHMARK } from '#phantoms';

const VERSIONS_EACH = 4;
const SUBMITTERS = 200;

/**
 * Enters submissions whose runs of all phases have completed, as rows: accounts, algorithms of four versions each, models,
 * submissions, runs, and their places on the board of each phase. The means are invented, their shape is that of the demo:
 * 4 regions x 5 metrics, some ties. Results of single cases and blobs, which no board reads, are left out.
 */
export async function fillBoards(dataDir, benchmark, submissions, manifest) {
  const client = new pg.Client(await findEmbeddedPostgres(dataDir));
  await client.connect();
  try {
    await client.query('begin');
    await client.query(
      `create temp table submitter on commit drop as
       select s, gen_random_uuid() as id from generate_series(0, ${SUBMITTERS - 1}) as s`,
    );
    await client.query(
      `insert into account (id, email, name, role)
       select id, 'submitter-' || s || '@bench.invalid', 'Submitter ' || s, 'researcher' from submitter`,
    );
    // quality: a low-discrepancy sequence over [0.45, 0.95), cut to 4 digits, so that some entries share a place
    await client.query(
      `create temp table entry on commit drop as
       select n, n / $2 as a, 'bench-' || lpad((n / $2)::text, 5, '0') as slug, (1 + n % $2) || '.0.0' as version,
              gen_random_uuid() as version_id, gen_random_uuid() as model_id, gen_random_uuid() as submission_id,
              s.id as submitter_id, now() - make_interval(mins => $1 - n) as at,
              round((0.45 + 0.5 * ((n * 0.6180339887) % 1))::numeric, 4)::float8 as quality
         from generate_series(0, $1 - 1) as n join submitter s on s.s = (n / $2) % ${SUBMITTERS}`,
      [submissions, VERSIONS_EACH],
    );
    await client.query(
      `insert into algorithm (id, slug, name, owner_id, description, created_at)
       select gen_random_uuid(), slug, 'Bench algorithm ' || a, submitter_id, 'Invented.', min(at) from entry group by a, slug, submitter_id`,
    );
    await client.query(
      `insert into stored_object (id, sha256, bytes, kind, media_type, label, created_at)
       select model_id, encode(sha256(('model ' || n)::bytea), 'hex'), 382143, 'model', 'application/octet-stream', 'PUBLIC', at from entry`,
    );
    await client.query(
      `insert into algorithm_version (id, algorithm_id, version, manifest, manifest_sha256, model_sha256, created_at)
       select e.version_id, a.id, e.version, jsonb_set($1::jsonb, '{version}', to_jsonb(e.version)),
              encode(sha256(('manifest ' || e.n)::bytea), 'hex'), encode(sha256(('model ' || e.n)::bytea), 'hex'), e.at
         from entry e join algorithm a on a.slug = e.slug`,
      [JSON.stringify(manifest)],
    );
    await client.query(
      `insert into algorithm_version_model (version_id, ordinal, file, object_id) select version_id, 0, 'model.onnx', model_id from entry`,
    );
    await client.query(
      `insert into submission (id, benchmark_id, submitter_id, algorithm_version_id, created_at)
       select submission_id, $1, submitter_id, version_id, at from entry`,
      [benchmark.id],
    );
    for (const phase of benchmark.phases) await fillPhase(client, phase);
    await client.query('commit');
    await client.query('vacuum analyze'); // as the server's own autovacuum does after a while
  } finally {
    await client.end();
  }
}

async function fillPhase(client, phase) {
  const signature = runSignature({ phase }, 'onnxruntime-node 1.30.0');
  await client.query(
    `insert into evaluation_run (id, submission_id, phase_id, ordinal, state, signature, case_total, case_scored, case_failed,
                                 created_at, queued_at, started_at, finished_at)
     select gen_random_uuid(), submission_id, $1, $2, 'completed', $3, $4::int, $4::int - (n % 10 = 0)::int, (n % 10 = 0)::int,
            at, at, at + interval '5 s', at + interval '60 s' from entry`,
    [phase.id, phase.ordinal, signature, phase.caseCount],
  );
  // the means of the regions lie evenly around the mean that the row shows
  await client.query(
    `with mean as (
       select e.n, m.metric, m.value from entry e cross join lateral (values
         ('dice', e.quality), ('iou', e.quality / (2 - e.quality)), ('hd95', 60 * (1 - e.quality)),
         ('nsd@2', 0.98 * e.quality), ('volume_error_ml', 400 * (1 - e.quality))) as m (metric, value)
     ), shown as (
       select n, jsonb_object_agg(metric, value) as metrics from mean group by n
     ), detailed as (
       select n, jsonb_agg(jsonb_build_object('region', r.name, 'metric', metric, 'mean', value * (1 + 0.02 * (r.place - 2.5)),
                                              'n', $4::int, 'penalised', (n % 10 = 0)::int, 'empty', (n % 7 = 0)::int)) as aggregates
         from mean cross join unnest($3::text[]) with ordinality as r (name, place) group by n
     )
     insert into leaderboard_row (run_id, phase_id, signature, sequence, state_hash, rank, algorithm_slug, version, metrics, aggregates, case_scored, case_failed,
                                  practice_elapsed_ms, practice_cpu_ms, practice_peak_rss_bytes, finished_at)
     select r.id, $1::uuid, $2, e.n + 1, encode(sha256(($1::text || e.n)::bytea), 'hex'), rank() over (order by e.quality desc), e.slug, e.version, s.metrics, d.aggregates, r.case_scored, r.case_failed,
            300 + e.n % 200, 280 + e.n % 200, 250e6 + e.n, r.finished_at
       from entry e join evaluation_run r on r.submission_id = e.submission_id and r.phase_id = $1::uuid
       join shown s on s.n = e.n join detailed d on d.n = e.n`,
    [phase.id, signature, PHANTOM_BENCHMARK.regions.map(({ name }) => name), phase.caseCount],
  );
}
