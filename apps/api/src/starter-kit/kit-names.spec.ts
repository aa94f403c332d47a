import { kitNames } from './kit-names.js';

describe('file names of a starter kit', () => {
  const references = (...cases: string[]) => [...kitNames(cases, ['CT']).values()].map(({ reference }) => reference);

  const path = (name: string) => `references/${name}.nii.gz`;

  it('are those of the cases, as far as every system takes them', () => {
    expect(references('case-1', 'Fall Ä', '../etc/passwd', '...')).toEqual(
      ['case-1', 'Fall__', 'etc_passwd', 'case'].map(path),
    );
  });

  it('are each its own, also where capitals do not count', () => {
    expect(references('a b', 'a_b', 'a/b', 'A_B', 'a_b-2')).toEqual(
      ['a_b', 'a_b-2', 'a_b-3', 'A_B-4', 'a_b-2-2'].map(path),
    );
  });

  it('are short enough to be unpacked, and still each its own', () => {
    const long = 'x'.repeat(400);
    expect(references(`${long}1`, `${long}2`)).toEqual(['x'.repeat(100), `${'x'.repeat(100)}-2`].map(path));
    const { images } = kitNames([long], [`${long}1`, `${long}2`]).get(long)!;
    expect(new Set(images).size).toBe(2);
    for (const image of images) expect(image.split('/')[1].length).toBeLessThanOrEqual(255);
  });

  it('are for names that are there once', () => {
    expect(() => kitNames(['a', 'b', 'a'], ['CT'])).toThrow('two cases are called "a"; expected each name once');
  });

  it('name the channel where there are several; no case takes the image of another', () => {
    const names = kitNames(['p', 'p_T1'], ['T1', 'T1_c']);
    expect(names.get('p')).toEqual({
      images: ['images/p_T1.nii.gz', 'images/p_T1_c.nii.gz'],
      reference: path('p'),
    });
    const all = [...kitNames(['p', 'p_T1'], ['T1 c', 'c', 'T1/c']).values()].flatMap(({ images }) => images);
    expect(new Set(all).size).toBe(6);
  });
});
