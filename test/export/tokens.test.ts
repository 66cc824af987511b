import path from 'node:path';
import { inFreshProcess } from '../package/fresh-process';

const TOKEN = 'abcde12345@f00d_s3cretpart';
const farEnds = path.join(__dirname, 'far-ends.cjs');

interface Seen {
  /** Lines of the log that hold the token. */
  readonly leaks: readonly string[];
  readonly hasTold: boolean;
  readonly answers: readonly unknown[];
  readonly asked: readonly string[];
}

/** Plays invocations against every failing far end, everything logged at the finest level and printed to the last field. */
function play(suffix: string): Promise<Seen> {
  return inFreshProcess<Seen>(`
    const { inspect } = require('node:util');
    const { diag, DiagLogLevel } = require('@opentelemetry/api');
    const { startFarEnds } = require(${JSON.stringify(farEnds)});
    let log = '';
    const json = (value) => { try { return JSON.stringify(value); } catch { return ''; } };
    const keep = (...values) => { log += values.map((value) => (typeof value === 'string' ? value : inspect(value, { depth: Infinity }) + json(value))).join(' ') + '\\n'; };
    diag.setLogger({ error: keep, warn: keep, info: keep, debug: keep, verbose: keep }, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
    for (const name of ['log', 'error', 'warn', 'info', 'debug']) console[name] = keep;
    process.on('warning', keep).on('unhandledRejection', keep).on('uncaughtException', keep);
    const { createHandler, Handler, Traced } = require(dist + 'index.js');
    const { fakeFcContext, invoke } = require(dist + 'testing.js');
    class Ship { handle(event) { if (event.fail) throw new Error('no stock'); return 'shipped'; } }
    Handler({ name: 'ship' })(Ship);
    const { origins, asked } = await startFarEnds();
    const answers = [];
    for (const origin of Object.values(origins)) {
      const { handler, initialize, preStop } = createHandler(Ship, { flushTimeoutMillis: 60, exportTimeoutMillis: 120 });
      const context = fakeFcContext({ tracing: { jaegerEndpoint: origin + ${JSON.stringify(suffix)} } });
      await initialize(context);
      for (const event of [{}, { fail: true }, {}]) answers.push(await invoke(handler, event, context).catch((error) => keep(error) ?? error.message));
      await preStop(context);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    const secrets = [${JSON.stringify(TOKEN)}, ${JSON.stringify(encodeURIComponent(TOKEN))}];
    const leaks = log.split('\\n').flatMap((line) => secrets.filter((secret) => line.includes(secret)).map((secret) => line.slice(Math.max(0, line.indexOf(secret) - 200)).slice(0, 300)));
    report({ leaks: [...new Set(leaks)], hasTold: /spans could not be delivered to [\\w.:]+ and are dropped: /.test(log), answers, asked });
    process.exit(0);
  `);
}

test.each([
  ['Jaeger', `/adapt_${TOKEN}/api/traces`],
  ['OTLP', `/adapt_${TOKEN}/api/otlp/traces`],
  ['OTLP with a token in the query', `/v1/traces?token=${TOKEN}`],
])('over %s, no failing collector brings the token into a log or an error, or changes an answer', async (_, suffix) => {
  const { leaks, hasTold, answers, asked } = await play(suffix);
  expect(leaks).toEqual([]);
  expect(new Set(answers)).toEqual(new Set(['shipped', 'no stock']));
  // It was really tried, and what went wrong was told.
  expect(asked.some((url) => url.includes(TOKEN))).toBe(true);
  expect(hasTold).toBe(true);
});

test('a malformed endpoint is refused or left out without a word of it', async () => {
  const { log, errors, isKept } = await inFreshProcess<{ log: string; errors: string[]; isKept: boolean }>(
    `
    const { diag, DiagLogLevel } = require('@opentelemetry/api');
    let log = '';
    const keep = (...values) => { log += values.join(' ') + '\\n'; };
    diag.setLogger({ error: keep, warn: keep, info: keep, debug: keep, verbose: keep }, DiagLogLevel.ALL);
    const { createHandler } = require(dist + 'index.js');
    const { fakeFcContext, invoke } = require(dist + 'testing.js');
    class Ship { handle() { return 'shipped'; } }
    const errors = [];
    for (const endpoint of ['${TOKEN}', 'ftp://h/${TOKEN}', 'http://h/${TOKEN}/other', 7]) {
      try { createHandler(Ship, { endpoint }); } catch (error) { errors.push(String(error.stack)); }
    }
    for (const jaegerEndpoint of ['h/${TOKEN}/api/traces', 'http://', 'ftp://h/${TOKEN}/api/traces']) await invoke(createHandler(Ship).handler, {}, fakeFcContext({ tracing: { jaegerEndpoint } }));
    await invoke(createHandler(Ship, { flushTimeoutMillis: 50 }).handler, {}, fakeFcContext({ tracing: { jaegerEndpoint: 'http://127.0.0.1:1/api/otlp/traces' } }));
    const isKept = process.env.OTEL_EXPORTER_OTLP_ENDPOINT === 'collector/${TOKEN}';
    report({ log, errors, isKept });
  `,
    { OTEL_EXPORTER_OTLP_ENDPOINT: `collector/${TOKEN}` },
  );
  expect(errors).toHaveLength(4);
  expect(isKept).toBe(true);
  expect(errors.join() + log).not.toContain(TOKEN);
  expect(log).toMatch(/OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL/);
  expect(log).toMatch(/jaegerEndpoint is not an http or https URL/);
});
