import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import type * as tsyringe from 'tsyringe';
import { flatPackages } from '../../src/build/flat-packages';

const PACKAGES = ['@opentelemetry/api', 'tsyringe'];

let folder: string;
let inputs: readonly string[];
let bundled: Readonly<Record<string, Readonly<Record<string, unknown>>>>;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'fc-traced-flat-'));
  symlinkSync(path.resolve(__dirname, '../../../node_modules'), path.join(folder, 'node_modules'));
  writeFileSync(
    path.join(folder, 'main.mjs'),
    `import 'reflect-metadata';
     import * as api from '@opentelemetry/api';
     import api2 from '@opentelemetry/api';
     import * as tsyringe from 'tsyringe';
     import required from './required.cjs';
     export { api, tsyringe, required };
     export const defaults = api2;`,
  );
  writeFileSync(
    path.join(folder, 'required.cjs'),
    "exports['@opentelemetry/api'] = require('@opentelemetry/api'); exports.tsyringe = require('tsyringe');",
  );
  const outfile = path.join(folder, 'out.cjs');
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: ['main.mjs'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    metafile: true,
    preserveSymlinks: true,
    plugins: [flatPackages],
  });
  inputs = Object.keys(metafile.inputs);
  bundled = jest.requireActual(outfile);
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each(PACKAGES)('%s is one module in a bundle', (name) => {
  expect(inputs.filter((file) => file.includes(`node_modules/${name}/`))).toHaveLength(1);
});

test.each(PACKAGES)('%s exports the same names and kinds of values as the package', (name) => {
  const kinds = (values: object): unknown[] =>
    Object.entries(values)
      .filter(([key]) => key !== '__esModule' && key !== 'default')
      .map(([key, value]) => [key, typeof value, typeof value === 'function' ? value.name : undefined])
      .sort(([a], [b]) => String(a).localeCompare(String(b)));
  expect(kinds(bundled['required']![name] as object)).toEqual(kinds(jest.requireActual(name)));
});

test('import and require return the same objects', () => {
  const { api, required, defaults } = bundled;
  const [requiredApi, requiredContainers] = PACKAGES.map((name) => required![name] as Record<string, unknown>);
  expect(api!['trace']).toBe(requiredApi!['trace']);
  expect(defaults!['trace']).toBe(requiredApi!['trace']);
  expect(bundled['tsyringe']!['container']).toBe(requiredContainers!['container']);
});

test('containers resolve classes by their metadata, and factories and lifecycles work', () => {
  const { container, Lifecycle, instanceCachingFactory, injectable, singleton } = bundled[
    'tsyringe'
  ] as unknown as typeof tsyringe;
  class Part {}
  singleton()(Part);
  class Whole {
    constructor(readonly part: Part) {}
  }
  Reflect.defineMetadata('design:paramtypes', [Part], Whole);
  injectable()(Whole);
  const child = container.createChildContainer();
  child.register('made', { useFactory: instanceCachingFactory(() => ({})) });
  child.register(Whole, { useClass: Whole }, { lifecycle: Lifecycle.ContainerScoped });
  expect(child.resolve(Whole)).toBe(child.resolve(Whole));
  expect(child.resolve(Whole).part).toBe(container.resolve(Part));
  expect(child.resolve('made')).toBe(child.resolve('made'));
});
