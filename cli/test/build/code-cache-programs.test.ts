import { execFile } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../../test/package/fresh-process';
import { runs } from '../../../test/soak';
import { runCli } from '../cli-process';

const MANY_PARTS = [
  ...Array.from(
    { length: 20_000 },
    (_, index) => `exports.part${index} = function part${index}(n) { return n + ${index}; };`,
  ),
  "exports.sum = () => Object.keys(exports).reduce((sum, name) => (name === 'sum' ? sum : exports[name](sum)), 0);",
].join('\n');

/** Programs that a cache could change, with the sources of `main.js` or `main.ts` and of further files. */
const PROGRAMS: readonly (readonly [what: string, files: Readonly<Record<string, string>>])[] = [
  [
    'fc-traced in strict TypeScript, which imports it first',
    {
      'main.ts': `import { createHandler } from 'fc-traced';
        function isStrict(this: unknown) { return this === undefined; }
        function writes() { try { (Object.freeze([1]) as number[])[0] = 2; return 'ignored'; } catch { return 'thrown'; } }
        class Main { handle() { return [isStrict(), writes()]; } }
        export const { handler } = createHandler(Main);
        export const other = 1;`,
      'tsconfig.json': '{"compilerOptions":{"target":"es2022","strict":true,"types":[]}}',
    },
  ],
  [
    'import() of built-in modules, of data and of files beside it, and exports that only exist later',
    {
      'main.js': `exports.handler = async (name) => [(await import('node:os')).EOL,
        (await import('./data.json', { with: { type: 'json' } })).default,
        (await import(__dirname + '/late.mjs')).late];
        exports.ready = import('node:path').then(({ sep }) => sep);
        setImmediate(() => { exports.later = 1; });`,
      'data.json': '{"value":1}',
      'late.mjs': "export const late = 'late';",
    },
  ],
  [
    'fc-traced in CommonJS, in a module that looks at itself',
    {
      'main.js': `const { createHandler } = require('fc-traced');
        const found = [require.main === module, require.main?.id, typeof module.filename, module.paths?.length > 0,
          arguments.length, this === module.exports];
        class Main { handle() { return found; } }
        exports.handler = createHandler(Main).handler;
        exports.other = 1;`,
    },
  ],
  [
    'an array with more elements than a call has arguments',
    {
      'main.js': "exports.handler = async () => require('./data.json').length;",
      'data.json': JSON.stringify(Array.from({ length: 200_000 }, () => 1)),
    },
  ],
  [
    'exports that are replaced, with getters that throw',
    {
      'main.js': `module.exports = function main() {}; module.exports.handler = async () => main2.toString();
        function main2() { return 1; /* a comment that stays */ }
        Object.defineProperty(module.exports, 'broken', { enumerable: true, get() { throw new Error('broken'); } });`,
    },
  ],
  [
    'strict mode, this, arguments and return at the top level',
    {
      'main.js': `'use strict'; let mode = 'strict'; try { undeclared = 1; mode = 'sloppy'; } catch {}
        const found = [mode, this === module.exports, arguments.length, typeof require.resolve, module.id !== ''];
        exports.handler = async () => found; if (found.length > 0) return; exports.never = 1;`,
    },
  ],
  ['an error while it is loaded', { 'main.js': "throw new TypeError('no database');" }],
  ['process.exit while it is loaded', { 'main.js': 'exports.handler = async () => 1; process.exit(3);' }],
  [
    'a rejection that nobody handles',
    { 'main.js': "Promise.reject(new Error('late')); exports.handler = async () => 1;" },
  ],
  [
    'timers and a server that keep the process alive',
    {
      'main.js': `setInterval(() => {}, 1000); require('net').createServer().listen(0);
        exports.handler = async () => 'alive';`,
    },
  ],
  [
    'frozen globals',
    {
      'main.js': `Reflect.deleteProperty(globalThis, 'queueMicrotask'); Object.freeze(globalThis);
        Object.freeze(Object.prototype); exports.handler = async () => typeof queueMicrotask;`,
    },
  ],
  [
    'functions of Node.js that are replaced',
    {
      'main.js': `const fs = require('fs'); const fail = () => { throw new Error('no'); };
        fs.readFileSync = fs.writeFileSync = fs.statSync = fail;
        exports.handler = async () => 'replaced';`,
    },
  ],
  [
    'modules that require each other',
    {
      'main.js': `exports.early = 1; const other = require('./other.js');
        exports.handler = async () => [other.seen, other.late()];`,
      'other.js': `const main = require('./main.js'); exports.seen = Object.keys(main);
        exports.late = () => typeof main.handler;`,
    },
  ],
  [
    'flags of V8 and NODE_OPTIONS that it sets',
    {
      'main.js': `require('v8').setFlagsFromString('--stack-size=500'); process.env.NODE_OPTIONS = '--no-opt';
        exports.handler = async () => process.env.NODE_OPTIONS;`,
    },
  ],
  [
    'characters of other scripts, and the text of functions',
    {
      'main.js': `#!/usr/bin/env node
        exports.handler = async () =>
          ['\u{1F600}é漢', /é+/u.test('éé'), String.raw\`é漢\\n\`, (() => 'é漢')()];`,
    },
  ],
  [
    'files that it writes while it is loaded',
    { 'main.js': "require('fs').writeFileSync(__dirname + '/written', ''); exports.handler = async () => 1;" },
  ],
  [
    'a worker of its own file, and one from a string',
    {
      'main.js': `const { isMainThread, parentPort, Worker } = require('worker_threads');
        const answer = (worker) =>
          new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
        if (isMainThread) exports.handler = async () => [await answer(new Worker(__filename)),
          await answer(new Worker("require('worker_threads').parentPort.postMessage('string')", { eval: true }))];
        else parentPort.postMessage('file');`,
    },
  ],
  [
    'two megabytes of code',
    {
      'main.js': `const parts = [require('./parts.js')]; exports.handler = async () => parts[0].sum();`,
      'parts.js': MANY_PARTS,
    },
  ],
  [
    'fc-traced, with a default export and a hook in another module',
    {
      'main.ts': `import { createHandler } from 'fc-traced';
        class Main { handle() { return 'handled'; } }
        export const { handler, initialize } = createHandler(Main);
        export default Main;`,
      'hooks.ts': "export { initialize } from './main.js';",
      'tsconfig.json': '{"compilerOptions":{"target":"es2022","types":[]}}',
    },
  ],
];
const COUNT = runs({ short: 1, long: PROGRAMS.length });

const DRIVER = `const [how, file] = process.argv.slice(1); const { reallyExit, stdout } = process;
const { stringify } = JSON; const { keys } = Object; const write = stdout.write.bind(stdout);
(async () => {
  try {
    const main = how === 'import' ? await import(file) : require(file);
    const names = keys(main).sort();
    const handler = main.handler ?? main.default.handler;
    write(stringify([names, await handler(Buffer.from('{}'), { function: {}, logger: console })]) + '\\n');
  } catch (error) { write(error.name + ': ' + error.message + '\\n'); }
  setTimeout(() => reallyExit.call(process, 0), 20);
})();`;

const onNode20 = process.version.startsWith('v20.') && process.platform === 'linux' ? describe : describe.skip;

onNode20(`${COUNT} of ${PROGRAMS.length} programs do the same with a compile cache`, () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'fc-traced-programs-'));
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function build(outDir: string, ...options: readonly string[]): Promise<string> {
    const built = path.join(folder, outDir, 'program');
    const args = [
      'build',
      path.join(folder, 's.yaml'),
      '--out-dir',
      path.dirname(built),
      '--format',
      'json',
      ...options,
    ];
    const { stdout, stderr, left } = await runCli(args, { FC_FUNC_CODE_PATH: built });
    expect([stderr, left]).toEqual(['', []]);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true });
    return built;
  }

  /** What a process prints and how it ends, by whether the module is required or imported. */
  async function results(built: string, flags: readonly string[]): Promise<unknown[]> {
    const found: unknown[] = [];
    for (const how of ['require', 'import']) {
      const args = [...flags, '-e', DRIVER, how, path.join(built, 'main.js')];
      const options = { env: { PATH: process.env['PATH'], FC_FUNC_CODE_PATH: '/code' } };
      const { stdout, stderr, code } = await promisify(execFile)(process.execPath, args, options).then(
        (result) => ({ ...result, code: 0 }),
        (error: unknown) => error as { stdout: string; stderr: string; code: number },
      );
      // The place of an error is that of another file.
      const errors = stderr.split('\n').filter((line) => /^\w*Error:|^fc-traced/.test(line));
      found.push([how, stdout.replaceAll(built, '<built>'), errors, code]);
    }
    return found;
  }

  test.each(PROGRAMS.slice(0, COUNT))('%s', async (_, files) => {
    const names = Object.keys(files);
    const initializer = names.includes('hooks.ts') ? '{ initializer: { handler: hooks.initialize } }' : '{}';
    const props =
      '{ functionName: program, runtime: nodejs20, code: ., handler: main.handler, ' +
      `instanceLifecycleConfig: ${initializer} }`;
    writeFileSync(path.join(folder, 's.yaml'), `resources: { program: { component: fc3, props: ${props} } }\n`);
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    const plain = await results(await build('plain', '--no-load'), []);
    const cached = await build('cached', '--compile-cache');
    for (const flags of [[], ['--max-old-space-size=300', '--expose-gc']]) {
      expect(await results(cached, flags)).toEqual(plain);
    }
  });
});
