import { createPool } from 'mysql2/promise';
import { join } from 'node:path';
import { Pool } from 'pg';
import type { SpanRecord } from '../../../src/testing/trace-tree';
import { startCollector, type Collector } from '../../src/viewer/collector';
import { startInstance, type Instance } from '../emulator/built';
import { howToGetMariaDb, withoutMariaDb } from './mariadb';
import { interruptSample, startSample } from '../cli-process';

const { Ending } = require('../../dist/cleanup.js') as typeof import('../../src/cleanup');
const { Stage } = require('../../dist/samples/deployment.js') as typeof import('../../src/samples/deployment');
const { startMariaDb } = require('../../dist/samples/mariadb.js') as typeof import('../../src/samples/mariadb');
const { startPostgres } = require('../../dist/samples/postgres.js') as typeof import('../../src/samples/postgres');

if (withoutMariaDb) console.log(`skipped: ${howToGetMariaDb}`);

const ORDER = { id: 'A-1', sku: 'teapot', quantity: 2 };
const EVENTS = [ORDER, { ...ORDER, id: 'A-2' }, { ...ORDER, id: 'A-3', quantity: 500 }];
const LOADED = /^@opentelemetry\/(sdk-|exporter-|otlp-|core\/|resources\/|instrumentation)|^jaeger-client\//;

interface Told {
  readonly failed?: string;
  readonly answer?: unknown;
  readonly loaded: readonly string[];
}

(withoutMariaDb ? describe.skip : describe)('with real databases', () => {
  const ending = new Ending();
  let env: { MYSQL_URL: string; POSTGRES_URL: string };
  let collector: Collector;
  let instance: Instance | undefined;

  beforeAll(async () => {
    const stage = new Stage('rds', '', ending, () => undefined);
    const [MYSQL_URL, POSTGRES_URL] = await Promise.all([
      startMariaDb(stage, stage.file('mysql.sql')),
      startPostgres(stage, stage.file('postgres.sql')),
    ]);
    env = { MYSQL_URL, POSTGRES_URL };
  }, 60_000);
  afterAll(() => ending.run());

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
      // The initializer loads what tracing needs before it is known whether a call will be sampled.
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
  async function tell(function_: Instance, event: unknown, tracing?: Record<string, unknown>): Promise<Told> {
    return JSON.parse(
      (await function_.invoke(event, tracing === undefined ? {} : { tracing })).body.toString(),
    ) as Told;
  }
  const outcome = ({ failed, answer }: Told): unknown => failed ?? answer;
  const SAME = [
    { order: 'A-1', amount: 38 },
    { order: 'A-2', amount: 38 },
    'CONSTRAINT `enough_in_stock` failed for `shop`.`stock`',
  ];

  test('the sample rds, not sampled, answers the same, loads no SDK and no instrumentation, and makes no span', async () => {
    const function_ = start('loaded', false);
    const told: Told[] = [];
    for (const event of EVENTS) told.push(await tell(function_, event));
    await function_.delivered();
    expect(told.map(outcome)).toEqual(SAME);
    expect(told[2]!.loaded.filter((file) => LOADED.test(file))).toEqual([]);
    expect(told[2]!.loaded).toContain('mysql2/promise.js');
    expect(collector.requests).toEqual({ jaeger: 0, otlp: 0, rejected: 0 });
  });

  test('the sample rds, sampled, answers that as well, and has loaded both', async () => {
    const function_ = start('loaded', true);
    const told: Told[] = [];
    for (const event of EVENTS) told.push(await tell(function_, event));
    expect(told.map(outcome)).toEqual(SAME);
    for (const module of ['sdk-trace-base', 'instrumentation-mysql2', 'instrumentation-pg']) {
      expect(told[2]!.loaded.some((file) => file.startsWith(`@opentelemetry/${module}/`))).toBe(true);
    }
  });

  test('a call that is not sampled makes no span in an instance that has made some', async () => {
    const function_ = start('loaded', true);
    await tell(function_, EVENTS[0]);
    await function_.delivered();
    const before = collector.spans().length;
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect(
      outcome(
        await tell(function_, EVENTS[1], {
          openTracingSpanContext: `${traceId}:00f067aa0ba902b7:0:0`,
          openTracingSpanBaggages: {},
          jaegerEndpoint: collector.jaegerEndpoint,
        }),
      ),
    ).toEqual(SAME[1]);
    await function_.delivered();
    const later: readonly SpanRecord[] = collector.spans().slice(before);
    // FC's own spans are made by the emulator, which is not told of what a test hands over.
    expect(later.filter(({ resource }) => resource['service.name'] !== 'fc.platform')).toEqual([]);
  });

  test('a hundred reads through pools of two: each query is below the method that asked for it', async () => {
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
      return name === undefined ? [] : [{ name, below: methods.get(parentSpanId!) }];
    });
    expect(queries).toHaveLength(100);
    expect(queries.filter(({ name, below }) => name !== below)).toEqual([]);
    const transactions = spans.filter(({ name }) => name === 'START' || name === 'COMMIT');
    expect(transactions).toHaveLength(50);
    expect(
      new Set(transactions.map(({ name, parentSpanId }) => `${name} ${String(methods.get(parentSpanId!))}`)).size,
    ).toBe(50);
  });

  test.each([
    ['when it begins', 'a collector', 0],
    ['while MariaDB makes its tables', 'a collector', 300],
    ['when MariaDB is there', 'MariaDB', 0],
    ['when both are there', 'the event function', 0],
    ['between two calls', 'cold call', 0],
  ])('Ctrl-C %s leaves no process and no folder', async (_when, text, milliseconds) => {
    expect(await interruptSample('rds', text, milliseconds)).toEqual([]);
  });

  test('Ctrl-C, and once more while it puts everything away, leaves no process and no folder', async () => {
    const { child, prints, ended } = startSample(['rds']);
    await prints('the event function');
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, left: [] });
  });
});
