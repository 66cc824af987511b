import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import EventBridge, { CloudEvent as PutEvent, Config } from '@alicloud/eventbridge';
import OSS from 'ali-oss';
import { cloudEventExtensions, createHandler, messageHeaders, ossMeta, rocketMqProperties, Traced } from 'fc-traced';
import { fakeEvent, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { Message, PublishingMessage } from 'rocketmq-client-nodejs';
import { javaBytes } from './carriers';

/* oxlint-disable typescript/no-require-imports -- parts of the clients that write to the wire, which have no types */
const kafkaRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => { buffer: Buffer };
const decodeKafkaRecord = require('kafkajs/src/protocol/recordBatch/record/v0/decoder') as (
  decoder: object,
  batch: object,
) => { headers: Record<string, Buffer> };
const KafkaDecoder = require('kafkajs/src/protocol/decoder') as new (buffer: Buffer) => {
  readVarIntBytes(): Buffer;
};
const amqp = require(path.join(path.dirname(require.resolve('amqplib')), 'lib', 'codec')) as {
  encodeTable(buffer: Buffer, table: object, offset: number): number;
  decodeFields(slice: Buffer): Record<string, unknown>;
};
/* oxlint-enable typescript/no-require-imports */

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

class Shop {
  @Traced({ name: 'send', kind: 'producer' })
  send<T>(work: () => T): T {
    return work();
  }
}

/** Runs `work` inside the span of a producer, in an invocation with baggage. Returns its result. */
async function sent<T>(work: () => T | Promise<T>, sampled = true): Promise<T> {
  let result: T | Promise<T> | undefined;
  class Orders {
    async handle(): Promise<void> {
      result = new Shop().send(work);
      await result;
    }
  }
  const tracing = {
    openTracingSpanContext: `${'c'.repeat(32)}:${'d'.repeat(16)}:0:${sampled ? 1 : 0}`,
    openTracingSpanBaggages: { tenant: 'acme' },
  };
  await invoke(createHandler(Orders, { name: 'shop' }).handler, {}, fakeFcContext({ tracing }));
  return result!;
}

/** Invokes the function behind the queue. Returns the contexts that its spans link to. */
async function linkedBy(event: unknown): Promise<unknown> {
  class Receiver {
    handle(): void {}
  }
  await invoke(createHandler(Receiver, { name: 'receiver' }).handler, event);
  return traces.spans().flatMap(({ links }) => links.map(({ traceId, spanId }) => `${traceId}-${spanId}`));
}

function producer(): string {
  const { traceId, spanId } = traces.spans().find(({ name }) => name === 'send')!;
  return `${traceId}-${spanId}`;
}

async function withServer<T>(
  answer: (request: IncomingMessage, body: string) => [status: number, body: string],
  work: (port: number) => Promise<T>,
): Promise<T> {
  const server = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const [status, body] = answer(request, Buffer.concat(chunks as Buffer[]).toString());
      response.writeHead(status, { 'content-type': 'application/json', 'x-oss-request-id': 'r' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await work((server.address() as AddressInfo).port);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test('kafkajs: the headers go over the wire, and the function is linked to the producer', async () => {
  const headers = await sent(() => messageHeaders({ source: 'shop' }));
  const { buffer } = kafkaRecord({ key: 'k', value: 'v', headers });
  const { headers: received } = decodeKafkaRecord(new KafkaDecoder(new KafkaDecoder(buffer).readVarIntBytes()), {
    firstOffset: '0',
    firstTimestamp: '0',
    magicByte: 2,
  });
  expect(Object.keys(received)).toEqual(['source', 'traceparent', 'baggage']);
  const list = Object.entries(received).map(([key, value]) => ({ key, value: javaBytes(value.toString()) }));
  expect(await linkedBy(fakeEvent('kafka', [{ data: { headers: { headers: list } } }]))).toEqual([producer()]);
});

test('amqplib: the headers go over the wire, and the function is linked to the producer', async () => {
  const headers = await sent(() => messageHeaders());
  const buffer = Buffer.alloc(1_024);
  const length = amqp.encodeTable(buffer, headers, 0);
  const received = amqp.decodeFields(buffer.subarray(4, length));
  expect(received.baggage).toBe('tenant=acme');
  expect(await linkedBy(fakeEvent('rabbitmq', [{ data: { props: { headers: received } } }]))).toEqual([producer()]);
});

test('rocketmq-client-nodejs: the properties go over the wire, and the function is linked to the producer', async () => {
  const given = new Map([['tenant', 'a']]);
  const properties = await sent(() => rocketMqProperties(given));
  expect([...given.keys()]).toEqual(['tenant']);
  const options = { topic: 'orders', body: Buffer.from('{}'), properties };
  expect(new Message(options).properties).toBe(properties);
  const message = new PublishingMessage(options, { maxBodySizeBytes: 4_096 } as never, false);
  const userProperties: Record<string, string> = {};
  message
    .toProtobuf('', { queueId: 0 } as never)
    .getUserPropertiesMap()
    .forEach((value: string, key: string) => void (userProperties[key] = value));
  expect(userProperties).toMatchObject({ tenant: 'a', baggage: 'tenant=acme' });
  expect(await linkedBy(fakeEvent('rocketmq', [{ data: { userProperties } }]))).toEqual([producer()]);
});

test('MessageProperties, as @alicloud/mq-http-sdk documents them, are filled', async () => {
  const put: Record<string, string> = {};
  const messageProperties = { putProperty: (key: string, value: string): void => void (put[key] = value) };
  expect(await sent(() => rocketMqProperties(messageProperties))).toBe(messageProperties);
  expect(await linkedBy(fakeEvent('rocketmq', [{ data: { userProperties: put } }]))).toEqual([producer()]);
});

test('ali-oss: the metadata goes over the wire without baggage, and the function is linked to the producer', async () => {
  const headers = await withServer(
    ({ headers: received }) => [200, JSON.stringify(received)],
    (port) =>
      sent(async () => {
        const client = new OSS({
          endpoint: `http://127.0.0.1:${port}`,
          bucket: 'labels',
          accessKeyId: 'id',
          accessKeySecret: 'secret',
          cname: true,
        });
        const { res } = await client.put('in/teapot.png', Buffer.from('x'), {
          meta: ossMeta({ uid: 7, pid: 8 }),
        });
        return JSON.parse((res as unknown as { data: Buffer }).data.toString()) as Record<string, string>;
      }),
  );
  const userMeta = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-oss-meta-')));
  expect(Object.keys(userMeta).toSorted()).toEqual(['x-oss-meta-pid', 'x-oss-meta-traceparent', 'x-oss-meta-uid']);
  expect(await linkedBy(fakeEvent('oss', { events: [{ oss: { object: { objectMeta: { userMeta } } } }] }))).toEqual([
    producer(),
  ]);
});

test('@alicloud/eventbridge: putEvents sends the extensions, and the function is linked to the producer', async () => {
  let body = '';
  await withServer(
    (_, received) => {
      body = received;
      return [200, '{"FailedEntryCount":0,"EntryList":[]}'];
    },
    (port) =>
      sent(async () => {
        const config = new Config({
          accessKeyId: 'id',
          accessKeySecret: 'secret',
          endpoint: `127.0.0.1:${port}`,
          protocol: 'http',
        });
        const event = new PutEvent({
          id: 'e1',
          source: 'shop',
          specversion: '1.0',
          type: 'shop:Order:Paid',
          datacontenttype: 'application/json',
          extensions: { ...cloudEventExtensions({ aliyuneventbusname: 'shop-bus' }) },
          data: Buffer.from('{"order":7}'),
        });
        await new EventBridge(config).putEvents([event]);
      }),
  );
  const [received] = JSON.parse(body) as { traceparent: string; baggage?: string }[];
  expect(received!.baggage).toBeUndefined();
  expect(await linkedBy(received)).toEqual([producer()]);
});

test('all messages of one span carry its context, and no further span is started', async () => {
  const [first, second] = await sent(() => [messageHeaders(), messageHeaders()]);
  expect(first).toEqual(second);
  expect(traces.spans().map(({ name }) => name)).toEqual(['send', 'shop']);
});

test('an earlier trace context is replaced, in any case of its name, and the argument is not changed', async () => {
  const given = Object.freeze({ TraceParent: 'old', tracestate: 'old=1', source: 'shop' });
  const headers = await sent(() => messageHeaders(given));
  expect(Object.keys(headers)).toEqual(['source', 'traceparent', 'baggage']);
});

test('in an unsampled invocation the trace is propagated as unsampled', async () => {
  const headers = await sent(() => messageHeaders(), false);
  expect(headers.traceparent).toMatch(/^00-c{32}-[0-9a-f]{16}-00$/);
});

test('outside of any span nothing is added', () => {
  expect([messageHeaders({ a: '1' }), cloudEventExtensions(), ossMeta(), [...rocketMqProperties()]]).toEqual([
    { a: '1' },
    {},
    {},
    [],
  ]);
});
