import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { sendOtlp, startCollector } from './collector-process';
import type { Collector } from './collector-process';
import { findJaeger, jaegerInstructions, jaegerRequired } from './jaeger-binary';
import { freePorts, readTrace, startJaeger } from './jaeger-server';
import type { JaegerServer } from './jaeger-server';

const binary = findJaeger();
const kafka = path.join(process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'fc-traced', 'kafka');
const skipped = !jaegerRequired && (binary === undefined || !existsSync(kafka));
if (skipped) console.log(`skipped: ${jaegerInstructions}, and a Kafka broker`);

(skipped ? describe.skip : describe)('a Collector that writes to Kafka, and one that reads from it', () => {
  const running: Collector[] = [];
  let broker: ChildProcess;
  let jaeger: JaegerServer;
  let endpoint: string;
  let address: string;

  beforeAll(async () => {
    broker = spawn(kafka, ['otlp-spans'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const failed = once(broker, 'error').then(([error]: unknown[]) => {
      throw error;
    });
    const [printed] = (await Promise.race([once(broker.stdout!, 'data'), failed])) as [Buffer];
    address = printed.toString().trim();
    jaeger = await startJaeger(binary!);
    const [port] = await freePorts(1);
    endpoint = `http://127.0.0.1:${port}/v1/traces`;
    running.push(
      await startCollector(
        binary!,
        'to-kafka.yaml',
        { 'receivers.otlp.protocols.http.endpoint': `127.0.0.1:${port}` },
        { KAFKA_BROKER: address },
        async () => (await sendOtlp(endpoint, { resourceSpans: [] })) === 200,
      ),
    );
  }, 60_000);
  afterAll(async () => {
    await Promise.all(running.map((collector) => collector.stop()));
    await jaeger?.stop();
    broker.kill('SIGKILL');
  });

  test('spans of a trace that were sent before the reader runs are in the store as one trace', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const now = BigInt(Date.now()) * 1_000_000n;
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'orders' } }] };
    const names = ['POST /orders', 'Stock.reserve', 'ship', 'print label'];
    for (const [index, name] of names.entries()) {
      const span = {
        traceId,
        spanId: `00f067aa0ba902b${index}`,
        name,
        kind: 1,
        startTimeUnixNano: String(now),
        endTimeUnixNano: String(now),
        status: { code: 2 },
      };
      expect(await sendOtlp(endpoint, { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] })).toBe(200);
    }
    running.push(
      await startCollector(
        binary!,
        'from-kafka.yaml',
        { 'processors.tail_sampling.decision_wait': '1s', 'processors.batch.timeout': '10ms' },
        { KAFKA_BROKER: address, BACKEND_URL: jaeger.otlpEndpoint.replace('/v1/traces', '') },
        async () => true,
      ),
    );
    const { spans } = await readTrace(jaeger.queryUrl, traceId, names.length);
    expect(spans.map(({ operationName }) => operationName).sort()).toEqual([...names].sort());
  }, 60_000);
});
