import type { Header } from './entry-points';
import type { Requirement } from './requirement';

/** A requirement on the outgoing `baggage` header, given the values of incoming ones. */
function baggage(
  section: string,
  title: string,
  expected: Requirement['expected']['baggage'],
  ...values: string[]
): Requirement {
  return {
    section,
    title,
    headers: values.map((value): Header => ['baggage', value]),
    expected: { baggage: expected },
  };
}

/** Cases of one requirement: a header that is sent unchanged, or the incoming and the outgoing header. */
function cases(
  section: string,
  title: string,
  values: Readonly<Record<string, string | readonly [incoming: string, outgoing: string | null]>>,
): Requirement[] {
  return Object.entries(values).map(([name, value]) =>
    typeof value === 'string'
      ? baggage(section, `${title}: ${name}`, value, value)
      : baggage(section, `${title}: ${name}`, value[1], value[0]),
  );
}

const list = (count: number): string => Array.from({ length: count }, (_, index) => `k${index}=${index}`).join(',');
/** A member of this many bytes. */
const sized = (key: string, bytes: number): string => `${key}=${'v'.repeat(bytes - key.length - 1)}`;

/** The requirements of W3C Baggage. https://www.w3.org/TR/baggage/ */
export const baggageRequirements: readonly Requirement[] = [
  {
    section: 'Mutating baggage',
    title: 'received baggage is sent with each outgoing request',
    headers: [['baggage', 'userId=alice,isProduction=false']],
    requests: 3,
    expected: { baggage: 'userId=alice,isProduction=false' },
  },
  {
    section: 'Baggage HTTP Header Format',
    title: 'without baggage no header is sent',
    headers: [],
    expected: { baggage: null },
  },
  baggage('Baggage HTTP Header Format', 'several headers are combined', 'a=1,b=2,c=3', 'a=1,b=2', 'c=3'),
  ...['BAGGAGE', 'Baggage'].map((name): Requirement => ({
    section: 'Header Name',
    title: `the name is case-insensitive: ${name}`,
    headers: [[name, 'a=1']],
    expected: { baggage: 'a=1' },
  })),
  ...cases('key', 'whitespace around a key is ignored', {
    spaces: ['a =1', 'a=1'],
    tabs: ['\ta\t=1,\tb =2', 'a=1,b=2'],
  }),
  ...cases('baggage-string', 'the order of members is preserved', { letters: 'z=1,a=2,m=3', numbers: 'b=1,2=2,1=3' }),
  ...cases('key', 'a key is a token', {
    'every character': "!#$%&'*+-.^_`|~09AZaz=1",
    'names of the prototype': '__proto__=1,constructor=2,toString=3',
    'others are dropped': ['a=1,b c=2,"d"=3,\u00e9=4,=5,no value,e=6', 'a=1,e=6'],
  }),
  ...cases('value', 'characters that are not a baggage-octet are percent-encoded', {
    space: 'a=DF%2028',
    quote: 'a=%22x%22',
    comma: 'a=1%2C2',
    semicolon: 'a=1%3B2',
    backslash: 'a=%5C',
    'line break': 'a=1%0D%0Ax:%202',
    'other control characters': 'a=%00%09%1F%7F',
    accents: 'a=Am%C3%A9lie',
    Chinese: 'a=%E4%BD%A0%E5%A5%BD',
    'beyond the BMP': 'a=%F0%9F%98%80',
    'not encoded by the caller': ['a=two words,b="x"', 'a=two%20words,b=%22x%22'],
  }),
  ...cases('value', 'the percent sign is percent-encoded', {
    alone: 'a=100%25',
    'before digits': 'a=%2541',
    'not encoded by the caller': ['a=100%,b=%zz,c=%4', 'a=100%25,b=%25zz,c=%254'],
  }),
  ...cases('value', 'other characters are sent unencoded', {
    plain: "a=!#$&'()*+-./:<=>?@[]^_`{|}~09AZaz",
  }),
  ...cases('value', 'a value that the program has not changed is sent byte for byte', {
    'encoded by the caller without need': 'a=%41%2D%7e',
    'an encoded plus sign': 'a=x%2By',
    'a plus sign': 'a=x+y',
    'both, with encoded separators': 'a=1+2%2b3%2C4%3b%3D,b=%2525',
    'lower-case and mixed escapes': 'a=%c3%A9%2f/,b=caf%c3%a9',
    'with properties': 'a=%2B+;p=%2B+;q',
  }),
  ...cases('value', 'bytes that are not valid UTF-8 are sent byte for byte', {
    'a single byte': 'a=%FF',
    'an incomplete sequence': 'a=%C3x',
    'an overlong sequence': 'a=%C0%80',
    'among valid ones': 'a=%C3%A9%FF%C3%A9',
  }),
  ...cases('value', 'a value may contain equals signs', { one: 'a=b=c', many: 'a==b==,c=3', 'at the end': 'a=YQ==' }),
  ...cases('value', 'whitespace around a value is ignored', {
    spaces: ['a=  1  , b = 2 ', 'a=1,b=2'],
    tabs: ['a=\t1\t', 'a=1'],
  }),
  ...cases('value', 'a value may be empty', { alone: 'a=', 'among others': 'a=,b=2' }),
  ...cases('property', 'properties are preserved', {
    keys: 'key1=value1;property1;property2',
    pairs: 'a=1;k1=v1;k2;k3=v3',
    'of the same key': 'a=1;p;p=1;p=2',
    whitespace: ['a=1 ; k1 = v1 ;\tk2', 'a=1;k1=v1;k2'],
    'of several members': 'a=1;p=1,b=2;q',
  }),
  ...cases('property', 'characters of a property value that are not a baggage-octet are percent-encoded', {
    encoded: 'a=1;p=%22x%20y%2C%3B%22',
    accents: 'a=1;p=Am%C3%A9lie',
    'not encoded by the caller': ['a=1;p=x y', 'a=1;p=x%20y'],
  }),
  ...cases('property', 'the percent sign of a property value is percent-encoded', {
    encoded: 'a=1;p=100%25',
    'not encoded by the caller': ['a=1;p=100%', 'a=1;p=100%25'],
  }),
  ...cases('property', 'a property key is not decoded', { 'an encoded equals sign': 'a=1;p%20%3D%20v' }),
  ...cases('property', 'an invalid property is dropped, but not its member', {
    'two words': ['a=1;p q;r', 'a=1;r'],
    empty: ['a=1;;p;', 'a=1;p'],
    'no key': ['a=1;=x', 'a=1'],
  }),
  baggage('Limits', 'all of 64 members are propagated', list(64), list(64)),
  baggage(
    'Limits',
    'all of 64 members are propagated: from two headers',
    list(64),
    list(60),
    'k60=60,k61=61,k62=62,k63=63',
  ),
  baggage('Limits', 'of more than 64 members 64 are propagated', list(64), list(70)),
  baggage('Limits', 'all of 8,192 bytes are propagated: in one member', sized('a', 8_192), sized('a', 8_192)),
  baggage(
    'Limits',
    'all of 8,192 bytes are propagated: in several members',
    `${sized('a', 4_000)},${sized('b', 4_191)}`,
    `${sized('a', 4_000)},${sized('b', 4_191)}`,
  ),
  baggage('Limits', 'no member is truncated', sized('a', 8_000), `${sized('a', 8_000)},${sized('b', 300)}`),
  baggage('Limits', 'no member is truncated: one that is too long', null, sized('a', 8_193)),
  baggage('Limits', 'the limits apply to all headers together', sized('a', 8_000), sized('a', 8_000), sized('b', 300)),
];
