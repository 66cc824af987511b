import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { moduleName } from '../../src/cold-start/module-name';
import { inFreshProcess } from '../package/fresh-process';
import { inColdProcess } from './first-call';

const functions = join(__dirname, 'functions');
/** So slow, in milliseconds, that on a busy machine nothing else is slower. */
const SLOW = 1_000;

interface Timed {
  readonly name: string;
  readonly startTime: [number, number];
  readonly duration: [number, number];
}

const millisOf = (spans: readonly Timed[], name: string): number => {
  const [seconds, nanos] = spans.find((span) => span.name === name)!.duration;
  return seconds * 1e3 + nanos / 1e6;
};

test.concurrent.each([
  [
    'the process was started with the program, load modules includes what the program loads before fc-traced',
    functions,
    true,
  ],
  [
    'the process was started with another program, load modules starts with fc-traced',
    join(functions, 'elsewhere'),
    false,
  ],
])('if %s', async (_if, codeFolder, counts) => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(functions, 'main-program.js')], {
    env: { ...process.env, FC_FUNC_CODE_PATH: codeFolder, SLOW_MILLIS: String(SLOW) },
  });
  const spans = JSON.parse(stdout) as Timed[];
  expect(millisOf(spans, 'load modules') >= SLOW).toBe(counts);
  expect(millisOf(spans, 'cold start')).toBeGreaterThanOrEqual(SLOW);
});

test.each(['0', '3'])(
  'preloaded modules are part of load modules, not of start process (TRACED_SLOWEST_MODULES=%s)',
  async (slowest) => {
    const env = { ...process.env, FC_FUNC_CODE_PATH: functions, TRACED_SLOWEST_MODULES: slowest };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--require', join(functions, 'preloaded.js'), join(functions, 'main-program.js')],
      { env },
    );
    const spans = JSON.parse(stdout) as Timed[];
    const startOf = (span: Timed): number => span.startTime[0] * 1e3 + span.startTime[1] / 1e6;
    const modules = spans.find(({ name }) => name === 'load modules')!;
    // The preloaded file takes this long after it has loaded fc-traced.
    expect(millisOf(spans, 'load modules')).toBeGreaterThanOrEqual(300);
    const start = spans.find(({ name }) => name === 'start process')!;
    expect(startOf(start) + millisOf(spans, 'start process')).toBeLessThanOrEqual(startOf(modules) + 0.01);
    expect(spans.filter((span) => span.name.startsWith('require ') && startOf(span) < startOf(modules) - 0.01)).toEqual(
      [],
    );
  },
);

test('load modules ends with the synchronous work that calls createHandler', async () => {
  const before = await inColdProcess<number>(`
    const { handler } = create();
    await nothing();
    const loaded = performance.timeOrigin + performance.now();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await invoke(handler);
    report(Number(spans.find(({ name }) => name === 'load modules').endNanos) / 1e6 - loaded);
  `);
  expect(before).toBeLessThanOrEqual(0.01);
});

test('an invocation that is not recorded does not load the modules that record cold starts', async () => {
  const script = (flag: number): string => `
    const { handler } = require(dist + 'index.js').createHandler(class { handle() {} }, { spanProcessors: [{ onEnd() {} }] });
    await handler(Buffer.from('{}'), { tracing: { openTracingSpanContext: '1:1:0:${flag}' } });
    report(Object.keys(require.cache).flatMap((file) => /chunk-(?:recorded|seldom|slowest-requires)\\.js$/.exec(file) ?? []).sort());
  `;
  expect(await inFreshProcess(script(0))).toEqual([]);
  expect(await inFreshProcess(script(1))).toEqual(['chunk-recorded.js']);
});

test.each([
  ['mysql2/promise', '/code/lib/db.js', 'mysql2/promise'],
  ['node:fs', '/code/lib/db.js', 'node:fs'],
  ['#config', '/code/lib/db.js', '#config'],
  ['./rates', '/code/lib/db.js', 'lib/rates'],
  ['../rates.json', '/code/lib/db.js', 'rates.json'],
  ['..', '/code/lib/deep/db.js', 'lib'],
  ['/code/handler.js', undefined, 'handler.js'],
  ['./lib/conn', '/code/node_modules/@acme/db/index.js', '@acme/db'],
  ['/opt/nodejs/node_modules/pg/lib/index.js', undefined, 'pg'],
  ['/opt/layer/secret-place/tools.js', '/code/handler.js', 'tools.js'],
  ['../../etc/tools', '/code/lib/db.js', 'tools'],
  ['/codes/tools.js', undefined, 'tools.js'],
])('%j, required by %j, is named %j', (request, requiredBy, name) => {
  expect(moduleName(request, requiredBy, '/code')).toBe(name);
});
