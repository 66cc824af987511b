import type { TriggerName } from '../functions/trigger-names';

const ROLE = "acs:ram::${env('ALIBABA_CLOUD_ACCOUNT_ID')}:role/aliyunfceventnotificationrole";

const eventStream = (source: string, fields: Readonly<Record<string, string>>): string[] => [
  'triggerType: eventbridge',
  'triggerConfig:',
  '  triggerEnable: true',
  '  asyncInvocationType: false',
  "  eventRuleFilterPattern: '{}'",
  '  eventSinkConfig:',
  '    deliveryOption:',
  '      mode: event-streaming',
  '      eventSchema: CloudEvents',
  '  runOptions:',
  '    mode: event-streaming',
  '    errorsTolerance: ALL',
  '    batchWindow:',
  '      countBasedWindow: 10',
  '      timeBasedWindow: 1',
  '  eventSourceConfig:',
  `    eventSourceType: ${source}`,
  '    eventSourceParameters:',
  `      source${source}Parameters:`,
  ...Object.entries(fields).map(([key, value]) => `        ${key}: ${value}`),
];

const TRIGGERS: Readonly<Partial<Record<TriggerName, readonly string[]>>> = {
  http: ['triggerType: http', 'triggerConfig:', '  authType: anonymous', '  methods:', '    - GET', '    - POST'],
  timer: ['triggerType: timer', 'triggerConfig:', "  cronExpression: '@every 60m'", '  enable: true', "  payload: ''"],
  oss: [
    'triggerType: oss',
    `invocationRole: ${ROLE}`,
    'sourceArn: acs:oss:cn-hangzhou:1234567890123456:my-bucket',
    'triggerConfig:',
    '  events:',
    '    - oss:ObjectCreated:*',
    '  filter:',
    '    key:',
    '      prefix: in/',
    "      suffix: ''",
  ],
  sls: [
    'triggerType: log',
    `invocationRole: ${ROLE}`,
    'triggerConfig:',
    '  sourceConfig:',
    '    logstore: my-logstore',
    '  jobConfig:',
    '    maxRetryTime: 3',
    '    triggerInterval: 60',
    '  functionParameter: {}',
    '  logConfig:',
    '    project: my-project',
    '    logstore: my-trigger-log',
    '  enable: true',
  ],
  'mns-topic': [
    'triggerType: mns_topic',
    `invocationRole: ${ROLE}`,
    'sourceArn: acs:mns:cn-hangzhou:1234567890123456:/topics/my-topic',
    'triggerConfig:',
    '  notifyContentFormat: JSON',
    '  notifyStrategy: BACKOFF_RETRY',
  ],
  cdn: [
    'triggerType: cdn_events',
    `invocationRole: ${ROLE}`,
    'triggerConfig:',
    '  eventName: CachedObjectsRefreshed',
    "  eventVersion: '1.0.0'",
    '  notes: refreshed objects',
    '  filter:',
    '    domain:',
    '      - www.example.com',
  ],
  tablestore: [
    'triggerType: tablestore',
    `invocationRole: ${ROLE}`,
    'sourceArn: acs:ots:cn-hangzhou:1234567890123456:instance/my-instance/table/my-table',
    'triggerConfig: {}',
  ],
  'mns-queue': eventStream('MNS', { QueueName: 'my-queue', IsBase64Decode: 'true' }),
  rocketmq: eventStream('RocketMQ', { InstanceId: 'my-instance', Topic: 'my-topic', GroupID: 'my-group' }),
  kafka: eventStream('Kafka', { InstanceId: 'my-instance', Topic: 'my-topic', ConsumerGroup: 'my-group' }),
  rabbitmq: eventStream('RabbitMQ', { InstanceId: 'my-instance', VirtualHostName: 'my-host', QueueName: 'my-queue' }),
  mqtt: eventStream('MQTT', { InstanceId: 'my-instance', Topic: 'my-topic' }),
  dts: eventStream('DTS', { TaskId: 'my-task', Topic: 'my-topic' }),
  eventbridge: [
    'triggerType: eventbridge',
    'triggerConfig:',
    '  triggerEnable: true',
    '  asyncInvocationType: true',
    '  eventRuleFilterPattern: \'{"source":["my.source"]}\'',
    '  eventSourceConfig:',
    '    eventSourceType: Default',
  ],
};

function triggerBlock(trigger: TriggerName): string {
  const lines = TRIGGERS[trigger];
  // API Gateway and destinations of asynchronous calls are configured elsewhere, not as triggers of the function.
  if (lines === undefined) return '';
  const [first, ...rest] = [`triggerName: ${trigger}`, ...lines];
  return ['      triggers:', `        - ${first}`, ...rest.map((line) => `          ${line}`)].join('\n').concat('\n');
}

/** The `s.yaml` of a function with a trigger. */
export function yamlTemplate(trigger: TriggerName, name: string): string {
  return `# Serverless Devs: \`npm run build && npm prune --omit=dev && s deploy\`
edition: 3.0.0
name: ${name}
access: default

resources:
  ${name}:
    component: fc3
    props:
      region: cn-hangzhou
      functionName: ${name}
      runtime: nodejs20
      code: .
      handler: dist/handler.handler
      memorySize: 512
      timeout: 10
      instanceLifecycleConfig:
        initializer:
          handler: dist/handler.initialize
          timeout: 10
        preStop:
          handler: dist/handler.preStop
          timeout: 10
      tracingConfig:
        type: Jaeger
        params:
          endpoint: \${env('TRACING_ENDPOINT')}
${triggerBlock(trigger)}`;
}
