import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import type { InstalledCopy } from '../../../test/package/installed-copy';
import { cacheKindOf, cacheName, unusedCacheNotes } from '../../src/build/compile-cache';
import type { FunctionSpec } from '../../src/functions/function-spec';
import { runCli } from '../cli-process';
import { writeProject } from './project';

interface Report {
  readonly ok: boolean;
  readonly notes: readonly string[];
  readonly yaml: string;
  readonly functions: readonly {
    readonly function: string;
    readonly bytes: number;
    readonly packages: readonly { readonly name: string | null; readonly bytes: number }[];
    readonly loadMillis: { readonly before: number; readonly after: number } | null;
    readonly omittedExporter: string | null;
    readonly files: readonly string[];
    readonly nodeModules: readonly string[];
    readonly notes: readonly string[];
  }[];
  readonly failed: readonly { readonly function: string; readonly code: string; readonly message: string }[];
}

let project: InstalledCopy;
let alone: string;
let report: Report;
let code: number | null;

const built = (name: string) => report.functions.find((one) => one.function === name)!;

/** Runs a script in the folder of a built function, copied to where no packages are installed. */
function inFolder(name: string, script: string): unknown {
  const folder = path.join(alone, name);
  return JSON.parse(
    execFileSync(process.execPath, ['-e', script], {
      cwd: folder,
      env: { PATH: process.env['PATH'], RATES: '/code/rates/2026.json' },
      encoding: 'utf8',
    }),
  ) as unknown;
}

beforeAll(async () => {
  project = writeProject();
  alone = mkdtempSync(path.join(tmpdir(), 'fc-traced-alone-'));
  const yaml = path.join(project.folder, 's.yaml');
  const outDir = path.join(project.folder, 'built');
  const result = await runCli(['build', yaml, '--out-dir', outDir, '--format', 'json']);
  if (result.stdout === '') throw new Error(result.stderr);
  report = JSON.parse(result.stdout) as Report;
  ({ code } = result);
  cpSync(outDir, alone, { recursive: true });
}, 120_000);
afterAll(() => {
  project.remove();
  rmSync(alone, { recursive: true, force: true });
});

test('classes that are injected by their types run from one file, with their names and the files that they read', () => {
  expect(
    inFolder(
      'shop',
      `const { handler } = require('./shop/index.js');
       require('./hooks.js').initialize({}).then(() => handler(Buffer.from('{}'), {})).then((answer) => console.log(JSON.stringify(answer)));`,
    ),
  ).toEqual({ names: ['Item', 'function', 'Item'], page: '<h1>shop</h1>', rates: '{"usd":7}' });
});

test('the types of parameters are those that tsc emits: of interfaces, aliases, enums, generic and type-only imports', () => {
  expect(inFolder('shop', "console.log(JSON.stringify(require('./shop/index.js').types()))")).toEqual([
    'Object',
    'Number',
    'Number',
    'Box',
    'Object',
    'Nothing',
    'Object',
    'Array',
    'Array',
  ]);
});

test('a handler and a hook in two modules share their classes', () => {
  expect(
    inFolder(
      'shop',
      "console.log(JSON.stringify(require('./hooks.js').initialize === require('./shop/index.js').initialize))",
    ),
  ).toBe(true);
});

test('a module with top-level await becomes an ES module, in which require and its place are known', () => {
  expect(
    inFolder(
      'later',
      "import('./later.mjs').then(({ handler }) => handler()).then((answer) => console.log(JSON.stringify(answer)))",
    ),
  ).toEqual(['later', 'function', true]);
});

test('what is copied: files beside the code that are not code, and what a variable names in /code', () => {
  expect(built('shop').files).toEqual(['logo.svg', 'rates/2026.json', 'shop/page.html']);
  expect(readdirSync(path.join(alone, 'shop')).sort()).toEqual(['hooks.js', 'logo.svg', 'modules.js', 'rates', 'shop']);
  expect(built('shop').notes).toEqual([]);
});

test('packages with an addon or a worker are copied, and one that is not installed is needed only where it is used', () => {
  expect(inFolder('separate', "console.log(JSON.stringify(require('./separate.js').handler()))")).toEqual([
    'found',
    'worked',
    'chosen',
  ]);
  expect(built('separate').nodeModules).toEqual(['finder', 'native', 'worker']);
});

test('source maps are beside the folder that is deployed, with the sources', () => {
  const map = JSON.parse(readFileSync(path.join(alone, 'shop.maps', 'modules.js.map'), 'utf8')) as {
    sources: string[];
    sourcesContent: string[];
  };
  const index = map.sources.findIndex((source) => source.endsWith('src/shop/index.ts'));
  expect(map.sourcesContent[index]).toContain('readonly stock: Stock');
});

test('an exporter is left out only where s.yaml sets the endpoint of the other protocol', () => {
  expect(report.functions.map((one) => [one.function, one.omittedExporter])).toEqual([
    ['shop', null],
    ['later', null],
    ['web', 'jaeger'],
    ['separate', null],
    ['throws', null],
  ]);
  expect(readFileSync(path.join(alone, 'web', 'server.js'), 'utf8')).toContain(
    'the Jaeger exporter was left out of this bundle by fc-traced build',
  );
});

test('the report has the size of each package, and the time to load the function before and after', () => {
  const names = built('shop').packages.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['fc-traced', '@opentelemetry/api', 'tsyringe', null]));
  for (const { function: name, loadMillis } of report.functions) {
    // It needs what its deployment has, so it fails in the same way without a bundle.
    if (name === 'throws') expect(loadMillis).toBeNull();
    else expect(loadMillis).toEqual({ before: expect.any(Number) as number, after: expect.any(Number) as number });
  }
});

test('s.built.yaml is s.yaml with the built folders: references and comments stay', () => {
  const text = readFileSync(path.join(project.folder, 's.built.yaml'), 'utf8');
  const before = readFileSync(path.join(project.folder, 's.yaml'), 'utf8');
  expect(text).toContain('# The functions of the test.');
  const expected = parse(before) as { resources: Record<string, { props: { code: string } }> };
  for (const { function: name } of report.functions) expected.resources[name]!.props.code = `./built/${name}`;
  expect(parse(text)).toEqual(expected);
});

test('a function that cannot be built has a code and a remedy, and the others are built', () => {
  expect(code).toBe(1);
  expect(report.failed.map((one) => [one.function, one.code])).toEqual([
    ['missing', 'BUNDLE_FAILED'],
    ['shell', 'UNKNOWN_START_FILE'],
  ]);
  expect(report.failed[0]!.message).toMatch(
    /^\[BUNDLE_FAILED\] missing: Could not resolve "no-such-package" \(.*missing\.ts:1\)\. Install it, or name it in --external/,
  );
  expect(report.failed[1]!.message).toContain('customRuntimeConfig: { command: [node, server.js] }');
});

test('a compile cache needs the version of Node.js that the function runs on, without source maps', () => {
  const { node } = process.versions;
  const kindOf = (runtime: string) => cacheKindOf({ name: 'shop', runtime } as FunctionSpec);
  expect(() => kindOf('nodejs18')).toThrow(
    `[NO_COMPILE_CACHE] --compile-cache: shop runs on nodejs18, and Node.js ${node} runs this command. A cache applies only ` +
      'to the version of V8 that wrote it: use the runtime nodejs20, or leave the option out',
  );
  expect(() => kindOf('nodejs99')).toThrow(
    'run fc-traced build with the version of Node.js that FC runs, as process.version in the function shows',
  );
  const major = process.versions.node.split('.')[0]!;
  expect([kindOf(`nodejs${major}`), kindOf('custom.debian12')]).toEqual(['code', major === '20' ? 'code' : 'node']);
  const notesFor = (options: string) => unusedCacheNotes({ env: { NODE_OPTIONS: options } } as unknown as FunctionSpec);
  expect(notesFor('--max-old-space-size=100 --enable-source-maps')[0]).toMatch(
    /^the compile cache is not used, because/,
  );
  for (const spelling of ['--enable-source-maps=true', '"--enable-source-maps"', '--enable_source_maps']) {
    expect(notesFor(spelling)).toHaveLength(1);
  }
  expect(notesFor('--max-old-space-size=100')).toEqual([]);
  // The name that Node.js 22 and 24 give to the cache of this module.
  expect(cacheName(0, '/code/server.js')).toBe('5ec800e5');
});

test('an ES module cannot have a compile cache, and the error says what to do', async () => {
  const outDir = path.join(project.folder, 'cached');
  const args = ['--out-dir', outDir, '--format', 'json', '--no-load', '--compile-cache'];
  const { stdout } = await runCli(['build', path.join(project.folder, 's.yaml#later'), ...args]);
  expect((JSON.parse(stdout) as Report).failed).toMatchObject([
    {
      code: 'NO_COMPILE_CACHE',
      message: expect.stringMatching(
        /the bundle of later is an ES module, because .* Move what is awaited to the initializer, or leave the option out$/,
      ) as string,
    },
  ]);
});

test('of several functions, those that cannot have a compile cache are built without one, and a note names them', async () => {
  const folder = path.join(project.folder, 'several');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'later.mjs'), 'export const handler = await (async () => () => 1)();');
  writeFileSync(path.join(folder, 'text.js'), "exports.handler = new Function('name', 'return import(name)');");
  const runtime = `nodejs${process.versions.node.split('.')[0]!}`;
  const functions = ['later', 'text'].map(
    (name) => `${name}: { component: fc3, props: { runtime: ${runtime}, code: ., handler: ${name}.handler } }`,
  );
  writeFileSync(path.join(folder, 's.yaml'), `resources: { ${functions.join(', ')} }\n`);
  const args = ['--out-dir', path.join(folder, 'built'), '--format', 'json', '--no-load', '--compile-cache'];
  const result = JSON.parse((await runCli(['build', path.join(folder, 's.yaml'), ...args])).stdout) as Report;
  expect([result.failed, result.functions.map((one) => one.function)]).toEqual([[], ['later', 'text']]);
  expect(result.notes).toEqual([
    expect.stringMatching(/^built without a compile cache: .*the bundle of later is an ES module/) as string,
    expect.stringMatching(/^built without a compile cache: .*text has code in a string that imports modules/) as string,
  ]);
});

test('nothing is left in node_modules', () => {
  expect(readdirSync(path.join(project.folder, 'node_modules')).filter((name) => name.startsWith('.'))).toEqual([]);
  expect(existsSync(path.join(project.folder, 'node_modules', 'fc-traced'))).toBe(true);
});
