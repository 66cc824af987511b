import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CHECKS } from '../../src/doctor/finding';
import type { Finding } from '../../src/doctor/finding';
import { checkMetadata } from '../../src/doctor/module-checks';
import { checkCopies } from '../../src/doctor/package-checks';
import { readServerlessDevs } from '../../src/functions/serverless-devs';
import { runCli } from '../cli-process';

// The built files: the check of a module starts a process that runs them.
const { diagnose } = require('../../dist/doctor/diagnose.js') as typeof import('../../src/doctor/diagnose');

const specs = readServerlessDevs(join(__dirname, 'functions', 's.yaml'), {});
let findings: readonly Finding[];
beforeAll(async () => {
  findings = await diagnose(specs, true);
}, 60_000);

const found = (name: string): string[] =>
  findings
    .filter((finding) => finding.function === name)
    .map(({ check, level }) => `${level} ${check}`)
    .sort();

test.each([
  ['fine', []],
  ['captive', ['error captive-dependency', 'error lifecycle-hooks', 'error tracing-config', 'warning flush-budget']],
  ['metadata', ['error decorator-metadata', 'error endpoint']],
  ['order', ['error handler-module', 'error handler-module', 'error import-order', 'warning tracing-config']],
  ['throws', ['error handler-module', 'warning tracing-config']],
  ['names', ['error bundled-exporter', 'error handler-module', 'error instrumentations', 'warning tracing-config']],
  ['nothing', ['error handler-module']],
])('the function %s has the findings %j', (name, expected) => {
  expect(found(name)).toEqual(expected);
});

test('each finding says what is wrong and what to do, and names no path of an endpoint', () => {
  expect(findings.length).toBeGreaterThan(10);
  for (const { check, problem, remedy } of findings) {
    expect(Object.keys(CHECKS)).toContain(check);
    expect(problem.length).toBeGreaterThan(20);
    expect(remedy.length).toBeGreaterThan(10);
    expect(problem + remedy).not.toMatch(/adapt_|\n/);
  }
});

describe('in a folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'fc-traced-doctor-')));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };

  test('a second copy that pnpm installs beside the package that needs it is found', () => {
    const store = 'node_modules/.pnpm';
    for (const [place, version] of [
      ['tsyringe@4.10.0/node_modules/tsyringe', '4.10.0'],
      ['tsyringe@4.8.0/node_modules/tsyringe', '4.8.0'],
      ['library@1.0.0/node_modules/library', '1.0.0'],
    ]) {
      write(`${store}/${place}/package.json`, JSON.stringify({ version }));
    }
    const link = (place: string, target: string): void =>
      symlinkSync(join(folder, store, target), join(folder, place), 'junction');
    link('node_modules/tsyringe', 'tsyringe@4.10.0/node_modules/tsyringe');
    link('node_modules/library', 'library@1.0.0/node_modules/library');
    expect(checkCopies(folder)).toEqual([]);
    link(`${store}/library@1.0.0/node_modules/tsyringe`, 'tsyringe@4.8.0/node_modules/tsyringe');
    expect(checkCopies(folder).map(({ problem }) => problem)).toEqual([
      expect.stringMatching(/2 copies of tsyringe: .*4\.8\.0 in .*\.pnpm/) as string,
    ]);
  });

  test('a second copy of @opentelemetry/api or of fc-traced is found, with both versions', () => {
    write('node_modules/@opentelemetry/api/package.json', '{"version":"1.9.1"}');
    write('node_modules/library/package.json', '{"version":"1.0.0"}');
    expect(checkCopies(folder)).toEqual([]);
    write('node_modules/library/node_modules/@opentelemetry/api/package.json', '{"version":"1.4.0"}');
    write('node_modules/library/node_modules/fc-traced/package.json', '{"version":"0.1.0"}');
    write('node_modules/fc-traced/package.json', '{"version":"0.1.0"}');
    const problems = checkCopies(folder)
      .map(({ problem }) => problem)
      .sort();
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/2 copies of @opentelemetry\/api: .*1\.4\.0 in node_modules\/library/);
    expect(problems[1]).toMatch(/2 copies of fc-traced/);
  });

  test('a tsconfig.json without metadata is found if classes are injected', () => {
    write('tsconfig.json', '{ "compilerOptions": { "experimentalDecorators": true } } // a comment');
    const source = '@Handler()\nclass Main {\n  constructor(private readonly work: Work) {}\n}\n';
    write('handler.ts', source);
    const [finding] = checkMetadata(join(folder, 'handler.ts'), source);
    expect(finding).toMatchObject({
      check: 'decorator-metadata',
      problem: expect.stringContaining('lacks emitDecoratorMetadata'),
    });
    expect(checkMetadata(join(folder, 'handler.ts'), '@Handler()\nclass Main {\n  handle() {}\n}\n')).toEqual([]);
  });
});

test('doctor prints findings with remedies, or JSON, and exits with 1 after an error', async () => {
  const yaml = join(__dirname, 'functions', 's.yaml');
  const text = await runCli(['doctor', `${yaml}#nothing`]);
  expect(text).toMatchObject({ code: 1, stderr: '', left: [] });
  expect(text.stdout).toMatch(/^error {2}nothing: there is no module .*\n {2}correct handler and code .*\n/);
  expect(text.stdout).toMatch(/\nnothing: 12 checks, 1 errors, 0 warnings\n$/);
  const json = await runCli(['doctor', `${yaml}#fine`, '--format', 'json', '--no-load']);
  expect(json.code).toBe(0);
  expect(JSON.parse(json.stdout)).toEqual({ ok: true, findings: [], checks: Object.keys(CHECKS) });
});
