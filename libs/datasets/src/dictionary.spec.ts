import { readDictionary } from './dictionary.js';

it('takes our own shape and that of BIDS', () => {
  expect(
    readDictionary({
      stage: 'of the tumour',
      age: { description: 'at the scan', unit: 'years' },
      sex: { Description: 'as registered', Levels: { F: 'female', M: { Description: 'male' } } },
      bmi: { LongName: 'body mass index', Units: 'kg/m²' },
      site: {},
    }),
  ).toEqual({
    stage: { description: 'of the tumour' },
    age: { description: 'at the scan', unit: 'years' },
    sex: { description: 'as registered F: female; M: male' },
    bmi: { description: 'body mass index', unit: 'kg/m²' },
    site: {},
  });
  expect(() => readDictionary(['age'])).toThrow('a list');
  expect(() => readDictionary({ age: 7 })).toThrow('column "age" is described by number');
});
