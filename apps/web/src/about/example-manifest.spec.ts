import { manifest } from '#contracts';
import { EXAMPLE_MANIFEST } from './example-manifest.js';

it('is a manifest that the platform accepts', () => {
  expect(manifest.safeParse(JSON.parse(EXAMPLE_MANIFEST)).error).toBeUndefined();
});
