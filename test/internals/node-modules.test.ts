import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { inFreshProcess } from '../package/fresh-process';

const functions = JSON.stringify(join(__dirname, '..', 'cold-start', 'functions', 'handler.js'));

/** Runs a function of `dist` and reports its result, the names of its spans, and the warnings about Node.js. */
const call = (before: string): string => `
  ${before}
  const warnings = [], names = [];
  const nothing = async () => {};
  const { diag } = require('@opentelemetry/api');
  const { createHandler } = require(dist + 'index.js');
  diag.setLogger({ error() {}, warn: (text) => warnings.push(text), info() {}, debug() {}, verbose() {} });
  const processor = { onStart() {}, onEnd: ({ name }) => names.push(name), forceFlush: nothing, shutdown: nothing };
  const { handler } = createHandler(class { handle() { return 'done'; } }, { name: 'shop', spanProcessors: [processor] });
  await nothing();
  const results = [await handler(Buffer.from('{}'), {}), await handler(Buffer.from('{}'), {})];
  report({ results, names, warnings: warnings.filter((text) => text.includes('Node.js')) });`;

interface Called {
  readonly results: readonly string[];
  readonly names: readonly string[];
  readonly warnings: readonly string[];
}

describe('node:module', () => {
  test('_load: require calls it with the request and the requiring module, and it can be replaced and restored', async () => {
    expect(
      await inFreshProcess(`
        const Module = require('node:module');
        const { _load } = Module;
        const calls = [];
        Module._load = function (request, parent) { calls.push([request, parent.filename]); return Reflect.apply(_load, this, arguments); };
        const found = Module.createRequire(${functions})('./parents');
        Module._load = _load;
        Module.createRequire(${functions})('./slow-rates');
        report({ calls, exports: Object.keys(found) });
      `),
    ).toEqual({ calls: [['./parents', JSON.parse(functions)]], exports: ['parent', 'children'] });
  });

  test.each([
    [
      'missing',
      `const Module = require('node:module');
       const load = Module._load;
       Module._load = function (request) { const found = Reflect.apply(load, this, arguments); return request === 'node:module' ? Object.create(found, { _load: { value: undefined } }) : found; };`,
    ],
    [
      'read-only',
      `const Module = require('node:module');
       const load = Module._load;
       Object.defineProperty(Module, '_load', { get: () => load });`,
    ],
  ])('_load that is %s: no modules are recorded, with one warning', async (_, before) => {
    const { results, names, warnings } = await inFreshProcess<Called>(call(before), { TRACED_SLOWEST_MODULES: '50' });
    expect(results).toEqual(['done', 'done']);
    expect(names).toContain('load modules');
    expect(names.filter((name) => name.startsWith('require '))).toEqual([]);
    expect(warnings).toEqual([
      'fc-traced: Node.js has changed: Module._load of node:module is missing or cannot be replaced, so TRACED_SLOWEST_MODULES has no effect',
    ]);
  });
});

describe('node:perf_hooks', () => {
  test('nodeTiming: bootstrapComplete is a time of the process, loopStart is -1 until the event loop starts', async () => {
    expect(performance.nodeTiming.bootstrapComplete).toBeGreaterThan(0);
    expect(performance.nodeTiming.loopStart).toBeGreaterThan(performance.nodeTiming.bootstrapComplete);
    expect(
      await inFreshProcess(`
        const { performance } = require('node:perf_hooks');
        const first = performance.nodeTiming.loopStart;
        await new Promise(setImmediate);
        report({ first, isStarted: performance.nodeTiming.loopStart > 0 });
      `),
    ).toEqual({ first: -1, isStarted: true });
  });

  test('nodeTiming that is missing: the cold start has no span "start process", with one warning', async () => {
    const { results, names, warnings } = await inFreshProcess<Called>(
      call("Object.defineProperty(require('node:perf_hooks').performance, 'nodeTiming', { value: undefined });"),
    );
    expect(results).toEqual(['done', 'done']);
    expect(names).toEqual(expect.arrayContaining(['cold start', 'load modules', 'load tracing']));
    expect(names).not.toContain('start process');
    expect(warnings).toEqual([
      'fc-traced: Node.js has changed: performance.nodeTiming of node:perf_hooks is missing, so cold starts have no span "start process"',
    ]);
  });
});
