import { Traced } from 'fc-traced';
import { recordTraces } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

/** The span of a call whose option `attributes` gives what is given. */
function spanWith(give: () => unknown): SpanRecord {
  class Orders {
    @Traced({ attributes: give as () => Record<string, unknown> })
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

test('dates, bigints and lists of one kind have a form of their own', () => {
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

test('a list of several kinds becomes texts; what is missing in it stays missing', () => {
  expect(attributesOf({ mixed: [1, 'two', true, null] })).toEqual({ mixed: ['1', 'two', 'true', null] });
});

test('values that no span can show are left out, the others stay', () => {
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

test('a text of 4,096 characters is whole, a longer one is cut and says so', () => {
  expect(attributesOf({ whole: 'x'.repeat(4_096), cut: 'y'.repeat(4_097) })).toEqual({
    whole: 'x'.repeat(4_096),
    cut: `${'y'.repeat(4_096)}…`,
  });
});

test('a list is cut at 64 items, the whole at 64 attributes, nested ones counted', () => {
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

test.each<[string, () => unknown]>([
  ['a buffer of 32 MB', () => ({ body: Buffer.alloc(1 << 25), kept: 1 })],
  ['a list of a million', () => ({ list: Array.from({ length: 1_000_000 }, () => ({})), kept: 1 })],
  [
    'circles without an end',
    () => {
      const circle: Record<string, unknown> = {};
      for (let index = 0; index < 200; index += 1) circle[`to${index}`] = circle;
      return { kept: 1, circle };
    },
  ],
])('%s is looked at for no longer than a moment', (_, give) => {
  const given = give();
  const started = performance.now();
  expect(spanWith(() => given).attributes).toMatchObject({ kept: 1 });
  expect(performance.now() - started).toBeLessThan(250);
});

const revoked = Proxy.revocable({}, {});
revoked.revoke();
const broken = (): never => {
  throw new Error('do not look');
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
  ['a proxy that is revoked', { bad: revoked.proxy }],
  ['a proxy that hides its keys', { bad: new Proxy({}, { ownKeys: broken }) }],
  ['a proxy that hides its kind', { bad: new Proxy({}, { getPrototypeOf: broken }) }],
  ['a list that breaks while it is read', { bad: new Proxy([1], { get: broken }) }],
  ['what only looks like a date', { bad: Object.create(Date.prototype) as object }],
])('%s hides itself alone', (_, given) => {
  const { attributes, events } = spanWith(() =>
    Object.defineProperties({ before: 1, bad: 0, after: 2 }, Object.getOwnPropertyDescriptors(given)),
  );
  expect(attributes).toEqual({ before: 1, after: 2 });
  expect(events).toEqual([]);
});

test.each<[string, () => unknown]>([
  ['nothing', () => undefined],
  ['null', () => null],
  ['an empty object', () => ({})],
])('an attributes function that gives %s leaves no mark', (_, give) => {
  expect(spanWith(give)).toMatchObject({ attributes: {}, events: [] });
});

test.each<[string, () => unknown, string]>([
  ['throws', broken, 'attributes() threw'],
  [
    'throws nothing',
    () => {
      throw undefined;
    },
    'attributes() threw',
  ],
  ['gives a text', () => 'text', 'attributes() returned no object'],
  ['gives a list', () => [1], 'attributes() returned no object'],
  ['gives a promise', async () => ({ late: 1 }), 'attributes() returned no object'],
  ['gives a promise that fails', () => Promise.reject(new Error('late')), 'attributes() returned no object'],
  ['gives an object that breaks', () => revoked.proxy, 'attributes() threw'],
])('an attributes function that %s is told of on the span, and nowhere else', async (_, give, problem) => {
  const { attributes, events, status } = spanWith(give);
  expect({ attributes, status }).toEqual({ attributes: {}, status: { code: 'UNSET' } });
  expect(events.map(({ name, attributes: on }) => ({ name, on }))).toEqual([
    { name: 'fc_traced.problem', on: { 'fc_traced.problem': problem } },
  ]);
  // A rejection that nobody handles would end the process here.
  await new Promise((resolve) => setTimeout(resolve, 5));
});

test('an attributes function that takes long is told of, with its time', () => {
  const { attributes, events } = spanWith(() => {
    const until = Date.now() + 40;
    while (Date.now() < until);
    return { kept: 1 };
  });
  expect(attributes).toEqual({ kept: 1 });
  expect(events[0]).toMatchObject({
    name: 'fc_traced.problem',
    attributes: { 'fc_traced.problem': expect.stringMatching(/^attributes\(\) took [4-9]\d ms$/) as string },
  });
});

test('problems do not tell the text of the error', () => {
  expect(JSON.stringify(spanWith(broken).events.map(({ attributes }) => attributes))).not.toContain('do not look');
});
