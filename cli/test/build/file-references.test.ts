import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findReferences, placeOf } from '../../src/build/file-references';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fc-traced-references-'));
  mkdirSync(path.join(folder, 'dist'));
  for (const file of ['rates.json', 'dist/page.html']) writeFileSync(path.join(folder, file), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["join(__dirname, '../rates.json')", ['rates.json']],
  ["(0, node_path_1.join)(__dirname, '..', 'rates.json')", ['rates.json']],
  ["node_path_1.default.resolve(__dirname, 'page.html')", ['dist/page.html']],
  ["(0, _nodefs.readFileSync)('page.html')", ['dist/page.html']],
  ["(0, import_path.join)(\n  import.meta.dirname,\r\n  'page.html')", ['dist/page.html']],
  ["__dirname + '/page.html'", ['dist/page.html']],
])('%s reads %j', (code, expected) => {
  const { files, isDynamic } = findReferences(code, path.join(folder, 'dist', 'index.js'), [path.join(folder, 'dist')]);
  expect(files).toEqual(expected.map((file) => path.join(folder, file)));
  expect(isDynamic).toBe(false);
});

test.each([
  ['/app/src/a/page.html', 'dist/a/page.html'],
  ['/app/node_modules/x/node_modules/y/z.js', 'node_modules/y/z.js'],
  [String.raw`C:\app\node_modules\@a\b\z.js`, 'node_modules/@a/b/z.js'],
  ['/other/z.js', undefined],
])('the place of %s below the folder of the bundle is %s', (file, place) => {
  expect(placeOf(file, [{ folder: '/app/src', place: 'dist' }])).toBe(place);
});
