import { Traced } from 'fc-traced';
import assert from 'node:assert/strict';
import { check, checkNative, ended, events, invocation, mark, pause, span, tree } from '../check';

class Pages {
  @Traced({ resultAttributes: (total) => ({ total }) })
  async *read(): AsyncGenerator<number, number, string | undefined> {
    try {
      mark('body 1');
      await pause();
      mark('body 1, later');
      const answer = yield 1;
      await pause();
      mark(`body 2 ${answer}`);
      yield 2;
      return 3;
    } finally {
      await pause();
      mark('cleanup');
    }
  }

  @Traced()
  async *all(): AsyncGenerator<number, number, string | undefined> {
    return yield* this.read();
  }

  @Traced()
  async *broken(): AsyncGenerator<number> {
    yield 1;
    await pause();
    throw new RangeError('torn');
  }

  @Traced()
  async *stubborn(): AsyncGenerator<string> {
    try {
      yield 'first';
    } catch (error) {
      yield `caught ${(error as Error).message}`;
    }
  }

  @Traced()
  async later(): Promise<AsyncGenerator<number, number, string | undefined>> {
    await pause();
    return this.read();
  }
}

check('an async generator runs each step with its span active, and its consumer without it', async () => {
  await invocation(async () => {
    for await (const page of new Pages().read()) {
      mark(`consumer ${page}`);
      await pause();
      mark(`consumer ${page}, later`);
    }
  });
  tree(`
    invocation
      Pages.read
        body 1
        body 1, later
        body 2 undefined
        cleanup
      consumer 1
      consumer 1, later
      consumer 2
      consumer 2, later
  `);
});

check('next(value) and the return value of an async generator are passed on', async () => {
  const pages = new Pages().read();
  assert.deepEqual(
    [await pages.next(), await pages.next('go'), await pages.next()],
    [
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: true, value: 3 },
    ],
  );
  assert.equal(span('Pages.read').attributes.total, 3);
});

check('concurrent steps of an async generator are run in order', async () => {
  const pages = new Pages().read();
  const steps = await Promise.all([pages.next(), pages.next('go'), pages.next(), pages.next()]);
  assert.deepEqual(
    steps.map(({ value }) => value),
    [1, 2, 3, undefined],
  );
  tree(`
    Pages.read
      body 1
      body 1, later
      body 2 go
      cleanup
  `);
});

checkNative('at break, an async generator runs its finally block with its span active, and the span ends', async () => {
  for await (const page of new Pages().read()) if (page === 1) break;
  assert.deepEqual(events('Pages.read'), ['fc_traced.cancelled']);
  tree(`
    Pages.read
      body 1
      body 1, later
      cleanup
  `);
});

check('the span of a delegated async generator is a child, and yield* returns its value', async () => {
  const all = new Pages().all();
  assert.deepEqual(
    [(await all.next()).value, (await all.next('go')).value, await all.next()],
    [1, 2, { done: true, value: 3 }],
  );
  tree(`
    Pages.all
      Pages.read
        body 1
        body 1, later
        body 2 go
        cleanup
  `);
});

check('an error of an async generator is rejected unchanged and marks the span as failed', async () => {
  const pages = new Pages().broken();
  await pages.next();
  await assert.rejects(pages.next(), { name: 'RangeError', message: 'torn' });
  assert.equal(span('Pages.broken').status.code, 'ERROR');
});

check('an async generator can catch an error of throw() and continue', async () => {
  const steps = new Pages().stubborn();
  await steps.next();
  assert.deepEqual(await steps.throw(new Error('now')), { done: false, value: 'caught now' });
  assert.deepEqual(ended(), []);
  await steps.next();
  assert.equal(span('Pages.stubborn').status.code, 'UNSET');
});

checkNative('an async generator keeps its prototype and is its own async iterator', () => {
  const pages = new Pages().read();
  assert.equal(Object.getPrototypeOf(pages), Pages.prototype.read.prototype);
  assert.equal(Object.prototype.toString.call(pages), '[object AsyncGenerator]');
  assert.equal(pages[Symbol.asyncIterator](), pages);
  assert.ok(pages.return(0) instanceof Promise);
});

check('the span of a promise of an async generator ends with the generator', async () => {
  const pages = await new Pages().later();
  assert.deepEqual(ended(), []);
  await pages.return(0);
  tree(`
    Pages.later
      Pages.read
  `);
});

check('an async generator that is never read is abandoned when the invocation ends', async () => {
  await invocation(() => void new Pages().read());
  assert.deepEqual(events('Pages.read'), ['fc_traced.abandoned']);
});
