import { statSync } from 'node:fs';

/**
 * Suites that take a minute or more, the longest first: begun at the end, each would keep one core busy and leave the other
 * idle. Jest knows that only where it has run before, and takes large files for long ones: the demo's has 65 lines and
 * takes minutes. The others follow by size.
 */
const LONG = [
  ...['e2e/demo', 'e2e/viewer', 'api/src/secrecy', 'worker/src/worker', 'e2e/verify', 'e2e/score'],
  ...['worker/src/hostile', 'pipeline/src/real-networks', 'e2e/canary', 'e2e/model-check', 'e2e/real-ct'],
  ...['e2e/preflight', 'e2e/predict', 'corpus/corpus', 'e2e/walk', 'inference/src/model-runner', 'api/src/malformed', 'e2e/cli'],
].map((name) => new RegExp(`${name}\\.(integration|e2e)\\.ts$`));

const place = ({ path }) => {
  const at = LONG.findIndex((name) => name.test(path.replaceAll('\\', '/')));
  return at < 0 ? LONG.length : at;
};

/** As Jest asks one: where a run starts is all that is decided here. */
export default class LongestFirst {
  sort(tests) {
    return [...tests].sort((a, b) => place(a) - place(b) || statSync(b.path).size - statSync(a.path).size);
  }

  shard(tests, { shardIndex, shardCount }) {
    return this.sort(tests).filter((_, n) => n % shardCount === shardIndex - 1);
  }

  allFailedTests() {
    throw new Error('which suites failed last is not remembered; expected no --onlyFailures here');
  }

  cacheResults() {}
}
