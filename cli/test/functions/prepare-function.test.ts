import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { prepareFunction } from '../../src/functions/prepare-function';
import { findFunction } from '../../src/functions/target';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fc-traced-prepare-'));
  write(
    's.yaml',
    'resources: { a: { component: fc3, props: { code: ., runtime: nodejs20, handler: dist/h.handler } } }',
  );
  write(
    'tsconfig.json',
    '{ "compilerOptions": { "outDir": "dist", "rootDir": "src", "emitDecoratorMetadata": true } }',
  );
  write('src/h.ts', '@Handler() class Main {}');
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, text = ''): string {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}
/** Installs packages without code. */
function install(...names: string[]): void {
  for (const name of names) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
    write(`node_modules/${name}/index.js`);
  }
}
const prepared = () => prepareFunction(findFunction(folder));

// Jest caches that a package is missing, so it is installed before a test looks for it.

test('the compiled module is used, with a note if its source is newer', () => {
  const compiled = write('dist/h.js');
  expect(prepared()).toMatchObject({ handler: 'dist/h.handler', module: compiled, notes: [] });
  utimesSync(compiled, 1000, 1000);
  expect(prepared()).toMatchObject({
    module: compiled,
    notes: [expect.stringContaining('is older than its TypeScript source')],
  });
});

test('with a loader, a source that is newer than the compiled module is used', () => {
  install('@swc-node/register', '@swc/core');
  utimesSync(write('dist/h.js'), 1000, 1000);
  expect(prepared()).toMatchObject({ handler: 'src/h.handler', module: join(folder, 'src/h.ts'), notes: [] });
});

test('without a compiled module, the source needs a loader', () => {
  expect(prepared).toThrow(/h\.ts is TypeScript, and no loader is installed\. .*npm i -D @swc-node\/register/);
});

test('tsx runs a source, and a note says that it emits no metadata', () => {
  install('tsx');
  const { handler, execArgv, notes } = prepared();
  expect({ handler, option: execArgv?.[0] }).toEqual({ handler: 'src/h.handler', option: '--import' });
  expect(notes).toEqual([
    expect.stringMatching(/^tsx \(esbuild\) emits no decorator metadata, so classes are not injected/),
  ]);
});

test('a module that exists in no form is refused with the place and what to do', () => {
  rmSync(join(folder, 'src'), { recursive: true });
  expect(prepared).toThrow(
    /^a: there is no module .*dist\/h\.js for the handler dist\/h\.handler\. Check handler and code/,
  );
});

test('a bare name is that of a function of s.yaml, although a file has the same name', () => {
  write('a.ts', '@Handler() class Other {}');
  const before = process.cwd();
  try {
    process.chdir(folder);
    expect(findFunction('a')).toMatchObject({ name: 'a', handler: 'dist/h.handler' });
    expect(findFunction('./a.ts')).toMatchObject({ handler: 'a.handler' });
  } finally {
    process.chdir(before);
  }
});
