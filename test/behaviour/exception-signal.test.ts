import { context, trace } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { createHandler, Handler, Traced } from 'fc-traced';
import { invoke, recordTraces } from 'fc-traced/testing';

interface LogRecord {
  readonly eventName: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly attributes: Record<string, unknown>;
  readonly context?: Context;
}

class Stock {
  @Traced()
  async take(): Promise<never> {
    throw new TypeError('no stock');
  }
}
@Handler({ name: 'orders' })
class Orders {
  handle(event: { direct?: boolean }): Promise<never> {
    if (event.direct) throw new TypeError('no order');
    return new Stock().take();
  }
}

const traces = recordTraces();
const records: LogRecord[] = [];
const noop = { getLogger: () => ({ emit() {} }) };
// How @opentelemetry/api-logs registers a provider: a getter that takes the version of the API.
const LOGS = Symbol.for('io.opentelemetry.js.api.logs');
function register(emit: (record: LogRecord) => void): void {
  const provider = {
    getLogger: (name: string) => ({ emit: (record: LogRecord) => (name === 'fc-traced' ? emit(record) : undefined) }),
  };
  Reflect.set(globalThis, LOGS, (version: number) => (version === 1 ? provider : noop));
}
afterEach(() => {
  traces.clear();
  records.length = 0;
  Reflect.deleteProperty(globalThis, LOGS);
  delete process.env.OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN;
  createHandler(Orders);
});
afterAll(() => traces.stop());

async function failWith(optIn: string | undefined, event: object = {}): Promise<string[][]> {
  if (optIn !== undefined) process.env.OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN = optIn;
  await expect(invoke(createHandler(Orders).handler, event)).rejects.toThrow(TypeError);
  const spans = traces.spans();
  for (const { status, attributes } of spans) {
    expect([status.code, attributes['error.type']]).toEqual(['ERROR', 'TypeError']);
  }
  return spans.map(({ events }) => events.map(({ name }) => name));
}

test.each([undefined, '', 'logging', 'events', 'log'])(
  'exceptions are span events if the variable is %j',
  async (optIn) => {
    register((record) => records.push(record));
    expect(await failWith(optIn)).toEqual([['exception'], []]);
    expect(records).toEqual([]);
  },
);

test('with logs, an exception is one log record in the innermost span and not an event', async () => {
  register((record) => records.push(record));
  expect(await failWith('logs')).toEqual([[], []]);
  expect(records).toHaveLength(1);
  const [{ context: where, ...record }] = records as [LogRecord];
  expect(record).toEqual({
    eventName: 'exception',
    severityNumber: 17,
    severityText: 'ERROR',
    attributes: {
      'exception.type': 'TypeError',
      'exception.message': 'no stock',
      'exception.stacktrace': expect.stringMatching(/^TypeError: no stock\n/) as string,
    },
  });
  expect(trace.getSpanContext(where!)!.spanId).toBe(traces.spans().find(({ name }) => name === 'Stock.take')!.spanId);
});

test('with logs, an exception of the handler itself is logged in the invocation span', async () => {
  register((record) => records.push(record));
  await failWith('logs', { direct: true });
  expect(trace.getSpanContext(records[0]!.context!)!.spanId).toBe(traces.spans()[0]!.spanId);
  expect(trace.getSpanContext(context.active())).toBeUndefined();
});

test.each(['logs/dup', 'other, logs/dup', 'logs,logs/dup'])('with %s, an exception is both', async (optIn) => {
  register((record) => records.push(record));
  expect(await failWith(optIn)).toEqual([['exception'], []]);
  expect(records.map(({ attributes }) => attributes['exception.message'])).toEqual(['no stock']);
});

test('with logs but without a provider, an exception is an event', async () => {
  expect(await failWith('logs')).toEqual([['exception'], []]);
});

test('if the provider throws, the exception is an event and the failure is counted', async () => {
  register(() => {
    throw new Error('logger broke');
  });
  expect(await failWith('logs')).toEqual([['exception'], []]);
  expect(traces.spans().at(-1)!.attributes['fc_traced.telemetry_errors']).toBe(1);
});
