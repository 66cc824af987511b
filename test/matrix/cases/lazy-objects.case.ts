import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { Traced } from 'fc-traced';
import { check, ended, events, invocation, mark, pause, span, tree } from '../check';

class Model {
  static readonly table = 'users';
}

/** A query as that of mongoose: its promise is made by `exec`, and its other methods call that. */
class Query {
  readonly model = Model;
  readonly onRow = (): void => {};
  steps: string[] = [];
  constructor(private readonly error?: Error) {}
  where(step: string): this {
    this.steps.push(step);
    return this;
  }
  clone(): Query {
    return new Query(this.error);
  }
  async exec(): Promise<number> {
    mark('query');
    await pause(2);
    if (this.error !== undefined) throw this.error;
    return 3;
  }
  fetchAll(): Promise<number> {
    return this.exec();
  }
  then(onFulfilled?: (rows: number) => unknown, onRejected?: (error: unknown) => unknown): Promise<unknown> {
    return this.exec().then(onFulfilled, onRejected);
  }
  catch(onRejected: (error: unknown) => unknown): Promise<unknown> {
    return this.exec().catch(onRejected);
  }
  finally(onFinally: () => void): Promise<unknown> {
    return this.exec().finally(onFinally);
  }
  stream(): Readable {
    return Readable.from(['a', 'b']);
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    yield 'a';
    yield 'b';
  }
}

/** A promise that keeps its state to itself, as that of p-cancelable or neverthrow. */
class Private {
  readonly #promise: Promise<number>;
  constructor(promise: Promise<number>) {
    this.#promise = promise;
  }
  then(onFulfilled?: (value: number) => unknown, onRejected?: (error: unknown) => unknown): Promise<unknown> {
    return this.#promise.then(onFulfilled, onRejected);
  }
  catch(onRejected: (error: unknown) => unknown): Promise<unknown> {
    return this.#promise.catch(onRejected);
  }
  finally(onFinally: () => void): Promise<unknown> {
    return this.#promise.finally(onFinally);
  }
  map(change: (value: number) => number): Private {
    return new Private(this.#promise.then(change));
  }
  async unwrapOr(other: number): Promise<number> {
    return this.#promise.catch(() => other);
  }
}

interface Callback {
  (error: Error | null, rows?: number): void;
}

class Table {
  @Traced({ resultAttributes: (result) => ({ result: typeof result === 'number' ? result : undefined }) })
  all(error?: Error): any {
    return new Query(error);
  }

  @Traced({ resultAttributes: (result) => ({ result }) })
  own<T>(value: T): any {
    return value;
  }

  @Traced()
  pass(value: unknown): any {
    return value;
  }

  @Traced()
  dropped(): Query {
    return new Query();
  }
}

const bad = (): Error => new RangeError('bad table');

check('exec of a query ends its span with the result, and its work is below the span', async () => {
  await invocation(async () => {
    const promise = new Table().all().where('a').exec();
    mark('consumer');
    assert.equal(await promise, 3);
    mark('later');
  });
  tree(`
    invocation
      Table.all
        query
      consumer
      later
  `);
  assert.equal(span('Table.all').attributes.result, 3);
});

check('exec, a method of any name, catch and finally of a query that fails mark its span', async () => {
  const error = bad();
  const table = new Table();
  await assert.rejects(table.all(error).exec(), (thrown) => thrown === error);
  await assert.rejects(table.all(bad()).fetchAll(), { message: 'bad table' });
  assert.equal(await table.all(bad()).catch((caught: Error) => caught.message), 'bad table');
  await assert.rejects(
    table.all(bad()).finally(() => {}),
    { message: 'bad table' },
  );
  assert.deepEqual(
    ended().filter((name) => name === 'Table.all'),
    Array(4).fill('Table.all'),
  );
});

check('catch and finally of a promise that keeps its state to itself end the span with its outcome', async () => {
  const caught = new Table().own(new Private(Promise.reject(bad())));
  assert.equal(await caught.catch(() => 7), 7);
  assert.equal(span('Table.own').status.message, 'bad table');
  let cleanups = 0;
  const promise = new Table().pass(new Private(pause().then(() => 5)));
  assert.equal(await promise.finally(() => (cleanups += 1)), 5);
  assert.deepEqual([cleanups, ended().at(-1)], [1, 'Table.pass']);
});

check('callbacks of catch, finally and exec run outside of the span', async () => {
  await invocation(async () => {
    await new Table().own(new Private(Promise.reject(bad()))).catch(() => mark('caught'));
    await new Promise<void>((resolve) => {
      const query = { then() {}, exec: (done: Callback) => void setImmediate(done, null, 3) };
      new Table().pass(query).exec((_error: unknown, rows: number) => {
        mark(`rows ${rows}`);
        resolve();
      });
    });
  });
  tree(`
    invocation
      Table.own  ERROR
      caught
      Table.pass
      rows 3
  `);
});

check('a callback that gets an error ends the span with the error', async () => {
  const query = { then() {}, run: (_sql: string, done: Callback) => void setImmediate(done, bad()) };
  await new Promise((resolve) => new Table().pass(query).run('select', resolve));
  assert.equal(span('Table.pass').status.message, 'bad table');
});

check('a method that returns another lazy object continues the call with it', async () => {
  assert.equal(await new Table().all().clone().where('b'), 3);
  assert.equal(
    await new Table()
      .own(new Private(pause().then(() => 2)))
      .map((value: number) => value + 1)
      .unwrapOr(0),
    3,
  );
  assert.deepEqual([span('Table.all').attributes.result, span('Table.own').attributes.result], [3, 3]);
});

check('a stream or an iterator that a query gives ends the span when it has been read', async () => {
  const stream: Readable = new Table().all().stream();
  await pause();
  assert.deepEqual(ended(), []);
  assert.deepEqual(await stream.toArray(), ['a', 'b']);
  for await (const row of new Table().own(new Query())) assert.equal(row.length, 1);
  assert.deepEqual(ended(), ['Table.all', 'Table.own']);
});

check('a method that executes at once ends the span with its result or its error', () => {
  const statement = { then() {}, run: () => 3, execute: () => assert.fail('locked') };
  assert.equal(new Table().own(statement).run(), 3);
  assert.equal(span('Table.own').attributes.result, 3);
  assert.throws(() => new Table().pass({ ...statement }).execute(), { message: 'locked' });
  assert.equal(span('Table.pass').status.message, 'locked');
});

check('a consumer that cancels lazy work cancels its span', async () => {
  let reject = (_error: Error): void => {};
  const work = new Promise<number>((_resolve, fail) => (reject = fail));
  const cancel = (): void => reject(Object.assign(new Error('stopped'), { name: 'CancelError' }));
  const promise = new Table().pass(Object.assign(new Private(work), { cancel }));
  const caught = promise.catch(() => 'stopped');
  promise.cancel();
  assert.equal(await caught, 'stopped');
  assert.deepEqual(events('Table.pass'), ['fc_traced.cancelled']);
});

check('a rejection counts for a thenable that is also a stream', async () => {
  class Request extends PassThrough {
    then(onFulfilled?: () => unknown, onRejected?: (error: unknown) => unknown): Promise<unknown> {
      this.end('body');
      this.resume();
      return pause(5)
        .then(() => Promise.reject(bad()))
        .then(onFulfilled, onRejected);
    }
  }
  await assert.rejects(async () => new Table().pass(new Request()), { message: 'bad table' });
  assert.equal(span('Table.pass').status.message, 'bad table');
  const piped: Request = new Table().own(new Request());
  piped.end('body');
  const read = piped.pipe(new PassThrough());
  assert.equal((await read.toArray()).join(''), 'body');
  await pause(5);
  assert.equal(ended().at(-1), 'Table.own');
});

check('a thenable that gives a stream ends its span with the stream', async () => {
  const download = {
    then: (onFulfilled: (stream: object[]) => unknown) => pause().then(() => onFulfilled([Readable.from(['a'])])),
  };
  const direct = { then: (onFulfilled: (stream: Readable) => void) => onFulfilled(Readable.from(['a'])) };
  assert.equal(((await new Table().own(download)) as unknown[]).length, 1);
  const stream: Readable = await new Promise((resolve) => new Table().pass(direct).then(resolve));
  assert.deepEqual(ended(), ['Table.own']);
  await stream.toArray();
  assert.deepEqual(ended(), ['Table.own', 'Table.pass']);
});

check('a lazy object keeps the classes and listeners that it refers to, and its methods keep their names', () => {
  const query = new Query();
  const { onRow } = query;
  const returned: Query = new Table().pass(query);
  assert.equal(returned, query);
  assert.equal(returned.model, Model);
  assert.equal(returned.onRow, onRow);
  assert.deepEqual(Object.keys(returned), Object.keys(new Query()));
  assert.deepEqual([returned.exec.name, returned.where.length], ['exec', 1]);
});

check('a promise that gets the own properties of a lazy object, as in got, works as without tracing', async () => {
  const request = Object.assign(new Private(pause().then(() => 3)), {
    json(): Promise<number> {
      const copy = (async () => (await (request as PromiseLike<number>)) + 1)();
      return Object.defineProperties(copy, Object.getOwnPropertyDescriptors(request));
    },
  });
  const json: Promise<number> = new Table().own(request).json();
  assert.equal(await json.then((value) => value), 4);
  assert.equal(await json.catch(() => 0), 4);
  assert.equal(span('Table.own').attributes.result, 4);
});

check('a lazy object that nobody uses ends when it is collected, before the invocation ends', async () => {
  const collected = (): number => ended().filter((name) => name === 'Table.dropped').length;
  await invocation(async () => {
    for (let call = 0; call < 10; call += 1) new Table().dropped();
    for (let turn = 0; turn < 100 && collected() < 9; turn += 1) {
      (globalThis as unknown as { gc(): void }).gc();
      await pause();
    }
    assert.ok(collected() >= 9, `${collected()} of 10 have ended`);
  });
  assert.equal(collected(), 10);
});
