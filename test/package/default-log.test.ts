import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { transformSync } from '@swc/core';
import { runs } from '../soak';
import { InstalledCopy } from './installed-copy';

const copy = new InstalledCopy();
const withHttp = new InstalledCopy(['@opentelemetry/instrumentation-http']);
afterAll(() => [copy, withHttp].forEach((each) => each.remove()));

const RUN = `
  const runTwice = async (options, context = {}, handle = () => 'answer') => {
    const { createHandler } = require('fc-traced');
    class Shop { handle() { return handle(); } }
    const { handler } = createHandler(Shop, { name: 'shop', flushTimeoutMillis: 3000, ...options });
    for (let call = 0; call < 2; call += 1) if ((await handler(Buffer.from('{}'), context)) !== 'answer') throw new Error('wrong answer');
    process.exit(0);
  };`;
const recorded = `spanProcessors: [{ onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} }]`;

/** Runs a program and returns the lines that it printed, on both streams. */
async function linesOf(code: string, env: Record<string, string> = {}, from = copy): Promise<string[]> {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(OTEL_|FC_)/.test(name)));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [from.write('program.cjs', RUN + code)], {
    cwd: from.folder,
    env: { ...clean, ...env },
    timeout: 25_000,
  });
  return (stdout + stderr).split('\n').filter((line) => line !== '');
}

/** Programs that lose a part of their trace, with the only line that each prints. */
const LOSSES: readonly [string, string, RegExp][] = [
  [
    'an instrumentation that is not installed',
    `runTwice({ ${recorded}, instrumentations: ['pg'] });`,
    /^fc-traced: the option instrumentations names pg, but @opentelemetry\/instrumentation-pg is not installed: npm install /,
  ],
  [
    'an endpoint that refuses connections',
    "runTwice({ endpoint: 'http://127.0.0.1:1/v1/traces', flushTimeoutMillis: 1000 });",
    /^fc-traced: 127\.0\.0\.1:1 does not accept spans in time, .*: connect ECONNREFUSED 127\.0\.0\.1:1\. Spans are kept/,
  ],
  [
    'an endpoint that answers 401',
    "require('node:http').createServer((_, response) => { response.statusCode = 401; response.end(); }).listen(0, '127.0.0.1', function () { runTwice({ endpoint: 'http://127.0.0.1:' + this.address().port + '/v1/traces' }); });",
    /^fc-traced: spans could not be delivered to 127\.0\.0\.1:\d+ and are dropped: .*401/,
  ],
  [
    'a file of the package that is missing',
    `const Module = require('node:module'); const load = Module._load;
     Module._load = function (name, ...rest) { if (name === './chunk-otlp.js') { const error = new Error("Cannot find module '" + name + "'\\nRequire stack: /code/secret.js"); error.code = 'MODULE_NOT_FOUND'; throw error; } return load.call(this, name, ...rest); };
     runTwice({ endpoint: 'http://127.0.0.1:1/v1/traces' });`,
    /^fc-traced: the tracing SDK could not be loaded or set up: the file chunk-otlp\.js of fc-traced was not found; deploy all files of its folder dist/,
  ],
  [
    'an SDK that throws when it is loaded',
    `const Module = require('node:module'); const load = Module._load;
     Module._load = function (name, ...rest) { if (name === './chunk-sdk.js') throw new RangeError('broken at https://host/adapt_token/api and /code/very/secret/file.thrift with sk-live-4711'); return load.call(this, name, ...rest); };
     require('fc-traced').secret('sk-live-4711');
     runTwice({ endpoint: 'http://127.0.0.1:1/v1/traces' });`,
    /^fc-traced: the tracing SDK could not be loaded or set up: RangeError: broken at \[URL\] and file\.thrift with \[redacted\]$/,
  ],
  [
    'a tracer provider that throws',
    "require('@opentelemetry/api').trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan() { throw new Error('broken'); } }) }); runTwice({});",
    /^fc-traced: the invocation span could not be started/,
  ],
];

test.each(LOSSES)('%s is printed once', async (_what, code, line) => {
  expect(await linesOf(code)).toEqual([expect.stringMatching(line)]);
});

/** How many of the levels each loss is tried with; the others are tried with other losses. */
const LEVELS_OF_EACH = runs({ short: 1, long: 2 });
const quiet = LOSSES.flatMap(([what, code], index) =>
  Array.from({ length: LEVELS_OF_EACH }, (_, turn) => [what, ['none', 'error'][(index + turn) % 2]!, code] as const),
);

test.each(quiet)('%s is not printed with OTEL_LOG_LEVEL=%s', async (_what, level, code) => {
  expect(await linesOf(code, { OTEL_LOG_LEVEL: level })).toEqual([]);
});

test.each(LOSSES)('%s is only passed to a logger that the application set', async (_what, code, line) => {
  const logger =
    "const keep = (text) => console.log('own ' + text); require('@opentelemetry/api').diag.setLogger({ error: keep, warn: keep, info() {}, debug() {}, verbose() {} });";
  const lines = (await linesOf(logger + code)).filter((each) => each.includes('fc-traced'));
  expect(lines).toHaveLength(1);
  expect(lines[0]!.replace(/^own /, '')).toMatch(line);
  expect(lines[0]).toMatch(/^own /);
});

describe('functions of node:http that were copied before the instrumentation', () => {
  /** A program whose module is compiled by swc. */
  const compiled = (source: string): string => {
    const { code } = transformSync(source, { jsc: { target: 'es2022' }, module: { type: 'commonjs' }, swcrc: false });
    return `
      const { createServer } = require('node:http');
      ${code.replace("'use strict'", '')}
      createServer((_, response) => response.end()).listen(0, '127.0.0.1', function () {
        const url = 'http://127.0.0.1:' + this.address().port;
        const call = () => new Promise((resolve) => send(url, (response) => response.resume().on('end', () => resolve('answer'))));
        runTwice({ ${recorded}, instrumentations: ['http'] }, {}, call);
      });`;
  };
  const line = /^fc-traced: a request of node:http has no span: its function was copied/;

  test.each([
    [
      'import * as http, compiled by swc',
      "import * as http from 'node:http';\nconst send = (...args) => http.get(...args);",
    ],
    ['a destructured require', "const { get: send } = require('node:http');"],
    ['a copied function', "const send = require('http').get;"],
    ['a spread', "const copied = { ...require('http') };\nconst send = (...args) => copied.get(...args);"],
  ])('%s: printed once', async (_what, source) => {
    expect(await linesOf(compiled(source), {}, withHttp)).toEqual([expect.stringMatching(line)]);
  });

  test.each([
    [
      'a default import, compiled by swc',
      "import http from 'node:http';\nconst send = (...args) => http.get(...args);",
    ],
    ['a named import, compiled by swc', "import { get } from 'node:http';\nconst send = (...args) => get(...args);"],
    ['a require', "const http = require('http');\nconst send = (...args) => http.get(...args);"],
  ])('%s: nothing is printed', async (_what, source) => {
    expect(await linesOf(compiled(source), {}, withHttp)).toEqual([]);
  });
});

test.each([
  ['no endpoint', 'runTwice({});', {}],
  ['an endpoint of no protocol', "runTwice({}, { tracing: { jaegerEndpoint: 'nonsense' } });", {}],
  [
    'malformed trace context',
    `runTwice({ ${recorded} }, { tracing: { openTracingSpanContext: 'nonsense', openTracingSpanBaggages: 'nonsense' } });`,
    {},
  ],
  [
    'variables with invalid values',
    `runTwice({ ${recorded} });`,
    { OTEL_TRACES_SAMPLER: 'nonsense', OTEL_EXPORTER_OTLP_TIMEOUT: '-1' },
  ],
  [
    'a logger whose methods cannot be replaced',
    `runTwice({ ${recorded} }, { logger: Object.freeze({ log() {} }) });`,
    {},
  ],
  ['disabled tracing', "runTwice({ endpoint: 'http://127.0.0.1:1/v1/traces' });", { OTEL_SDK_DISABLED: 'true' }],
])('nothing is printed for %s', async (_what, code, env) => {
  expect(await linesOf(code, env as unknown as Record<string, string>)).toEqual([]);
});
