// Installs a workspace with each package manager, as a user does: a function, and a package that it shares, which has a
// service, a file beside it, a library that an instrumentation patches, and a native addon. Builds the function with
// `fc-traced build`, and calls it in a folder without node_modules. Needs the build and the network.
//   node test/bundlers/package-managers.mjs [MANAGER]
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './tools.mjs';

const [only] = process.argv.slice(2);
const temporary = mkdtempSync(path.join(tmpdir(), 'fc-traced-managers-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));

const run = (command, args, cwd, env = {}) =>
  execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  });
const pack = (...args) =>
  `file:${path.join(temporary, JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', temporary, ...args], root))[0].filename)}`;

const runtime = pack();
const tools = pack('-w', 'cli');
const registry = run('npm', ['config', 'get', 'registry'], temporary).trim();
const yarn = ['--yes', '@yarnpkg/cli-dist@4'];
const berry = {
  YARN_NPM_REGISTRY_SERVER: registry,
  YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
  YARN_ENABLE_TELEMETRY: 'false',
  YARN_ENABLE_GLOBAL_CACHE: 'false',
};

/** How each package manager installs, and runs a program of the package in its folder. */
const MANAGERS = {
  npm: {
    own: '*',
    files: {},
    install: {
      command: 'npm',
      args: ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel', 'error'],
    },
    run: { command: 'npx', args: ['--no-install'] },
  },
  pnpm: {
    own: 'workspace:*',
    files: { 'pnpm-workspace.yaml': 'packages: [packages/*]\nonlyBuiltDependencies: [esbuild]\n' },
    install: {
      command: 'npx',
      args: ['--yes', 'pnpm@10', 'install', '--no-frozen-lockfile', '--prefer-offline', '--silent'],
    },
    run: { command: 'npx', args: ['--yes', 'pnpm@10', 'exec'] },
  },
  'yarn 1': {
    own: '1.0.0',
    files: {},
    install: { command: 'npx', args: ['--yes', 'yarn@1.22', 'install', '--silent', '--prefer-offline'] },
    run: { command: 'npx', args: ['--yes', 'yarn@1.22', '--silent', 'run'] },
  },
  "yarn 4, Plug'n'Play": {
    own: 'workspace:*',
    files: { '.yarnrc.yml': 'nodeLinker: pnp\n', 'yarn.lock': '' },
    install: { command: 'npx', args: [...yarn, 'install'] },
    run: { command: 'npx', args: [...yarn, 'run'] },
    env: berry,
  },
};

const shared = {
  'fc-traced': runtime,
  '@opentelemetry/api': '~1.9.1',
  'reflect-metadata': '^0.2.2',
  tsyringe: '^4.10.0',
};
const compiler = { typescript: '^5.9.0', '@types/node': '^20', '@types/pg': '^8' };
const project = (references) =>
  JSON.stringify({
    extends: '../../tsconfig.base.json',
    compilerOptions: { rootDir: 'src', outDir: 'dist' },
    include: ['src'],
    references,
  });

const FILES = (own) => ({
  'package.json': JSON.stringify({ name: 'shop', private: true, workspaces: ['packages/*'] }),
  'tsconfig.base.json': JSON.stringify({
    compilerOptions: {
      ...{ target: 'es2022', module: 'node16', moduleResolution: 'node16', strict: true, skipLibCheck: true },
      ...{ composite: true, experimentalDecorators: true, emitDecoratorMetadata: true, types: ['node'] },
    },
  }),
  'packages/fn/package.json': JSON.stringify({
    name: '@shop/fn',
    version: '1.0.0',
    private: true,
    dependencies: { ...shared, '@shop/shared': own },
    devDependencies: { ...compiler, 'fc-traced-cli': tools },
  }),
  'packages/fn/tsconfig.json': project([{ path: '../shared' }]),
  'packages/fn/s.yaml':
    'resources: { fn: { component: fc3, props: { runtime: nodejs20, code: ./dist, handler: handler.handler } } }\n',
  'packages/fn/src/handler.ts': `
    import { createHandler, Handler, Traced } from 'fc-traced';
    import { Orders } from '@shop/shared';
    @Handler()
    class Fn {
      constructor(private readonly orders: Orders) {}
      @Traced() handle() { return this.orders.price(2); }
    }
    export const { handler } = createHandler(Fn, { instrumentations: ['pg'] });`,
  'packages/shared/package.json': JSON.stringify({
    name: '@shop/shared',
    version: '1.0.0',
    main: 'dist/index.js',
    types: 'dist/index.d.ts',
    dependencies: { ...shared, pg: '^8.13.0', bufferutil: '^4.0.8' },
    devDependencies: compiler,
  }),
  'packages/shared/tsconfig.json': project([]),
  'packages/shared/rates.json': '{"rate":7}',
  'packages/shared/src/index.ts': `
    import { readFileSync } from 'node:fs';
    import { join } from 'node:path';
    import { Service, Traced } from 'fc-traced';
    import { Pool } from 'pg';
    import bufferutil = require('bufferutil');
    @Service()
    export class Rates {
      rate(): number { return JSON.parse(readFileSync(join(__dirname, '../rates.json'), 'utf8')).rate; }
    }
    @Service()
    export class Orders {
      constructor(readonly rates: Rates) {}
      @Traced() price(count: number) { return [count * this.rates.rate(), typeof Pool, typeof bufferutil.mask]; }
    }`,
  'packages/shared/src/bufferutil.d.ts':
    "declare module 'bufferutil' { const bufferutil: { mask: unknown }; export = bufferutil; }",
});

const CALL = `const context = { requestId: '1', function: { name: 'fn', handler: 'h', memory: 128, timeout: 9 }, service: {},
  credentials: {}, region: 'r', accountId: '1', logger: console };
require('./handler.js').handler(Buffer.from('{}'), context).then((answer) => console.log(JSON.stringify(answer)));`;

let tried = 0;
for (const [name, { own, files, install, run: runner, env }] of Object.entries(MANAGERS)) {
  if (only !== undefined && !name.startsWith(only)) continue;
  const folder = path.join(temporary, String((tried += 1)));
  for (const [file, text] of Object.entries({ ...FILES(own), ...files })) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  run(install.command, install.args, folder, env);
  const fn = path.join(folder, 'packages', 'fn');
  const inPackage = (...args) => run(runner.command, [...runner.args, ...args], fn, env);
  inPackage('tsc', '--build');
  const report = JSON.parse(inPackage('fc-traced', 'build', '--format', 'json'));
  const [built] = report.functions;
  assert.deepEqual(report.failed, [], name);
  assert.deepEqual(built.files, ['node_modules/@shop/shared/rates.json'], name);
  assert.ok(
    ['pg', 'pg-protocol', 'bufferutil', 'node-gyp-build'].every((one) => built.nodeModules.includes(one)),
    name,
  );
  const alone = path.join(temporary, `${tried}-built`);
  cpSync(path.join(fn, 'built', 'fn'), alone, { recursive: true });
  const answer = run(process.execPath, ['-e', CALL], alone, { NODE_OPTIONS: '' }).trim().split('\n').at(-1);
  assert.equal(answer, '[14,"function","function"]', name);
  console.log(`${name}: built, and called without node_modules of the workspace`);
}
assert.ok(tried > 0, `there is no package manager ${only}`);
