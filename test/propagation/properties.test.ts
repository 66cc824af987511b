import { baggageEntryMetadataFromString, context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { TraceState } from '@opentelemetry/api';
import fc from 'fast-check';
import { createHandler, Handler, invokeHeaders, traceHeaders } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { readFcTracingHeaders } from '../../src/fc/tracing';
import { formatBaggage, parseBaggageHeader } from '../../src/propagation/baggage';
import { parseTraceparent, readW3cHeaders } from '../../src/propagation/carriers';
import { parseTraceState } from '../../src/propagation/trace-state';
import { ensureContextManager } from '../../src/tracing/context/active-context';
import { runs } from '../soak';

ensureContextManager();
const RUNS = { numRuns: runs({ short: 300, long: 3_000 }) };
const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03';

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      'a',
      '=',
      ',',
      ';',
      ' ',
      '\t',
      '%',
      '%4',
      '%C3',
      '%FF',
      '\r\n',
      '\0',
      '@',
      '"',
      '\\',
      '\ud800',
      'é',
      '你',
    ),
  }),
);
/** Headers of each kind whose parts are mostly valid. */
const parentText = fc
  .tuple(
    fc.constantFrom('00', 'cc', 'ff', '0'),
    fc.constantFrom('4bf92f3577b34da6a3ce929d0e0e4736', '0'.repeat(32), 'A'.repeat(32)),
    fc.constantFrom('00f067aa0ba902b7', '0'),
    fc.constantFrom('00', '01', '02', 'ff'),
    fc.constantFrom('', '-x', '.', ', 00'),
  )
  .map(([version, traceId, spanId, flags, rest]) => `${version}-${traceId}-${spanId}-${flags}${rest}`);
const shortState = fc
  .array(
    fc
      .tuple(
        fc.constantFrom('a', 'b@c', '0/*', 'A', ''),
        fc.constantFrom('=', '= ', ''),
        fc.constantFrom('1', 'x y', '', 'v'.repeat(256), 'a=b'),
      )
      .map((parts) => parts.join('')),
    { maxLength: 40 },
  )
  .chain((parts) => fc.constantFrom(',', ' , ', ',\t,').map((separator) => parts.join(separator)));
/** Well-formed, and about as long as may be sent. */
const longState = fc
  .array(
    fc.constantFrom('a', 'b@c', '0/*').map((key) => `${key}=${'v'.repeat(256)}`),
    { minLength: 31, maxLength: 32 },
  )
  .map((parts) => parts.join(','));
const stateText = fc.oneof({ weight: 9, arbitrary: shortState }, { weight: 1, arbitrary: longState });
const baggageText = fc
  .array(
    fc
      .tuple(
        fc.constantFrom('a', 'b', '__proto__', 'k k', ''),
        fc.constantFrom('=', ' = ', ''),
        text,
        fc.constantFrom('', ';p', ';p=1;q', ';p q', ';p=x y%'),
      )
      .map((parts) => parts.join('')),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(','));
const value = (plausible: fc.Arbitrary<string>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 5, arbitrary: plausible },
    { weight: 2, arbitrary: text },
    fc.array(fc.oneof(plausible, text), { maxLength: 3 }),
    fc.constantFrom(undefined, null, 7, {}, [7], Symbol('x')),
  );

const headers = fc.record(
  {
    traceparent: value(fc.oneof(parentText, fc.constant(PARENT))),
    tracestate: value(stateText),
    baggage: value(baggageText),
    TraceState: value(stateText),
    Baggage: value(baggageText),
  },
  { requiredKeys: [] },
);

/** Checks that outgoing headers are valid and within the limits. `expect` is only called if a rule is broken, because it is slow. */
function expectSafe(sent: Readonly<Record<string, string>>): void {
  const { traceparent, tracestate, baggage } = sent;
  const headers = Object.entries(sent);
  const rules = {
    'names are tokens': headers.every(([name]) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)),
    // Only a tracestate may contain tabs, between its members, because it is propagated unchanged.
    'values are printable ASCII': headers.every(([name, content]) =>
      (name === 'tracestate' ? /^[\t\x20-\x7e]*$/ : /^[\x20-\x7e]*$/).test(content),
    ),
    'values have no whitespace around them': headers.every(([, content]) => content === content.trim()),
    'traceparent is well-formed':
      traceparent === undefined || /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]$/.test(traceparent),
    'tracestate has 1 to 8,192 characters': tracestate === undefined || isLongUpTo(8_192, tracestate),
    'tracestate comes with a traceparent': tracestate === undefined || traceparent !== undefined,
    'baggage has 1 to 8,192 characters': baggage === undefined || isLongUpTo(8_192, baggage),
    'baggage has up to 64 members': (baggage ?? '').split(',').length <= 64,
  };
  const broken = Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [rule]));
  if (broken.length > 0) expect({ sent, broken }).toEqual({ sent, broken: [] });
}

function isLongUpTo(limit: number, content: string): boolean {
  return content.length > 0 && content.length <= limit;
}

@Handler()
class Sending {
  handle(): unknown {
    return [traceHeaders(), invokeHeaders()];
  }
}
const { handler } = createHandler(Sending, { http: false, parent: (event) => (event as { parent: never }).parent });

test.each([true, false])(
  'for any incoming headers the handler runs, and outgoing headers are valid and within the limits; recorded: %j',
  async (isRecorded) => {
    const traces = isRecorded ? recordTraces() : undefined;
    await fc.assert(
      fc.asyncProperty(
        headers,
        fc.oneof(headers, parentText),
        fc.dictionary(fc.string(), value(text)),
        async (sent, parent, items) => {
          const event = {
            version: 'v1',
            rawPath: '/',
            headers: sent,
            requestContext: { http: { method: 'GET' } },
            parent,
          };
          const answer = (await invoke(
            handler,
            JSON.parse(JSON.stringify(event, (_, inner: unknown) => (typeof inner === 'symbol' ? null : inner))),
            fakeFcContext({ tracing: { openTracingSpanBaggages: items as Record<string, string> } }),
          )) as Record<string, string>[];
          for (const found of answer) expectSafe(found);
          expect(answer[0]).toHaveProperty('traceparent');
          traces?.clear();
        },
      ),
      { numRuns: runs({ short: 150, long: 1_000 }) },
    );
    traces?.stop();
  },
  60_000,
);

test('for any active context, outgoing headers are valid and within the limits', () => {
  const keys = fc.oneof(
    text,
    fc.constantFrom('a', 'b', '__proto__'),
    fc.nat(1_000).map((number) => `k${number}`),
  );
  const short = fc.array(fc.tuple(keys, text, fc.option(text)), { maxLength: 80 });
  /** About as many members as the limits allow, or more. */
  const many = fc.uniqueArray(
    fc.tuple(
      fc.nat(1_000).map((number) => `k${number}`),
      fc.constantFrom('', 'v', 'v'.repeat(130)),
      fc.constant(null),
    ),
    { minLength: 55, maxLength: 80, selector: ([key]) => key },
  );
  const entries = fc.oneof({ weight: 9, arbitrary: short }, { weight: 1, arbitrary: many });
  fc.assert(
    fc.property(
      entries,
      text,
      text,
      fc.integer(),
      fc.option(fc.oneof(text, stateText)),
      (items, traceId, spanId, traceFlags, state) => {
        const baggage = items.reduce(
          (made, [key, content, metadata]) =>
            made.setEntry(key, {
              value: content,
              ...(metadata !== null && { metadata: baggageEntryMetadataFromString(metadata) }),
            }),
          propagation.createBaggage(),
        );
        for (const ids of [
          { traceId, spanId },
          { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) },
        ]) {
          const spanContext = {
            ...ids,
            traceFlags,
            ...(state !== null && { traceState: { serialize: () => state } as TraceState }),
          };
          const active = propagation.setBaggage(trace.setSpanContext(ROOT_CONTEXT, spanContext), baggage);
          expectSafe(context.with(active, traceHeaders));
          expectSafe(context.with(active, invokeHeaders));
        }
      },
    ),
    RUNS,
  );
});

test('reading headers of any kind does not throw', () => {
  fc.assert(
    fc.property(fc.oneof(headers, fc.anything()), (given) => {
      readW3cHeaders(given);
    }),
    RUNS,
  );
  const names = fc.constantFrom(
    'x-fc-tracing-opentracing-span-context',
    'x-fc-tracing-opentracing-span-baggages',
    'X-Fc-Tracing-Opentracing-Span-Context-Baggage-a',
    'x-fc-tracing-jaeger-endpoint',
    'x-fc-tracing-',
    'x-fc-tracing-opentracing-span-context-baggage-__proto__',
  );
  fc.assert(
    fc.property(
      fc.dictionary(
        names,
        fc.oneof(
          text,
          fc.json().map((json) => Buffer.from(json).toString('base64')),
          fc.array(text),
          fc.constant(undefined),
        ),
      ),
      (given) => {
        const { openTracingSpanBaggages: items } = readFcTracingHeaders(given);
        expect(Object.values(items!).every((item) => typeof item === 'string')).toBe(true);
      },
    ),
    RUNS,
  );
});

test('a parsed traceparent has valid ids and known flags', () => {
  fc.assert(
    fc.property(fc.oneof(parentText, text), (given) => {
      const parsed = parseTraceparent(given);
      if (parsed === undefined) return;
      expect(parsed).toEqual({
        traceId: expect.stringMatching(/^(?!0{32})[0-9a-f]{32}$/),
        spanId: expect.stringMatching(/^(?!0{16})[0-9a-f]{16}$/),
        traceFlags: expect.any(Number),
        isRemote: true,
      });
      expect(parsed.traceFlags & ~3).toBe(0);
    }),
    RUNS,
  );
});

test('a parsed tracestate is sent byte for byte, and a changed one can be parsed again', () => {
  fc.assert(
    fc.property(fc.oneof(stateText, text), (given) => {
      const parsed = parseTraceState(given);
      if (parsed === undefined) return;
      expect(given).toContain(parsed.serialize());
      expect(given.replace(parsed.serialize(), '')).toMatch(/^[ \t]*$/);
      const changed = parsed.set('new', 'x').serialize();
      expect(parseTraceState(changed)!.serialize()).toBe(changed);
    }),
    RUNS,
  );
});

test('formatted baggage is the same when it is parsed, and when it is formatted again', () => {
  const key = fc.string({ minLength: 1, maxLength: 10, unit: fc.constantFrom(...Array.from("!#$%&'*+-.^_`|~0aZ")) });
  const wellFormed = text.map((given) => Buffer.from(given).toString());
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(key, wellFormed), { maxLength: 20, selector: ([name]) => name }), (items) => {
      const baggage = items.reduce(
        (made, [name, content]) => made.setEntry(name, { value: content }),
        propagation.createBaggage(),
      );
      const { header, dropped } = formatBaggage(baggage);
      fc.pre(dropped === 0);
      expect(
        (parseBaggageHeader(header).baggage?.getAllEntries() ?? []).map(([name, { value: content }]) => [
          name,
          content,
        ]),
      ).toEqual(items);
    }),
    RUNS,
  );
  fc.assert(
    fc.property(baggageText, (given) => {
      const first = formatBaggage(parseBaggageHeader(given).baggage ?? propagation.createBaggage());
      const second = parseBaggageHeader(first.header);
      expect([second.dropped, formatBaggage(second.baggage ?? propagation.createBaggage()).header]).toEqual([
        0,
        first.header,
      ]);
    }),
    RUNS,
  );
});
