import {
  context,
  diag,
  INVALID_SPAN_CONTEXT,
  metrics,
  propagation,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  trace,
} from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { inFreshProcess } from '../package/fresh-process';

const REGISTRY = Symbol.for('opentelemetry.js.api.1');
const registry = (): Record<string, unknown> => Reflect.get(globalThis, REGISTRY) as Record<string, unknown>;

describe('@opentelemetry/api', () => {
  afterEach(() => {
    for (const api of [context, diag, metrics, propagation, trace]) api.disable();
  });

  test("keeps registered objects by name in globalThis[Symbol.for('opentelemetry.js.api.1')]", () => {
    const noop = (): void => {};
    const manager = {
      active: () => ROOT_CONTEXT,
      with: (_: Context, fn: () => unknown) => fn(),
      bind: (_: Context, fn: unknown) => fn,
      enable: () => manager,
      disable: () => manager,
    };
    const propagator = { inject: noop, extract: (active: Context) => active, fields: () => [] };
    const logger = { error: noop, warn: noop, info: noop, debug: noop, verbose: noop };
    context.setGlobalContextManager(manager as never);
    propagation.setGlobalPropagator(propagator);
    metrics.setGlobalMeterProvider(metrics.getMeterProvider());
    trace.setGlobalTracerProvider({ getTracer: () => trace.getTracer('noop') });
    diag.setLogger(logger);

    expect(Object.keys(registry()).sort()).toEqual(['context', 'diag', 'metrics', 'propagation', 'trace', 'version']);
    expect(typeof registry().version).toBe('string');
    expect(registry().context).toBe(manager);
    expect(registry().propagation).toBe(propagator);
    expect(registry().diag).toBeDefined();
  });

  test('removes an object from the registry when it is disabled', () => {
    metrics.setGlobalMeterProvider(metrics.getMeterProvider());
    expect(registry().metrics).toBeDefined();
    metrics.disable();
    expect(registry().metrics).toBeUndefined();
  });

  test('passes the active span itself to Context.setValue under one key, from which getSpan reads it', () => {
    const span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const values = new Map<symbol, unknown>();
    const recorder: Context = {
      getValue: (key) => values.get(key),
      setValue(key, value) {
        values.set(key, value);
        return this;
      },
      deleteValue() {
        return this;
      },
    };
    trace.setSpan(recorder, span);
    expect([...values.values()]).toEqual([span]);
    expect(trace.getSpan(recorder)).toBe(span);
    const [key] = values.keys();
    expect(trace.setSpan(ROOT_CONTEXT, span).getValue(key!)).toBe(span);
  });

  test('returns the same delegate from each ProxyTracerProvider while no provider is registered', () => {
    expect(new ProxyTracerProvider().getDelegate()).toBe(new ProxyTracerProvider().getDelegate());
    expect((trace.getTracerProvider() as ProxyTracerProvider).getDelegate()).toBe(
      new ProxyTracerProvider().getDelegate(),
    );
  });
});

/** A program with a traced handler, and a `diag` logger that records its warnings in `warnings`. */
const PROGRAM = `
  const warnings = [];
  const noop = () => {};
  const logger = { error: (text) => warnings.push('error: ' + text), warn: (text) => warnings.push(text), info: noop, debug: noop, verbose: noop };
  const { createHandler, Traced } = require(dist + 'index.js');
  const { invoke, recordTraces, renderTrace } = require(dist + 'testing.js');
  class Orders {
    async handle() { return api.trace.getTracer('library').startActiveSpan('native', async (span) => { await this.ship(); span.end(); return 'done'; }); }
    async ship() { return api.trace.getActiveSpan().spanContext().spanId; }
  }
  const decorate = (name) => { const method = Object.getOwnPropertyDescriptor(Orders.prototype, name); Object.defineProperty(Orders.prototype, name, Traced()(Orders.prototype, name, method)); };
  decorate('ship');
  const run = async () => {
    const { handler } = createHandler(Orders, { name: 'orders' });
    const results = [];
    const trees = [];
    for (let i = 0; i < 2; i += 1) {
      const traces = recordTraces();
      results.push(await invoke(handler, {}));
      trees.push(renderTrace(traces.only()));
      traces.stop();
    }
    return { results, trees };
  };`;

const TREE = 'orders\n└─ native\n   └─ Orders.ship';

interface Seen {
  readonly results: readonly unknown[];
  readonly trees: readonly string[];
  readonly warnings: readonly string[];
}

describe('a version of @opentelemetry/api with other private members', () => {
  /** Makes the API keep its registry under another symbol. */
  const MOVED = `
    const symbolFor = Symbol.for;
    Symbol.for = (key) => symbolFor(key === 'opentelemetry.js.api.1' ? 'moved' : key);
    const api = require('@opentelemetry/api');
    Symbol.for = symbolFor;`;

  test('that keeps its registry elsewhere: traces are complete, and the slower path is logged once', async () => {
    const { warnings, ...seen } = await inFreshProcess<Seen>(
      `${MOVED} ${PROGRAM} api.diag.setLogger(logger); report({ ...await run(), warnings });`,
    );
    expect(seen).toEqual({ results: ['done', 'done'], trees: [TREE, TREE] });
    expect(warnings).toEqual([
      "fc-traced: @opentelemetry/api does not keep its context manager in Symbol.for('opentelemetry.js.api.1') as " +
        'expected; the active context is read through the API, which is slower',
    ]);
  });

  test("that keeps its registry elsewhere: OTEL_LOG_LEVEL does not replace the application's diag logger", async () => {
    const { warnings, results } = await inFreshProcess<Seen>(
      `${MOVED} ${PROGRAM} api.diag.setLogger(logger); report({ ...await run(), warnings });`,
      { OTEL_LOG_LEVEL: 'warn' },
    );
    expect(results).toEqual(['done', 'done']);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toBe(
      "fc-traced: @opentelemetry/api does not keep its registry in Symbol.for('opentelemetry.js.api.1') as expected; " +
        'OTEL_LOG_LEVEL is ignored, because printing could replace a diag logger of the application',
    );
  });

  test('that keeps the diag logger under another name in its registry: the logger is not replaced', async () => {
    const { warnings, results } = await inFreshProcess<Seen>(
      `const api = require('@opentelemetry/api'); ${PROGRAM}
      api.diag.setLogger(logger);
      const registry = globalThis[Symbol.for('opentelemetry.js.api.1')];
      registry.logger = registry.diag;
      delete registry.diag;
      api.diag.warn = (text) => registry.logger.warn(text);
      report({ ...await run(), warnings });`,
      { OTEL_LOG_LEVEL: 'warn' },
    );
    expect(results).toEqual(['done', 'done']);
    expect(warnings).toEqual([expect.stringContaining('OTEL_LOG_LEVEL is ignored') as string]);
  });

  test('that does not keep the span itself under a key: traces are complete, and the slower path is logged once', async () => {
    const { warnings, ...seen } = await inFreshProcess<Seen>(
      `const api = require('@opentelemetry/api');
      const KEY = api.createContextKey('span holder');
      api.trace.setSpan = (context, span) => context.setValue(KEY, { span });
      api.trace.getSpan = (context) => context.getValue(KEY)?.span;
      api.trace.deleteSpan = (context) => context.deleteValue(KEY);
      api.trace.getActiveSpan = () => api.trace.getSpan(api.context.active());
      ${PROGRAM} api.diag.setLogger(logger); report({ ...await run(), warnings });`,
    );
    expect(seen).toEqual({ results: ['done', 'done'], trees: [TREE, TREE] });
    expect(warnings).toEqual([
      'fc-traced: @opentelemetry/api does not keep the active span under a context key as expected; contexts of the API ' +
        'are used, which makes traced calls slower',
    ]);
  });
});
