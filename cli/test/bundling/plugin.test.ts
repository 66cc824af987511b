import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions, Plugin } from 'esbuild';
import { rollup } from 'rollup';
import webpack from 'webpack';
import type { Configuration, Stats, WebpackPluginInstance } from 'webpack';
import { InstalledCopy } from '../../../test/package/installed-copy';
import { BUNDLE_ERROR_CODES, fcTraced } from '../../src/bundler';
import { guardCyclicMetadata } from '../../src/bundling/cyclic-metadata';
import { isModuleQuery, isProgramModule, packageOf } from '../../src/bundling/module-files';
import { sourceOf } from '../../src/bundling/rollup-plugin';

let copy: InstalledCopy;
beforeAll(() => {
  copy = new InstalledCopy(['tslib']);
  const compilerOptions = { experimentalDecorators: true, emitDecoratorMetadata: true, types: [] };
  copy.write('tsconfig.json', JSON.stringify({ compilerOptions }));
});
afterAll(() => copy.remove());

const writePackage = (folder: string, files: Readonly<Record<string, string>>): void => {
  for (const [file, text] of Object.entries(files)) copy.write(path.join(folder, file), text);
};

async function messageOf(entry: string, options: BuildOptions = {}): Promise<string> {
  const built = build({
    entryPoints: [entry],
    outfile: path.join(copy.folder, 'out.js'),
    bundle: true,
    platform: 'node',
    logLevel: 'silent',
    plugins: [fcTraced.esbuild()],
    ...options,
  });
  const { errors } = (await built.catch((error: unknown) => error)) as { errors: { text: string }[] };
  return errors.map(({ text }) => text).join('\n');
}

test('injected types without TypeScript fail with NO_TYPESCRIPT and the command that installs it', async () => {
  const entry = copy.write(
    'src/typed.ts',
    "import { Service } from 'fc-traced';\nimport { Other } from './other';\n@Service() export class A { constructor(b: Other) {} }",
  );
  copy.write('src/other.ts', 'export class Other {}');
  expect(await messageOf(entry)).toMatch(
    /^\[NO_TYPESCRIPT\] the decorators in .*typed\.ts need the types that emitDecoratorMetadata asks for, which only TypeScript emits\. Install it: npm i -D typescript$/,
  );
});

test('two copies of a library that a process must have once fail with SEVERAL_COPIES and their folders', async () => {
  writePackage('node_modules/older', {
    'package.json': '{"name":"older","main":"index.js"}',
    'index.js': "exports.decorate = require('reflect-metadata');",
    'node_modules/reflect-metadata/package.json': '{"name":"reflect-metadata","main":"Reflect.js"}',
    'node_modules/reflect-metadata/Reflect.js': 'exports.copy = 2;',
  });
  const entry = copy.write('src/copies.js', "import 'reflect-metadata';\nconsole.log(require('older').decorate);");
  const message = await messageOf(entry);
  expect(message).toMatch(/^\[SEVERAL_COPIES\] the bundle contains reflect-metadata 2 times: /);
  expect(message).toContain('older/node_modules/reflect-metadata');
  expect(message).toContain('npm ls reflect-metadata');
});

test('copies of one version, as pnpm installs them for different peers, are one in the bundle', async () => {
  const manifest = '{"name":"tsyringe","version":"0.0.1","main":"index.js","module":"index.js","type":"module"}';
  for (const id of ['one', 'two']) {
    writePackage(`peers/${id}/node_modules`, {
      'tsyringe/package.json': manifest,
      'tsyringe/index.js': 'export const container = {};',
      [`${id}/package.json`]: `{"name":"${id}","type":"module","main":"index.js"}`,
      [`${id}/index.js`]: "export { container } from 'tsyringe';",
    });
  }
  const entry = copy.write(
    'src/peers.mjs',
    "import * as one from '../peers/one/node_modules/one/index.js';\nimport * as two from '../peers/two/node_modules/two/index.js';\nconsole.log(one.container === two.container);",
  );
  expect(await messageOf(entry)).toBe('');
  const resolver = {
    name: 'resolver',
    resolveId: (id: string, importer?: string) =>
      id === 'tsyringe' ? path.join(path.dirname(importer!), '..', 'tsyringe', 'index.js') : undefined,
  };
  const bundle = await rollup({ input: entry, plugins: [fcTraced.rollup(), resolver], logLevel: 'silent' });
  const { output } = await bundle.generate({ format: 'cjs' });
  expect(Object.keys(output[0].modules).filter((id) => id.includes('tsyringe'))).toHaveLength(1);
});

test('a bundled library that an instrumentation has to patch fails with LIBRARY_BUNDLED, and passes as external', async () => {
  writePackage('node_modules/pg', {
    'package.json': '{"name":"pg","main":"index.js"}',
    'index.js': 'exports.Pool = class {};',
  });
  const entry = copy.write(
    'src/library.js',
    "import { createHandler } from 'fc-traced';\nimport { Pool } from 'pg';\nclass A { handle() { return new Pool(); } }\nexport const { handler } = createHandler(A, { instrumentations: ['pg'] });",
  );
  expect(await messageOf(entry)).toMatch(
    /^\[LIBRARY_BUNDLED\] .*library\.js names an instrumentation for pg, which is part of the bundle, where it cannot be patched\. Make it external \(external: \['pg'\]\)/,
  );
  expect(await messageOf(entry, { external: ['pg'] })).toBe('');
});

test('a native addon fails with ADDON_BUNDLED, in esbuild and in Rollup', async () => {
  writePackage('node_modules/sharp', {
    'package.json': '{"name":"sharp","main":"index.js"}',
    'index.js': "module.exports = require('./sharp.node');",
    'sharp.node': '',
  });
  const entry = copy.write('src/addon.js', "import sharp from 'sharp';\nconsole.log(sharp);");
  const expected =
    "[ADDON_BUNDLED] sharp has a native addon, sharp.node, which cannot be part of a bundle. Make it external (external: ['sharp'])";
  expect(await messageOf(entry)).toContain(expected);
  const direct = copy.write(
    'src/direct.js',
    `import addon from ${JSON.stringify(path.join(copy.folder, 'node_modules/sharp/sharp.node'))};\nconsole.log(addon);`,
  );
  await expect(rollup({ input: direct, plugins: [fcTraced.rollup()], logLevel: 'silent' })).rejects.toThrow(expected);
});

test('an ES module of esbuild has the function require; one of Rollup without it fails with NO_REQUIRE', async () => {
  const entry = copy.write('src/esm.js', "export const path = require('node:path');");
  expect(await messageOf(entry, { format: 'esm' })).toBe('');
  expect(readFileSync(path.join(copy.folder, 'out.js'), 'utf8')).toContain('createRequire');
  const bundle = await rollup({ input: entry, plugins: [fcTraced.rollup()], logLevel: 'silent' });
  await expect(bundle.generate({ format: 'es' })).rejects.toThrow(
    "[NO_REQUIRE] the bundle is an ES module, and modules in it call require. Write it as CommonJS: format: 'cjs'",
  );
});

test('a syntax error in TypeScript fails with TYPESCRIPT_FAILED and the message of tsc', async () => {
  const other = new InstalledCopy(['tslib', 'typescript']);
  try {
    other.write('tsconfig.json', readFileSync(path.join(copy.folder, 'tsconfig.json'), 'utf8'));
    const entry = other.write('wrong.ts', '@Service() export class A { constructor(b: ) {} }');
    expect(await messageOf(entry)).toMatch(
      /^\[TYPESCRIPT_FAILED\] .*wrong\.ts\(1,44\): error TS1110: Type expected\.$/,
    );
  } finally {
    other.remove();
  }
});

test('metadata of classes that import each other is read when it is known, and other code is not changed', () => {
  const code = [
    "import { Orders, type Other } from './orders.js';",
    "import * as kinds from './kinds.js';",
    'Stock = __decorate([',
    '    __metadata("design:paramtypes", [Orders, String, Stock, kinds.Box, typeof (_a = typeof Orders !== "undefined" && Orders) === "function" ? _a : Object])',
    '], Stock);',
  ].join('\n');
  const guarded = guardCyclicMetadata(code);
  expect(guarded).toContain(
    '[__imported(() => Orders), String, Stock, __imported(() => kinds.Box), __imported(() => typeof (_a = typeof Orders',
  );
  expect(guarded.split('\n')).toHaveLength(code.split('\n').length);
  const unchanged = 'Stock = __decorate([\n    __metadata("design:paramtypes", [String])\n], Stock);';
  expect(guardCyclicMetadata(unchanged)).toBe(unchanged);
});

test('a relative import finds the TypeScript source that it means', () => {
  const importer = copy.write('src/importer.ts', '');
  writeFileSync(path.join(copy.folder, 'src', 'page.mts'), '');
  expect(sourceOf('./other', importer)).toBe(path.join(copy.folder, 'src', 'other.ts'));
  expect(sourceOf('./other.js', importer)).toBe(path.join(copy.folder, 'src', 'other.ts'));
  expect(sourceOf('./page.mjs', importer)).toBe(path.join(copy.folder, 'src', 'page.mts'));
  expect(sourceOf('./addon.js', importer)).toBeUndefined();
  expect(sourceOf('pg', importer)).toBeUndefined();
});

test('docs/bundlers.md lists exactly the codes', () => {
  const text = readFileSync(path.join(__dirname, '..', '..', '..', 'docs', 'bundlers.md'), 'utf8');
  const listed = [...text.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  expect(new Set(listed)).toEqual(new Set(Object.keys(BUNDLE_ERROR_CODES)));
});

test('modules that another plugin of esbuild makes are left to it', async () => {
  const entry = copy.write('src/virtual.js', "import { made } from 'made.js';\nconsole.log(made);");
  const virtual: Plugin = {
    name: 'virtual',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^made\.js$/ }, ({ path: name }) => ({ path: name, namespace: 'made' }));
      onLoad({ filter: /.*/, namespace: 'made' }, () => ({ contents: 'export const made = 1;' }));
    },
  };
  expect(await messageOf(entry, { plugins: [fcTraced.esbuild(), virtual] })).toBe('');
});

describe('modules of other plugins', () => {
  const made = { '\0virtual:made.ts': 'export const made = 1;', '\0virtual:/src/orders.js': 'export const made = 2;' };
  const virtual = {
    name: 'virtual',
    resolveId: (id: string) => (id.startsWith('virtual:') ? `\0${id}` : undefined),
    load: (id: string) => made[id as keyof typeof made],
  };
  let other: InstalledCopy;
  beforeAll(() => {
    other = new InstalledCopy(['tslib', 'typescript']);
    other.write('tsconfig.json', readFileSync(path.join(copy.folder, 'tsconfig.json'), 'utf8'));
  });
  afterAll(() => other.remove());

  test('Rollup: virtual modules and files with a query are left to them, and types are watched', async () => {
    const raw = {
      name: 'raw',
      resolveId: (id: string) => (id.endsWith('?raw') ? path.join(other.folder, id) : undefined),
      load: (id: string) =>
        id.endsWith('?raw') ? `export default ${JSON.stringify(readFileSync(id.slice(0, -4), 'utf8'))}` : undefined,
    };
    const note = 'class Note {\n  @Note() run(a: Note) {}\n}\n';
    other.write('note.ts', note);
    const types = other.write('rates.ts', 'export interface Rates { rate: number }');
    const input = other.write(
      'entry.ts',
      `import note from 'note.ts?raw';
import { made } from 'virtual:made.ts';
import * as orders from 'virtual:/src/orders.js';
import type { Rates } from './rates';
@(() => undefined) class Fn { constructor(readonly rates: Rates) {} }
console.log(note, made, orders, Fn);`,
    );
    const bundle = await rollup({ input, plugins: [fcTraced.rollup(), virtual, raw], logLevel: 'silent' });
    const { output } = await bundle.generate({ format: 'cjs' });
    expect(output[0].code).toContain(JSON.stringify(note));
    expect(output[0].code).toContain('made$1 = 1');
    expect(bundle.watchFiles).toEqual(expect.arrayContaining([types, path.join(other.folder, 'tsconfig.json')]));

    const change = { name: 'change', transform: { order: 'pre' as const, handler: (code: string) => `${code}\n1;` } };
    await expect(rollup({ input, plugins: [change, fcTraced.rollup(), virtual, raw] })).rejects.toThrow(
      /entry\.ts: another plugin has changed this module, which tsc reads from its file\. Name fcTraced first/,
    );
  });

  test('webpack: data URLs and files with a query are left to it', async () => {
    other.write('page.ts', 'export const page: string = "typed";');
    const entry = other.write(
      'queries.js',
      `import page from './page.ts?raw';
import { made } from 'data:text/javascript,export const made = 1; //x.ts';
console.log(page, made);`,
    );
    // Its loader is a file of its own.
    const built = require('../../dist/bundler') as typeof import('../../src/bundler');
    const options: Configuration = {
      context: other.folder,
      mode: 'none',
      target: 'node20',
      entry,
      output: { path: path.join(other.folder, 'out') },
      module: { rules: [{ resourceQuery: /raw/, type: 'asset/source' }] },
      plugins: [built.fcTraced.webpack() as WebpackPluginInstance],
    };
    const stats = await new Promise<Stats>((resolve, reject) => {
      webpack(options, (error, result) => (error ? reject(error) : resolve(result!)));
    });
    expect(stats.toJson({ all: false, errors: true }).errors).toEqual([]);
    expect(readFileSync(path.join(other.folder, 'out', 'main.js'), 'utf8')).toContain('const page: string');
  });
});

test.each([
  ['/app/src/a.ts', true],
  [String.raw`C:\app\src\a.ts`, true],
  ['/app/src/a.d.ts', false],
  ['/app/src/a.d.mts', false],
  ['/app/node_modules/a/index.js', false],
  [String.raw`C:\app\node_modules\a\index.js`, false],
  ['\0/app/src/a.ts', false],
  ['virtual:a.ts', false],
  ['data:text/javascript,import "./a.js', false],
  ['https://example.com/a.js', false],
])('whether %j is a module of the program: %s', (file, expected) => {
  expect(isProgramModule(file)).toBe(expected);
});

test.each([
  [undefined, true],
  ['', true],
  ['?v=1a2b', true],
  ['?import&t=17', true],
  ['?raw', false],
  ['?url', false],
  ['?v=1&raw', false],
  ['?commonjs-proxy', false],
])('whether a module with the query %j is the file itself: %s', (query, expected) => {
  expect(isModuleQuery(query)).toBe(expected);
});

test.each([
  ['/app/node_modules/a/index.js', 'a', '/app/node_modules/a'],
  ['/app/node_modules/.pnpm/@a+b@1/node_modules/@a/b/x.js', '@a/b', '/app/node_modules/.pnpm/@a+b@1/node_modules/@a/b'],
  [String.raw`C:\app\node_modules\@a\b\x.js`, '@a/b', String.raw`C:\app\node_modules\@a\b`],
  ['C:/app/node_modules/a/x.js', 'a', 'C:/app/node_modules/a'],
  ['/app/src/a.js', undefined, undefined],
])('%s belongs to the package %s', (file, name, folder) => {
  expect([packageOf(file)?.name, packageOf(file)?.folder]).toEqual([name, folder]);
});
