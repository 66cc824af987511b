import { existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { buildFunctions } from '../../src/build/build-functions';
import type { BuildResult } from '../../src/build/build-functions';
import { build } from '../../src/commands/build';
import { findFunctions } from '../../src/functions/target';

let folder: string;
const yaml = (): string => join(folder, 's.yaml');
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fc-traced-partial-'));
  mkdirSync(join(folder, 'src'));
  for (const name of ['a', 'b']) writeFileSync(join(folder, 'src', `${name}.js`), 'exports.handler = () => 1;');
  writeFileSync(
    yaml(),
    `resources:
  a: { component: fc3, props: { runtime: nodejs20, code: ./src, handler: a.handler } }
  b: { component: fc3, props: { runtime: nodejs20, code: ./src, handler: b.handler } }
  py: { component: fc3, props: { runtime: python3.10, code: ./src, handler: index.handler } }
  go: { component: fc3, props: { runtime: custom, code: ./src, customRuntimeConfig: { command: [./main] } } }
  image: { component: fc3, props: { runtime: custom-container, code: ./src } }
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (target: string, external: readonly string[] = []): Promise<BuildResult> =>
  buildFunctions(findFunctions(target), {
    outDir: join(folder, 'built'),
    external,
    include: [],
    exporter: undefined,
    sourceMaps: false,
    compileCache: false,
    load: false,
  });

function codes(): (readonly [string, string])[] {
  const text = readFileSync(join(folder, 's.built.yaml'), 'utf8');
  const { resources } = parse(text) as { resources: Record<string, { props: { code: string } }> };
  return Object.entries(resources).map(([key, { props }]) => [key, props.code]);
}

const OTHERS = ['py', 'go', 'image'].map((key) => [key, './src']);

test('a build of one function keeps what was built before, and says what is deployed from its sources', async () => {
  expect((await run(`${yaml()}#a`)).notes).toEqual(['deployed from the sources, not built: b']);
  expect(codes()).toEqual([['a', './built/a'], ['b', './src'], ...OTHERS]);

  const all = await run(yaml(), ['nope']);
  expect(all.failed).toEqual([]);
  expect(all.notes).toEqual([
    'not built, because they do not run on Node.js: py (python3.10), go (custom), image (custom-container)',
    '--external nope: no module imports it by this name',
  ]);
  expect(codes()).toEqual([['a', './built/a'], ['b', './built/b'], ...OTHERS]);

  expect((await run(`${yaml()}#a`)).notes).toEqual(['deployed as built before: b']);
  expect(codes()).toEqual([['a', './built/a'], ['b', './built/b'], ...OTHERS]);

  // A function that fails is not deployed as it was before.
  rmSync(join(folder, 'src/b.js'));
  const failed = await run(`${yaml()}#b`);
  expect(failed.failed).toMatchObject([{ code: 'BUNDLE_FAILED' }]);
  expect(failed.failed[0]!.message).toMatch(/^\[BUNDLE_FAILED\] b: there is no module b/);
  expect(failed.notes).toEqual([
    'deployed as built before: a',
    'deployed from the sources, because the build failed: b',
  ]);
  expect(codes()).toEqual([['a', './built/a'], ['b', './src'], ...OTHERS]);
});

test('a function of another language alone, and s.built.yaml, cannot be built', async () => {
  await expect(run(`${yaml()}#py`)).rejects.toThrow('they do not run on Node.js: py (python3.10)');
  const built = join(folder, 's.built.yaml');
  const running = async (): Promise<unknown> => build.run({} as never, [built], {} as never);
  await expect(running()).rejects.toThrow('s.built.yaml was written by build. Name the file that it was built from');
  expect(existsSync(join(folder, 's.built.built.yaml'))).toBe(false);
});

test('functions whose names differ only in case are not built, also alone', async () => {
  const file = join(folder, 'names.yaml');
  const settings = 'component: fc3, props: { runtime: nodejs20, code: ./src, handler: a.handler';
  writeFileSync(
    file,
    `resources:
  one: { ${settings}, functionName: Shop } }
  two: { ${settings}, functionName: shop } }
  three: { ${settings}, functionName: other } }
  four: { component: fc3, props: { runtime: python3.10, functionName: Other } }
`,
  );
  const { built, failed } = await run(file);
  expect(built.map(({ bundled }) => bundled.spec.name)).toEqual(['other']);
  expect(failed.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^\[BUNDLE_FAILED\] Shop: its folder is also that of shop .*Change functionName/) as string,
    expect.stringMatching(/^\[BUNDLE_FAILED\] shop: its folder is also that of Shop /) as string,
  ]);
  expect((await run(`${file}#Shop`)).failed).toHaveLength(1);
});
