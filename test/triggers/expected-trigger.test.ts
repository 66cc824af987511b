import { createHandler, FcTracedError, Handler } from 'fc-traced';
import type { FcFunction, KafkaEvent, OssEvent, TablestoreEvent, TriggerName } from 'fc-traced';
import { serve } from 'fc-traced/server';
import { expectTrace, fakeEvent, invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

class Echo {
  handle(event: unknown): { event: unknown } {
    return { event };
  }
}
const functionOf = (trigger: TriggerName): FcFunction =>
  createHandler(Echo, { name: 'echo', trigger, http: false }).handler;

const names: readonly TriggerName[] = [
  'http',
  'api-gateway',
  'timer',
  'oss',
  'cdn',
  'sls',
  'tablestore',
  'mns-topic',
  'mns-queue',
  'rocketmq',
  'kafka',
  'rabbitmq',
  'mqtt',
  'dts',
  'eventbridge',
  'async-destination',
];

test.each(names)('a handler of %s accepts its event', async (trigger) => {
  await expect(invoke(functionOf(trigger), fakeEvent(trigger))).resolves.toHaveProperty('event');
});

test.each(names)('a handler of %s refuses the events of all other triggers with INVALID_EVENT', async (trigger) => {
  // EventBridge passes events of queues on as well: each CloudEvent is one of its events.
  const others = names.filter(
    (name) =>
      name !== trigger && (trigger !== 'eventbridge' || !JSON.stringify(fakeEvent(name)).includes('specversion')),
  );
  for (const other of others) {
    await expect(invoke(functionOf(trigger), fakeEvent(other))).rejects.toMatchObject({ code: 'INVALID_EVENT' });
  }
});

test('the error names both triggers and what to do, and is recorded on the invocation', async () => {
  @Handler({ trigger: 'oss', name: 'labels' })
  class Labels {
    handle(event: OssEvent): string {
      return event.events[0]!.oss.object.key;
    }
  }
  const { handler } = createHandler(Labels);
  expect(await invoke(handler, fakeEvent('oss'))).toBe('in/teapot.png');
  await expect(invoke(handler, fakeEvent('kafka'))).rejects.toThrow(
    new FcTracedError(
      'INVALID_EVENT',
      'Labels accepts events of the trigger "oss" and received one of "kafka": correct the option trigger or the trigger of the function.',
    ),
  );
  await expect(invoke(handler, { order: 7 })).rejects.toThrow('received an event of an unknown shape');
  expectTrace(traces.last()).toMatchTree('labels  ERROR');
  expect(traces.last().spans[0]!.attributes).toMatchObject({ 'error.type': 'FcTracedError', 'faas.trigger': 'other' });
});

test.each<[TriggerName, string, unknown]>([
  ['mns-topic', 'the body of a message, without its attributes', 'hello topic'],
  ['mns-topic', 'the body of a message that is JSON', { order: 7 }],
  ['eventbridge', 'the data of an event', { order: 7 }],
  ['eventbridge', 'a CloudEvent of a queue', fakeEvent('rabbitmq')],
  ['kafka', 'an empty batch', []],
])('a handler of %s accepts %s', async (trigger, _, event) => {
  const answer = (await invoke(functionOf(trigger), event)) as { event: unknown };
  expect(answer.event instanceof Uint8Array ? answer.event.toString() : answer.event).toEqual(event);
});

test('an empty batch has a span with a count of 0', async () => {
  await invoke(functionOf('kafka'), []);
  expectTrace(traces.only()).toMatchTree({
    name: 'echo',
    children: [{ name: 'process', attributes: { 'messaging.batch.message_count': 0, 'messaging.system': 'kafka' } }],
  });
});

test('elements that are JSON strings are parsed with the option trigger only', async () => {
  const event = fakeEvent('kafka', [{}, {}]);
  const texts = event.map((record) => JSON.stringify(record));
  class Values {
    handle(records: KafkaEvent): unknown[] {
      return records.map((record) => record.data?.value);
    }
  }
  expect(await invoke(createHandler(Values, { trigger: 'kafka' }).handler, texts)).toEqual([
    '{"order":7}',
    '{"order":7}',
  ]);
  expect(await invoke(createHandler(Values).handler, texts)).toEqual([undefined, undefined]);
});

test('an event of Tablestore arrives decoded, and no digit of a 64-bit integer is lost', async () => {
  class Rows {
    handle({ Records: [row] }: TablestoreEvent): unknown[] {
      return [row!.PrimaryKey[0]!.Value, row!.Info.Timestamp, row!.Columns[0]!.Value];
    }
  }
  expect(await invoke(createHandler(Rows, { trigger: 'tablestore' }).handler, fakeEvent('tablestore'))).toEqual([
    1_506_416_585_881_590_901n,
    1_793_607_330_000_000,
    'paid',
  ]);
});

test('an HTTP request to a handler of another trigger is answered with 500 and not handled', async () => {
  const error = jest.spyOn(console, 'error').mockImplementation(() => {});
  let calls = 0;
  class Labels {
    handle(): void {
      calls += 1;
    }
  }
  const server = await serve(Labels, { port: 0, host: '127.0.0.1', trigger: 'oss' });
  const answer = await fetch(`http://127.0.0.1:${server.port}/`);
  expect([answer.status, calls]).toEqual([500, 0]);
  await server.close();
  error.mockRestore();
});

test('an unknown trigger is refused when the module is loaded', () => {
  expect(() => createHandler(Echo, { trigger: 's3' as 'oss' })).toThrow(
    /Option "trigger" of createHandler\(Echo\) must be 'http', 'api-gateway', .* or 'eventbridge', not "s3"\./,
  );
});
