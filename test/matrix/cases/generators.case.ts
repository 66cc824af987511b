import assert from 'node:assert/strict';
import { Traced } from 'fc-traced';
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

check('a generator runs each step under its span, and nothing of it leaks into the consumer', () =>
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

check('next(value) and the returned value pass through, and result sees what was returned', () => {
  const pages = new Pages().read();
  assert.deepEqual(pages.next(), { done: false, value: 1 });
  assert.deepEqual(pages.next('go'), { done: false, value: 2 });
  assert.deepEqual(ended(), ['body 1', 'body 2 go']);
  assert.deepEqual(pages.next(), { done: true, value: 3 });
  assert.equal(span('Pages.read').attributes.total, 3);
  assert.deepEqual(pages.next(), { done: true, value: undefined });
});

check('a generator left by break cleans up inside its span, which ends there as cancelled and without an error', () => {
  const pages = new Pages();
  for (const page of pages.read()) if (page === 1) break;
  assert.equal(pages.closed, true);
  tree(`
    Pages.read
      body 1
      cleanup
  `);
  assert.deepEqual(events('Pages.read'), ['fc_traced.cancelled']);
});

check('destructuring and spread read a traced generator like any other', () => {
  const [first] = new Pages().read();
  assert.equal(first, 1);
  assert.deepEqual([...new Pages().read()], [1, 2]);
  assert.deepEqual(Array.from(new Pages().read()), [1, 2]);
  assert.equal(ended().filter((name) => name === 'Pages.read').length, 3);
});

check('yield* of one traced generator in another makes a tree and gives its value', () => {
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

check('an error out of a generator is thrown as it is and marks the span', () => {
  const pages = new Pages().broken();
  pages.next();
  assert.throws(
    () => pages.next(),
    (error) => error instanceof RangeError && error.message === 'torn',
  );
  assert.equal(span('Pages.broken').status.code, 'ERROR');
  assert.deepEqual(events('Pages.broken'), ['exception']);
});

check('throw() goes into the body, which may go on', () => {
  const steps = new Pages().stubborn();
  steps.next();
  assert.deepEqual(steps.throw(new Error('now')), { done: false, value: 'caught now' });
  assert.deepEqual(ended(), []);
  steps.next();
  assert.equal(span('Pages.stubborn').status.code, 'UNSET');
});

check('throw() into a body that does not catch it marks the span and gives the very error', () => {
  const reason = new Error('stop');
  const pages = new Pages().read();
  pages.next();
  assert.throws(
    () => pages.throw(reason),
    (error) => error === reason,
  );
  assert.equal(span('Pages.read').status.message, 'stop');
});

check('a generator keeps its prototype, its class and what its keys show', () => {
  const { read } = Pages.prototype;
  const pages = new Pages().read();
  assert.equal(Object.getPrototypeOf(pages), read.prototype);
  assert.ok(pages instanceof (read as unknown as new () => object));
  assert.equal(Object.prototype.toString.call(pages), '[object Generator]');
  assert.deepEqual(Object.keys(pages), []);
  assert.equal(pages[Symbol.iterator](), pages);
  pages.return(0);
});

check('a generator that nobody reads is told as abandoned when the invocation ends', async () => {
  await invocation(() => void new Pages().read());
  tree(`
    invocation
      Pages.read
  `);
  assert.deepEqual(events('Pages.read'), ['fc_traced.abandoned']);
});

check('a generator read half and then dropped is told as abandoned when the invocation ends', async () => {
  await invocation(() => void new Pages().read().next());
  assert.deepEqual(events('Pages.read'), ['fc_traced.abandoned']);
  assert.ok(ended().indexOf('Pages.read') < ended().indexOf('invocation'));
});
