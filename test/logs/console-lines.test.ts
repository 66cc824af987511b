import { createHandler, currentSpan, Handler } from 'fc-traced';
import type { FcContext } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { format } from 'node:util';
import { correlateConsole, correlateLogs } from '../../src/logs/log-lines';
import { callerOf, idsIn } from './fc-logger';

const LEVELS = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;
let lines: string[] = [];
const write =
  (level: string) =>
  (...values: unknown[]): void =>
    void lines.push(`[${level}] ${format(...values)}`);
const original = Object.fromEntries(LEVELS.map((level) => [level, console[level]]));
let undo: () => void;
beforeEach(() => {
  lines = [];
  // FC's runtime does this before it loads the program.
  for (const level of LEVELS) console[level] = write(level);
  undo = correlateConsole();
});
afterEach(() => Object.assign(console, original));

const traces = recordTraces();
afterAll(() => traces.stop());
@Handler({ name: 'orders' })
class Orders {
  async handle(id: number): Promise<string> {
    console.log('order %d', id);
    await pause((id * 7) % 5);
    for (const level of LEVELS) console[level](`${level} ${id}`);
    console.log(JSON.stringify({ order: id }));
    return currentSpan().spanContext().spanId;
  }
}
const { handler } = createHandler(Orders);
const traceIdOf = (id: number): string => (id + 1).toString(16).padStart(32, '0');
const run = (id: number): Promise<unknown> =>
  invoke(handler, String(id), fakeFcContext({ requestId: `r-${id}`, tracing: callerOf(traceIdOf(id), id % 3 !== 0) }));

test('in 200 concurrent invocations each line of the console has the ids of its own, also JSON lines', async () => {
  const spanIds = await Promise.all(Array.from({ length: 200 }, (_, id) => run(id)));
  expect(lines).toHaveLength(200 * 8);
  spanIds.forEach((spanId, id) => {
    const fields = {
      trace_id: traceIdOf(id),
      span_id: spanId,
      trace_flags: id % 3 === 0 ? '00' : '01',
      request_id: `r-${id}`,
    };
    const ids = Object.entries(fields)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(' ');
    const mine = lines.filter((line) => line.endsWith(`request_id=r-${id}`) || line.includes(`"order":${id},`));
    expect(mine).toEqual([
      `[log] order ${id} ${ids}`,
      ...LEVELS.map((level) => `[${level}] ${level} ${id} ${ids}`),
      `[log] ${JSON.stringify({ order: id, ...fields })}`,
    ]);
  });
});

test('outside of an invocation the lines of the console are unchanged', () => {
  console.log('100%s');
  console.error('{"a":1}');
  expect(lines).toEqual(['[log] 100%s', '[error] {"a":1}']);
});

test('correlating the console again keeps the methods, and lines contain ids once', async () => {
  const methods = LEVELS.map((level) => console[level]);
  correlateConsole();
  correlateLogs('console', fakeFcContext());
  expect(LEVELS.map((level) => console[level])).toEqual(methods);
  await run(1);
  expect(lines.every((line) => line.split(/trace_id\W/).length === 2)).toBe(true);
});

test('wrappers that others add between our own are called for each line, which contains ids once', async () => {
  const seenBy: string[] = [];
  for (const who of ['first', 'second']) {
    const { log } = console;
    console.log = (...values: unknown[]) => {
      seenBy.push(who);
      log(...values);
    };
    correlateConsole();
  }
  await run(1);
  expect(seenBy).toEqual(['second', 'first', 'second', 'first', 'second', 'first']);
  expect(lines.filter((line) => line.startsWith('[log]')).map((line) => line.split(/trace_id\W/).length)).toEqual([
    2, 2, 2,
  ]);
});

test('methods that others replace are wrapped again by the next invocation', async () => {
  const replaced: string[] = [];
  console.log = (...values: unknown[]) => void replaced.push(format(...values));
  correlateConsole();
  await run(1);
  expect(
    replaced.map((line) => idsIn(line).request_id ?? (JSON.parse(line) as { request_id: string }).request_id),
  ).toEqual(['r-1', 'r-1', 'r-1']);
});

test('lines of a logger that writes to the console contain ids once', async () => {
  class ToConsole {
    handle(_event: unknown, { logger }: FcContext): void {
      logger!.info('by logger');
    }
  }
  const context = {
    ...fakeFcContext(),
    logger: { info: (...values: unknown[]) => console.log(`[info] ${format(...values)}`) },
  } as FcContext;
  correlateLogs('console', context);
  await invoke(createHandler(ToConsole).handler, {}, context);
  expect(lines).toEqual([
    expect.stringMatching(/^\[log\] \[info\] by logger trace_id=\S+ span_id=\S+ trace_flags=\S+ request_id=\S+$/),
  ]);
});

test('the returned function restores the console, except methods that others have replaced since', async () => {
  const patched = (): void => {};
  console.warn = patched;
  undo();
  await run(1);
  expect(lines.filter((line) => line.includes('trace_id'))).toEqual([]);
  expect(lines).toContain('[info] info 1');
  expect(console.warn).toBe(patched);
});

test.each([
  [true, false],
  [undefined, false],
  ['console', true],
  [false, false],
] as const)('logCorrelation: %j: lines of the console contain ids: %j', async (option, hasIds) => {
  undo();
  correlateLogs(option, fakeFcContext());
  await run(1);
  expect(lines[0]).toMatch(hasIds ? /^\[log\] order 1 trace_id=/ : /^\[log\] order 1$/);
});

test('logCorrelation: false leaves the logger unchanged', () => {
  const context = fakeFcContext();
  const { info } = context.logger;
  correlateLogs(false, context);
  expect(context.logger.info).toBe(info);
  correlateLogs(undefined, context);
  expect(context.logger.info).not.toBe(info);
});
