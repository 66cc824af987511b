import { createHandler, Handler, InjectTracer, Traced } from 'fc-traced';
import type { HandlerOptions, Tracer } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { startCollector } from '../../cli/src/viewer/collector';
import type { Collector } from '../../cli/src/viewer/collector';

type Processor = NonNullable<HandlerOptions['spanProcessors']>[number];
const nothing = async (): Promise<void> => {};
const quiet: Processor = { onStart: () => {}, onEnd: () => {}, forceFlush: nothing, shutdown: nothing };
const breaks = (): never => {
  throw new Error('processor broke');
};

@Handler({ name: 'ship', coldStartSpans: false })
class Ship {
  constructor(@InjectTracer() private readonly tracer: Tracer) {}

  @Traced()
  async pack(id: number): Promise<number> {
    return this.tracer.startActiveSpan('label', (span) => {
      span.end();
      return id;
    });
  }

  handle(event: { id: number }): Promise<number> {
    return this.pack(event.id);
  }
}

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
});
afterEach(() => collector.clear());
afterAll(() => collector.close());

test('a span processor without an endpoint gets every span', async () => {
  const ended: string[] = [];
  const { handler } = createHandler(Ship, {
    spanProcessors: [{ ...quiet, onEnd: ({ name }) => void ended.push(name) }],
  });
  expect(await invoke(handler, { id: 7 })).toBe(7);
  expect(ended).toEqual(['label', 'Ship.pack', 'ship']);
});

test('the methods of a span processor are called with the processor as this', async () => {
  const counting = {
    ...quiet,
    ended: 0,
    onEnd(): void {
      this.ended += 1;
    },
  };
  await invoke(createHandler(Ship, { spanProcessors: [counting] }).handler, { id: 7 });
  expect(counting.ended).toBe(3);
});

test('a span processor can set attributes when spans start', async () => {
  const { handler } = createHandler(Ship, {
    spanProcessors: [{ ...quiet, onStart: (span) => void span.setAttribute('tenant', 'acme') }],
    endpoint: collector.jaegerEndpoint,
  });
  await invoke(handler, { id: 7 });
  expect(collector.spans().map(({ attributes }) => attributes.tenant)).toEqual(['acme', 'acme', 'acme']);
});

test('a span processor is flushed before the answer', async () => {
  let flushed = false;
  const slow = {
    ...quiet,
    forceFlush: () => new Promise<void>((resolve) => setTimeout(() => resolve(void (flushed = true)), 50)),
  };
  await invoke(createHandler(Ship, { spanProcessors: [slow] }).handler, { id: 7 });
  expect(flushed).toBe(true);
});

test.each([
  ['throws when a span starts', { onStart: breaks }],
  ['throws while a span ends', { onEnding: breaks }],
  ['throws when a span ends', { onEnd: breaks }],
  ['throws when it is flushed', { forceFlush: breaks }],
  ['fails when it is flushed', { forceFlush: () => Promise.reject(new Error('processor broke')) }],
  ['throws in every method', { onStart: breaks, onEnding: breaks, onEnd: breaks, forceFlush: breaks }],
  ['has no method but onEnd', { onStart: undefined, forceFlush: undefined, shutdown: undefined }],
])('with a span processor that %s, result and trace are complete', async (_, broken) => {
  const { handler, preStop } = createHandler(Ship, {
    spanProcessors: [{ ...quiet, ...broken } as unknown as Processor],
    endpoint: collector.jaegerEndpoint,
  });
  expect(await invoke(handler, { id: 7 })).toBe(7);
  expect(await preStop(fakeFcContext())).toBeUndefined();
  expect(collector.spans().map(({ name }) => name)).toEqual(['label', 'Ship.pack', 'ship']);
});

test('a span processor whose flush hangs delays an invocation no longer than flushTimeoutMillis', async () => {
  const hangs = { ...quiet, forceFlush: () => new Promise<void>((resolve) => void setTimeout(resolve, 900)) };
  const { handler } = createHandler(Ship, {
    spanProcessors: [hangs],
    flushTimeoutMillis: 100,
    endpoint: collector.jaegerEndpoint,
  });
  const before = performance.now();
  expect(await invoke(handler, { id: 7 })).toBe(7);
  expect(performance.now() - before).toBeLessThan(700);
  expect(collector.spans()).toHaveLength(3);
});

test('errors of a span processor are counted on the next invocation span', async () => {
  const { handler } = createHandler(Ship, {
    spanProcessors: [{ ...quiet, forceFlush: breaks }],
    endpoint: collector.jaegerEndpoint,
  });
  await invoke(handler, { id: 7 });
  collector.clear();
  await invoke(handler, { id: 7 });
  expect(collector.spans().at(-1)!.attributes['fc_traced.telemetry_errors']).toBeGreaterThanOrEqual(1);
});
