import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { dist, root } from '../package/fresh-process';
import { inProgram } from './in-program';

interface Printed {
  readonly seen: Readonly<Record<string, string>>;
  readonly told: readonly string[];
}

async function runProgram(file: string): Promise<Printed> {
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: root, timeout: 25_000 });
  return JSON.parse(stdout.split('\u0001')[1]!) as Printed;
}

test.each([
  ['a CommonJS program that loads its libraries first', 'commonjs-before.cjs'],
  ['a CommonJS program that loads each when it needs it', 'commonjs-after.cjs'],
  ['an ES module that imports its libraries first', 'module-before.mjs'],
  ['an ES module that imports each when it needs it', 'module-after.mjs'],
])('%s gets the spans of every library', async (_what, file) => {
  expect(await runProgram(path.join(__dirname, 'programs', file))).toEqual({
    seen: {
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
    told: [],
  });
});

describe('what cannot be instrumented any more, or not here, is told', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'fc-traced-order-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function library(name: string, main: string, code: string): void {
    const at = path.join(folder, 'node_modules', name);
    mkdirSync(at, { recursive: true });
    writeFileSync(
      path.join(at, 'package.json'),
      JSON.stringify({ name, version: '9.1.0', main, ...(main.endsWith('.mjs') && { type: 'module' }) }),
    );
    writeFileSync(path.join(at, main), code);
  }

  /** An instrumentation, such as a program brings, that replaces all that a module exports. */
  const REPLACING = `
    const { InstrumentationBase, InstrumentationNodeModuleDefinition } = require('@opentelemetry/instrumentation');
    class Replacing extends InstrumentationBase {
      constructor(library, versions = ['*']) { super('replacing-' + library, '1', { library, versions }); }
      init() { return [new InstrumentationNodeModuleDefinition(this.getConfig().library, this.getConfig().versions, (exports) => ({ ...exports, replaced: true }), () => {})]; }
    }
    process.chdir(FOLDER);
    const { createRequire } = require('node:module');
    const own = createRequire(FOLDER + '/program.js');
    const Shop = classOf({ async call() {} });`;
  const run = (script: string): Promise<{ told: string[]; seen: unknown }> =>
    inProgram(`const FOLDER = ${JSON.stringify(folder)}; ${REPLACING} ${script}
      await invoke(createHandler(Shop, { name: 'shop', instrumentations }).handler, { call: 'call' });
      report({ told, seen: seen() });`);

  test('a library that was loaded before, where the instrumentation replaces its exports: with what to do about it', async () => {
    library('early', 'index.js', 'exports.greet = () => 1;');
    const { told, seen } = await run(
      "const early = own('early'); const instrumentations = [new Replacing('early')]; instrumentations[0].disable(); const seen = () => early.replaced === true;",
    );
    expect(seen).toBe(false);
    expect(told).toEqual([
      'the instrumentation replacing-early came too late for early, which is loaded and cannot be changed any more: make the instrumentation before the library is imported, in a file that the program imports first or that is preloaded with node --require, and give the object to the option instrumentations',
    ]);
  });

  test('not one that is made first, as that message says', async () => {
    library('early', 'index.js', 'exports.greet = () => 1;');
    const { told, seen } = await run(
      "const instrumentations = [new Replacing('early')]; const early = own('early'); const seen = () => early.replaced === true;",
    );
    expect([told, seen]).toEqual([[], true]);
  });

  test('a version that the instrumentation does not know', async () => {
    library('grown', 'index.js', 'exports.greet = () => 1;');
    const { told } = await run(
      "own('grown'); const instrumentations = [new Replacing('grown', ['>=1 <3'])]; const seen = () => 0;",
    );
    expect(told).toEqual([
      'the instrumentation replacing-grown does not know the version that is loaded: grown 9.1.0 (it knows >=1 <3)',
    ]);
  });

  test('a library that is an ES module', async () => {
    library('modern', 'index.mjs', 'export const greet = () => 1;');
    const { told } = await run("const instrumentations = [new Replacing('modern')]; const seen = () => 0;");
    expect(told).toEqual([
      expect.stringMatching(
        /^the instrumentation replacing-modern cannot patch modern, which is an ES module: start Node\.js with a loader hook/,
      ),
    ]);
  });

  test('a library that is part of a bundle, in which the others are instrumented', async () => {
    writeFileSync(
      path.join(folder, 'program.ts'),
      `
      import { diag } from '@opentelemetry/api';
      import pg from 'pg';
      import { createHandler, Handler, Traced } from ${JSON.stringify(dist)};
      import { fakeFcContext, invoke, recordTraces } from ${JSON.stringify(path.join(dist, 'testing.js'))};
      const told: string[] = [];
      const tell = (text: string) => void (String(text).startsWith('fc-traced: ') && told.push(text.slice(11)));
      diag.setLogger({ error: tell, warn: tell, info() {}, debug() {}, verbose() {} });
      const traces = recordTraces();
      class Shop { async handle() { await fetch('http://127.0.0.1:2').catch(() => {}); await new pg.Client({ host: '127.0.0.1', port: 1 }).connect().catch(() => {}); } }
      const { handler } = createHandler(Shop, { name: 'shop', instrumentations: ['pg', 'undici'] });
      void invoke(handler, {}, fakeFcContext()).then(() => process.stdout.write('\\u0001' + JSON.stringify({ seen: { names: traces.spans().map(({ name }) => name).join() }, told }) + '\\u0001'));
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
    const { seen, told } = JSON.parse(stdout.split('\u0001')[1]!) as Printed;
    expect(seen).toEqual({ names: 'GET,shop' });
    expect(told).toEqual([
      expect.stringMatching(
        /^the instrumentation pg finds no package pg, pg-pool: where it is part of a bundle it cannot be patched, so leave it out there \(esbuild: --external:pg\)$/,
      ),
    ]);
  });
});
