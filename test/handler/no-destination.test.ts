import { diag, DiagLogLevel } from '@opentelemetry/api';
import { createHandler, currentSpan, Handler, Traced } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { startCollector } from '../../cli/src/viewer/collector';
import type { Collector } from '../../cli/src/viewer/collector';
import { diagnostics } from '../../src/diagnostics';

@Handler()
class Ship {
  @Traced()
  pack(): boolean {
    return currentSpan().isRecording();
  }

  handle(): boolean {
    return this.pack();
  }
}

let collector: Collector;
let lines: string[];
beforeAll(async () => {
  collector = await startCollector();
});
beforeEach(() => {
  lines = [];
  const keep = (...values: unknown[]): void => void lines.push(values.join(' '));
  diag.setLogger(
    { error: keep, warn: keep, info: keep, debug: keep, verbose: keep },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
});
afterEach(() => {
  collector.clear();
  for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) delete process.env[name];
});
afterAll(() => collector.close());

const traced = (): ReturnType<typeof fakeFcContext> =>
  fakeFcContext({ tracing: { jaegerEndpoint: collector.jaegerEndpoint } });

test('without an endpoint nothing is recorded, and one warning is logged', async () => {
  const { handler, initialize } = createHandler(Ship);
  await initialize(fakeFcContext());
  for (let index = 0; index < 5; index += 1) expect(await invoke(handler)).toBe(false);
  await invoke(createHandler(Ship).handler);
  expect(lines).toEqual([expect.stringContaining('no endpoint is known, so nothing is recorded')]);
});

test('an initializer without an endpoint in its context logs no warning', async () => {
  diagnostics.messages.clear();
  const { handler, initialize } = createHandler(Ship);
  await initialize(fakeFcContext());
  expect(await invoke(handler, {}, traced())).toBe(true);
  expect(lines).toEqual([]);
});

test("with an endpoint in FC's context that is not a URL, nothing is recorded and the invocation works", async () => {
  expect(
    await invoke(createHandler(Ship).handler, {}, fakeFcContext({ tracing: { jaegerEndpoint: 'not a URL' } })),
  ).toBe(false);
});

test('OTEL_SDK_DISABLED=true disables recording, also with an endpoint', async () => {
  process.env.OTEL_SDK_DISABLED = 'TRUE';
  const { handler } = createHandler(Ship, { endpoint: collector.jaegerEndpoint, spanProcessors: [] });
  expect(await invoke(handler, {}, traced())).toBe(false);
  expect([collector.spans(), lines]).toEqual([[], []]);
});

test("OTEL_TRACES_EXPORTER=none ignores the endpoint in FC's context", async () => {
  process.env.OTEL_TRACES_EXPORTER = 'none';
  expect(await invoke(createHandler(Ship).handler, {}, traced())).toBe(false);
  expect(collector.spans()).toEqual([]);
  expect(lines).toEqual(['fc-traced: OTEL_TRACES_EXPORTER is none, so nothing is recorded']);
});

test('with OTEL_TRACES_EXPORTER=none, span processors still record', async () => {
  process.env.OTEL_TRACES_EXPORTER = 'none';
  const ended: string[] = [];
  const nothing = async (): Promise<void> => {};
  const { handler } = createHandler(Ship, {
    spanProcessors: [
      { onStart: () => {}, onEnd: ({ name }) => void ended.push(name), forceFlush: nothing, shutdown: nothing },
    ],
  });
  expect(await invoke(handler, {}, traced())).toBe(true);
  expect(ended).toEqual(['Ship.pack', 'test-function']);
  expect(collector.spans()).toEqual([]);
});

test('a diag logger that throws does not affect the invocation', async () => {
  const breaks = (): never => {
    throw new Error('logger broke');
  };
  diag.setLogger(
    { error: breaks, warn: breaks, info: breaks, debug: breaks, verbose: breaks },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const malformed = fakeFcContext({
    tracing: { jaegerEndpoint: 'ftp://h/', openTracingSpanContext: 'garbage', openTracingSpanBaggages: 7 as never },
  });
  expect(await invoke(createHandler(Ship).handler, {}, malformed)).toBe(false);
});
