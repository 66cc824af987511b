import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readServerlessDevs } from '../../src/functions/serverless-devs';
import { TRIGGER_NAMES } from '../../src/functions/trigger-names';
import { triggerNameOf } from '../../src/functions/trigger-types';
import { createProject } from '../../src/init/create-project';

// .ci/package-cli.mjs compiles, tests and runs the functions of all triggers.

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fc-traced-init-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

test.each(TRIGGER_NAMES)(
  'init %s creates a handler of this trigger, a test, and an s.yaml that run and dev read',
  (trigger) => {
    const created = createProject(folder, trigger);
    expect(created.sort()).toEqual(
      ['.gitignore', 'package.json', 's.yaml', 'src/handler.ts', 'test/handler.test.ts', 'tsconfig.json'].sort(),
    );
    expect(read('src/handler.ts')).toContain(`@Handler({ trigger: '${trigger}' })`);
    expect(read('test/handler.test.ts')).toContain(`fakeEvent('${trigger}')`);
    const [spec, ...others] = readServerlessDevs(join(folder, 's.yaml'), {});
    expect(others).toEqual([]);
    expect(spec).toMatchObject({
      handler: 'dist/handler.handler',
      initializer: { handler: 'dist/handler.initialize' },
    });
    const expected = trigger === 'api-gateway' || trigger === 'async-destination' ? [] : [trigger];
    expect(spec!.triggers.map(triggerNameOf)).toEqual(expected);
  },
);

test('init keeps what package.json has, and adds what it lacks', () => {
  const before = {
    name: 'mine',
    scripts: { test: 'jest' },
    dependencies: { 'fc-traced': 'file:x.tgz' },
    license: 'MIT',
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(before));
  createProject(folder, 'oss');
  expect(JSON.parse(read('package.json'))).toMatchObject({
    ...before,
    scripts: { test: 'jest', build: 'tsc' },
    devDependencies: { typescript: '~5.9.0' },
  });
});

test('init changes nothing where one of its files exists', () => {
  writeFileSync(join(folder, 's.yaml'), 'mine');
  expect(() => createProject(folder, 'http')).toThrow('s.yaml already exists: use an empty folder');
  expect(read('s.yaml')).toBe('mine');
  expect(() => read('package.json')).toThrow('ENOENT');
});
