import { baggageEntryMetadataFromString, context, propagation } from '@opentelemetry/api';
import type { Baggage, BaggageEntry } from '@opentelemetry/api';
import { createHandler, Handler, traceHeaders } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const LIMIT = 8_192;

async function sent(baggage: Baggage): Promise<string | undefined> {
  @Handler()
  class Sending {
    handle(): { header: string | undefined } {
      return { header: context.with(propagation.setBaggage(context.active(), baggage), traceHeaders).baggage };
    }
  }
  return ((await invoke(createHandler(Sending).handler)) as { header: string | undefined }).header;
}
const of = (entries: Record<string, BaggageEntry | string>): Baggage =>
  propagation.createBaggage(
    Object.fromEntries(
      Object.entries(entries).map(([key, entry]) => [key, typeof entry === 'string' ? { value: entry } : entry]),
    ),
  );
const withMetadata = (metadata: string): Baggage =>
  of({ a: { value: '1', metadata: baggageEntryMetadataFromString(metadata) } });

/** What the span of an invocation after this one says was left out. */
async function leftOut(): Promise<unknown> {
  @Handler()
  class Next {
    handle(): void {}
  }
  await invoke(createHandler(Next).handler);
  return traces
    .spans()
    .map(({ attributes }) => attributes['fc_traced.malformed_carriers'])
    .find((count) => count !== undefined);
}

test('any text is sent as a value, and comes back as it was', async () => {
  const values = {
    breaks: 'a\r\nset-cookie: b',
    controls: '\0\t\u001f\u007f',
    signs: ' ",;\\=%zz ',
    accents: 'Amélie 你好 😀',
    empty: '',
  };
  const header = await sent(of(values));
  expect(header).toMatch(/^[\x21-\x7e]+$/);
  @Handler()
  class Reading {
    handle(): object {
      return Object.fromEntries(
        propagation
          .getActiveBaggage()!
          .getAllEntries()
          .map(([key, { value }]) => [key, value]),
      );
    }
  }
  expect(await invoke(createHandler(Reading, { parent: { baggage: header } }).handler)).toEqual(values);
});

test('a lone surrogate is sent as the replacement character', async () => {
  expect(await sent(of({ a: 'x\ud800y' }))).toBe('a=x%EF%BF%BDy');
});

test('keys that are no tokens are left out and counted, the others sent', async () => {
  expect(await sent(of({ 'region id': 'x', 'a\r\nb': 'x', ü: 'x', '': 'x', a: '1' }))).toBe('a=1');
  expect(await leftOut()).toBe(4);
});

test('values that are no texts are left out and counted', async () => {
  expect(await sent(of({ n: { value: 7 as unknown as string }, a: '1' }))).toBe('a=1');
  expect(await leftOut()).toBe(1);
});

test.each([
  ['a line break', 'p=x\r\nset-cookie: y', 'a=1;p=x%0D%0Aset-cookie:%20y', undefined],
  ['a comma', 'p=x,b=2', 'a=1;p=x%2Cb=2', undefined],
  ['a key with a line break', 'p\r\nq;r', 'a=1;r', 1],
  ['a key with a comma', 'p,b;q=2', 'a=1;q=2', 1],
  ['no property at all', '\r\n', 'a=1', 1],
  ['nothing', '', 'a=1', undefined],
])(
  'metadata that the program made can never end its member or the header: %s',
  async (_, metadata, expected, counted) => {
    expect(await sent(withMetadata(metadata))).toBe(expected);
    expect(await leftOut()).toBe(counted);
  },
);

test('metadata that throws costs the request its baggage alone, and is counted', async () => {
  const metadata = {
    toString: () => {
      throw new Error('mine');
    },
  } as unknown as NonNullable<BaggageEntry['metadata']>;
  expect(await sent(of({ a: { value: '1', metadata } }))).toBeUndefined();
  expect(await leftOut()).toBe(1);
});

test('64 members are sent, and no more', async () => {
  const many = (count: number): Baggage =>
    of(Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v'])));
  expect((await sent(many(64)))!.split(',')).toHaveLength(64);
  expect(await leftOut()).toBeUndefined();
  expect((await sent(many(70)))!.split(',')).toHaveLength(64);
  expect(await leftOut()).toBe(6);
});

test('8,192 bytes are sent, as they are when encoded, and no member in part', async () => {
  expect(await sent(of({ a: 'v'.repeat(LIMIT - 2) }))).toHaveLength(LIMIT);
  expect(await leftOut()).toBeUndefined();
  expect(await sent(of({ a: ' '.repeat(LIMIT / 2), b: '2' }))).toBe('b=2');
  expect(await leftOut()).toBe(1);
});

test('what FC handed over under a key that is no token stays inside and is not sent', async () => {
  @Handler()
  class Both {
    handle(): unknown {
      return [propagation.getActiveBaggage()!.getEntry('region id')?.value, traceHeaders().baggage];
    }
  }
  const fc = fakeFcContext({ tracing: { openTracingSpanBaggages: { 'region id': 'x', user: 'ann' } } });
  expect(await invoke(createHandler(Both).handler, {}, fc)).toEqual(['x', 'user=ann']);
});
