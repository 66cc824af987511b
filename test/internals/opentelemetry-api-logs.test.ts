import { diag } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { createHandler } from 'fc-traced';
import { invoke, recordTraces } from 'fc-traced/testing';
import { registeredLoggerProvider } from '../../src/api-registry';

const REGISTRY = Symbol.for('io.opentelemetry.js.api.logs');

class Orders {
  handle(): never {
    throw new TypeError('no stock');
  }
}

const emitted: unknown[] = [];
const provider = { getLogger: () => ({ emit: (record: unknown) => void emitted.push(record), enabled: () => true }) };

const noopProvider = { getLogger: () => ({ emit() {} }) };

afterEach(() => {
  logs.disable();
  emitted.length = 0;
});

describe('@opentelemetry/api-logs', () => {
  test("keeps a getter of the logger provider in globalThis[Symbol.for('io.opentelemetry.js.api.logs')]", () => {
    expect(Reflect.get(globalThis, REGISTRY)).toBeUndefined();
    logs.setGlobalLoggerProvider(provider);
    const getProvider = Reflect.get(globalThis, REGISTRY) as (version: number) => unknown;
    expect(getProvider(1)).toBe(provider);
    expect(getProvider(2)).not.toBe(provider);
    expect(registeredLoggerProvider()).toBe(provider);
  });
});

describe('a version of @opentelemetry/api-logs with another registry', () => {
  const warnings: string[] = [];
  beforeAll(() => {
    const noop = (): void => {};
    diag.setLogger({ warn: (text) => void warnings.push(text), error: noop, info: noop, debug: noop, verbose: noop });
  });
  afterAll(() => diag.disable());

  test.each([
    ['another version', () => (version: number) => (version === 2 ? provider : noopProvider)],
    ['no getter', () => ({ provider })],
    ['a getter without a provider', () => () => undefined],
  ])('%s: exceptions become span events, which is logged once', async (_, registry) => {
    Reflect.set(globalThis, REGISTRY, registry());
    process.env.OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN = 'logs';
    const traces = recordTraces();
    try {
      const { handler } = createHandler(Orders, { name: 'orders' });
      await expect(invoke(handler)).rejects.toThrow('no stock');
      await expect(invoke(handler)).rejects.toThrow('no stock');
      expect(traces.spans().map(({ events }) => events.map(({ name }) => name))).toEqual([
        ['exception'],
        ['exception'],
      ]);
    } finally {
      traces.stop();
      delete process.env.OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN;
      createHandler(Orders);
    }
    expect(emitted).toEqual([]);
    // One warning for all cases, as it is logged once per process.
    expect(warnings).toEqual([
      "fc-traced: @opentelemetry/api-logs does not keep its logger provider in Symbol.for('io.opentelemetry.js.api.logs') " +
        'as expected; exceptions are recorded as span events, not as log records',
    ]);
  });
});
