import { propagation, context } from '@opentelemetry/api';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHandler, currentSpan, forEachRecord, secret, Traced } from 'fc-traced';
import type { ForEachRecordOptions, KafkaEvent, OssEvent, RocketMqRecord, TablestoreEvent } from 'fc-traced';
import { expectTrace, fakeEvent, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { traceparent } from './carriers';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const batchOf = (...values: readonly string[]): KafkaEvent =>
  fakeEvent(
    'kafka',
    values.map((value) => ({ data: { value, partition: Number(value.slice(1)) } })),
  );

/** Processes a batch in an invocation. Returns the values in the order of processing, and the outcome. */
async function run(
  event: unknown,
  options: ForEachRecordOptions | undefined,
  failing: readonly string[] = [],
): Promise<{ order: string[]; most: number; outcome: unknown }> {
  const order: string[] = [];
  let running = 0;
  let most = 0;
  class Orders {
    async handle(records: KafkaEvent): Promise<unknown> {
      return forEachRecord(
        records,
        async ({ data }) => {
          running += 1;
          most = Math.max(most, running);
          await sleep(2);
          running -= 1;
          order.push(String(data.value));
          if (failing.includes(String(data.value))) throw new Error(`bad ${String(data.value)}`);
        },
        options,
      );
    }
  }
  const outcome: unknown = await invoke(createHandler(Orders, { name: 'orders' }).handler, event).catch(
    (error: unknown) => error,
  );
  return { order, most, outcome };
}

test('records are processed one after another, each in its span', async () => {
  const { order, most, outcome } = await run(batchOf('a0', 'b0', 'c0'), undefined);
  expect([order, most, outcome]).toEqual([['a0', 'b0', 'c0'], 1, { count: 3, failures: [] }]);
  expectTrace(traces.only()).toMatchTree(`
    orders
      process orders
        process orders
        process orders
        process orders
  `);
});

test('after a failed record the others are processed, and the promise rejects with what was thrown', async () => {
  const { order, outcome } = await run(batchOf('a0', 'b0', 'c0'), undefined, ['a0', 'c0']);
  expect(order).toEqual(['a0', 'b0', 'c0']);
  expect(outcome).toBeInstanceOf(AggregateError);
  expect(outcome).toMatchObject({
    message: '2 of 3 records failed',
    errors: [{ message: 'bad a0' }, { message: 'bad c0' }],
  });
  expectTrace(traces.only()).toMatchTree({
    name: 'orders',
    status: 'ERROR',
    children: [
      {
        name: 'process orders',
        status: 'ERROR',
        attributes: { 'fc_traced.batch.failed': 2 },
        children: [
          { name: 'process orders', status: 'ERROR', events: ['exception'] },
          { name: 'process orders', events: [] },
          { name: 'process orders', status: 'ERROR', events: ['exception'] },
        ],
      },
    ],
  });
});

test("with onFailure: 'report' the promise resolves and names the failures, and the batch counts them", async () => {
  const { outcome } = await run(batchOf('a0', 'b0'), { onFailure: 'report' }, ['b0']);
  expect(outcome).toMatchObject({
    count: 2,
    failures: [{ index: 1, record: { data: { value: 'b0' } }, error: { message: 'bad b0' } }],
  });
  expect(
    traces
      .spans()
      .find(({ name, attributes }) => name === 'process orders' && 'messaging.batch.message_count' in attributes),
  ).toMatchObject({
    status: { code: 'UNSET' },
    attributes: { 'fc_traced.batch.failed': 1 },
  });
});

test.each([
  [1, 1],
  [2, 2],
  [100, 6],
  [Number.POSITIVE_INFINITY, 6],
])('concurrency %d processes as many at once', async (concurrency, expected) => {
  expect((await run(batchOf('a0', 'b0', 'c0', 'd0', 'e0', 'f0'), { concurrency })).most).toBe(expected);
});

test('ordered keeps the order within a partition, and partitions run concurrently', async () => {
  const { order, most } = await run(batchOf('a0', 'b1', 'c0', 'd1'), { concurrency: 4, ordered: true });
  expect(order.filter((value) => value.endsWith('0'))).toEqual(['a0', 'c0']);
  expect(order.filter((value) => value.endsWith('1'))).toEqual(['b1', 'd1']);
  expect(most).toBe(2);
});

test('ordered skips the records behind a failed one of their partition, since FC delivers all again', async () => {
  const { order, outcome } = await run(batchOf('a0', 'b1', 'c0', 'd1'), { concurrency: 4, ordered: true }, ['a0']);
  expect([order.toSorted(), outcome]).toMatchObject([['a0', 'b1', 'd1'], { message: '1 of 4 records failed' }]);
  expect(traces.spans().at(-2)!.attributes).toMatchObject({
    'fc_traced.batch.failed': 1,
    'fc_traced.batch.skipped': 1,
  });
});

test("ordered with onFailure: 'report' skips nothing, since nothing comes again", async () => {
  const { order } = await run(batchOf('a0', 'c0'), { ordered: true, onFailure: 'report' }, ['a0']);
  expect(order).toEqual(['a0', 'c0']);
});

test.each([
  [
    'a function that throws at once',
    () => {
      throw new Error('at once');
    },
  ],
  [
    'a function that throws undefined',
    () => {
      throw undefined;
    },
  ],
  [
    'a thenable that rejects',
    () => ({ then: (_: unknown, reject: (error: unknown) => void) => reject(new Error('later')) }),
  ],
])('%s fails the record', async (_, fn) => {
  await expect(forEachRecord([1, 2], fn)).rejects.toMatchObject({ message: '2 of 2 records failed' });
});

test('records are the elements of events, Records or an array, or the event itself', async () => {
  const recordsOf = async (event: unknown): Promise<unknown[]> => {
    const seen: unknown[] = [];
    await forEachRecord(event, (record) => void seen.push(record));
    return seen;
  };
  const [oss, kafka, sls] = [fakeEvent('oss'), fakeEvent('kafka', [{}, {}]), fakeEvent('sls')];
  expect((await recordsOf(oss))[0]).toBe(oss.events[0]);
  expect((await recordsOf(kafka))[1]).toBe(kafka[1]);
  expect(await recordsOf(kafka.map((record) => JSON.stringify(record)))).toEqual(kafka);
  expect(await recordsOf({ Version: 'Sync-v1', Records: ['row'] })).toEqual(['row']);
  expect(await recordsOf(sls)).toEqual([sls]);
  expect(await recordsOf(['a', '{', 7, null])).toEqual(['a', '{', 7, null]);
  expect(await recordsOf(undefined)).toEqual([undefined]);
});

test('the type of a record is that of the event', async () => {
  // What does not compile fails the type check of this file.
  await forEachRecord({} as OssEvent, ({ oss }) => oss.object.key).catch(() => {});
  await forEachRecord<KafkaEvent>([], ({ data }) => data.offset + 1);
  await forEachRecord<RocketMqRecord | readonly RocketMqRecord[]>([], ({ data }) => data.topic);
  await forEachRecord<TablestoreEvent>({ Version: '', Records: [] }, ({ Type }) => Type);
});

test('calls for a record are children of its span and have its baggage, which applies unrecorded as well', async () => {
  class Stock {
    @Traced() reserve(): unknown {
      return propagation
        .getBaggage(context.active())
        ?.getAllEntries()
        .map(([key, { value }]) => `${key}=${value}`);
    }
  }
  const seen: unknown[] = [];
  class Orders {
    async handle(event: unknown): Promise<void> {
      await forEachRecord(event, async () => seen.push(await new Stock().reserve()), { concurrency: 2 });
    }
  }
  const event = fakeEvent('rocketmq', [
    { data: { userProperties: { traceparent: traceparent('a'), baggage: 'tenant=acme' } } },
    { data: { userProperties: { baggage: 'tenant=other,plan=free' } } },
    {},
  ]);
  const { handler } = createHandler(Orders, { name: 'orders' });
  const contextWith = (flags: number) =>
    fakeFcContext({
      tracing: { openTracingSpanContext: `1:2:0:${flags}`, openTracingSpanBaggages: { tenant: 'fc', region: 'x' } },
    });
  await invoke(handler, event, contextWith(1));
  const expected = [
    ['tenant=acme', 'region=x'],
    ['tenant=other', 'plan=free', 'region=x'],
    ['tenant=fc', 'region=x'],
  ];
  expect(seen.map((entries) => (entries as string[]).toSorted())).toEqual(
    expected.map((entries) => entries.toSorted()),
  );
  expectTrace(traces.only()).toMatchTree(`
    orders
      process orders
        process orders
          Stock.reserve
        process orders
          Stock.reserve
        process orders
          Stock.reserve
  `);
  const recorded = [...seen.splice(0)];
  await invoke(handler, event, contextWith(0));
  expect(seen).toEqual(recorded);
});

test('a record that is still processed when the invocation ends is closed then', async () => {
  class Orders {
    handle(event: unknown): void {
      void forEachRecord(event, () => new Promise(() => {}));
    }
  }
  await invoke(createHandler(Orders, { name: 'orders' }).handler, fakeEvent('kafka'));
  const abandoned = traces.spans().filter(({ events }) => events.some(({ name }) => name === 'fc_traced.abandoned'));
  expect(abandoned.map(({ name }) => name)).toEqual(['process orders']);
});

test('each producer is linked once on the batch, and a malformed context is counted', async () => {
  const headers = (value: string) => ({ data: { userProperties: { traceparent: value } } });
  const event = fakeEvent('rocketmq', [
    headers(traceparent('a')),
    headers(traceparent('a')),
    headers(traceparent('b')),
    headers('00-x'),
  ]);
  class Orders {
    handle(): void {}
  }
  await invoke(createHandler(Orders, { name: 'orders' }).handler, event);
  expectTrace(traces.only()).toMatchTree({
    name: 'orders',
    attributes: { 'fc_traced.malformed_carriers': 1 },
    children: [{ name: 'process orders', links: 2 }],
  });
});

test('beyond 128 links, the batch counts how many are missing', async () => {
  const event = fakeEvent(
    'rocketmq',
    Array.from({ length: 130 }, (_, index) => ({
      data: {
        userProperties: { traceparent: `00-${'a'.repeat(32)}-${(index + 1).toString(16).padStart(16, '0')}-01` },
      },
    })),
  );
  class Orders {
    handle(): void {}
  }
  await invoke(createHandler(Orders, { name: 'orders' }).handler, event);
  expectTrace(traces.only()).toMatchTree({
    name: 'orders',
    children: [{ name: 'process orders', links: 128, attributes: { 'fc_traced.batch.dropped_links': 2 } }],
  });
});

test('a string that was passed to secret() is in no span, even if it is a key of a message', async () => {
  secret('order-7-of-jane');
  await run(fakeEvent('rocketmq', [{ data: { systemProperties: { KEYS: 'order-7-of-jane' } } }]), undefined);
  expectTrace(traces.only()).toHideSecrets('order-7-of-jane');
});

test('outside of an invocation each record starts a trace', async () => {
  await forEachRecord(batchOf('a0', 'b0'), () => void currentSpan().setAttribute('seen', true));
  expect(traces.traces().map(({ spans }) => spans.map(({ name, attributes }) => [name, attributes.seen]))).toEqual([
    [['process orders', true]],
    [['process orders', true]],
  ]);
});

test.each<[unknown, unknown, string]>([
  [
    undefined,
    {},
    'forEachRecord takes a function of one record as its second argument, not a value of type undefined. [INVALID_TARGET]',
  ],
  [
    () => {},
    { concurrency: 0 },
    'Option "concurrency" of forEachRecord must be a whole number, 1 or more, or Infinity, not 0. [INVALID_OPTION]',
  ],
  [
    () => {},
    { onFailure: 'ignore' },
    `Option "onFailure" of forEachRecord must be 'reject' or 'report', not "ignore". [INVALID_OPTION]`,
  ],
  [
    () => {},
    { parallel: 2 },
    'forEachRecord has no option "parallel". Its options are concurrency, ordered, onFailure. [INVALID_OPTION]',
  ],
])('misuse is an error: %p, %p', async (fn, options, message) => {
  await expect(forEachRecord([], fn as () => void, options as ForEachRecordOptions)).rejects.toMatchObject({ message });
});
