import { inProgram } from './in-program';

interface Sent {
  readonly value: string;
  readonly traceparent: string;
  readonly baggage?: string;
}

// The part of kafkajs that talks to brokers is replaced: it looks at the messages a moment later, as one that waits for a connection does.
const SETTING = `
  const sent = [];
  const file = require.resolve('kafkajs/src/producer/messageProducer');
  const later = async (messages) => { await new Promise((resolve) => setTimeout(resolve, 10)); for (const { value, headers } of messages) sent.push({ value, ...headers }); return []; };
  require.cache[file] = { id: file, filename: file, loaded: true, exports: () => ({ send: ({ messages }) => later(messages), sendBatch: ({ topicMessages }) => later(topicMessages.flatMap(({ messages }) => messages)) }) };
  const { Kafka } = require('kafkajs');
  const connect = () => new Kafka({ brokers: ['127.0.0.1:1'], logLevel: 0 }).producer();
  const from = (digit, flag, baggage = {}) => fakeFcContext({ tracing: { openTracingSpanContext: digit.repeat(32) + ':b:0:' + flag, openTracingSpanBaggages: baggage } });
  const run = async (methods, ...calls) => {
    const { handler } = createHandler(classOf(methods), { name: 'shop', instrumentations: ['kafkajs'] });
    const answers = await Promise.all(calls.map(([event, context]) => invoke(handler, event, context)));
    report({ sent, answers, ids: traces.spans().filter(({ kind }) => kind === 'producer').map(({ traceId, spanId }) => traceId + '-' + spanId) });
    setTimeout(() => process.exit(), 50);
  };`;

test('a message that invocations share goes out with the trace and the baggage of each, and stays as the program made it', async () => {
  const { sent, answers } = await inProgram<{ sent: readonly Sent[]; answers: readonly unknown[] }>(`${SETTING}
    const ping = { value: 'ping' };
    const tell = async () => { await connect().send({ topic: 'pings', messages: [ping] }); return Object.keys(ping); };
    await run({ tell }, [{ call: 'tell' }, from('1', 1, { tenant: 'acme' })], [{ call: 'tell' }, from('2', 1)], [{ call: 'tell' }, from('3', 0)]);`);
  expect(sent.map(({ traceparent, baggage }) => [traceparent.slice(3, 5), traceparent.slice(-2), baggage])).toEqual([
    ['11', '01', 'tenant=acme'],
    ['22', '01', undefined],
    ['33', '00', undefined],
  ]);
  expect(answers).toEqual(Array(3).fill(['value']));
});

test('messages of a batch that share their headers have a span each', async () => {
  const { sent, ids } = await inProgram<{ sent: readonly Sent[]; ids: readonly string[] }>(`${SETTING}
    const headers = Object.freeze({ source: 'shop' });
    const tell = async () => {
      await connect().send({ topic: 'orders', messages: ['a', 'b'].map((value) => ({ value, headers })) });
      await connect().sendBatch({ topicMessages: [{ topic: 'bills', messages: [Object.freeze({ value: 'c', headers })] }] });
    };
    await run({ tell }, [{ call: 'tell' }]);`);
  expect(sent.map(({ value }) => value)).toEqual(['a', 'b', 'c']);
  expect(sent).toEqual(Array(3).fill(expect.objectContaining({ source: 'shop' })));
  expect(sent.map(({ traceparent }) => traceparent.slice(3, 52))).toEqual(ids);
  expect(new Set(ids).size).toBe(3);
});

test('what kafkajs refuses, it refuses in its own words', async () => {
  const refusals = (list: string): Promise<readonly unknown[]> =>
    inProgram<readonly unknown[]>(`
    const { Kafka } = require('kafkajs');
    const records = [{ topic: 'orders' }, { topic: 'orders', messages: [{ key: 'k' }] }, { topic: 'orders', messages: [null] }, { messages: [{ value: 'v' }] }, { topic: 'orders', messages: [{ value: 'v' }] }, undefined];
    const heard = [];
    const tell = async () => {
      const producer = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: 0 }).producer();
      for (const record of records) {
        let promise;
        try { promise = producer.send(record); } catch (error) { heard.push(['thrown', String(error)]); continue; }
        await promise.catch((error) => heard.push(['rejected', String(error)]));
      }
    };
    await invoke(createHandler(classOf({ tell }), { instrumentations: ${list} }).handler, { call: 'tell' });
    report(heard);
    setTimeout(() => process.exit(), 50);`);
  const plain = await refusals('[]');
  expect(plain).toHaveLength(6);
  expect(await refusals("['kafkajs']")).toEqual(plain);
});

test('a consumer runs with an object that cannot be changed, and with methods of a class, as it does untraced', async () => {
  const outcomes = (list: string): Promise<readonly unknown[]> =>
    inProgram<readonly unknown[]>(`
    const { Kafka } = require('kafkajs');
    class Runner { async eachMessage() {} }
    const heard = [];
    const runAll = async () => {
      for (const config of [Object.freeze({ eachMessage: async () => {} }), new Runner(), undefined]) {
        const consumer = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: 0, retry: { retries: 0 } }).consumer({ groupId: 'shop' });
        let promise;
        try { promise = consumer.run(config); } catch (error) { heard.push(['thrown', String(error)]); continue; }
        await promise.then(() => heard.push('running'), (error) => heard.push(['rejected', String(error)]));
        heard.push(Object.getOwnPropertyNames(config ?? {}));
      }
    };
    await invoke(createHandler(classOf({ runAll }), { instrumentations: ${list} }).handler, { call: 'runAll' });
    report(heard);
    setTimeout(() => process.exit(), 50);`);
  const plain = await outcomes('[]');
  expect(await outcomes("['kafkajs']")).toEqual(plain);
  expect(plain).toHaveLength(6);
});
