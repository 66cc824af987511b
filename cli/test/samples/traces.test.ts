import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderRun } from '../../src/samples/render';
import { SAMPLES } from '../../src/samples/samples';
import type { SpanRecord } from '../../../src/testing/trace-tree';
import { findJaeger, jaegerInstructions, jaegerRequired } from '../../../test/backends/jaeger-binary';
import { recordsOf } from '../../../test/backends/jaeger-records';
import { startJaeger, type JaegerServer } from '../../../test/backends/jaeger-server';
import { startTee, type Tee } from '../../../test/backends/tee';
import { mariaDbInstructions, withoutMariaDb } from './mariadb';
import { rabbitMqInstructions, withoutRabbitMq } from './rabbitmq';
import { runCli } from '../cli-process';

const binary = findJaeger();
const withoutJaeger = binary === undefined && !jaegerRequired;
const SKIPPED = new Map<string, string>([
  ...(withoutMariaDb ? [['rds', mariaDbInstructions] as const] : []),
  ...(withoutRabbitMq ? [['orders-queue', rabbitMqInstructions] as const] : []),
]);
if (withoutJaeger) console.log(`skipped: ${jaegerInstructions}`);
else for (const [name, instructions] of SKIPPED) console.log(`skipped: the sample ${name}: ${instructions}`);

const samples = SAMPLES.map(({ name, attributes }) => ({ name, attributes }));
const TRACE = / {2}trace {2}([0-9a-f]{32}) {2}as in (\S+)/g;

// The name of the temporary folder differs in each run.
const withMountPath = (rendered: string): string => rendered.replaceAll(/[^'"\s]*\/fc-traced-nas-\w+/g, '/mnt/nas');

(withoutJaeger ? describe.skip : describe)('in a real Jaeger', () => {
  let jaeger: JaegerServer;
  let tee: Tee;
  beforeAll(async () => {
    if (binary === undefined) throw new Error(jaegerInstructions);
    jaeger = await startJaeger(binary);
    tee = await startTee(jaeger);
  });
  afterAll(async () => {
    await tee?.stop();
    await jaeger?.stop();
  });

  // Reads a trace from Jaeger once it has all spans that were sent.
  async function readTrace(traceId: string): Promise<SpanRecord[]> {
    const count = tee.sent.filter((span) => span.traceId === traceId).length;
    expect(count).toBeGreaterThan(0);
    return recordsOf(await jaeger.readTrace(traceId, count));
  }

  describe.each(samples)('the sample $name', ({ name, attributes }) => {
    (SKIPPED.has(name) ? test.skip : test).each(['jaeger', 'otlp'] as const)(
      'gives the expected traces in every run, over %s',
      async (protocol) => {
        const { code, stdout, stderr } = await runCli([
          'sample',
          name,
          `--${protocol}`,
          protocol === 'jaeger' ? tee.thriftEndpoint : tee.otlpEndpoint,
        ]);
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        const runs = new Map<string, string[]>();
        for (const [, traceId, file] of stdout.matchAll(TRACE)) runs.set(file!, [...(runs.get(file!) ?? []), traceId!]);
        expect(runs.size).toBeGreaterThanOrEqual(2);
        for (const [file, traceIds] of runs) {
          const traces = await Promise.all(traceIds.map(readTrace));
          const expected = join(__dirname, '..', '..', '..', file);
          expect(existsSync(expected)).toBe(true);
          expect(withMountPath(renderRun(traces, attributes))).toBe(readFileSync(expected, 'utf8').trimEnd());
        }
      },
      60_000,
    );
  });

  (withoutMariaDb ? test.skip : test)(
    'the traces of the sample rds contain neither values of its queries nor a URL with a password',
    () => {
      const queries = tee.sent.filter((span) => span.attributes['db.query.text'] !== undefined);
      expect(queries.length).toBeGreaterThanOrEqual(20);
      const everything = JSON.stringify(
        queries.map(({ name, attributes, status, events }) => ({
          name,
          attributes,
          status,
          events: events.map((event) => event.attributes),
        })),
      );
      expect(everything).not.toMatch(/A-100|teapot|\b500\b|shop:|postgres:postgres/);
    },
  );
});
