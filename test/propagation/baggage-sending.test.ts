import { baggageEntryMetadataFromString, context, propagation } from '@opentelemetry/api';
import type { Baggage, BaggageEntry } from '@opentelemetry/api';
import { createHandler, Handler, traceHeaders } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const LIMIT = 8_192;

/** The `baggage` header that is sent while this baggage is active. */
async function sent(baggage: Baggage): Promise<string | undefined> {
  @Handler()
  class Sending {
    handle(): { header: string | undefined } {
      return { header: context.with(propagation.setBaggage(context.active(), baggage), traceHeaders).baggage };
    }
  }
  return ((await invoke(createHandler(Sending).handler)) as { header: string | undefined }).header;
}
const baggageOf = (entries: Record<string, BaggageEntry | string>): Baggage =>
  propagation.createBaggage(
    Object.fromEntries(
      Object.entries(entries).map(([key, entry]) => [key, typeof entry === 'string' ? { value: entry } : entry]),
    ),
  );
const withMetadata = (metadata: string): Baggage =>
  baggageOf({ a: { value: '1', metadata: baggageEntryMetadataFromString(metadata) } });

/** The number of dropped members and properties that the span of the next invocation reports. */
async function dropped(): Promise<unknown> {
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

test('any string is sent as a value, and is the same when it is parsed', async () => {
  const values = {
    breaks: 'a\r\nset-cookie: b',
    controls: '\0\t\u001f\u007f',
    punctuation: ' ",;\\=%zz ',
    accents: 'Amélie 你好 😀',
    empty: '',
  };
  const header = await sent(baggageOf(values));
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
  expect(await sent(baggageOf({ a: 'x\ud800y' }))).toBe('a=x%EF%BF%BDy');
});

test('keys that are not tokens are dropped and counted, the others are sent', async () => {
  expect(await sent(baggageOf({ 'region id': 'x', 'a\r\nb': 'x', ü: 'x', '': 'x', a: '1' }))).toBe('a=1');
  expect(await dropped()).toBe(4);
});

test('values that are not strings are dropped and counted', async () => {
  expect(await sent(baggageOf({ n: { value: 7 as unknown as string }, a: '1' }))).toBe('a=1');
  expect(await dropped()).toBe(1);
});

test.each([
  ['a line break', 'p=x\r\nset-cookie: y', 'a=1;p=x%0D%0Aset-cookie:%20y', undefined],
  ['a comma', 'p=x,b=2', 'a=1;p=x%2Cb=2', undefined],
  ['a key with a line break', 'p\r\nq;r', 'a=1;r', 1],
  ['a key with a comma', 'p,b;q=2', 'a=1;q=2', 1],
  ['only a line break', '\r\n', 'a=1', 1],
  ['an empty string', '', 'a=1', undefined],
])('metadata that the program sets cannot end its member or the header: %s', async (_, metadata, expected, counted) => {
  expect(await sent(withMetadata(metadata))).toBe(expected);
  expect(await dropped()).toBe(counted);
});

test('if metadata throws, only the baggage is omitted from the request, and that is counted', async () => {
  const metadata = {
    toString: () => {
      throw new Error('mine');
    },
  } as unknown as NonNullable<BaggageEntry['metadata']>;
  expect(await sent(baggageOf({ a: { value: '1', metadata } }))).toBeUndefined();
  expect(await dropped()).toBe(1);
});

test('up to 64 members are sent', async () => {
  const many = (count: number): Baggage =>
    baggageOf(Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v'])));
  expect((await sent(many(64)))!.split(',')).toHaveLength(64);
  expect(await dropped()).toBeUndefined();
  expect((await sent(many(70)))!.split(',')).toHaveLength(64);
  expect(await dropped()).toBe(6);
});

test('up to 8,192 bytes are sent, counted after encoding, and no member is truncated', async () => {
  expect(await sent(baggageOf({ a: 'v'.repeat(LIMIT - 2) }))).toHaveLength(LIMIT);
  expect(await dropped()).toBeUndefined();
  expect(await sent(baggageOf({ a: ' '.repeat(LIMIT / 2), b: '2' }))).toBe('b=2');
  expect(await dropped()).toBe(1);
});

test("an entry of FC's context whose key is not a token is active, but not sent", async () => {
  @Handler()
  class Both {
    handle(): unknown {
      return [propagation.getActiveBaggage()!.getEntry('region id')?.value, traceHeaders().baggage];
    }
  }
  const fc = fakeFcContext({ tracing: { openTracingSpanBaggages: { 'region id': 'x', user: 'ann' } } });
  expect(await invoke(createHandler(Both).handler, {}, fc)).toEqual(['x', 'user=ann']);
});

test('a plus sign that the program sets is percent-encoded, because some decoders read it as a space', async () => {
  expect(await sent(baggageOf({ a: 'x+y', b: '1 + 1' }))).toBe('a=x%2By,b=1%20%2B%201');
});

/** The `baggage` header that is sent if this one was received and the program changes the baggage. */
async function passedOn(header: string, change: (baggage: Baggage) => Baggage): Promise<string | undefined> {
  @Handler()
  class Changing {
    handle(): { header: string | undefined } {
      const baggage = change(propagation.getActiveBaggage()!);
      return { header: context.with(propagation.setBaggage(context.active(), baggage), traceHeaders).baggage };
    }
  }
  const { handler } = createHandler(Changing, { parent: { baggage: header } });
  return ((await invoke(handler)) as { header: string | undefined }).header;
}

test.each<[string, (baggage: Baggage) => Baggage, string]>([
  ['added another entry', (baggage) => baggage.setEntry('c', { value: '+' }), 'a=%41%2b+,b=%FF;p=%41,c=%2B'],
  ['changed another entry', (baggage) => baggage.setEntry('b', { value: 'A' }), 'a=%41%2b+,b=A'],
  ['removed another entry', (baggage) => baggage.removeEntry('b'), 'a=%41%2b+'],
  [
    'copied the entries',
    (baggage) => propagation.createBaggage(Object.fromEntries(baggage.getAllEntries())),
    'a=%41%2b+,b=%FF;p=%41',
  ],
  ['set a copy of an entry', (baggage) => baggage.setEntry('a', baggage.getEntry('a')!), 'a=A%2B%2B,b=%FF;p=%41'],
  ['changed its value', (baggage) => baggage.setEntry('a', { value: 'A++' }), 'a=A%2B%2B,b=%FF;p=%41'],
  [
    'changed the entry itself',
    (baggage) => {
      baggage.getAllEntries()[0]![1].value = 'new+';
      return baggage;
    },
    'a=new%2B,b=%FF;p=%41',
  ],
])('a received value that the program has not replaced is sent byte for byte: it %s', async (_, change, expected) => {
  expect(await passedOn('a=%41%2b+ , b = %FF;p=%41', change)).toBe(expected);
});
