import type { TriggerEvents } from '../fc/trigger-events';
import type { TriggerName } from '../fc/triggers/trigger';

const ACCOUNT = '1000000000000001';
const REGION = 'cn-hangzhou';
const TIME = '2026-11-02T08:15:30.000Z';
const MILLIS = Date.parse(TIME);
const JSON_TYPE = 'application/json; charset=utf-8';

/** The attributes of a CloudEvent. */
function envelope<T extends string>(type: T, source: string, subject: string) {
  return {
    id: '94ebc15f-f0db-4bbe-acce-56fb72fb0001',
    source,
    specversion: '1.0',
    type,
    datacontenttype: JSON_TYPE,
    subject,
    time: TIME,
    aliyunaccountid: ACCOUNT,
  };
}

function busAttributes(name: string) {
  return {
    aliyunpublishtime: TIME,
    aliyunoriginalaccountid: ACCOUNT,
    aliyuneventbusname: name,
    aliyunregionid: REGION,
    aliyunpublishaddr: '192.0.2.7',
  };
}

/** An event of each trigger, in the shape of FC's documents. Batches have one record. */
export const SAMPLE_EVENTS: { readonly [T in TriggerName]: () => TriggerEvents[T] } = {
  http: () => ({
    version: 'v1',
    rawPath: '/orders',
    body: '',
    isBase64Encoded: false,
    headers: { Accept: '*/*', Host: 'orders.example' },
    queryParameters: {},
    requestContext: {
      accountId: ACCOUNT,
      domainName: 'orders.example',
      domainPrefix: 'orders',
      requestId: '1-65000000-000000000001',
      time: TIME,
      timeEpoch: String(MILLIS),
      http: { method: 'GET', path: '/orders', protocol: 'HTTP/1.1', sourceIp: '192.0.2.7', userAgent: 'test' },
    },
  }),
  'api-gateway': () => ({
    path: '/orders',
    httpMethod: 'GET',
    headers: { Host: 'orders.example' },
    queryParameters: {},
    pathParameters: {},
    body: '',
    isBase64Encoded: false,
  }),
  timer: () => ({ triggerTime: '2026-11-02T08:15:30Z', triggerName: 'nightly', payload: '' }),
  oss: () => ({
    events: [
      {
        eventName: 'ObjectCreated:PutObject',
        eventSource: 'acs:oss',
        eventTime: TIME,
        eventVersion: '1.0',
        region: REGION,
        oss: {
          ossSchemaVersion: '1.0',
          ruleId: '9adac8e253828f4f7c0466d941fa3db81161',
          bucket: { arn: `acs:oss:${REGION}:${ACCOUNT}:labels`, name: 'labels', ownerIdentity: ACCOUNT },
          object: {
            key: 'in/teapot.png',
            size: 2_048,
            deltaSize: 2_048,
            eTag: '688A7BF4F233DC9C88A80BF985AB0001',
            objectMeta: { mimeType: 'image/png', userMeta: {} },
          },
        },
        requestParameters: { sourceIPAddress: '192.0.2.7' },
        responseElements: { requestId: '58F9FF2D3DF792092E12044C' },
        userIdentity: { principalId: ACCOUNT },
      },
    ],
  }),
  cdn: () => ({
    events: [
      {
        eventName: 'LogFileCreated',
        eventSource: 'cdn',
        region: REGION,
        eventVersion: '1.0.0',
        eventTime: '2026-11-02T16:15:30+08:00',
        traceId: 'c6459282-6a4d-4413-894c-e4ea39680001',
        userIdentity: { aliUid: ACCOUNT },
        resource: { domain: 'www.example.com' },
        eventParameter: {
          domain: 'www.example.com',
          endTime: 1_793_606_400,
          fileSize: 1_788_115,
          filePath: 'http://cdnlog.example/www.example.com_0800.gz?OSSAccessKeyId=id&Expires=1&Signature=secret',
          startTime: 1_793_606_100,
        },
      },
    ],
  }),
  sls: () => ({
    parameter: {},
    source: {
      endpoint: `http://${REGION}-intranet.log.aliyuncs.com`,
      projectName: 'shop',
      logstoreName: 'access',
      shardId: 0,
      beginCursor: 'MTUyOTQ4MDIwOTY1NTk3ODQ2Mw==',
      endCursor: 'MTUyOTQ4MDIwOTY1NTk3ODQ2NA==',
    },
    jobName: '1f7043ced683de1a4e3d8d70b5a412843d810001',
    taskId: 'c2691505-38da-4d1b-998a-f1d4bb8c0001',
    cursorTime: Math.floor(MILLIS / 1_000),
  }),
  tablestore: () => ({
    Version: 'Sync-v1',
    Records: [
      {
        Type: 'PutRow',
        Info: { Timestamp: MILLIS * 1_000 },
        PrimaryKey: [{ ColumnName: 'id', Value: 1_506_416_585_881_590_901n }],
        Columns: [{ Type: 'Put', ColumnName: 'state', Value: 'paid', Timestamp: MILLIS }],
      },
    ],
  }),
  'mns-topic': () => ({
    TopicOwner: ACCOUNT,
    Message: '{"order":7}',
    Subscriber: ACCOUNT,
    PublishTime: MILLIS,
    SubscriptionName: 'ship',
    MessageMD5: 'BA4BA9B48AC81F0F9C66F6C909C30001',
    TopicName: 'orders',
    MessageId: '2F5B3C082B923D4EAC694B76D9280001',
  }),
  'mns-queue': () => [
    {
      ...envelope('mns:Queue:SendMessage', 'MNS-Function-orders', `acs:mns:${REGION}:${ACCOUNT}:queues/orders`),
      ...busAttributes('MNS-Function-orders'),
      data: {
        requestId: '606EA3074344430D4C810001',
        messageId: 'C6DB60D1574661357FA2272774450001',
        messageBody: 'eyJvcmRlciI6N30=',
      },
    },
  ],
  rocketmq: () => [
    {
      ...envelope(
        'mq:Topic:SendMessage',
        'RocketMQ-Function-orders',
        `acs:mq:${REGION}:${ACCOUNT}:MQ_INST_${ACCOUNT}_1%orders`,
      ),
      ...busAttributes('RocketMQ-Function-orders'),
      data: {
        topic: 'orders',
        systemProperties: {
          MIN_OFFSET: '0',
          TRACE_ON: 'true',
          MAX_OFFSET: '8',
          MSG_REGION: REGION,
          KEYS: 'order-7',
          CONSUME_START_TIME: MILLIS,
          UNIQ_KEY: 'AC14C305069E1B28CDFA3181CDA20001',
          TAGS: 'paid',
          INSTANCE_ID: `MQ_INST_${ACCOUNT}_1`,
        },
        userProperties: {},
        body: '{"order":7}',
      },
    },
  ],
  kafka: () => [
    {
      ...envelope('alikafka:Topic:Message', 'acs:alikafka', 'acs:alikafka_pre-cn-1:topic:orders'),
      data: {
        topic: 'orders',
        partition: 2,
        offset: 41,
        timestamp: MILLIS,
        headers: { headers: [], isReadOnly: false },
        key: 'order-7',
        value: '{"order":7}',
      },
    },
  ],
  rabbitmq: () => [
    {
      ...envelope(
        'amqp:Queue:SendMessage',
        'RabbitMQ-Function-labels',
        `acs:amqp:${REGION}:${ACCOUNT}:/instances/amqp-cn-1/vhosts/shop/queues/labels`,
      ),
      ...busAttributes('RabbitMQ-Function-labels'),
      datacontenttype: 'application/json;charset=utf-8',
      data: {
        envelope: { deliveryTag: 9, exchange: '', redeliver: false, routingKey: 'labels' },
        body: { label: 9 },
        props: { contentEncoding: 'UTF-8', messageId: 'f7622d51-e198-41de-a072-77c1ead70001' },
      },
    },
  ],
  mqtt: () => [
    { props: { firstTopic: 'meters', secondTopic: '/kitchen', clientId: 'GID_meters@@@1' }, body: '{"watts":7}' },
  ],
  dts: () => [
    {
      data: {
        id: 321,
        topicPartition: { hash: 0, partition: 0, topic: 'cn_hangzhou_rm_1_shop_version2' },
        offset: 3_218_099,
        sourceTimestamp: Math.floor(MILLIS / 1_000),
        operationType: 'UPDATE',
        schema: {
          recordFields: [
            { fieldName: 'id', rawDataTypeNum: 8, isPrimaryKey: true, isUniqueKey: false, fieldPosition: 0 },
          ],
          schemaId: '(shop,shop,orders)',
          databaseName: 'shop',
          tableName: 'orders',
          databaseInfo: { databaseType: 'MySQL', version: '8.0.36' },
          totalRows: 0,
        },
        beforeImage: { values: [{ data: 115 }], size: 45 },
        afterImage: { values: [{ data: 116 }], size: 47 },
      },
      ...envelope('dts:ConsumeMessage', 'DTSstream', `acs:dts:${REGION}:${ACCOUNT}:kk1/dts1`),
    },
  ],
  eventbridge: () => ({
    ...envelope('shop:Order:Paid', 'shop', 'orders/7'),
    ...busAttributes('shop-bus'),
    data: { order: 7 },
  }),
  'async-destination': () => ({
    timestamp: MILLIS,
    requestContext: {
      requestId: '1-65000000-000000000007',
      functionArn: `acs:fc:${REGION}:${ACCOUNT}:functions/orders`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: 4,
    },
    requestPayload: '{"order":7}',
    responseContext: { statusCode: 200, functionError: 'UnhandledInvocationError' },
    responsePayload: '{"errorMessage":"out of stock"}',
  }),
};
