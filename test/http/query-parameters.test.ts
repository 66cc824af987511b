import fc from 'fast-check';
import { httpEventOf } from '../../src/fc/http-event';
import { runs } from '../soak';

/** The parameters as the URL Standard parses them. Values of the same name are joined by commas. */
function parsed(query: string): unknown {
  const found = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = found.get(name);
    found.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(found);
}

function expectParsed(query: string): void {
  const { queryParameters } = httpEventOf({ method: 'GET', target: `/p?${query}`, headers: {} });
  const expected = parsed(query);
  expect(Object.getPrototypeOf(queryParameters)).toBe(Object.prototype);
  // As JSON, which includes the order and an own `__proto__`.
  expect(JSON.stringify(queryParameters)).toBe(JSON.stringify(expected));
}

test.each([
  '?a=1',
  '??a=1',
  '?',
  '?=',
  '=',
  '&',
  '&&',
  '=&=',
  'a=1;b=2',
  '\ud800=1&\ud800=2',
  '__proto__=1&__proto__=2',
])('query parameters are those of the URL Standard: %j', expectParsed);

test('for any query, the parameters are those of the URL Standard', () => {
  const token = fc.constantFrom(
    ...['a', 'b', '1', '=', '==', '&', '&&', ';', '?', '+', '%', '%2', '%41', '%zz', '%e9', '%C3%A9', '%00', ' ', '\t'],
    ...[
      'é',
      '\xff',
      '\ufeff',
      '%EF%BB%BF',
      '\ud800',
      '\udc00',
      '😀',
      '__proto__',
      'constructor',
      'toString',
      '/',
      '\0',
    ],
  );
  const query = fc.oneof(
    fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join('')),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(fc.property(query, expectParsed), { numRuns: runs({ short: 2_000, long: 50_000 }) });
});
