import { buildSync } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { dist, root } from '../package/fresh-process';
import { runProgram } from './run-program';

interface Output {
  readonly spans: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

async function runFile(file: string): Promise<Output> {
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: root, timeout: 25_000 });
  return JSON.parse(stdout.split('\u0001')[1]!) as Output;
}

test.each([
  ['a CommonJS program that loads its libraries first', 'commonjs-before.cjs'],
  ['a CommonJS program that loads each library when it uses it', 'commonjs-after.cjs'],
  ['an ES module that imports its libraries first', 'module-before.mjs'],
  ['an ES module that imports each library when it uses it', 'module-after.mjs'],
])('%s has spans of every library', async (_what, file) => {
  expect(await runFile(path.join(__dirname, 'programs', file))).toEqual({
    spans: {
      http: '└─ GET failed',
      httpByName: '└─ GET failed',
      https: '└─ GET failed',
      undici: '└─ GET failed',
      pg: '└─ pg.connect failed',
      pgPool: '└─ pg-pool.connect failed, └─ pg.connect failed',
      mysql2: '└─ SELECT failed',
      mysql2Promise: '└─ SELECT failed',
      redis: '└─ redis-connect failed',
      ioredis: '└─ connect',
      kafkajs: '└─ send orders failed',
    },
    warnings: [],
  });
});

describe('a library that cannot be patched is logged', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'fc-traced-order-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function installLibrary(name: string, main: string, code: string): void {
    const libraryFolder = path.join(folder, 'node_modules', name);
    mkdirSync(libraryFolder, { recursive: true });
    writeFileSync(
      path.join(libraryFolder, 'package.json'),
      JSON.stringify({ name, version: '9.1.0', main, ...(main.endsWith('.mjs') && { type: 'module' }) }),
    );
    writeFileSync(path.join(libraryFolder, main), code);
  }

  /** An instrumentation of the program that replaces the exports of a module. */
  const REPLACING = `
    const { InstrumentationBase, InstrumentationNodeModuleDefinition } = require('@opentelemetry/instrumentation');
    class Replacing extends InstrumentationBase {
      constructor(library, versions = ['*']) { super('replacing-' + library, '1', { library, versions }); }
      init() {
        const { library, versions } = this.getConfig();
        const patch = (exports) => ({ ...exports, replaced: true });
        return [new InstrumentationNodeModuleDefinition(library, versions, patch, () => {})];
      }
    }
    process.chdir(FOLDER);
    const { createRequire } = require('node:module');
    const requireLibrary = createRequire(FOLDER + '/program.js');
    const Shop = classOf({ async call() {} });`;
  const run = (script: string): Promise<{ warnings: string[]; isReplaced: unknown }> =>
    runProgram(`const FOLDER = ${JSON.stringify(folder)}; ${REPLACING} ${script}
      await invoke(createHandler(Shop, { name: 'shop', instrumentations }).handler, { call: 'call' });
      report({ warnings, isReplaced: isReplaced() });`);

  test('if the instrumentation replaces the exports and the library is already loaded', async () => {
    installLibrary('early', 'index.js', 'exports.greet = () => 1;');
    const { warnings, isReplaced } = await run(`
      const early = requireLibrary('early');
      const instrumentations = [new Replacing('early')];
      instrumentations[0].disable();
      const isReplaced = () => early.replaced === true;`);
    expect(isReplaced).toBe(false);
    expect(warnings).toEqual([
      'the instrumentation replacing-early cannot patch early: it is already loaded. ' +
        'Create the instrumentation before the library is imported, in a file that the program imports first or that ' +
        'node --require preloads, and pass the object in the option instrumentations',
    ]);
  });

  test('but not if the instrumentation is created first, as that message says', async () => {
    installLibrary('early', 'index.js', 'exports.greet = () => 1;');
    const { warnings, isReplaced } = await run(`
      const instrumentations = [new Replacing('early')];
      const early = requireLibrary('early');
      const isReplaced = () => early.replaced === true;`);
    expect([warnings, isReplaced]).toEqual([[], true]);
  });

  test('if the instrumentation does not support its version', async () => {
    installLibrary('grown', 'index.js', 'exports.greet = () => 1;');
    const { warnings } = await run(`
      requireLibrary('grown');
      const instrumentations = [new Replacing('grown', ['>=1 <3'])];
      const isReplaced = () => false;`);
    expect(warnings).toEqual([
      'the instrumentation replacing-grown does not support the loaded version: grown 9.1.0 (supported: >=1 <3)',
    ]);
  });

  test('if it is an ES module', async () => {
    installLibrary('modern', 'index.mjs', 'export const greet = () => 1;');
    const { warnings } = await run(
      "const instrumentations = [new Replacing('modern')]; const isReplaced = () => false;",
    );
    expect(warnings).toEqual([
      'the instrumentation replacing-modern cannot patch modern, which is an ES module, without a loader hook: ' +
        'start Node.js with --import FILE, where FILE calls ' +
        "register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)",
    ]);
  });

  test('if it is part of a bundle; other libraries are patched', async () => {
    writeFileSync(
      path.join(folder, 'program.ts'),
      `
      import { diag } from '@opentelemetry/api';
      import pg from 'pg';
      import { createHandler, Handler, Traced } from ${JSON.stringify(dist)};
      import { fakeFcContext, invoke, recordTraces } from ${JSON.stringify(path.join(dist, 'testing.js'))};
      const warnings: string[] = [];
      const record = (text: string) => void (String(text).startsWith('fc-traced: ') && warnings.push(text.slice(11)));
      diag.setLogger({ error: record, warn: record, info() {}, debug() {}, verbose() {} });
      const traces = recordTraces();
      class Shop {
        async handle() {
          await fetch('http://127.0.0.1:2').catch(() => {});
          await new pg.Client({ host: '127.0.0.1', port: 1 }).connect().catch(() => {});
        }
      }
      const { handler } = createHandler(Shop, { name: 'shop', instrumentations: ['pg', 'undici'] });
      void invoke(handler, {}, fakeFcContext()).then(() => {
        const spans = { names: traces.spans().map(({ name }) => name).join() };
        process.stdout.write('\\u0001' + JSON.stringify({ spans, warnings }) + '\\u0001');
      });
    `,
    );
    const outfile = path.join(folder, 'bundle.cjs');
    buildSync({
      entryPoints: [path.join(folder, 'program.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      nodePaths: [path.join(root, 'node_modules')],
      external: ['pg-native', 'thriftrw'],
      logLevel: 'silent',
    });
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], { cwd: folder, timeout: 25_000 });
    const { spans, warnings } = JSON.parse(stdout.split('\u0001')[1]!) as Output;
    expect(spans).toEqual({ names: 'GET,shop' });
    expect(warnings).toEqual([
      'the instrumentation pg cannot find a package pg or pg-pool. If it is part of a bundle, it cannot be patched: ' +
        'exclude it from the bundle (esbuild: --external:pg)',
    ]);
  });
});
