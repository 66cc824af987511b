import { execFile } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { InstalledCopy } from '../../../test/package/installed-copy';
import { runCli } from '../cli-process';

const YAML = `edition: 3.0.0
resources:
  orders:
    component: fc3
    props:
      functionName: orders
      runtime: nodejs20
      code: .
      handler: orders.handler
      environmentVariables:
        CALLED: FILE
`;

const PROGRAM = `#!/usr/bin/env node
import { appendFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { createHandler, Handler, Service, Traced } from 'fc-traced';

if (!isMainThread) parentPort!.postMessage('a worker of the same file');

@Service()
class Stock {
  @Traced()
  async count(n: number): Promise<number> {
    if (n < 0) throw new RangeError('none, é');
    return n;
  }
}

@Handler()
class Orders {
  constructor(private readonly stock: Stock) {
    if (process.env.CALLED) appendFileSync(process.env.CALLED, 'constructed');
  }
  async handle({ n }: { n: number }) {
    return { n: await this.stock.count(n) };
  }
}

export const { handler, initialize } = createHandler(Orders);
const imports = (name: string) => import(name);
export const facts = async () => [
  require.main === module,
  __filename.endsWith('/orders.js'),
  function named() {}.toString(),
  typeof (await imports('node:os')).cpus,
  await new Promise((resolve) => new Worker(__filename).once('message', resolve)),
];
`;

const CONTEXT = {
  requestId: '1-65000000-000000000000000000000001',
  credentials: {},
  function: { name: 'orders', handler: 'orders.handler', memory: 512, timeout: 60 },
  region: 'cn-hangzhou',
  accountId: '1234567890123456',
};

interface Run {
  readonly answer: unknown;
  readonly warning: string | undefined;
}

const onNode20 = process.version.startsWith('v20.') && process.platform === 'linux' ? describe : describe.skip;

onNode20('a function for nodejs20, built with --compile-cache', () => {
  let project: InstalledCopy;
  let folder: string;
  let report: { readonly functions: readonly Record<string, unknown>[]; readonly failed: readonly object[] };
  const file = (name: string): string => path.join(folder, name);

  beforeAll(async () => {
    project = new InstalledCopy(['typescript', 'tslib']);
    project.write('orders.ts', PROGRAM);
    const settings = { experimentalDecorators: true, emitDecoratorMetadata: true, target: 'es2022', types: [] };
    project.write('tsconfig.json', JSON.stringify({ compilerOptions: settings }));
    const outDir = path.join(realpathSync(project.folder), 'built');
    folder = path.join(outDir, 'orders');
    project.write('s.yaml', YAML.replace('FILE', file('called')));
    const args = ['build', path.join(project.folder, 's.yaml'), '--out-dir', outDir, '--format', 'json'];
    const env = { FC_FUNC_CODE_PATH: folder };
    const { stdout, stderr } = await runCli([...args, '--compile-cache', '--source-maps'], env);
    if (stdout === '') throw new Error(stderr);
    report = JSON.parse(stdout) as typeof report;
  }, 60_000);
  afterAll(() => project.remove());

  /** Runs a script in a process that says if the code is elsewhere than the cache is for. */
  async function run(
    script: string,
    flags: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Run> {
    const program = `const tracing = JSON.parse(process.env.TRACING ?? '{}');
      const context = { ...${JSON.stringify(CONTEXT)}, logger: console, tracing };
      const print = (answer) => process.stdout.write(JSON.stringify(answer), () => process.exit());
      (async () => { ${script} })().then(print);`;
    const options = { env: { PATH: process.env['PATH'], FC_FUNC_CODE_PATH: '/code', ...env }, cwd: folder };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...flags, '-e', program], options);
    return { answer: JSON.parse(stdout), warning: stderr === '' ? undefined : stderr.trim() };
  }

  const CALL = "return require('./orders.js').handler(Buffer.from('{\"n\":1}'), context);";
  const USED: Run = { answer: { n: 1 }, warning: undefined };

  test('has a cache for its code, whose size is reported, and its exports are those of its code', async () => {
    expect(report.failed).toEqual([]);
    expect(report.functions[0]).toMatchObject({
      compileCacheGzipBytes: expect.any(Number) as number,
      loadMillis: { before: expect.any(Number) as number, after: expect.any(Number) as number },
      notes: [],
    });
    // What loading the function compiles takes less than half of it.
    expect(report.functions[0]!['compileCacheBytes']).toBeGreaterThan(500_000);
    const names = "return Object.keys(await import('./orders.js')).sort();";
    expect(await run(names)).toEqual({ answer: ['default', 'facts', 'handler', 'initialize'], warning: undefined });
  });

  test('is not called by the build', () => {
    expect(existsSync(file('called'))).toBe(false);
  });

  test('behaves as a module of Node.js: main module, paths, import() and workers', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      '-e',
      `process.argv[1] = ${JSON.stringify(file('orders.js'))}; require('module').runMain();
       const { facts } = require(process.argv[1]);
       facts().then((found) => process.stdout.write(JSON.stringify(found), () => process.exit()));`,
    ]);
    expect([JSON.parse(stdout), stderr]).toEqual([
      [true, true, 'function named(){}', 'function', 'a worker of the same file'],
      '',
    ]);
  });

  test('delivers its trace over both protocols, with the flags of Function Compute', async () => {
    const bodies: (readonly [url: string, body: string])[] = [];
    const collector = createServer((request, response) => {
      void buffer(request).then((body) => {
        bodies.push([request.url!, body.toString('latin1')]);
        response.end();
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    const openTracingSpanContext = '124ed43254b54966:124ed43254b54966:0:1';
    const flags = ['--max-old-space-size=460', '--expose-gc', '--max-http-header-size=81920'];
    const script = `const { initialize, handler } = require('./orders.js'); await initialize(context);
      return handler(Buffer.from('{"n":1}'), context);`;
    for (const endpoint of [`${base}/v1/traces`, `${base}/api/traces`]) {
      const tracing = { openTracingSpanContext, openTracingSpanBaggages: {}, jaegerEndpoint: endpoint };
      expect(await run(script, flags, { TRACING: JSON.stringify(tracing) })).toEqual(USED);
    }
    collector.close();
    expect(bodies.map(([url, body]) => [url, body.includes('Stock.count')])).toEqual([
      ['/v1/traces', true],
      ['/api/traces', true],
    ]);
  });

  test('names the place in its code in a stack trace, and in its source where source maps are enabled', async () => {
    const script = `return require('./orders.js').handler(Buffer.from('{"n":-1}'), context)
      .catch(({ message, stack }) => [message, stack.split('\\n')[1].replace(/.*[(](.*)[)]/, '$1')]);`;
    const { answer } = await run(script);
    const [message, place] = answer as [string, string];
    const [, source, line, column] = /^(.*):(\d+):(\d+)$/.exec(place)!;
    expect([message, source]).toEqual(['none, é', file('orders.code.js')]);
    const code = readFileSync(file('orders.code.js'), 'utf8').split('\n')[Number(line) - 1]!;
    expect(code.slice(Number(column) - 1)).toMatch(/^new RangeError\("none, \\xE9"\)/);
    const mapped = await run(script, ['--enable-source-maps']);
    expect(mapped.answer).toEqual(['none, é', expect.stringMatching(/\/orders\.ts:12:22$/)]);
  });

  test('loads no modules of Node.js but vm before its code', async () => {
    const text = readFileSync(file('orders.js'), 'utf8');
    // Everything but the code itself.
    writeFileSync(file('loader.js'), text.replace(/^run\.call\(.*$/m, ''));
    const script = `const before = new Set(process.moduleLoadList); require('./loader.js');
      return process.moduleLoadList.filter((name) => !before.has(name) && name !== 'NativeModule vm');`;
    // Another path than that of the cache would be a warning, for which the console is loaded.
    expect((await run(script, [], { FC_FUNC_CODE_PATH: folder })).answer).toEqual([]);
  });

  test.each([
    ['a heap size', ['--max-old-space-size=300'], {}],
    ['heap sizes and gc, with underscores', ['--max_semi_space_size=8', '--expose_gc'], {}],
    ['NODE_OPTIONS', [], { NODE_OPTIONS: '--max-old-space-size=200 --require node:os' }],
    ['coverage', [], { NODE_V8_COVERAGE: 'coverage' }],
  ])('is not compiled again with %s', async (_, flags, env) => {
    expect(await run(CALL, flags, env)).toEqual(USED);
  });

  test.each([
    ['another flag of V8', ['--no-opt'], /V8 rejected it.* The options are: --no-opt/],
    ['a heap size and another flag', ['--max-old-space-size=300', '--stack-size=700'], /V8 rejected it/],
  ])('works, and says what is wrong, with %s', async (_, flags, warning) => {
    const result = await run(CALL, flags);
    expect(result).toEqual({ ...USED, warning: expect.stringMatching(warning) as string });
    expect(result.warning!.split('\n')).toHaveLength(1);
  });

  describe('whose files have changed', () => {
    const names = ['orders.js', 'orders.code.js', 'orders.code.cache'];
    const kept = new Map<string, Buffer>();
    const change = (name: string, to: (bytes: Buffer) => Buffer): void =>
      writeFileSync(file(name), to(Buffer.from(readFileSync(file(name)))));
    const flipAt = (offset: number) => (): void =>
      change('orders.code.cache', (bytes) => {
        bytes[offset] = bytes[offset]! ^ 1;
        return bytes;
      });

    beforeAll(() => {
      for (const name of names) kept.set(name, readFileSync(file(name)));
    });
    afterEach(() => {
      for (const name of names) writeFileSync(file(name), kept.get(name)!);
    });

    test.each([
      ['a cache that is missing', () => rmSync(file('orders.code.cache')), /ENOENT/],
      ['an empty cache', () => truncateSync(file('orders.code.cache')), /was written for other code/],
      ['a truncated cache', () => truncateSync(file('orders.code.cache'), 100_000), /V8 rejected it/],
      ['a cache that ends in its header', () => truncateSync(file('orders.code.cache'), 41), /V8 rejected it/],
      ['a damaged header', flipAt(36), /V8 rejected it/],
      ['the cache of another build', flipAt(3), /was written for other code/],
      [
        'code of another build with the same length',
        () => change('orders.code.js', (bytes) => Buffer.from(bytes.toString().replace(/^\/\* \w/, '/* x'))),
        /was written for other code/,
      ],
      [
        'a cache of another version of V8',
        () =>
          change('orders.js', (bytes) =>
            Buffer.from(bytes.toString().replaceAll(`V8 ${process.versions.v8}`, 'V8 11.3.244.8-node.1')),
          ),
        /written by Node\.js .*, V8 11\.3\.244\.8-node\.1 on linux \w+, and this is Node\.js/,
      ],
    ])('works, and says what is wrong, with %s', async (_, damage, warning) => {
      damage();
      const result = await run(CALL, ['--max-old-space-size=300']);
      expect(result).toEqual({ ...USED, warning: expect.stringMatching(warning) as string });
    });
  });
});
