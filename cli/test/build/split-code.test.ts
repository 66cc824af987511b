import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import type { SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { splitCode } from '../../src/build/split-code';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fc-traced-split-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function split(source: string, file = 'main.js') {
  writeFileSync(path.join(folder, `source-${file}`), source);
  const outfile = path.join(folder, file);
  const options = {
    bundle: true,
    platform: 'node',
    format: 'cjs',
    minifyWhitespace: true,
    logLevel: 'silent',
  } as const;
  await build({ ...options, entryPoints: [path.join(folder, `source-${file}`)], outfile, sourcemap: 'linked' });
  const before = readFileSync(outfile, 'utf8');
  const result = await splitCode(outfile, 'orders');
  const code = readFileSync(result.file, 'utf8');
  const map = JSON.parse(readFileSync(`${result.file}.map`, 'utf8')) as SourceMapPayload;
  return { ...result, before, code, lines: code.split('\n'), map: new SourceMap(map) };
}

test('the code and its source map have names of their own, and the first line names the cache', async () => {
  const { file, lines, code, id } = await split('exports.one = 1;', 'main.cjs');
  expect(path.basename(file)).toBe('main.code.cjs');
  const comment = `/* ${id}, the code of main.cjs. After a change, delete main.code.cache. */`;
  const wrapper = 'return (function (exports, require, module, __filename, __dirname) {';
  expect(lines[0]).toBe(`${comment} (function (importModule) { ${wrapper}`);
  expect(code).toMatch(/\n\/\/# sourceMappingURL=main\.code\.cjs\.map\n+\}\); \}\)\n$/);
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(['main.code.cjs', 'main.code.cjs.map']));
  expect(readdirSync(folder)).not.toContain('main.cjs.map');
});

test.each([
  ['a first line of a script', '#!/usr/bin/env node\nexport const place = "here";\n'],
  ['no such line', 'export const place = "here";\n'],
])('the source map refers to the same places, with %s', async (_, source) => {
  const { lines, map, hashbang } = await split(`${source}export const load = (name) => [import(name), "there"];`);
  expect(hashbang).toBe(source.startsWith('#!') ? '#!/usr/bin/env node' : undefined);
  for (const text of ['"here"', '"there"']) {
    const line = lines.findIndex((one) => one.includes(text));
    const expected = source.split('\n').findIndex((one) => one.includes('here"'));
    expect(map.findEntry(line, lines[line]!.indexOf(text))).toMatchObject({
      originalLine: text === '"here"' ? expected : expected + 1,
    });
  }
});

test('import() becomes a call of a function with a name that the code does not have', async () => {
  const plain = await split('exports.load = (name) => import(name);');
  expect(plain.code).toContain('=>importModule(name)');
  const taken = await split('const importModule = 1; exports.load = (name) => import(name + importModule);');
  expect(taken.lines[0]).toContain('(function (importModule_) {');
  expect(taken.code).toContain('=>importModule_(name+importModule)');
});

test.each([
  ["exports.load = new Function('name', 'return import(name)');", 'return import(name)'],
  ['exports.load = (name) => eval(`import(${JSON.stringify(name)})`);', 'import(x)'],
  ["exports.load = (name) => eval('import(' + JSON.stringify(name) + ')');", 'import(x)'],
  ["exports.load = (name) => eval(`${'imp' + 'ort'}(${name})`);", 'import(x)'],
  [
    `exports.load = new (async () => {}).constructor('name', 'const m = await import(name); return m');`,
    'const m = await import(name); return m',
  ],
])('code in a string that imports modules is an error: %s', async (source, shown) => {
  await expect(split(source)).rejects.toThrow(
    `[NO_COMPILE_CACHE] --compile-cache: orders has code in a string that imports modules, ${JSON.stringify(shown)},`,
  );
});

test('the entry file stays a program until the file that loads the code replaces it', async () => {
  const { before } = await split('exports.load = (name) => import(name);');
  expect(readFileSync(path.join(folder, 'main.js'), 'utf8')).toBe(before);
});

test('a message about import() is not code', async () => {
  const source = 'exports.text = \'Use import("x") instead of require, or import() of another module\';';
  expect((await split(source)).code).toContain('instead of require');
});

test('the exports are those that Node.js finds in the code', async () => {
  const names = async (source: string) => (await split(source)).exports;
  expect(await names('export const one = 1; export default 2; export const delete_ = 3;')).toEqual({
    names: expect.arrayContaining(['one', 'delete_']) as string[],
    reexports: [],
  });
  expect((await names('exports.early = 1; module.exports = { ...exports, late: 2 };')).names).not.toContain('late');
});
