import type { Header } from './doors';
import type { Must } from './must';

function lines(section: string, must: string, baggage: Must['out']['baggage'], ...values: string[]): Must {
  return { section, must, headers: values.map((value): Header => ['baggage', value]), out: { baggage } };
}

/** Cases of one demand: what comes in, and what goes out. */
function each(
  section: string,
  must: string,
  values: Readonly<Record<string, string | readonly [string, string | null]>>,
): Must[] {
  return Object.entries(values).map(([which, value]) =>
    typeof value === 'string'
      ? lines(section, `${must}: ${which}`, value, value)
      : lines(section, `${must}: ${which}`, value[1], value[0]),
  );
}

const list = (count: number): string => Array.from({ length: count }, (_, index) => `k${index}=${index}`).join(',');
/** One member of that many bytes. */
const sized = (key: string, bytes: number): string => `${key}=${'v'.repeat(bytes - key.length - 1)}`;

/** What W3C Baggage demands. https://www.w3.org/TR/baggage/ */
export const baggageMusts: readonly Must[] = [
  {
    section: 'Mutating baggage',
    must: 'baggage that was received is sent with each outgoing request',
    headers: [['baggage', 'userId=alice,isProduction=false']],
    requests: 3,
    out: { baggage: 'userId=alice,isProduction=false' },
  },
  { section: 'Baggage HTTP Header Format', must: 'without baggage none is sent', headers: [], out: { baggage: null } },
  lines('Baggage HTTP Header Format', 'several headers are one', 'a=1,b=2,c=3', 'a=1,b=2', 'c=3'),
  ...['BAGGAGE', 'Baggage'].map((name): Must => ({
    section: 'Header Name',
    must: `the case of the header's name does not count: ${name}`,
    headers: [[name, 'a=1']],
    out: { baggage: 'a=1' },
  })),
  ...each('key', 'whitespace around a key is no part of it', {
    spaces: ['a =1', 'a=1'],
    tabs: ['\ta\t=1,\tb =2', 'a=1,b=2'],
  }),
  ...each('baggage-string', 'the order of members is preserved', { letters: 'z=1,a=2,m=3', numbers: 'b=1,2=2,1=3' }),
  ...each('key', 'a key is a token', {
    'every character': "!#$%&'*+-.^_`|~09AZaz=1",
    prototype: '__proto__=1,constructor=2,toString=3',
    'no token is left out': ['a=1,b c=2,"d"=3,\u00e9=4,=5,no value,e=6', 'a=1,e=6'],
  }),
  ...each('value', 'code points that are no baggage-octet are percent-encoded', {
    'a space': 'a=DF%2028',
    quote: 'a=%22x%22',
    comma: 'a=1%2C2',
    semicolon: 'a=1%3B2',
    backslash: 'a=%5C',
    'a line break': 'a=1%0D%0Ax:%202',
    'other controls': 'a=%00%09%1F%7F',
    accents: 'a=Am%C3%A9lie',
    Chinese: 'a=%E4%BD%A0%E5%A5%BD',
    'beyond 16 bit': 'a=%F0%9F%98%80',
    'not encoded by the caller': ['a=two words,b="x"', 'a=two%20words,b=%22x%22'],
  }),
  ...each('value', 'the percent sign is percent-encoded', {
    alone: 'a=100%25',
    'before digits': 'a=%2541',
    'not encoded by the caller': ['a=100%,b=%zz,c=%4', 'a=100%25,b=%25zz,c=%254'],
  }),
  ...each('value', 'what needs no encoding goes out plain, whichever way it came in', {
    plain: "a=!#$&'()*+-./:<=>?@[]^_`{|}~09AZaz",
    encoded: ['a=%41%2D%7e', 'a=A-~'],
  }),
  ...each('value', 'bytes that are no UTF-8 become the replacement character', {
    'a lone byte': ['a=%FF', 'a=%EF%BF%BD'],
    'a sequence that breaks off': ['a=%C3x', 'a=%EF%BF%BDx'],
    'a sequence too long': ['a=%C0%80', 'a=%EF%BF%BD%EF%BF%BD'],
    'among sound ones': ['a=%C3%A9%FF%C3%A9', 'a=%C3%A9%EF%BF%BD%C3%A9'],
  }),
  ...each('value', 'an equals sign may stand in a value', { one: 'a=b=c', many: 'a==b==,c=3', 'at the end': 'a=YQ==' }),
  ...each('value', 'whitespace around a value is no part of it', {
    spaces: ['a=  1  , b = 2 ', 'a=1,b=2'],
    tabs: ['a=\t1\t', 'a=1'],
  }),
  ...each('value', 'a value may be empty', { alone: 'a=', 'among others': 'a=,b=2' }),
  ...each('property', 'properties are kept', {
    keys: 'key1=value1;property1;property2',
    pairs: 'a=1;k1=v1;k2;k3=v3',
    'of the same name': 'a=1;p;p=1;p=2',
    whitespace: ['a=1 ; k1 = v1 ;\tk2', 'a=1;k1=v1;k2'],
    'of several members': 'a=1;p=1,b=2;q',
  }),
  ...each('property', 'code points of a property value that are no baggage-octet are percent-encoded', {
    encoded: 'a=1;p=%22x%20y%2C%3B%22',
    accents: 'a=1;p=Am%C3%A9lie',
    'not encoded by the caller': ['a=1;p=x y', 'a=1;p=x%20y'],
  }),
  ...each('property', 'the percent sign of a property value is percent-encoded', {
    encoded: 'a=1;p=100%25',
    'not encoded by the caller': ['a=1;p=100%', 'a=1;p=100%25'],
  }),
  ...each('property', 'a key of a property is not decoded', { 'an encoded equals sign': 'a=1;p%20%3D%20v' }),
  ...each('property', 'a property that is none is left out, not its member', {
    'two words': ['a=1;p q;r', 'a=1;r'],
    empty: ['a=1;;p;', 'a=1;p'],
    'no key': ['a=1;=x', 'a=1'],
  }),
  lines('Limits', 'all of 64 members are passed on', list(64), list(64)),
  lines(
    'Limits',
    'all of 64 members are passed on: from two headers',
    list(64),
    list(60),
    'k60=60,k61=61,k62=62,k63=63',
  ),
  lines('Limits', 'of more than 64 members 64 are passed on', list(64), list(70)),
  lines('Limits', 'all of 8,192 bytes are passed on: in one member', sized('a', 8_192), sized('a', 8_192)),
  lines(
    'Limits',
    'all of 8,192 bytes are passed on: in several',
    `${sized('a', 4_000)},${sized('b', 4_191)}`,
    `${sized('a', 4_000)},${sized('b', 4_191)}`,
  ),
  lines('Limits', 'no member is passed on in part', sized('a', 8_000), `${sized('a', 8_000)},${sized('b', 300)}`),
  lines('Limits', 'no member is passed on in part: one that is too long by itself', null, sized('a', 8_193)),
  lines(
    'Limits',
    'the limits are those of all headers together',
    sized('a', 8_000),
    sized('a', 8_000),
    sized('b', 300),
  ),
];
