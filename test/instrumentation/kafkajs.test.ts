import { runProgram } from './run-program';

interface SentMessage {
  readonly value: string;
  readonly traceparent: string;
  readonly baggage?: string;
}

// The part of kafkajs that sends messages to brokers is replaced. It reads the messages a moment later, as a producer
// does that waits for a connection.
const SETUP = `
  const sent = [];
  const file = require.resolve('kafkajs/src/producer/messageProducer');
  const sendLater = async (messages) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    for (const { value, headers } of messages) sent.push({ value, ...headers });
    return [];
  };
  const messageProducer = {
    send: ({ messages }) => sendLater(messages),
    sendBatch: ({ topicMessages }) => sendLater(topicMessages.flatMap(({ messages }) => messages)),
  };
  require.cache[file] = { id: file, filename: file, loaded: true, exports: () => messageProducer };
  const { Kafka } = require('kafkajs');
  const createProducer = () => new Kafka({ brokers: ['127.0.0.1:1'], logLevel: 0 }).producer();
  const contextOf = (digit, flag, baggage = {}) =>
    fakeFcContext({
      tracing: { openTracingSpanContext: digit.repeat(32) + ':b:0:' + flag, openTracingSpanBaggages: baggage },
    });
  const run = async (methods, ...calls) => {
    const { handler } = createHandler(classOf(methods), { name: 'shop', instrumentations: ['kafkajs'] });
    const answers = await Promise.all(calls.map(([event, context]) => invoke(handler, event, context)));
    const producers = traces.spans().filter(({ kind }) => kind === 'producer');
    report({ sent, answers, ids: producers.map(({ traceId, spanId }) => traceId + '-' + spanId) });
    setTimeout(() => process.exit(), 50);
  };`;

test('a message that invocations share carries the trace context and baggage of each, and is not changed', async () => {
  const { sent, answers } = await runProgram<{ sent: readonly SentMessage[]; answers: readonly unknown[] }>(`${SETUP}
    const ping = { value: 'ping' };
    const send = async () => {
      await createProducer().send({ topic: 'pings', messages: [ping] });
      return Object.keys(ping);
    };
    const contexts = [contextOf('1', 1, { tenant: 'acme' }), contextOf('2', 1), contextOf('3', 0)];
    await run({ send }, ...contexts.map((context) => [{ call: 'send' }, context]));`);
  expect(sent.map(({ traceparent, baggage }) => [traceparent.slice(3, 5), traceparent.slice(-2), baggage])).toEqual([
    ['11', '01', 'tenant=acme'],
    ['22', '01', undefined],
    ['33', '00', undefined],
  ]);
  expect(answers).toEqual(Array(3).fill(['value']));
});

test('each message of a batch has its own span, also if the messages share their headers', async () => {
  const { sent, ids } = await runProgram<{ sent: readonly SentMessage[]; ids: readonly string[] }>(`${SETUP}
    const headers = Object.freeze({ source: 'shop' });
    const send = async () => {
      const messages = ['a', 'b'].map((value) => ({ value, headers }));
      await createProducer().send({ topic: 'orders', messages });
      const topicMessages = [{ topic: 'bills', messages: [Object.freeze({ value: 'c', headers })] }];
      await createProducer().sendBatch({ topicMessages });
    };
    await run({ send }, [{ call: 'send' }]);`);
  expect(sent.map(({ value }) => value)).toEqual(['a', 'b', 'c']);
  expect(sent).toEqual(Array(3).fill(expect.objectContaining({ source: 'shop' })));
  expect(sent.map(({ traceparent }) => traceparent.slice(3, 52))).toEqual(ids);
  expect(new Set(ids).size).toBe(3);
});

test('invalid records are rejected with the errors of kafkajs', async () => {
  const errorsWith = (instrumentations: string): Promise<readonly unknown[]> =>
    runProgram<readonly unknown[]>(`
    const { Kafka } = require('kafkajs');
    const records = [
      { topic: 'orders' },
      { topic: 'orders', messages: [{ key: 'k' }] },
      { topic: 'orders', messages: [null] },
      { messages: [{ value: 'v' }] },
      { topic: 'orders', messages: [{ value: 'v' }] },
      undefined,
    ];
    const errors = [];
    const send = async () => {
      const producer = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: 0 }).producer();
      for (const record of records) {
        let promise;
        try { promise = producer.send(record); } catch (error) { errors.push(['thrown', String(error)]); continue; }
        await promise.catch((error) => errors.push(['rejected', String(error)]));
      }
    };
    const { handler } = createHandler(classOf({ send }), { instrumentations: ${instrumentations} });
    await invoke(handler, { call: 'send' });
    report(errors);
    setTimeout(() => process.exit(), 50);`);
  const untraced = await errorsWith('[]');
  expect(untraced).toHaveLength(6);
  expect(await errorsWith("['kafkajs']")).toEqual(untraced);
});

test('a consumer accepts a frozen configuration, and one with methods of a class, as without tracing', async () => {
  const outcomesWith = (instrumentations: string): Promise<readonly unknown[]> =>
    runProgram<readonly unknown[]>(`
    const { Kafka } = require('kafkajs');
    class Runner { async eachMessage() {} }
    const outcomes = [];
    const kafka = { brokers: ['127.0.0.1:1'], logLevel: 0, retry: { retries: 0 } };
    const runAll = async () => {
      for (const config of [Object.freeze({ eachMessage: async () => {} }), new Runner(), undefined]) {
        const consumer = new Kafka(kafka).consumer({ groupId: 'shop' });
        let promise;
        try { promise = consumer.run(config); } catch (error) { outcomes.push(['thrown', String(error)]); continue; }
        await promise.then(() => outcomes.push('running'), (error) => outcomes.push(['rejected', String(error)]));
        outcomes.push(Object.getOwnPropertyNames(config ?? {}));
      }
    };
    const { handler } = createHandler(classOf({ runAll }), { instrumentations: ${instrumentations} });
    await invoke(handler, { call: 'runAll' });
    report(outcomes);
    setTimeout(() => process.exit(), 50);`);
  const untraced = await outcomesWith('[]');
  expect(await outcomesWith("['kafkajs']")).toEqual(untraced);
  expect(untraced).toHaveLength(6);
});
