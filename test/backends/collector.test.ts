import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildTraces, renderTrace } from '../../src/testing/trace-tree';
import { configurations, sendOtlp, startCollector } from './collector-process';
import type { Collector } from './collector-process';
import { findJaeger, jaegerInstructions, jaegerRequired } from './jaeger-binary';
import { recordsOf } from './jaeger-records';
import { freePorts, readTrace } from './jaeger-server';
import type { JaegerTrace } from './jaeger-server';

const binary = findJaeger();
const skipped = binary === undefined && !jaegerRequired;
if (skipped) console.log(`skipped: ${jaegerInstructions}`);

const files = readdirSync(configurations).filter((file) => file.endsWith('.yaml'));

/** A value for each variable that a configuration reads. Nothing listens there. */
function placeholders(file: string): Record<string, string> {
  const names = readFileSync(path.join(configurations, file), 'utf8').matchAll(/\$\{env:(\w+)/g);
  return Object.fromEntries([...names].map(([, name]) => [name!, name!.endsWith('URL') ? 'http://host:1' : 'host:1']));
}

(skipped ? describe.skip : describe)('the configurations of Collectors', () => {
  test.each(files)('docs/backends/%s is valid for the real program', async (file) => {
    const run = promisify(execFile)(binary!, ['validate', '--config', path.join(configurations, file)], {
      env: { ...process.env, ...placeholders(file) },
    });
    await expect(run).resolves.toBeDefined();
  });

  test('a mistake in a configuration is found', async () => {
    const file = path.join(configurations, 'gateway.yaml');
    const run = promisify(execFile)(
      binary!,
      ['validate', '--config', file, '--set=processors.tail_sampling.decision=1s'],
      {
        env: { ...process.env, ...placeholders('gateway.yaml') },
      },
    );
    await expect(run).rejects.toThrow(/invalid keys: decision/);
  });
});

(skipped ? describe.skip : describe)('a function, a sidecar, a gateway and Jaeger with a store on disk', () => {
  const data = mkdtempSync(path.join(tmpdir(), 'fc-traced-badger-'));
  const running: Collector[] = [];
  let query: string;
  let gateway: { readonly endpoint: string; readonly process: Collector };
  let sidecar: string;

  beforeAll(async () => {
    const ports = await freePorts(6);
    const [web, grpc, thrift, storePort, gatewayPort, sidecarPort] = ports as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const otlp = (port: number): string => `http://127.0.0.1:${port}/v1/traces`;
    const accepts = (endpoint: string) => async (): Promise<boolean> =>
      (await sendOtlp(endpoint, { resourceSpans: [] })) === 200;
    query = `http://127.0.0.1:${web}`;
    sidecar = otlp(sidecarPort);
    running.push(
      await startCollector(
        binary!,
        'jaeger-badger.yaml',
        {
          'receivers.otlp.protocols.http.endpoint': `127.0.0.1:${storePort}`,
          'receivers.jaeger.protocols.thrift_http.endpoint': `127.0.0.1:${thrift}`,
          'extensions.jaeger_query.http.endpoint': `127.0.0.1:${web}`,
          'extensions.jaeger_query.grpc.endpoint': `127.0.0.1:${grpc}`,
          'processors.batch.timeout': '10ms',
        },
        { JAEGER_DATA: data },
        async () => (await fetch(`${query}/api/services`)).ok && accepts(otlp(storePort))(),
      ),
    );
    gateway = {
      endpoint: otlp(gatewayPort),
      process: await startCollector(
        binary!,
        'gateway.yaml',
        {
          'receivers.otlp.protocols.http.endpoint': `127.0.0.1:${gatewayPort}`,
          'processors.tail_sampling.decision_wait': '2s',
          'processors.batch.timeout': '10ms',
        },
        { BACKEND_URL: `http://127.0.0.1:${storePort}` },
        accepts(otlp(gatewayPort)),
      ),
    };
    running.push(
      gateway.process,
      await startCollector(
        binary!,
        'sidecar.yaml',
        { 'receivers.otlp.protocols.http.endpoint': `127.0.0.1:${sidecarPort}` },
        { GATEWAY_URL: `http://127.0.0.1:${gatewayPort}` },
        accepts(sidecar),
      ),
    );
  }, 60_000);
  afterAll(async () => {
    await Promise.all(running.map((collector) => collector.stop()));
    rmSync(data, { recursive: true });
  });

  const tagsOf = (trace: JaegerTrace, span: string): Record<string, unknown> => {
    const found = trace.spans.find(({ operationName }) => operationName === span);
    return Object.fromEntries((found?.tags ?? []).map(({ key, value }) => [key, value]));
  };

  test('traces with an error and of cold starts are stored whole, most of the others are not', async () => {
    const order = { id: 'A-1001', sku: 'teapot', quantity: 2 };
    const events = [order, ...Array.from({ length: 20 }, () => order), { ...order, quantity: 500 }];
    const { stdout } = await promisify(execFile)(process.execPath, [
      path.join(__dirname, 'invoke-orders.cjs'),
      sidecar,
      JSON.stringify(events),
    ]);
    const results = JSON.parse(stdout) as { readonly ok: boolean; readonly traceId: string }[];
    expect(results.map(({ ok }) => ok)).toEqual([...Array.from({ length: 21 }, () => true), false]);
    // FC's own spans, those of the cold start, and those of the sample.
    const cold = await readTrace(query, results[0]!.traceId, 14);
    const failed = await readTrace(query, results.at(-1)!.traceId, 4);
    expect(tagsOf(cold, 'orders')).toMatchObject({
      'faas.coldstart': true,
      'deployment.environment.name': 'production',
    });
    // The tree of docs/backends/collector.md.
    const [failedTrace] = buildTraces(recordsOf(failed));
    const shown = renderTrace(failedTrace!, { attributes: ['faas.coldstart', 'order.sku', 'order.quantity'] });
    expect(readFileSync(path.join(configurations, 'collector.md'), 'utf8')).toContain(`\n${shown}\n`);
    // The failed call was the last one, so all other decisions have been made.
    const stored = await Promise.all(
      results.slice(1, -1).map(async ({ traceId }) => (await fetch(`${query}/api/traces/${traceId}`)).ok),
    );
    expect(stored.filter(Boolean).length).toBeLessThan(15);
  }, 60_000);

  test('the gateway removes and hashes attributes', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const text = (key: string, value: string): object => ({ key, value: { stringValue: value } });
    const span = {
      traceId,
      spanId: '00f067aa0ba902b7',
      name: 'GET /orders',
      kind: 2,
      startTimeUnixNano: `${Date.now()}000000`,
      endTimeUnixNano: `${Date.now()}000000`,
      status: { code: 2 },
      attributes: [text('client.address', '203.0.113.7'), text('enduser.id', 'ann'), text('url.path', '/orders')],
    };
    const resource = { attributes: [text('service.name', 'orders')] };
    expect(await sendOtlp(gateway.endpoint, { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] })).toBe(
      200,
    );
    const tags = tagsOf(await readTrace(query, traceId, 1), 'GET /orders');
    expect(tags).toMatchObject({ 'url.path': '/orders', 'enduser.id': expect.stringMatching(/^[0-9a-f]{40,}$/) });
    expect(tags).not.toHaveProperty(['client.address']);
  }, 30_000);

  test('the sidecar refuses spans while the gateway does not accept them, so that fc-traced keeps them', async () => {
    await gateway.process.stop();
    const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'orders' };
    expect(await sendOtlp(sidecar, { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })).toBe(503);
  }, 30_000);
});
