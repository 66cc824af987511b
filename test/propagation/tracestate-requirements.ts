import type { Header } from './entry-points';
import { traceparent } from './requirement';
import type { Expected, Requirement } from './requirement';

/** The members of a list, without the whitespace between them, which depends on how several headers were joined. */
const members = (text: string): string[] =>
  text
    .split(',')
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '');
const hasMembers =
  (...expected: string[]) =>
  (text: string): void =>
    expect(members(text)).toEqual(expected);

/** A requirement on the outgoing `tracestate`, given the values of incoming ones. */
function tracestate(
  section: string,
  title: string,
  expected: Expected['tracestate'],
  ...values: string[]
): Requirement {
  return {
    section,
    title,
    headers: [traceparent(), ...values.map((value): Header => ['tracestate', value])],
    expected: { trace: 'continued', tracestate: expected },
  };
}

/** Cases of one requirement: lists that are sent unchanged, or that are discarded. */
function cases(
  section: string,
  title: string,
  outcome: 'sent' | 'discarded',
  values: Readonly<Record<string, string>>,
): Requirement[] {
  return Object.entries(values).map(([name, value]) =>
    tracestate(section, `${title}: ${name}`, outcome === 'sent' ? value : null, value),
  );
}

const list = (count: number): string => Array.from({ length: count }, (_, index) => `k${index}=${index}`).join(',');
const long = (key: string): string => `${key}=${'v'.repeat(255)}w`;
const longMembers = Array.from({ length: 30 }, (_, index) => long(`l${String(index).padStart(20, '0')}`));
const printable = String.fromCharCode(...Array.from({ length: 0x5f }, (_, index) => 0x20 + index));
const legal = printable.replace(/[,=]/g, '');

const FIELD_VALUES = 'tracestate Header Field Values';

/** The requirements of Trace Context Level 2 on `tracestate`. https://www.w3.org/TR/trace-context-2/ */
export const tracestateRequirements: readonly Requirement[] = [
  {
    section: 'Tracestate Header',
    title: 'tracestate is not parsed if traceparent is invalid',
    headers: [
      ['traceparent', '00-x'],
      ['tracestate', 'foo=1'],
    ],
    expected: { trace: 'restarted', tracestate: null },
  },
  ...cases('Tracestate Header', 'a tracestate that cannot be parsed does not affect traceparent', 'discarded', {
    'no equals sign': 'foo',
    'no key': '=1',
    'only an equals sign': '=',
    'a control character': 'foo=a\tb',
  }),
  {
    section: 'Tracestate Header',
    title: 'tracestate is not used for properties that no tracing system defines',
    headers: [['baggage', 'user=ann']],
    expected: { tracestate: null, baggage: 'user=ann' },
  },
  ...['TRACESTATE', 'TraceState'].map((name): Requirement => ({
    section: 'Header Name',
    title: `the name is case-insensitive: ${name}`,
    headers: [traceparent(), [name, 'foo=1']],
    expected: { tracestate: 'foo=1' },
  })),
  ...['trace-state', 'trace.state'].map((name): Requirement => ({
    section: 'Header Name',
    title: `a header of another name is ignored: ${name}`,
    headers: [traceparent(), [name, 'foo=1']],
    expected: { tracestate: null },
  })),
  tracestate(
    FIELD_VALUES,
    'several headers are combined in order',
    hasMembers('foo=1', 'bar=2', 'rojo=1', 'congo=2', 'baz=3'),
    'foo=1,bar=2',
    'rojo=1,congo=2',
    'baz=3',
  ),
  tracestate(FIELD_VALUES, 'a malformed member in one of several headers discards the list', null, 'foo=1', 'BAR=2'),
  tracestate(FIELD_VALUES, 'an empty header is accepted but not sent', null, ''),
  tracestate(FIELD_VALUES, 'an empty header is accepted: before another', hasMembers('foo=1'), '', 'foo=1'),
  tracestate(FIELD_VALUES, 'an empty header is accepted: after another', hasMembers('foo=1'), 'foo=1', ''),
  ...cases(FIELD_VALUES, 'empty members and whitespace are allowed and propagated byte for byte', 'sent', {
    'empty members': 'foo=1,,bar=2',
    spaces: 'foo=1 , bar=2',
    tabs: 'foo=1 \t , \t bar=2,\t \tbaz=3',
    'members of whitespace': 'foo=1, ,\t,bar=2',
  }),
  tracestate(FIELD_VALUES, 'whitespace around the list is ignored', 'foo=1,bar=2', ' \tfoo=1,bar=2 \t'),
  tracestate(FIELD_VALUES, 'a list has up to 32 members', list(32), list(32)),
  tracestate(FIELD_VALUES, 'a list of 33 members is discarded', null, list(33)),
  tracestate(FIELD_VALUES, 'a list of 33 members is discarded: from several headers', null, list(30), 'a=1,b=2,c=3'),
  ...cases('Key', 'a key begins with a lower-case letter or a digit', 'sent', {
    letter: 'a=1',
    digit: '0=1',
    'digit and others': '1a-b_c*d/e=1',
  }),
  ...cases('Key', 'a key begins with a lower-case letter or a digit', 'discarded', {
    'at sign': '@foo=1,bar=2',
    underscore: '_a=1',
    hyphen: '-a=1',
    asterisk: '*a=1',
    slash: '/a=1',
    'upper case': 'Foo=1',
  }),
  ...cases('Key', 'a key contains only letters, digits and _-*/@', 'sent', {
    'at sign': 'foo@bar=1',
    'at sign at the end': 'foo@=1,bar=2',
    'two at signs': 'foo@@bar=1',
    'two separate at signs': 'foo@bar@baz=1',
    all: 'a0_-*/@=1',
  }),
  ...cases('Key', 'a key contains only letters, digits and _-*/@', 'discarded', {
    space: 'foo =1',
    tab: 'foo\t=1',
    'upper case': 'fOO=1',
    dot: 'foo.bar=1',
    colon: 'foo:bar=1',
    'not ASCII': 'fo\u00f6=1',
  }),
  ...cases('Key', 'a key has up to 256 characters', 'sent', {
    '256 letters': `${'z'.repeat(256)}=1`,
    '256 with an at sign': `${'t'.repeat(241)}@${'v'.repeat(14)}=1`,
    'a long tenant': `${'t'.repeat(242)}@v=1`,
    'a long system': `t@${'v'.repeat(15)}=1`,
  }),
  ...cases('Key', 'a key has up to 256 characters', 'discarded', {
    257: `${'z'.repeat(257)}=1`,
    '257 with an at sign': `${'t'.repeat(242)}@${'v'.repeat(14)}=1`,
  }),
  ...cases('Value', 'leading spaces are part of the value', 'sent', { one: 'foo= 1', many: 'foo=    1,bar=  2' }),
  ...cases('Value', 'a value contains printable ASCII except comma and equals sign', 'sent', {
    all: `foo=${legal}`,
    256: `foo=${'v'.repeat(256)}`,
  }),
  ...cases('Value', 'a value contains printable ASCII except comma and equals sign', 'discarded', {
    'an equals sign': 'foo=bar=baz',
    'not ASCII': 'foo=\u00e9',
    empty: 'foo=,bar=3',
    257: `foo=${'v'.repeat(257)}`,
  }),
  tracestate(
    'tracestate Limits',
    'whole members are removed from a list that is too long: from the end, those of more than 128 characters first',
    (text) => {
      expect(text.length).toBeLessThanOrEqual(8_192);
      const kept = members(text);
      expect(kept.slice(0, 1)).toEqual(['first=1']);
      expect(kept.at(-1)).toBe('last=1');
      const keptLong = kept.slice(1, -1);
      expect(keptLong).toEqual(longMembers.slice(0, keptLong.length));
      expect(text.length).toBeGreaterThan(8_192 - 300);
    },
    'first=1',
    ...longMembers,
    'last=1',
  ),
  tracestate(
    'Mutating the tracestate Field',
    'a received tracestate is propagated',
    'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
    'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
  ),
  tracestate(
    'Mutating the tracestate Field',
    'the order of members is preserved',
    'z=1,a=2,m=3,0=4',
    'z=1,a=2,m=3,0=4',
  ),
  ...cases('Mutating the tracestate Field', 'members with the same key may stay', 'sent', {
    'same value': 'foo=1,foo=1',
    'different values': 'foo=1,bar=3,foo=2',
  }),
  {
    section: 'Mutating the traceparent Field',
    title: 'tracestate is sent with each outgoing request, unchanged',
    headers: [traceparent('00'), ['tracestate', 'foo=1 ,, bar=2']],
    requests: 3,
    expected: { trace: 'continued', tracestate: 'foo=1 ,, bar=2' },
  },
  {
    section: 'No traceparent Received',
    title: 'a tracestate without traceparent is discarded',
    headers: [['tracestate', 'foo=1,bar=2']],
    expected: { trace: 'restarted', tracestate: null },
  },
];
