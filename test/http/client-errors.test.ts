import { createHandler, Handler, HttpError, readJson, Traced, traced } from 'fc-traced';
import type { HttpEvent } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Observable, lastValueFrom } from 'rxjs';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

let work: (event: HttpEvent) => unknown = () => undefined;
@Handler({ name: 'api' })
class Api {
  @Traced('entry')
  async handle(event: HttpEvent): Promise<unknown> {
    return work(event);
  }
}
const silent = (): void => {};
const context = {
  ...fakeFcContext(),
  logger: { log: silent, debug: silent, info: silent, warn: silent, error: silent },
};
const { handler } = createHandler(Api);

async function ask(run: typeof work, body = ''): Promise<number> {
  work = run;
  const event = { version: 'v1', rawPath: '/', headers: {}, body, requestContext: { http: { method: 'GET' } } };
  return ((await invoke(handler, event, context)) as { statusCode: number }).statusCode;
}
/** Name, status, events and error type of each span. */
const marks = (): Record<string, unknown[]> =>
  Object.fromEntries(
    traces
      .spans()
      .map(({ name, status, events, attributes }) => [
        name,
        [status.code, events.map((event) => event.name), attributes['error.type']],
      ]),
  );
const UNMARKED = ['UNSET', [], undefined];

const failing = (error: unknown): never => {
  throw error;
};
class Teapot extends HttpError {
  constructor() {
    super(418, 'short and stout');
  }
}
/** An error of another copy of this package. */
class OfAnotherCopy extends Error {
  readonly statusCode = 409;
  readonly headers = {};
  constructor() {
    super('conflict');
    Object.defineProperty(this, Symbol.for('fc-traced HttpError'), { value: true });
  }
}
/** A service that fails in its own way, where `expectedErrors` is set for other errors. */
class Stock {
  @Traced({ name: 'inner', expectedErrors: [RangeError] })
  sync(error: unknown): never {
    return failing(error);
  }
}

/** Each kind of traced work, failing with an error. */
const KINDS: Record<string, (error: Error) => unknown> = {
  'a sync method': (error) => new Stock().sync(error),
  'an async function': traced(async (error: Error) => failing(error), { name: 'inner' }),
  'a rejected promise': traced((error: Error) => Promise.reject(error), { name: 'inner' }),
  'a lazy thenable': (error) =>
    traced(() => ({ then: (_: unknown, reject: (reason: unknown) => void) => reject(error) }), { name: 'inner' })(),
  'a generator': (error) => [
    ...traced(
      function* (): Generator<number> {
        yield 1;
        failing(error);
      },
      { name: 'inner' },
    )(),
  ],
  'an async generator': async (error) => {
    const items = traced(
      async function* (): AsyncGenerator<number> {
        yield 1;
        failing(error);
      },
      { name: 'inner' },
    )();
    for await (const item of items) expect(item).toBe(1);
  },
  'an iterator': (error) => {
    const iterator: IterableIterator<unknown> = { next: () => failing(error), [Symbol.iterator]: () => iterator };
    return [...traced(() => iterator, { name: 'inner' })()];
  },
  'a Node.js stream': (error) =>
    pipeline(
      traced(() => new Readable({ read: () => {} }).destroy(error), { name: 'inner' })(),
      new Writable({ write: (_chunk, _encoding, done) => done() }),
    ),
  'a web stream': (error) =>
    traced(() => new ReadableStream({ start: (controller) => controller.error(error) }), { name: 'inner' })()
      .getReader()
      .read(),
  'an Observable': (error) =>
    lastValueFrom(traced(() => new Observable((observer) => observer.error(error)), { name: 'inner' })()),
  'a callback': (error) =>
    new Promise((_, reject) => {
      traced((done: (failure: Error) => void) => void setImmediate(done, error), { name: 'inner', callback: true })(
        reject,
      );
    }),
};

test.each(Object.entries(KINDS))('an HttpError below 500 does not mark the span of %s', async (_, kind) => {
  expect(await ask(() => kind(new HttpError(404, 'gone')))).toBe(404);
  expect(marks()).toEqual({ inner: UNMARKED, entry: UNMARKED, api: UNMARKED });
});

test.each(Object.entries(KINDS))('an HttpError from 500 on marks the span of %s', async (_, kind) => {
  expect(await ask(() => kind(new HttpError(503, 'later')))).toBe(503);
  expect(marks()).toMatchObject({ inner: ['ERROR', ['exception'], 'HttpError'], entry: ['ERROR', [], 'HttpError'] });
});

test.each<[string, Error, number]>([
  ['a subclass', new Teapot(), 418],
  ['an error of another copy of the package', new OfAnotherCopy(), 409],
  ['a frozen error', Object.freeze(new HttpError(451)), 451],
  ['an error with a cause', new HttpError(400, 'bad', { cause: new Error('why') }), 400],
  ['the last status below 500', new HttpError(499), 499],
])('an HttpError below 500 does not mark spans: %s', async (_, error, status) => {
  expect(await ask(() => new Stock().sync(error))).toBe(status);
  expect(marks()).toEqual({ inner: UNMARKED, entry: UNMARKED, api: UNMARKED });
});

test('a rethrown HttpError below 500 marks no span, also if it was held for a while', async () => {
  const outer = traced(
    async (error: Error) => {
      const [settled] = await Promise.allSettled([traced(async () => failing(error), { name: 'inner' })()]);
      await new Promise((resolve) => setImmediate(resolve));
      throw (settled as PromiseRejectedResult).reason;
    },
    { name: 'outer' },
  );
  expect(await ask(() => outer(new HttpError(403, 'no')))).toBe(403);
  expect(marks()).toEqual({ inner: UNMARKED, outer: UNMARKED, entry: UNMARKED, api: UNMARKED });
});

test('the 400 of readJson marks no span', async () => {
  const parse = traced((event: HttpEvent) => readJson(event), { name: 'inner' });
  expect(await ask(parse, '{')).toBe(400);
  expect(marks()).toEqual({ inner: UNMARKED, entry: UNMARKED, api: UNMARKED });
});

test('an error that wraps an HttpError is a failure of the methods that it passes through', async () => {
  const wrap = traced(
    (error: Error) => {
      try {
        return new Stock().sync(error);
      } catch (cause) {
        throw new Error('wrapped', { cause });
      }
    },
    { name: 'outer' },
  );
  expect(await ask(() => wrap(new HttpError(404, 'gone')))).toBe(500);
  expect(marks()).toMatchObject({ inner: UNMARKED, outer: ['ERROR', ['exception'], 'Error'] });
});

test('an HttpError that a method expects has the event of an expected error', async () => {
  const find = traced((error: Error) => failing(error), { name: 'inner', expectedErrors: [HttpError] });
  expect(await ask(() => find(new HttpError(404)))).toBe(404);
  expect(marks()).toMatchObject({ inner: ['UNSET', ['fc_traced.expected_error'], undefined] });
});

test('an object that only looks like an HttpError, or that cannot be read, is a failure', async () => {
  const hostile = new Proxy(new Error('proxy'), {
    get: (target, key, self) =>
      key === Symbol.for('fc-traced HttpError')
        ? failing(new Error('trap'))
        : (Reflect.get(target, key, self) as unknown),
  });
  for (const error of [Object.assign(new Error('x'), { statusCode: 404 }), hostile]) {
    traces.clear();
    expect(await ask(() => new Stock().sync(error))).toBe(500);
    expect(marks()).toMatchObject({ inner: ['ERROR', ['exception'], 'Error'] });
  }
});

test('outside of HTTP, an HttpError is recorded on the invocation span, because the invocation fails', async () => {
  work = () => new Stock().sync(new HttpError(404, 'gone'));
  await expect(invoke(handler, { a: 1 }, context)).rejects.toThrow('gone');
  expect(marks()).toEqual({ inner: UNMARKED, entry: UNMARKED, api: ['ERROR', ['exception'], 'HttpError'] });
});
