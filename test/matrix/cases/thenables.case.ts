import { Traced } from 'fc-traced';
import assert from 'node:assert/strict';
import { check, ended, events, invocation, mark, pause, span, tree } from '../check';

/** A query builder: its work starts when it is awaited. */
class Query implements PromiseLike<number> {
  runs = 0;
  limits: number[] = [];
  constructor(private readonly error?: Error) {}
  limit(rows: number): this {
    this.limits.push(rows);
    return this;
  }
  then<A = number, B = never>(
    onFulfilled?: ((rows: number) => A | PromiseLike<A>) | null,
    onRejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.runs += 1;
    mark('query');
    const rows = this.error === undefined ? pause(5).then(() => 3) : pause().then(() => Promise.reject(this.error!));
    return rows.then(onFulfilled, onRejected);
  }
}

/** A subclass of Promise whose work starts at `then`, and which has its own tag. */
class LazyPromise extends Promise<number> {
  static started = 0;
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }
  override get [Symbol.toStringTag](): string {
    return 'LazyPromise';
  }
  override then<A = number, B = never>(
    onFulfilled?: ((value: number) => A | PromiseLike<A>) | null,
    onRejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    LazyPromise.started += 1;
    return Promise.resolve(9).then(onFulfilled, onRejected);
  }
}

class Table {
  readonly query = new Query();

  @Traced()
  all(): Query {
    return this.query;
  }

  @Traced()
  broken(): Query {
    return new Query(new RangeError('bad table'));
  }

  @Traced()
  lazy(): LazyPromise {
    return new LazyPromise(() => {});
  }

  @Traced()
  hidden(): object {
    return Object.defineProperty({}, 'then', { get: () => assert.fail('then was read'), enumerable: true });
  }

  @Traced()
  frozen(): PromiseLike<number> {
    return Object.freeze({ then: Query.prototype.then.bind(new Query()) });
  }
}

check(
  'a lazy query is returned unchanged, is not started early, and runs with the span active when it is awaited',
  async () => {
    const table = new Table();
    await invocation(async () => {
      const query = table.all();
      assert.equal(query, table.query);
      await pause(5);
      assert.equal(query.runs, 0);
      assert.deepEqual(ended(), []);
      assert.equal(await query.limit(2), 3);
      mark('consumer');
      assert.equal(query.runs, 1);
    });
    tree(`
    invocation
      Table.all
        query
      consumer
  `);
    assert.deepEqual(table.query.limits, [2]);
  },
);

check('the reactions to a lazy query run outside of its span', async () => {
  await invocation(async () => {
    await new Table().all().then(() => mark('reaction'));
  });
  tree(`
    invocation
      Table.all
        query
      reaction
  `);
});

check('a lazy query that fails rejects with its error and marks the span as failed', async () => {
  await assert.rejects(async () => new Table().broken(), { name: 'RangeError', message: 'bad table' });
  assert.equal(span('Table.broken').status.code, 'ERROR');
});

check('a lazy query that is awaited twice runs twice', async () => {
  const query = new Table().all();
  assert.deepEqual([await query, await query], [3, 3]);
  assert.equal(query.runs, 2);
  assert.deepEqual(
    ended().filter((name) => name === 'Table.all'),
    ['Table.all'],
  );
});

check('a query that is never awaited is not started, and is abandoned when the invocation ends', async () => {
  const table = new Table();
  await invocation(() => void table.all());
  assert.equal(table.query.runs, 0);
  assert.deepEqual(events('Table.all'), ['fc_traced.abandoned']);
});

check('the work of a lazy subclass of Promise is not started early', async () => {
  const lazy = new Table().lazy();
  await pause();
  assert.equal(LazyPromise.started, 0);
  assert.equal(await lazy, 9);
  assert.equal(LazyPromise.started, 1);
  assert.deepEqual(ended(), ['Table.lazy']);
});

check('a getter named then is not called, and a frozen query still works', async () => {
  new Table().hidden();
  assert.equal(await new Table().frozen(), 3);
  assert.deepEqual(
    ended().filter((name) => name.startsWith('Table')),
    ['Table.hidden', 'Table.frozen'],
  );
});
