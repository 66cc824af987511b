import { contextSource, inFreshProcess } from './fresh-process';

/** Defines `loaded()`, which returns the loaded files as short paths: `dist/…`, or the path below `node_modules`. */
const LOADED = `const loaded = () => Object.keys(require.cache).map((file) => file.replace(/\\\\/g, '/')).map((file) => file.includes('/node_modules/') ? file.slice(file.lastIndexOf('/node_modules/') + 14) : 'dist/' + file.split('/dist/').pop());`;

/** Returns a script that invokes a small handler once with the context of an expression. */
const invoke = (context: string, options = '{}'): string => `
  ${LOADED}
  const before = new Set(process.moduleLoadList);
  const { createHandler, Traced } = require(dist + 'index.js');
  class Small { handle(event) { return { twice: this.twice(event.n) }; } twice(n) { return 2 * n; } }
  const method = Object.getOwnPropertyDescriptor(Small.prototype, 'twice');
  Object.defineProperty(Small.prototype, 'twice', Traced()(Small.prototype, 'twice', method) ?? method);
  const { handler } = createHandler(Small, ${options});
  const result = await handler(Buffer.from('{"n":21}'), ${context});
  const builtins = process.moduleLoadList.filter((name) => !before.has(name)).map((name) => name.replace('NativeModule ', ''));
  const { statSync } = require('node:fs');
  const ours = loaded().filter((file) => file.startsWith('dist/'));
  const bytes = Object.fromEntries(ours.map((file) => [file, statSync(dist + file.slice(5)).size]));
  report({ result, loaded: loaded(), builtins, bytes });`;

const COLLECTOR = `
  const posts = [];
  const server = require('node:http').createServer((request, response) => {
    request.resume().on('end', () => { posts.push(request.url); response.end(); });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const endpoint = 'http://127.0.0.1:' + server.address().port;`;

const SDK =
  /^@opentelemetry\/(sdk-|exporter-|otlp-|core\/|resources\/)|^jaeger-client\/|^dist\/chunk-(sdk|otlp|jaeger)\.js$/;

interface Seen {
  readonly result: unknown;
  readonly loaded: readonly string[];
  /** The sizes of our files, in bytes. */
  readonly bytes: Readonly<Record<string, number>>;
  /** The modules of Node.js that were not loaded before, with their internal ones. */
  readonly builtins: readonly string[];
}

/**
 * The limits of files that are loaded for an unsampled invocation. Raise them only with a reason. Measured: 2 of ours,
 * and 79 of the peers.
 */
const MOST_FILES = { ours: 2, 'from node_modules': 79 };

/**
 * The limits of the bytes of our files that the first invocation of a process loads. Parsing them is most of what they
 * cost in a cold start. Raise them only with a reason. Measured: 303,000, 506,000 and 492,000.
 */
const MOST_BYTES = { unsampled: 312_000, otlp: 517_000, jaeger: 503_000 };

/** The modules of Node.js that take long to load. */
const LARGE_BUILTINS = ['crypto', 'http', 'https', 'net', 'stream', 'tls', 'worker_threads', 'zlib'];

const bytesOf = ({ bytes }: Seen): number => Object.values(bytes).reduce((sum, size) => sum + size, 0);
const largeBuiltinsOf = ({ builtins }: Seen): readonly string[] =>
  LARGE_BUILTINS.filter((name) => builtins.includes(name));

function sampled(path: string): Promise<Seen> {
  const context = contextSource({ openTracingSpanContext: '124ed43254b54966:124ed43254b54966:0:1' });
  return inFreshProcess<Seen>(
    `${COLLECTOR} const context = ${context}; context.tracing.jaegerEndpoint = endpoint + '${path}'; ${invoke('context')} server.close();`,
  );
}

describe('the files that the built package loads in a new process', () => {
  const unsampled = contextSource({
    openTracingSpanContext: '124ed43254b54966:124ed43254b54966:0:0',
    jaegerEndpoint: 'http://127.0.0.1:1/api/traces',
  });

  test('an unsampled invocation loads neither the SDK nor an exporter nor a tool', async () => {
    const seen = await inFreshProcess<Seen>(invoke(unsampled));
    expect(seen.result).toEqual({ twice: 42 });
    expect(seen.loaded.filter((file) => SDK.test(file))).toEqual([]);
  });

  test('nor does the option keep load them for a trace that the caller did not sample', async () => {
    const seen = await inFreshProcess<Seen>(invoke(unsampled, '{ keep: { errors: true } }'));
    expect(seen.result).toEqual({ twice: 42 });
    expect(seen.loaded.filter((file) => SDK.test(file))).toEqual([]);
  });

  test('an unsampled invocation loads no more files than the limits', async () => {
    const { loaded } = await inFreshProcess<Seen>(invoke(unsampled));
    const ours = loaded.filter((file) => file.startsWith('dist/')).length;
    expect(ours).toBeGreaterThan(0);
    expect(ours).toBeLessThanOrEqual(MOST_FILES.ours);
    expect(loaded.length - ours).toBeLessThanOrEqual(MOST_FILES['from node_modules']);
  });

  test('an unsampled invocation loads no large module of Node.js, and no more bytes than the limit', async () => {
    const seen = await inFreshProcess<Seen>(invoke(unsampled));
    expect(largeBuiltinsOf(seen)).toEqual([]);
    expect(bytesOf(seen)).toBeLessThanOrEqual(MOST_BYTES.unsampled);
  });

  test('loading the package loads its entry point and the core, and nothing but its peers from node_modules', async () => {
    const seen = await inFreshProcess<string[]>(`${LOADED} require(dist + 'index.js'); report(loaded());`);
    expect(seen.filter((file) => file.startsWith('dist/')).sort()).toEqual(['dist/chunk-core.js', 'dist/index.js']);
    expect(
      seen.filter((file) => !/^(?:dist|@opentelemetry\/api|reflect-metadata|tsyringe|tslib)\//.test(file)),
    ).toEqual([]);
  });

  test.each([
    ['through the callback that FC passes', '{}', 'new Promise((done) => call(done))', 'answerable'],
    [
      'by an HTTP request',
      '{"version":"v1","rawPath":"/","requestContext":{"http":{"method":"GET"}}}',
      'call()',
      'http',
    ],
  ])('an unsampled invocation %s loads one small chunk more', async (_how, event, run, chunk) => {
    const seen = await inFreshProcess<string[]>(`
      ${LOADED}
      const { handler } = require(dist + 'index.js').createHandler(class { handle() { return { ok: true }; } });
      const call = (callback) => handler(Buffer.from('${event}'), ${unsampled}, callback);
      await ${run};
      report(loaded());`);
    expect(seen.filter((file) => file.startsWith('dist/')).sort()).toEqual(
      ['dist/chunk-core.js', `dist/chunk-${chunk}.js`, 'dist/index.js'].sort(),
    );
  });

  test('an unsampled request to serve loads the chunks of the server and of HTTP, and none that few programs need', async () => {
    const seen = await inFreshProcess<string[]>(`
      ${LOADED}
      const { serve } = require(dist + 'server.js');
      const { port, close } = await serve(class { handle() { return 'hi'; } }, { port: 0, host: '127.0.0.1', endpoint: 'http://127.0.0.1:1/v1/traces', sampleRatio: 0 });
      await new Promise((done) => require('node:http').get({ port, host: '127.0.0.1' }, (response) => response.resume().once('end', done)));
      const files = loaded();
      await close();
      report(files);`);
    expect(seen.filter((file) => file.startsWith('dist/')).sort()).toEqual([
      'dist/chunk-answerable.js',
      'dist/chunk-core.js',
      'dist/chunk-http.js',
      'dist/chunk-server-modules.js',
      'dist/server.js',
    ]);
  });

  test('a sampled invocation with a Jaeger endpoint loads the Jaeger exporter and no OTLP', async () => {
    const seen = await sampled('/api/traces');
    expect(seen.result).toEqual({ twice: 42 });
    expect(seen.loaded.filter((file) => SDK.test(file)).sort()).toEqual(['dist/chunk-jaeger.js', 'dist/chunk-sdk.js']);
    expect(bytesOf(seen)).toBeLessThanOrEqual(MOST_BYTES.jaeger);
  });

  test('a sampled invocation with an OTLP endpoint loads the OTLP exporter and no Jaeger', async () => {
    const seen = await sampled('/v1/traces');
    expect(seen.result).toEqual({ twice: 42 });
    expect(seen.loaded.filter((file) => SDK.test(file)).sort()).toEqual(['dist/chunk-otlp.js', 'dist/chunk-sdk.js']);
    expect(bytesOf(seen)).toBeLessThanOrEqual(MOST_BYTES.otlp);
    // The collector of this test has loaded node:http.
    expect(largeBuiltinsOf(seen)).toEqual([]);
    expect(Object.keys(seen.bytes).sort()).toEqual([
      'dist/chunk-core.js',
      'dist/chunk-otlp.js',
      'dist/chunk-recorded.js',
      'dist/chunk-sdk.js',
      'dist/index.js',
    ]);
  });

  test.each([
    ['whose caller sampled', '1:1:0:1', '{}', true],
    ['whose caller did not sample', '1:1:0:0', '{}', false],
    [
      'whose caller did not sample, with keep.overrideCaller',
      '1:1:0:0',
      '{ keep: { errors: true, overrideCaller: true } }',
      true,
    ],
    ['without a caller', '', '{}', true],
    ['without a caller, with a ratio for one trigger', '', '{ sampleRatio: { timer: 0.1, default: 0 } }', true],
    ['without a caller, with the ratio 0', '', '{ sampleRatio: 0 }', false],
    ['without a caller, with the ratio 0 and keep', '', '{ sampleRatio: 0, keep: { errors: true } }', true],
  ])('an initializer %s: the SDK is loaded if a recorded call is likely', async (_what, caller, options, expected) => {
    const context = contextSource({ openTracingSpanContext: caller, jaegerEndpoint: 'http://127.0.0.1:1/v1/traces' });
    const loaded = await inFreshProcess<string[]>(
      `${LOADED} await require(dist + 'index.js').createHandler(class { handle() {} }, ${options}).initialize(${context}); report(loaded());`,
    );
    expect(loaded.filter((file) => SDK.test(file)).sort()).toEqual(
      expected ? ['dist/chunk-otlp.js', 'dist/chunk-sdk.js'] : [],
    );
  });

  test('loading the package sets no timer, opens no resource and registers no global provider', async () => {
    const seen = await inFreshProcess<{ resources: string[]; provider: boolean }>(`
      const { trace } = require('@opentelemetry/api');
      require(dist + 'index.js');
      report({ resources: process.getActiveResourcesInfo().filter((name) => !/TTY|Pipe/.test(name)), provider: trace.getTracerProvider().getDelegate().constructor.name !== 'NoopTracerProvider' });`);
    expect(seen).toEqual({ resources: [], provider: false });
  });
});
