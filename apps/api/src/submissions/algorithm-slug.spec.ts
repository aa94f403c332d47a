import fc from 'fast-check';
import { slug } from '#contracts';
import { algorithmSlug } from './algorithm-slug.js';

it.each([
  ['Organ Finder 2', 'organ-finder-2'],
  ['  nnU-Net (3D, full-res)  ', 'nnu-net-3d-full-res'],
  ['Löwe & Müller', 'lowe-muller'],
  ['a', null],
  ['肝臓', null],
  ['---', null],
])('%j becomes %j', (name, expected) => {
  expect(algorithmSlug(name)).toBe(expected);
});

it('is always an address, or nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
      const made = algorithmSlug(name);
      if (made !== null) expect(slug.safeParse(made).success).toBe(true);
    }),
  );
});
