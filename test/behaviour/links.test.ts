import { currentSpan, Traced } from 'fc-traced';
import type { Link, SpanContext } from 'fc-traced';
import { recordTraces } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const context = (digit: string): SpanContext => ({
  traceId: digit.repeat(32),
  spanId: digit.repeat(16),
  traceFlags: 1,
});
const linked = ({ links }: SpanRecord): unknown[] => links.map(({ traceId }) => traceId[0]);

interface Message {
  readonly from: SpanContext;
}
class Batch {
  @Traced({ links: (messages: Message[]) => messages.map(({ from }) => from) })
  handle(messages: Message[]): number {
    return messages.length;
  }
  @Traced({ links: (...given: unknown[]) => given[0] as Iterable<Link | SpanContext> | undefined })
  take(_given: unknown): string {
    return 'taken';
  }
  @Traced({ root: true, links: (from: SpanContext) => [from] })
  apart(_from: SpanContext): void {}
  @Traced()
  outer(work: () => unknown): unknown {
    return work();
  }
}
const batch = new Batch();

test('each span context that links() returns is a link', () => {
  expect(batch.handle([{ from: context('a') }, { from: context('b') }])).toBe(2);
  expect(traces.spans()[0]!.links).toEqual([
    { traceId: 'a'.repeat(32), spanId: 'a'.repeat(16), attributes: {} },
    { traceId: 'b'.repeat(32), spanId: 'b'.repeat(16), attributes: {} },
  ]);
});

test('a link can have attributes', () => {
  batch.take([{ context: context('a'), attributes: { 'message.id': 7 } }]);
  expect(traces.spans()[0]!.links[0]!.attributes).toEqual({ 'message.id': 7 });
});

test('links of a child span are recorded as well', () => {
  batch.outer(() => batch.handle([{ from: context('a') }]));
  expect(linked(traces.spans()[0]!)).toEqual(['a']);
});

test('a span is not linked to its parent; a root span is linked to its caller once', () => {
  batch.outer(() => batch.take([currentSpan().spanContext(), context('a')]));
  batch.outer(() => batch.apart(currentSpan().spanContext()));
  const [taken, , apart, outer] = traces.spans();
  expect(linked(taken!)).toEqual(['a']);
  expect(new Set(apart!.links.map(({ spanId }) => spanId))).toEqual(new Set([outer!.spanId]));
  expect(apart!.links).toHaveLength(1);
  expect(apart!.traceId).not.toBe(outer!.traceId);
});

test('invalid span contexts are skipped', () => {
  batch.take([context('0'), { traceId: 'x', spanId: 'y', traceFlags: 1 }, context('a')]);
  expect(linked(traces.spans()[0]!)).toEqual(['a']);
  expect(traces.spans()[0]!.events).toEqual([]);
});

test('undefined instead of links causes no event', () => {
  batch.take(undefined);
  expect(traces.spans()[0]).toMatchObject({ links: [], events: [] });
});

test.each<[string, unknown]>([
  ['a number', 7],
  ['an object that is not iterable', {}],
  ['an array of strings', ['text']],
  ['an array of links without context', [{ context: undefined }]],
  [
    'an iterable that throws',
    {
      *[Symbol.iterator]() {
        yield context('a');
        throw new Error('no more');
      },
    },
  ],
  ['a promise that rejects', Promise.reject(new Error('late'))],
])('%s instead of links causes an event and does not affect the call', async (_, given) => {
  expect(batch.take(given)).toBe('taken');
  expect(traces.spans()[0]!.events.map(({ attributes }) => attributes)).toEqual([
    { 'fc_traced.problem': 'links() threw or did not return an iterable of links' },
  ]);
  await new Promise((resolve) => setTimeout(resolve, 5));
});

test('an infinite iterable of links is limited to 128', () => {
  const endless = {
    *[Symbol.iterator](): Generator<SpanContext> {
      for (;;) yield context('a');
    },
  };
  expect(batch.take(endless)).toBe('taken');
  expect(traces.spans()[0]!.links).toHaveLength(128);
});
