import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import type { SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { compileEagerly } from '../../src/build/eager-modules';

const MODULES: Readonly<Record<string, string>> = {
  'main.ts':
    "import { first } from './first.cjs';\nimport { state } from './state';\n" +
    "export const later = () => [require('./later.cjs'), require('./state')];\nexport const values = [first, state, 'é'];\n",
  'first.cjs':
    "class Holder { static value = require('./in-class.cjs'); own = require('./later.cjs'); }\n" +
    "exports.first = [(() => require('./in-call.cjs'))(), Holder.value, this === exports, typeof arguments];\n",
  'in-call.cjs': 'module.exports = `}${"});"}`;\n',
  'in-class.cjs': 'module.exports = /[})]/.source;\n',
  'later.cjs': "module.exports = 'later';\n",
  'state.ts': "export const state = { is: 'state' };\n",
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fc-traced-eager-'));
  for (const [name, text] of Object.entries(MODULES)) writeFileSync(path.join(folder, name), text);
});
afterEach(() => rmSync(folder, { recursive: true }));

async function bundle(format: 'cjs' | 'esm', minifyWhitespace: boolean) {
  const file = path.join(folder, `out.${format === 'cjs' ? 'cjs' : 'mjs'}`);
  await build({
    absWorkingDir: folder,
    entryPoints: ['main.ts'],
    outfile: file,
    bundle: true,
    platform: 'node',
    format,
    sourcemap: 'external',
    minifyWhitespace,
  });
  const read = () => ({
    code: readFileSync(file, 'utf8'),
    map: JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload,
  });
  const before = read();
  compileEagerly(file, format);
  return { file, before, after: read() };
}

/** The place in the sources of each occurrence of a string literal. */
function placesOf({ code, map }: { code: string; map: SourceMapPayload }): unknown[] {
  const places = new SourceMap(map);
  return code
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(/"(?:later|state)"|exports\d*\b|\bHolder\b|\bfirst\b/g)].map((found) => [
        found[0],
        places.findEntry(index, found.index),
      ]),
    )
    .map(([text, entry]) => {
      const { originalSource, originalLine, originalColumn } = entry as Record<string, unknown>;
      return [text, originalSource, originalLine, originalColumn];
    });
}

describe.each([
  ['cjs', true],
  ['cjs', false],
  ['esm', true],
  ['esm', false],
] as const)('a bundle in the format %s, without whitespace: %s', (format, minifyWhitespace) => {
  test('modules are compiled with the bundle if loading it evaluates them, and no others', async () => {
    const { after } = await bundle(format, minifyWhitespace);
    const eager = [...after.code.matchAll(/"([\w./-]+)":\(function\(/g)].map(([, name]) => name!);
    expect(eager.sort((a, b) => a.localeCompare(b))).toEqual(['first.cjs', 'in-call.cjs', 'in-class.cjs', 'state.ts']);
    expect(after.code).toMatch(/"later.cjs"\(/);
  });

  test('its source map refers to the same places', async () => {
    const { before, after } = await bundle(format, minifyWhitespace);
    expect(placesOf(before).length).toBeGreaterThan(5);
    expect(placesOf(after)).toEqual(placesOf(before));
  });
});

test('a bundle whose modules are compiled with it exports the same values', async () => {
  const { file } = await bundle('cjs', true);
  const { values, later } = jest.requireActual<{ values: unknown; later(): unknown }>(file);
  expect(values).toEqual([['}});', '[})]', true, 'object'], { is: 'state' }, 'é']);
  expect(later()).toEqual(['later', { state: { is: 'state' } }]);
});

test('a bundle with syntax that the parser does not know stays as it is', () => {
  const file = path.join(folder, 'new.cjs');
  writeFileSync(file, 'var a = |> b;');
  compileEagerly(file, 'cjs');
  expect(readFileSync(file, 'utf8')).toBe('var a = |> b;');
});
