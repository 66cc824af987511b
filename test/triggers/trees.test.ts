import { createHandler, forEachRecord, Handler } from 'fc-traced';
import { serve } from 'fc-traced/server';
import type { RunningServer } from 'fc-traced/server';
import { expectTrace, fakeEvent, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import type { ExpectedSpan } from 'fc-traced/testing';
import { detectTrigger, decodeEvent } from '../../src/fc/event';
import { shapes } from './shapes';
import type { Shape } from './shapes';

@Handler({ name: 'orders' })
class Whole {
  handle(event: unknown): string {
    return typeof event;
  }
}

@Handler({ name: 'orders' })
class PerRecord {
  async handle(event: unknown): Promise<number> {
    const { count } = await forEachRecord(event, async () => {});
    return count;
  }
}

const traces = recordTraces();
let whole: RunningServer;
let perRecord: RunningServer;
beforeAll(async () => {
  whole = await serve(Whole, { port: 0, host: '127.0.0.1' });
  perRecord = await serve(PerRecord, { port: 0, host: '127.0.0.1' });
});
afterEach(() => traces.clear());
afterAll(async () => {
  traces.stop();
  await whole.close();
  await perRecord.close();
});

function expectedTree({ invocation, batch, records }: Shape, perRecords: boolean): ExpectedSpan {
  const below = perRecords ? records : [];
  return {
    ...invocation,
    name: 'orders',
    attributes: {
      ...invocation.attributes,
      ...(perRecords && batch === undefined && { 'fc_traced.batch.failed': 0 }),
    },
    children:
      batch === undefined
        ? below
        : [
            {
              ...batch,
              attributes: { ...batch.attributes, 'fc_traced.batch.failed': perRecords ? 0 : undefined },
              children: below,
            },
          ],
  };
}

async function post(server: RunningServer, event: unknown): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${server.port}/invoke`, {
    method: 'POST',
    body: event instanceof Uint8Array ? Buffer.from(event) : JSON.stringify(event),
  });
  expect(answer.status).toBe(200);
  return answer.text();
}

const bytesOf = (event: unknown): unknown => (event instanceof Uint8Array ? event : Buffer.from(JSON.stringify(event)));

describe.each(shapes)('$title', (shape) => {
  test('is detected', () => {
    expect(detectTrigger(decodeEvent(bytesOf(shape.event))).name).toBe(shape.trigger);
  });

  test('is one tree, by the built-in entry point', async () => {
    expect(await invoke(createHandler(Whole).handler, shape.event)).toBe('object');
    expectTrace(traces.only()).toMatchTree(expectedTree(shape, false));
  });

  test('is one tree, by serve', async () => {
    expect(await post(whole, shape.event)).toBe('object');
    expectTrace(traces.only()).toMatchTree(expectedTree(shape, false));
  });

  test('is one tree with a span for each record, by the built-in entry point', async () => {
    expect(await invoke(createHandler(PerRecord).handler, shape.event)).toBe(shape.records.length);
    expectTrace(traces.only()).toMatchTree(expectedTree(shape, true));
  });

  test('is one tree with a span for each record, by serve', async () => {
    expect(await post(perRecord, shape.event)).toBe(String(shape.records.length));
    expectTrace(traces.only()).toMatchTree(expectedTree(shape, true));
  });
});

test('bodies of messages and signatures of URLs are in no span', async () => {
  for (const { event } of shapes) await invoke(createHandler(PerRecord).handler, event);
  for (const trace of traces.traces()) {
    expectTrace(trace).toHideSecrets(
      '"order"',
      'eyJvcmRlciI6N30=',
      'Signature',
      'hello topic',
      'watts',
      'out of stock',
    );
  }
});

test('the parent is the span that FC passes, whatever the messages carry', async () => {
  const context = fakeFcContext({ tracing: { openTracingSpanContext: `${'c'.repeat(32)}:${'d'.repeat(16)}:0:1` } });
  for (const { event } of shapes) await invoke(createHandler(Whole).handler, event, context);
  const invocations = traces.spans().filter(({ kind }) => kind === 'server');
  expect(invocations).toHaveLength(shapes.length);
  expect(new Set(invocations.map(({ traceId, parentSpanId }) => `${traceId} ${parentSpanId}`))).toEqual(
    new Set([`${'c'.repeat(32)} ${'d'.repeat(16)}`]),
  );
});

test('a batch from several destinations is named multiple_sources', async () => {
  const event = fakeEvent('kafka', [{ data: { topic: 'orders' } }, { data: { topic: 'bills' } }]);
  await invoke(createHandler(PerRecord).handler, event);
  expectTrace(traces.only()).toMatchTree(`
    orders
      process multiple_sources
        process orders
        process bills
  `);
  expect(traces.spans().at(-2)!.attributes).not.toHaveProperty('messaging.destination.name');
});

test('a handler that fails marks its batch, where the exception is recorded once', async () => {
  class Failing {
    handle(): never {
      throw new Error('no broker');
    }
  }
  await expect(invoke(createHandler(Failing, { name: 'orders' }).handler, fakeEvent('kafka'))).rejects.toThrow(
    'no broker',
  );
  expectTrace(traces.only()).toMatchTree(`
    orders  ERROR
      process orders  ERROR
  `);
  expect(traces.spans().map(({ events }) => events.length)).toEqual([1, 0]);
});
