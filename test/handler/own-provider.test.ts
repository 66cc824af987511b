import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, BatchSpanProcessor, InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import { createHandler, Handler, InjectTracer, Traced } from 'fc-traced';
import type { Tracer } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { startCollector } from '../../cli/src/viewer/collector';

// The application's own setup, registered before the first invocation.
const exporter = new InMemorySpanExporter();
let isBroken = false;
const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
const manager = new AsyncLocalStorageContextManager();
const withSpy = jest.spyOn(manager, 'with');
context.setGlobalContextManager(manager);
trace.setGlobalTracerProvider({
  getTracer: (...args) => {
    if (isBroken) throw new Error('provider broke');
    return provider.getTracer(...args);
  },
  forceFlush: () => provider.forceFlush(),
} as BasicTracerProvider);

@Handler({ name: 'ship', coldStartSpans: false })
class Ship {
  constructor(@InjectTracer() private readonly tracer: Tracer) {}

  @Traced()
  async pack(): Promise<string> {
    await new Promise(setImmediate);
    this.tracer.startActiveSpan('label', (span) => span.end());
    trace.getTracer('lib').startSpan('lib').end();
    return 'packed';
  }

  handle(): Promise<string> {
    return this.pack();
  }
}

beforeEach(() => exporter.reset());

test("the application's provider records the whole trace below FC's span and is flushed before the answer", async () => {
  const parent = fakeFcContext({ tracing: { openTracingSpanContext: '124ed43254b54966:aaaaaaaaaaaaaaaa:0:1' } });
  expect(await invoke(createHandler(Ship).handler, {}, parent)).toBe('packed');
  const spans = exporter.getFinishedSpans();
  const ids = new Map(spans.map((span) => [span.name, span.spanContext().spanId]));
  expect(spans.map((span) => [span.name, span.parentSpanContext?.spanId])).toEqual([
    ['label', ids.get('Ship.pack')],
    ['lib', ids.get('Ship.pack')],
    ['Ship.pack', ids.get('ship')],
    ['ship', 'aaaaaaaaaaaaaaaa'],
  ]);
  expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(
    new Set(['0000000000000000124ed43254b54966']),
  );
  expect(spans.at(-1)!.attributes).toMatchObject({
    'faas.name': 'test-function',
    'cloud.platform': 'alibaba_cloud_fc',
  });
});

test("the application's context manager is used", async () => {
  withSpy.mockClear();
  await invoke(createHandler(Ship).handler);
  expect(withSpy).toHaveBeenCalled();
});

test("our SDK setup is not used: nothing is exported to FC's endpoint, and the registered provider is kept", async () => {
  const collector = await startCollector();
  const registered = trace.getTracerProvider();
  await invoke(
    createHandler(Ship).handler,
    {},
    fakeFcContext({ tracing: { jaegerEndpoint: collector.jaegerEndpoint } }),
  );
  expect([exporter.getFinishedSpans().length, collector.requests.jaeger]).toEqual([4, 0]);
  expect(trace.getTracerProvider()).toBe(registered);
  await collector.close();
});

test("with the application's provider, an invocation that the caller did not sample is not recorded", async () => {
  await invoke(
    createHandler(Ship).handler,
    {},
    fakeFcContext({ tracing: { openTracingSpanContext: '124ed43254b54966:aaaaaaaaaaaaaaaa:0:0' } }),
  );
  expect(exporter.getFinishedSpans()).toEqual([]);
});

test.each([
  ['hangs', () => new Promise<void>((resolve) => void setTimeout(resolve, 900))],
  ['fails', () => Promise.reject(new Error('no'))],
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
])("if the flush of the application's provider %s, the invocation returns its result in time", async (_, flush) => {
  const spy = jest.spyOn(provider, 'forceFlush').mockImplementation(flush);
  const before = performance.now();
  expect(await invoke(createHandler(Ship, { flushTimeoutMillis: 100 }).handler)).toBe('packed');
  expect(performance.now() - before).toBeLessThan(700);
  spy.mockRestore();
});

test("if getTracer of the application's provider throws, the invocation returns its result", async () => {
  isBroken = true;
  class Plain {
    handle(): string {
      return 'plain';
    }
  }
  expect(await invoke(createHandler(Plain).handler)).toBe('plain');
  isBroken = false;
});
