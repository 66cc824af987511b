import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { runs } from '../soak';
import { BUNDLERS } from './bundle';
import { root } from './fresh-process';
import { InstalledCopy } from './installed-copy';

/** A declaration that only one part of the package contains, as each bundler writes it. */
const PARTS = {
  container: /class ScopeFactory|ScopeFactory\w* = class/,
  handler: /class FunctionInstance|FunctionInstance\w* = class/,
  server: /function serve[$\d]*\(/,
  testing: /function recordTraces[$\d]*\(/,
  mcp: /function traceMcpClient[$\d]*\(/,
};

/** Programs, and what each prints. No instrumentation is installed. */
const PROGRAMS: Readonly<Record<string, { code: string; printed: string }>> = {
  // fc-traced loads reflect-metadata, and tsyringe cannot be loaded before it.
  handler: {
    code: `
      import { createHandler, FcTracedError } from 'fc-traced';
      import { container } from 'tsyringe';
      import { Shop } from './shop.mjs';
      import required from './required.cjs';
      class Hello { handle() { return 'hello'; } }
      const { handler } = createHandler(Hello);
      handler(Buffer.from('{}'), {}).then((answer) =>
        console.log(answer, container.resolve(Shop) instanceof Shop, required.FcTracedError === FcTracedError));`,
    printed: 'hello true true',
  },
  server: {
    code: "import { serve } from 'fc-traced/server';\nimport { container } from 'tsyringe';\nconsole.log(typeof serve, typeof container);",
    printed: 'function object',
  },
  // rollup runs tsyringe, an ES module, before the CommonJS modules that require it.
  commonjs: {
    code: "const { createHandler } = require('fc-traced');\nconst { container } = require('tsyringe');\nconsole.log(typeof createHandler, typeof container);",
    printed: 'function object',
  },
  bare: { code: "import 'fc-traced';\nconsole.log(typeof Reflect.getMetadata);", printed: 'function' },
  secret: {
    code: `
      import { secret } from 'fc-traced';
      import { expectTrace } from 'fc-traced/testing';
      import { traceMcpClient } from 'fc-traced/mcp';
      console.log(typeof secret('a password'), typeof Reflect.getMetadata);`,
    printed: 'object function',
  },
  everything: {
    code: `
      import * as main from 'fc-traced';
      import * as testing from 'fc-traced/testing';
      import * as server from 'fc-traced/server';
      import * as mcp from 'fc-traced/mcp';
      const values = [main, testing, server, mcp].flatMap((names) => Object.values(names));
      console.log(values.length > 40 && !values.includes(undefined));`,
    printed: 'true',
  },
};

// The short run has esbuild only. test/bundlers/matrix.mjs, a step of .ci/run, sends traces from bundles of all bundlers.
const tested = Object.entries(BUNDLERS).slice(0, runs({ short: 1, long: 3 }));

describe.each(tested)('%s', (_name, bundle) => {
  const copy = new InstalledCopy();
  const bundled = (program: string): string => path.join(copy.folder, 'out', `${program}.cjs`);
  const missingParts = (program: string): string[] => {
    const code = readFileSync(bundled(program), 'utf8');
    return Object.entries(PARTS).flatMap(([part, declaration]) => (declaration.test(code) ? [] : [part]));
  };

  beforeAll(async () => {
    copy.write('shop.mjs', "import { injectable } from 'tsyringe';\nexport class Shop {}\ninjectable()(Shop);");
    copy.write('required.cjs', "exports.FcTracedError = require('fc-traced').FcTracedError;");
    const entries = Object.entries(PROGRAMS).map(([program, { code }]) => [
      program,
      copy.write(`${program}${program === 'commonjs' ? '.cjs' : '.mjs'}`, code),
    ]);
    await bundle(Object.fromEntries(entries) as Record<string, string>, path.join(copy.folder, 'out'));
  }, 120_000);
  afterAll(() => copy.remove());

  test.each(Object.entries(PROGRAMS))('the program %s runs', async (program, { printed }) => {
    const { stdout } = await promisify(execFile)(process.execPath, [bundled(program)], { cwd: copy.folder });
    expect(stdout.trim()).toBe(printed);
  });

  // The core is one file, so that it loads quickly, and is bundled as a whole.
  test('leaves out the entry points that a program does not use', () => {
    expect(missingParts('secret')).toEqual(['server', 'testing', 'mcp']);
    expect(missingParts('handler')).toEqual(['server', 'testing', 'mcp']);
    expect(missingParts('everything')).toEqual([]);
  });
});

test.each(['jaeger', 'otlp'] as const)(
  'a bundle that lacks the exporter for %s says so, and answers',
  async (protocol) => {
    const copy = new InstalledCopy();
    try {
      const program = copy.write(
        'program.js',
        `const { createHandler } = require('fc-traced');
       const { handler } = createHandler(class { handle() { return 'answered'; } });
       const tracing = {
         openTracingSpanContext: '124ed43254b54966:124ed43254b54966:0:1',
         openTracingSpanBaggages: {},
         jaegerEndpoint: 'http://127.0.0.1:9${protocol === 'jaeger' ? '/api/traces' : '/v1/traces'}',
       };
       handler(Buffer.from('{}'), { requestId: '1', credentials: {}, function: {}, tracing }).then(console.log);`,
      );
      const bundled = path.join(copy.folder, 'alone', 'program.cjs');
      await build({
        entryPoints: [program],
        outfile: bundled,
        bundle: true,
        platform: 'node',
        logLevel: 'silent',
        external: [`./chunk-${protocol}.js`],
      });
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [bundled], { cwd: copy.folder });
      expect(stdout).toBe('answered\n');
      expect(stderr).toContain(
        `the file chunk-${protocol}.js of fc-traced was not found; deploy all files of its folder dist`,
      );
    } finally {
      copy.remove();
    }
  },
);

describe('sideEffects in package.json', () => {
  const { sideEffects } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    sideEffects: string[];
  };

  test('lists only files that exist', () => {
    expect(sideEffects.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  test('lists the core, and each entry point that imports for side effects, in every form in which it is built', () => {
    const entryPoints = ['index', 'server', 'mcp', 'testing'].filter((name) =>
      /^import '/m.test(readFileSync(path.join(root, 'src', `${name}.ts`), 'utf8')),
    );
    const expected = entryPoints.flatMap((name) =>
      ['.js', '.mjs', '.module.mjs'].map((ending) => `./dist/${name}${ending}`),
    );
    expect([...sideEffects].sort()).toEqual([...expected, './dist/chunk-core.js'].sort());
  });
});
