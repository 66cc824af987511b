import { createHandler, currentSpan, Handler, Service } from 'fc-traced';
import type { FcContext, HandlerOptions } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { format } from 'node:util';
import { callerOf, idsIn, LineLogger } from './fc-logger';

const traces = recordTraces();
const original = { log: console.log, error: console.error };
let printed: string[] = [];
beforeEach(() => {
  printed = [];
  console.log = (...values: unknown[]) => void printed.push(format(...values));
});
afterEach(() => Object.assign(console, original));
afterAll(() => traces.stop());

@Handler()
class Orders {
  async handle(id: number, { logger }: FcContext): Promise<string> {
    logger!.info('order %d', id);
    await pause((id * 7) % 5);
    console.log(`looking for ${id}`);
    return currentSpan().spanContext().spanId;
  }
}
const contextOf = (id: number, isSampled = true): FcContext & { logger: LineLogger } => ({
  ...fakeFcContext({ requestId: `r-${id}`, tracing: callerOf((id + 1).toString(16).padStart(32, '0'), isSampled) }),
  logger: new LineLogger(),
});
const idsOf = (id: number, spanId: unknown, isSampled = true): object => ({
  trace_id: (id + 1).toString(16).padStart(32, '0'),
  span_id: spanId,
  trace_flags: isSampled ? '01' : '00',
  request_id: `r-${id}`,
});

test.each<[HandlerOptions['logCorrelation'], boolean, boolean]>([
  [undefined, true, false],
  [true, true, false],
  ['console', true, true],
  [false, false, false],
])('logCorrelation: %j: lines of the logger contain ids: %j, of the console: %j', async (logs, inLogger, inConsole) => {
  const { handler } = createHandler(Orders, { ...(logs !== undefined && { logCorrelation: logs }) });
  const context = contextOf(1);
  const spanId = await invoke(handler, '1', context);
  expect(idsIn(context.logger.lines[0]!)).toEqual(inLogger ? idsOf(1, spanId) : {});
  expect(idsIn(printed.at(-1)!)).toEqual(inConsole ? idsOf(1, spanId) : {});
  expect(context.logger.lines[0]).toMatch(/^ \[info\] order 1( |$)/);
});

test('in 200 concurrent invocations, sampled or not, each line of logger and console has its own ids', async () => {
  const { handler } = createHandler(Orders, { logCorrelation: 'console' });
  const runs = await Promise.all(
    Array.from({ length: 200 }, async (_, id) => {
      const context = contextOf(id, id % 3 !== 0);
      return { id, context, spanId: await invoke(handler, String(id), context) };
    }),
  );
  for (const { id, context, spanId } of runs) {
    expect(context.logger.lines.map(idsIn)).toEqual([idsOf(id, spanId, id % 3 !== 0)]);
    expect(printed.filter((line) => line.startsWith(`looking for ${id} `)).map(idsIn)).toEqual([
      idsOf(id, spanId, id % 3 !== 0),
    ]);
  }
});

test('lines of logger and console in the initializer contain only the request id', async () => {
  const context = contextOf(7);
  @Service({ scope: 'singleton' })
  class Connection {
    constructor() {
      console.log('connected');
      context.logger.info('connected');
    }
  }
  @Handler({ inject: [Connection], logCorrelation: 'console' })
  class Connected {
    constructor(readonly connection: Connection) {}
    handle(): void {}
  }
  await createHandler(Connected).initialize(context);
  expect(printed.map(idsIn)).toEqual([{ request_id: 'r-7' }]);
  expect(context.logger.lines).toEqual([' [info] connected request_id=r-7']);
});

test('the program receives the same context and logger objects that FC passed', async () => {
  const seen: unknown[] = [];
  class Curious {
    handle(_event: unknown, context: FcContext): void {
      seen.push(context, context.logger);
    }
  }
  const context = contextOf(1);
  const { logger } = context;
  await invoke(createHandler(Curious).handler, {}, context);
  expect(seen[0]).toBe(context);
  expect(seen[1]).toBe(logger);
});

test('a handler works if its context has no logger', async () => {
  class Silent {
    handle(_event: unknown, { logger }: FcContext): string {
      return typeof logger;
    }
  }
  expect(
    await invoke(
      createHandler(Silent, { logCorrelation: 'console' }).handler,
      {},
      { ...fakeFcContext(), logger: undefined },
    ),
  ).toBe('undefined');
});
