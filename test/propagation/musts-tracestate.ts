import type { Header } from './doors';
import { traceparent } from './must';
import type { Expected, Must } from './must';

/** Whatever stands between the members when several headers were joined. */
const members = (text: string): string[] =>
  text
    .split(',')
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '');
const are =
  (...expected: string[]) =>
  (text: string): void =>
    expect(members(text)).toEqual(expected);

function lines(section: string, must: string, tracestate: Expected['tracestate'], ...values: string[]): Must {
  return {
    section,
    must,
    headers: [traceparent(), ...values.map((value): Header => ['tracestate', value])],
    out: { trace: 'continued', tracestate },
  };
}

function each(section: string, must: string, kept: boolean, values: Readonly<Record<string, string>>): Must[] {
  return Object.entries(values).map(([which, value]) =>
    lines(section, `${must}: ${which}`, kept ? value : null, value),
  );
}

const list = (count: number): string => Array.from({ length: count }, (_, index) => `k${index}=${index}`).join(',');
const long = (key: string): string => `${key}=${'v'.repeat(255)}w`;
const legal = String.fromCharCode(...Array.from({ length: 0x5f }, (_, index) => 0x20 + index)).replace(/[,=]/g, '');

/** What Trace Context Level 2 demands of `tracestate`. https://www.w3.org/TR/trace-context-2/ */
export const tracestateMusts: readonly Must[] = [
  {
    section: 'Tracestate Header',
    must: 'tracestate is not parsed where traceparent could not be',
    headers: [
      ['traceparent', '00-x'],
      ['tracestate', 'foo=1'],
    ],
    out: { trace: 'restarted', tracestate: null },
  },
  ...each('Tracestate Header', 'a tracestate that cannot be parsed does not affect traceparent', false, {
    'no equals sign': 'foo',
    'no key': '=1',
    'only a sign': '=',
    'a control character in it': 'foo=a\tb',
  }),
  {
    section: 'Tracestate Header',
    must: 'tracestate is not used for what is no property of a tracing system',
    headers: [['baggage', 'user=ann']],
    out: { tracestate: null, baggage: 'user=ann' },
  },
  ...['TRACESTATE', 'TraceState'].map((name): Must => ({
    section: 'Header Name',
    must: `the case of the header's name does not count: ${name}`,
    headers: [traceparent(), [name, 'foo=1']],
    out: { tracestate: 'foo=1' },
  })),
  ...['trace-state', 'trace.state'].map((name): Must => ({
    section: 'Header Name',
    must: `a header of another name is none: ${name}`,
    headers: [traceparent(), [name, 'foo=1']],
    out: { tracestate: null },
  })),
  lines(
    'tracestate Header Field Values',
    'several headers are combined into one in their order',
    are('foo=1', 'bar=2', 'rojo=1', 'congo=2', 'baz=3'),
    'foo=1,bar=2',
    'rojo=1,congo=2',
    'baz=3',
  ),
  lines(
    'tracestate Header Field Values',
    'a malformed member in one of several headers is one of the whole list',
    null,
    'foo=1',
    'BAR=2',
  ),
  lines('tracestate Header Field Values', 'an empty header is accepted, and none is sent', null, ''),
  lines('tracestate Header Field Values', 'an empty header is accepted: before another', are('foo=1'), '', 'foo=1'),
  lines('tracestate Header Field Values', 'an empty header is accepted: behind another', are('foo=1'), 'foo=1', ''),
  ...each(
    'tracestate Header Field Values',
    'empty members and whitespace are allowed, and pass through byte by byte',
    true,
    {
      'empty ones': 'foo=1,,bar=2',
      spaces: 'foo=1 , bar=2',
      tabs: 'foo=1 \t , \t bar=2,\t \tbaz=3',
      blanks: 'foo=1, ,\t,bar=2',
    },
  ),
  lines(
    'tracestate Header Field Values',
    'whitespace around the list does not count',
    'foo=1,bar=2',
    ' \tfoo=1,bar=2 \t',
  ),
  lines('tracestate Header Field Values', 'a list has up to 32 members', list(32), list(32)),
  lines('tracestate Header Field Values', 'a list of 33 members is not passed on', null, list(33)),
  lines(
    'tracestate Header Field Values',
    'a list of 33 members is not passed on: from several headers',
    null,
    list(30),
    'a=1,b=2,c=3',
  ),
  ...each('Key', 'a key begins with a lower-case letter or a digit', true, {
    letter: 'a=1',
    digit: '0=1',
    'digits and more': '1a-b_c*d/e=1',
  }),
  ...each('Key', 'a key begins with a lower-case letter or a digit', false, {
    'at sign': '@foo=1,bar=2',
    underscore: '_a=1',
    dash: '-a=1',
    star: '*a=1',
    slash: '/a=1',
    capital: 'Foo=1',
  }),
  ...each('Key', 'a key holds letters, digits and _-*/@ alone', true, {
    'at sign': 'foo@bar=1',
    'at its end': 'foo@=1,bar=2',
    'two of them': 'foo@@bar=1',
    'apart from each other': 'foo@bar@baz=1',
    all: 'a0_-*/@=1',
  }),
  ...each('Key', 'a key holds letters, digits and _-*/@ alone', false, {
    'a space': 'foo =1',
    'a tab': 'foo\t=1',
    capitals: 'fOO=1',
    'a point': 'foo.bar=1',
    'a colon': 'foo:bar=1',
    'no ASCII': 'fo\u00f6=1',
  }),
  ...each('Key', 'a key has up to 256 characters', true, {
    '256 letters': `${'z'.repeat(256)}=1`,
    '256 with an at sign': `${'t'.repeat(241)}@${'v'.repeat(14)}=1`,
    'a long tenant': `${'t'.repeat(242)}@v=1`,
    'a long system': `t@${'v'.repeat(15)}=1`,
  }),
  ...each('Key', 'a key has up to 256 characters', false, {
    257: `${'z'.repeat(257)}=1`,
    '257 with an at sign': `${'t'.repeat(242)}@${'v'.repeat(14)}=1`,
  }),
  ...each('Value', 'leading spaces are part of the value', true, { one: 'foo= 1', many: 'foo=    1,bar=  2' }),
  ...each('Value', 'a value holds printable ASCII but comma and equals sign', true, {
    all: `foo=${legal}`,
    256: `foo=${'v'.repeat(256)}`,
  }),
  ...each('Value', 'a value holds printable ASCII but comma and equals sign', false, {
    'an equals sign': 'foo=bar=baz',
    'no ASCII': 'foo=\u00e9',
    none: 'foo=,bar=3',
    257: `foo=${'v'.repeat(257)}`,
  }),
  lines(
    'tracestate Limits',
    'whole entries are left out of a list that is too long: those of more than 128 characters first, from the end',
    (text) => {
      expect(text.length).toBeLessThanOrEqual(8_192);
      const kept = members(text);
      expect(kept.slice(0, 1)).toEqual(['first=1']);
      expect(kept.at(-1)).toBe('last=1');
      const longs = kept.slice(1, -1);
      expect(longs).toEqual(
        Array.from({ length: 30 }, (_, index) => long(`l${String(index).padStart(20, '0')}`)).slice(0, longs.length),
      );
      expect(text.length).toBeGreaterThan(8_192 - 300);
    },
    'first=1',
    ...Array.from({ length: 30 }, (_, index) => long(`l${String(index).padStart(20, '0')}`)),
    'last=1',
  ),
  lines(
    'Mutating the tracestate Field',
    'a tracestate that was received is sent',
    'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
    'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
  ),
  lines('Mutating the tracestate Field', 'the order of members is preserved', 'z=1,a=2,m=3,0=4', 'z=1,a=2,m=3,0=4'),
  ...each('Mutating the tracestate Field', 'members that stand twice may stay', true, {
    alike: 'foo=1,foo=1',
    different: 'foo=1,bar=3,foo=2',
  }),
  {
    section: 'Mutating the traceparent Field',
    must: 'tracestate is sent with each outgoing request, not modified',
    headers: [traceparent('00'), ['tracestate', 'foo=1 ,, bar=2']],
    requests: 3,
    out: { trace: 'continued', tracestate: 'foo=1 ,, bar=2' },
  },
  {
    section: 'No traceparent Received',
    must: 'a tracestate without traceparent is discarded',
    headers: [['tracestate', 'foo=1,bar=2']],
    out: { trace: 'restarted', tracestate: null },
  },
];
