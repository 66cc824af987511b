import { createHandler, Handler } from 'fc-traced';
import { invoke, recordTraces } from 'fc-traced/testing';

@Handler()
class Plain {
  handle(): void {}
}
const { handler } = createHandler(Plain);
const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const cloudEvent = (type: string, source: string): object => ({
  id: '1',
  source,
  specversion: '1.0',
  type,
  datacontenttype: 'application/json',
  time: '2024-01-01T00:00:00Z',
  subject: 's',
  data: {},
});
const events: [string, string, unknown][] = [
  [
    'HTTP trigger',
    'http',
    {
      version: 'v1',
      rawPath: '/a%20b',
      body: '',
      isBase64Encoded: false,
      headers: {},
      queryParameters: {},
      requestContext: { http: { method: 'GET', path: '/a b' } },
    },
  ],
  [
    'API Gateway',
    'http',
    {
      path: '/api',
      httpMethod: 'POST',
      headers: {},
      queryParameters: {},
      pathParameters: {},
      body: '',
      isBase64Encoded: 'true',
    },
  ],
  ['timer', 'timer', { triggerTime: '2024-01-01T00:00:00Z', triggerName: 'nightly', payload: '' }],
  [
    'OSS',
    'datasource',
    {
      events: [
        {
          eventName: 'ObjectCreated:PutObject',
          eventSource: 'acs:oss',
          oss: { bucket: { name: 'b' }, object: { key: 'k' } },
        },
      ],
    },
  ],
  [
    'SLS',
    'datasource',
    {
      parameter: {},
      source: { endpoint: 'e', projectName: 'p', logstoreName: 'l', shardId: 0, beginCursor: 'x', endCursor: 'y' },
      jobName: 'j',
      taskId: 't',
      cursorTime: 1,
    },
  ],
  [
    'MNS topic',
    'pubsub',
    {
      TopicOwner: 'o',
      Message: 'm',
      Subscriber: 's',
      PublishTime: 1,
      SubscriptionName: 'n',
      MessageMD5: 'd',
      TopicName: 't',
      MessageId: 'i',
    },
  ],
  ['MNS queue', 'pubsub', cloudEvent('mns:Queue:SendMessage', 'acs:mns')],
  ['RocketMQ, as an array', 'pubsub', [cloudEvent('mq:Topic:SendMessage', 'RocketMQ')]],
  [
    'Kafka, as an array of JSON strings',
    'pubsub',
    [JSON.stringify(cloudEvent('alikafka:Topic:Message', 'acs:alikafka'))],
  ],
  ['RabbitMQ', 'pubsub', [cloudEvent('amqp:Queue:SendMessage', 'acs:amqp')]],
  ['EventBridge', 'pubsub', cloudEvent('oss:ObjectCreated:PutObject', 'acs.oss')],
  [
    'CDN',
    'datasource',
    {
      events: [
        {
          eventName: 'CachedObjectsRefreshed',
          eventVersion: '1.0.0',
          eventSource: 'cdn',
          traceId: 'x',
          resource: { domain: 'example.com' },
          eventParameter: {},
          userIdentity: { aliUid: '1' },
        },
      ],
    },
  ],
  ['Tablestore', 'datasource', Buffer.from('\xa2\x67Version\x67Sync-v1\x67Records\x80', 'latin1')],
  [
    'Tablestore, with keys in another order',
    'datasource',
    Buffer.from('\xa2\x67Records\x80\x67Version\x67Sync-v1', 'latin1'),
  ],
];

test.each(events)('faas.trigger of an event from %s is %s', async (_, trigger, event) => {
  await invoke(handler, event);
  expect(traces.spans().at(-1)!.attributes['faas.trigger']).toBe(trigger);
});

test.each<[string, unknown]>([
  ['an object of the program', { id: 7 }],
  ['undefined', undefined],
  ['a string', 'hello'],
  ['null', null],
  ['an empty array', []],
  ['an array of numbers', [1, 2]],
  ['other CBOR', Buffer.from([0xa1, 0x61, 0x61, 0x01])],
  ['an object with `version` that is not a request', { version: 'v1', rawPath: '/' }],
  ['an empty list of events', { events: [] }],
  ['events of another source', { events: [{ eventSource: 'acs:other' }] }],
  ['a timer event without payload', { triggerTime: 1, triggerName: 'x' }],
])('faas.trigger of an event that no trigger sends is other: %s', async (_, event) => {
  await invoke(handler, event);
  expect(traces.spans()[0]!.attributes['faas.trigger']).toBe('other');
});
