import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../../../test/package/fresh-process';
import { buildFunctions } from '../../src/build/build-functions';
import type { BuildResult } from '../../src/build/build-functions';
import { findFunctions } from '../../src/functions/target';

let folder: string;
const at = (file: string): string => path.join(folder, file);

function write(files: Readonly<Record<string, string | object>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(at(file)), { recursive: true });
    writeFileSync(at(file), typeof text === 'string' ? text : JSON.stringify(text));
  }
}

beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'fc-traced-projects-')));
  write({
    'apps/fn/s.yaml':
      'resources: { fn: { component: fc3, props: { runtime: nodejs20, code: ../../dist/fn, handler: handler.handler } } }',
    'apps/fn/src/handler.ts': 'export const handler = () => 1;',
  });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const build = async (): Promise<BuildResult> =>
  buildFunctions(findFunctions(at('apps/fn/s.yaml')), {
    outDir: at('built'),
    external: [],
    include: [],
    exporter: undefined,
    sourceMaps: false,
    compileCache: false,
    load: false,
  });

function answer(): unknown {
  const script = "process.stdout.write(JSON.stringify(require('./handler.js').answer))";
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { cwd: at('built/fn'), encoding: 'utf8' }));
}

test('each module is compiled with the settings of the referenced project that includes it', async () => {
  const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true };
  mkdirSync(at('node_modules'));
  symlinkSync(path.join(root, 'node_modules', 'typescript'), at('node_modules/typescript'), 'junction');
  write({
    'tsconfig.base.json': { compilerOptions: { target: 'es2022', module: 'esnext', moduleResolution: 'bundler' } },
    'apps/fn/tsconfig.json': { files: [], references: [{ path: './tsconfig.app.json' }] },
    'apps/fn/tsconfig.app.json': {
      extends: '../../tsconfig.base.json',
      compilerOptions: {
        ...decorators,
        types: [],
        rootDir: 'src',
        outDir: '../../dist/fn',
        paths: { '@shop/*': ['../../libs/*/src/index.ts'], '~/*': ['./src/*'] },
      },
      include: ['src/**/*.ts'],
    },
    'libs/shared/tsconfig.json': { files: [], references: [{ path: './tsconfig.lib.json' }] },
    'libs/shared/tsconfig.lib.json': {
      extends: '../../tsconfig.base.json',
      compilerOptions: { ...decorators, types: [], useDefineForClassFields: false },
      include: ['src'],
    },
    'libs/plain/tsconfig.json': { files: [], references: [{ path: './tsconfig.lib.json' }] },
    'libs/plain/tsconfig.lib.json': { compilerOptions: { experimentalDecorators: true }, include: ['src'] },
    'apps/fn/src/metadata.ts': `
      Object.assign(Reflect, { metadata: (key: string, types: unknown) => (target: object) => {
        if (key === 'design:paramtypes') Object.assign(target, { types });
      } });
      export function Injected(_: object): void {}`,
    'apps/fn/src/handler.ts': `
      import { Injected } from '~/metadata';
      import { Rates } from '@shop/shared';
      import { arity } from '@shop/plain';
      @Injected class Fn { constructor(readonly rates: Rates) {} }
      class Base { constructor() { Object.assign(this, { own: 1 }); } }
      class Derived extends Base { own?: number; }
      export const answer = [(Fn as any).types[0].name, Object.keys(new Rates()).length, new Derived().own ?? null, arity];`,
    // Without define, a declared field does not replace what the constructor of the base class sets.
    'libs/shared/src/index.ts': `
      function Service(_: object): void {}
      class Base { constructor() { Object.assign(this, { rate: 7 }); } }
      @Service export class Rates extends Base { rate?: number; other?: string }`,
    // A legacy decorator is called with one argument, a standard one with two.
    'libs/plain/src/index.ts': `
      export let arity = 0;
      function Counted(...all: unknown[]): void { arity = all.length; }
      @Counted export class Plain {}`,
  });
  const { failed } = await build();
  expect(failed.map(({ message }) => message)).toEqual([]);
  expect(answer()).toEqual(['Rates', 1, null, 1]);
});

test('a tsconfig.json that cannot be read is an error that names it, but not that of an installed package', async () => {
  const broken = { extends: '@acme/tsconfig' };
  write({
    'apps/fn/src/handler.ts': "import lib from 'lib'; export const answer = lib; export const handler = () => 1;",
    'node_modules/lib/package.json': { name: 'lib', version: '1.0.0' },
    'node_modules/lib/index.js': 'module.exports = typeof __dirname;',
    'node_modules/lib/tsconfig.json': broken,
  });
  expect((await build()).failed.map(({ message }) => message)).toEqual([]);
  expect(answer()).toBe('string');
  write({ 'apps/fn/tsconfig.json': broken });
  expect((await build()).failed[0]!.message).toMatch(
    /apps\/fn\/tsconfig\.json cannot be read: File '@acme\/tsconfig' not found\. Correct it, or install the package that it/,
  );
});

test('a program that imports itself by name is bundled from its sources, compiled or not', async () => {
  write({
    'apps/fn/package.json': {
      name: '@shop/fn',
      imports: { '#lib/*': './dist/*.js' },
      exports: { './b': './dist/b.js' },
    },
    'apps/fn/tsconfig.json': { compilerOptions: { rootDir: 'src', outDir: 'dist' } },
    'apps/fn/s.yaml':
      'resources: { fn: { component: fc3, props: { runtime: nodejs20, code: ./dist, handler: handler.handler } } }',
    'apps/fn/src/handler.ts':
      "import { A } from '#lib/a'; import { made } from '@shop/fn/b'; export const answer = made instanceof A;",
    'apps/fn/src/a.ts': 'export class A {}',
    'apps/fn/src/b.ts': "import { A } from './a'; export const made = new A();",
  });
  expect((await build()).failed.map(({ message }) => message)).toEqual([]);
  expect(answer()).toBe(true);
  write({ 'apps/fn/dist/a.js': 'exports.A = class {};', 'apps/fn/dist/b.js': 'exports.made = 1;' });
  expect((await build()).failed).toEqual([]);
  expect(answer()).toBe(true);
});

test('names of files with the characters of URLs keep the names of classes, and their source maps', async () => {
  write({
    'apps/fn/src/handler.ts':
      "import { A } from './a'; import { A as B } from './a b#1%20ä/c d#2'; export const answer = [A.name, B.name];",
    'apps/fn/src/a.ts': 'export class A { a = 1 }',
    'apps/fn/src/a b#1%20ä/c d#2.ts': 'export class A { b = 1 }',
  });
  expect((await build()).failed.map(({ message }) => message)).toEqual([]);
  expect(answer()).toEqual(['A', 'A']);
  const { sources } = JSON.parse(readFileSync(at('built/fn.maps/handler.js.map'), 'utf8')) as { sources: string[] };
  expect(sources.map((source) => path.resolve(at('built/fn'), decodeURIComponent(source))).sort()).toEqual([
    at('apps/fn/src/a b#1%20ä/c d#2.ts'),
    at('apps/fn/src/a.ts'),
    at('apps/fn/src/handler.ts'),
  ]);
});

test('a worker of the program that is TypeScript is copied from where it is compiled', async () => {
  write({
    'apps/fn/src/handler.ts':
      "import { join } from 'node:path'; export const answer = join(__dirname, 'jobs', 'work.js');",
    'apps/fn/src/jobs/work.ts': 'export {};',
  });
  const notes = async (): Promise<readonly string[]> => (await build()).built[0]!.bundled.notes;
  expect(await notes()).toEqual([
    expect.stringMatching(
      /work\.js is a file of its own, .*: compile it to .*dist\/fn\/jobs\/work\.js first/,
    ) as string,
  ]);
  write({ 'dist/fn/jobs/work.js': '// compiled' });
  expect(await notes()).toEqual([expect.stringMatching(/dist\/fn\/jobs\/work\.js is copied as it is/) as string]);
  expect(answer()).toBe(at('built/fn/jobs/work.js'));
  expect(readFileSync(at('built/fn/jobs/work.js'), 'utf8')).toBe('// compiled');
});
