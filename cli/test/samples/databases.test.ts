import { createPool } from 'mysql2/promise';
import { join } from 'node:path';
import { Pool } from 'pg';
import type { SpanRecord } from '../../../src/testing/trace-tree';
import { startCollector, type Collector } from '../../src/viewer/collector';
import { startInstance, type Instance } from '../emulator/built';
import { mariaDbInstructions, withoutMariaDb } from './mariadb';
import { interruptCli, startCli } from '../cli-process';

const { Cleanup } = require('../../dist/cleanup.js') as typeof import('../../src/cleanup');
const { Deployment } = require('../../dist/samples/deployment.js') as typeof import('../../src/samples/deployment');
const { startMariaDb } = require('../../dist/samples/mariadb.js') as typeof import('../../src/samples/mariadb');
const { startPostgres } = require('../../dist/samples/postgres.js') as typeof import('../../src/samples/postgres');

if (withoutMariaDb) console.log(`skipped: ${mariaDbInstructions}`);

const ORDER = { id: 'A-1', sku: 'teapot', quantity: 2 };
const EVENTS = [ORDER, { ...ORDER, id: 'A-2' }, { ...ORDER, id: 'A-3', quantity: 500 }];
const LOADED = /^@opentelemetry\/(sdk-|exporter-|otlp-|core\/|resources\/|instrumentation)|^jaeger-client\//;

interface OrderResult {
  readonly failed?: string;
  readonly answer?: unknown;
  readonly loaded: readonly string[];
}

(withoutMariaDb ? describe.skip : describe)('with real databases', () => {
  const cleanup = new Cleanup();
  let env: { MYSQL_URL: string; POSTGRES_URL: string };
  let collector: Collector;
  let instance: Instance | undefined;

  beforeAll(async () => {
    const deployment = new Deployment('rds', '', cleanup, () => undefined);
    const [MYSQL_URL, POSTGRES_URL] = await Promise.all([
      startMariaDb(deployment, deployment.file('mysql.sql')),
      startPostgres(deployment, deployment.file('postgres.sql')),
    ]);
    env = { MYSQL_URL, POSTGRES_URL };
  }, 60_000);
  afterAll(() => cleanup.run());

  beforeEach(async () => {
    collector = await startCollector();
    const mysql = createPool({ uri: env.MYSQL_URL });
    await mysql.query('DELETE FROM orders');
    await mysql.query('UPDATE stock SET quantity = 10');
    await mysql.end();
    const postgres = new Pool({ connectionString: env.POSTGRES_URL });
    await postgres.query('DELETE FROM bookings');
    await postgres.end();
  });
  afterEach(async () => {
    await instance?.stop();
    await collector.close();
  });

  function start(file: string, sampled: boolean): Instance {
    instance = startInstance({
      // The initializer loads the SDK before it is known whether a call is sampled.
      handler: `${file}.handler`,
      ...(sampled && { initializer: `${file}.initialize` }),
      codeDir: join(__dirname, 'functions'),
      functionName: file,
      timeout: 20,
      env,
      tracing: { endpoint: collector.jaegerEndpoint, sampled },
    });
    return instance;
  }
  async function order(function_: Instance, event: unknown, tracing?: Record<string, unknown>): Promise<OrderResult> {
    return JSON.parse(
      (await function_.invoke(event, tracing === undefined ? {} : { tracing })).body.toString(),
    ) as OrderResult;
  }
  const outcome = ({ failed, answer }: OrderResult): unknown => failed ?? answer;
  const OUTCOMES = [
    { order: 'A-1', amount: 38 },
    { order: 'A-2', amount: 38 },
    'CONSTRAINT `enough_in_stock` failed for `shop`.`stock`',
  ];

  test('when not sampled, the sample rds gives the same answers, loads no SDK and no instrumentation, creates no span', async () => {
    const function_ = start('loaded', false);
    const results: OrderResult[] = [];
    for (const event of EVENTS) results.push(await order(function_, event));
    await function_.delivered();
    expect(results.map(outcome)).toEqual(OUTCOMES);
    expect(results[2]!.loaded.filter((file) => LOADED.test(file))).toEqual([]);
    expect(results[2]!.loaded).toContain('mysql2/promise.js');
    expect(collector.requests).toEqual({ jaeger: 0, otlp: 0, rejected: 0 });
  });

  test('when sampled, the sample rds gives the same answers, and has loaded both', async () => {
    const function_ = start('loaded', true);
    const results: OrderResult[] = [];
    for (const event of EVENTS) results.push(await order(function_, event));
    expect(results.map(outcome)).toEqual(OUTCOMES);
    for (const module of ['instrumentation-mysql2', 'instrumentation-pg']) {
      expect(results[2]!.loaded.some((file) => file.startsWith(`@opentelemetry/${module}/`))).toBe(true);
    }
  });

  test('a call that is not sampled creates no span in an instance that has created some', async () => {
    const function_ = start('loaded', true);
    await order(function_, EVENTS[0]);
    await function_.delivered();
    const before = collector.spans().length;
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect(
      outcome(
        await order(function_, EVENTS[1], {
          openTracingSpanContext: `${traceId}:00f067aa0ba902b7:0:0`,
          openTracingSpanBaggages: {},
          jaegerEndpoint: collector.jaegerEndpoint,
        }),
      ),
    ).toEqual(OUTCOMES[1]);
    await function_.delivered();
    const laterSpans: readonly SpanRecord[] = collector.spans().slice(before);
    // The emulator creates FC's own spans regardless of the tracing fields that a test passes.
    expect(laterSpans.filter(({ resource }) => resource['service.name'] !== 'fc.platform')).toEqual([]);
  });

  test('a hundred reads through pools of two connections: each query is below the method that made it', async () => {
    const function_ = start('pools', true);
    const { ok, traceId } = await function_.invoke({ count: 100 });
    expect(ok).toBe(true);
    const spans = collector.spans().filter((span) => span.traceId === traceId);
    const methods = new Map(
      spans
        .filter(({ attributes }) => attributes['read'] !== undefined)
        .map((span) => [span.spanId, span.attributes['read']]),
    );
    const queries = spans.flatMap(({ attributes, parentSpanId }) => {
      const text = attributes['db.query.text'];
      const name = typeof text === 'string' ? /AS (n\d+)/.exec(text)?.[1] : undefined;
      return name === undefined ? [] : [{ name, method: methods.get(parentSpanId!) }];
    });
    expect(queries).toHaveLength(100);
    expect(queries.filter(({ name, method }) => name !== method)).toEqual([]);
    const transactions = spans.filter(({ name }) => name === 'START' || name === 'COMMIT');
    expect(transactions).toHaveLength(50);
    expect(
      new Set(transactions.map(({ name, parentSpanId }) => `${name} ${String(methods.get(parentSpanId!))}`)).size,
    ).toBe(50);
  });

  test.each([
    ['at the start', 'a trace collector', 0],
    ['while MariaDB creates its system tables', 'a trace collector', 300],
    ['when MariaDB is running', 'MariaDB', 0],
    ['when both databases are running', 'the event function', 0],
    ['between two calls', 'cold call', 0],
  ])('Ctrl-C %s leaves no process and no folder behind', async (_when, text, milliseconds) => {
    expect(await interruptCli(['sample', 'rds'], text, milliseconds)).toEqual([]);
  });

  test('a second Ctrl-C during the cleanup leaves no process and no folder behind', async () => {
    const { child, prints, ended } = startCli(['sample', 'rds']);
    await prints('the event function');
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, left: [] });
  });
});
