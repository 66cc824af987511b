import { createHandler, currentSpan, Handler, secret, Service, Traced } from 'fc-traced';
import type { FcContext } from 'fc-traced';
import { invoke, recordTraces } from 'fc-traced/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { callerOf, contextWith, idsIn, LineLogger } from './fc-logger';

@Service({ scope: 'singleton' })
class Stock {
  @Traced()
  async take(id: number, { logger }: FcContext): Promise<string> {
    await pause((id * 13) % 7);
    logger!.info('taking %d', id);
    await pause(id % 3);
    logger!.warn(`taken ${id}`);
    return currentSpan().spanContext().spanId;
  }
}
@Handler({ name: 'orders' })
class Orders {
  constructor(readonly stock: Stock) {}
  async handle(id: number, context: FcContext): Promise<{ outer: string; inner: string }> {
    context.logger!.log('order', { id });
    await pause(id % 5);
    const inner = await this.stock.take(id, context);
    context.logger!.error('end of %s', id);
    return { outer: currentSpan().spanContext().spanId, inner };
  }
}
const { handler } = createHandler(Orders);
const traceIdOf = (id: number): string => (id + 1).toString(16).padStart(32, '0');
const traces = recordTraces();
afterAll(() => traces.stop());

test.each(['a logger for each invocation', 'one logger for all'])(
  'in 200 concurrent invocations with %s, each line has the ids of its own span and request',
  async (which) => {
    const shared = new LineLogger();
    const runs = await Promise.all(
      Array.from({ length: 200 }, async (_, id) => {
        const logger = which === 'one logger for all' ? shared : new LineLogger();
        const context = contextWith(logger, callerOf(traceIdOf(id), id % 4 !== 3), `request-${id}`);
        return { id, logger, ...((await invoke(handler, String(id), context)) as { outer: string; inner: string }) };
      }),
    );
    for (const { id, logger, outer, inner } of runs) {
      const tail = (spanId: string): string =>
        `trace_id=${traceIdOf(id)} span_id=${spanId} ` +
        `trace_flags=${id % 4 === 3 ? '00' : '01'} request_id=request-${id}`;
      expect(logger.lines.filter((line) => line.endsWith(`request_id=request-${id}`))).toEqual([
        ` [verbose] order { id: ${id} } ${tail(outer)}`,
        ` [info] taking ${id} ${tail(inner)}`,
        ` [warn] taken ${id} ${tail(inner)}`,
        ` [error] end of ${id} ${tail(outer)}`,
      ]);
    }
    expect(shared.lines).toHaveLength(which === 'one logger for all' ? 800 : 0);
    const spanIds = new Set(traces.spans().map(({ spanId }) => spanId));
    expect(
      runs
        .filter(({ id }) => id % 4 !== 3)
        .every(({ outer, inner }) => spanIds.has(outer) && spanIds.has(inner) && outer !== inner),
    ).toBe(true);
  },
);

test('a logger of an earlier invocation logs the ids of the running one, after the earlier prefix', async () => {
  let kept: FcContext['logger'];
  class Keeper {
    handle(_event: unknown, { logger }: FcContext): void {
      kept ??= logger;
      kept!.info('line');
    }
  }
  const keeper = createHandler(Keeper).handler;
  const first = new LineLogger('first');
  await invoke(keeper, {}, contextWith(first, {}, 'first'));
  await invoke(keeper, {}, contextWith(new LineLogger('second'), {}, 'second'));
  expect(first.lines.map((line) => [line.split(' ')[0], idsIn(line).request_id])).toEqual([
    ['first', 'first'],
    ['first', 'second'],
  ]);
});

test('a line that is logged outside of any invocation is unchanged', async () => {
  const logger = new LineLogger();
  const context = contextWith(logger);
  logger.info('before %s', 'it');
  await invoke(handler, '1', context);
  logger.info('after it');
  expect([logger.lines[0], logger.lines.at(-1)]).toEqual([' [info] before it', ' [info] after it']);
});

test('a line of a timer has the ids of the invocation that started the timer', async () => {
  const logger = new LineLogger();
  class Late {
    handle(_event: unknown, context: FcContext): void {
      setTimeout(() => context.logger!.info('late'), 5);
    }
  }
  await invoke(createHandler(Late).handler, {}, contextWith(logger, callerOf(traceIdOf(7)), 'late-1'));
  await pause(20);
  expect(idsIn(logger.lines[0]!)).toMatchObject({ trace_id: traceIdOf(7), request_id: 'late-1' });
});

test('no secret is added to a line: of the context it contains only the request id', async () => {
  const logger = new LineLogger();
  class Careful {
    handle(_event: unknown, context: FcContext): void {
      secret('a-secret-of-mine');
      context.logger!.info('done');
    }
  }
  const context = contextWith(
    logger,
    { ...callerOf(traceIdOf(1)), openTracingSpanBaggages: { user: 'someone' } },
    'r-1',
  );
  await invoke(createHandler(Careful).handler, {}, context);
  expect(logger.lines[0]).toMatch(
    /^ \[info\] done trace_id=[0-9a-f]{32} span_id=[0-9a-f]{16} trace_flags=01 request_id=r-1$/,
  );
});

test('a request id with spaces or line breaks is quoted, so that it cannot forge a line', async () => {
  const logger = new LineLogger();
  await invoke(handler, '0', contextWith(logger, {}, 'r 1\n[error] forged'));
  expect(logger.lines[0]).toMatch(/ request_id="r 1\\n\[error\] forged"$/);
  expect(logger.lines.join('')).not.toContain('\n');
});
