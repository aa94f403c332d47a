import type { PhaseRules, RevealRule, SecrecyLabel } from '#domain';
import { publishingFindings, readerFindings, type SharedImage } from './publishing-findings.js';

const NOW = new Date('2027-01-10T00:00:00Z');
const PAST = '2027-01-09T00:00:00Z';
const TO_COME = '2027-01-11T00:00:00Z';

const phase = (
  id: string,
  label: SecrecyLabel,
  rules: { readonly reveal?: RevealRule; readonly closesAt?: string } = {},
) => ({ id, kind: id.startsWith('practice') ? ('practice' as const) : ('test' as const), label, rules: rules as PhaseRules });
const shared = (phaseId: string, caseName: string, elsewhere = phase('test', 'SEALED')): SharedImage => ({
  phaseId,
  caseName,
  elsewhere: { benchmark: 'first', phase: elsewhere, caseName: 'theirs' },
});
const codes = (...asked: Parameters<typeof publishingFindings>) =>
  publishingFindings(...asked).map(({ severity, code, where }) => `${severity} ${code} ${where}`);
const HELD = 'error held-out-elsewhere phases';

describe('a case that another benchmark holds out', () => {
  it.each<[string, ReturnType<typeof phase>, readonly string[]]>([
    ['is not shown by the label', phase('practice', 'PARTICIPANT'), [`${HELD}.practice`]],
    ['is not shown where references are withheld', phase('practice', 'PUBLIC', { reveal: { kind: 'never' } }), [`${HELD}.practice`]],
    ['is not shown as a showcase', phase('test', 'SEALED', { reveal: { kind: 'showcase', cases: ['own'] } }), [`${HELD}.test`]],
    ['is not shown one day', phase('test', 'SEALED', { reveal: { kind: 'after-close' }, closesAt: TO_COME }), [`${HELD}.test`]],
    ['may be held out here, too', phase('test', 'SEALED'), []],
    ['may be beside a showcase', phase('test', 'SEALED', { reveal: { kind: 'showcase', cases: ['other'] } }), []],
    ['may be for readers who were appointed', phase('test', 'SEALED', { reveal: { kind: 'readers' } }), []],
  ])('%s', (_, own, expected) => {
    expect(codes([own], [shared(own.id, 'own')], NOW)).toEqual(expected);
  });

  it('is free once that benchmark shows it itself', () => {
    const practice = phase('practice', 'PUBLIC');
    const elsewhere = (rules: Parameters<typeof phase>[2]) => [shared('practice', 'own', phase('test', 'SEALED', rules))];
    expect(codes([practice], elsewhere({ reveal: { kind: 'after-close' }, closesAt: PAST }), NOW)).toEqual([]);
    expect(codes([practice], elsewhere({ reveal: { kind: 'showcase', cases: ['theirs'] } }), NOW)).toEqual([]);
    expect(codes([practice], elsewhere({ reveal: { kind: 'after-close' }, closesAt: TO_COME }), NOW)).toHaveLength(1);
    expect(codes([practice], elsewhere({ reveal: { kind: 'showcase', cases: ['another'] } }), NOW)).toHaveLength(1);
  });

  it('is named, once, with who holds it out', () => {
    const [finding, ...more] = publishingFindings(
      [phase('practice', 'PUBLIC'), phase('test', 'SEALED')],
      [shared('practice', 'b'), shared('practice', 'b'), shared('practice', 'a'), shared('test', 'c')],
      NOW,
    );
    expect(more).toEqual([]);
    expect(finding.message).toContain('2 case(s) that people would see are held out by "first": b, a;');
  });
});

it('a phase does not open with its close behind it', () => {
  const closing = (closesAt: string) => codes([phase('practice', 'PUBLIC'), phase('test', 'SEALED', { closesAt })], [], NOW);
  expect(closing(PAST)).toEqual(['error close-passed phases.test']);
  expect(closing(NOW.toISOString())).toEqual(['error close-passed phases.test']);
  expect(closing(TO_COME)).toEqual([]);
});

it('references for readers want readers', () => {
  const phases = [phase('practice', 'PUBLIC'), phase('test', 'SEALED', { reveal: { kind: 'readers' } })];
  const said = (...capacities: ('organiser' | 'reader' | 'steward')[]) =>
    readerFindings(phases, [{ capacities }]).map(({ severity, code, where }) => `${severity} ${code} ${where}`);
  expect(said('organiser', 'steward')).toEqual(['note reader-missing phases.test']);
  expect(said('organiser', 'reader')).toEqual([]);
  expect(readerFindings([phase('test', 'SEALED')], [])).toEqual([]);
});
