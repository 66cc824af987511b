import { createHandler, currentSpan, Handler, logFields, pinoMixin, Service, Traced } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import pino from 'pino';
import { callerOf } from './fc-logger';

type Line = Record<string, unknown>;
let lines: string[] = [];
const destination = new Writable({
  write: (chunk, _encoding, done) => {
    lines.push(...String(chunk).trimEnd().split('\n'));
    done();
  },
});
const logger = pino({ mixin: pinoMixin, base: null, timestamp: false }, destination);
const parsed = (): Line[] => lines.map((line) => JSON.parse(line) as Line);
beforeEach(() => void (lines = []));
const traces = recordTraces();
afterAll(() => traces.stop());

@Service({ scope: 'singleton' })
class Stock {
  readonly logger = logger.child({ part: 'stock' });
  @Traced()
  async take(id: number): Promise<string> {
    await pause((id * 13) % 7);
    this.logger.info({ id }, 'taken');
    return currentSpan().spanContext().spanId;
  }
}
@Handler({ name: 'orders' })
class Orders {
  constructor(readonly stock: Stock) {}
  async handle(id: number): Promise<string[]> {
    logger.info({ id }, 'order');
    const inner = await this.stock.take(id);
    logger.error({ id, err: new Error('mine') });
    return [currentSpan().spanContext().spanId, inner];
  }
}
const traceIdOf = (id: number): string => (id + 1).toString(16).padStart(32, '0');

/** Calls `log` in an invocation, and returns the fields there. */
async function inInvocation(log: () => void): Promise<Line> {
  class Logging {
    handle(): Line {
      log();
      return logFields();
    }
  }
  return (await invoke(createHandler(Logging).handler, {}, fakeFcContext({ tracing: callerOf(traceIdOf(0)) }))) as Line;
}

test('in 200 concurrent invocations each line of one pino logger has the ids of its own invocation', async () => {
  const { handler } = createHandler(Orders);
  const runs = (await Promise.all(
    Array.from({ length: 200 }, (_, id) =>
      invoke(
        handler,
        String(id),
        fakeFcContext({ requestId: `r-${id}`, tracing: callerOf(traceIdOf(id), id % 4 !== 3) }),
      ),
    ),
  )) as string[][];
  expect(lines).toHaveLength(600);
  const all = parsed();
  runs.forEach(([outer, inner], id) => {
    const fields = { trace_id: traceIdOf(id), trace_flags: id % 4 === 3 ? '00' : '01', request_id: `r-${id}` };
    expect(all.filter((line) => line.id === id)).toMatchObject([
      { msg: 'order', span_id: outer, ...fields },
      { msg: 'taken', part: 'stock', span_id: inner, ...fields },
      { msg: 'mine', span_id: outer, ...fields },
    ]);
  });
});

test('outside of an invocation a line is unchanged', () => {
  logger.info({ a: 1 }, 'outside');
  expect(lines).toEqual(['{"level":30,"a":1,"msg":"outside"}']);
});

test('keys that the program sets, in the line or in bindings, are kept and not duplicated', async () => {
  await inInvocation(() => {
    logger.info({ request_id: 'mine', span_id: 'mine' });
    logger.child({ request_id: 'bound' }).info({ trace_id: 'mine' });
    logger.child({ trace_id: 'bound' }).child({ a: 1 }).info('x');
  });
  const [first, second, third] = parsed();
  expect(first).toMatchObject({ request_id: 'mine', span_id: 'mine', trace_id: traceIdOf(0) });
  expect(second).toEqual({ level: 30, request_id: 'bound', trace_id: 'mine' });
  expect(third).toEqual({ level: 30, trace_id: 'bound', a: 1, msg: 'x', request_id: expect.any(String) as string });
  expect(
    lines.every((line) => ['trace_id', 'span_id', 'request_id'].every((key) => line.split(`"${key}"`).length <= 2)),
  ).toBe(true);
});

test('an object that is logged twice has the ids of each call, and is not changed', async () => {
  const line = { order: 7 };
  const [first, second] = [await inInvocation(() => logger.info(line)), await inInvocation(() => logger.info(line))];
  expect(parsed()).toMatchObject([first, second]);
  expect(line).toEqual({ order: 7 });
});

test('it returns the same ids in a custom mixin', async () => {
  const own = pino({ mixin: () => ({ ...pinoMixin(), region: 'cn-hangzhou' }), base: null }, destination);
  const fields = await inInvocation(() => own.info('x'));
  expect(parsed()).toMatchObject([{ ...fields, region: 'cn-hangzhou' }]);
});

test('a line or a logger that throws when it is read has no effect', async () => {
  const hostile = new Proxy(
    {},
    {
      getOwnPropertyDescriptor: () => {
        throw new Error('mine');
      },
    },
  );
  const failing = {
    bindings: () => {
      throw new Error('mine');
    },
  };
  let given: unknown[] = [];
  const fields = await inInvocation(() => void (given = [pinoMixin(hostile, 30), pinoMixin({}, 30, failing)]));
  expect(given).toEqual([fields, fields]);
});
