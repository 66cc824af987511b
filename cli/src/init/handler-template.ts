import type { TriggerName } from '../functions/trigger-names';

// The imports of the templates are not imports of this program.
const PACKAGE = 'fc-traced';

/** The type of the events of each trigger, exported by `fc-traced`, and a record's text where it has records. */
interface Kind {
  readonly type: string;
  /** An expression of type string for a record; without it, the event is handled as a whole. */
  readonly record?: string;
  /** An expression of type string for the event. */
  readonly event?: string;
}

const KINDS: Readonly<Record<Exclude<TriggerName, 'http'>, Kind>> = {
  'api-gateway': { type: 'ApiGatewayEvent', event: 'event.path' },
  timer: { type: 'TimerEvent', event: 'event.triggerName' },
  oss: { type: 'OssEvent', record: 'record.oss.object.key' },
  cdn: { type: 'CdnEvent', record: 'record.eventName' },
  sls: { type: 'SlsEvent', event: 'event.source.logstoreName' },
  tablestore: { type: 'TablestoreEvent', record: 'record.Type' },
  'mns-topic': { type: 'MnsTopicEvent', event: 'event.MessageId' },
  'mns-queue': { type: 'MnsQueueEvent', record: 'record.data.messageId' },
  rocketmq: { type: 'RocketMqEvent', record: 'record.data.topic' },
  kafka: { type: 'KafkaEvent', record: 'record.data.topic' },
  rabbitmq: { type: 'RabbitMqEvent', record: 'record.data.envelope.routingKey' },
  mqtt: { type: 'MqttEvent', record: 'String(record.props.firstTopic)' },
  dts: { type: 'DtsEvent', record: 'record.data.operationType' },
  eventbridge: { type: 'EventBridgeEvent', event: 'event.type' },
  'async-destination': { type: 'AsyncDestinationEvent', event: 'event.requestContext.requestId' },
};

const SERVICE = `@Service()
class Work {
  @Traced({ attributes: (item: string) => ({ 'work.item': item }) })
  async process(item: string): Promise<string> {
    return \`processed \${item}\`;
  }
}
`;

const EXPORTS = 'export const { handler, initialize, preStop } = createHandler(Main);\n';

function httpHandler(): string {
  return `import 'reflect-metadata';
import { createHandler, Handler, HttpError, Service, Traced } from '${PACKAGE}';
import type { HttpEvent } from '${PACKAGE}';

${SERVICE}
@Handler({ trigger: 'http' })
class Main {
  constructor(private readonly work: Work) {}

  async handle(event: HttpEvent): Promise<{ result: string }> {
    if (event.rawPath === '/missing') throw new HttpError(404, 'there is nothing here');
    return { result: await this.work.process(event.rawPath) };
  }
}

${EXPORTS}`;
}

function eventHandler(trigger: Exclude<TriggerName, 'http'>): string {
  const { type, record, event } = KINDS[trigger];
  const names = ['createHandler', ...(record === undefined ? [] : ['forEachRecord']), 'Handler', 'Service', 'Traced'];
  const body =
    record === undefined
      ? `    await this.work.process(${event!});`
      : `    await forEachRecord(event, (record) => this.work.process(${record}));`;
  return `import 'reflect-metadata';
import { ${names.join(', ')} } from '${PACKAGE}';
import type { ${type} } from '${PACKAGE}';

${SERVICE}
@Handler({ trigger: '${trigger}' })
class Main {
  constructor(private readonly work: Work) {}

  async handle(event: ${type}): Promise<void> {
${body}
  }
}

${EXPORTS}`;
}

/** The module of a function with a trigger. */
export function handlerTemplate(trigger: TriggerName): string {
  return trigger === 'http' ? httpHandler() : eventHandler(trigger);
}

/** The test of {@link handlerTemplate}. */
export function testTemplate(trigger: TriggerName, name: string): string {
  const isHttp = trigger === 'http';
  const checks = isHttp ? `  assert.deepEqual(JSON.parse(response.body), { result: 'processed /orders' });\n` : '';
  const call = isHttp
    ? `  const response = (await invoke(handler, fakeEvent('http'), context)) as { body: string };\n`
    : `  await invoke(handler, fakeEvent('${trigger}'), context);\n`;
  return `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeEvent, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
// After the recorder, which must exist before the first call.
import { handler } from '../src/handler';

const context = fakeFcContext({ function: { name: '${name}' } });

test('the work of a call is a span below the invocation', async () => {
${call}${checks}  const trace = traces.only();
  const [root] = trace.roots;
  assert.equal(root?.span.kind, 'server');
  assert.ok(trace.spans.some((span) => span.name === 'Work.process'));
});
`;
}
