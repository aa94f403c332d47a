import { cardChange, fieldFaults } from './author-card.js';

const before = { intendedUse: 'CT', trainingData: null, licence: 'MIT', paper: null, limits: null };

it('sends only what changed, an emptied field as null', () => {
  expect(cardChange(before, { ...before, intendedUse: ' CT of adults ', licence: '  ' })).toEqual({
    intendedUse: 'CT of adults',
    licence: null,
  });
  expect(cardChange(before, { ...before, limits: '' })).toEqual({});
});

it('puts sentences of a refusal beside their field', () => {
  const problems = [
    { path: 'licence', message: 'at most 64 characters' },
    { path: 'elsewhere', message: 'no' },
  ];
  expect(fieldFaults(problems)).toEqual({ licence: 'at most 64 characters' });
  expect(fieldFaults([])).toEqual({});
});
