import { exec, execFile } from 'node:child_process';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { diag } from '@opentelemetry/api';
import { boundClass, boundMethod } from 'autobind-decorator';
import { Annotate, createHandler, FcTracedError, Traced, traced } from 'fc-traced';
import { expectTrace, invoke, recordTraces } from 'fc-traced/testing';
import { createLogger, transports } from 'winston';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const names = (): string[] =>
  traces.spans().map(({ name, events }) => [name, ...events.map((one) => one.name)].join(' '));

test('an error object that interleaved invocations share is recorded once in each trace', async () => {
  const shared = new Error('no connection');
  let calls = 0;
  class Work {
    @Traced()
    async inner(): Promise<void> {
      calls += 1;
      // The invocations take turns: each sees the error on its way out before the others are done with it.
      await new Promise((resolve) => setTimeout(resolve, calls));
      throw shared;
    }
    @Traced()
    async middle(): Promise<void> {
      return this.inner().catch(async (error: unknown) => {
        await new Promise((resolve) => setTimeout(resolve, 10 - calls));
        throw error;
      });
    }
    async handle(): Promise<void> {
      await this.middle();
    }
  }
  const { handler } = createHandler(Work);
  await Promise.all([1, 2, 3].map(() => expect(invoke(handler, {})).rejects.toBe(shared)));
  const recorded = new Map<string, number>();
  for (const { traceId, events } of traces.spans()) {
    recorded.set(traceId, (recorded.get(traceId) ?? 0) + events.filter(({ name }) => name === 'exception').length);
  }
  expect([...recorded.values()]).toEqual([1, 1, 1]);
});

test.each([
  ['exec', (): Promise<unknown> => promisify(traced(exec))('node --version')],
  ['execFile', (): Promise<unknown> => promisify(traced(execFile))('node', ['--version'])],
  ['setTimeout', (): Promise<unknown> => promisify(traced(setTimeout))(1)],
])('promisify(traced(%s)) makes a span', async (name, call) => {
  await call();
  expect(names()).toEqual([name]);
});

test('promisify of a traced function that fails makes a failed span', async () => {
  const work = Object.assign((_done: () => void): void => {}, {
    [promisify.custom]: () => Promise.reject(new RangeError('torn')),
  });
  await expect(promisify(traced(work, 'work'))()).rejects.toThrow('torn');
  expectTrace(traces.only()).toMatchTree({ name: 'work', status: 'ERROR' });
});

test('@Traced refuses a method that the decorator below it turned into a getter, and works below that', () => {
  const define = (): unknown => {
    class Orders {
      @Traced()
      @boundMethod
      ship(): void {}
    }
    return Orders;
  };
  expect(define).toThrow(FcTracedError);
  expect(define).toThrow(
    '@Traced cannot decorate a method that the decorator below it turned into a getter (Orders.ship): apply @Traced below that decorator. [INVALID_TARGET]',
  );
  class Returns {
    readonly id = 7;
    @boundMethod
    @Traced()
    take(): number {
      return this.id;
    }
  }
  const { take } = new Returns();
  expect(take()).toBe(7);
  expect(names()).toEqual(['Returns.take']);
});

test('@Traced on a class above a decorator that binds its methods logs which methods are not traced', () => {
  const warn = jest.fn();
  diag.setLogger({ warn, error() {}, info() {}, debug() {}, verbose() {} });
  @Traced()
  @boundClass
  class Orders {
    get size(): number {
      return 3;
    }
    ship(): string {
      return `${this.size} shipped`;
    }
  }
  const { ship } = new Orders();
  expect(ship()).toBe('3 shipped');
  diag.disable();
  expect(warn.mock.calls.flat()).toEqual([
    'fc-traced: Orders.ship is a getter that a decorator made, so @Traced on the class does not trace it: apply @Traced below that decorator',
  ]);
});

test('a getter of the class is still traced as a getter', () => {
  class Orders {
    @Traced()
    get size(): number {
      return 3;
    }
  }
  expect(new Orders().size).toBe(3);
  expect(names()).toEqual(['Orders.size']);
});

test('a logger, an output of the process, a request and a server end the span at once, and not as abandoned', async () => {
  const server = createServer((_request, response) => response.end('a'));
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const request = get({ port: (server.address() as AddressInfo).port });
  const answered = new Promise((resolve) => request.on('response', (answer) => answer.resume().on('end', resolve)));
  const give = traced((value: unknown) => value, 'give');
  class Work {
    handle(): void {
      for (const value of [createLogger({ transports: [new transports.Console()] }), process.stdout, request, server]) {
        expect(give(value)).toBe(value);
      }
    }
  }
  await invoke(createHandler(Work).handler, {});
  await answered;
  await new Promise((resolve) => server.close(resolve));
  expect(names().filter((name) => name.startsWith('give'))).toEqual(['give', 'give', 'give', 'give']);
});

describe('@Annotate on a lazy query', () => {
  class Query {
    async exec(): Promise<number[]> {
      return [1, 2];
    }
    then(onFulfilled?: (rows: number[]) => unknown, onRejected?: (error: unknown) => unknown): Promise<unknown> {
      return this.exec().then(onFulfilled, onRejected);
    }
    clone(): Query {
      return new Query();
    }
  }
  class Table {
    @Annotate({ resultAttributes: (rows: unknown) => ({ rows: (rows as number[]).length }) })
    all(): Query {
      return new Query();
    }
    @Annotate({ resultAttributes: () => ({ rows: 0 }) })
    frozen(): object {
      return Object.freeze({ then() {} });
    }
  }
  const use = traced(async (work: (table: Table) => unknown) => work(new Table()), 'use');
  test.each<[string, (table: Table) => unknown]>([
    ['is awaited', async (table) => await table.all()],
    ['is executed', (table) => table.all().exec()],
    ['is cloned', async (table) => await table.all().clone()],
  ])('records the value when it %s', async (_, work) => {
    expect(await use(work)).toEqual([1, 2]);
    expectTrace(traces.only()).toMatchTree({ name: 'use', attributes: { rows: 2 } });
  });

  test('records the object itself if its end cannot be detected', async () => {
    await use((table) => void table.frozen());
    expectTrace(traces.only()).toMatchTree({ name: 'use', attributes: { rows: 0 } });
  });
});
