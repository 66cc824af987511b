import { createHandler, currentSpan, Handler, logFields, Service, Traced, winstonFormat, winstonMeta } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { PassThrough } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { createLogger, format, transports } from 'winston';
import type { Logger } from 'winston';
import { callerOf } from './fc-logger';

type Line = Record<string, unknown>;
const MESSAGE = Symbol.for('message');
let lines: string[] = [];
beforeEach(() => void (lines = []));
const parsed = (): Line[] => lines.map((line) => JSON.parse(line) as Line);

/** A transport that needs `millis` milliseconds for each line; by default it accepts lines immediately. */
function transportOf(millis?: number): transports.StreamTransportInstance {
  return new transports.Stream({
    stream: new PassThrough(),
    log(info: { [MESSAGE]: string }, done: () => void) {
      lines.push(info[MESSAGE]);
      if (millis === undefined) done();
      else setTimeout(done, millis);
    },
  });
}
const loggerOf = (transport = transportOf()): Logger =>
  createLogger({
    defaultMeta: winstonMeta({ service: 'orders' }),
    format: format.combine(format.errors({ stack: true }), winstonFormat(), format.splat(), format.json()),
    transports: [transport],
  });
const logger = loggerOf();

const traces = recordTraces();
afterAll(() => traces.stop());

function ordersWith(log: Logger): (id: number) => Promise<string[]> {
  @Service({ scope: 'singleton' })
  class Stock {
    readonly logger = log.child({ part: 'stock' });
    @Traced()
    async take(id: number): Promise<string> {
      await pause((id * 13) % 7);
      this.logger.info('taken', { id });
      return currentSpan().spanContext().spanId;
    }
  }
  @Handler({ name: 'orders', inject: [Stock] })
  class Orders {
    constructor(readonly stock: Stock) {}
    async handle(id: number): Promise<string[]> {
      log.info('order %d', id, { id });
      const inner = await this.stock.take(id);
      log.error(Object.assign(new Error('mine'), { id }));
      log.log({ level: 'warn', message: 'end', id });
      return [currentSpan().spanContext().spanId, inner];
    }
  }
  const { handler } = createHandler(Orders);
  return (id) =>
    invoke(
      handler,
      String(id),
      fakeFcContext({ requestId: `r-${id}`, tracing: callerOf(traceIdOf(id), id % 4 !== 3) }),
    ) as Promise<string[]>;
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

test.each([
  ['is fast', undefined],
  ['is slow', 1],
])(
  'in 200 concurrent invocations each line of one winston logger has the ids of its own if the transport %s',
  async (_speed, millis) => {
    const order = ordersWith(loggerOf(transportOf(millis)));
    const runs = await Promise.all(Array.from({ length: 200 }, (_, id) => order(id)));
    for (let waited = 0; lines.length < 800 && waited < 10_000; waited += 20) await pause(20);
    expect(lines).toHaveLength(800);
    const all = parsed();
    runs.forEach(([outer, inner], id) => {
      const fields = {
        service: 'orders',
        trace_id: traceIdOf(id),
        trace_flags: id % 4 === 3 ? '00' : '01',
        request_id: `r-${id}`,
      };
      expect(all.filter((line) => line.id === id)).toMatchObject([
        { message: `order ${id}`, span_id: outer, ...fields },
        { message: 'taken', part: 'stock', span_id: inner, ...fields },
        { message: 'mine', stack: expect.any(String) as string, span_id: outer, ...fields },
        { message: 'end', level: 'warn', span_id: outer, ...fields },
      ]);
    });
  },
);

test('outside of an invocation a line is unchanged', () => {
  logger.info('outside', { a: 1 });
  expect(lines).toEqual(['{"a":1,"level":"info","message":"outside","service":"orders"}']);
});

test('keys that the program sets are kept', async () => {
  await inInvocation(() => {
    logger.info('x', { request_id: 'mine', span_id: 'mine' });
    logger.child({ trace_id: 'mine' }).info('x');
    logger.info({ message: 'x', trace_id: 'mine' });
  });
  const [first, second, third] = parsed();
  expect(first).toMatchObject({ request_id: 'mine', span_id: 'mine', trace_id: traceIdOf(0) });
  for (const line of [second, third]) {
    expect(line).toEqual({
      level: 'info',
      message: 'x',
      service: 'orders',
      trace_id: 'mine',
      request_id: expect.any(String) as string,
    });
  }
});

test('an object that is logged again has the ids of the last call', async () => {
  const line = { level: 'info', message: 'again' };
  const fields = [await inInvocation(() => logger.log(line)), await inInvocation(() => logger.log(line))];
  logger.log(line);
  expect(parsed().slice(0, 2)).toMatchObject(fields);
  expect(fields[0]).not.toEqual(fields[1]);
  expect(parsed()[2]).toEqual({ level: 'info', message: 'again', service: 'orders' });
});

test('the format alone adds ids to lines that winston formats immediately', async () => {
  const alone = createLogger({ format: format.combine(winstonFormat(), format.json()), transports: [transportOf()] });
  const fields = await inInvocation(() => alone.info('x'));
  expect(parsed()).toEqual([{ level: 'info', message: 'x', ...fields }]);
});

test('a format that prints all properties prints the ids once, and none of our other properties', async () => {
  const pretty = createLogger({
    defaultMeta: winstonMeta(),
    format: format.combine(winstonFormat(), format.prettyPrint()),
    transports: [transportOf()],
  });
  await inInvocation(() => pretty.info('x'));
  expect(lines[0]).not.toContain('Symbol');
  expect(lines[0]!.split('trace_id')).toHaveLength(2);
});

test('a line that cannot be changed is returned unchanged', () => {
  const frozen = Object.freeze({ level: 'info', message: 'x' });
  expect(winstonFormat().transform(frozen)).toBe(frozen);
});
