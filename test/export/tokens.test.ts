import path from 'node:path';
import { inFreshProcess } from '../package/fresh-process';

const TOKEN = 'abcde12345@f00d_s3cretpart';
const failingServers = path.join(__dirname, 'failing-servers.cjs');

interface Outcome {
  /** Parts of the log that contain the token. */
  readonly leaks: readonly string[];
  readonly hasWarning: boolean;
  readonly answers: readonly unknown[];
  readonly urls: readonly string[];
}

/** Runs invocations with each failing server as endpoint. Everything is logged, with all properties of each value. */
function runWithEachServer(suffix: string): Promise<Outcome> {
  return inFreshProcess<Outcome>(`
    const { inspect } = require('node:util');
    const { diag, DiagLogLevel } = require('@opentelemetry/api');
    const { startFailingServers } = require(${JSON.stringify(failingServers)});
    let log = '';
    const json = (value) => { try { return JSON.stringify(value); } catch { return ''; } };
    const print = (value) => (typeof value === 'string' ? value : inspect(value, { depth: Infinity }) + json(value));
    const record = (...values) => { log += values.map(print).join(' ') + '\\n'; };
    const logger = { error: record, warn: record, info: record, debug: record, verbose: record };
    diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
    for (const name of ['log', 'error', 'warn', 'info', 'debug']) console[name] = record;
    process.on('warning', record).on('unhandledRejection', record).on('uncaughtException', record);
    const { createHandler, Handler, Traced } = require(dist + 'index.js');
    const { fakeFcContext, invoke } = require(dist + 'testing.js');
    class Ship { handle(event) { if (event.fail) throw new Error('no stock'); return 'shipped'; } }
    Handler({ name: 'ship' })(Ship);
    const { origins, urls } = await startFailingServers();
    const answers = [];
    for (const origin of Object.values(origins)) {
      const options = { flushTimeoutMillis: 60, exportTimeoutMillis: 120 };
      const { handler, initialize, preStop } = createHandler(Ship, options);
      const context = fakeFcContext({ tracing: { jaegerEndpoint: origin + ${JSON.stringify(suffix)} } });
      await initialize(context);
      for (const event of [{}, { fail: true }, {}]) {
        answers.push(await invoke(handler, event, context).catch((error) => record(error) ?? error.message));
      }
      await preStop(context);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    const secrets = [${JSON.stringify(TOKEN)}, ${JSON.stringify(encodeURIComponent(TOKEN))}];
    const around = (line, secret) => line.slice(Math.max(0, line.indexOf(secret) - 200)).slice(0, 300);
    const leaksIn = (line) => secrets.filter((secret) => line.includes(secret)).map((secret) => around(line, secret));
    const leaks = [...new Set(log.split('\\n').flatMap(leaksIn))];
    const hasWarning = /spans could not be delivered to [\\w.:]+ and are dropped: /.test(log);
    report({ leaks, hasWarning, answers, urls });
    process.exit(0);
  `);
}

test.each([
  ['Jaeger', `/adapt_${TOKEN}/api/traces`],
  ['OTLP', `/adapt_${TOKEN}/api/otlp/traces`],
  ['OTLP with a token in the query', `/v1/traces?token=${TOKEN}`],
])('%s: a failing server causes no token in a log or an error, and changes no answer', async (_, suffix) => {
  const { leaks, hasWarning, answers, urls } = await runWithEachServer(suffix);
  expect(leaks).toEqual([]);
  expect(new Set(answers)).toEqual(new Set(['shipped', 'no stock']));
  // Spans were sent, and the failure was logged.
  expect(urls.some((url) => url.includes(TOKEN))).toBe(true);
  expect(hasWarning).toBe(true);
});

test('a malformed endpoint is rejected or ignored without printing it', async () => {
  const { log, errors, isUnchanged } = await inFreshProcess<{ log: string; errors: string[]; isUnchanged: boolean }>(
    `
    const { diag, DiagLogLevel } = require('@opentelemetry/api');
    let log = '';
    const record = (...values) => { log += values.join(' ') + '\\n'; };
    const logger = { error: record, warn: record, info: record, debug: record, verbose: record };
    diag.setLogger(logger, DiagLogLevel.ALL);
    const { createHandler } = require(dist + 'index.js');
    const { fakeFcContext, invoke } = require(dist + 'testing.js');
    class Ship { handle() { return 'shipped'; } }
    const errors = [];
    for (const endpoint of ['${TOKEN}', 'ftp://h/${TOKEN}', 'http://h/${TOKEN}/other', 7]) {
      try { createHandler(Ship, { endpoint }); } catch (error) { errors.push(String(error.stack)); }
    }
    const call = (jaegerEndpoint, options) =>
      invoke(createHandler(Ship, options).handler, {}, fakeFcContext({ tracing: { jaegerEndpoint } }));
    for (const endpoint of ['h/${TOKEN}/api/traces', 'http://', 'ftp://h/${TOKEN}/api/traces']) await call(endpoint);
    await call('http://127.0.0.1:1/api/otlp/traces', { flushTimeoutMillis: 50 });
    const isUnchanged = process.env.OTEL_EXPORTER_OTLP_ENDPOINT === 'collector/${TOKEN}';
    report({ log, errors, isUnchanged });
  `,
    { OTEL_EXPORTER_OTLP_ENDPOINT: `collector/${TOKEN}` },
  );
  expect(errors).toHaveLength(4);
  expect(isUnchanged).toBe(true);
  expect(errors.join() + log).not.toContain(TOKEN);
  expect(log).toMatch(/OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL/);
  expect(log).toMatch(/jaegerEndpoint is not an http or https URL/);
});
