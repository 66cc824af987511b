import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

interface Report {
  readonly functions: readonly {
    readonly function: string;
    readonly files: readonly string[];
    readonly notes: readonly string[];
  }[];
  readonly failed: readonly { readonly function: string; readonly code: string; readonly message: string }[];
}

let folder: string;

function write(files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
}

const props = (name: string, lines: readonly string[]): string =>
  `  ${name}:\n    component: fc3\n    props:\n${lines.map((line) => `      ${line}\n`).join('')}`;

function build(functions: Readonly<Record<string, readonly string[]>>, ...args: string[]): Report {
  const resources = Object.entries(functions).map(([name, lines]) => props(name, lines));
  write({ 'app/s.yaml': `edition: 3.0.0\nname: app\nresources:\n${resources.join('')}` });
  const cwd = path.join(folder, 'app');
  const main = path.join(__dirname, '../../dist/main.js');
  const command = [main, 'build', 's.yaml', '--format', 'json', '--no-load', ...args];
  const { stdout, stderr } = spawnSync(process.execPath, command, { cwd, encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Report;
}

beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'fc-traced-folders-')));
  write({ 'app/package.json': '{"name":"app","type":"module"}' });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NODE = 'runtime: nodejs20';

test('a build deletes nothing that it did not write', () => {
  write({
    'app/src/handler.js': 'export const handler = () => 1;',
    'app/mine/notes.txt': 'mine',
    'app/maps.maps/notes.txt': 'mine',
    'precious/notes.txt': 'precious',
    'handler.js': 'exports.handler = () => 1;',
  });
  const at = (name: string, handler = 'handler.handler', code = './src') => [
    `functionName: ${name}`,
    NODE,
    `code: ${code}`,
    `handler: ${handler}`,
  ];
  const { functions, failed } = build(
    {
      src: at('src'),
      outside: at('../precious'),
      parent: at('..'),
      mine: at('mine'),
      maps: at('maps'),
      above: at('above', '../handler.handler', '.'),
      fine: at('fine'),
    },
    '--out-dir',
    '.',
  );
  expect(functions.map((one) => one.function)).toEqual(['fine']);
  expect(Object.fromEntries(failed.map((one) => [one.function, one.message]))).toEqual({
    src: expect.stringContaining('the build would delete src, because it empties src first') as string,
    '../precious': expect.stringContaining('Change functionName to letters, digits, - and _') as string,
    '..': expect.stringContaining('Change functionName') as string,
    mine: expect.stringContaining('mine exists, and fc-traced build did not write it') as string,
    maps: expect.stringContaining('maps.maps exists') as string,
    above: expect.stringContaining('outside of the code folder') as string,
  });
  const kept = ['app/src/handler.js', 'app/mine/notes.txt', 'app/maps.maps/notes.txt', 'precious/notes.txt'];
  expect([...kept, 'handler.js'].filter((file) => !existsSync(path.join(folder, file)))).toEqual([]);
  // A folder that the build wrote is replaced, also in later builds.
  write({ 'app/fine/old.js': '' });
  expect(build({ fine: at('fine') }, '--out-dir', '.').failed).toEqual([]);
  expect(readdirSync(path.join(folder, 'app/fine')).sort()).toEqual(['handler.js', 'package.json']);
});

test('a module that names its own folder or one above does not have it copied', () => {
  const secrets = { 'app/.env': 'KEY=1', 'app/src/.env': 'KEY=1', 'app/.git/config': '' };
  write({
    ...secrets,
    'app/src/own.cjs': `const fs = require('fs'); exports.handler = (name) => fs.readFileSync(__dirname + '/' + name);`,
    'app/src/above.cjs': `const path = require('path'); exports.handler = () => path.resolve(__dirname, '..');`,
    'app/src/slash.cjs': `const path = require('path'); exports.handler = () => path.join(__dirname, './', '..', 'src/');`,
    'app/src/part.cjs': `
      const fs = require('fs');
      exports.handler = (name) => fs.readFileSync(__dirname + '/data/' + name) + fs.readFileSync('/proc/meminfo');`,
    'app/src/data/a.txt': 'a',
    'app/src/data/.env': 'KEY=1',
    'app/src/data/node_modules/x/index.js': '',
    'app/package.json': '{"name":"app"}',
  });
  const at = (name: string) => [`functionName: ${name}`, NODE, 'code: .', `handler: src/${name}.handler`];
  const { functions, failed } = build({
    own: at('own'),
    above: at('above'),
    slash: at('slash'),
    part: at('part'),
  });
  expect(failed).toEqual([]);
  const dynamic = (name: string) => [
    `src/${name}.cjs computes a path from its own place: name the files that it reads in --include`,
  ];
  expect(functions.map((one) => [one.function, one.files, one.notes])).toEqual([
    ['own', [], dynamic('own')],
    ['above', [], dynamic('above')],
    ['slash', [], dynamic('slash')],
    ['part', [], dynamic('part')],
  ]);
});

test('a folder is copied without hidden files, node_modules and what the build wrote', () => {
  write({
    'app/src/handler.cjs': `const fs = require('fs'); exports.handler = (name) => fs.readFileSync(__dirname + '/data/' + name);`,
    'app/src/data/a.txt': 'a',
    'app/src/data/.env': 'KEY=1',
    'app/src/handler.js': 'not the bundle',
  });
  const handler = ['functionName: copies', NODE, 'code: .', 'handler: src/handler.handler'];
  rmSync(path.join(folder, 'app/src/handler.js'));
  const { failed } = build({ copies: handler }, '--include', '.');
  expect(failed).toEqual([]);
  const out = path.join(folder, 'app/built/copies');
  expect(readdirSync(out).sort()).toEqual(['package.json', 's.yaml', 'src']);
  expect(readdirSync(path.join(out, 'src')).sort()).toEqual(['data', 'handler.cjs', 'handler.js']);
  expect(readdirSync(path.join(out, 'src/data'))).toEqual(['a.txt']);
});

test('a CommonJS bundle is loaded as such below a package of ES modules', () => {
  write({
    'app/src/handler.js': 'export const handler = () => "answer";',
    'app/src/hooks.js': 'export const initialize = () => 1;',
  });
  const one = ['functionName: one', NODE, 'code: .', 'handler: src/handler.handler'];
  const hooks = ['instanceLifecycleConfig:', '  initializer:', '    handler: src/hooks.initialize'];
  const { failed } = build({ one, two: ['functionName: two', ...one.slice(1), ...hooks] });
  expect(failed).toEqual([]);
  const script = "console.log(require('./one/src/handler.js').handler(), require('./two/src/handler.js').handler())";
  const cwd = path.join(folder, 'app/built');
  expect(execFileSync(process.execPath, ['-e', script], { cwd, encoding: 'utf8' })).toBe('answer answer\n');
  expect(readFileSync(path.join(cwd, 'one/package.json'), 'utf8')).toBe('{"type":"commonjs"}\n');
});

test('start commands: what is preloaded, the format that the name of the file asks for, and bootstrap', () => {
  write({
    'app/src/server.mjs': 'await 1; console.log(import.meta.url);',
    'app/src/late.cjs': "require('./server.mjs');",
    'app/src/server.js': 'console.log(1);',
    'app/src/instrument.js': 'console.log(0);',
    'app/server.js': 'console.log(2);',
    'app/bootstrap': '#!/bin/sh\n# node other.js\nexec node --env-file .env "server.js"\n',
    'zip/code.zip': '',
  });
  const command = (name: string, words: string) => [
    `functionName: ${name}`,
    'runtime: custom.debian10',
    'code: ./src',
    `customRuntimeConfig: { command: ${words} }`,
  ];
  const { functions, failed } = build({
    mjs: command('mjs', '[node, server.mjs]'),
    late: command('late', '[node, late.cjs]'),
    preload: command('preload', '[node, -r, ./instrument.js, server.js]'),
    loader: command('loader', '[node, --enable-source-maps, --import=./instrument.js, server.js]'),
    windows: command('windows', String.raw`['C:\Program Files\nodejs\node.exe', '--title', 'x.js', 'server.js']`),
    bootstrap: ['functionName: bootstrap', 'runtime: custom.debian10', 'code: .'],
    zip: ['functionName: zip', NODE, 'code: ../zip/code.zip', 'handler: server.handler'],
  });
  expect(functions.map((one) => [one.function, one.files])).toEqual([
    ['mjs', []],
    ['windows', []],
    ['bootstrap', ['bootstrap']],
  ]);
  expect(failed.map((one) => [one.function, one.code, one.message.replace(/^.*?: /, '')])).toEqual([
    ['late', 'BUNDLE_FAILED', expect.stringContaining('late.cjs has or imports top-level await') as string],
    ['preload', 'BUNDLE_FAILED', expect.stringContaining('loads ./instrument.js before server.js') as string],
    ['loader', 'BUNDLE_FAILED', expect.stringContaining('loads ./instrument.js before server.js') as string],
    ['zip', 'BUNDLE_FAILED', expect.stringContaining('code is the file') as string],
  ]);
  const mjs = path.join(folder, 'app/built/mjs/server.mjs');
  expect(execFileSync(process.execPath, [mjs], { encoding: 'utf8' })).toContain('server.mjs');
});

test('a package of the workspace finds the files beside it, and links that lead nowhere are skipped', () => {
  write({
    'shared/package.json': '{"name":"@shop/shared","type":"module","main":"lib/index.js"}',
    'shared/lib/index.js': `
      import { readFileSync } from 'node:fs';
      export const text = readFileSync(new URL('./data.txt', import.meta.url), 'utf8');`,
    'shared/lib/data.txt': 'data',
    'app/src/handler.js': "import { text } from '@shop/shared'; export const handler = () => text;",
    'app/assets/page.html': '<p>',
  });
  mkdirSync(path.join(folder, 'app/node_modules/@shop'), { recursive: true });
  symlinkSync('../../../shared', path.join(folder, 'app/node_modules/@shop/shared'));
  symlinkSync('nowhere', path.join(folder, 'app/assets/dangling'));
  symlinkSync('.', path.join(folder, 'app/assets/loop'));
  const handler = ['functionName: linked', NODE, 'code: .', 'handler: src/handler.handler'];
  const { functions, failed } = build({ linked: handler }, '--include', 'assets');
  expect(failed).toEqual([]);
  expect(functions[0]).toMatchObject({ files: ['assets', 'node_modules/@shop/shared/lib/data.txt'], notes: [] });
  const out = path.join(folder, 'app/built/linked');
  expect(readdirSync(path.join(out, 'assets'))).toEqual(['page.html']);
  const script = "console.log(require('./src/handler.js').handler())";
  expect(execFileSync(process.execPath, ['-e', script], { cwd: out, encoding: 'utf8' })).toBe('data\n');
  write({ 'app/file': '' });
  expect(build({ linked: handler }, '--out-dir', 'file').failed[0]!.message).toMatch(/--out-dir: .*file is a file/);
});

test('an interrupted build leaves nothing in node_modules', async () => {
  write({
    'app/src/handler.js': 'setInterval(() => {}, 1000); await new Promise(() => {}); export const handler = () => 1;',
    'app/node_modules/x/package.json': '{}',
  });
  const main = path.join(__dirname, '../../dist/main.js');
  const cwd = path.join(folder, 'app');
  const child = spawn(process.execPath, [main, 'build', 'src/handler.js'], { cwd, stdio: 'ignore' });
  const ended = once(child, 'exit');
  const left = () => readdirSync(path.join(cwd, 'node_modules')).filter((name) => name.startsWith('.'));
  while (left().length === 0 && child.exitCode === null) await setTimeout(20);
  expect(left()).toEqual([`.fc-traced-${child.pid}`]);
  child.kill('SIGINT');
  await ended;
  expect(left()).toEqual([]);
});
