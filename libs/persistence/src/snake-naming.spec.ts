import { snake, SnakeNaming } from './snake-naming.js';

test.each([
  ['peakRssBytes', 'peak_rss_bytes'],
  ['tokenSha256', 'token_sha256'],
  ['id', 'id'],
  ['nsdAt2Mm', 'nsd_at2_mm'],
])('%s becomes %s', (name, expected) => expect(snake(name)).toBe(expected));

test('constraints say what they constrain', () => {
  const naming = new SnakeNaming();
  expect(naming.primaryKeyName('public.case_result')).toBe('pk_case_result');
  expect(naming.foreignKeyName('case_result', ['run_id'])).toBe('fk_case_result_run_id');
  expect(naming.uniqueConstraintName('phase', ['benchmark_id', 'kind'])).toBe('uq_phase_benchmark_id_kind');
  expect(naming.indexName('run_event', ['run_id', 'id'])).toBe('ix_run_event_run_id_id');
});

test('a name that PostgreSQL would cut is refused', () => {
  expect(() =>
    new SnakeNaming().indexName('leaderboard_row', ['phase_id', 'signature', 'rank', 'algorithm_slug', 'version']),
  ).toThrow('PostgreSQL keeps 63');
});
