import { Traced } from 'fc-traced';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import vm from 'node:vm';
import { check, checkNative, ended, invocation, mark, pause, span, tree } from '../check';

const kept = new Map<string, Promise<number>>([['seven', Promise.resolve(7)]]);

export class Orders {
  @Traced({ resultAttributes: (value) => ({ value }) })
  async load(value: number): Promise<number> {
    mark('before');
    await pause(5);
    mark('after');
    return value;
  }

  @Traced({ resultAttributes: (value) => ({ value }) })
  cached(key: string): Promise<number> | undefined {
    return kept.get(key);
  }

  @Traced()
  async fail(): Promise<never> {
    await pause();
    throw new RangeError('no stock');
  }

  @Traced()
  failShared(promise: Promise<never>): Promise<never> {
    return promise;
  }

  @Traced()
  elsewhere(code: string): unknown {
    return vm.runInNewContext(code);
  }

  @Traced()
  quick(): number {
    return 1;
  }
}

/** Called in a child process below. */
export async function leaveUnhandled(): Promise<void> {
  void new Orders().fail();
  await pause(50);
}

check('the span of an async method ends when it settles, and is active until then', async () => {
  await invocation(async () => {
    const promise = new Orders().load(7);
    mark('consumer');
    assert.equal(await promise, 7);
    mark('consumer, later');
  });
  tree(`
    invocation
      Orders.load
        before
        after
      consumer
      consumer, later
  `);
  const { startNanos, endNanos, attributes, status } = span('Orders.load');
  assert.ok(endNanos - startNanos >= BigInt(4_000_000));
  assert.equal(attributes.value, 7);
  assert.equal(status.code, 'UNSET');
});

check('an async method returns a native promise, and a sync one stays sync', () => {
  const promise = new Orders().load(1);
  assert.equal(promise.constructor, Promise);
  assert.equal(new Orders().quick(), 1);
  return promise;
});

check('a method that is not async returns the same promise, and its span ends when the promise settles', async () => {
  const promise = new Orders().cached('seven');
  assert.equal(promise, kept.get('seven'));
  assert.deepEqual(ended(), []);
  await promise;
  assert.equal(span('Orders.cached').attributes.value, 7);
});

check('if a method returns undefined instead of a promise, its span ends immediately', () => {
  assert.equal(new Orders().cached('eight'), undefined);
  assert.deepEqual(ended(), ['Orders.cached']);
});

check('a rejection has the same error, for an async method and for a shared promise', async () => {
  await assert.rejects(new Orders().fail(), { name: 'RangeError', message: 'no stock' });
  const reason = new Error('shared');
  const promise = Promise.reject(reason);
  await assert.rejects(new Orders().failShared(promise), (error) => error === reason);
  assert.deepEqual([span('Orders.fail').status.code, span('Orders.failShared').status.code], ['ERROR', 'ERROR']);
});

checkNative('an unhandled rejection of an async method is still reported by Node.js', () => {
  const program = `process.on('unhandledRejection', (error) => { console.log('unhandled ' + error.message); process.exit(0); }); require(${JSON.stringify(__filename)}).leaveUnhandled();`;
  assert.equal(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }), 'unhandled no stock\n');
});

check('a promise of another realm is returned unchanged, and its span ends when it settles', async () => {
  const promise = new Orders().elsewhere('Promise.resolve(5)') as PromiseLike<number>;
  assert.ok(!(promise instanceof Promise));
  assert.deepEqual(ended(), []);
  const value: unknown = await promise;
  assert.equal(value, 5);
  assert.deepEqual(ended(), ['Orders.elsewhere']);
});

check('an error of another realm is thrown unchanged and recorded with its name', () => {
  assert.throws(() => new Orders().elsewhere("throw new TypeError('over there')"), {
    name: 'TypeError',
    message: 'over there',
  });
  assert.equal(span('Orders.elsewhere').attributes['error.type'], 'TypeError');
});
