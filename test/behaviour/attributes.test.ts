import { Traced } from 'fc-traced';
import { recordTraces } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';

const traces = recordTraces();
/** The system clock. It is replaced, so that a pause of the machine does not count as a slow function. */
let nowMillis = Date.UTC(2026, 0, 1);
beforeEach(() => jest.spyOn(Date, 'now').mockImplementation(() => nowMillis));
afterEach(() => {
  jest.restoreAllMocks();
  traces.clear();
});
afterAll(() => traces.stop());

/** Returns the span of a call with the given function as option `attributes`. */
function spanWith(extract: () => unknown): SpanRecord {
  class Orders {
    @Traced({ attributes: extract as () => Record<string, unknown> })
    ship(): string {
      return 'shipped';
    }
  }
  traces.clear();
  expect(new Orders().ship()).toBe('shipped');
  expect(traces.spans()).toHaveLength(1);
  return traces.spans()[0]!;
}
const attributesOf = (given: unknown): unknown => spanWith(() => given).attributes;

test('nested objects become dotted keys, four levels deep', () => {
  expect(attributesOf({ a: 1, b: { c: 'two', d: { e: true, f: { g: 4, h: { i: 5 } } } } })).toEqual({
    a: 1,
    'b.c': 'two',
    'b.d.e': true,
    'b.d.f.g': 4,
  });
});

test('dates and bigints become strings, and arrays of one type stay arrays', () => {
  expect(
    attributesOf({ at: new Date(0), big: 2n ** 70n, ids: [1, 2], names: ['a', 'b'], days: [new Date(0)], none: [] }),
  ).toEqual({
    at: '1970-01-01T00:00:00.000Z',
    big: '1180591620717411303424',
    ids: [1, 2],
    names: ['a', 'b'],
    days: ['1970-01-01T00:00:00.000Z'],
    none: [],
  });
});

test('an array of several types becomes strings; null stays null', () => {
  expect(attributesOf({ mixed: [1, 'two', true, null] })).toEqual({ mixed: ['1', 'two', 'true', null] });
});

test('values that cannot be attributes are skipped, the others are kept', () => {
  const given = {
    nothing: undefined,
    empty: null,
    code: () => 1,
    symbol: Symbol('x'),
    never: new Date(NaN),
    map: new Map([[1, 2]]),
    rows: [{ id: 1 }],
    bytes: Buffer.from('abc'),
    floats: new Float64Array(2),
    '': 'no key',
    kept: 1,
  };
  expect(attributesOf(given)).toEqual({ kept: 1 });
});

test('a string of 4,096 characters is kept, a longer one is truncated with an ellipsis', () => {
  expect(attributesOf({ whole: 'x'.repeat(4_096), cut: 'y'.repeat(4_097) })).toEqual({
    whole: 'x'.repeat(4_096),
    cut: `${'y'.repeat(4_096)}…`,
  });
});

test('an array is truncated to 64 items, and a call has 64 attributes at most, including nested ones', () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`key${index}`, index]));
  const { attributes } = spanWith(() => ({
    list: Array.from({ length: 70 }, (_, index) => index),
    first: many,
    second: many,
  }));
  expect(attributes.list).toHaveLength(64);
  expect(Object.keys(attributes)).toHaveLength(64);
  expect(attributes['second.key22']).toBe(22);
  expect(attributes).not.toHaveProperty(['second.key23']);
});

describe('of a large value, only a part is read', () => {
  /** Returns an object that counts how often its properties are read. */
  function counted<T extends object>(object: T): { readonly value: T; readonly reads: () => number } {
    let reads = 0;
    const get = (target: T, key: PropertyKey): unknown => {
      reads += 1;
      return Reflect.get(target, key);
    };
    return { value: new Proxy(object, { get }), reads: () => reads };
  }

  test('64 items of an array of 100,000 objects', () => {
    const { value, reads } = counted(Array.from({ length: 100_000 }, () => ({})));
    expect(spanWith(() => ({ list: value, kept: 1 })).attributes).toMatchObject({ kept: 1 });
    expect(reads()).toBeLessThan(100);
  });

  test('1,024 properties of an object with many circular references', () => {
    const circle: Record<string, unknown> = {};
    const { value, reads } = counted(circle);
    for (let index = 0; index < 200; index += 1) circle[`to${index}`] = value;
    expect(spanWith(() => ({ kept: 1, circle: value })).attributes).toMatchObject({ kept: 1 });
    // Each value that is read may be asked for its kind as well.
    expect(reads()).toBeGreaterThan(1_000);
    expect(reads()).toBeLessThan(10 * 1_024);
  });

  test.each<[string, (size: number) => object]>([
    ['a buffer', (size) => Buffer.alloc(size)],
    ['a Uint16Array', (size) => new Uint16Array(size)],
    ['an ArrayBuffer', (size) => new ArrayBuffer(size)],
  ])('no key of %s of 32 MB', (_, make) => {
    const body = make(1 << 25);
    const keys = jest.spyOn(Object, 'keys');
    const { attributes } = spanWith(() => ({ body, kept: 1 }));
    const listed = keys.mock.calls.some(([object]) => object === body);
    keys.mockRestore();
    expect(attributes).toMatchObject({ kept: 1 });
    expect(attributes).not.toHaveProperty('body');
    expect(listed).toBe(false);
  });
});

const revoked = Proxy.revocable({}, {});
revoked.revoke();
const broken = (): never => {
  throw new Error('must not be read');
};
test.each<[string, unknown]>([
  [
    'a getter that throws',
    {
      get bad(): never {
        return broken();
      },
    },
  ],
  ['a revoked proxy', { bad: revoked.proxy }],
  ['a proxy whose ownKeys throws', { bad: new Proxy({}, { ownKeys: broken }) }],
  ['a proxy whose getPrototypeOf throws', { bad: new Proxy({}, { getPrototypeOf: broken }) }],
  ['an array whose items throw', { bad: new Proxy([1], { get: broken }) }],
  ['an object that inherits from Date.prototype', { bad: Object.create(Date.prototype) as object }],
])('of an object with %s, only that property is skipped', (_, given) => {
  const { attributes, events } = spanWith(() =>
    Object.defineProperties({ before: 1, bad: 0, after: 2 }, Object.getOwnPropertyDescriptors(given)),
  );
  expect(attributes).toEqual({ before: 1, after: 2 });
  expect(events).toEqual([]);
});

test.each<[string, () => unknown]>([
  ['undefined', () => undefined],
  ['null', () => null],
  ['an empty object', () => ({})],
])('an attributes function that returns %s causes no event', (_, extract) => {
  expect(spanWith(extract)).toMatchObject({ attributes: {}, events: [] });
});

test.each<[string, () => unknown, string]>([
  ['throws', broken, 'attributes() threw'],
  [
    'throws undefined',
    () => {
      throw undefined;
    },
    'attributes() threw',
  ],
  ['returns a string', () => 'text', 'attributes() returned no object'],
  ['returns an array', () => [1], 'attributes() returned no object'],
  ['returns a promise', async () => ({ late: 1 }), 'attributes() returned no object'],
  ['returns a promise that rejects', () => Promise.reject(new Error('late')), 'attributes() returned no object'],
  ['returns an object that throws when it is read', () => revoked.proxy, 'attributes() threw'],
])('an attributes function that %s causes an event on the span and nothing else', async (_, extract, problem) => {
  const { attributes, events, status } = spanWith(extract);
  expect({ attributes, status }).toEqual({ attributes: {}, status: { code: 'UNSET' } });
  expect(events.map(({ name, attributes: on }) => ({ name, on }))).toEqual([
    { name: 'fc_traced.problem', on: { 'fc_traced.problem': problem } },
  ]);
  // An unhandled rejection would end the process here.
  await new Promise((resolve) => setTimeout(resolve, 5));
});

test.each([
  [20, []],
  [21, [{ name: 'fc_traced.problem', attributes: { 'fc_traced.problem': 'attributes() took 21 ms' } }]],
])('an attributes function that takes %d ms causes an event with its duration above 20 ms', (millis, expected) => {
  const { attributes, events } = spanWith(() => {
    nowMillis += millis;
    return { kept: 1 };
  });
  expect(attributes).toEqual({ kept: 1 });
  expect(events).toMatchObject(expected);
});

test('the event does not contain the message of the error', () => {
  expect(JSON.stringify(spanWith(broken).events.map(({ attributes }) => attributes))).not.toContain('must not be read');
});
