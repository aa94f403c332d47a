import { choose, type Offer } from './accept.js';

const EXPLICIT = '1.2.840.10008.1.2.1';
const HTJ2K = '1.2.840.10008.1.2.4.201';
const OFFERS: readonly Offer[] = [
  { type: 'application/dicom', multipart: true, transferSyntaxes: [EXPLICIT, HTJ2K] },
  { type: 'application/dicom', multipart: false, transferSyntaxes: [EXPLICIT] },
];
const words = (header?: string, query?: string): string => {
  const { offer, transferSyntax } = choose(header, query, OFFERS);
  return `${offer.multipart ? 'parts' : 'one'} ${transferSyntax}`;
};

describe('what an asker accepts', () => {
  it.each([
    [undefined, `parts ${EXPLICIT}`],
    ['*/*', `parts ${EXPLICIT}`],
    ['multipart/related', `parts ${EXPLICIT}`],
    ['multipart/related; type=application/dicom', `parts ${EXPLICIT}`],
    ['multipart/related; type="application/dicom"; transfer-syntax=*', `parts ${EXPLICIT}`],
    [`multipart/related; type="application/dicom"; transfer-syntax=${HTJ2K}`, `parts ${HTJ2K}`],
    [`Multipart/Related;type="Application/DICOM";transfer-syntax="${HTJ2K}"`, `parts ${HTJ2K}`],
    ['application/dicom', `one ${EXPLICIT}`],
    ['text/html, application/dicom;q=0.5, */*;q=0.1', `one ${EXPLICIT}`],
    [`application/dicom;q=0.1, multipart/related;type="application/dicom";transfer-syntax=${HTJ2K};q=0.9`, `parts ${HTJ2K}`],
    [`multipart/related; type="application/dicom"; transfer-syntax=1.2.3, application/*`, `one ${EXPLICIT}`],
  ])('%s', (header, expected) => expect(words(header)).toBe(expected));

  it('the address goes before the header', () => expect(words('multipart/related', 'application/dicom')).toBe(`one ${EXPLICIT}`));

  it.each([
    'text/html',
    'application/dicom;q=0',
    `application/dicom; transfer-syntax=${HTJ2K}`,
    'multipart/related; type="image/jpeg"',
    'multipart/form-data',
    '',
  ])('406 for %p, with what there is', (header) => {
    expect(() => words(header)).toThrow(expect.objectContaining({ status: 406, code: 'dicomweb-not-acceptable' }));
    expect(() => words(header)).toThrow(`transfer-syntax=${HTJ2K}`);
  });
});
