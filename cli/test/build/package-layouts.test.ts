import { execFileSync } from 'node:child_process';
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
import { buildFunctions } from '../../src/build/build-functions';
import type { BuildResult } from '../../src/build/build-functions';
import { isExternal } from '../../src/build/external-packages';
import { packageNameIn } from '../../src/bundling/installed-package';
import { arrangePackages } from '../../src/build/package-tree';
import { findFunctions } from '../../src/functions/target';

let folder: string;
const at = (file: string): string => path.join(folder, file);

function write(files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(at(file)), { recursive: true });
    writeFileSync(at(file), text);
  }
}

function link(place: string, target: string): void {
  mkdirSync(path.dirname(at(place)), { recursive: true });
  symlinkSync(at(target), at(place), 'junction');
}

/** A package as pnpm installs it: below `.pnpm`, with links to what it needs beside it. */
function store(id: string, code: string, dependencies: Readonly<Record<string, string>> = {}): void {
  const [, name = '', version = ''] = /^(.+)@([\d.]+)/.exec(id) ?? [];
  const folderOf = (one: string): string =>
    `node_modules/.pnpm/${one.replace('/', '+')}/node_modules/${/^(.+)@/.exec(one)![1]!}`;
  write({
    [`${folderOf(id)}/package.json`]: JSON.stringify({ name, version, dependencies }),
    [`${folderOf(id)}/index.js`]: code,
  });
  for (const [dependency, wanted] of Object.entries(dependencies)) {
    link(`node_modules/.pnpm/${id.replace('/', '+')}/node_modules/${dependency}`, folderOf(`${dependency}@${wanted}`));
  }
}
const stored = (id: string): string => `node_modules/.pnpm/${id}/node_modules/${/^(.+)@/.exec(id)![1]!}`;

async function build(external: readonly string[] = []): Promise<BuildResult> {
  return buildFunctions(findFunctions(at('packages/fn/handler.js')), {
    outDir: at('built'),
    external,
    include: [],
    exporter: undefined,
    sourceMaps: false,
    compileCache: false,
    load: false,
  });
}

async function copied(external: readonly string[] = []): Promise<readonly string[]> {
  const { built, failed } = await build(external);
  expect(failed.map(({ message }) => message)).toEqual([]);
  return built[0]!.bundled.copiedPackages;
}

const messageOf = async (external: readonly string[] = []): Promise<string> =>
  (await build(external)).failed[0]!.message;

/** What the built function exports as `answer`. */
function answer(): unknown {
  const script = "process.stdout.write(JSON.stringify(require('./handler.js').answer))";
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { cwd: at('built/fn'), encoding: 'utf8' }));
}

beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'fc-traced-layouts-')));
  write({
    'packages/fn/package.json': '{"name":"@shop/fn"}',
    'packages/fn/handler.js': "exports.answer = require('@shop/shared'); exports.handler = () => 1;",
    'packages/shared/package.json': '{"name":"@shop/shared","main":"dist/index.js"}',
  });
  link('packages/fn/node_modules/@shop/shared', 'packages/shared');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('packages that only another package of the workspace sees are copied, with what they need', async () => {
  store('split@1.0.0', "module.exports = 'split';");
  store('pg@8.0.0', "module.exports = require('split');", { split: '1.0.0' });
  store('finder@2.0.0', "module.exports = 'finder';");
  store('bindings@1.0.0', "module.exports = 'bindings';");
  store('native@1.0.0', "module.exports = require('bindings');", { bindings: '1.0.0' });
  for (const id of ['pg@8.0.0', 'native@1.0.0', 'finder@2.0.0']) {
    link(`packages/shared/node_modules/${id.split('@')[0]!}`, stored(id));
  }
  write({
    'packages/shared/dist/index.js': "module.exports = [require('pg'), require('native'), require('finder')];",
  });
  expect(await copied(['pg', 'fin*'])).toEqual(['bindings', 'finder', 'native', 'pg', 'split']);
  expect(answer()).toEqual(['split', 'bindings', 'finder']);
});

test('a package that is not bundled and is needed in two versions is an error', async () => {
  store('pg@7.0.0', '');
  store('pg@8.0.0', '');
  link('packages/fn/node_modules/pg', stored('pg@7.0.0'));
  link('packages/shared/node_modules/pg', stored('pg@8.0.0'));
  write({
    'packages/fn/handler.js': "require('pg'); require('@shop/shared');",
    'packages/shared/dist/index.js': "require('pg');",
  });
  const message = await messageOf(['pg']);
  expect(message).toMatch(
    /^\[SEVERAL_COPIES\] pg is not part of the bundle, and its modules need it in two versions: /,
  );
  expect(message).toMatch(/7\.0\.0 in .*pg@7\.0\.0/);
  expect(message).toMatch(/8\.0\.0 in .*pg@8\.0\.0/);
});

test('a library that pnpm installs once for each set of peers is bundled once', async () => {
  store('tsyringe@4.10.0', 'module.exports = {};');
  store('tsyringe@4.10.0_peer', 'module.exports = {};');
  link('packages/fn/node_modules/tsyringe', stored('tsyringe@4.10.0'));
  link('packages/shared/node_modules/tsyringe', stored('tsyringe@4.10.0_peer'));
  write({
    'packages/fn/handler.js': "exports.answer = require('tsyringe') === require('@shop/shared');",
    'packages/shared/dist/index.js': "module.exports = require('tsyringe');",
  });
  expect(await copied()).toEqual([]);
  expect(answer()).toBe(true);
  write({ [`${stored('tsyringe@4.10.0_peer')}/package.json`]: '{"name":"tsyringe","version":"4.8.0"}' });
  expect(await messageOf()).toMatch(/^\[SEVERAL_COPIES\] the bundle contains tsyringe 2 times/);
});

test('a library that a process must have once is not both in the bundle and in node_modules', async () => {
  store('tsyringe@4.10.0', 'module.exports = { name: "tsyringe" };');
  store('orm@1.0.0', "module.exports = require('tsyringe');", { tsyringe: '4.10.0' });
  link('packages/fn/node_modules/tsyringe', stored('tsyringe@4.10.0'));
  link('packages/fn/node_modules/orm', stored('orm@1.0.0'));
  write({ 'packages/fn/handler.js': "exports.answer = require('tsyringe') === require('orm');" });
  expect(await copied(['orm'])).toEqual(['orm', 'tsyringe']);
  expect(answer()).toBe(true);
  store('tsyringe@4.8.0', '');
  rmSync(at('packages/fn/node_modules/tsyringe'), { recursive: true });
  link('packages/fn/node_modules/tsyringe', stored('tsyringe@4.8.0'));
  expect(await messageOf(['orm'])).toMatch(
    /^\[SEVERAL_COPIES\] the packages that are not bundled need tsyringe in two/,
  );
});

test('a package of the workspace that is not compiled is an error that says so, with the line of the source', async () => {
  write({ 'packages/fn/handler.js': "\n\nexports.answer = require('@shop/shared');\r\n" });
  expect(await messageOf()).toMatch(
    /Could not resolve "@shop\/shared" \(.*handler\.js:3\)\. .*packages\/shared is a package of the workspace, .*compile it/,
  );
  write({ 'packages/fn/handler.js': "require('./generated');" });
  expect(await messageOf()).toMatch(/Could not resolve "\.\/generated" .*Correct the path/);
});

test('function and class expressions keep their names, also those of libraries', async () => {
  write({
    'packages/fn/handler.js': `
      const nameOf = (one) => one.name;
      exports.answer = [nameOf(function load() {}), nameOf(class Item {}), ...require('@shop/shared')];`,
    'packages/shared/dist/index.js': `
      exports.Failure = class Failure extends Error {};
      exports.create = function create() {};
      module.exports = [exports.Failure.name, new exports.Failure().constructor.name, exports.create.name];`,
  });
  await copied();
  expect(answer()).toEqual(['load', 'Item', 'Failure', 'Failure', 'create']);
});

test("a project of Yarn Plug'n'Play is built by Yarn only", async () => {
  write({ '.pnp.cjs': '', 'packages/shared/dist/index.js': '' });
  expect(await messageOf()).toMatch(/Yarn Plug'n'Play.* Run yarn fc-traced build, or set nodeLinker: node-modules/);
});

test('each copied package finds the versions that it finds where it is installed', () => {
  for (const id of ['c@1.0.0', 'c@2.0.0', 'e@1.0.0', 'e@2.0.0']) store(id, '');
  store('b@1.0.0', '', { e: '1.0.0' });
  store('d@1.0.0', '', { b: '1.0.0', e: '2.0.0' });
  store('b@2.0.0', '', { e: '1.0.0' });
  store('a@1.0.0', '', { b: '2.0.0', e: '2.0.0', c: '2.0.0' });
  const roots = ['b@1.0.0', 'a@1.0.0', 'd@1.0.0', 'c@1.0.0'];
  const tree = arrangePackages(new Map(roots.map((id) => [id.split('@')[0]!, realpathSync(at(stored(id)))])));
  expect([...tree].map(([place, source]) => `${place} ${/\.pnpm[\\/](.*?)[\\/]/.exec(source)![1]!}`).sort()).toEqual([
    'a a@1.0.0',
    'a/node_modules/b b@2.0.0',
    // Not the one of a package that is on the way.
    'a/node_modules/b/node_modules/e e@1.0.0',
    'a/node_modules/c c@2.0.0',
    'a/node_modules/e e@2.0.0',
    'b b@1.0.0',
    'c c@1.0.0',
    'd d@1.0.0',
    'd/node_modules/e e@2.0.0',
    'e e@1.0.0',
  ]);
});

test('a package of the workspace that is external is copied without what belongs to its repository', async () => {
  write({
    'packages/shared/dist/index.js': 'module.exports = 7;',
    'packages/shared/.env': 'SECRET=1',
    'packages/shared/node_modules/x/index.js': '',
  });
  expect(await copied(['@shop/shared'])).toEqual(['@shop/shared']);
  expect(readdirSync(at('built/fn/node_modules/@shop/shared')).sort()).toEqual(['dist', 'package.json']);
  expect(existsSync(at('packages/shared/.env'))).toBe(true);
  expect(readFileSync(at('built/fn/handler.js'), 'utf8')).toContain('require("@shop/shared")');
});

test.each([
  ['pg', 'pg', true],
  ['pg/lib/x.js', 'pg', true],
  ['pg-pool', 'pg', false],
  ['@aws-sdk/client-s3', '@aws-sdk/*', true],
  ['@aws-sdk/client-s3/dist', '@aws-sdk/client-*', true],
  ['aws-sdk', '@aws-sdk/*', false],
])('whether %s is external with --external %s: %s', (specifier, name, expected) => {
  expect(isExternal(specifier, name)).toBe(expected);
});

test.each([
  ['pg', 'pg'],
  ['pg/lib', 'pg'],
  ['@a/b/c', '@a/b'],
  ['lodash.get', 'lodash.get'],
  ['./pg', undefined],
  ['../pg', undefined],
  ['/pg', undefined],
  [String.raw`C:\pg`, 'C:'],
])('the package in the import of %s is %s', (specifier, name) => {
  expect(packageNameIn(specifier)).toBe(name);
});
