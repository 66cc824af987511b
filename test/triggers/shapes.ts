import type { ExpectedSpan } from 'fc-traced/testing';
import { fakeEvent } from 'fc-traced/testing';
import { byteBuffer, javaBytes, traceparent } from './carriers';

/** One event, and the tree of the invocation that gets it. */
export interface Shape {
  readonly title: string;
  readonly event: unknown;
  /** The name of the trigger that is detected. */
  readonly trigger: string;
  /** Attributes and links of the invocation span. */
  readonly invocation: Omit<ExpectedSpan, 'name'>;
  /** The span of the batch, below the invocation. */
  readonly batch?: ExpectedSpan;
  /** The spans of its records, where the handler works record by record. */
  readonly records: readonly ExpectedSpan[];
}

const messaging = (system: string, destination?: string): Readonly<Record<string, unknown>> => ({
  'messaging.operation.name': 'process',
  'messaging.operation.type': 'process',
  'messaging.system': system,
  'messaging.destination.name': destination,
});

/** The shape of an event whose records are messages. */
function messages(
  title: string,
  event: unknown,
  trigger: string,
  system: string,
  destination: string | undefined,
  attributes: readonly Readonly<Record<string, unknown>>[],
  { links = 0, faasTrigger = 'pubsub' }: { readonly links?: number; readonly faasTrigger?: string } = {},
): Shape {
  const name = destination === undefined ? 'process' : `process ${destination}`;
  const isBatch = Array.isArray(event);
  return {
    title,
    event,
    trigger,
    invocation: { kind: 'server', attributes: { 'faas.trigger': faasTrigger }, links: 0 },
    batch: {
      name,
      kind: 'consumer',
      links,
      attributes: {
        ...messaging(system, destination),
        'messaging.batch.message_count': isBatch ? attributes.length : undefined,
        ...(attributes.length === 1 && attributes[0]),
      },
    },
    records: attributes.map((own) => ({
      name,
      kind: 'consumer',
      links: links / attributes.length,
      attributes: { ...messaging(system, destination), ...own },
    })),
  };
}

/** The shape of an event whose records are changes of a data source. */
function changes(
  title: string,
  event: unknown,
  trigger: string,
  destination: string | undefined,
  attributes: Readonly<Record<string, unknown>>,
  links = 0,
): Shape {
  return {
    title,
    event,
    trigger,
    invocation: { kind: 'server', links, attributes: { 'faas.trigger': 'datasource', ...attributes } },
    records: [
      {
        name: destination === undefined ? 'process' : `process ${destination}`,
        kind: 'consumer',
        links,
        attributes: { ...attributes, 'messaging.system': undefined },
      },
    ],
  };
}

const single = (
  trigger: string,
  event: unknown,
  attributes: Readonly<Record<string, unknown>>,
  title = trigger,
): Shape => ({
  title,
  event,
  trigger,
  invocation: { kind: 'server', attributes, links: 0 },
  records: [{ name: 'process', kind: 'consumer', links: 0 }],
});

const rocketAttributes = {
  'messaging.message.id': 'AC14C305069E1B28CDFA3181CDA20001',
  'messaging.rocketmq.message.tag': 'paid',
  'messaging.rocketmq.message.keys': ['order-7'],
};
const kafkaAttributes = { 'messaging.destination.partition.id': '2', 'messaging.kafka.offset': 41 };
const rabbitAttributes = {
  'messaging.message.id': 'f7622d51-e198-41de-a072-77c1ead70001',
  'messaging.rabbitmq.destination.routing_key': 'labels',
  'messaging.rabbitmq.message.delivery_tag': 9,
};
const [a, b] = [traceparent('a'), traceparent('b')];

const kafkaWith = (title: string, ...headers: unknown[]): Shape =>
  messages(
    `Kafka, ${title}`,
    fakeEvent('kafka', [{ data: { headers: { headers } } }]),
    'kafka',
    'kafka',
    'orders',
    [kafkaAttributes],
    { links: 1 },
  );

const rabbitWith = (title: string, headers: object): Shape =>
  messages(
    `RabbitMQ, ${title}`,
    fakeEvent('rabbitmq', [{ data: { props: { headers: headers as Record<string, unknown> } } }]),
    'rabbitmq',
    'rabbitmq',
    'labels',
    [rabbitAttributes],
    { links: 1 },
  );

/** The data of an event's CloudEvents, as the event schema `RawData` sends them. */
const raw = (event: readonly { readonly data: unknown }[]): unknown[] => event.map(({ data }) => data);

/** An event for each shape that is known, written from Alibaba's documents. */
export const shapes: readonly Shape[] = [
  single('timer', fakeEvent('timer'), { 'faas.trigger': 'timer', 'faas.time': '2026-11-02T08:15:30Z' }),
  single('sls', fakeEvent('sls'), {
    'faas.trigger': 'datasource',
    'faas.document.collection': 'access',
    'faas.document.operation': 'insert',
    'faas.document.time': '2026-11-02T08:15:30.000Z',
  }),
  single('async-destination', fakeEvent('async-destination'), {
    'faas.trigger': 'other',
    'fc_traced.destination.invocation_id': '1-65000000-000000000007',
    'fc_traced.destination.condition': 'RetriesExhausted',
    'fc_traced.destination.attempts': 4,
  }),
  changes(
    'OSS, with a trace in the user metadata of the object',
    fakeEvent('oss', { events: [{ oss: { object: { objectMeta: { userMeta: { 'x-oss-meta-traceparent': a } } } } }] }),
    'oss',
    'labels',
    {
      'faas.document.collection': 'labels',
      'faas.document.operation': 'insert',
      'faas.document.name': 'in/teapot.png',
      'faas.document.time': '2026-11-02T08:15:30.000Z',
    },
    1,
  ),
  changes(
    'OSS, a removal',
    fakeEvent('oss', { events: [{ eventName: 'ObjectRemoved:DeleteObject' }] }),
    'oss',
    'labels',
    {
      'faas.document.operation': 'delete',
    },
  ),
  changes('OSS, a read', fakeEvent('oss', { events: [{ eventName: 'ObjectDownloaded:GetObject' }] }), 'oss', 'labels', {
    'faas.document.operation': undefined,
  }),
  changes('CDN, a log file', fakeEvent('cdn'), 'cdn', 'www.example.com', {
    'faas.document.collection': 'www.example.com',
    'faas.document.operation': 'insert',
    'faas.document.name': 'http://cdnlog.example/www.example.com_0800.gz',
    'faas.document.time': '2026-11-02T16:15:30+08:00',
  }),
  ...(
    [
      'CachedObjectsRefreshed',
      'CachedObjectsPushed',
      'CachedObjectsBlocked',
      'CdnDomainStarted',
      'CdnDomainStopped',
    ] as const
  ).map((eventName) =>
    changes(
      `CDN, ${eventName}`,
      { events: [{ ...fakeEvent('cdn').events[0], eventName, eventParameter: { domain: 'www.example.com' } }] },
      'cdn',
      'www.example.com',
      { 'faas.document.operation': 'edit', 'faas.document.name': undefined },
    ),
  ),
  changes(
    'CDN, a deleted domain',
    fakeEvent('cdn', { events: [{ eventName: 'CdnDomainDeleted' }] }),
    'cdn',
    'www.example.com',
    {
      'faas.document.operation': 'delete',
    },
  ),
  changes('Tablestore', fakeEvent('tablestore'), 'tablestore', undefined, {
    'faas.document.operation': 'insert',
    'faas.document.time': '2026-11-02T08:15:30.000Z',
  }),
  messages(
    'MNS topic, JSON, with a trace among the attributes of the message',
    fakeEvent('mns-topic', { traceparent: a }),
    'mns-topic',
    'smq',
    'orders',
    [{ 'messaging.message.id': '2F5B3C082B923D4EAC694B76D9280001', 'messaging.destination.subscription.name': 'ship' }],
    { links: 1 },
  ),
  messages(
    'MNS topic, STREAM, with attributes',
    { body: 'hello topic', attrs: { Extend: '{"key":"value"}', traceparent: a } },
    'mns-topic',
    'smq',
    undefined,
    [{}],
    { links: 1 },
  ),
  messages('MNS queue', fakeEvent('mns-queue', [{}, {}]), 'mns-queue', 'smq', 'orders', [
    { 'messaging.message.id': 'C6DB60D1574661357FA2272774450001', 'cloudevents.event_type': 'mns:Queue:SendMessage' },
    { 'messaging.message.id': 'C6DB60D1574661357FA2272774450001' },
  ]),
  messages(
    'RocketMQ',
    fakeEvent('rocketmq', [
      { data: { userProperties: { traceparent: a } } },
      { data: { userProperties: { traceparent: b } } },
    ]),
    'rocketmq',
    'rocketmq',
    'orders',
    [rocketAttributes, rocketAttributes],
    { links: 2 },
  ),
  messages(
    'RocketMQ, the third delivery',
    fakeEvent('rocketmq', [{ data: { systemProperties: { RECONSUME_TIMES: '2' } } }]),
    'rocketmq',
    'rocketmq',
    'orders',
    [{ ...rocketAttributes, 'fc_traced.message.redelivery_count': 2 }],
  ),
  messages(
    'RocketMQ, event-driven: one CloudEvent alone',
    fakeEvent('rocketmq', [{ data: { userProperties: { traceparent: a } } }])[0],
    'rocketmq',
    'rocketmq',
    'orders',
    [rocketAttributes],
    { links: 1 },
  ),
  messages('RocketMQ, RawData', raw(fakeEvent('rocketmq')), 'rocketmq', 'rocketmq', 'orders', [
    { ...rocketAttributes, 'cloudevents.event_id': undefined },
  ]),
  messages(
    'Apache RocketMQ, self-managed',
    [
      {
        msgId: '7F0000010BDD2A84AEE70DA49B570001',
        topic: 'orders',
        systemProperties: { CLUSTER: 'DefaultCluster', TAGS: 'paid' },
        userProperties: { traceparent: a },
        body: '{"order":7}',
      },
    ],
    'rocketmq',
    'rocketmq',
    'orders',
    [{ 'messaging.message.id': '7F0000010BDD2A84AEE70DA49B570001', 'messaging.rocketmq.message.tag': 'paid' }],
    { links: 1 },
  ),
  messages('Kafka', fakeEvent('kafka'), 'kafka', 'kafka', 'orders', [
    { ...kafkaAttributes, 'cloudevents.event_source': 'acs:alikafka', 'cloudevents.event_spec_version': '1.0' },
  ]),
  messages(
    'Kafka, elements as strings of JSON',
    fakeEvent('kafka', [{}, {}]).map((record) => JSON.stringify(record)),
    'kafka',
    'kafka',
    'orders',
    [kafkaAttributes, kafkaAttributes],
  ),
  messages('Kafka, RawData', raw(fakeEvent('kafka')), 'kafka', 'kafka', 'orders', [kafkaAttributes]),
  kafkaWith('headers with bytes', { key: 'traceparent', value: javaBytes(a) }),
  kafkaWith('headers with strings', { key: 'traceparent', value: a }, { key: 'tracestate', value: 'x=1' }),
  kafkaWith('headers in base64', { key: 'traceparent', value: Buffer.from(a).toString('base64') }),
  kafkaWith('headers whose getters never ran', { keyBuffer: byteBuffer('traceparent'), valueBuffer: byteBuffer(a) }),
  kafkaWith('headers as maps of one name', { traceparent: javaBytes(a) }),
  kafkaWith('headers as text', `traceparent=${a}`),
  messages(
    'RabbitMQ',
    fakeEvent('rabbitmq', [{ data: { envelope: { redeliver: true } } }]),
    'rabbitmq',
    'rabbitmq',
    'labels',
    [{ ...rabbitAttributes, 'fc_traced.message.redelivered': true }],
  ),
  messages(
    'RabbitMQ, from an exchange',
    fakeEvent('rabbitmq', [{ data: { envelope: { exchange: 'shop', routingKey: 'label.new' } } }]),
    'rabbitmq',
    'rabbitmq',
    'shop:label.new:labels',
    [{ 'messaging.rabbitmq.destination.routing_key': 'label.new' }],
  ),
  messages('RabbitMQ, RawData', raw(fakeEvent('rabbitmq')), 'rabbitmq', 'rabbitmq', 'labels', [rabbitAttributes]),
  rabbitWith('headers as strings', { traceparent: a }),
  rabbitWith('headers as LongString', { traceparent: { bytes: javaBytes(a) } }),
  messages('MQTT', fakeEvent('mqtt', [{}, {}]), 'mqtt', 'mqtt', 'meters', [{}, {}]),
  messages(
    'DTS',
    fakeEvent('dts'),
    'dts',
    'dts',
    'cn_hangzhou_rm_1_shop_version2',
    [
      {
        'messaging.destination.partition.id': '0',
        'faas.document.collection': 'orders',
        'faas.document.operation': 'edit',
        'faas.document.time': '2026-11-02T08:15:30.000Z',
      },
    ],
    { faasTrigger: 'datasource' },
  ),
  messages(
    'EventBridge, event-driven, with the distributed tracing extension',
    fakeEvent('eventbridge', { traceparent: a, tracestate: 'x=1' }),
    'eventbridge',
    'eventbridge',
    'shop-bus',
    [
      {
        'messaging.message.id': '94ebc15f-f0db-4bbe-acce-56fb72fb0001',
        'cloudevents.event_id': '94ebc15f-f0db-4bbe-acce-56fb72fb0001',
        'cloudevents.event_type': 'shop:Order:Paid',
        'cloudevents.event_subject': 'orders/7',
      },
    ],
    { links: 1 },
  ),
  messages('EventBridge, event-streaming', [fakeEvent('eventbridge')], 'eventbridge', 'eventbridge', 'shop-bus', [{}]),
  messages(
    'EventBridge, an event of OSS',
    fakeEvent('eventbridge', { type: 'oss:ObjectCreated:PutObject', source: 'acs.oss' }),
    'eventbridge',
    'eventbridge',
    'shop-bus',
    [{ 'cloudevents.event_source': 'acs.oss' }],
  ),
];
