import fc from 'fast-check';
import { createHandler, Handler, Traced } from 'fc-traced';
import type { FcContext } from 'fc-traced';
import { fakeFcContext, recordTraces } from 'fc-traced/testing';
import { runs } from '../soak';
import { expectSame } from './expect-same';

const RUNS = runs({ short: 1_000, long: 30_000 });

@Handler()
class Echo {
  @Traced()
  async pass(event: unknown): Promise<unknown> {
    return event;
  }

  handle(event: unknown): Promise<unknown> {
    return this.pass(event);
  }
}
const { handler } = createHandler(Echo, { http: false });

const traces = recordTraces();
let recorded = 0;
afterEach(() => {
  // Enough were recorded for the properties of traces to be meaningful.
  expect(recorded).toBeGreaterThan(RUNS / 3);
  recorded = 0;
});
afterAll(() => traces.stop());

/** Decodes the bytes of FC as specified: JSON is parsed, anything else is returned unchanged. */
function decoded(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return bytes;
  }
}

async function expectPlainResult(bytes: Buffer, context: unknown): Promise<void> {
  const answer = await handler(bytes, context as FcContext);
  const plain = decoded(bytes);
  expectSame(answer, plain);
  if (plain === bytes) expectSame(answer === bytes, true);
  // An invocation is one complete trace, or none if the caller did not sample it.
  const seen = traces.traces();
  expectSame(
    seen.every(({ roots }) => roots.length === 1 && roots[0]!.children.length === 1),
    true,
  );
  recorded += seen.length;
  traces.clear();
}

const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdefABCDEFg-')), maxLength: length });
const digits = fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: 1, maxLength: 33 });
const jaegerText = fc.oneof(
  fc.tuple(digits, digits, digits, digits).map((parts) => parts.join(':')),
  fc.array(hex(34), { maxLength: 6 }).map((parts) => parts.join(':')),
  fc
    .tuple(digits, digits, fc.constantFrom('0', '1', '3', 'ff'))
    .map(([trace, span, flags]) => `${trace.padStart(32, '0').slice(-32)}:${span.slice(0, 16)}:0:${flags}`),
);
const traceparent = fc.oneof(
  fc.tuple(fc.constantFrom('00', '01', 'ff', '0', 'cc'), hex(34), hex(18), hex(3)).map((parts) => parts.join('-')),
  fc
    .tuple(digits, digits, fc.constantFrom('00', '01', '03', '0g'))
    .map(
      ([trace, span, flags]) =>
        `00-${trace.padStart(32, '0').slice(-32)}-${span.padStart(16, '0').slice(-16)}-${flags}`,
    ),
);
const odd = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.integer(),
  fc.constant(null),
  fc.constant(undefined),
  fc.boolean(),
  fc.anything(),
);
const listHeader = fc
  .array(
    fc.oneof(
      fc.string(),
      fc.tuple(fc.string(), fc.string()).map((pair) => pair.join('=')),
      fc.constantFrom('a=1;p=2', '__proto__=x', '%=%', 'k=%E0%A4%A'),
    ),
    { maxLength: 40 },
  )
  .map((members) => members.join(','));

const text = <T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 3, arbitrary: good }, { weight: 1, arbitrary: odd });
const contexts = fc.oneof(
  fc
    .record(
      {
        openTracingSpanContext: text(jaegerText),
        openTracingSpanBaggages: text(fc.dictionary(fc.string(), odd)),
        jaegerEndpoint: odd,
        spanContext: text(jaegerText),
        spanBaggages: odd,
      },
      { requiredKeys: [] },
    )
    .chain((tracing) =>
      fc.record(
        {
          requestId: odd,
          credentials: odd,
          function: fc.oneof(odd, fc.record({ name: odd, timeout: odd, memory: odd })),
          service: odd,
          region: odd,
          accountId: odd,
          logger: odd,
          tracing: fc.constant(tracing),
        },
        { requiredKeys: ['tracing'] },
      ),
    ),
  fc.dictionary(fc.string(), fc.anything()),
  odd,
);
const headers = fc.oneof(
  fc.record(
    {
      traceparent: text(traceparent),
      Traceparent: text(traceparent),
      TRACESTATE: text(listHeader),
      baggage: text(listHeader),
      BaggAge: odd,
    },
    { requiredKeys: [] },
  ),
  odd,
);
const httpEvents = headers.map((given) => ({
  version: 'v1',
  rawPath: '/',
  headers: given,
  requestContext: { http: { method: 'GET' } },
}));
const jsonEvents = fc.oneof(
  httpEvents,
  fc.json().map((json) => JSON.parse(json) as unknown),
  fc.anything(),
);
const toBytes = (value: unknown): Buffer => {
  try {
    return Buffer.from(JSON.stringify(value) ?? '');
  } catch {
    return Buffer.from(String(value));
  }
};

test(`${RUNS} malformed contexts do not affect the response`, async () => {
  await fc.assert(
    fc.asyncProperty(contexts, (context) => expectPlainResult(Buffer.from('{"order":7}'), context)),
    { numRuns: RUNS },
  );
}, 300_000);

test(`${RUNS} HTTP events with malformed headers do not affect the response`, async () => {
  await fc.assert(
    fc.asyncProperty(httpEvents, (event) => expectPlainResult(toBytes(event), fakeFcContext())),
    { numRuns: RUNS },
  );
}, 300_000);

test(`${RUNS} events of arbitrary bytes have the result of the plain method`, async () => {
  const broken = fc.tuple(jsonEvents, fc.nat(200), fc.nat(255)).map(([event, at, byte]) => {
    const bytes = toBytes(event);
    if (bytes.length > 0) bytes[at % bytes.length] = byte;
    return bytes;
  });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)),
    broken,
    jsonEvents.map(toBytes),
  );
  await fc.assert(
    fc.asyncProperty(bytes, (event) => expectPlainResult(event, fakeFcContext())),
    { numRuns: RUNS },
  );
}, 300_000);
