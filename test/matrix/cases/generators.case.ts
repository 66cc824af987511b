import { Traced } from 'fc-traced';
import assert from 'node:assert/strict';
import { check, ended, events, invocation, mark, span, tree } from '../check';

class Pages {
  closed = false;

  @Traced({ resultAttributes: (total) => ({ total }) })
  *read(): Generator<number, number, string | undefined> {
    try {
      mark('body 1');
      const answer = yield 1;
      mark(`body 2 ${answer}`);
      yield 2;
      return 3;
    } finally {
      this.closed = true;
      mark('cleanup');
    }
  }

  @Traced()
  *all(): Generator<number, number, string | undefined> {
    mark('before');
    const total: number = yield* this.read();
    mark('after');
    return total;
  }

  @Traced()
  *broken(): Generator<number> {
    yield 1;
    throw new RangeError('torn');
  }

  @Traced()
  *stubborn(): Generator<string> {
    try {
      yield 'first';
    } catch (error) {
      yield `caught ${(error as Error).message}`;
    }
  }
}

check('a generator runs each step with its span active, and its consumer without it', () =>
  invocation(() => {
    for (const page of new Pages().read()) mark(`consumer ${page}`);
  }).then(() =>
    tree(`
  invocation
    Pages.read
      body 1
      body 2 undefined
      cleanup
    consumer 1
    consumer 2
`),
  ),
);

check('next(value) and the return value are passed on, and resultAttributes is called with the return value', () => {
  const pages = new Pages().read();
  assert.deepEqual(pages.next(), { done: false, value: 1 });
  assert.deepEqual(pages.next('go'), { done: false, value: 2 });
  assert.deepEqual(ended(), ['body 1', 'body 2 go']);
  assert.deepEqual(pages.next(), { done: true, value: 3 });
  assert.equal(span('Pages.read').attributes.total, 3);
  assert.deepEqual(pages.next(), { done: true, value: undefined });
});

check(
  'at break, a generator runs its finally block with its span active, and the span ends as cancelled, without an error',
  () => {
    const pages = new Pages();
    for (const page of pages.read()) if (page === 1) break;
    assert.equal(pages.closed, true);
    tree(`
    Pages.read
      body 1
      cleanup
  `);
    assert.deepEqual(events('Pages.read'), ['fc_traced.cancelled']);
  },
);

check('destructuring and spread work with a traced generator', () => {
  const [first] = new Pages().read();
  assert.equal(first, 1);
  assert.deepEqual([...new Pages().read()], [1, 2]);
  assert.deepEqual(Array.from(new Pages().read()), [1, 2]);
  assert.equal(ended().filter((name) => name === 'Pages.read').length, 3);
});

check('the span of a delegated generator is a child, and yield* returns its value', () => {
  const all = new Pages().all();
  assert.deepEqual([all.next().value, all.next('go').value, all.next()], [1, 2, { done: true, value: 3 }]);
  tree(`
    Pages.all
      before
      Pages.read
        body 1
        body 2 go
        cleanup
      after
  `);
});

check('an error of a generator is thrown unchanged and marks the span as failed', () => {
  const pages = new Pages().broken();
  pages.next();
  assert.throws(
    () => pages.next(),
    (error) => error instanceof RangeError && error.message === 'torn',
  );
  assert.equal(span('Pages.broken').status.code, 'ERROR');
  assert.deepEqual(events('Pages.broken'), ['exception']);
});

check('a generator can catch an error of throw() and continue', () => {
  const steps = new Pages().stubborn();
  steps.next();
  assert.deepEqual(steps.throw(new Error('now')), { done: false, value: 'caught now' });
  assert.deepEqual(ended(), []);
  steps.next();
  assert.equal(span('Pages.stubborn').status.code, 'UNSET');
});

check('an error of throw() that a generator does not catch is thrown unchanged and marks the span as failed', () => {
  const reason = new Error('stop');
  const pages = new Pages().read();
  pages.next();
  assert.throws(
    () => pages.throw(reason),
    (error) => error === reason,
  );
  assert.equal(span('Pages.read').status.message, 'stop');
});

check('a generator keeps its prototype, its class and its keys', () => {
  const { read } = Pages.prototype;
  const pages = new Pages().read();
  assert.equal(Object.getPrototypeOf(pages), read.prototype);
  assert.ok(pages instanceof (read as unknown as new () => object));
  assert.equal(Object.prototype.toString.call(pages), '[object Generator]');
  assert.deepEqual(Object.keys(pages), []);
  assert.equal(pages[Symbol.iterator](), pages);
  pages.return(0);
});

check('a generator that is never read is abandoned when the invocation ends', async () => {
  await invocation(() => void new Pages().read());
  tree(`
    invocation
      Pages.read
  `);
  assert.deepEqual(events('Pages.read'), ['fc_traced.abandoned']);
});

check('a generator that is read in part is abandoned when the invocation ends', async () => {
  await invocation(() => void new Pages().read().next());
  assert.deepEqual(events('Pages.read'), ['fc_traced.abandoned']);
  assert.ok(ended().indexOf('Pages.read') < ended().indexOf('invocation'));
});
