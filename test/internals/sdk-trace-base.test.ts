import { ROOT_CONTEXT } from '@opentelemetry/api';
import { isTracingSuppressed, suppressTracing } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { directSpanClass, partsOf } from '../../src/export/direct-span';
import { startProbe } from '../../src/export/sdk-members';
import { timed } from '../../src/export/start-clock';
import { isSuppressed } from '../../src/tracing/telemetry/suppression';
import { inFreshProcess } from '../package/fresh-process';
import { compileUnbundled } from './unbundled';

// Private members of OpenTelemetry's SDK that src/export uses. A test that fails after an update names the member.

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer('internals');

describe('@opentelemetry/sdk-trace-base', () => {
  test('Tracer has instrumentationScope, _spanProcessor, _spanLimits and _resource', () => {
    expect(Object.keys(tracer)).toEqual(
      expect.arrayContaining(['instrumentationScope', '_spanProcessor', '_spanLimits', '_resource']),
    );
    expect(() => partsOf(tracer)).not.toThrow();
  });

  test('the constructor of Span accepts what the tracer passes to it', () => {
    const probe = startProbe();
    expect(directSpanClass(tracer, probe)).toBe(probe.constructor);
  });

  test('Span has _performanceStartTime and _startTimeProvided, and its startTime can be set', () => {
    const span = tracer.startSpan('aligned');
    timed(span)!.startTime = [1, 2];
    span.end();
    expect(exporter.getFinishedSpans().at(-1)).toMatchObject({ name: 'aligned', startTime: [1, 2] });
    expect(timed(tracer.startSpan('explicit', { startTime: 5 }))).toBeUndefined();
  });

  test('attributes, events and links of Span are the exported objects', () => {
    const link = { context: tracer.startSpan('linked').spanContext(), attributes: { key: 'secret' } };
    const span = tracer.startSpan('redacted', { attributes: { key: 'secret', removed: 1 }, links: [link] });
    span.addEvent('secret', { key: 'secret' });
    type Attributes = Record<string, unknown>;
    const { attributes, events, links } = span as unknown as {
      attributes: Attributes;
      events: { name: string; attributes: Attributes }[];
      links: { attributes: Attributes }[];
    };
    attributes.key = events[0]!.name = events[0]!.attributes.key = links[0]!.attributes.key = 'redacted';
    delete attributes.removed;
    span.end();
    const [exported] = exporter.getFinishedSpans().slice(-1);
    expect(JSON.stringify([exported!.attributes, exported!.events, exported!.links])).not.toContain('secret');
    expect(exported!.attributes).toEqual({ key: 'redacted' });
  });
});

test('@opentelemetry/core: suppressTracing sets the context key SUPPRESS_TRACING, which is read without loading that package', () => {
  const suppressed = suppressTracing(ROOT_CONTEXT);
  expect([isTracingSuppressed(suppressed), isSuppressed(suppressed)]).toEqual([true, true]);
  expect(isSuppressed(ROOT_CONTEXT)).toBe(false);
});

const unbundled = compileUnbundled();
afterAll(() => unbundled.remove());

interface Outcome {
  readonly answer: unknown;
  readonly spans: readonly string[];
  readonly warnings: readonly string[];
}

const SPAN = `const spanModule = require('@opentelemetry/sdk-trace/build/src/Span.js'), { SpanImpl } = spanModule;`;
const expected = (member: string, packageName: string, lost: string): string =>
  `fc-traced: ${member} of this version of ${packageName} is not as fc-traced expects: ${lost}`;
const SDK = '@opentelemetry/sdk-trace-base';

test.each([
  [
    'a constructor of Span that requires another option',
    `${SPAN} spanModule.SpanImpl = class extends SpanImpl {
      constructor(options) {
        if (!('recordEndMetrics' in options)) throw new TypeError('an option is missing');
        super(options);
      }
    };`,
    expected('the constructor of Span', SDK, 'spans are started by the tracer, which is slower'),
  ],
  [
    'a Span without _startTimeProvided',
    `${SPAN} spanModule.SpanImpl = class extends SpanImpl {
      constructor(options) {
        super(options);
        this._startTimeProvided = undefined;
      }
    };`,
    expected('Span._performanceStartTime or _startTimeProvided', SDK, 'spans start at whole milliseconds'),
  ],
  [
    'a Span that returns copies of its events',
    `${SPAN} spanModule.SpanImpl = class extends SpanImpl {
      constructor(options) {
        super(options);
        const { events } = this;
        Object.defineProperty(this, 'events', { get: () => events.map((event) => ({ ...event })), enumerable: true });
      }
    };`,
    expected('Span.attributes, events or links', SDK, 'secrets are not removed from spans'),
  ],
  [
    'another context key of suppressTracing',
    `const suppression = require('@opentelemetry/core/build/src/trace/suppress-tracing.js');
    const key = require('@opentelemetry/api').createContextKey('another key');
    suppression.suppressTracing = (context) => context.setValue(key, true);
    suppression.isTracingSuppressed = (context) => context.getValue(key) === true;`,
    expected('the context key of suppressTracing', '@opentelemetry/core', 'requests of exporters carry trace context'),
  ],
])('with %s an invocation is recorded, and one warning is logged', async (_change, change, warning) => {
  const outcome = await inFreshProcess<Outcome>(`
    ${change}
    const { diag } = require('@opentelemetry/api');
    const warnings = [];
    const record = (text) => void warnings.push(text);
    diag.setLogger({ error: record, warn: record, info() {}, debug() {}, verbose() {} });
    const { createHandler, Traced } = require(${JSON.stringify(`${unbundled.folder}/index.js`)});
    const { invoke, recordTraces } = require(${JSON.stringify(`${unbundled.folder}/testing.js`)});
    const traces = recordTraces();
    class Shop {
      handle() { return this.order(); }
      order() { return 'ordered'; }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Shop.prototype, 'order');
    Object.defineProperty(Shop.prototype, 'order', Traced()(Shop.prototype, 'order', descriptor) ?? descriptor);
    const { handler } = createHandler(Shop, { name: 'shop' });
    await invoke(handler);
    const answer = await invoke(handler);
    report({ answer, spans: traces.spans().map(({ name }) => name), warnings });`);
  expect(outcome).toEqual({
    answer: 'ordered',
    spans: ['Shop.order', 'shop', 'Shop.order', 'shop'],
    warnings: [warning],
  });
});
