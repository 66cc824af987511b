// A batch of 1,000 messages, processed one after another: a plain loop, a span for each by hand, and `forEachRecord`.
const { SpanKind, SpanStatusCode, ROOT_CONTEXT, trace } = require('@opentelemetry/api');
const { W3CTraceContextPropagator } = require('@opentelemetry/core');
const { noopProcessor, registerDefaultSdk, underParent } = require('../default-sdk.cjs');
const { insideInvocation } = require('../fc-invocation.cjs');
const { contend, measure } = require('../measure.cjs');
const { forEachRecord } = require('../../dist/index.js');

const SIZE = 1_000;
const events = {
  rocketmq: Array.from({ length: SIZE }, (_, index) => ({
    id: `e${index}`,
    source: 'RocketMQ-Function-orders',
    specversion: '1.0',
    type: 'mq:Topic:SendMessage',
    datacontenttype: 'application/json; charset=utf-8',
    subject: 'acs:mq:cn-hangzhou:1:MQ_INST_1%orders',
    data: {
      topic: 'orders',
      systemProperties: { UNIQ_KEY: `U${index}`, KEYS: `order-${index}`, TAGS: 'paid', INSTANCE_ID: 'MQ_INST_1' },
      userProperties: { traceparent: `00-${'a'.repeat(32)}-${(index + 1).toString(16).padStart(16, '0')}-01` },
      body: '{"order":7}',
    },
  })),
  kafka: Array.from({ length: SIZE }, (_, offset) => ({
    id: `e${offset}`,
    source: 'acs:alikafka',
    specversion: '1.0',
    type: 'alikafka:Topic:Message',
    data: {
      topic: 'orders',
      partition: 1,
      offset,
      timestamp: 1,
      headers: {
        headers: [{ key: 'traceparent', value: [...Buffer.from(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`)] }],
        isReadOnly: false,
      },
      value: '{"order":7}',
    },
  })),
};

let sink = 0;
const work = async (record) => {
  sink += record.data.topic.length;
};

async function plain(event) {
  for (const record of event) await work(record);
}

const tracer = () => trace.getTracer('bench');
const propagator = new W3CTraceContextPropagator();
const getter = { keys: Object.keys, get: (carrier, key) => carrier[key] };

/** The span that one writes by hand for a message, following the conventions. */
function byHand(record) {
  const { data } = record;
  const producer = trace.getSpanContext(propagator.extract(ROOT_CONTEXT, data.userProperties, getter));
  const attributes = {
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.system': 'rocketmq',
    'messaging.destination.name': data.topic,
    'messaging.message.id': data.systemProperties.UNIQ_KEY,
    'messaging.rocketmq.message.tag': data.systemProperties.TAGS,
    'messaging.rocketmq.message.keys': data.systemProperties.KEYS.split(' '),
    'cloudevents.event_id': record.id,
    'cloudevents.event_source': record.source,
    'cloudevents.event_spec_version': record.specversion,
    'cloudevents.event_type': record.type,
    'cloudevents.event_subject': record.subject,
  };
  const options = { kind: SpanKind.CONSUMER, attributes, links: producer === undefined ? [] : [{ context: producer }] };
  return tracer().startActiveSpan(`process ${data.topic}`, options, async (span) => {
    try {
      await work(record);
    } catch (error) {
      span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      throw error;
    } finally {
      span.end();
    }
  });
}

async function hand(event) {
  for (const record of event) await byHand(record);
}

const ours = (event) => forEachRecord(event, work);
const batches = (way, event) => async (count) => {
  for (let done = 0; done < count; done += SIZE) await way(event);
};
const inside = (sampled, options, event, ms) =>
  insideInvocation(sampled, options, () => measure(batches(ours, event), ms));

void contend({
  plain: (ms) => measure(batches(plain, events.rocketmq), ms),
  'unsampled-rocketmq': (ms) => inside(false, {}, events.rocketmq, ms),
  'unsampled-kafka': (ms) => inside(false, {}, events.kafka, ms),
  hand: (ms) => {
    registerDefaultSdk();
    return underParent(true, () => measure(batches(hand, events.rocketmq), ms));
  },
  sampled: (ms) => inside(true, { spanProcessors: [noopProcessor] }, events.rocketmq, ms),
  foreign: (ms) => {
    registerDefaultSdk();
    return inside(true, {}, events.rocketmq, ms);
  },
});
